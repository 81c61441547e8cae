// What a flow is apart from its steps: its name, its languages, how it begins, when it rests. Called by the editor's panel.
import { flowMedia, flowMost, type FlowEntry, type FlowEntryRule, type FlowLanguage } from "#contract/flows.ts";
import { Checks } from "#web/kit/Checks.tsx";
import { Choose, Field, Toggle } from "#web/kit/Field.tsx";
import { Amount, Line, none, Several, TextFields, WordsField } from "#web/screens/flows/Fields.tsx";
import { useEditing } from "#web/screens/flows/useEditing.ts";
import { stepName } from "#web/screens/flows/words.ts";
import { deskState } from "#web/state/desk.ts";
import { changeFlow, changeFlowFacts } from "#web/state/flowEditor.ts";
import { isKey } from "#web/state/flowFiles.ts";
import { noText } from "#web/state/flowSteps.ts";
import { useStore } from "#web/state/store.ts";
import { topicPath } from "#web/state/topics.ts";
import { t } from "#web/state/words.ts";

const bys = ["button", "words", "first", "topic", "incident", "desk"] as const;
const languages = ["de", "en"] as const satisfies readonly FlowLanguage[];

export const FlowForm = () => {
  const { draft, name, key, on, flow } = useEditing();
  return (
    <form className="flow-form" aria-label={t("flowEditor.tabs.flow")} onSubmit={(submit) => submit.preventDefault()}>
      <Field
        label={t("flowEditor.name")}
        value={name}
        fault={name.trim() === "" ? t("flowEditor.noName") : null}
        maxLength={flowMost.name}
        onChange={(text) => changeFlowFacts({ name: text })}
      />
      <Line
        label={t("flowEditor.key")}
        hint={t("flowEditor.keyHint")}
        value={key}
        holds={isKey}
        fault={t("flowEditor.noKey")}
        maxLength={60}
        onLeave
        onChange={(text) => changeFlowFacts({ key: text })}
      />
      <Toggle
        label={t("flowEditor.on")}
        hint={t(flow.published === null ? "flowEditor.onUnpublished" : "flowEditor.onHint")}
        value={on}
        onChange={(value) => changeFlowFacts({ on: value })}
      />
      <Entries />
      <Checks
        title={t("flowEditor.languages")}
        choices={languages.map((id) => ({ id: id as string, label: t(`languages.${id}`) }))}
        chosen={draft.languages}
        onChange={(ids) => {
          const chosen = languages.filter((id) => ids.includes(id));
          if (chosen.length > 0) changeFlow((document) => ({ ...document, languages: chosen }));
        }}
      />
      <Choose
        label={t("flowEditor.start")}
        value={draft.start ?? none}
        choices={[
          ...(draft.start === null ? [{ id: none, label: t("flowEditor.nowhere") }] : []),
          ...draft.steps.map((step) => ({ id: step.id, label: stepName(draft, step), detail: step.id })),
        ]}
        onChange={(id) => changeFlow((document) => ({ ...document, start: id === none ? null : id }))}
      />
      <Amount
        label={t("flowEditor.restHours")}
        hint={t("flowEditor.restHint")}
        value={draft.restHours}
        least={1}
        most={720}
        onChange={(hours) => changeFlow((document) => ({ ...document, restHours: hours ?? 24 }), "restHours")}
      />
    </form>
  );
};

const newEntry = (by: FlowEntry["by"], topicId: string | undefined): FlowEntry => {
  switch (by) {
    case "button":
      return { by, label: noText, order: 0 };
    case "words":
      return { by, words: [t("flowEditor.exampleWord")] };
    case "topic":
      return { by, topicId: topicId as never };
    case "incident":
      return { by, label: noText, words: [] };
    case "first":
    case "desk":
      return { by };
  }
};

const Entries = () => {
  const { draft } = useEditing();
  const brands = useStore(deskState, (state) => state.brands);
  const topics = useStore(deskState, (state) => state.topics);
  const set = (entries: FlowEntryRule[], about?: string): void =>
    changeFlow((document) => ({ ...document, entries }), about === undefined ? null : `entries.${about}`);
  return (
    <Several
      title={t("flowEditor.entries")}
      items={draft.entries}
      most={flowMost.entries}
      add={t("flowEditor.addEntry")}
      removeLabel={(place) => t("flowEditor.removeEntry", { place })}
      onAdd={() =>
        set([...draft.entries, { entry: newEntry("button", topics[0]?.id), brandIds: [], media: [], hours: "always" }])
      }
      onChange={(entries) => set(entries)}
      item={(rule, index) => {
        const put = (part: Partial<FlowEntryRule>, about?: string): void =>
          set(draft.entries.with(index, { ...rule, ...part }), about === undefined ? undefined : `${index}.${about}`);
        const { entry } = rule;
        return (
          <>
            <Choose
              label={t("flowEditor.entryBy")}
              value={entry.by}
              choices={bys
                .filter((id) => id !== "topic" || topics.length > 0 || entry.by === "topic")
                .map((id) => ({ id, label: t(`flowEditor.entryBys.${id}`) }))}
              onChange={(by) => put({ entry: newEntry(by, topics[0]?.id) })}
            />
            {entry.by === "button" || entry.by === "incident" ? (
              <TextFields
                label={t("flowEditor.buttonLabel")}
                text={entry.label}
                isLine
                most={flowMost.label}
                onChange={(label, about) => put({ entry: { ...entry, label } }, about)}
              />
            ) : null}
            {entry.by === "button" ? (
              <Amount
                label={t("flowEditor.order")}
                hint={t("flowEditor.orderHint")}
                value={entry.order}
                least={0}
                most={1_000}
                onChange={(order) => put({ entry: { ...entry, order: order ?? 0 } }, "order")}
              />
            ) : null}
            {entry.by === "words" || entry.by === "incident" ? (
              <WordsField
                label={t(entry.by === "words" ? "flowEditor.entryWords" : "flowEditor.incidentWords")}
                hint={t(entry.by === "words" ? "flowEditor.entryWordsHint" : "flowEditor.incidentWordsHint")}
                words={entry.words}
                least={entry.by === "words" ? 1 : 0}
                most={entry.by === "words" ? 30 : 20}
                onChange={(words) => put({ entry: { ...entry, words } })}
              />
            ) : null}
            {entry.by === "topic" ? (
              <Choose
                label={t("flowEditor.topic")}
                value={entry.topicId}
                choices={topics
                  .map((topic) => ({ id: topic.id as string, label: topicPath(topics, topic) }))
                  .toSorted((a, b) => a.label.localeCompare(b.label))}
                onChange={(id) => put({ entry: { ...entry, topicId: id as never } })}
              />
            ) : null}
            <details className="flow-more">
              <summary>{t("flowEditor.entryWhere")}</summary>
              <div className="flow-form">
                {brands.length > 1 ? (
                  <Checks
                    title={t("flowEditor.brands")}
                    choices={brands.map(({ id, name }) => ({ id: id as string, label: name }))}
                    chosen={rule.brandIds}
                    onChange={(ids) => put({ brandIds: brands.map(({ id }) => id).filter((id) => ids.includes(id)) })}
                  />
                ) : null}
                <Checks
                  title={t("flowEditor.mediaAll")}
                  choices={flowMedia.map((id) => ({ id: id as string, label: t(`flowEditor.media.${id}`) }))}
                  chosen={rule.media}
                  onChange={(ids) => put({ media: flowMedia.filter((id) => ids.includes(id)) })}
                />
                <Choose
                  label={t("flowEditor.entryHours")}
                  value={rule.hours}
                  choices={(["always", "open", "closed"] as const).map((id) => ({
                    id,
                    label: t(`flowEditor.hours.${id}`),
                  }))}
                  onChange={(hours) => put({ hours })}
                />
              </div>
            </details>
          </>
        );
      }}
    />
  );
};
