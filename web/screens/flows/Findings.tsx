// What is wrong with a draft, line by line; a press leads to the step. Called by the editor's panel and by the form of a step.
import type { FlowFinding } from "#contract/flows.ts";
import { Icon } from "#web/kit/Icon.tsx";
import { useEditing } from "#web/screens/flows/useEditing.ts";
import { findingWords, stepNameOf } from "#web/screens/flows/words.ts";
import { t } from "#web/state/words.ts";

/** Findings of one step, above its form. */
export const FindingLines = ({ findings }: { readonly findings: readonly FlowFinding[] }) => {
  const { draft } = useEditing();
  return (
    <ul className="flow-findings">
      {findings.map((finding, index) => (
        <li key={index} className="flow-finding" data-level={finding.level}>
          <Icon name="warning" size="small" label={t(`flowEditor.levels.${finding.level}`)} />
          <span>{findingWords(draft, finding)}</span>
        </li>
      ))}
    </ul>
  );
};

/** All of them, errors first. */
export const Findings = ({ open }: { readonly open: (step: string | null) => void }) => {
  const { findings, isChecked, draft } = useEditing();
  const errors = findings.filter(({ level }) => level === "error");
  const warnings = findings.filter(({ level }) => level === "warning");
  return (
    <section className="flow-form" aria-label={t("flowEditor.tabs.findings")} aria-busy={!isChecked}>
      {findings.length === 0 ? (
        <p className="flow-fine">
          <Icon name="check" /> {t("flowEditor.noFindings")}
        </p>
      ) : (
        <p className="card-words">
          {errors.length === 0 ? t("flowEditor.onlyWarnings") : t("flowEditor.errors", { count: errors.length })}
        </p>
      )}
      <ul className="flow-findings">
        {[...errors, ...warnings].map((finding, index) => (
          <li key={index}>
            <button
              type="button"
              className="flow-finding"
              data-level={finding.level}
              onClick={() => open(finding.step)}
            >
              <Icon name="warning" size="small" label={t(`flowEditor.levels.${finding.level}`)} />
              <span>
                {findingWords(draft, finding)}
                {finding.step === null ? null : <small>{stepNameOf(draft, finding.step)}</small>}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
};
