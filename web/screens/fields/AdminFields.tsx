// What the centre asks of its concerns and customers besides what everybody has: custom fields, defined here.
import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { fields as endpoints } from "#contract/fields.ts";
import type { Field as CustomField, FieldKind, FieldOwner } from "#contract/fields.ts";
import { AdminPage } from "#web/kit/AdminPage.tsx";
import { Button } from "#web/kit/Button.tsx";
import { Choose, Field, LongField } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { Empty } from "#web/kit/States.tsx";
import { mergeReference } from "#web/state/apply.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { problemWords } from "#web/state/problems.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { topicPath } from "#web/state/topics.ts";
import { t } from "#web/state/words.ts";

const owners: readonly FieldOwner[] = ["concern", "customer"];
const kinds: readonly FieldKind[] = ["text", "number", "date", "choice", "yesNo"];
const none = "none";

export const AdminFields = () => {
  const all = useStore(deskState, (state) => state.fields);
  const topics = useStore(deskState, (state) => state.topics);
  const [editing, setEditing] = useState<CustomField | "new" | null>(null);
  return (
    <AdminPage
      title={t("admin.fields")}
      action={
        <Button look="primary" icon="plus" onPress={() => setEditing("new")}>
          {t("fields.add")}
        </Button>
      }
    >
      {all.length === 0 ? (
        <Empty icon="field" title={t("fields.empty")}>
          {t("fields.emptyHint")}
        </Empty>
      ) : (
        owners.map((owner) => {
          const own = all.filter((one) => one.owner === owner).toSorted((a, b) => a.position - b.position);
          return own.length === 0 ? null : (
            <section key={owner}>
              <h2 className="entries-title">{t(`fields.owners.${owner}`)}</h2>
              <ul className="entries">
                {own.map((one) => (
                  <li key={one.id}>
                    <AriaButton className="entry" onPress={() => setEditing(one)}>
                      <Icon name="field" size="small" />
                      <span className="entry-words">
                        <strong>{one.name}</strong>
                        {one.choices.length > 0 ? <small>{one.choices.join(", ")}</small> : null}
                      </span>
                      <span className="entry-side">{topics.find((topic) => topic.id === one.topicId)?.name ?? ""}</span>
                      <span className="badge">{t(`fields.kinds.${one.kind}`)}</span>
                    </AriaButton>
                  </li>
                ))}
              </ul>
            </section>
          );
        })
      )}
      <Sheet
        title={editing === "new" ? t("fields.add") : t("fields.change")}
        isOpen={editing !== null}
        onClose={() => setEditing(null)}
      >
        {editing === null ? null : (
          <FieldForm field={editing === "new" ? null : editing} close={() => setEditing(null)} />
        )}
      </Sheet>
    </AdminPage>
  );
};

const takeIn = (field: CustomField): void =>
  deskState.set((state) =>
    mergeReference(state, { fields: [...state.fields.filter((one) => one.id !== field.id), field] }),
  );

const FieldForm = ({ field, close }: { readonly field: CustomField | null; readonly close: () => void }) => {
  const topics = useStore(deskState, (state) => state.topics);
  const [owner, setOwner] = useState<FieldOwner>(field?.owner ?? "concern");
  const [kind, setKind] = useState<FieldKind>(field?.kind ?? "text");
  const [name, setName] = useState(field?.name ?? "");
  const [choices, setChoices] = useState(field?.choices.join("\n") ?? "");
  const [topicId, setTopicId] = useState(field?.topicId ?? null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const keep = async (): Promise<void> => {
    const lines = choices
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
    const body = { name, choices: lines, topicId };
    const outcome =
      field === null
        ? await call(endpoints.create, { body: { ...body, owner, kind } })
        : await call(endpoints.change, { params: { id: field.id }, body });
    if (!outcome.ok) return setProblem(outcome.problem);
    takeIn(outcome.value);
    toast(t("admin.kept", { name: outcome.value.name }));
    close();
  };
  const remove = async (): Promise<void> => {
    if (!field) return;
    const outcome = await call(endpoints.remove, { params: { id: field.id } });
    if (!outcome.ok) return setProblem(outcome.problem);
    deskState.set((state) => mergeReference(state, { fields: state.fields.filter((one) => one.id !== field.id) }));
    toast(t("admin.removed", { name: field.name }));
    close();
  };
  return (
    <form
      className="form"
      data-padded
      onSubmit={(submit) => {
        submit.preventDefault();
        void keep();
      }}
    >
      <Field label={t("admin.name")} value={name} onChange={setName} isRequired autoFocus maxLength={60} />
      {field === null ? (
        <div className="pair">
          <Choose
            label={t("fields.owner")}
            value={owner}
            choices={owners.map((id) => ({ id, label: t(`fields.owners.${id}`) }))}
            onChange={setOwner}
          />
          <Choose
            label={t("fields.kind")}
            value={kind}
            choices={kinds.map((id) => ({ id, label: t(`fields.kinds.${id}`) }))}
            onChange={setKind}
          />
        </div>
      ) : (
        <p className="field-hint">
          {t("fields.fixed", { owner: t(`fields.owners.${owner}`), kind: t(`fields.kinds.${kind}`) })}
        </p>
      )}
      {kind === "choice" ? (
        <LongField
          label={t("fields.choices")}
          hint={t("fields.choicesHint")}
          value={choices}
          onChange={setChoices}
          rows={5}
          maxLength={10_000}
        />
      ) : null}
      {owner === "concern" ? (
        <Choose
          label={t("concerns.topic")}
          hint={t("fields.topicHint")}
          value={topicId ?? none}
          choices={[
            { id: none, label: t("fields.everyTopic") },
            ...topics
              .map((topic) => ({ id: topic.id as string, label: topicPath(topics, topic) }))
              .toSorted((a, b) => a.label.localeCompare(b.label)),
          ]}
          onChange={(id) => setTopicId(topics.find((topic) => topic.id === id)?.id ?? null)}
        />
      ) : null}
      <div className="form-foot">
        {field ? (
          <Button look="danger" icon="trash" onPress={() => void remove()}>
            {t("admin.remove")}
          </Button>
        ) : null}
        {problem ? (
          <p className="form-problem" role="alert">
            <Icon name="warning" /> {problemWords(problem)}
          </p>
        ) : null}
        <Button look="quiet" onPress={close}>
          {t("kit.cancel")}
        </Button>
        <Button look="primary" type="submit" isDisabled={name.trim() === ""}>
          {t("kit.keep")}
        </Button>
      </div>
    </form>
  );
};
