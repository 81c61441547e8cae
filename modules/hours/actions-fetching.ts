// Calendars that are fetched from an address: set, fetched every day by one of all nodes, and on demand. Called by hours/routes.ts and server/jobs.ts.
import type { Who } from "#contract/actor.ts";
import { system } from "#contract/actor.ts";
import type { HolidayCalendar } from "#contract/calendars.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { CalendarId } from "#contract/ids.ts";
import { say } from "#modules/audit/actions.ts";
import { cleanName, uniquely } from "#modules/hours/actions-calendars.ts";
import {
  cleanAddress,
  type FetchCalendar,
  type FetchedCalendar,
  type Validators,
} from "#modules/hours/model-addresses.ts";
import { readText, saysTheSame, type ReadText } from "#modules/hours/reading.ts";
import { comingOf } from "#modules/hours/reads.ts";
import { lockCalendar, putCalendar, putSource, type KeptCalendar } from "#modules/hours/store.ts";
import {
  addressOf,
  claimAddress,
  claimDueAddresses,
  lockClaimed,
  putAddress,
  putFault,
  type FetchClaim,
} from "#modules/hours/store-addresses.ts";
import type { World } from "#platform/world.ts";

/** The world of whoever fetches calendars. */
export type FetchingWorld = Pick<World, "db" | "now" | "newId" | "wake" | "log"> & {
  readonly fetchCalendar: FetchCalendar;
};

/** Fetched every day; after a fault in an hour. */
const [everyMs, afterFaultMs] = [24 * 3_600_000, 3_600_000];
/** Longer than a fetch and the reading behind it may take together. */
const leaseMs = 60_000;
const atOnce = 4;

const later = (now: Date, ms: number): string => new Date(now.getTime() + ms).toISOString();

/** Adds a calendar from an address, which is fetched at once. Refuses with nameTaken, calendarAddress, why it could not be fetched, and what `readText` refuses. */
export const addCalendarFrom = async (
  world: FetchingWorld,
  who: Who,
  input: { readonly name: string; readonly url: string },
): Promise<HolidayCalendar | Refusal> => {
  const first = await fetchFirst(world, input.url);
  if (isRefusal(first)) return first;
  return uniquely(() =>
    world.db.transaction((tx) => {
      const kept = { id: world.newId() as CalendarId, name: cleanName(input.name), ...first.read };
      return keepFetched(world, tx, who, kept, first);
    }),
  );
};

/** Renames a calendar and says where it is fetched from now on: at once, when that is another place than before. Refuses with notFound, and what `addCalendarFrom` refuses. */
export const changeCalendarFrom = async (
  world: FetchingWorld,
  who: Who,
  id: CalendarId,
  input: { readonly name: string; readonly url: string },
): Promise<HolidayCalendar | Refusal> => {
  const url = cleanAddress(input.url);
  if (isRefusal(url)) return url;
  const isKnown = (await addressOf(world.db, id))?.url === url;
  const first = isKnown ? null : await fetchFirst(world, url);
  if (first !== null && isRefusal(first)) return first;
  return uniquely(() =>
    world.db.transaction(async (tx) => {
      const before = await lockCalendar(tx, id);
      if (before === null) return refuse("notFound");
      const kept = { ...before, ...first?.read, name: cleanName(input.name) };
      if (first !== null) return keepFetched(world, tx, who, kept, first);
      await putCalendar(tx, kept);
      await say(world, tx, who, [{ kind: "calendar.changed", data: { calendarId: id, name: kept.name } }]);
      return comingOf(kept, await addressOf(tx, id), world.now());
    }),
  );
};

/** Fetches a calendar from its address now. What went wrong is in what it gives (`address.fault`). Refuses with notFound, and calendarNotFetched: it came as a file or text. */
export const fetchCalendarNow = async (
  world: FetchingWorld,
  who: Who,
  id: CalendarId,
): Promise<HolidayCalendar | Refusal> => {
  const lease = world.newId();
  const claim = await claimAddress(world.db, id, claiming(world, lease));
  if (claim !== null) await fetchClaimed(world, who, claim, lease);
  return world.db.transaction(async (tx) => {
    const kept = await lockCalendar(tx, id);
    if (kept === null) return refuse("notFound");
    const address = await addressOf(tx, id);
    return address === null ? refuse("calendarNotFetched") : comingOf(kept, address, world.now());
  });
};

/** Fetches those calendars whose time has come. Each is in one hand at a time, on however many nodes this is called. Gives how many were tried. */
export const fetchDueCalendars = async (world: FetchingWorld): Promise<number> => {
  let tried = 0;
  for (;;) {
    const lease = world.newId();
    const claims = await claimDueAddresses(world.db, { ...claiming(world, lease), limit: atOnce });
    await Promise.all(claims.map((claim) => fetchClaimed(world, system, claim, lease)));
    tried += claims.length;
    if (claims.length < atOnce) return tried;
  }
};

const claiming = (world: Pick<World, "now">, lease: string) => ({
  now: world.now().toISOString(),
  until: later(world.now(), leaseMs),
  lease,
});

interface First extends Validators {
  readonly url: string;
  readonly read: ReadText;
}

const fetchFirst = async (world: FetchingWorld, given: string): Promise<First | Refusal> => {
  const url = cleanAddress(given);
  if (isRefusal(url)) return url;
  const fetched = await world.fetchCalendar(url, null);
  if (isRefusal(fetched)) return { ...fetched, field: "url" };
  if (fetched.became === "same") throw new Error("nothing was known, and the answer is the same as that");
  const read = await readText(fetched.text, world.now());
  return isRefusal(read)
    ? { ...read, field: "url" }
    : { url, read, etag: fetched.etag, lastModified: fetched.lastModified };
};

const keepFetched = async (
  world: FetchingWorld,
  tx: Parameters<typeof putCalendar>[0],
  who: Who,
  kept: KeptCalendar & { readonly source: string },
  { url, etag, lastModified }: Omit<First, "read">,
): Promise<HolidayCalendar> => {
  const now = world.now();
  await putCalendar(tx, kept);
  await putAddress(tx, {
    id: kept.id,
    url,
    etag,
    lastModified,
    fetchedAt: now.toISOString(),
    dueAt: later(now, everyMs),
  });
  await say(world, tx, who, [{ kind: "calendar.changed", data: { calendarId: kept.id, name: kept.name } }]);
  return comingOf(kept, await addressOf(tx, kept.id), now);
};

/** Fetches what is in hand and keeps what came of it, unless it is in other hands meanwhile. What counts so far stays where nothing better came. */
const fetchClaimed = async (world: FetchingWorld, who: Who, claim: FetchClaim, lease: string): Promise<void> => {
  const fetched: FetchedCalendar = await world.fetchCalendar(claim.url, claim);
  const read = isRefusal(fetched) || fetched.became === "same" ? fetched : await readText(fetched.text, world.now());
  await world.db.transaction(async (tx) => {
    const { id } = claim;
    const kept = await lockCalendar(tx, id);
    const hand = kept && (await lockClaimed(tx, id, lease));
    if (kept === null || hand === null) return;
    const now = world.now();
    const turns = (fault: Refusal["refused"] | null) =>
      ({ kind: "calendar.fetched", data: { calendarId: id, name: kept.name, fault } }) as const;
    if (isRefusal(read)) {
      const fault = { code: read.refused, facts: read.facts ?? {} };
      await putFault(tx, id, { fault, now: now.toISOString(), dueAt: later(now, afterFaultMs) });
      world.log.warn("calendar.notFetched", { id, reason: read.refused });
      if (!hand.failed) await say(world, tx, who, [turns(read.refused)]);
      return;
    }
    const names = "became" in fetched && fetched.became === "text" ? fetched : claim;
    const { etag, lastModified } = names;
    const times = { fetchedAt: now.toISOString(), dueAt: later(now, everyMs) };
    await putAddress(tx, { id, url: claim.url, etag, lastModified, ...times });
    const isNew = "source" in read && !saysTheSame(kept, read, now);
    if ("source" in read && isNew) await putCalendar(tx, { ...kept, ...read });
    else if ("source" in read && read.source !== kept.source) await putSource(tx, id, read.source);
    const changed = { kind: "calendar.changed", data: { calendarId: id, name: kept.name } } as const;
    const said = [...(hand.failed ? [turns(null)] : []), ...(isNew ? [changed] : [])];
    if (said.length > 0) await say(world, tx, who, said);
  });
};
