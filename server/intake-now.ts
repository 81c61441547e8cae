// Takes in what a small, trusted reader can read at once: stored, read and received in one commit. For chats, where somebody waits. Called by server/chat.ts.
import type { InboundMessage, Raw } from "#contract/channel.ts";
import type { ChatMessage } from "#contract/chat.ts";
import type { ConcernId, IntakeId } from "#contract/ids.ts";
import { receive } from "#modules/concerns/actions.ts";
import { askAhead } from "#modules/concerns/actions-ahead.ts";
import { holdSender } from "#modules/concerns/actions-sender.ts";
import type { IncomingFile } from "#modules/concerns/model.ts";
import { saidBy } from "#modules/concerns/reads-visitor.ts";
import { sql, type Tx } from "#platform/db/db.ts";
import { hashOf } from "#platform/files/small.ts";
import { gather, type Gathered } from "#platform/gather.ts";
import type { World } from "#platform/world.ts";
import { insertDone } from "#server/intake-store.ts";
import type { ConnectedChannel } from "#server/intake.ts";

/**
 * What was said, with files that are stored already. `first` is carried out in the same transaction before the message is received; when it gives false nothing
 * is stored, and it changes no concern. `who`: whose words are never taken in side by side. `concernId`: the concern that the words name by its number.
 */
export interface Saying {
  readonly channel: ConnectedChannel;
  readonly raw: Raw;
  readonly who: readonly string[];
  readonly concernId: ConcernId | null;
  readonly files: readonly IncomingFile[];
  readonly first: (tx: Tx) => Promise<boolean>;
}

/** Commits under way at once, and words in one of them. */
const commits = 2;
const wordsInOne = 24;
/** Words for which a second one is begun at once: a commit costs about as much as three words, so those of a busy hour go together, and in a calm one nobody waits long. */
const beside = { items: 8, waitMsEach: 2 };

interface Read extends Saying {
  readonly inbound: InboundMessage;
  readonly rawHash: string;
}

const read = async (world: World, one: Saying): Promise<Read> => {
  const [inbound] = await one.channel.implementation.receive(one.raw, one.channel.settings as never, {
    now: world.now(),
    resolver: null,
  });
  if (inbound?.kind !== "message") throw new Error("what was said is no message");
  return { ...one, inbound, rawHash: hashOf(one.raw.bytes) };
};

/** Undoes the transaction of what is not to be stored. */
class Unwanted extends Error {}

const takeIn = async (world: World, tx: Tx, one: Read): Promise<IntakeId> => {
  const { channel, raw, inbound, rawHash } = one;
  // In this order: so are the locks of intake, address and concern taken everywhere.
  const [done, held, ahead] = await Promise.all([
    insertDone(tx, {
      id: world.newId() as IntakeId,
      channelId: channel.id,
      brandId: channel.brandId,
      providerId: inbound.providerId,
      rawHash,
      bytes: raw.bytes,
      transport: raw.transport,
      receivedAt: raw.receivedAt,
    }),
    holdSender(tx, channel, inbound),
    askAhead(tx, channel, inbound, one.concernId),
  ]);
  if (!done.fresh) return done.id;
  if (!(await one.first(tx))) throw new Unwanted();
  const arrival = { intakeId: done.id, rawHash, receivedAt: raw.receivedAt };
  await receive(world, tx, channel, arrival, inbound, one.files, held, ahead);
  return done.id;
};

/**
 * People's words in one transaction, their statements side by side on one connection: one commit and one waking of PostgreSQL for all of them. Every
 * word's statements come to their end, well or not, before the transaction does: none may run behind it. What they became is asked for on the way to the
 * commit, and known after it.
 */
const takeTogether = async (world: World, words: readonly Read[]): Promise<ChatMessage[]> => {
  const { became } = await world.db.transaction(async (tx) => {
    // Somebody for whom others would wait longer than this is waited for alone.
    if (words.length > 1) await tx.later(sql`SET LOCAL lock_timeout = '400ms'`);
    const ended = await Promise.allSettled(words.map((one) => takeIn(world, tx, one)));
    const ids = ended.map((each) => {
      if (each.status === "rejected") throw each.reason;
      return each.value;
    });
    const asked = saidBy(world, ids, tx);
    // Where the commit fails this does too, and the commit's failure is what is told.
    asked.catch(() => undefined);
    return { became: asked };
  });
  return (await became).map((message) => {
    if (message === null) throw new Error("what was said is in no concern");
    return message;
  });
};

const takeAll = async (world: World, given: readonly Saying[]): Promise<PromiseSettledResult<ChatMessage | null>[]> => {
  const words = await Promise.allSettled(given.map((one) => read(world, one)));
  const readable = words.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  if (readable.length > 1) {
    const messages = await takeTogether(world, readable).catch(() => null);
    if (messages !== null)
      return words.map((each) =>
        each.status === "rejected"
          ? each
          : { status: "fulfilled", value: messages[readable.indexOf(each.value)] as ChatMessage },
      );
  }
  // One of them cannot be taken, or waits for somebody: each stands for itself.
  return Promise.allSettled(
    words.map(async (each) => {
      if (each.status === "rejected") throw each.reason;
      const [message = null] = await takeTogether(world, [each.value]).catch((error: unknown) => {
        if (error instanceof Unwanted) return [];
        throw error;
      });
      return message;
    }),
  );
};

/**
 * Gives how to take in: resolves after the commit with what it became, null when `first` did not want it; the same provider id again is the same message and changes nothing. What
 * several people say while others' words are being committed is committed together; what one of them says never keeps another's out. Bytes must
 * be few: nothing limits the reading but their number.
 */
export const openTakeNow = (world: World): Gathered<Saying, ChatMessage | null> =>
  gather({
    atOnce: commits,
    most: wordsInOne,
    beside,
    keysOf: ({ who }) => who,
    work: (items) => takeAll(world, items),
  });
