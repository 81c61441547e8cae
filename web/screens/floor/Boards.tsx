// Wallboards: which there are, a new one with its link shown this once, revoking one. Used by FloorPage.tsx.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { RoutingBook } from "#contract/routing-book.ts";
import type { Wallboard } from "#contract/routing.ts";
import { routing } from "#contract/routing-endpoints.ts";
import type { QueueId } from "#contract/ids.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Checks } from "#web/kit/Checks.tsx";
import { Field } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { When } from "#web/kit/Marks.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { Unanswered } from "#web/kit/States.tsx";
import { call, callOrThrow } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { floorUi, setFloorUi } from "#web/state/floorUi.ts";
import { tellProblem } from "#web/state/problems.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { listed, t } from "#web/state/words.ts";

export const Boards = ({ book }: { readonly book: RoutingBook }) => {
  const isOpen = useStore(floorUi, ({ sheet }) => sheet === "boards");
  const close = (): void => setFloorUi({ sheet: null });
  return (
    <Sheet title={t("floor.boards")} isOpen={isOpen} onClose={close}>
      {isOpen ? <All book={book} close={close} /> : null}
    </Sheet>
  );
};

const key = ["wallboards"];

const All = ({ book, close }: { readonly book: RoutingBook; readonly close: () => void }) => {
  const cache = useQueryClient();
  const asked = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => callOrThrow(routing.wallboards, {}, signal),
    staleTime: 0,
  });
  const [made, setMade] = useState<{ readonly name: string; readonly url: string } | null>(null);
  const [revoking, setRevoking] = useState<string | null>(null);
  const again = (): Promise<void> => cache.invalidateQueries({ queryKey: key });
  const revoke = async (board: Wallboard): Promise<void> => {
    setRevoking(null);
    const outcome = await call(routing.removeWallboard, { params: { id: board.id } });
    if (outcome.ok) toast(t("floor.boardRevoked", { name: board.name }));
    else tellProblem(outcome.problem);
    await again();
  };
  const namesOf = ({ queueIds }: Wallboard): string =>
    queueIds.length === 0
      ? t("floor.allQueues")
      : listed(book.queues.filter(({ id }) => queueIds.includes(id)).map(({ name }) => name));
  return (
    <>
      <div className="form floor-boards" data-padded>
        <p className="field-hint">{t("floor.boardsHint")}</p>
        {asked.data === undefined ? (
          <Unanswered asked={asked} rows={1} />
        ) : (
          <ul>
            {asked.data.map((board) => (
              <li key={board.id}>
                <Icon name="expand" size="small" />
                <span className="floor-board-words">
                  <span dir="auto">{board.name}</span>
                  <small>
                    {namesOf(board)} ·{" "}
                    {board.lastSeenAt === null ? (
                      t("floor.boardUnseen")
                    ) : (
                      <>
                        {t("floor.boardSeen")} <When at={board.lastSeenAt} relative />
                      </>
                    )}
                  </small>
                </span>
                {revoking === board.id ? (
                  <>
                    <Button look="danger" autoFocus onPress={() => void revoke(board)}>
                      {t("floor.boardRevokeSure")}
                    </Button>
                    <Button look="quiet" onPress={() => setRevoking(null)}>
                      {t("kit.cancel")}
                    </Button>
                  </>
                ) : (
                  <IconButton
                    icon="trash"
                    size="small"
                    label={t("floor.boardRevoke", { name: board.name })}
                    onPress={() => setRevoking(board.id)}
                  />
                )}
              </li>
            ))}
          </ul>
        )}
        {made === null ? null : (
          <output className="floor-board-link">
            <span>
              <strong>{t("floor.boardLink", { name: made.name })}</strong> {t("floor.boardOnce")}
            </span>
            <code>{made.url}</code>
            <Button icon="copy" onPress={() => void navigator.clipboard.writeText(made.url)}>
              {t("admin.keyCopy")}
            </Button>
          </output>
        )}
      </div>
      <NewBoard
        book={book}
        close={close}
        made={(name, path) => {
          setMade({ name, url: new URL(path, location.href).href });
          void again();
        }}
      />
    </>
  );
};

const NewBoard = ({
  book,
  close,
  made,
}: {
  readonly book: RoutingBook;
  readonly close: () => void;
  readonly made: (name: string, path: string) => void;
}) => {
  const [name, setName] = useState("");
  const [queueIds, setQueueIds] = useState<readonly string[]>([]);
  const [problem, setProblem] = useState<Problem | null>(null);
  const add = async (): Promise<void> => {
    const outcome = await call(routing.addWallboard, { body: { name, queueIds: queueIds as QueueId[] } });
    setProblem(outcome.ok ? null : outcome.problem);
    if (!outcome.ok) return;
    made(name, outcome.value.path);
    setName("");
    setQueueIds([]);
  };
  return (
    <SheetForm
      problem={problem}
      close={close}
      keep={() => void add()}
      keepWords={t("floor.boardAdd")}
      keepIcon="plus"
      isDisabled={name.trim() === "" || queueIds.length > 12}
    >
      <Field
        label={t("floor.boardName")}
        hint={t("floor.boardNameHint")}
        value={name}
        onChange={setName}
        maxLength={60}
      />
      <Checks
        title={t("floor.boardQueues")}
        choices={book.queues.map((queue) => ({ id: queue.id, label: queue.name }))}
        chosen={queueIds}
        onChange={setQueueIds}
      />
    </SheetForm>
  );
};
