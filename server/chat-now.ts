// What is so at a chat now: notices, open or closed, whether anybody is there, how long an answer takes and who waits before whom. Said in the welcome,
// and again when the words are others. Asked of the database for all visitors at once. Called by server/chat.ts.
import type { ChatNow, NowLine } from "#contract/chat.ts";
import type { AnyEvent } from "#contract/events.ts";
import type { Hours, OwnedHours } from "#contract/hours.ts";
import type { BrandId } from "#contract/ids.ts";
import type { Notice } from "#contract/notices.ts";
import { expectedWait, placesIn, type ExpectedWait } from "#modules/concerns/model-waiting.ts";
import { measuredAt, queuesOf } from "#modules/concerns/reads-waiting.ts";
import { nextChange, openAt } from "#modules/hours/model.ts";
import { allHours, hoursOf } from "#modules/hours/reads.ts";
import { shownAt } from "#modules/notices/model.ts";
import { noticesFrom } from "#modules/notices/reads.ts";
import type { Follower } from "#platform/live/follow.ts";
import type { World } from "#platform/world.ts";
import type { AtDesk } from "#server/at-desk.ts";
import { changesFlows, openOffers, type Offering } from "#server/chat-offers.ts";
import type { Page, Seat, Seats } from "#server/chat-seats.ts";
import { whyClosed } from "#server/why-closed.ts";
import { words, type Language } from "#server/words.ts";

export interface Now {
  /** Resolves when `of` can be asked for pages of that channel. */
  readonly ready: (channel: Page["who"]["channel"]) => Promise<void>;
  /** What is so for a page that is told it now; from then on it is told what changes. */
  readonly of: (page: Page, seat: Seat) => ChatNow;
  /** Does anybody answer at this channel now: is it open, and somebody at the desk? */
  readonly isThere: (channel: Page["who"]["channel"]) => Promise<boolean>;
  /** What says which flows begin at this channel now. */
  readonly around: (channel: Page["who"]["channel"]) => Promise<Offering>;
  /** Somebody has begun something: their place is told as soon as may be. */
  readonly begun: () => void;
  readonly stop: () => void;
}

const kind = "webchat";
/** Events after which hours and notices are read anew. A calendar that is removed was in no hours. */
const changesNow: ReadonlySet<string> = new Set([
  "hours.changed",
  "calendar.changed",
  "notice.changed",
  "notice.removed",
]);
/** What was measured is looked at again after so long. */
const measuredLastsMs = 5 * 60_000;
/** Several changes at once are told together. */
const gatherMs = 20;

interface Opening {
  readonly isOpen: boolean;
  /** When that changes; null: not within a year. */
  readonly changesAt: Date | null;
  readonly validUntil: number;
}

/** Keeps what was found until it changes: for whoever is open all year 400 days were looked through. */
const openings = (): ((hours: Hours, now: Date) => Opening) => {
  const kept = new WeakMap<Hours, Opening>();
  return (hours, now) => {
    const known = kept.get(hours);
    if (known && now.getTime() < known.validUntil) return known;
    const changesAt = nextChange(hours, now);
    const validUntil = Math.min(changesAt?.getTime() ?? Infinity, now.getTime() + 3_600_000);
    const found = { isOpen: openAt(hours, now), changesAt, validUntil };
    kept.set(hours, found);
    return found;
  };
};

const takes = (language: Language, wait: ExpectedWait | null): string => {
  const say = (key: string, facts = {}): string => words(language, `chatNow.takes.${key}`, facts);
  if (wait === null) return say("unknown");
  const { from, to } = wait;
  if (to === null) return from === 1 ? say("overOne") : say("over", { from });
  return from > 0 ? say("about", { from, to }) : to === 1 ? say("underOne") : say("under", { to });
};

const place = (language: Language, before: number): string =>
  words(language, `chatNow.place.${before === 0 ? "next" : before === 1 ? "one" : "other"}`, { count: before });

/** What nobody is there is said with: why, when somebody is, and that it is worth writing. */
const away = (language: Language, hours: Hours | null, opening: Opening | null, now: Date): NowLine => {
  const say = (key: string, facts = {}): string => words(language, `chatNow.${key}`, facts);
  const invited = say("leaveIt");
  if (hours === null || opening === null || opening.isOpen) return { text: `${say("nobody")} ${invited}`, at: null };
  const why = whyClosed(language, hours, now);
  if (opening.changesAt === null) return { text: `${why} ${invited}`, at: null };
  return { text: `${why} ${say("again")} ${invited}`, at: opening.changesAt.toISOString() };
};

/** What is asked of the database for all pages, and kept. `everyMs`: how often at most the queue is asked for. */
const openKnown = (world: Pick<World, "db" | "now">, everyMs: number) => {
  let set: { readonly hours: readonly OwnedHours[]; readonly notices: readonly Notice[] } | null = null;
  let queues: Awaited<ReturnType<typeof queuesOf>> = new Map();
  let measured: Awaited<ReturnType<typeof measuredAt>> = new Map();
  let [setIsOld, queuedAt, measuredAtMs] = [true, -Infinity, -Infinity];
  const load = async (): Promise<void> => {
    const now = world.now();
    const mono = performance.now();
    if (setIsOld) {
      // What is changed while it is read is read again.
      setIsOld = false;
      try {
        const [hours, notices] = await Promise.all([allHours(world.db), noticesFrom(world.db, now.toISOString())]);
        set = { hours, notices };
      } catch (error) {
        setIsOld = true;
        throw error;
      }
    }
    if (mono - queuedAt >= everyMs) {
      queues = await queuesOf(world.db, kind);
      queuedAt = mono;
    }
    if (mono - measuredAtMs >= measuredLastsMs) {
      measured = await measuredAt(world.db, kind, now);
      measuredAtMs = mono;
    }
  };
  let loading: Promise<void> | null = null;
  /** One look at a time; whoever asks meanwhile gets a look that begins afterwards. */
  const renew = async (): Promise<void> => {
    while (loading !== null) await loading.catch(() => undefined);
    loading = load().finally(() => (loading = null));
    await loading;
  };

  return {
    /** Resolves when everything is known that is not too old. */
    renew,
    isOld: () => set === null || setIsOld,
    /** Hours or notices are others. */
    changed: () => {
      setIsOld = true;
    },
    set: () => set,
    queues: () => queues,
    measured: () => measured,
    isQueueOld: () => performance.now() - queuedAt >= everyMs,
  };
};

/** Tells pages from now on. `everyMs`: how often at most places and times are told anew. */
export const startNow = (options: {
  readonly world: World;
  readonly follower: Follower<AnyEvent>;
  readonly seats: Seats;
  readonly atDesk: AtDesk;
  readonly everyMs: number;
  /** The brand's telephone that pages can call; undefined: none. */
  readonly phoneOf: (brandId: string) => string | undefined;
}): Now => {
  const { world, follower, seats, atDesk } = options;
  const known = openKnown(world, options.everyMs);
  const opening = openings();
  const offers = openOffers(world);
  const told = new WeakMap<Page, string>();

  const there = (channel: Page["who"]["channel"], now: Date) => {
    const hours = hoursOf(known.set()?.hours ?? [], channel);
    const open = hours && opening(hours, now);
    return { hours, open, isAway: open?.isOpen === false || !atDesk.serves(channel.brandId) };
  };
  /** What the flows that are offered depend on. Whoever has no hours is always there. */
  const offering = (channel: Page["who"]["channel"], now: Date): Offering => {
    const { open } = there(channel, now);
    const notices = shownAt(known.set()?.notices ?? [], channel.brandId, now).map(({ text }) => text);
    return { brandId: channel.brandId as BrandId, open: open?.isOpen !== false, notices };
  };
  /** What all pages of a channel and language are told. */
  const base = (channel: Page["who"]["channel"], language: Language) => {
    const now = world.now();
    const { hours, open, isAway } = there(channel, now);
    const queue = known.queues().get(channel.brandId) ?? [];
    const like = (known.measured().get(channel.brandId) ?? []).filter(
      ({ cameAt }) => hours === null || openAt(hours, new Date(cameAt)),
    );
    const time = isAway ? "" : takes(language, expectedWait(like, queue, now.getTime()));
    const until = open?.changesAt ?? null;
    const line: NowLine = isAway
      ? away(language, hours, open, now)
      : until === null
        ? { text: time, at: null }
        : { text: `${words(language, "chatNow.open")} ${time}`, at: until.toISOString() };
    const notices = shownAt(known.set()?.notices ?? [], channel.brandId, now).map(
      ({ text }) => text[language] || text.de || text.en,
    );
    const entries = offers.of(offering(channel, now), language);
    const call = options.phoneOf(channel.brandId);
    return { notices, line, isAway, entries, call, time, places: isAway ? new Map<string, number>() : placesIn(queue) };
  };
  const nowOf = (
    { notices, line, isAway, entries, call, time, places }: ReturnType<typeof base>,
    seat: Seat,
  ): ChatNow => ({
    ...(call === undefined ? {} : { call }),
    notices,
    line,
    isAway,
    entries,
    waits: Object.fromEntries(
      [...seat.numbers.keys()].flatMap((id) => {
        const before = places.get(id);
        return before === undefined ? [] : [[id, `${place(seat.language, before)} ${time}`]];
      }),
    ),
  });

  const tell = (): void => {
    const bases = new Map<string, ReturnType<typeof base>>();
    for (const page of seats.all()) {
      const seat = seats.of(page);
      // Who has not been welcomed yet is told in the welcome.
      if (!seat || !told.has(page)) continue;
      const { channel } = page.who;
      const key = `${channel.id} ${seat.language}`;
      const here = bases.get(key) ?? base(channel, seat.language);
      bases.set(key, here);
      const now = nowOf(here, seat);
      const said = JSON.stringify(now);
      if (told.get(page) === said) continue;
      told.set(page, said);
      page.send(`{"type":"now","now":${said}}`);
    }
  };
  /** What flows are offered in the channels of all pages: asked where it is not known. */
  const readOffers = async (): Promise<void> => {
    const channels = new Map([...seats.all()].map(({ who: { channel } }) => [channel.id, channel]));
    await Promise.all([...channels.values()].map((channel) => offers.read(offering(channel, world.now()))));
  };
  const renewAndTell = (): void => {
    const renewed = known.renew().then(readOffers);
    renewed.then(tell, (error: unknown) =>
      world.log.warn("chat.nowLate", { error: error instanceof Error ? error.message : "unknown" }),
    );
  };

  let soon: NodeJS.Timeout | null = null;
  const tellSoon = (): void => {
    soon ??= setTimeout(() => {
      soon = null;
      renewAndTell();
    }, gatherMs);
  };
  const timer = setInterval(() => {
    if (!seats.all()[Symbol.iterator]().next().done) renewAndTell();
  }, options.everyMs);
  timer.unref();
  const stops = [
    atDesk.watch(tellSoon),
    follower.subscribe(follower.upTo(), {
      wants: (event) => {
        if (changesFlows(event)) {
          offers.changed();
          tellSoon();
        }
        if (changesNow.has(event.kind)) {
          known.changed();
          tellSoon();
        }
        return false;
      },
      give: () => {},
      reset: () => {
        known.changed();
        offers.changed();
        tellSoon();
      },
    }),
  ];
  // What is known a little late does not keep anybody waiting.
  const ready: Now["ready"] = async (channel) => {
    if (known.isOld()) await known.renew();
    await offers.read(offering(channel, world.now()));
  };
  return {
    ready,
    isThere: async (channel) => {
      await ready(channel);
      return !there(channel, world.now()).isAway;
    },
    around: async (channel) => {
      if (known.isOld()) await known.renew();
      return offering(channel, world.now());
    },
    of: (page, seat) => {
      const now = nowOf(base(page.who.channel, seat.language), seat);
      told.set(page, JSON.stringify(now));
      return now;
    },
    begun: () => {
      if (known.isQueueOld()) tellSoon();
    },
    stop: () => {
      clearInterval(timer);
      if (soon) clearTimeout(soon);
      for (const stop of stops) stop();
    },
  };
};
