// In the form of opening hours: whose public holidays count, when it is open on them, and what comes within the next twelve months. Called by OpeningHours.tsx.
import type { HolidayRule, HolidayTimes, Hours, Span } from "#contract/hours.ts";
import { germanStates, partsOf } from "#lib/germanHolidays.ts";
import { inBoth } from "#lib/inBoth.ts";
import { isTimeZone, wallAt } from "#lib/timeZone.ts";
import { Choose } from "#web/kit/Field.tsx";
import { useNow } from "#web/kit/Marks.tsx";
import { HoursDay } from "#web/screens/brands/HoursDay.tsx";
import { comingHolidays, timesChoice, timesOf, withState, withTimes } from "#web/state/openingHours.ts";
import type { ComingHoliday } from "#web/state/openingHours.ts";
import { dayNames, dayWithWeekday, language, listed, t } from "#web/state/words.ts";

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
      {rule ? <ForAll rule={rule} hours={hours} set={set} wrong={wrongAt("holidays.times")} /> : null}
      {rule?.state ? (
        <>
          <h4 className="holidays-title">{t("hours.nextHolidays")}</h4>
          <ul className="holidays">
            {comingHolidays(hours, today).map((one) => (
              <li key={one.day}>
                <Coming
                  one={one}
                  rule={rule}
                  wrong={wrongAt(`holidays.own.${rule.own.findIndex(({ holiday }) => holiday === one.holiday)}`)}
                  set={(times) => set({ ...hours, holidays: withTimes(rule, one.holiday, times) })}
                />
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
  one: { day, holiday, own, spans, exception },
  rule,
  wrong,
  set,
}: {
  readonly one: ComingHoliday;
  readonly rule: HolidayRule;
  readonly wrong: string | null;
  readonly set: (times: HolidayTimes | null) => void;
}) => {
  const name = t(`holidays.${holiday}`);
  return (
    <div className="holiday" data-over={exception !== null || undefined}>
      <time dateTime={day}>{dayWithWeekday(day)}</time>
      <span className="holiday-words">
        <strong>{name}</strong>
        <small>{[...goesBefore(exception), spanWords(spans)].join(" · ")}</small>
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
