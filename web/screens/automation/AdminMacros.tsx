// The macros that one may use: one's own to change, and those of others for who supervises.
import { useState } from "react";
import { macros as endpoints } from "#contract/automation.ts";
import type { Action, Macro, MacroInput } from "#contract/automation.ts";
import { allows } from "#contract/permissions.ts";
import { shownKeys } from "#web/commands/keys.ts";
import { AdminEntries } from "#web/kit/AdminEntries.tsx";
import { Button } from "#web/kit/Button.tsx";
import { Choose, Field } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { mac } from "#web/kit/platform.ts";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { Empty } from "#web/kit/States.tsx";
import { lineOf } from "#web/screens/automation/Lines.tsx";
import type { Line } from "#web/screens/automation/Lines.tsx";
import { Actions } from "#web/screens/automation/RuleForm.tsx";
import { newAction, saysSomething } from "#web/state/automationRules.ts";
import { actionsWords } from "#web/state/automationWords.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { loadMacros, macros } from "#web/state/macros.ts";
import { session } from "#web/state/session.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";
import "#web/screens/automation/automation.css";

const none = "none";
const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;

export const AdminMacros = () => {
  const all = useStore(macros, (now) => now);
  const names = useStore(deskState, (state) => state);
  return (
    <AdminEntries
      title={t("admin.macros")}
      add={t("macros.add")}
      change={t("macros.change")}
      wide
      entries={all}
      empty={
        <Empty icon="star" title={t("macros.none")}>
          {t("macros.noneHint")}
        </Empty>
      }
      line={(macro) => ({
        content: (
          <>
            <Icon name="star" size="small" />
            <span className="entry-words">
              <strong>{macro.name}</strong>
              <small>
                {shareWords(macro, names.teams)}
                {macro.key === null ? "" : ` · ${shownKeys(`q ${macro.key}`, mac).join(" ")}`}
              </small>
              <small>→ {actionsWords(macro.actions, names)}</small>
            </span>
          </>
        ),
      })}
      form={(macro, close) => <MacroForm macro={macro} close={close} />}
    />
  );
};

const shareWords = (
  { share }: Pick<Macro, "share">,
  teams: readonly { readonly id: string; readonly name: string }[],
): string =>
  share.with === "me"
    ? t("macros.withMe")
    : share.with === "everybody"
      ? t("macros.withEverybody")
      : t("macros.withTeam", { team: teams.find(({ id }) => id === share.teamId)?.name ?? t("automation.gone") });

const MacroForm = ({ macro, close }: { readonly macro: Macro | null; readonly close: () => void }) => {
  const [name, setName] = useState(macro?.name ?? "");
  const [key, setKey] = useState<Macro["key"]>(macro?.key ?? null);
  const [share, setShare] = useState<Macro["share"]>(macro?.share ?? { with: "me" });
  const [actions, setActions] = useState<readonly Line<Action>[]>(() =>
    (macro?.actions ?? [newAction("priority", deskState.get())]).map(lineOf),
  );
  const [problem, setProblem] = useState<Problem | null>(null);
  const teams = useStore(deskState, (state) => state.teams);
  const supervises = useStore(session, (now) => now.kind === "signedIn" && allows(now.me.agent.role, "team.supervise"));
  const isFixed = macro !== null && !macro.mayChange;
  const input: MacroInput = { name: name.trim(), key, share, actions: actions.map(({ value }) => value) };
  const finish = async (
    work: Promise<{ readonly ok: true } | { readonly ok: false; readonly problem: Problem }>,
    said: string,
  ) => {
    const outcome = await work;
    if (!outcome.ok) return setProblem(outcome.problem);
    await loadMacros();
    toast(said);
    close();
  };
  const keep = (): void =>
    void finish(
      macro === null
        ? call(endpoints.create, { body: input })
        : call(endpoints.change, { params: { id: macro.id }, body: { ...input, version: macro.version } }),
      t("macros.kept", { name: input.name }),
    );
  const withWhom = share.with === "team" ? share.teamId : share.with;
  return (
    <SheetForm
      problem={problem}
      close={close}
      keep={keep}
      isDisabled={isFixed || input.name === "" || input.actions.length === 0 || !input.actions.every(saysSomething)}
      aside={
        macro === null || isFixed ? null : (
          <Button
            look="danger"
            icon="trash"
            onPress={() =>
              void finish(
                call(endpoints.remove, { params: { id: macro.id } }),
                t("macros.removed", { name: macro.name }),
              )
            }
          >
            {t("admin.remove")}
          </Button>
        )
      }
    >
      {isFixed ? <p className="card-words">{t("macros.readOnly")}</p> : null}
      <Field label={t("macros.name")} value={name} onChange={setName} isRequired autoFocus maxLength={60} />
      <div className="pair">
        <Choose
          label={t("macros.key")}
          hint={t("macros.keyHint")}
          value={key ?? none}
          choices={[{ id: none, label: t("macros.noKey") }, ...keys.map((id) => ({ id: id as string, label: id }))]}
          onChange={(id) => setKey(keys.find((one) => one === id) ?? null)}
        />
        <Choose
          label={t("macros.share")}
          value={withWhom}
          choices={[
            { id: "me", label: t("macros.withMe") },
            ...(supervises || isFixed
              ? [
                  ...teams.map((team) => ({ id: team.id as string, label: t("macros.withTeam", { team: team.name }) })),
                  { id: "everybody", label: t("macros.withEverybody") },
                ]
              : []),
          ]}
          onChange={(id) => {
            const team = teams.find((one) => one.id === id);
            setShare(team ? { with: "team", teamId: team.id } : { with: id === "everybody" ? "everybody" : "me" });
          }}
        />
      </div>
      <Actions lines={actions} set={setActions} of="macro" />
    </SheetForm>
  );
};
