// What concerns can be about: a small tree, each topic with its team and what a message to a closed concern does.
import { useState } from "react";
import { brands as endpoints } from "#contract/brands.ts";
import type { Topic } from "#contract/brands.ts";
import { AdminEntries } from "#web/kit/AdminEntries.tsx";
import { Button } from "#web/kit/Button.tsx";
import { Choose, Field } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { Empty } from "#web/kit/States.tsx";
import { mergeOne, mergeReference } from "#web/state/apply.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { topicPath, topicTree } from "#web/state/topics.ts";
import { t } from "#web/state/words.ts";

export const AdminTopics = () => {
  const topics = useStore(deskState, (state) => state.topics);
  const teams = useStore(deskState, (state) => state.teams);
  const tree = topicTree(topics);
  const depths = new Map(tree.map(({ topic, depth }) => [topic.id, depth]));
  return (
    <AdminEntries
      title={t("admin.topics")}
      add={t("admin.addTopic")}
      change={t("admin.changeTopic")}
      entries={tree.map(({ topic }) => topic)}
      empty={<Empty icon="topic" title={t("admin.noTopics")} />}
      line={(topic) => ({
        depth: depths.get(topic.id) ?? 0,
        content: (
          <>
            <Icon name={depths.get(topic.id) === 0 ? "topic" : "right"} size="small" />
            <span className="entry-words">
              <strong>{topic.name}</strong>
            </span>
            <span className="entry-side">{teams.find((team) => team.id === topic.teamId)?.name ?? ""}</span>
            <span className="badge">{t(`whenClosed.${topic.whenClosed}.short`)}</span>
          </>
        ),
      })}
      form={(topic, close) => <TopicForm topic={topic} close={close} />}
    />
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
    deskState.set((state) => mergeOne(state, "topics", outcome.value));
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
    <SheetForm
      problem={problem}
      close={close}
      keep={() => void keep()}
      isDisabled={input.name.trim() === ""}
      aside={
        topic ? (
          <Button look="danger" icon="trash" onPress={() => void remove()}>
            {t("admin.remove")}
          </Button>
        ) : null
      }
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
    </SheetForm>
  );
};
