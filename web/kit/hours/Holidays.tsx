// In the form of opening hours: whose public holidays count, when it is open on them, and what comes within the next twelve months. Called by HoursFields.tsx.
import type { HolidayRule, HolidayTimes, Hours, Span } from "#contract/hours.ts";
import { germanStates, partsOf } from "#lib/germanHolidays.ts";
import { inBoth } from "#lib/inBoth.ts";
import { isTimeZone, wallAt } from "#lib/timeZone.ts";
import { Choose, Toggle } from "#web/kit/Field.tsx";
import { useNow } from "#web/kit/Marks.tsx";
import { nextWords, useCalendars } from "#web/state/calendars.ts";
import { HoursDay } from "#web/kit/hours/HoursDay.tsx";
import {
  comingHolidays,
  comingTimes,
  placeOf,
  timesChoice,
  timesOf,
  withCalendar,
  withState,
  withTimes,
} from "#web/state/openingHours.ts";
import type { ComingHoliday } from "#web/state/openingHours.ts";
import { dayNames, dayWithWeekday, language, listed, plainDay, t } from "#web/state/words.ts";

/** `wrongAt` says what is wrong at a place of the hours. */
export const Holidays = ({
  hours,
  set,
  wrongAt,
}: {
  readonly hours: Hours;
  readonly set: (hours: Hours) => void;
  readonly wrongAt: (place: string) => string | null;
}) => {
  const rule = hours.holidays;
  const parts = rule?.state ? partsOf(rule.state) : [];
  const today = wallAt(useNow().getTime(), isTimeZone(hours.timeZone) ? hours.timeZone : "UTC").day;
  const { data: calendars = [] } = useCalendars();
  const coming = comingHolidays(hours, today, calendars);
  const times = comingTimes(hours, today, calendars);
  return (
    <>
      <h3 className="entries-title">{t("hours.holidays")}</h3>
      <Choose
        label={t("hours.state")}
        hint={t("hours.holidaysHint")}
        value={rule?.state ?? "none"}
        choices={(["none", ...germanStates] as const).map((id) => ({ id, label: t(`hours.states.${id}`) }))}
        onChange={(state) => set(withState(hours, state === "none" ? null : state))}
      />
      {rule && parts.length > 1 ? (
        <Choose
          label={t("hours.part")}
          hint={t("hours.partHint")}
          value={rule.part}
          choices={parts.map((id) => ({ id, label: t(`hours.parts.${id}`) }))}
          onChange={(part) => set(withState(hours, rule.state, part))}
        />
      ) : null}
      {calendars.map(({ id, name, days }) => (
        <Toggle
          key={id}
          label={t("hours.calendar", { name })}
          hint={nextWords(days)}
          value={rule?.calendars.includes(id) ?? false}
          onChange={(isOn) => set(withCalendar(hours, id, isOn))}
        />
      ))}
      {rule ? <ForAll rule={rule} hours={hours} set={set} wrong={wrongAt("holidays.times")} /> : null}
      {rule && coming.length + times.length > 0 ? (
        <>
          <h4 className="holidays-title">{t("hours.nextHolidays")}</h4>
          <ul className="holidays">
            {coming.map((one) => (
              <li key={`${one.day} ${JSON.stringify(one.which)}`}>
                <Coming
                  one={one}
                  rule={rule}
                  wrong={wrongAt(placeOf(rule, one.which) ?? "nowhere")}
                  set={(own) => set({ ...hours, holidays: withTimes(rule, one.which, own) })}
                />
              </li>
            ))}
            {times.map(({ day, from, to, name }) => (
              <li key={`${day} ${from} ${name}`}>
                <div className="holiday">
                  <time dateTime={`${day}T${from}`}>{dayWithWeekday(day)}</time>
                  <span className="holiday-words">
                    <strong>{inBoth(name)[language()] || t("hours.unnamed")}</strong>
                    <small>{t("hours.closedFromTo", { from, to })}</small>
                  </span>
                </div>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </>
  );
};

const wordsOf = (choice: string): string =>
  choice === "closed" || choice === "usual" || choice === "spans"
    ? t(`hours.how.${choice}`)
    : t("hours.how.like", { day: dayNames()[Number(choice.slice("like.".length))] ?? "" });

const allChoices = (): readonly { readonly id: string; readonly label: string }[] =>
  ["closed", "usual", ...[0, 1, 2, 3, 4, 5, 6].map((day) => `like.${day}`), "spans"].map((id) => ({
    id,
    label: wordsOf(id),
  }));

const ForAll = ({
  rule,
  hours,
  set,
  wrong,
}: {
  readonly rule: HolidayRule;
  readonly hours: Hours;
  readonly set: (hours: Hours) => void;
  readonly wrong: string | null;
}) => {
  const change = (times: HolidayTimes): void => set({ ...hours, holidays: { ...rule, times } });
  return (
    <>
      <Choose
        label={t("hours.onHolidays")}
        value={timesChoice(rule.times)}
        choices={allChoices()}
        onChange={(choice) => change(timesOf(choice, hours.weekly[6] ?? []))}
      />
      {rule.times.how === "spans" ? (
        <HoursDay
          name={t("hours.onHolidays")}
          head={null}
          spans={rule.times.spans}
          wrong={wrong}
          set={(spans) => change({ how: "spans", spans })}
        />
      ) : null}
    </>
  );
};

const asAll = "all";

/** One holiday: its day, what becomes of it, and the choice for it alone. */
const Coming = ({
  one: { day, to, which, own, spans, exception },
  rule,
  wrong,
  set,
}: {
  readonly one: ComingHoliday;
  readonly rule: HolidayRule;
  readonly wrong: string | null;
  readonly set: (times: HolidayTimes | null) => void;
}) => {
  const name =
    "holiday" in which ? t(`holidays.${which.holiday}`) : inBoth(which.name)[language()] || t("hours.unnamed");
  return (
    <div className="holiday" data-over={exception !== null || undefined}>
      <time dateTime={day}>{dayWithWeekday(day)}</time>
      <span className="holiday-words">
        <strong>{name}</strong>
        <small>
          {[
            ...(to > day ? [t("hours.upTo", { day: plainDay(to) })] : []),
            ...goesBefore(exception),
            spanWords(spans),
          ].join(" · ")}
        </small>
      </span>
      <Choose
        quiet
        label={t("hours.onHoliday", { name })}
        value={own === null ? asAll : timesChoice(own)}
        choices={[
          { id: asAll, label: t("hours.how.all", { words: wordsOf(timesChoice(rule.times)) }) },
          ...allChoices(),
        ]}
        onChange={(choice) => set(choice === asAll ? null : timesOf(choice, spans))}
      />
      {own?.how === "spans" ? (
        <HoursDay
          name={name}
          head={null}
          spans={own.spans}
          wrong={wrong}
          set={(next) => set({ how: "spans", spans: next })}
        />
      ) : null}
    </div>
  );
};

const goesBefore = (exception: string | null): readonly string[] => {
  if (exception === null) return [];
  return [
    exception === "" ? t("hours.goesBeforeUnnamed") : t("hours.goesBefore", { name: inBoth(exception)[language()] }),
  ];
};

const spanWords = (spans: readonly Span[]): string =>
  spans.length === 0 ? t("hours.closed") : listed(spans.map(({ from, to }) => `${from}–${to}`));
