// Routing as it is set up: the book and what agents are set up for, kept with their revision, and what a past day would have become by a drafted book.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isRefusal } from "#contract/errors.ts";
import type { ConcernId } from "#contract/ids.ts";
import type { AgentWork, Queue, RoutingBook } from "#contract/routing-book.ts";
import { change } from "#modules/concerns/actions-change.ts";
import { reply } from "#modules/concerns/actions-reply.ts";
import { setAgentWork, setBook } from "#modules/routing/actions-book.ts";
import { agentWorks, bookFor } from "#modules/routing/reads-book.ts";
import { previewOf } from "#modules/routing/reads-preview.ts";
import { sql } from "#platform/db/db.ts";
import { answerOf } from "#test/outbox.ts";
import { bookQueue, bookWith, idOf } from "#test/routing-book.ts";
import { verifyAction } from "#test/verify-action.ts";
import { everything } from "#test/everything.ts";
import { addCast, allConcerns, deliver, mail, openTestWorld, sure, type Cast, type TestWorld } from "#test/world.ts";

const minute = 60_000;
const hour = 60 * minute;

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
});
after(() => world.close());

const german = idOf<string>(901);
const taken = async (): Promise<string[]> =>
  (await world.events()).filter(({ kind }) => kind.startsWith("routing.")).map(({ kind }) => kind);
const code = (outcome: unknown): string =>
  isRefusal(outcome) ? `${outcome.refused} ${outcome.field ?? ""}`.trim() : "kept";

test("the book is set by who saw the newest, said once, and refused whole with the place of its fault", async () => {
  const { book: empty, revision } = await bookFor(world);
  assert.deepEqual([empty.queues, revision], [[], 1]);
  const book = bookWith([bookQueue(1, { name: "  Alles " })]);
  const kept = sure(
    await verifyAction(world, cast.anna, () => setBook(world, cast.omar, { book, was: 1 }), ["routing.bookChanged"]),
  );
  assert.deepEqual([kept.revision, kept.book.queues[0]?.name], [2, "Alles"]);
  assert.deepEqual(await bookFor(world), kept);
  assert.equal(code(await setBook(world, cast.omar, { book: empty, was: 1 })), "staleVersion");
  assert.equal(sure(await setBook(world, cast.omar, { book: kept.book, was: 2 })).revision, 2, "nothing is changed");
  const broken = bookWith([bookQueue(1), bookQueue(2, { when: { ...bookQueue(2).when, brandId: idOf(7) } })]);
  assert.equal(
    code(await setBook(world, cast.omar, { book: broken, was: 2 })),
    "unknownBrand book.queues.1.when.brandId",
  );
  const fits = bookWith([bookQueue(1, { hours: { kind: "channel", id: cast.channel.id } })]);
  sure(await setBook(world, cast.omar, { book: fits, was: 2 }));
  // Of two who saw the same one is refused.
  const both = await Promise.all(
    ["Eine", "Andere"].map((name) => setBook(world, cast.omar, { book: bookWith([bookQueue(1, { name })]), was: 3 })),
  );
  assert.deepEqual(both.map(code).toSorted(), ["kept", "staleVersion"]);
  assert.deepEqual(await taken(), ["routing.bookChanged", "routing.bookChanged", "routing.bookChanged"]);
});

test("an agent is set up with what the book has, and loses with the book what it has no more", async () => {
  const work: AgentWork = { skills: { [german]: 4 }, capacity: "mailUpTo5", queueIds: [idOf(1)] };
  const set = (given: AgentWork, id = cast.anna.id) => setAgentWork(world, cast.omar, id, given);
  sure(await verifyAction(world, cast.anna, () => set(work), ["routing.agentChanged"]));
  sure(await set(work));
  assert.equal((await taken()).filter((kind) => kind === "routing.agentChanged").length, 1, "said once");
  const unset = { skills: {}, capacity: "blended", queueIds: null };
  const works = new Map((await agentWorks(world)).map(({ agentId, ...rest }) => [agentId, rest]));
  assert.deepEqual([works.get(cast.anna.id), works.get(cast.omar.id)], [work, unset]);
  assert.equal(code(await set({ ...work, queueIds: [idOf(5)] })), "unknownQueue queueIds.0");
  assert.equal(code(await set(work, idOf(5))), "notFound");
  const { revision } = await bookFor(world);
  sure(await setBook(world, cast.omar, { book: bookWith([bookQueue(3)], { skills: [] }), was: revision }));
  const [first] = (await agentWorks(world)).filter(({ agentId }) => agentId === cast.anna.id);
  assert.deepEqual([first?.skills, first?.queueIds], [{}, []]);
});

const came = async (from: string, at: string, language: "de" | "en"): Promise<ConcernId> => {
  world.setNow(at);
  await deliver(world, cast.channel, mail(from, { language }));
  return (await allConcerns(world.db)).at(-1)?.id ?? assert.fail();
};
const answers = async (id: ConcernId, to: string, at: string): Promise<void> => {
  world.setNow(at);
  sure(await reply(world, cast.anna, answerOf(cast, id, to, { text: "Antwort", html: null, undoMs: 0 })));
};
test("a past day is played as it came, with who was there, writes nothing, and is the same a second time", async () => {
  const day = "2026-03-03";
  const old = await came("alt@kunde.example", "2026-03-02T18:00:00.000Z", "de");
  const one = await came("a@kunde.example", `${day}T08:00:00.000Z`, "de");
  await answers(old, "alt@kunde.example", `${day}T08:30:00.000Z`);
  await answers(one, "a@kunde.example", `${day}T08:40:00.000Z`);
  const two = await came("b@kunde.example", `${day}T09:00:00.000Z`, "en");
  await came("c@kunde.example", `${day}T09:10:00.000Z`, "de");
  world.setNow(`${day}T12:00:00.000Z`);
  sure(await change(world, cast.anna, { id: two, change: { status: "resolved" } }));
  await came("morgen@kunde.example", "2026-03-04T09:00:00.000Z", "de");
  world.setNow("2026-03-04T10:00:00.000Z");

  const inGerman = (part: Partial<Queue> = {}): RoutingBook =>
    bookWith([bookQueue(1, { when: { ...bookQueue(1).when, language: "de" }, ...part })]);
  const before = await everything(world.db);
  const played = async (book: RoutingBook) => sure(await previewOf(world, { book, day, zone: "Europe/Berlin" }));
  const first = await played(inGerman());
  assert.deepEqual(await played(inGerman()), first);
  assert.equal(await everything(world.db), before, "nothing was written");

  assert.deepEqual([first.played, first.nowhere, first.more], [2, 1, false]);
  const [queue] = first.queues;
  assert.deepEqual([queue?.came, queue?.left, queue?.was.answered, queue?.would.answered], [2, 0, 1, 2]);
  assert.equal(queue?.was.averageWaitSeconds, 40 * 60);
  // Anna was there from 8:30, when she first did something, and what waited from the day before was due first. The ten minutes it took her is all that is known.
  const startMs = 30 * minute + 3_000;
  const waits = [startMs + 20 * minute, 10 * minute + 3_000].map((ms) => ms / 1_000);
  assert.equal(queue?.would.longestWaitSeconds, waits[0]);
  assert.equal(queue?.would.averageWaitSeconds, Math.round(waits.reduce((sum, one) => sum + one, 0) / 2));
  assert.deepEqual(
    first.agents.filter(({ was, would }) => was + would > 0),
    [{ agentId: cast.anna.id, was: 2, would: 3 }],
    "with what waited from the day before, without what no queue takes",
  );

  const needed = await played(inGerman({ requires: { [idOf<string>(902)]: 1 } }));
  assert.deepEqual([needed.queues[0]?.left, needed.queues[0]?.would.answered], [2, 0], "nobody was set up for it");
});

test("where routing ran its own measure counts, and who was there by it", async () => {
  const day = "2026-03-10";
  const id = await came("lief@kunde.example", `${day}T08:00:00.000Z`, "de");
  await answers(id, "lief@kunde.example", `${day}T11:00:00.000Z`);
  const at = (time: string): string => `${day}T${time}.000Z`;
  await world.db.run(sql`
    INSERT INTO routing_wait (item_id, concern_id, queue_id, kind, arrived_at, answered_at, agent_id, held_ms, ended_at, end_why)
    VALUES (${world.newId()}, ${id}, ${idOf(1)}, 'mail', ${at("08:00:00")}, ${at("10:00:00")}, ${cast.omar.id}, ${hour}, ${at("11:00:00")}, 'finished')`);
  for (const [agentId, from, to, state] of [
    [cast.anna.id, "07:00:00", "12:00:00", "away"],
    [cast.omar.id, "09:00:00", "09:30:00", "busy"],
    [cast.omar.id, "09:30:00", "12:00:00", "available"],
  ] as const)
    await world.db.run(
      sql`INSERT INTO routing_stretch (agent_id, began_at, ended_at, state, reason) VALUES (${agentId}, ${at(from)}, ${at(to)}, ${state}, '')`,
    );
  world.setNow(at("23:00:00"));
  const { queues, agents } = sure(await previewOf(world, { book: bookWith([bookQueue(1)]), day, zone: "UTC" }));
  assert.deepEqual([queues[0]?.was.averageWaitSeconds, queues[0]?.would.averageWaitSeconds], [7_200, 5_403]);
  assert.deepEqual(
    agents.filter(({ was, would }) => was + would > 0).map(({ agentId, ...rest }) => [agentId, rest]),
    [[cast.omar.id, { was: 1, would: 3 }]],
    "two wait from the days before",
  );
});

test("a day that has not begun, a zone there is not, and a book that cannot be are refused", async () => {
  const ask = async (part: object): Promise<string> =>
    code(await previewOf(world, { book: bookWith([]), day: "2026-03-03", zone: "UTC", ...part }));
  assert.equal(await ask({ day: "2027-01-01" }), "invalidInput day");
  assert.equal(await ask({ zone: "Europe/Atlantis" }), "invalidInput zone");
  assert.equal(await ask({ book: bookWith([bookQueue(1), bookQueue(1)]) }), "routingTwice book.queues.1.id");
  assert.equal(await ask({}), "kept");
});
