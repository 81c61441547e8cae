// The rules that act by themselves, in their order: added, changed, moved and removed here.
import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { automation as endpoints } from "#contract/automation.ts";
import type { AutomationRule } from "#contract/automation.ts";
import { AdminPage } from "#web/kit/AdminPage.tsx";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { Empty } from "#web/kit/States.tsx";
import { RuleForm } from "#web/screens/automation/RuleForm.tsx";
import { TryOut } from "#web/screens/automation/TryOut.tsx";
import { mergeReference } from "#web/state/apply.ts";
import { moved } from "#web/state/automationRules.ts";
import { actionsWords, ifWords, whenWords } from "#web/state/automationWords.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { tellProblem } from "#web/state/problems.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";
import "#web/screens/automation/automation.css";

/** Keeps the rules as they shall be; gives what was wrong, or null. */
const keepRules = async (rules: readonly AutomationRule[]): Promise<Problem | null> => {
  const was = deskState.get().automation;
  const outcome = await call(endpoints.setRules, { body: { rules: [...rules], was: [...was] } });
  if (!outcome.ok) return outcome.problem;
  deskState.set((state) => mergeReference(state, { automation: outcome.value.rules }));
  return null;
};

export const AdminAutomation = () => {
  const names = useStore(deskState, (state) => state);
  const rules = names.automation;
  const [editing, setEditing] = useState<AutomationRule | "new" | null>(null);
  const close = (): void => setEditing(null);
  const keep = async (next: readonly AutomationRule[], said: string): Promise<Problem | null> => {
    const problem = await keepRules(next);
    if (problem !== null) return problem;
    toast(said);
    close();
    return null;
  };
  const move = async (index: number, by: -1 | 1): Promise<void> => {
    const problem = await keep(moved(rules, index, by), t("automation.moved"));
    if (problem !== null) tellProblem(problem);
  };
  return (
    <AdminPage
      title={t("admin.automation")}
      action={
        <Button look="primary" icon="plus" onPress={() => setEditing("new")}>
          {t("automation.add")}
        </Button>
      }
    >
      {rules.length === 0 ? (
        <Empty icon="robot" title={t("automation.none")}>
          {t("automation.noneHint")}
        </Empty>
      ) : (
        <>
          <p className="card-words">{t("automation.order")}</p>
          <ol className="entries">
            {rules.map((rule, index) => (
              <li key={rule.id} className="rule-entry">
                <AriaButton className="entry" data-off={!rule.on || undefined} onPress={() => setEditing(rule)}>
                  <Icon name={rule.when.by === "time" ? "clock" : "robot"} size="small" />
                  <span className="entry-words">
                    <strong>
                      {index + 1}. {rule.name}
                      {rule.on ? "" : ` (${t("automation.off")})`}
                    </strong>
                    <small>{[whenWords(rule.when), ifWords(rule, names)].filter(Boolean).join(", ")}</small>
                    <small>→ {actionsWords(rule.actions, names)}</small>
                  </span>
                </AriaButton>
                <IconButton
                  size="small"
                  icon="up"
                  label={t("automation.up", { name: rule.name })}
                  isDisabled={index === 0}
                  onPress={() => void move(index, -1)}
                />
                <IconButton
                  size="small"
                  icon="down"
                  label={t("automation.down", { name: rule.name })}
                  isDisabled={index === rules.length - 1}
                  onPress={() => void move(index, 1)}
                />
              </li>
            ))}
          </ol>
          <section className="card">
            <h2>{t("automation.trial.title")}</h2>
            <p className="card-words">{t("automation.trial.hint")}</p>
            <TryOut rules={rules} />
          </section>
        </>
      )}
      <Sheet
        wide
        title={t(editing === "new" ? "automation.add" : "automation.change")}
        isOpen={editing !== null}
        onClose={close}
      >
        {editing === null ? null : (
          <RuleForm
            rule={editing === "new" ? null : editing}
            rules={rules}
            close={close}
            keep={(rule) =>
              keep(
                editing === "new" ? [...rules, rule] : rules.map((one) => (one.id === rule.id ? rule : one)),
                t("automation.kept", { name: rule.name }),
              )
            }
            remove={(rule) =>
              keep(
                rules.filter((one) => one.id !== rule.id),
                t("automation.removed", { name: rule.name }),
              )
            }
          />
        )}
      </Sheet>
    </AdminPage>
  );
};
