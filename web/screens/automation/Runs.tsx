// What a rule did lately, when somebody asks: in which concerns, why, what was done and what could not be. Called by RuleForm.
import { useState } from "react";
import { automation as endpoints } from "#contract/automation.ts";
import type { AutomationRule, Run } from "#contract/automation.ts";
import { Button } from "#web/kit/Button.tsx";
import { Group } from "#web/kit/Group.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { actionsWords, causeWords, undoneWords } from "#web/state/automationWords.ts";
import { call } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { tellProblem } from "#web/state/problems.ts";
import { useStore } from "#web/state/store.ts";
import { dayAndTime, t } from "#web/state/words.ts";

export const Runs = ({ rule }: { readonly rule: AutomationRule }) => {
  const [runs, setRuns] = useState<readonly Run[] | null>(null);
  const names = useStore(deskState, (state) => state);
  const ask = async (): Promise<void> => {
    const outcome = await call(endpoints.runs, { params: { id: rule.id } });
    if (outcome.ok) setRuns(outcome.value.runs);
    else tellProblem(outcome.problem);
  };
  return (
    <Group title={t("automation.runs")}>
      {runs === null ? (
        <div>
          <Button icon="history" onPress={() => void ask()}>
            {t("automation.runsAsk")}
          </Button>
        </div>
      ) : (
        <div aria-live="polite">
          {runs.length === 0 ? (
            <p className="card-words">{t("automation.runsNone")}</p>
          ) : (
            <ul className="rule-runs">
              {runs.map((run) => {
                const undone = undoneWords(run.deeds, names);
                const done = run.deeds.filter(({ refused }) => refused === null).map(({ action }) => action);
                return (
                  <li key={run.id}>
                    <a href={`/desk/all/${run.number}`}>
                      #{run.number} {run.subject}
                    </a>{" "}
                    <small>{dayAndTime(run.at)}</small>
                    <small>
                      {causeWords(run.cause)}
                      {done.length === 0 ? "" : ` → ${actionsWords(done, names)}`}
                    </small>
                    {undone === "" ? null : (
                      <small className="rule-undone">
                        <Icon name="warning" size="small" /> {undone}
                      </small>
                    )}
                  </li>
                );
              })}
            </ul>
          )}
        </div>
      )}
    </Group>
  );
};
