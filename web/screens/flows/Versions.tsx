// The versions of a flow: who published what when; looked at, and set back to. Called by the editor.
import { useState } from "react";
import { flows } from "#contract/flow-endpoints.ts";
import type { FlowDocument } from "#contract/flows.ts";
import { Button } from "#web/kit/Button.tsx";
import { LongField } from "#web/kit/Field.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { useEditing } from "#web/screens/flows/useEditing.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { keepNow, takeInFlow, flowEditor } from "#web/state/flowEditor.ts";
import { tellProblem } from "#web/state/problems.ts";
import { toast } from "#web/state/toasts.ts";
import { dayAndTime, t } from "#web/state/words.ts";

/** A version that is being looked at. */
export interface Looked {
  readonly number: number;
  readonly document: FlowDocument;
}

export const Versions = ({
  looked,
  look,
}: {
  readonly looked: Looked | null;
  readonly look: (looked: Looked | null) => void;
}) => {
  const { flow } = useEditing();
  const [rolling, setRolling] = useState<number | null>(null);
  const open = async (number: number): Promise<void> => {
    const outcome = await call(flows.versionOf, { params: { id: flow.id, number } });
    if (outcome.ok) look({ number, document: outcome.value.document });
    else tellProblem(outcome.problem);
  };
  return (
    <section className="flow-form" aria-label={t("flowEditor.tabs.versions")}>
      {flow.versions.length === 0 ? <p className="card-words">{t("flowVersions.none")}</p> : null}
      <ol className="flow-versions">
        {flow.versions.map((version) => (
          <li key={version.number} data-on={version.number === flow.published || undefined}>
            <div className="flow-version-words">
              <strong>
                {t("flowVersions.version", { number: version.number })}
                {version.number === flow.published ? (
                  <span className="badge" data-tone="good">
                    {t("flowVersions.runs")}
                  </span>
                ) : null}
              </strong>
              <small>
                {dayAndTime(version.at)} · {version.byName}
              </small>
              {version.note === "" ? null : <p dir="auto">{version.note}</p>}
            </div>
            <div className="flow-version-buttons">
              <Button
                icon="eye"
                aria-label={`${t("flowVersions.look")}: ${t("flowVersions.version", { number: version.number })}`}
                onPress={() => void open(version.number)}
                isDisabled={looked?.number === version.number}
              >
                {t("flowVersions.look")}
              </Button>
              {version.number === flow.published ? null : (
                <Button
                  icon="history"
                  aria-label={`${t("flowVersions.rollBack")}: ${t("flowVersions.version", { number: version.number })}`}
                  onPress={() => setRolling(version.number)}
                >
                  {t("flowVersions.rollBack")}
                </Button>
              )}
            </div>
          </li>
        ))}
      </ol>
      <Sheet title={t("flowVersions.rollBack")} isOpen={rolling !== null} onClose={() => setRolling(null)}>
        {rolling === null ? null : <RollBack number={rolling} close={() => setRolling(null)} />}
      </Sheet>
    </section>
  );
};

const RollBack = ({ number, close }: { readonly number: number; readonly close: () => void }) => {
  const { flow } = useEditing();
  const [problem, setProblem] = useState<Problem | null>(null);
  const roll = async (): Promise<void> => {
    const outcome = await call(flows.rollBack, { params: { id: flow.id }, body: { number } });
    if (!outcome.ok) return setProblem(outcome.problem);
    takeInFlow(outcome.value);
    toast(t("flowVersions.rolledBack", { number }));
    close();
  };
  return (
    <SheetForm
      problem={problem}
      close={close}
      keep={() => void roll()}
      keepWords={t("flowVersions.rollBack")}
      keepIcon="history"
      isReady
    >
      <p>{t("flowVersions.rollBackSure", { number })}</p>
      <p className="card-words">{t("flowVersions.rollBackHint")}</p>
    </SheetForm>
  );
};

/** Publishes what stands, with a note for those who come later. */
export const Publish = ({ close }: { readonly close: () => void }) => {
  const { flow, findings } = useEditing();
  const [note, setNote] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const warnings = findings.filter(({ level }) => level === "warning").length;
  const publish = async (): Promise<void> => {
    // What was typed a moment ago is part of it.
    await keepNow();
    const now = flowEditor.get();
    if (now === null || now.flow === null) return;
    if (now.keeping !== "kept") return setProblem(now.problem);
    const outcome = await call(flows.publish, {
      params: { id: flow.id },
      body: { version: now.flow.version, note: note.trim() },
    });
    if (!outcome.ok) return setProblem(outcome.problem);
    takeInFlow(outcome.value);
    toast(t("flowVersions.published", { number: outcome.value.published ?? 0 }));
    close();
  };
  return (
    <SheetForm problem={problem} close={close} keep={() => void publish()} keepWords={t("flowVersions.publish")}>
      <p className="card-words">{t("flowVersions.publishHint")}</p>
      {warnings === 0 ? null : <p className="card-words">{t("flowVersions.warnings", { count: warnings })}</p>}
      {flow.on ? null : <p className="card-words">{t("flowVersions.isOff")}</p>}
      <LongField
        label={t("flowVersions.note")}
        hint={t("flowVersions.noteHint")}
        rows={2}
        maxLength={500}
        autoFocus
        value={note}
        onChange={setNote}
      />
    </SheetForm>
  );
};
