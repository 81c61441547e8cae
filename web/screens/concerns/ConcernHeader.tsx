// What a concern is and whose: subject, number, status, priority, assignee, team, topic, tags, snooze, and who else looks.
import { useEffect, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import type { ConcernDetail, ConcernRow } from "#contract/concerns.ts";
import { command } from "#web/commands/commands.ts";
import { IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { useNow, When } from "#web/kit/Marks.tsx";
import { Picker } from "#web/kit/Menu.tsx";
import { ConcernFields } from "#web/screens/concerns/ConcernFields.tsx";
import { PromiseLine } from "#web/screens/concerns/PromiseMark.tsx";
import { Pickers, usePicker } from "#web/screens/concerns/Pickers.tsx";
import { VisitorHere } from "#web/screens/concerns/VisitorHere.tsx";
import { RatingLine } from "#web/screens/concerns/RatingLine.tsx";
import { WorkLine } from "#web/screens/concerns/WorkLine.tsx";
import { WhoElse } from "#web/screens/concerns/WhoElse.tsx";
import { change, follow, seenFailure, snooze } from "#web/state/actions.ts";
import { likelyTimes } from "#web/state/composing.ts";
import { deskState, painted, underway } from "#web/state/desk.ts";
import { useStore } from "#web/state/store.ts";
import { setUi, toggleCustomerPanel, ui } from "#web/state/ui.ts";
import { dayAndTime, sinceOrUntil, t } from "#web/state/words.ts";

const noFields: ConcernDetail["fields"] = {};

export const ConcernHeader = ({
  row: known,
  detail,
  back,
}: {
  readonly row: ConcernRow;
  /** What has to be fetched; undefined until it is there. */
  readonly detail: ConcernDetail | undefined;
  readonly back: () => void;
}) => {
  const mine = useStore(underway, (all) => all[known.id]);
  const row = painted(known, mine);
  const me = useStore(deskState, (state) => state.me);
  const { panel, history } = useStore(
    ui,
    (now) => ({ panel: now.customerPanel, history: now.history }),
    (a, b) => a.panel === b.panel && a.history === b.history,
  );
  const following = me !== null && detail?.followers.includes(me) === true;
  const done = row.status === "resolved" || row.status === "closed";
  return (
    <header className="concern-head">
      <div className="concern-title">
        <span className="phone-back">
          <IconButton icon="back" label={t("concerns.back")} onPress={back} />
        </span>
        <Subject key={row.id} row={row} />
        <WhoElse concernId={row.id} />
        <div className="concern-tools">
          <IconButton
            icon="star"
            pressed={following}
            label={following ? t("concerns.unfollow") : t("concerns.follow")}
            keys="⇧ W"
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
                : change(row.id, { status: "resolved" }, t("done.resolved", { number: String(row.number) }), true))
            }
          >
            <Icon name={done ? "undo" : "check"} />
            <span>{t(done ? "commands.reopen" : "commands.resolve")}</span>
            <kbd aria-hidden>{done ? "O" : "E"}</kbd>
          </AriaButton>
        </div>
      </div>
      <VisitorHere concernId={row.id} />
      <div className="concern-chips">
        <Pickers place="concern" rows={[row]} />
        <SnoozePicker row={row} />
        <ConcernFields concernId={row.id} values={detail?.fields ?? noFields} topicId={row.topicId} />
      </div>
      <PromiseLine row={row} />
      <WorkLine id={row.id} />
      {row.deliveryFailed ? (
        <output className="concern-alert">
          <Icon name="warning" />
          {t("concerns.failedHint")}
          <AriaButton className="link-button" onPress={() => void seenFailure(row.id)}>
            {t(command("seenFailure").title)}
          </AriaButton>
        </output>
      ) : null}
      {/* What was said comes first; it is asked for when that is there. */}
      {detail ? <RatingLine id={row.id} /> : null}
    </header>
  );
};

/** The subject; a press makes it a field, Enter keeps it, Escape does not. */
const Subject = ({ row }: { readonly row: ConcernRow }) => {
  const [typed, setTyped] = useState<string | null>(null);
  const asked = useStore(ui, (now) => now.subject);
  if (asked && typed === null) setTyped(row.subject);
  useEffect(() => {
    if (asked) setUi({ subject: false });
  }, [asked]);
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
        dir="auto"
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
      <button
        type="button"
        title={`${row.subject} (${t("concerns.changeSubject")}, ⇧ T)`}
        dir="auto"
        lang={row.language ?? undefined}
        onClick={() => setTyped(row.subject)}
      >
        {row.subject}
      </button>
      <span className="subject-number">#{row.number}</span>
    </h2>
  );
};

const SnoozePicker = ({ row }: { readonly row: ConcernRow }) => {
  const picker = usePicker("concern.snooze");
  const [own, setOwn] = useState("");
  const now = useNow();
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
          : `${t("concerns.snoozedUntil", { time: dayAndTime(row.snoozedUntil) })}, ${sinceOrUntil(row.snoozedUntil, now)}`
      }
      placeholder={t("concerns.snoozeUntil")}
      emptyText={t("kit.noneFits")}
      button={
        <>
          <Icon name="clock" size="small" />
          <span>{row.snoozedUntil === null ? t("commands.snooze") : <When at={row.snoozedUntil} relative />}</span>
        </>
      }
      choices={() =>
        likelyTimes(now).map((time) => ({
          id: time.key,
          label: t(`times.${time.key}`),
          detail: dayAndTime(time.at.toISOString()),
        }))
      }
      chosen={[]}
      choose={([id]) => {
        const time = likelyTimes(now).find((one) => one.key === id);
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
