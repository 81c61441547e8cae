// The choices about concerns: status, priority, assignee, team, topic, tags. In the header they are about the open concern, in the bar of what
// is selected about all of these.
import type { ReactNode } from "react";
import type { Change, ChangeOfMany, ConcernRow, Priority } from "#contract/concerns.ts";
import { command } from "#web/commands/commands.ts";
import { shownKeys } from "#web/commands/keys.ts";
import { Icon } from "#web/kit/Icon.tsx";
import type { IconName } from "#web/kit/Icon.tsx";
import { Face, PriorityMark, StatusMark } from "#web/kit/Marks.tsx";
import { Picker } from "#web/kit/Menu.tsx";
import type { Choice } from "#web/kit/ChoiceItem.tsx";
import { mac } from "#web/kit/platform.ts";
import { change } from "#web/state/actions.ts";
import { deskState } from "#web/state/desk.ts";
import { changeMany } from "#web/state/many.ts";
import { useStore } from "#web/state/store.ts";
import { knownTags } from "#web/state/tags.ts";
import { topicPath } from "#web/state/topics.ts";
import { setUi, ui } from "#web/state/ui.ts";
import type { ManyPickerName, OpenPicker } from "#web/state/ui.ts";
import { t } from "#web/state/words.ts";

/** Where the choices stand, and what they are about: in the header one concern, in the bar at least one. */
interface Picking {
  readonly place: "concern" | "selection";
  readonly rows: readonly ConcernRow[];
}

/** All choices that can be made for one as for many. */
export const Pickers = (picking: Picking) => (
  <>
    <StatusPicker {...picking} />
    <PriorityPicker {...picking} />
    <AssigneePicker {...picking} />
    <TeamPicker {...picking} />
    <TopicPicker {...picking} />
    <TagsPicker {...picking} />
  </>
);

/** Opens and closes by press and by key; closing it leaves alone what was opened since. */
export const usePicker = (
  name: OpenPicker,
): { readonly isOpen: boolean; readonly onOpenChange: (open: boolean) => void } => ({
  isOpen: useStore(ui, (now) => now.picker === name),
  onOpenChange: (open) => {
    if (open) setUi({ picker: name });
    else if (ui.get().picker === name) setUi({ picker: null });
  },
});

const askable = ["open", "waiting", "resolved", "closed"] as const;
const priorities: readonly Priority[] = ["urgent", "high", "normal", "low"];
const none = "none";
const noTags: readonly string[] = [];

const act = ({ place, rows }: Picking, wanted: Change & ChangeOfMany, said: string): void => {
  const [first] = rows;
  if (place === "selection") void changeMany(rows, wanted, said);
  else if (first) void change(first.id, wanted, said);
};

/** The value all of them have, undefined when they differ. */
const common = <K extends keyof ConcernRow>(rows: readonly ConcernRow[], key: K): ConcernRow[K] | undefined =>
  rows.every((row) => row[key] === rows[0]?.[key]) ? rows[0]?.[key] : undefined;

/** In the header a chip that shows the value; in the bar a picture with the command's name. */
const Choosing = ({
  picking,
  name,
  icon,
  label,
  value,
  ...rest
}: {
  readonly picking: Picking;
  readonly name: ManyPickerName;
  readonly icon: IconName;
  readonly label: string;
  readonly value: ReactNode;
  readonly choices: () => readonly Choice[];
  readonly chosen: readonly string[];
  readonly choose: (ids: readonly string[]) => void;
  readonly multiple?: boolean;
  readonly create?: (typed: string) => { readonly label: string; readonly run: () => void } | null;
  readonly placeholder: string;
  readonly emptyText?: string;
}) => {
  const { title, keys } = command(name);
  const look =
    picking.place === "concern"
      ? { label, button: value }
      : {
          label: t(title),
          button: <Icon name={icon} />,
          className: "icon-button",
          tip: { words: t(title), keys: keys[0] === undefined ? undefined : shownKeys(keys[0], mac).join(" ") },
        };
  return <Picker {...usePicker(`${picking.place}.${name}`)} emptyText={t("kit.noneFits")} {...look} {...rest} />;
};

const StatusPicker = (picking: Picking) => {
  const now = common(picking.rows, "status");
  return (
    <Choosing
      picking={picking}
      name="status"
      icon="history"
      label={`${t("concerns.status")}: ${now ? t(`status.${now}`) : ""}`}
      placeholder={t("concerns.status")}
      value={now ? <StatusMark status={now} /> : null}
      choices={() =>
        askable.map((status) => ({
          id: status,
          label: t(`status.${status}`),
          picture: <StatusMark status={status} words={false} />,
        }))
      }
      chosen={now ? [now] : []}
      choose={([id]) => {
        const status = askable.find((one) => one === id);
        if (status && status !== now) act(picking, { status }, t("done.status", { status: t(`status.${status}`) }));
      }}
    />
  );
};

const PriorityPicker = (picking: Picking) => {
  const now = common(picking.rows, "priority");
  return (
    <Choosing
      picking={picking}
      name="priority"
      icon="flag"
      label={`${t("concerns.priority")}: ${now ? t(`priority.${now}`) : ""}`}
      placeholder={t("concerns.priority")}
      value={now ? <PriorityMark priority={now} /> : null}
      choices={() =>
        priorities.map((priority) => ({
          id: priority,
          label: t(`priority.${priority}`),
          picture: <PriorityMark priority={priority} words={false} />,
        }))
      }
      chosen={now ? [now] : []}
      choose={([id]) => {
        const priority = priorities.find((one) => one === id);
        if (priority && priority !== now)
          act(picking, { priority }, t("done.priority", { priority: t(`priority.${priority}`) }));
      }}
    />
  );
};

const AssigneePicker = (picking: Picking) => {
  const { agents, me } = useStore(
    deskState,
    (state) => ({ agents: state.agents, me: state.me }),
    (a, b) => a.agents === b.agents && a.me === b.me,
  );
  const now = common(picking.rows, "assigneeId");
  const assignee = agents.find((agent) => agent.id === now);
  const mineFirst = (): typeof agents =>
    agents
      .filter((agent) => agent.active)
      .toSorted((a, b) => Number(b.id === me) - Number(a.id === me) || a.name.localeCompare(b.name));
  return (
    <Choosing
      picking={picking}
      name="assignee"
      icon="person"
      label={`${t("concerns.assignee")}: ${assignee?.name ?? t("concerns.nobody")}`}
      placeholder={t("concerns.findAgent")}
      value={
        <>
          {assignee ? <Face small name={assignee.name} /> : <Icon name="person" size="small" />}
          <span>{assignee?.name ?? t("concerns.nobody")}</span>
        </>
      }
      choices={() => [
        ...mineFirst().map((agent) => ({
          id: agent.id,
          label: agent.id === me ? t("concerns.meName", { name: agent.name }) : agent.name,
          detail: `@${agent.handle}`,
          picture: <Face small name={agent.name} />,
        })),
        { id: none, label: t("concerns.nobody"), picture: <Icon name="person" /> },
      ]}
      chosen={now === undefined ? [] : [now ?? none]}
      choose={([id]) => {
        const chosen = agents.find((agent) => agent.id === id);
        if ((chosen?.id ?? null) === now || id === undefined) return;
        act(
          picking,
          { assigneeId: chosen?.id ?? null },
          chosen ? t("done.assigned", { name: chosen.name }) : t("done.unassigned"),
        );
      }}
    />
  );
};

const TeamPicker = (picking: Picking) => {
  const teams = useStore(deskState, (state) => state.teams);
  const now = common(picking.rows, "teamId");
  const team = teams.find((one) => one.id === now);
  return (
    <Choosing
      picking={picking}
      name="team"
      icon="people"
      label={`${t("concerns.team")}: ${team?.name ?? t("concerns.noTeam")}`}
      placeholder={t("concerns.findTeam")}
      value={
        <>
          <Icon name="people" size="small" />
          <span>{team?.name ?? t("concerns.noTeam")}</span>
        </>
      }
      choices={() => [
        ...teams.map((one) => ({ id: one.id as string, label: one.name })),
        { id: none, label: t("concerns.noTeam") },
      ]}
      chosen={now === undefined ? [] : [now ?? none]}
      choose={([id]) => {
        const chosen = teams.find((one) => one.id === id);
        if ((chosen?.id ?? null) === now || id === undefined) return;
        act(picking, { teamId: chosen?.id ?? null }, chosen ? t("done.team", { name: chosen.name }) : t("done.noTeam"));
      }}
    />
  );
};

const TopicPicker = (picking: Picking) => {
  const topics = useStore(deskState, (state) => state.topics);
  const now = common(picking.rows, "topicId");
  const topic = topics.find((one) => one.id === now);
  return (
    <Choosing
      picking={picking}
      name="topic"
      icon="topic"
      label={`${t("concerns.topic")}: ${topic?.name ?? t("concerns.noTopic")}`}
      placeholder={t("concerns.findTopic")}
      value={
        <>
          <Icon name="topic" size="small" />
          <span>{topic?.name ?? t("concerns.noTopic")}</span>
        </>
      }
      choices={() => [
        ...topics
          .map((one) => ({ id: one.id as string, label: topicPath(topics, one) }))
          .toSorted((a, b) => a.label.localeCompare(b.label)),
        { id: none, label: t("concerns.noTopic") },
      ]}
      chosen={now === undefined ? [] : [now ?? none]}
      choose={([id]) => {
        const chosen = topics.find((one) => one.id === id);
        if ((chosen?.id ?? null) === now || id === undefined) return;
        act(
          picking,
          { topicId: chosen?.id ?? null },
          chosen ? t("done.topic", { name: chosen.name }) : t("done.noTopic"),
        );
      }}
    />
  );
};

const TagsPicker = (picking: Picking) => {
  const { rows } = picking;
  const { isOpen } = usePicker(`${picking.place}.tags`);
  // Every row of the desk is looked through for them: only for who sees them.
  const known = useStore(
    deskState,
    (state) => (isOpen ? knownTags(state) : noTags),
    (a, b) => a.join("\n") === b.join("\n"),
  );
  const counts = new Map<string, number>();
  for (const tag of rows.flatMap((row) => row.tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const everywhere = [...counts].filter(([, count]) => count === rows.length).map(([tag]) => tag);
  // What was ticked is added, what was unticked removed: tags that colleagues set meanwhile stay.
  const add = (tag: string): void => act(picking, { addTags: [tag] }, t("done.tagAdded", { tag }));
  const remove = (tag: string): void => act(picking, { removeTags: [tag] }, t("done.tagRemoved", { tag }));
  return (
    <Choosing
      picking={picking}
      name="tags"
      icon="tag"
      multiple
      label={everywhere.length > 0 ? `${t("concerns.tags")}: ${everywhere.join(", ")}` : t("concerns.addTag")}
      placeholder={t("concerns.findTag")}
      emptyText={t("concerns.typeTag")}
      value={
        <>
          <Icon name="tag" size="small" />
          <span>{everywhere.length > 0 ? everywhere.join(", ") : t("concerns.addTag")}</span>
        </>
      }
      choices={() =>
        [...new Set([...counts.keys(), ...known])].map((tag) => {
          const count = counts.get(tag) ?? 0;
          return {
            id: tag,
            label: tag,
            ...(count > 0 && count < rows.length
              ? { detail: t("concerns.onSome", { count, total: rows.length }) }
              : {}),
          };
        })
      }
      chosen={everywhere}
      choose={(ids) => {
        for (const tag of ids) if (!everywhere.includes(tag)) add(tag);
        for (const tag of everywhere) if (!ids.includes(tag)) remove(tag);
      }}
      create={(typed) =>
        known.includes(typed) || counts.has(typed) || typed.length > 60
          ? null
          : { label: t("concerns.newTag", { tag: typed }), run: () => add(typed) }
      }
    />
  );
};
