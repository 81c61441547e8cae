// Says what taking a move back will do before it is done: what goes back, what came since and where that goes. Opened by a line of the thread.
import { useQuery } from "@tanstack/react-query";
import { moving } from "#contract/moving.ts";
import { Icon } from "#web/kit/Icon.tsx";
import { When } from "#web/kit/Marks.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { Failed, Waiting } from "#web/kit/States.tsx";
import { callOrThrow, Refused } from "#web/state/client.ts";
import { takeBack, undoWords } from "#web/state/moving.ts";
import { useStore } from "#web/state/store.ts";
import { setUi, ui } from "#web/state/ui.ts";
import { t } from "#web/state/words.ts";

export const MoveBackSheet = () => {
  const key = useStore(ui, (now) => now.movingBack);
  const close = (): void => setUi({ movingBack: null });
  return (
    <Sheet title={t("moving.undo.title")} isOpen={key !== null} onClose={close}>
      {key === null ? null : <Plan key={key} move={key} close={close} />}
    </Sheet>
  );
};

const Plan = ({ move, close }: { readonly move: string; readonly close: () => void }) => {
  const plan = useQuery({
    queryKey: ["moveUndo", move],
    gcTime: 0,
    retry: false,
    queryFn: ({ signal }) => callOrThrow(moving.undoPreview, { params: { key: move } }, signal),
  });
  if (plan.error instanceof Refused) return <Failed problem={plan.error.problem} retry={() => void plan.refetch()} />;
  if (!plan.data) return <Waiting rows={2} />;
  return (
    <SheetForm
      problem={null}
      close={close}
      isReady
      keepWords={t("moving.takeBack")}
      keepIcon="undo"
      keep={() => {
        close();
        void takeBack(move);
      }}
    >
      <ul className="move-plan">
        {undoWords(plan.data).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {plan.data.since.length === 0 ? null : (
        <ul className="move-since" aria-label={t("moving.undo.since")}>
          {plan.data.since.map((one) => (
            <li key={one.messageId}>
              <Icon
                name={one.goes === "back" ? "undo" : "check"}
                size="small"
                label={t(`moving.undo.${one.goes}One`)}
              />
              <span>
                {one.author}: {one.snippet}
              </span>
              <When at={one.at} />
            </li>
          ))}
        </ul>
      )}
    </SheetForm>
  );
};
