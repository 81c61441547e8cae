// A flow is begun: empty, from a file, or as a copy of another. Called by AdminFlows.
import { useState } from "react";
import { flows, type Flow } from "#contract/flow-endpoints.ts";
import type { FlowDocument } from "#contract/flows.ts";
import { Field } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { isKey, keyFrom, mostFileBytes, placeIn, readFlowFile } from "#web/state/flowFiles.ts";
import { t } from "#web/state/words.ts";

/** What it is begun from. */
export type From =
  | { readonly by: "nothing" }
  | { readonly by: "file" }
  | { readonly by: "copy"; readonly of: string; readonly document: FlowDocument };

export const NewFlow = ({
  from,
  taken,
  close,
  made,
}: {
  readonly from: From;
  /** Short words of the flows that are there. */
  readonly taken: ReadonlySet<string>;
  readonly close: () => void;
  readonly made: (flow: Flow) => void;
}) => {
  const [name, setName] = useState(from.by === "copy" ? t("flowList.copyOf", { name: from.of }) : "");
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const [document, setDocument] = useState<FlowDocument | null>(from.by === "copy" ? from.document : null);
  const [fault, setFault] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const key = ownKey ?? keyFrom(name, taken);
  const keep = async (): Promise<void> => {
    const outcome = await call(flows.create, { body: { key, name: name.trim(), document } });
    if (outcome.ok) return made(outcome.value);
    setProblem(outcome.problem);
    const at = document === null ? null : placeIn(document, outcome.problem.field);
    setFault(
      at === null
        ? outcome.problem.field?.includes("document")
          ? t("flowEditor.file.wrongAt", { place: outcome.problem.field.replace(/^.*document\.?/u, "") })
          : null
        : t("flowEditor.file.wrongInStep", { step: at.step, place: at.rest }),
    );
  };
  const read = async (file: File | undefined): Promise<void> => {
    setProblem(null);
    setFault(null);
    setDocument(null);
    if (file === undefined) return;
    if (file.size > mostFileBytes) return setFault(t("flowEditor.file.tooLarge"));
    const found = readFlowFile(await file.text());
    if (!found.ok) return setFault(t(found.why, found.facts));
    setDocument(found.document);
    const bare = file.name.replace(/\.json$/iu, "");
    setName((now) => (now === "" ? bare.slice(0, 100) : now));
  };
  return (
    <SheetForm
      problem={problem}
      close={close}
      keep={() => void keep()}
      keepWords={t("flowList.begin")}
      isDisabled={name.trim() === "" || !isKey(key) || (from.by === "file" && (document === null || fault !== null))}
    >
      {from.by === "file" ? (
        <div className="field">
          <label className="field-label" htmlFor="flow-file">
            {t("flowList.file")}
          </label>
          <input
            id="flow-file"
            type="file"
            accept="application/json,.json"
            className="field-input"
            aria-describedby="flow-file-said"
            onChange={(change) => void read(change.target.files?.[0])}
          />
          <div id="flow-file-said" aria-live="polite">
            {fault === null ? (
              document === null ? (
                <span className="field-hint">{t("flowList.fileHint")}</span>
              ) : (
                <span className="field-hint">{t("flowList.fileRead", { count: document.steps.length })}</span>
              )
            ) : (
              <span className="field-fault">
                <Icon name="warning" size="small" /> {fault}
              </span>
            )}
          </div>
        </div>
      ) : null}
      <Field
        label={t("flowEditor.name")}
        value={name}
        onChange={setName}
        maxLength={100}
        isRequired
        autoFocus={from.by !== "file"}
      />
      <Field
        label={t("flowEditor.key")}
        hint={t("flowEditor.keyHint")}
        value={key}
        fault={isKey(key) ? null : t("flowEditor.noKey")}
        maxLength={60}
        onChange={setOwnKey}
      />
    </SheetForm>
  );
};
