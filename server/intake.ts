// From raw bytes to the domain: store before the acknowledgement, read in a killable process, receive once.
// Called by the transports (through `store`) and by itself for what an earlier run left behind.
import type { ChannelKind, Inbound, InboundMessage, MessageChannel, Raw } from "#contract/channel.ts";
import type { ChannelId, IntakeId } from "#contract/ids.ts";
import { receive } from "#modules/concerns/actions.ts";
import { receiveReceipt } from "#modules/concerns/actions-receipts.ts";
import type { IncomingFile } from "#modules/concerns/model.ts";
import { isUnavailable } from "#platform/db/db.ts";
import { hashOf, smallBytes } from "#platform/files/small.ts";
import type { Metrics } from "#platform/metrics.ts";
import type { World } from "#platform/world.ts";
import {
  claimOpen,
  finishIntake,
  insertIntake,
  loadIntake,
  postponeIntake,
  type IntakeRow,
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
}

/** Longer than a message may take to read; after a kill what was in hand is taken up again within the 15 s in which everything recovers. */
const leaseMs = 12_000;
/** Messages read ahead in memory; beyond it they wait in the table. */
const inMemory = 200;
const failuresBeforeGivingUp = 3;
/** One that is taken up so often without an end may be what ends the server. */
const claimsBeforeGivingUp = 20;

interface Item {
  readonly id: IntakeId;
  readonly lease: string;
  readonly row: IntakeRow | null;
  readonly bytes: Uint8Array | null;
  readonly channel: ConnectedChannel;
  readonly raw: Raw | null;
}

/** Starts the intake: `channelById` gives the connected channels, also disabled ones whose stored messages are still to be read. */
export const startIntake = (options: {
  readonly world: World;
  readonly reader: Reader;
  readonly channelById: (id: string) => ConnectedChannel | undefined;
  readonly metrics: Metrics;
  readonly concurrency: number;
}): Intake => {
  const { world, reader, metrics } = options;
  const queue: Item[] = [];
  const running = new Set<Promise<void>>();
  const idleWaiters: (() => void)[] = [];
  let stopping = false;
  let looking = false;
  let lookAgain = false;

  const messages = metrics.counter("intake_messages_total", "Messages read, by how it ended", ["outcome"]);
  const seconds = metrics.histogram("intake_seconds", "From stored to received");

  const pump = (): void => {
    while (!stopping && running.size < options.concurrency) {
      const item = queue.shift();
      if (!item) break;
      const begun = performance.now();
      const work = takeIn({ world, reader, isStopping: () => stopping }, item)
        .then((outcome) => {
          if (outcome !== null) messages.add({ outcome });
        })
        .finally(() => {
          seconds.observe((performance.now() - begun) / 1000);
          running.delete(work);
          pump();
        });
      running.add(work);
    }
    if (running.size === 0 && queue.length === 0) {
      if (lookAgain) void look();
      else for (const settle of idleWaiters.splice(0)) settle();
    }
  };

  /** Takes up what is stored and held by nobody: after a restart, a lost lease, a full queue. */
  const look = async (): Promise<void> => {
    if (looking || stopping) return;
    looking = true;
    lookAgain = false;
    try {
      const room = inMemory - queue.length;
      if (room > 0) {
        const lease = world.newId();
        const rows = await claimOpen(world.db, lease, leaseMs, room);
        for (const row of rows.toSorted((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1))) {
          const channel = options.channelById(row.channelId);
          if (channel) queue.push({ id: row.id, lease, row, bytes: null, channel, raw: null });
        }
        if (rows.length === room) lookAgain = true;
      }
    } catch (error) {
      world.log.warn("intake.lookFailed", { error: error instanceof Error ? error.message : "unknown" });
    } finally {
      looking = false;
      pump();
    }
  };

  const timer = setInterval(() => void look(), 2_000);
  void look();

  return {
    store: async (channel, raw, providerId, cursor) => {
      if (stopping) throw new Error("shutting down");
      const isSmall = raw.bytes.byteLength <= smallBytes;
      const rawHash = isSmall ? hashOf(raw.bytes) : (await world.files.put(raw.bytes)).hash;
      const id = world.newId() as IntakeId;
      const lease = world.newId();
      const takeNow = queue.length < inMemory;
      const isNew = await insertIntake(
        world.db,
        {
          id,
          channelId: channel.id,
          providerId,
          rawHash,
          bytes: isSmall ? raw.bytes : null,
          transport: raw.transport,
          receivedAt: raw.receivedAt,
          lease: takeNow ? lease : null,
          leaseMs,
        },
        cursor,
      );
      if (!isNew) {
        messages.add({ outcome: "known" });
        return "known";
      }
      if (takeNow) {
        queue.push({ id, lease, row: null, bytes: null, channel, raw });
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
      queue.length = 0;
      await Promise.race([Promise.allSettled(running), new Promise((resolve) => setTimeout(resolve, 5_000).unref())]);
      for (const settle of idleWaiters.splice(0)) settle();
    },
    backlog: () => queue.length + running.size,
  };
};

interface Taking {
  readonly world: World;
  readonly reader: Reader;
  readonly isStopping: () => boolean;
}

/** Reads one stored message and receives it, in one transaction with its end. Never rejects; null: it was left for the next start or the next try. */
const takeIn = async (taking: Taking, item: Item): Promise<"read" | "unreadable" | "postponed" | null> => {
  const { world } = taking;
  try {
    const raw = await rawOf(world, item);
    const reading = await readingOf(taking, item, raw);
    if (taking.isStopping()) return null;
    // A process may end for reasons that are not the message's: it is read once more before it counts as unreadable.
    if ("unreadable" in reading && reading.unreadable === "died" && attemptsOf(item) === 0) {
      await postponeIntake(world.db, item.id, item.lease, reading.detail, false);
      return null;
    }
    await receiveAll(world, item, raw, reading);
    return "unreadable" in reading ? "unreadable" : "read";
  } catch (error) {
    const words = error instanceof Error ? error.message : "unknown";
    const unavailable = isUnavailable(error);
    world.log.error("intake.postponed", { intakeId: item.id, error: words, unavailable });
    await postponeIntake(world.db, item.id, item.lease, words, unavailable).catch(() => {});
    return "postponed";
  }
};

const attemptsOf = (item: Item): number => item.row?.attempts ?? 0;

const rawOf = async (world: World, item: Item): Promise<Raw> => {
  if (item.raw) return item.raw;
  const row = item.row ?? (await loadIntake(world.db, item.id));
  return {
    bytes: item.bytes ?? (await world.files.read(row.rawHash)),
    receivedAt: row.receivedAt,
    transport: row.transport,
  };
};

const readingOf = async ({ world, reader }: Taking, item: Item, raw: Raw): Promise<Reading> => {
  const hopeless = attemptsOf(item) >= failuresBeforeGivingUp || (item.row?.claims ?? 0) >= claimsBeforeGivingUp;
  return hopeless
    ? { unreadable: "failed", detail: item.row?.error ?? "could not be received" }
    : reader.read(item.channel.kind, raw, item.channel.settings, world.now());
};

const receiveAll = async (world: World, item: Item, raw: Raw, reading: Reading): Promise<void> => {
  const { channel } = item;
  const failed = "unreadable" in reading;
  const inbound: readonly Inbound[] = failed ? [unreadable(channel, raw, reading.detail)] : reading.inbound;
  const withFiles = await Promise.all(
    inbound.map(async (each) => ({ each, files: each.kind === "message" ? await keepFiles(world, each) : [] })),
  );
  await world.db.transaction(async (tx) => {
    const row = await finishIntake(
      tx,
      { id: item.id, channelId: channel.id, brandId: channel.brandId, lease: item.lease },
      failed ? "unreadable" : "done",
      failed ? reading.detail : null,
      inbound.map((each) => each.providerId),
    );
    if (!row) return;
    const from = { intakeId: item.id, rawHash: row.rawHash, receivedAt: raw.receivedAt };
    for (const { each, files } of withFiles.filter((one) => row.fresh.includes(one.each.providerId)))
      await (each.kind === "message"
        ? receive(world, tx, channel, from, each, files)
        : receiveReceipt(world, tx, channel, each));
  });
};

/** What stands in the concern for a message that could not be read; the original is attached to it. */
const unreadable = (channel: ConnectedChannel, raw: Raw, detail: string): InboundMessage => {
  const message = channel.implementation.unreadable(raw);
  return {
    ...message,
    warnings: [...new Set([...message.warnings, "unreadable"])],
    verdicts: message.verdicts.length > 0 ? message.verdicts : [{ check: "form", result: "permerror", detail }],
  };
};

const keepFiles = (world: World, inbound: InboundMessage): Promise<IncomingFile[]> =>
  Promise.all(
    inbound.files.map(async (file) => ({
      name: file.name,
      inlineId: file.inlineId,
      stored: await world.files.put(file.bytes),
    })),
  );
