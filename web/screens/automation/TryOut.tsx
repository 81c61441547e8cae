// What rules would have done in the last 30 days, when somebody asks: what, how often, whether people did the same, and examples. Called by AdminAutomation and RuleForm.
import { automation as endpoints } from "#contract/automation.ts";
import type { AutomationRule, Trial, TriedRule } from "#contract/automation.ts";
import { AskingState, CancelAsking, useAsking } from "#web/kit/Asking.tsx";
import { Button } from "#web/kit/Button.tsx";
import { actionsWords, actionWords, causeWords, ifWords } from "#web/state/automationWords.ts";
import { call } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { useStore } from "#web/state/store.ts";
import { dayAndTime, number, t } from "#web/state/words.ts";

/** `only`: of this rule alone it is told; its examples open beside the form. */
export const TryOut = ({
  rules,
  only = null,
  isDisabled = false,
}: {
  readonly rules: readonly AutomationRule[];
  readonly only?: AutomationRule["id"] | null;
  readonly isDisabled?: boolean;
}) => {
  const asking = useAsking<Trial>(JSON.stringify(rules));
  const trial = asking.told;
  const ask = (): void => asking.ask((signal) => call(endpoints.tryRules, { body: { rules: [...rules] } }, signal));
  return (
    <div className="rule-trial">
      <div className="rule-trial-ask">
        <Button icon="history" isDisabled={isDisabled} onPress={ask}>
          {t("automation.trial.ask")}
        </Button>
        <CancelAsking asking={asking} />
      </div>
      <AskingState asking={asking} label={t("automation.trial.asking")} />
      <div aria-live="polite">{trial === null ? null : <Outcome trial={trial} rules={rules} only={only} />}</div>
    </div>
  );
};

const Outcome = ({
  trial,
  rules,
  only,
}: {
  readonly trial: Trial;
  readonly rules: readonly AutomationRule[];
  readonly only: AutomationRule["id"] | null;
}) => (
  <div className="rule-trial">
    <p>
      {t("automation.trial.looked", { count: trial.looked })} {trial.more ? t("automation.trial.more") : ""}
    </p>
    {trial.rules.map((tried) => {
      const rule = rules.find(({ id }) => id === tried.ruleId);
      return rule === undefined || (only !== null && only !== rule.id) ? null : (
        <section key={rule.id} className="rule-trial">
          {only === null ? <h3>{rule.name}</h3> : null}
          <OneRule rule={rule} tried={tried} isAlone={only !== null} />
        </section>
      );
    })}
    <p className="field-hint">{t("automation.trial.assumes")}</p>
  </div>
);

const OneRule = ({
  rule,
  tried,
  isAlone,
}: {
  readonly rule: AutomationRule;
  readonly tried: TriedRule;
  readonly isAlone: boolean;
}) => {
  const names = useStore(deskState, (state) => state);
  if (tried.fitted === 0)
    return <p className="card-words">{rule.on ? t("automation.trial.never") : t("automation.off")}</p>;
  return (
    <>
      <p className="card-words">
        {t("automation.trial.fitted", { count: tried.fitted })}{" "}
        {t("automation.trial.concerns", { count: tried.concerns })}
      </p>
      <table className="rule-trial-table">
        <thead>
          <tr>
            <th scope="col">{t("automation.trial.what")}</th>
            <th scope="col">{t("automation.trial.count")}</th>
            <th scope="col">{t("automation.trial.same")}</th>
          </tr>
        </thead>
        <tbody>
          {rule.actions.map((action, place) => {
            const deed = tried.deeds[place];
            return deed === undefined || action.do === "stop" ? null : (
              <tr key={place}>
                <th scope="row">{actionWords(action, names)}</th>
                <td>{number(deed.count)}</td>
                <td>
                  {deed.of === 0
                    ? t(
                        action.do === "note" || action.do === "notify"
                          ? "automation.trial.notCompared"
                          : "automation.trial.notYet",
                      )
                    : t("automation.trial.sameOf", { same: number(deed.same), of: number(deed.of) })}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <details>
        <summary>{t("automation.trial.examples", { count: tried.examples.length })}</summary>
        <ul className="rule-runs">
          {tried.examples.map((one) => (
            <li key={`${one.concernId} ${one.at} ${one.cause}`}>
              <a href={`/desk/all/${one.number}`} {...(isAlone ? { target: "_blank", rel: "noreferrer" } : {})}>
                #{one.number} {one.subject}
              </a>{" "}
              <small>{dayAndTime(one.at)}</small>
              <small>
                {[causeWords(one.cause), ifWords({ all: one.conditions, any: [] }, names)].filter(Boolean).join(", ")}
              </small>
              <small>
                → {one.actions.length === 0 ? t("automation.trial.nothing") : actionsWords(one.actions, names)}
              </small>
              {one.same === null ? null : (
                <small>{one.same ? t("automation.trial.did") : t("automation.trial.didNot")}</small>
              )}
            </li>
          ))}
        </ul>
      </details>
    </>
  );
};
