// What others may read of opening hours.
import type { CalendarAddress, HolidayCalendar } from "#contract/calendars.ts";
import type { Hours, HoursOwner, OwnedHours } from "#contract/hours.ts";
import type { BrandId } from "#contract/ids.ts";
import { allBrands, allChannels } from "#modules/brands/reads.ts";
import { dayAfter } from "#lib/timeZone.ts";
import type { OpenHours } from "#modules/hours/model.ts";
import { allCalendars, hoursAsSet, type KeptCalendar } from "#modules/hours/store.ts";
import { allAddresses } from "#modules/hours/store-addresses.ts";
import type { Tx } from "#platform/db/db.ts";

export { hoursAsSet } from "#modules/hours/store.ts";

/** All hours that are set, with what their calendars say: what modules/hours/model.ts reckons with. */
export const allHours = async (tx: Tx): Promise<(OwnedHours & { readonly hours: OpenHours })[]> => {
  const all = await hoursAsSet(tx);
  if (all.every(({ hours }) => (hours.holidays?.calendars.length ?? 0) === 0)) return all;
  const known = await calendarsById(tx);
  return all.map(({ owner, hours }) => ({ owner, hours: withCalendars(hours, known) }));
};

export type CalendarsById = ReadonlyMap<string, KeptCalendar>;

/** All calendars by their id: for hours that are kept elsewhere (a queue's own). */
export const calendarsById = async (tx: Tx): Promise<CalendarsById> =>
  new Map((await allCalendars(tx)).map((calendar) => [calendar.id, calendar]));

/** Hours with what their calendars say; one that is gone no longer says anything. Answers are remembered by what this gives: ask once. */
export const withCalendars = (hours: Hours, known: CalendarsById): OpenHours => ({
  ...hours,
  calendared: hours.holidays?.calendars.flatMap((id) => known.get(id) ?? []) ?? [],
});

/** How far ahead is shown what comes. */
const shownDays = 400;

/** The calendars, each with what comes from `now` on. */
export const calendarsFor = async (tx: Tx, now: Date): Promise<HolidayCalendar[]> => {
  const addresses = await allAddresses(tx);
  return (await allCalendars(tx)).map((calendar) => comingOf(calendar, addresses.get(calendar.id) ?? null, now));
};

/** A calendar with what comes from `now` on, as the contract has it. Yesterday is in it: somewhere it is still today. */
export const comingOf = (
  { id, name, days, times }: KeptCalendar,
  address: CalendarAddress | null,
  now: Date,
): HolidayCalendar => {
  const from = dayAfter(now.toISOString().slice(0, 10), -1);
  const until = dayAfter(from, shownDays);
  const comes = (one: { readonly from: string; readonly to: string }): boolean =>
    one.to.slice(0, 10) >= from && one.from.slice(0, 10) <= until;
  return { id, name, days: days.filter(comes), times: times.filter(comes), address };
};

interface Owner {
  readonly brandId: BrandId;
  readonly name: string;
}

/** Who may have hours, by its id: another kind of owner does not compile until it stands here (and in the table's CHECK). */
const ownersOf: Readonly<Record<HoursOwner["kind"], (tx: Tx) => Promise<ReadonlyMap<string, Owner>>>> = {
  brand: async (tx) => new Map((await allBrands(tx)).map(({ id, name }) => [id, { brandId: id, name }])),
  channel: async (tx) => new Map((await allChannels(tx)).map(({ id, brandId, name }) => [id, { brandId, name }])),
};

const knownOwners = async (tx: Tx, owners: readonly HoursOwner[]): Promise<(Owner | null)[]> => {
  const kinds = [...new Set(owners.map(({ kind }) => kind))];
  const known = new Map(await Promise.all(kinds.map(async (kind) => [kind, await ownersOf[kind](tx)] as const)));
  return owners.map(({ kind, id }) => known.get(kind)?.get(id) ?? null);
};

/** The brands of owners of hours, in their order; null: there is no such owner. */
export const brandsOfOwners = async (tx: Tx, owners: readonly HoursOwner[]): Promise<(BrandId | null)[]> =>
  (await knownOwners(tx, owners)).map((owner) => owner?.brandId ?? null);

/** What owners of hours are called; who is gone has no name. */
export const namesOfOwners = async (tx: Tx, owners: readonly HoursOwner[]): Promise<string[]> =>
  (await knownOwners(tx, owners)).flatMap((owner) => owner?.name ?? []);

/** The hours of a channel among those that are set: its own, else its brand's; null: always open. */
export const hoursOf = (
  all: readonly OwnedHours[],
  channel: { readonly id: string; readonly brandId: string },
): Hours | null => {
  const of = (kind: OwnedHours["owner"]["kind"], id: string): Hours | undefined =>
    all.find(({ owner }) => owner.kind === kind && owner.id === id)?.hours;
  return of("channel", channel.id) ?? of("brand", channel.brandId) ?? null;
};
