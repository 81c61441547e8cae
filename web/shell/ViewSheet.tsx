// Keeps the filter in hand as a view, or says something else of a view that is there: its name, and for who supervises, who sees it.
import { useState } from "react";
import type { View, ViewShare } from "#contract/concerns.ts";
import { allows } from "#contract/permissions.ts";
import type { Context } from "#web/commands/context.ts";
import { Choose, Field } from "#web/kit/Field.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import type { Problem } from "#web/state/client.ts";
import { deskState, views } from "#web/state/desk.ts";
import { filterBy } from "#web/state/filtering.ts";
import { useStore } from "#web/state/store.ts";
import { setUi, ui } from "#web/state/ui.ts";
import { viewKey } from "#web/state/viewNames.ts";
import { changeView, inputOf, saveView } from "#web/state/views.ts";
import { t } from "#web/state/words.ts";

export const ViewSheet = ({ context }: { readonly context: () => Context | null }) => {
  const sheet = useStore(ui, (now) => now.viewSheet);
  const view = useStore(views, (now) => now.views?.find((one) => one.id === sheet?.id) ?? null);
  const close = (): void => setUi({ viewSheet: null });
  return (
    <Sheet
      title={t(sheet?.id === null ? "commands.saveView" : "commands.editView")}
      isOpen={sheet !== null && (sheet.id === null || view !== null)}
      onClose={close}
    >
      {sheet === null ? null : <ViewForm view={view} context={context} close={close} />}
    </Sheet>
  );
};

const ViewForm = ({
  view,
  context,
  close,
}: {
  readonly view: View | null;
  readonly context: () => Context | null;
  readonly close: () => void;
}) => {
  const teams = useStore(deskState, (state) => state.teams);
  const [name, setName] = useState(view?.name ?? "");
  const [share, setShare] = useState(view?.share ? shareId(view.share) : "me");
  const [problem, setProblem] = useState<Problem | null>(null);
  const here = context();
  if (here === null) return null;
  const supervises = allows(here.me.agent.role, "team.supervise");
  const keep = async (): Promise<void> => {
    const said = { name: name.trim(), share: shareOf(share) };
    const outcome =
      view === null
        ? here.filter && (await saveView({ ...said, filter: here.filter }))
        : await changeView(view, { ...inputOf(view), ...said }, t("done.viewChanged", { name: said.name }));
    if (!outcome) return;
    if (!outcome.ok) return setProblem(outcome.problem);
    close();
    if (view !== null) return;
    // The filter lives on in its own view; the one it was made from shows itself again.
    if (here.view) filterBy(viewKey(here.view), here.view.filter, here.view.filter);
    here.go(`/desk/${outcome.value.id}`);
  };
  return (
    <SheetForm problem={problem} close={close} keep={() => void keep()} isDisabled={name.trim() === ""}>
      <Field label={t("viewSheet.name")} value={name} onChange={setName} isRequired autoFocus maxLength={60} />
      {supervises ? (
        <Choose
          label={t("viewSheet.share")}
          value={share}
          choices={[
            { id: "me", label: t("viewSheet.me") },
            ...teams.map((team) => ({
              id: shareId({ with: "team", teamId: team.id }),
              label: t("viewSheet.team", { name: team.name }),
            })),
            { id: "everybody", label: t("viewSheet.everybody") },
          ]}
          onChange={setShare}
        />
      ) : null}
    </SheetForm>
  );
};

const shareId = (share: ViewShare): string => (share.with === "team" ? share.teamId : share.with);

const shareOf = (id: string): ViewShare =>
  id === "me" || id === "everybody"
    ? { with: id }
    : { with: "team", teamId: id as (ViewShare & { with: "team" })["teamId"] };
