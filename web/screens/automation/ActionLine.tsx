// One action in the form of a rule or a macro: what is done, and its values. Called by RuleForm and MacroForm.
import { useState } from "react";
import type { Action } from "#contract/automation.ts";
import { priorities } from "#contract/concerns.ts";
import type { AgentId } from "#contract/ids.ts";
import type { Notified } from "#contract/promises.ts";
import { Checks } from "#web/kit/Checks.tsx";
import { Choose, Field, LongField } from "#web/kit/Field.tsx";
import { withGone } from "#web/screens/automation/Lines.tsx";
import type { DeskState } from "#web/state/apply.ts";
import { actionKinds, newAction, partsOf } from "#web/state/automationRules.ts";
import { lengthWords } from "#web/state/automationWords.ts";
import { deskState } from "#web/state/desk.ts";
import { useStore } from "#web/state/store.ts";
import { topicPath } from "#web/state/topics.ts";
import { t } from "#web/state/words.ts";

const none = "none";
const people: readonly Notified[] = ["assignee", "team", "supervisors"];
const reachable = ["open", "waiting", "resolved", "closed"] as const;

interface Part<A extends Action = Action> {
  readonly action: A;
  readonly change: (action: Action) => void;
  readonly known: DeskState;
  /** Whose it is: a macro knows "me", and no rules below it. */
  readonly of: "rule" | "macro";
}

export const ActionLine = ({ action, place, change, of }: Omit<Part, "known"> & { readonly place: number }) => {
  const known = useStore(deskState, (state) => state);
  return (
    <>
      <Choose
        quiet
        label={t("automation.action", { place: String(place) })}
        value={action.do}
        choices={actionKinds
          .filter((kind) => of === "rule" || kind !== "stop")
          .map((id) => ({ id: id, label: t(`automation.do.${id}`) }))}
        onChange={(kind) => change(newAction(kind, known))}
      />
      <Value action={action} change={change} known={known} of={of} />
    </>
  );
};

const Value = ({ action, change, known, of }: Part) => {
  switch (action.do) {
    case "priority":
      return (
        <Choose
          quiet
          label={t("automation.value")}
          value={action.priority}
          choices={priorities.map((id) => ({ id, label: t(`priority.${id}`) }))}
          onChange={(priority) => change({ ...action, priority })}
        />
      );
    case "status":
      return (
        <Choose
          quiet
          label={t("automation.value")}
          value={action.status}
          choices={reachable.map((id) => ({ id, label: t(`status.${id}`) }))}
          onChange={(status) => change({ ...action, status })}
        />
      );
    case "topic":
      return (
        <Choose
          quiet
          label={t("automation.value")}
          value={(action.topicId as string | null) ?? none}
          choices={[
            { id: none, label: t("automation.noTopic") },
            ...withGone(
              known.topics
                .map((topic) => ({ id: topic.id as string, label: topicPath(known.topics, topic) }))
                .toSorted((a, b) => a.label.localeCompare(b.label)),
              action.topicId,
            ),
          ]}
          onChange={(id) => change({ ...action, topicId: known.topics.find((one) => one.id === id)?.id ?? null })}
        />
      );
    case "team":
      return (
        <Choose
          quiet
          label={t("automation.value")}
          value={(action.teamId as string | null) ?? none}
          choices={[
            { id: none, label: t("automation.noTeam") },
            ...withGone(
              known.teams.map(({ id, name }) => ({ id: id as string, label: name })),
              action.teamId,
            ),
          ]}
          onChange={(id) => change({ ...action, teamId: known.teams.find((one) => one.id === id)?.id ?? null })}
        />
      );
    case "assignee":
      return (
        <Person
          chosen={action.agentId}
          nobody
          known={known}
          of={of}
          pick={(agentId) => change({ ...action, agentId })}
        />
      );
    case "follow":
      return (
        <Person
          chosen={action.agentId}
          known={known}
          of={of}
          pick={(agentId) => agentId !== null && change({ ...action, agentId })}
        />
      );
    case "snooze":
      return <Snooze action={action} change={change} />;
    case "addTags":
    case "removeTags":
      return <Tags action={action} change={change} />;
    case "note":
    case "reply":
      return (
        <LongField
          label={t("automation.text")}
          hint={t(
            action.do === "note"
              ? "automation.textHint"
              : of === "macro"
                ? "automation.macroReplyHint"
                : "automation.replyHint",
            { name: "{name}", number: "{number}", subject: "{subject}", brand: "{brand}" },
          )}
          rows={4}
          maxLength={action.do === "note" ? 5_000 : 10_000}
          value={action.text}
          onChange={(text) => change({ ...action, text })}
        />
      );
    case "notify": {
      const active = known.agents.filter(({ active: is, id }) => is || action.agentIds.includes(id));
      return (
        <>
          <Checks
            title={t("automation.do.notify")}
            choices={people.map((id) => ({ id: id as string, label: t(`promises.notified.${id}`) }))}
            chosen={action.who}
            onChange={(ids) => change({ ...action, who: people.filter((one) => ids.includes(one)) })}
          />
          <Checks
            title={t("automation.people")}
            choices={active.map(({ id, name }) => ({ id: id as string, label: name }))}
            chosen={action.agentIds}
            onChange={(ids) =>
              change({ ...action, agentIds: active.map(({ id }) => id).filter((id) => ids.includes(id)) })
            }
          />
        </>
      );
    }
    case "stop":
      return null;
  }
};

const Person = ({
  chosen,
  nobody = false,
  known,
  of,
  pick,
}: Pick<Part, "known" | "of"> & {
  readonly chosen: AgentId | "me" | null;
  readonly nobody?: boolean;
  readonly pick: (agentId: AgentId | "me" | null) => void;
}) => (
  <Choose
    quiet
    label={t("automation.person")}
    value={(chosen as string | null) ?? none}
    choices={[
      ...(nobody ? [{ id: none, label: t("automation.nothing") }] : []),
      ...(of === "macro" ? [{ id: "me", label: t("automation.me") }] : []),
      ...withGone(
        known.agents.filter(({ active }) => active).map(({ id, name }) => ({ id: id as string, label: name })),
        chosen === "me" ? null : chosen,
      ),
    ]}
    onChange={(id) => pick(id === "me" ? id : (known.agents.find((one) => one.id === id)?.id ?? null))}
  />
);

const Snooze = ({ action, change }: Pick<Part<Extract<Action, { do: "snooze" }>>, "action" | "change">) => {
  const [typed, setTyped] = useState(String(action.minutes));
  return (
    <div className="pair">
      <Field
        type="number"
        label={t("automation.minutes")}
        value={typed}
        hint={action.minutes > 0 ? t("automation.equals", { length: lengthWords(action) }) : undefined}
        onChange={(text) => {
          setTyped(text);
          change({ ...action, minutes: Number.isInteger(Number(text)) ? Number(text) : 0 });
        }}
      />
      <Choose
        label={t("automation.counted")}
        value={action.counted}
        choices={(["clock", "service"] as const).map((id) => ({ id, label: t(`automation.countedBy.${id}`) }))}
        onChange={(counted) => change({ ...action, counted })}
      />
    </div>
  );
};

const Tags = ({
  action,
  change,
}: Pick<Part<Extract<Action, { do: "addTags" | "removeTags" }>>, "action" | "change">) => {
  const [typed, setTyped] = useState(action.tags.join(", "));
  return (
    <Field
      label={t("automation.tags")}
      value={typed}
      maxLength={3_000}
      onChange={(text) => {
        setTyped(text);
        change({ ...action, tags: partsOf(text, ",").map((tag) => tag.slice(0, 60)) });
      }}
    />
  );
};
