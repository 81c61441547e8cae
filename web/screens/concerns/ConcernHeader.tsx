// What a concern is and whose: subject, number, status, priority, assignee, team, topic, tags, snooze, and who else looks.
import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import type { ConcernRow, Priority } from "#contract/concerns.ts";
import { command } from "#web/commands/commands.ts";
import { IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Face, PriorityMark, StatusMark, useNow, When } from "#web/kit/Marks.tsx";
import { Picker } from "#web/kit/Menu.tsx";
import type { Choice } from "#web/kit/Menu.tsx";
import { ConcernFields } from "#web/screens/concerns/ConcernFields.tsx";
import { WhoElse } from "#web/screens/concerns/WhoElse.tsx";
import type { Opened } from "#web/state/apply.ts";
import { change, follow, seenFailure, snooze } from "#web/state/actions.ts";
import { likelyTimes } from "#web/state/composing.ts";
import { deskState, painted, underway } from "#web/state/desk.ts";
import { useStore } from "#web/state/store.ts";
import { setUi, toggleCustomerPanel, ui } from "#web/state/ui.ts";
import type { PickerName } from "#web/state/ui.ts";
import { dayAndTime, t } from "#web/state/words.ts";
import { topicPath } from "#web/state/topics.ts";

const askable = ["open", "waiting", "resolved", "closed"] as const;
const priorities: readonly Priority[] = ["urgent", "high", "normal", "low"];

export const ConcernHeader = ({ opened, back }: { readonly opened: Opened; readonly back: () => void }) => {
  const mine = useStore(underway, (all) => all[opened.concern.row.id]);
  const row = painted(opened.concern.row, mine);
  const me = useStore(deskState, (state) => state.me);
  const { panel, history } = useStore(
    ui,
    (now) => ({ panel: now.customerPanel, history: now.history }),
    (a, b) => a.panel === b.panel && a.history === b.history,
  );
  const following = me !== null && opened.concern.followers.includes(me);
  const done = row.status === "resolved" || row.status === "closed";
  return (
    <header className="concern-head">
      <div className="concern-title">
        <span className="phone-back">
          <IconButton icon="back" label={t("concerns.back")} onPress={back} />
        </span>
        <Subject row={row} />
        <WhoElse concernId={row.id} />
        <div className="concern-tools">
          <IconButton
            icon="star"
            pressed={following}
            label={following ? t("concerns.unfollow") : t("concerns.follow")}
            onPress={() => void (me && follow(row.id, me, !following))}
          />
          <IconButton
            icon="history"
            pressed={history}
            label={t("commands.history")}
            keys="H"
            onPress={() => setUi({ history: !history })}
          />
          <IconButton
            icon="sidebar"
            pressed={panel}
            label={t("commands.customer")}
            keys="C"
            onPress={toggleCustomerPanel}
          />
          <AriaButton
            className="button resolve"
            data-look={done ? "plain" : undefined}
            onPress={() =>
              void (done
                ? change(row.id, { status: "open" }, t("done.reopened", { number: String(row.number) }))
                : change(row.id, { status: "resolved" }, t("done.resolved", { number: String(row.number) })))
            }
          >
            <Icon name={done ? "undo" : "check"} />
            <span>{t(done ? "commands.reopen" : "commands.resolve")}</span>
            <kbd aria-hidden>{done ? "O" : "E"}</kbd>
          </AriaButton>
        </div>
      </div>
      <div className="concern-chips">
        <StatusPicker row={row} />
        <PriorityPicker row={row} />
        <AssigneePicker row={row} />
        <TeamPicker row={row} />
        <TopicPicker row={row} />
        <TagsPicker row={row} />
        <SnoozePicker row={row} />
        <ConcernFields opened={opened} topicId={row.topicId} />
      </div>
      {row.deliveryFailed ? (
        <output className="concern-alert">
          <Icon name="warning" />
          {t("concerns.failedHint")}
          <AriaButton className="link-button" onPress={() => void seenFailure(row.id)}>
            {t(command("seenFailure").title)}
          </AriaButton>
        </output>
      ) : null}
    </header>
  );
};

/** The subject; a press makes it a field, Enter keeps it, Escape does not. */
const Subject = ({ row }: { readonly row: ConcernRow }) => {
  const [typed, setTyped] = useState<string | null>(null);
  const keep = (): void => {
    const subject = typed?.trim() ?? "";
    setTyped(null);
    if (subject !== "" && subject !== row.subject) void change(row.id, { subject }, t("done.subject"));
  };
  if (typed !== null)
    return (
      <input
        className="subject-field"
        aria-label={t("concerns.subject")}
        value={typed}
        maxLength={500}
        autoFocus
        onChange={(typing) => setTyped(typing.target.value)}
        onBlur={keep}
        onKeyDown={(press) => {
          if (press.key === "Enter") keep();
          if (press.key === "Escape") {
            press.stopPropagation();
            setTyped(null);
          }
        }}
      />
    );
  return (
    <h2 className="subject">
      <button type="button" title={t("concerns.changeSubject")} onClick={() => setTyped(row.subject)}>
        {row.subject}
      </button>
      <span className="subject-number">#{row.number}</span>
    </h2>
  );
};

/** Opens and closes by press and by key. */
const usePicker = (name: PickerName): { readonly isOpen: boolean; readonly onOpenChange: (open: boolean) => void } => ({
  isOpen: useStore(ui, (now) => now.picker === name),
  onOpenChange: (open) => setUi({ picker: open ? name : null }),
});

const none = "none";

const StatusPicker = ({ row }: { readonly row: ConcernRow }) => (
  <Picker
    {...usePicker("status")}
    label={`${t("concerns.status")}: ${t(`status.${row.status}`)}`}
    placeholder={t("concerns.status")}
    emptyText={t("kit.noneFits")}
    button={<StatusMark status={row.status} />}
    choices={askable.map((status) => ({
      id: status,
      label: t(`status.${status}`),
      picture: <StatusMark status={status} words={false} />,
    }))}
    chosen={[row.status]}
    choose={([id]) => {
      const status = askable.find((one) => one === id);
      if (status && status !== row.status)
        void change(row.id, { status }, t("done.status", { status: t(`status.${status}`) }));
    }}
  />
);

const PriorityPicker = ({ row }: { readonly row: ConcernRow }) => (
  <Picker
    {...usePicker("priority")}
    label={`${t("concerns.priority")}: ${t(`priority.${row.priority}`)}`}
    placeholder={t("concerns.priority")}
    emptyText={t("kit.noneFits")}
    button={<PriorityMark priority={row.priority} />}
    choices={priorities.map((priority) => ({
      id: priority,
      label: t(`priority.${priority}`),
      picture: <PriorityMark priority={priority} words={false} />,
    }))}
    chosen={[row.priority]}
    choose={([id]) => {
      const priority = priorities.find((one) => one === id);
      if (priority && priority !== row.priority)
        void change(row.id, { priority }, t("done.priority", { priority: t(`priority.${priority}`) }));
    }}
  />
);

const AssigneePicker = ({ row }: { readonly row: ConcernRow }) => {
  const { agents, me } = useStore(
    deskState,
    (state) => ({ agents: state.agents, me: state.me }),
    (a, b) => a.agents === b.agents && a.me === b.me,
  );
  const assignee = agents.find((agent) => agent.id === row.assigneeId);
  const mineFirst = agents
    .filter((agent) => agent.active)
    .toSorted((a, b) => Number(b.id === me) - Number(a.id === me) || a.name.localeCompare(b.name));
  const choices: readonly Choice[] = [
    ...mineFirst.map((agent) => ({
      id: agent.id,
      label: agent.id === me ? t("concerns.meName", { name: agent.name }) : agent.name,
      detail: `@${agent.handle}`,
      picture: <Face small name={agent.name} />,
    })),
    { id: none, label: t("concerns.nobody"), picture: <Icon name="person" /> },
  ];
  return (
    <Picker
      {...usePicker("assignee")}
      label={`${t("concerns.assignee")}: ${assignee?.name ?? t("concerns.nobody")}`}
      placeholder={t("concerns.findAgent")}
      emptyText={t("kit.noneFits")}
      button={
        <>
          {assignee ? <Face small name={assignee.name} /> : <Icon name="person" size="small" />}
          <span>{assignee?.name ?? t("concerns.nobody")}</span>
        </>
      }
      choices={choices}
      chosen={[row.assigneeId ?? none]}
      choose={([id]) => {
        const chosen = agents.find((agent) => agent.id === id);
        if ((chosen?.id ?? null) === row.assigneeId || id === undefined) return;
        void change(
          row.id,
          { assigneeId: chosen?.id ?? null },
          chosen ? t("done.assigned", { name: chosen.name }) : t("done.unassigned"),
        );
      }}
    />
  );
};

const TeamPicker = ({ row }: { readonly row: ConcernRow }) => {
  const teams = useStore(deskState, (state) => state.teams);
  const team = teams.find((one) => one.id === row.teamId);
  return (
    <Picker
      {...usePicker("team")}
      label={`${t("concerns.team")}: ${team?.name ?? t("concerns.noTeam")}`}
      placeholder={t("concerns.findTeam")}
      emptyText={t("kit.noneFits")}
      button={
        <>
          <Icon name="people" size="small" />
          <span>{team?.name ?? t("concerns.noTeam")}</span>
        </>
      }
      choices={[
        ...teams.map((one) => ({ id: one.id as string, label: one.name })),
        { id: none, label: t("concerns.noTeam") },
      ]}
      chosen={[row.teamId ?? none]}
      choose={([id]) => {
        const chosen = teams.find((one) => one.id === id);
        if ((chosen?.id ?? null) === row.teamId || id === undefined) return;
        void change(
          row.id,
          { teamId: chosen?.id ?? null },
          chosen ? t("done.team", { name: chosen.name }) : t("done.noTeam"),
        );
      }}
    />
  );
};

const TopicPicker = ({ row }: { readonly row: ConcernRow }) => {
  const topics = useStore(deskState, (state) => state.topics);
  const topic = topics.find((one) => one.id === row.topicId);
  return (
    <Picker
      {...usePicker("topic")}
      label={`${t("concerns.topic")}: ${topic?.name ?? t("concerns.noTopic")}`}
      placeholder={t("concerns.findTopic")}
      emptyText={t("kit.noneFits")}
      button={
        <>
          <Icon name="topic" size="small" />
          <span>{topic?.name ?? t("concerns.noTopic")}</span>
        </>
      }
      choices={[
        ...topics
          .map((one) => ({ id: one.id as string, label: topicPath(topics, one) }))
          .toSorted((a, b) => a.label.localeCompare(b.label)),
        { id: none, label: t("concerns.noTopic") },
      ]}
      chosen={[row.topicId ?? none]}
      choose={([id]) => {
        const chosen = topics.find((one) => one.id === id);
        if ((chosen?.id ?? null) === row.topicId || id === undefined) return;
        void change(
          row.id,
          { topicId: chosen?.id ?? null },
          chosen ? t("done.topic", { name: chosen.name }) : t("done.noTopic"),
        );
      }}
    />
  );
};

const TagsPicker = ({ row }: { readonly row: ConcernRow }) => {
  // Tags that stand on any concern this desk has loaded are offered; a new one is made by typing it.
  const known = useStore(
    deskState,
    (state) => [...new Set(Object.values(state.rows).flatMap((one) => one.tags))].toSorted(),
    (a, b) => a.join("\n") === b.join("\n"),
  );
  const setTags = (tags: readonly string[]): void => void change(row.id, { tags: [...tags] }, t("done.tags"));
  return (
    <Picker
      {...usePicker("tags")}
      multiple
      label={row.tags.length > 0 ? `${t("concerns.tags")}: ${row.tags.join(", ")}` : t("concerns.addTag")}
      placeholder={t("concerns.findTag")}
      emptyText={t("concerns.typeTag")}
      button={
        <>
          <Icon name="tag" size="small" />
          <span>{row.tags.length > 0 ? row.tags.join(", ") : t("concerns.addTag")}</span>
        </>
      }
      choices={[...new Set([...row.tags, ...known])].map((tag) => ({ id: tag, label: tag }))}
      chosen={row.tags}
      choose={(ids) => setTags(ids)}
      create={(typed) =>
        known.includes(typed) || row.tags.includes(typed) || typed.length > 60
          ? null
          : { label: t("concerns.newTag", { tag: typed }), run: () => setTags([...row.tags, typed]) }
      }
    />
  );
};

const SnoozePicker = ({ row }: { readonly row: ConcernRow }) => {
  const picker = usePicker("snooze");
  const [own, setOwn] = useState("");
  const times = likelyTimes(useNow());
  const until = (at: Date): void => {
    picker.onOpenChange(false);
    void snooze(row.id, at, t("done.snoozed", { time: dayAndTime(at.toISOString()) }));
  };
  return (
    <Picker
      {...picker}
      label={
        row.snoozedUntil === null
          ? t("commands.snooze")
          : t("concerns.snoozedUntil", { time: dayAndTime(row.snoozedUntil) })
      }
      placeholder={t("concerns.snoozeUntil")}
      emptyText={t("kit.noneFits")}
      button={
        <>
          <Icon name="clock" size="small" />
          <span>{row.snoozedUntil === null ? t("commands.snooze") : <When at={row.snoozedUntil} relative />}</span>
        </>
      }
      choices={times.map((time) => ({
        id: time.key,
        label: t(`times.${time.key}`),
        detail: dayAndTime(time.at.toISOString()),
      }))}
      chosen={[]}
      choose={([id]) => {
        const time = times.find((one) => one.key === id);
        if (time) until(time.at);
      }}
      footer={
        <form
          className="own-time"
          onSubmit={(submit) => {
            submit.preventDefault();
            if (own !== "") until(new Date(own));
          }}
        >
          <input
            type="datetime-local"
            className="field-input"
            aria-label={t("times.own")}
            value={own}
            onChange={(typing) => setOwn(typing.target.value)}
          />
          <AriaButton className="button" type="submit" isDisabled={own === ""}>
            {t("times.take")}
          </AriaButton>
        </form>
      }
    />
  );
};
