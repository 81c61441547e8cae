// What may be dialled, and when: by the channel's rules, pure. Called by calls/actions-dialling.ts.
import type { CallRules } from "#contract/call-rules.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import { hourIn, zonesOf } from "#lib/e164.ts";

type Rules = Pick<
  CallRules,
  "mayDial" | "mayNotDial" | "dialsAnHour" | "dialMinutesADay" | "dialFromHour" | "dialToHour"
>;

/**
 * Why a number in E.164 may not be dialled at all; null: it may. It has to begin with one of those that may, and with none of those that may not; of two that fit the longer counts, so that
 * "+49" may be dialled but "+49900" may not, and a country that is shut may have a part that is open.
 */
export const forbiddenNumber = (number: string, { mayDial, mayNotDial }: Rules): Refusal | null => {
  const longest = (all: readonly string[]): number =>
    Math.max(0, ...all.filter((prefix) => number.startsWith(prefix)).map(({ length }) => length));
  const may = longest(mayDial);
  const not = longest(mayNotDial);
  return may > not ? null : refuse("numberForbidden", { number: number.slice(0, Math.max(not, 4)) });
};

/**
 * Why nobody is called there at this hour; null: they may be. `home`: the zone of a country of which nothing is known. Where a country has several zones it has to be a fitting hour from one
 * end to the other.
 */
export const wrongHour = (number: string, rules: Rules, now: Date, home: string): Refusal | null => {
  const { dialFromHour: from, dialToHour: to } = rules;
  for (const zone of zonesOf(number, home)) {
    const { hour, minute } = hourIn(zone, now);
    const fits = from < to ? hour >= from && hour < to : hour >= from || hour < to;
    if (!fits) return refuse("dialNotNow", { time: `${hour}:${String(minute).padStart(2, "0")}`, from, to });
  }
  return null;
};

/** Why nothing more is dialled now; null: one more may be. */
export const usedUp = (
  dialled: { readonly inHour: number; readonly minutes: number },
  { dialsAnHour, dialMinutesADay }: Rules,
): Refusal | null => {
  if (dialled.inHour >= dialsAnHour) return refuse("dialTooMany", { most: dialsAnHour });
  return dialled.minutes >= dialMinutesADay ? refuse("dialUsedUp", { most: dialMinutesADay }) : null;
};
