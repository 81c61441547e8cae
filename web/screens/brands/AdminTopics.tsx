// What concerns can be about: a small tree, each topic with its team and what a message to a closed concern does.
import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { brands as endpoints } from "#contract/brands.ts";
import type { Topic } from "#contract/brands.ts";
import { AdminPage } from "#web/kit/AdminPage.tsx";
import { Button } from "#web/kit/Button.tsx";
import { Choose, Field } from "#web/kit/Field.tsx";
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
import { topicPath, topicTree } from "#web/state/topics.ts";
import { t } from "#web/state/words.ts";

export const AdminTopics = () => {
  const topics = useStore(deskState, (state) => state.topics);
  const teams = useStore(deskState, (state) => state.teams);
  const [editing, setEditing] = useState<Topic | "new" | null>(null);
  return (
    <AdminPage
      title={t("admin.topics")}
      action={
        <Button look="primary" icon="plus" onPress={() => setEditing("new")}>
          {t("admin.addTopic")}
        </Button>
      }
    >
      {topics.length === 0 ? (
        <Empty icon="topic" title={t("admin.noTopics")} />
      ) : (
        <ul className="entries">
          {topicTree(topics).map(({ topic, depth }) => (
            <li key={topic.id}>
              <AriaButton
                className="entry topic-line"
                style={{ "--depth": depth } as React.CSSProperties}
                onPress={() => setEditing(topic)}
              >
                <Icon name={depth === 0 ? "topic" : "right"} size="small" />
                <span className="entry-words">
                  <strong>{topic.name}</strong>
                </span>
                <span className="entry-side">{teams.find((team) => team.id === topic.teamId)?.name ?? ""}</span>
                <span className="badge">{t(`whenClosed.${topic.whenClosed}.short`)}</span>
              </AriaButton>
            </li>
          ))}
        </ul>
      )}
      <Sheet
        title={editing === "new" ? t("admin.addTopic") : t("admin.changeTopic")}
        isOpen={editing !== null}
        onClose={() => setEditing(null)}
      >
        {editing === null ? null : (
          <TopicForm topic={editing === "new" ? null : editing} close={() => setEditing(null)} />
        )}
      </Sheet>
    </AdminPage>
  );
};

const none = "none";

const TopicForm = ({ topic, close }: { readonly topic: Topic | null; readonly close: () => void }) => {
  const { topics, teams } = useStore(
    deskState,
    (state) => state,
    (a, b) => a.topics === b.topics && a.teams === b.teams,
  );
  const [input, setInput] = useState<Omit<Topic, "id">>(
    topic
      ? { name: topic.name, parentId: topic.parentId, teamId: topic.teamId, whenClosed: topic.whenClosed }
      : { name: "", parentId: null, teamId: null, whenClosed: "reopen" },
  );
  const [problem, setProblem] = useState<Problem | null>(null);
  const keep = async (): Promise<void> => {
    const outcome =
      topic === null
        ? await call(endpoints.createTopic, { body: input })
        : await call(endpoints.changeTopic, { params: { id: topic.id }, body: input });
    if (!outcome.ok) return setProblem(outcome.problem);
    deskState.set((state) =>
      mergeReference(state, { topics: [...state.topics.filter((one) => one.id !== outcome.value.id), outcome.value] }),
    );
    toast(t("admin.kept", { name: outcome.value.name }));
    close();
  };
  const remove = async (): Promise<void> => {
    if (!topic) return;
    const outcome = await call(endpoints.removeTopic, { params: { id: topic.id } });
    if (!outcome.ok) return setProblem(outcome.problem);
    deskState.set((state) => mergeReference(state, { topics: state.topics.filter((one) => one.id !== topic.id) }));
    toast(t("admin.removed", { name: topic.name }));
    close();
  };
  // A topic may not stand below itself.
  const above = topics.filter(
    (one) =>
      one.id !== topic?.id &&
      (topic === null || !topicTree(topics, topic.id).some((below) => below.topic.id === one.id)),
  );
  return (
    <form
      className="form"
      data-padded
      onSubmit={(submit) => {
        submit.preventDefault();
        void keep();
      }}
    >
      <Field
        label={t("admin.name")}
        value={input.name}
        onChange={(name) => setInput({ ...input, name })}
        isRequired
        autoFocus
        maxLength={100}
      />
      <div className="pair">
        <Choose
          label={t("admin.above")}
          value={input.parentId ?? none}
          choices={[
            { id: none, label: t("admin.topmost") },
            ...above.map((one) => ({ id: one.id as string, label: topicPath(topics, one) })),
          ]}
          onChange={(id) => setInput({ ...input, parentId: above.find((one) => one.id === id)?.id ?? null })}
        />
        <Choose
          label={t("concerns.team")}
          value={input.teamId ?? none}
          choices={[
            { id: none, label: t("concerns.noTeam") },
            ...teams.map((team) => ({ id: team.id as string, label: team.name })),
          ]}
          onChange={(id) => setInput({ ...input, teamId: teams.find((team) => team.id === id)?.id ?? null })}
        />
      </div>
      <Choose
        label={t("admin.whenClosed")}
        hint={t(`whenClosed.${input.whenClosed}.words`)}
        value={input.whenClosed}
        choices={(["reopen", "follow-up"] as const).map((id) => ({ id, label: t(`whenClosed.${id}.short`) }))}
        onChange={(whenClosed) => setInput({ ...input, whenClosed })}
      />
      <div className="form-foot">
        {topic ? (
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
        <Button look="primary" type="submit" isDisabled={input.name.trim() === ""}>
          {t("kit.keep")}
        </Button>
      </div>
    </form>
  );
};
