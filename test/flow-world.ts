// Flows for tests, and a world in which they run as in the server: begun by mails, told by the log from a cursor, their effects done in hand. Used by test/journeys/flows*.test.ts and bench.
import assert from "node:assert/strict";
import type { Who } from "#contract/actor.ts";
import { isRefusal } from "#contract/errors.ts";
import type { FlowDocument, FlowEntryRule, FlowStep, FlowText } from "#contract/flows.ts";
import type { FlowOutcome } from "#contract/flow-runs.ts";
import type { ChannelId, ConcernId, FlowId, FlowRunId } from "#contract/ids.ts";
import { eventsAfter } from "#modules/audit/reads.ts";
import { beginByArrival } from "#modules/flows/actions-concerns.ts";
import { claimDue, tellCode, tellOutcome, tellRested, type Claim } from "#modules/flows/actions-effects.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import type { RunPlace } from "#modules/flows/model-runs.ts";
import { flowReactions } from "#modules/flows/reactions.ts";
import { runOf, runsOfConcern, saidOf } from "#modules/flows/reads-running.ts";
import { sql } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";
import { openFlowGround } from "#server/flow-ground.ts";
import { verifyAction } from "#test/verify-action.ts";
import { addCast, allConcerns, deliver, hears, mail, messagesIn, openTestWorld } from "#test/world.ts";

/** The same words in both languages, so that a test can look for them. */
export const text = (words: string): FlowText => ({ de: words, en: words });

/** A flow of these steps; the first is its start. */
export const flowOf = (
  steps: readonly FlowStep[],
  entries: readonly (Partial<FlowEntryRule> & Pick<FlowEntryRule, "entry">)[] = [],
  restHours = 48,
): FlowDocument => ({
  form: 1,
  languages: ["de", "en"],
  start: steps[0]?.id ?? null,
  steps: [...steps],
  entries: entries.map((rule) => ({ brandIds: [], media: [], hours: "always", ...rule })),
  restHours,
});

/** A question for words. */
export const askWords = (id: string, into: string, next: string): FlowStep => ({
  id,
  do: "ask",
  text: text(`Frage ${into}?`),
  into,
  answer: { kind: "text", minLength: 1, maxLength: 200, form: "any" },
  tries: 3,
  failed: null,
  optional: false,
  next,
});

export const handing = (id: string, over: Partial<Extract<FlowStep, { do: "handOver" }>> = {}): FlowStep => ({
  id,
  do: "handOver",
  text: text("Ein Mensch übernimmt."),
  topicId: null,
  queueId: null,
  skills: [],
  priority: null,
  subject: text("Übergabe"),
  ...over,
});

export const ending = (id: string, solved: boolean): FlowStep => ({
  id,
  do: "end",
  text: text("Das war alles."),
  solved,
});

/** Publishes a document as a new flow, the `count`th of this store. */
export const publishFlow = async (
  { db, now, newId }: Pick<World, "db" | "now" | "newId">,
  document: FlowDocument,
  count: number,
  name = `Flow ${count}`,
): Promise<FlowId> => {
  const id = newId() as FlowId;
  const kept = JSON.stringify(document);
  await db.run(
    sql`INSERT INTO flow (id, key, name, is_on, draft) VALUES (${id}, ${`flow-${count}`}, ${name}, true, ${kept})`,
  );
  await db.run(
    sql`INSERT INTO flow_version (flow_id, number, document, at, by_name, note) VALUES (${id}, 1, ${kept}, ${now().toISOString()}, 'Test', '')`,
  );
  await db.run(sql`UPDATE flow SET published = 1 WHERE id = ${id}`);
  return id;
};

/** A world with a cast in which flows run. `isThere`: somebody is at the desk. */
export const openFlowing = async () => {
  const plain = await openTestWorld();
  const cast = await addCast(plain);
  const ground = openFlowGround(plain);
  let there = true;
  ground.setDesk({ serves: () => there });
  const world: typeof plain & FlowWorld = { ...plain, flowGround: ground };
  const [reaction] = flowReactions(world);
  if (reaction === undefined) throw new Error("there is no reaction");
  let cursor = 0;
  let flows = 0;

  /** Publishes a document as a new flow. */
  const publish = (document: FlowDocument, name?: string): Promise<FlowId> =>
    publishFlow(plain, document, (flows += 1), name);

  /** Lets flows hear everything that they have not heard. */
  const listen = async (): Promise<void> => {
    for (;;) {
      const { events } = await eventsAfter(plain.db, cursor, 10_000);
      if (events.length === 0) return;
      for (const event of events) {
        await hears(world, reaction, event);
        cursor = event.seq;
      }
    }
  };

  /** Claims what is due. */
  const claim = (leaseMs = 60_000): Promise<Claim[]> => claimDue(world, { leaseMs, limit: 50 });

  /** Does what is due: `outcome` says what comes of each; codes are tried by themselves. */
  const work = async (outcome: (claimed: Claim) => FlowOutcome): Promise<number> => {
    const claims = await claim();
    for (const one of claims) {
      const { what } = one;
      if (what.do === "tryCode") await tellCode(world, { ...one, what });
      else await tellOutcome(world, one, outcome(one));
    }
    return claims.length;
  };

  const chatId = plain.newId() as ChannelId;
  await plain.db.run(
    sql`INSERT INTO channel (id, brand_id, kind, name, enabled, settings, address, can_send) VALUES (${chatId}, ${cast.brandId}, 'webchat', 'Chat', true, '{}', 'chat', true)`,
  );

  let customers = 0;
  /** A new customer writes a mail; gives the concern and how to write there again. */
  const write = async (over: Parameters<typeof mail>[1] = {}, from?: string) => {
    customers += 1;
    const address = from ?? `f${customers}@kunde.example`;
    world.pass(1_000);
    const sent = mail(address, over);
    await plain.db.transaction(async (tx) => {
      // As the server's intake does: what follows stands in the transaction of the arrival.
      await deliver({ ...plain, db: { ...plain.db, transaction: (inner) => inner(tx) } }, cast.channel, sent);
      const arrival = await tx.one<{ intakeId: string }>(
        sql`SELECT intake_id AS "intakeId" FROM intake_item WHERE provider_id = ${sent.providerId}`,
      );
      await beginByArrival(world, tx, arrival.intakeId);
    });
    const { id, number } = (await allConcerns(plain.db)).at(-1) ?? assert.fail();
    const again = async (words: string, more: Parameters<typeof mail>[1] = {}): Promise<void> => {
      world.pass(1_000);
      await deliver(plain, cast.channel, mail(address, { text: words, thread: { number }, ...more }));
      await listen();
    };
    return { id, number, address, again };
  };

  /** What was said in a concern: "> " before what the flow says. */
  const thread = async (id: ConcernId): Promise<string[]> =>
    (await messagesIn(plain.db, id)).map(({ direction, authorKind, text: words }) =>
      authorKind === "helper" && direction === "out" ? `> ${words}` : words,
    );

  const visitor: Who = { kind: "customer", id: null, name: "Kim" };
  /** A place in a chat, held by itself. */
  const place = (holder: string, over: Partial<RunPlace> = {}): RunPlace => ({
    medium: "chat",
    brandId: cast.brandId,
    channelId: chatId,
    holder,
    concernId: null,
    language: "de",
    ...over,
  });

  const runIn = async (id: ConcernId) =>
    (await runsOfConcern(plain.db, id))[0] ?? assert.fail("no flow ever was there");
  const run = async (id: FlowRunId) => (await runOf(plain.db, id)) ?? assert.fail("no such run");

  return {
    world,
    cast,
    chat: { id: chatId, kind: "webchat" as const, brandId: cast.brandId },
    publish,
    listen,
    claim,
    work,
    rest: () => tellRested(world, 100),
    write,
    thread,
    visitor,
    place,
    runIn,
    run,
    newRun: () => plain.newId() as FlowRunId,
    said: (id: FlowRunId) => saidOf(plain.db, id, 0),
    verify: <T>(act: () => Promise<T>, ...must: string[]) => verifyAction(world, cast.anna, act, must),
    setThere: (is: boolean) => {
      there = is;
    },
  };
};

export const isRefused = (value: unknown, code: string): void => {
  assert.ok(isRefusal(value), "it was not refused");
  assert.equal(value.refused, code);
};
