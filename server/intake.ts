// From raw bytes to the domain: store before the acknowledgement, read in a killable process, receive once.
// Called by the transports (through `store`) and by itself for what an earlier run left behind.
import type { ChannelKind, Inbound, InboundMessage, MessageChannel, Raw, Verdict } from "#contract/channel.ts";
import type { ChannelId, IntakeId } from "#contract/ids.ts";
import type { Reason, Trouble } from "#contract/reasons.ts";
import { inTurns } from "#lib/inTurns.ts";
import { receive } from "#modules/concerns/actions.ts";
import { receiveReceipt } from "#modules/concerns/actions-receipts.ts";
import { holdSender } from "#modules/concerns/actions-sender.ts";
import type { IncomingFile } from "#modules/concerns/model.ts";
import { isUnavailable, type Tx } from "#platform/db/db.ts";
import { isFilesUnavailable } from "#platform/files/files.ts";
import { hashOf, smallBytes } from "#platform/files/small.ts";
import type { Metrics } from "#platform/metrics.ts";
import type { World } from "#platform/world.ts";
import {
  claimOpen,
  finishIntake,
  giveBack,
  insertIntake,
  insertIntakes,
  keepIntake,
  postponeIntake,
  type NewIntake,
} from "#server/intake-store.ts";
import type { Reader, Reading } from "#server/reader.ts";

/** One connected channel with opened settings. */
export interface ConnectedChannel {
  readonly id: ChannelId;
  readonly kind: ChannelKind;
  readonly brandId: string;
  readonly settings: unknown;
  /** Every address of ours of its kind, aliases and those of other channels included. */
  readonly ownAddresses: readonly string[];
  /** Why nothing can leave by it, as last known to anybody; null: it can. */
  readonly sendingTrouble: Trouble | null;
  readonly implementation: MessageChannel<never>;
}

export interface Intake {
  /**
   * Keeps the bytes and the cursor; resolves after the commit ("known": they were there already), rejects when they could not be kept.
   * Reading goes on behind.
   */
  readonly store: (
    channel: ConnectedChannel,
    raw: Raw,
    providerId: string,
    cursor?: { readonly name: string; readonly value: unknown },
  ) => Promise<"stored" | "known">;
  /** Resolves when everything stored so far has been read. */
  readonly settled: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly backlog: () => number;
  /** Bytes of messages in memory. */
  readonly heldBytes: () => number;
}

/** What a killed process had in hand is taken up again within the 15 s in which everything recovers; who lives renews in time. */
const usualLeaseMs = 12_000;
/** Messages that are stored by one statement at most; each number of them is a statement of its own, which every connection prepares. */
const storedTogether = 8;
/** Messages read ahead in memory; beyond it they wait in the table. */
const inMemory = 200;
/** Bytes of them; what comes beyond waits without its bytes, which are loaded when its turn comes. */
const usualBytes = 64 * 1024 * 1024;
/** So many at once load bytes of a size that nobody knows yet. */
const loadingAtOnce = 4;
/** What belongs to a channel that cannot be used now waits for it. */
const orphansRestMs = 10_000;
const failuresBeforeGivingUp = 3;
/** One that is taken up so often without an end may be what ends the server. */
const claimsBeforeGivingUp = 20;

interface Item {
  readonly id: IntakeId;
  readonly lease: string;
  readonly channel: ConnectedChannel;
  readonly rawHash: string;
  readonly transport: Raw["transport"];
  readonly receivedAt: string;
  readonly attempts: number;
  readonly claims: number;
  readonly error: string | null;
  /** Somebody has looked at it and let it in: no limit holds it. */
  readonly letIn: boolean;
  /** Since when it is held, in the process's own time. */
  readonly since: number;
  /** Null: they are loaded when its turn comes. */
  bytes: Uint8Array | null;
}

/** What this process has in hand. */
interface Holding {
  readonly queue: Item[];
  readonly running: Map<Item, Promise<void>>;
  /** Bytes of the messages in it, and how many are being loaded whose bytes are not counted yet. */
  bytes: number;
  loading: number;
}

const held = ({ queue, running }: Holding): Item[] => [...running.keys(), ...queue];

/** Keeps what has been in hand for long, so that nobody else begins it as well; what somebody else has is waited with no longer. */
const keepHeld = async (world: World, holding: Holding, leaseMs: number): Promise<void> => {
  const old = held(holding).filter(({ since }) => performance.now() - since > leaseMs / 4);
  if (old.length === 0) return;
  const ours = await keepIntake(world.db, old, leaseMs);
  const gone = new Set(old.filter(({ id }) => !ours.has(id)));
  for (const item of holding.queue.filter((each) => gone.has(each))) {
    holding.queue.splice(holding.queue.indexOf(item), 1);
    holding.bytes -= item.bytes?.byteLength ?? 0;
  }
};

/** Takes up at most `most` of what is stored and held by nobody; returns how many there were. */
const takeUp = async (
  { world, channelById }: Pick<Parameters<typeof startIntake>[0], "world" | "channelById">,
  holding: Holding,
  leaseMs: number,
  most: number,
): Promise<number> => {
  const lease = world.newId();
  const inHand = held(holding).map(({ id }) => id);
  const rows = await claimOpen(world.db, lease, leaseMs, most, inHand);
  const since = performance.now();
  const orphans: { readonly id: IntakeId; readonly lease: string }[] = [];
  for (const row of rows.toSorted((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1))) {
    const channel = channelById(row.channelId);
    if (channel) holding.queue.push({ ...row, lease, channel, since, bytes: null });
    else orphans.push({ id: row.id, lease });
  }
  if (orphans.length > 0) await giveBack(world.db, orphans, orphansRestMs);
  return rows.length;
};

/** Starts the intake: `channelById` gives the connected channels, also disabled ones whose stored messages are still to be read. */
export const startIntake = (options: {
  readonly world: World;
  readonly reader: Reader;
  readonly channelById: (id: string) => ConnectedChannel | undefined;
  readonly metrics: Metrics;
  readonly concurrency: number;
  readonly leaseMs?: number;
  readonly inMemoryBytes?: number;
  /** Mails from senders nobody knows or vouches for that a channel takes to the desk in ten minutes; 0: as many as come. */
  readonly mostUnknown: number;
  /** What follows at once from what an arrival became, in its transaction. Where it fails the arrival is taken in without it. */
  readonly received?: (tx: Tx, intakeId: IntakeId) => Promise<void>;
}): Intake => {
  const { world, reader, metrics, leaseMs = usualLeaseMs, inMemoryBytes = usualBytes } = options;
  const holding: Holding = { queue: [], running: new Map(), bytes: 0, loading: 0 };
  const { queue, running } = holding;
  const idleWaiters: (() => void)[] = [];
  let stopping = false;
  let looking = false;
  let lookAgain = false;
  /** The last look, done or under way. */
  let looked: Promise<void> = Promise.resolve();

  // What arrives at one moment is one statement and one commit; each is acknowledged after that, and after nothing less.
  const keep = inTurns(
    (rows: readonly NewIntake[]) => insertIntakes(world.db, rows),
    storedTogether,
    (error) => !isUnavailable(error),
  );

  const messages = metrics.counter("intake_messages_total", "Messages read, by how it ended", ["outcome"]);
  const seconds = metrics.histogram("intake_seconds", "From stored to received");

  const load = async (item: Item): Promise<Uint8Array> => {
    if (item.bytes !== null) return item.bytes;
    holding.loading += 1;
    try {
      item.bytes = await world.files.read(item.rawHash);
      holding.bytes += item.bytes.byteLength;
      return item.bytes;
    } finally {
      holding.loading -= 1;
      pump();
    }
  };

  /** May this one begin? Whose bytes are still to be loaded waits for room, but never for ever. */
  const hasRoom = (item: Item): boolean =>
    item.bytes !== null || running.size === 0 || (holding.loading < loadingAtOnce && holding.bytes < inMemoryBytes);

  const pump = (): void => {
    while (!stopping && running.size < options.concurrency) {
      const item = queue[0];
      if (!item || !hasRoom(item)) break;
      queue.shift();
      const begun = performance.now();
      const { mostUnknown, received } = options;
      const work = takeIn({ world, reader, load, mostUnknown, received, isStopping: () => stopping }, item)
        .then((outcome) => {
          if (outcome !== null) messages.add({ outcome });
        })
        .finally(() => {
          seconds.observe((performance.now() - begun) / 1000);
          holding.bytes -= item.bytes?.byteLength ?? 0;
          running.delete(item);
          pump();
        });
      running.set(item, work);
    }
    if (running.size === 0 && queue.length === 0) {
      if (lookAgain) void look();
      else for (const settle of idleWaiters.splice(0)) settle();
    }
  };

  /** Gives back what waits here, so that others read it at once. */
  const leave = async (): Promise<void> => {
    const unread = queue.splice(0);
    if (unread.length > 0) await giveBack(world.db, unread, 0).catch(() => {});
  };

  /** Takes up what is stored and held by nobody: after a restart, a lost lease, a full queue. */
  const look = (): Promise<void> => (looking || stopping ? looked : (looked = lookOnce()));
  const lookOnce = async (): Promise<void> => {
    looking = true;
    lookAgain = false;
    try {
      const room = inMemory - queue.length;
      if (room > 0) {
        const rows = await takeUp(options, holding, leaseMs, room);
        if (rows === room) lookAgain = true;
      }
    } catch (error) {
      world.log.warn("intake.lookFailed", { error: error instanceof Error ? error.message : "unknown" });
    } finally {
      looking = false;
      pump();
    }
    // It may have stopped meanwhile.
    if (stopping) await leave();
  };

  const timer = setInterval(() => void look(), 2_000);
  const keeper = setInterval(() => {
    keepHeld(world, holding, leaseMs).catch((error: unknown) => {
      world.log.warn("intake.notKept", { error: error instanceof Error ? error.message : "unknown" });
    });
  }, leaseMs / 4);
  void look();

  return {
    store: async (channel, raw, providerId, cursor) => {
      if (stopping) throw new Error("shutting down");
      const isSmall = raw.bytes.byteLength <= smallBytes;
      const rawHash = isSmall ? hashOf(raw.bytes) : (await world.files.put(raw.bytes)).hash;
      const id = world.newId() as IntakeId;
      const lease = world.newId();
      const takeNow = queue.length < inMemory;
      const since = performance.now();
      const row = {
        id,
        channelId: channel.id,
        providerId,
        rawHash,
        bytes: isSmall ? raw.bytes : null,
        transport: raw.transport,
        receivedAt: raw.receivedAt,
        lease: takeNow ? lease : null,
        leaseMs,
      };
      const isNew = await (cursor === undefined ? keep(row) : insertIntake(world.db, row, cursor));
      if (!isNew) {
        messages.add({ outcome: "known" });
        return "known";
      }
      if (takeNow) {
        const { transport, receivedAt } = raw;
        const bytes = holding.bytes + raw.bytes.byteLength <= inMemoryBytes ? raw.bytes : null;
        holding.bytes += bytes?.byteLength ?? 0;
        const known = { rawHash, transport, receivedAt, attempts: 0, claims: 0, error: null, letIn: false };
        queue.push({ id, lease, channel, since, ...known, bytes });
        pump();
      } else lookAgain = true;
      return "stored";
    },
    settled: async () => {
      await look();
      if (running.size > 0 || queue.length > 0) await new Promise<void>((resolve) => idleWaiters.push(resolve));
    },
    stop: async () => {
      stopping = true;
      clearInterval(timer);
      clearInterval(keeper);
      await Promise.race([
        Promise.allSettled([...running.values(), leave(), looked]),
        new Promise((resolve) => setTimeout(resolve, 5_000).unref()),
      ]);
      for (const settle of idleWaiters.splice(0)) settle();
    },
    backlog: () => queue.length + running.size,
    heldBytes: () => holding.bytes,
  };
};

interface Taking {
  readonly world: World;
  readonly reader: Reader;
  readonly load: (item: Item) => Promise<Uint8Array>;
  readonly mostUnknown: number;
  readonly received: ((tx: Tx, intakeId: IntakeId) => Promise<void>) | undefined;
  readonly isStopping: () => boolean;
}

/** Reads one stored message and receives it, in one transaction with its end. Never rejects; null: it was left for the next start or the next try. */
const takeIn = async (taking: Taking, item: Item): Promise<"read" | "unreadable" | "postponed" | null> => {
  const { world } = taking;
  try {
    const { receivedAt, transport } = item;
    const raw: Raw = { bytes: await taking.load(item), receivedAt, transport };
    const reading = await readingOf(taking, item, raw);
    if (taking.isStopping()) return null;
    // A process may end for reasons that are not the message's: it is read once more before it counts as unreadable.
    if ("unreadable" in reading && reading.unreadable === "died" && item.attempts === 0) {
      await postponeIntake(world.db, item.id, item.lease, reading.detail, false);
      return null;
    }
    await receiveAll(taking, item, raw, reading);
    return "unreadable" in reading ? "unreadable" : "read";
  } catch (error) {
    const words = error instanceof Error ? error.message : "unknown";
    const unavailable = isUnavailable(error) || isFilesUnavailable(error);
    world.log.error("intake.postponed", { intakeId: item.id, error: words, unavailable });
    await postponeIntake(world.db, item.id, item.lease, words, unavailable).catch(() => {});
    return "postponed";
  }
};

const readingOf = async ({ world, reader }: Taking, item: Item, raw: Raw): Promise<Reading> => {
  const hopeless = item.attempts >= failuresBeforeGivingUp || item.claims >= claimsBeforeGivingUp;
  return hopeless
    ? { unreadable: "failed", detail: item.error ?? "could not be received" }
    : reader.read(item.channel.kind, raw, item.channel.settings, world.now(), item.letIn);
};

/** What follows from an arrival has failed, and with it its transaction. */
class Unfollowed extends Error {}

const receiveAll = async (taking: Taking, item: Item, raw: Raw, reading: Reading): Promise<void> => {
  const { world, mostUnknown } = taking;
  const channel = { ...item.channel, mostUnknown };
  const failed = "unreadable" in reading;
  const inbound: readonly Inbound[] = failed ? [unreadable(channel, raw, reading)] : reading.inbound;
  const withFiles = await Promise.all(
    inbound.map(async (each) => ({ each, files: each.kind === "message" ? await keepFiles(world, each) : [] })),
  );
  const follow = async (tx: Tx): Promise<void> => {
    try {
      await taking.received?.(tx, item.id);
    } catch (error) {
      if (isUnavailable(error)) throw error;
      throw new Unfollowed(error instanceof Error ? error.message : "unknown", { cause: error });
    }
  };
  const take = async (tx: Tx): Promise<void> => {
    const only = inbound.length === 1 && inbound[0]?.kind === "message" ? inbound[0] : null;
    // Asked together: whose message it is, is looked up while we still learn whether it is ours to receive.
    const [row, held] = await Promise.all([
      finishIntake(
        tx,
        { id: item.id, channelId: channel.id, brandId: channel.brandId, lease: item.lease },
        failed ? "unreadable" : "done",
        failed ? reading.detail : null,
        inbound.map((each) => each.providerId),
      ),
      only === null ? null : holdSender(tx, channel, only),
    ]);
    if (!row) return;
    const from = { intakeId: item.id, rawHash: row.rawHash, receivedAt: raw.receivedAt, letIn: item.letIn };
    for (const { each, files } of withFiles.filter((one) => row.fresh.includes(one.each.providerId)))
      await (each.kind === "message"
        ? receive(world, tx, channel, from, each, files, held)
        : receiveReceipt(world, tx, channel, each, from));
    if (inbound.some(({ kind }) => kind === "message")) await follow(tx);
  };
  try {
    await world.db.transaction(take);
  } catch (error) {
    if (!(error instanceof Unfollowed)) throw error;
    world.log.error("intake.notFollowed", { intakeId: item.id, error: error.message });
    await receiveAll({ ...taking, received: undefined }, item, raw, reading);
  }
};

/** What stands in the concern for a message that could not be read; the original is attached to it. */
const unreadable = (
  channel: ConnectedChannel,
  raw: Raw,
  { unreadable: why, detail }: Extract<Reading, { readonly unreadable: unknown }>,
): InboundMessage => {
  const verdict: Verdict = {
    check: "form",
    result: "permerror",
    reason: unreadableReasons[why],
    // Only what a library says of the message is worth reading: the rest is said by the reason.
    detail: why === "failed" ? detail : "",
  };
  const message = channel.implementation.unreadable(raw);
  return {
    ...message,
    warnings: [...new Set([...message.warnings, "unreadable"])],
    verdicts: message.verdicts.length > 0 ? message.verdicts : [verdict],
  };
};

const unreadableReasons = {
  tooLong: { code: "readTooLong", facts: {} },
  tooMuch: { code: "readTooMuch", facts: {} },
  died: { code: "readDied", facts: {} },
  failed: { code: "readFailed", facts: {} },
} as const satisfies Readonly<Record<string, Reason>>;

const keepFiles = (world: World, inbound: InboundMessage): Promise<IncomingFile[]> =>
  Promise.all(
    [
      ...inbound.files.map((file) => ({ file, ofOriginal: false })),
      ...(inbound.forwarded?.files ?? []).map((file) => ({ file, ofOriginal: true })),
    ].map(async ({ file, ofOriginal }) => {
      const stored = await world.files.put(file.bytes);
      const secret = ((await world.secrets?.look(stored, file.bytes)) ?? null) !== null;
      return { name: file.name, inlineId: file.inlineId, ofOriginal, stored, secret };
    }),
  );
