// A world of a test's own: a fresh database, a clock that stands until it is moved, real files in a temporary folder, and a small cast.
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentActor } from "#contract/actor.ts";
import type { InboundMessage } from "#contract/channel.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { AnyEvent } from "#contract/events.ts";
import type { AgentId, BrandId, ChannelId, ConcernId } from "#contract/ids.ts";
import { uuidV7 } from "#lib/id.ts";
import { eventsAfter } from "#modules/audit/reads.ts";
import { receive, type ReceivingChannel } from "#modules/concerns/actions.ts";
import { askAhead } from "#modules/concerns/actions-ahead.ts";
import { holdSender } from "#modules/concerns/actions-sender.ts";
import type { Arrival } from "#modules/concerns/actions-arrival.ts";
import type { IncomingFile } from "#modules/concerns/model.ts";
import type { ConcernReaction } from "#modules/concerns/reactions.ts";
import type { ReadingWorld } from "#modules/concerns/reads.ts";
import { openDb, sql, type Tx } from "#platform/db/db.ts";
import { openDiskFiles } from "#platform/files/disk.ts";
import { silentLog } from "#platform/log.ts";
import { newToken, secretFrom } from "#platform/secret.ts";
import type { World } from "#platform/world.ts";
import { freshDatabase } from "#test/database.ts";

/** Tests begin here, on a Monday morning. */
export const monday = "2026-03-02T09:00:00.000Z";

export interface TestWorld extends World, ReadingWorld {
  readonly undoMs: number;
  /** Moves the clock. */
  readonly pass: (ms: number) => void;
  readonly setNow: (at: string) => void;
  readonly events: (after?: number) => Promise<AnyEvent[]>;
  readonly close: () => Promise<void>;
}

const secret = secretFrom(Buffer.alloc(32, 7));

/** A world on a database; without `url` on a fresh one that is dropped at the end. `connections`: of its pool. */
export const openTestWorld = async (
  options: { readonly url?: string; readonly connections?: number } = {},
): Promise<TestWorld> => {
  const database = options.url === undefined ? await freshDatabase() : { url: options.url, drop: async () => {} };
  const dir = await mkdtemp(join(tmpdir(), "draht-test-"));
  const db = openDb(database.url, { max: options.connections ?? 8, onError: () => {} });
  let now = Date.parse(monday);
  return {
    db,
    now: () => new Date(now),
    newId: () => uuidV7(now, randomBytes(10)),
    newToken,
    mac: secret.mac,
    seal: secret.seal,
    open: secret.open,
    log: silentLog,
    files: openDiskFiles(dir),
    wake: () => {},
    undoMs: 10_000,
    links: {
      file: (file) => `/files/${file.hash}`,
      html: (id) => `/html/${id}`,
      raw: (id) => `/originals/${id}`,
      whole: (file) => `/whole/${file.hash}`,
    },
    pass: (ms) => {
      now += ms;
    },
    setNow: (at) => {
      now = Date.parse(at);
    },
    events: async (after = 0) => (await eventsAfter(db, after, 100_000)).events,
    close: async () => {
      await db.close();
      await database.drop();
      await rm(dir, { recursive: true, force: true });
    },
  };
};

/** Who and what every test has: two brands with a mailbox each, agents of each role. */
export interface Cast {
  readonly brandId: BrandId;
  readonly otherBrandId: BrandId;
  readonly channel: ReceivingChannel;
  readonly otherChannel: ReceivingChannel;
  /** An agent of the first brand only. */
  readonly anna: AgentActor;
  /** A supervisor of all brands. */
  readonly omar: AgentActor;
  /** An agent of the other brand only. */
  readonly eva: AgentActor;
}

/** Puts the cast into the world. Addresses: service@elbkabel.example and hilfe@nordstrom.example; agents are <handle>@staff.example. */
export const addCast = async (world: World): Promise<Cast> => {
  const at = world.now().toISOString();
  const brand = async (name: string): Promise<BrandId> => {
    const id = world.newId();
    await world.db.run(
      sql`INSERT INTO brand (id, name, signature, language) VALUES (${id}, ${name}, ${"{agent}\n{brand}"}, 'de')`,
    );
    return id as BrandId;
  };
  const channel = async (brandId: BrandId, address: string): Promise<ReceivingChannel> => {
    const id = world.newId() as ChannelId;
    await world.db.run(
      sql`INSERT INTO channel (id, brand_id, kind, name, enabled, settings, address, can_send) VALUES (${id}, ${brandId}, 'email', 'Service', true, '{}', ${address}, true)`,
    );
    return { id, kind: "email", brandId };
  };
  const agent = async (
    handle: string,
    name: string,
    role: AgentActor["role"],
    brandIds: readonly BrandId[],
  ): Promise<AgentActor> => {
    const id = world.newId() as AgentId;
    const preferences = {
      language: "de",
      theme: "system",
      density: "comfortable",
      afterwards: "next",
      signature: "",
      notifyByMail: true,
      followedByMail: true,
    };
    await world.db.run(sql`
      INSERT INTO agent (id, name, handle, email, role, password, brand_ids, preferences, created_at)
      VALUES (${id}, ${name}, ${handle}, ${`${handle}@staff.example`}, ${role}, '', ${brandIds}, ${JSON.stringify(preferences)}, ${at})`);
    return { kind: "agent", id, name, role, brandIds };
  };
  const brandId = await brand("Elbkabel");
  const otherBrandId = await brand("Nordstrom");
  return {
    brandId,
    otherBrandId,
    channel: await channel(brandId, "service@elbkabel.example"),
    otherChannel: await channel(otherBrandId, "hilfe@nordstrom.example"),
    anna: await agent("anna", "Anna Berg", "agent", [brandId]),
    omar: await agent("omar", "Omar Celik", "supervisor", []),
    eva: await agent("eva", "Eva Lund", "agent", [otherBrandId]),
  };
};

let mails = 0;

/** A customer's mail; everything may be overridden. */
export const mail = (
  from: string,
  over: Partial<Omit<InboundMessage, "thread">> & { readonly thread?: Partial<InboundMessage["thread"]> } = {},
): InboundMessage => {
  mails += 1;
  return {
    kind: "message",
    providerId: `mail-${mails}`,
    sentAt: null,
    from: { value: from, name: null },
    replyTo: null,
    assurance: "proved",
    verdicts: [],
    to: [{ value: "service@elbkabel.example", name: null }],
    cc: [],
    subject: "Kein Bild",
    text: "Guten Tag, seit heute ist der Bildschirm schwarz.",
    foldedText: "",
    html: null,
    files: [],
    automatic: null,
    forwarded: null,
    language: "de",
    warnings: [],
    ...over,
    thread: {
      tokens: [],
      references: [],
      own: [`mid:mail-${mails}@customer.example`],
      number: null,
      stream: null,
      ...over.thread,
    },
  };
};

/** What the store knows of an arrival of this moment. */
export const arrivalNow = (world: World): Arrival => ({
  intakeId: world.newId(),
  rawHash: "0".repeat(64),
  receivedAt: world.now().toISOString(),
});

/**
 * Takes a mail in as server/intake does, a word in a chat as server/intake-now does: the item marked and the message received in one transaction; false when it
 * was known.
 */
export const deliver = (
  world: World,
  channel: ReceivingChannel,
  message: InboundMessage,
  files: readonly IncomingFile[] = [],
  receivedAt?: string,
): Promise<boolean> =>
  world.db.transaction(async (tx) => {
    const arrival = arrivalNow(world);
    const { number } = message.thread;
    const named =
      channel.kind === "webchat" && number !== null
        ? await tx.maybe<{ id: ConcernId }>(sql`SELECT id FROM concern WHERE number = ${number}`)
        : null;
    const [fresh, held, ahead] = await Promise.all([
      tx.run(
        sql`INSERT INTO intake_item (brand_id, channel_id, provider_id, intake_id) VALUES (${channel.brandId}, ${channel.id}, ${message.providerId}, ${arrival.intakeId}) ON CONFLICT DO NOTHING`,
      ),
      holdSender(tx, channel, message),
      askAhead(tx, channel, message, named?.id ?? null),
    ]);
    if (fresh === 0) return false;
    const from = receivedAt === undefined ? arrival : { ...arrival, receivedAt };
    await receive(world, tx, channel, from, message, files, held, ahead);
    return true;
  });

/** A reaction hears an entry as the server lets it hear one. */
export const hears = async (
  world: World,
  reaction: Pick<ConcernReaction, "wants" | "sift" | "handle">,
  event: AnyEvent,
): Promise<void> => {
  if (!reaction.wants(event)) return;
  if (reaction.sift !== undefined && (await reaction.sift(world.db, [event])).length === 0) return;
  await world.db.transaction((tx) => reaction.handle(tx, event));
};

/** What was not refused; a refusal fails the test. */
export const sure = <T>(value: T): Exclude<T, Refusal> => {
  if (isRefusal(value)) throw new Error(`refused: ${JSON.stringify(value)}`);
  return value as Exclude<T, Refusal>;
};

/** The concerns there are, oldest first. */
export const allConcerns = (
  tx: Tx,
): Promise<
  {
    readonly id: ConcernId;
    readonly number: number;
    readonly status: string;
    readonly subject: string;
    readonly customerId: string;
    readonly tags: string[];
    readonly messageCount: number;
    readonly lastSeq: number;
    readonly waitingSince: string | null;
    readonly version: number;
    readonly deliveryFailed: boolean;
  }[]
> =>
  tx.rows(
    sql`SELECT id, number, status, subject, customer_id AS "customerId", tags, message_count AS "messageCount", last_seq AS "lastSeq", waiting_since AS "waitingSince", version, delivery_failed AS "deliveryFailed" FROM concern ORDER BY number`,
  );

/** A concern's messages in order. */
export const messagesIn = (
  tx: Tx,
  concernId: string,
): Promise<
  {
    readonly id: string;
    readonly seq: number;
    readonly direction: string;
    readonly authorKind: string;
    readonly authorId: string | null;
    readonly sender: { readonly name: string | null; readonly value: string } | null;
    readonly recipients: readonly { readonly value: string }[];
    readonly copies: readonly { readonly value: string }[];
    readonly warnings: string[];
    readonly text: string;
    readonly foldedText: string;
    readonly automatic: string | null;
  }[]
> =>
  tx.rows(sql`
    SELECT m.id, m.seq, m.direction, m.author_kind AS "authorKind", m.author_id AS "authorId", m.sender, m.recipients, m.copies, m.warnings, m.automatic, b.text, b.folded_text AS "foldedText"
      FROM message m JOIN message_body b ON b.message_id = m.id WHERE m.concern_id = ${concernId} ORDER BY m.seq`);

/** A concern's parties by address. */
export const partiesIn = async (
  tx: Tx,
  concernId: string,
): Promise<Record<string, { readonly role: string; readonly seesFrom: number }>> =>
  Object.fromEntries(
    (
      await tx.rows<{ norm: string; role: string; seesFrom: number }>(
        sql`SELECT norm, role, sees_from AS "seesFrom" FROM party WHERE concern_id = ${concernId}`,
      )
    ).map(({ norm, ...rest }) => [norm, rest]),
  );
