// Promise rules in their order: added, changed, moved and removed here, with what they would have done, and what their last change did to open concerns.
import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { promises as endpoints } from "#contract/promises.ts";
import type { PromiseRule } from "#contract/promises.ts";
import { AdminPage } from "#web/kit/AdminPage.tsx";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { Empty } from "#web/kit/States.tsx";
import { ForecastCard } from "#web/screens/promises/Forecast.tsx";
import { RuleForm } from "#web/screens/promises/RuleForm.tsx";
import { mergeReference } from "#web/state/apply.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { tellProblem } from "#web/state/problems.ts";
import { moved, whenWords, whatWords } from "#web/state/promiseRules.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";
import "#web/screens/promises/promises.css";

/** Keeps the rules as they shall be; gives what was wrong, or null. */
const keepRules = async (rules: readonly PromiseRule[]): Promise<Problem | null> => {
  const was = deskState.get().promises.rules;
  const outcome = await call(endpoints.setRules, { body: { rules: [...rules], was: [...was] } });
  if (!outcome.ok) return outcome.problem;
  deskState.set((state) => mergeReference(state, { promises: { ...state.promises, rules: outcome.value.rules } }));
  return null;
};

export const AdminPromises = () => {
  const { rules, recount } = useStore(deskState, (state) => state.promises);
  const names = useStore(
    deskState,
    (state) => state,
    (a, b) => a.topics === b.topics && a.brands === b.brands && a.tiers === b.tiers,
  );
  const [editing, setEditing] = useState<PromiseRule | "new" | null>(null);
  // What was counted when something was changed here: until that is another, the counting goes on.
  const [counted, setCounted] = useState<string | null | undefined>(undefined);
  const close = (): void => setEditing(null);
  const keep = async (next: readonly PromiseRule[], said: string): Promise<Problem | null> => {
    const before = recount?.at ?? null;
    const problem = await keepRules(next);
    if (problem !== null) return problem;
    setCounted(before);
    toast(said);
    close();
    return null;
  };
  const move = async (index: number, by: -1 | 1): Promise<void> => {
    const problem = await keep(moved(rules, index, by), t("promises.moved"));
    if (problem !== null) tellProblem(problem);
  };
  const isCounting = counted !== undefined && counted === (recount?.at ?? null);
  return (
    <AdminPage
      title={t("admin.promises")}
      action={
        <Button look="primary" icon="plus" onPress={() => setEditing("new")}>
          {t("promises.add")}
        </Button>
      }
    >
      {rules.length === 0 ? (
        <Empty icon="clock" title={t("promises.none")}>
          {t("promises.noneHint")}
        </Empty>
      ) : (
        <>
          <p className="card-words">{t("promises.order")}</p>
          <ol className="entries">
            {rules.map((rule, index) => (
              <li key={rule.id} className="moving-entry">
                <AriaButton className="entry" onPress={() => setEditing(rule)}>
                  <Icon name="clock" size="small" />
                  <span className="entry-words">
                    <strong>{rule.name}</strong>
                    <small>{whenWords(rule, names)}</small>
                    <small>{whatWords(rule)}</small>
                  </span>
                </AriaButton>
                <IconButton
                  size="small"
                  icon="up"
                  label={t("promises.up", { name: rule.name })}
                  isDisabled={index === 0}
                  onPress={() => void move(index, -1)}
                />
                <IconButton
                  size="small"
                  icon="down"
                  label={t("promises.down", { name: rule.name })}
                  isDisabled={index === rules.length - 1}
                  onPress={() => void move(index, 1)}
                />
              </li>
            ))}
          </ol>
        </>
      )}
      <output className="promise-recount">
        {isCounting
          ? t("promises.recounting")
          : recount === null
            ? ""
            : t("promises.recounted", {
                earlier: recount.earlier,
                later: recount.later,
                begun: recount.begun,
                ended: recount.ended,
                open: recount.open,
              })}
      </output>
      {rules.length === 0 ? null : <ForecastCard rules={rules} />}
      <Sheet
        wide
        title={t(editing === "new" ? "promises.add" : "promises.change")}
        isOpen={editing !== null}
        onClose={close}
      >
        {editing === null ? null : (
          <RuleForm
            rule={editing === "new" ? null : editing}
            others={rules}
            close={close}
            keep={(rule) =>
              keep(
                editing === "new" ? [...rules, rule] : rules.map((one) => (one.id === rule.id ? rule : one)),
                t("promises.kept", { name: rule.name }),
              )
            }
            remove={(rule) =>
              keep(
                rules.filter((one) => one.id !== rule.id),
                t("promises.removed", { name: rule.name }),
              )
            }
          />
        )}
      </Sheet>
    </AdminPage>
  );
};
