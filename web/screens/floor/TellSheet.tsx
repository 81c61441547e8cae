// Tells a team, or everybody, something that then stands at their desks. Used by FloorPage.tsx.
import { useState } from "react";
import type { TeamId } from "#contract/ids.ts";
import { Choose, LongField } from "#web/kit/Field.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import type { Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { tellTeam } from "#web/state/floorActions.ts";
import { floorUi, setFloorUi } from "#web/state/floorUi.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";

export const TellSheet = () => {
  const isOpen = useStore(floorUi, ({ sheet }) => sheet === "tell");
  const close = (): void => setFloorUi({ sheet: null });
  return (
    <Sheet title={t("floor.tell")} isOpen={isOpen} onClose={close}>
      {isOpen ? <Form close={close} /> : null}
    </Sheet>
  );
};

const everybody = "everybody";

const Form = ({ close }: { readonly close: () => void }) => {
  const teams = useStore(deskState, (state) => state.teams);
  const [teamId, setTeamId] = useState(everybody);
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const send = async (): Promise<void> => {
    const outcome = await tellTeam(teamId === everybody ? null : (teamId as TeamId), text);
    if (outcome.ok) close();
    else setProblem(outcome.problem);
  };
  return (
    <SheetForm
      problem={problem}
      close={close}
      keep={() => void send()}
      keepWords={t("floor.tellNow")}
      keepIcon="send"
      isDisabled={text.trim() === ""}
    >
      <LongField
        label={t("floor.tellText")}
        hint={t("floor.tellHint")}
        value={text}
        onChange={setText}
        maxLength={500}
        rows={3}
        autoFocus
      />
      <Choose
        label={t("floor.tellWhom")}
        value={teamId}
        choices={[
          { id: everybody, label: t("floor.everybody") },
          ...teams.map(({ id, name }) => ({ id: id as string, label: name })),
        ]}
        onChange={setTeamId}
      />
    </SheetForm>
  );
};
