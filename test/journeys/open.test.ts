// Opening a concern on a real PostgreSQL: complete, in its agent's brands only, and right under the events that follow even while others write.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { email as emailChannel } from "#channels/email/index.ts";
import type { AgentActor } from "#contract/actor.ts";
import { concerns } from "#contract/concern-endpoints.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { ConcernId } from "#contract/ids.ts";
import { change, follow } from "#modules/concerns/actions-change.ts";
import { link } from "#modules/concerns/actions-links.ts";
import { saveDraft } from "#modules/concerns/actions-drafts.ts";
import { changeCost } from "#modules/brands/actions.ts";
import { claimDeliveries } from "#modules/concerns/actions-outbox.ts";
import { heldByWindow } from "#modules/concerns/reads-ways.ts";
import { create, note, reply } from "#modules/concerns/actions-reply.ts";
import { concernReactions } from "#modules/concerns/reactions.ts";
import { keepUpload } from "#modules/concerns/actions-uploads.ts";
import { earlierMessages, historyOf, openConcern } from "#modules/concerns/reads-open.ts";
import { messageViews, rowFor } from "#modules/concerns/reads.ts";
import { suppressAddress } from "#modules/customers/actions.ts";
import { addAddress, changeCustomer } from "#modules/customers/actions-desk.ts";
import { sql } from "#platform/db/db.ts";
import { addCast, allConcerns, deliver, mail, openTestWorld, type Cast, type TestWorld } from "#test/world.ts";
import { apply, emptyState, mergeMessages, mergeOpened, type DeskState, type OpenResult } from "#web/state/apply.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld({ connections: 10 });
  cast = await addCast(world);
});
after(() => world.close());

const done = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) assert.fail(`refused: ${JSON.stringify(value)}`);
  return value;
};
const refusedWith = (value: unknown): string | null => (isRefusal(value) ? value.refused : null);

let customers = 0;
const begun = async (
  over: Parameters<typeof mail>[1] = {},
  channel = cast.channel,
): Promise<{ id: ConcernId; from: string }> => {
  customers += 1;
  const from = `kunde${customers}@mail.example`;
  await deliver(world, channel, mail(from, over));
  const id = (await allConcerns(world.db)).at(-1)?.id;
  assert.ok(id);
  return { id, from };
};
const open = async (id: ConcernId, who: AgentActor = cast.anna): Promise<OpenResult> => {
  const result = done(await openConcern(world, who, id));
  concerns.open.result.parse(result);
  return result;
};
const say = (id: ConcernId, text: string) =>
  note(world, cast.anna, { id, text, html: null, uploads: [], key: crypto.randomUUID() });

test("the last fifty messages, and the earlier ones page by page", async () => {
  const { id } = await begun();
  for (let i = 2; i <= 120; i += 1) done(await say(id, `Notiz ${i}`));
  const opened = await open(id);
  assert.deepEqual(
    [opened.messages.length, opened.messages[0]?.seq, opened.messages.at(-1)?.seq, opened.earlier],
    [50, 71, 120, true],
  );
  const page = done(await earlierMessages(world, world.db, cast.anna, id, 71, 60));
  assert.deepEqual(
    [page.messages.length, page.messages[0]?.seq, page.messages.at(-1)?.seq, page.earlier],
    [60, 11, 70, true],
  );
  const rest = done(await earlierMessages(world, world.db, cast.anna, id, 11, 60));
  assert.deepEqual(
    [rest.messages.map((message) => message.seq), rest.earlier],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], false],
  );
});

test("another brand's concern is as one that is not there, on every way to it", async () => {
  const { id } = await begun();
  done(await say(id, "intern"));
  const opened = await open(id, cast.omar);
  const [message] = opened.messages;
  assert.ok(message);
  const ghost = world.newId() as ConcernId;
  for (const [who, it] of [
    [cast.eva, id],
    [cast.omar, ghost],
  ] as const) {
    assert.equal(refusedWith(await openConcern(world, who, it)), "notFound");
    assert.equal(refusedWith(await rowFor(world.db, who, it)), "notFound");
    assert.equal(refusedWith(await historyOf(world, who, it, null, 10)), "notFound");
    assert.equal(refusedWith(await earlierMessages(world, world.db, who, it, 100, 10)), "notFound");
    assert.equal(
      refusedWith(
        await saveDraft(world, who, it, "note", {
          channelId: null,
          to: [],
          cc: [],
          text: "x",
          html: null,
          uploads: [],
        }),
      ),
      "notFound",
    );
  }
});

test("a link to another brand's concern is not shown to who does not serve that brand", async () => {
  const { id } = await begun();
  const there = await begun({ subject: "Streng geheim" }, cast.otherChannel);
  const { number } = (await allConcerns(world.db)).find((one) => one.id === there.id) ?? assert.fail();
  done(await link(world, cast.omar, { id, number, kind: "related" }));
  assert.deepEqual(
    (await open(id, cast.omar)).concern.links.map((one) => [one.subject, one.earlier]),
    [["Streng geheim", false]],
  );
  assert.deepEqual((await open(id, cast.anna)).concern.links, []);
});

test("drafts: one of each kind for each agent, with their files, in nobody's history", async () => {
  const { id, from } = await begun();
  const bytes = new TextEncoder().encode("Anlage");
  const upload = done(await keepUpload(world, cast.anna, { name: "anlage.txt", bytes }));
  const words = {
    channelId: cast.channel.id,
    to: [from],
    cc: [],
    text: "Sehr geehrte",
    html: null,
    uploads: [upload.uploadId],
  };
  const kept = done(await saveDraft(world, cast.anna, id, "reply", words));
  assert.equal(kept?.uploads[0]?.file.name, "anlage.txt");
  done(await saveDraft(world, cast.anna, id, "note", { ...words, text: "Notiz im Werden", uploads: [] }));
  done(await saveDraft(world, cast.omar, id, "reply", { ...words, text: "Omars Antwort", uploads: [] }));
  assert.equal(refusedWith(await saveDraft(world, cast.omar, id, "reply", words)), "notFound", "another's upload");
  assert.equal(
    refusedWith(
      await saveDraft(world, cast.omar, id, "reply", { ...words, uploads: [], channelId: cast.otherChannel.id }),
    ),
    "unknownChannel",
    "another brand's channel",
  );
  const mine = await open(id);
  assert.deepEqual(
    mine.drafts.map((draft) => [draft.kind, draft.text]),
    [
      ["note", "Notiz im Werden"],
      ["reply", "Sehr geehrte"],
    ],
  );
  assert.deepEqual(mine.drafts[1], kept);
  assert.deepEqual(
    (await open(id, cast.omar)).drafts.map((draft) => draft.text),
    ["Omars Antwort"],
  );
  assert.equal(done(await saveDraft(world, cast.anna, id, "reply", { ...words, text: "  ", uploads: [] })), null);
  assert.deepEqual(
    (await open(id)).drafts.map((draft) => draft.kind),
    ["note"],
  );
  const before = (await world.events()).length;
  assert.equal(done(await saveDraft(world, cast.anna, id, "reply", { ...words, text: "", uploads: [] })), null);
  assert.equal((await world.events()).length, before, "nothing to forget, nothing to say");
  const history = done(await historyOf(world, cast.omar, id, null, 100));
  concerns.history.result.parse(history);
  assert.ok(history.entries.length > 0 && history.entries.every((entry) => entry.kind !== "draft.changed"));
});

test("history goes back page by page without a gap", async () => {
  const { id } = await begun();
  for (let i = 0; i < 12; i += 1) done(await change(world, cast.anna, { id, change: { tags: [`t${i}`] } }));
  const whole = done(await historyOf(world, cast.anna, id, null, 200)).entries.map((entry) => entry.seq);
  const pieces: number[] = [];
  for (let before: number | null = null; ;) {
    const page: { entries: readonly { seq: number }[]; next: number | null } = done(
      await historyOf(world, cast.anna, id, before, 5),
    );
    pieces.push(...page.entries.map((entry) => entry.seq));
    before = page.next;
    if (before === null) break;
  }
  assert.deepEqual(pieces, whole);
  assert.ok(whole.length >= 13);
});

test("ways: where the last message wants its answer, first only when its sender is sure", async () => {
  const wanted = "Buchhaltung@Kunde.example";
  const after = async (assurance: "proved" | "none"): Promise<unknown[]> => {
    const replyTo = { value: wanted, name: "Buchhaltung" };
    const { id, from } = await begun({ assurance, replyTo });
    const page = await open(id);
    assert.deepEqual(page.messages.at(-1)?.replyTo, replyTo);
    return page.ways.map((way) => [way.value === from ? "sender" : way.value, way.reason, way.addressId !== null]);
  };
  assert.deepEqual(await after("proved"), [
    [wanted, "replyTo", false],
    ["sender", "lastUsed", true],
  ]);
  assert.deepEqual(await after("none"), [
    ["sender", "lastUsed", true],
    [wanted, "replyTo", false],
  ]);
});

test("ways: to nobody known leads none", async () => {
  await deliver(world, cast.channel, mail("", { subject: "Niemand", assurance: "none" }));
  const page = await open((await allConcerns(world.db)).at(-1)?.id as ConcernId);
  assert.deepEqual(
    page.ways.map((way) => way.blocked),
    ["noAddress"],
  );
});

test("ways: where the customer last wrote first, what cannot be used last and with its reason", async () => {
  const { id, from } = await begun();
  const { customerId } = (await open(id)).concern.row;
  const second = `zweite.${from}`;
  done(await addAddress(world, cast.anna, customerId, { kind: "email", value: second }));
  const brief = async (): Promise<unknown[]> =>
    (await open(id)).ways.map((way) => [way.channelName, way.value, way.reason, way.blocked]);
  assert.deepEqual(await brief(), [
    ["Service", from, "lastUsed", null],
    ["Service", second, "known", null],
  ]);
  await world.db.transaction((tx) => suppressAddress(world, tx, cast.anna, { kind: "email", value: from }, "550"));
  assert.deepEqual(await brief(), [
    ["Service", second, "known", null],
    ["Service", from, "lastUsed", "suppressed"],
  ]);
  await world.db.run(sql`UPDATE channel SET can_send = false WHERE id = ${cast.channel.id}`);
  assert.deepEqual(
    (await brief()).map((way) => (way as unknown[])[3]),
    ["cannotSend", "cannotSend"],
  );
  await world.db.run(sql`UPDATE channel SET enabled = false WHERE id = ${cast.channel.id}`);
  assert.deepEqual(
    (await brief()).map((way) => (way as unknown[])[3]),
    ["channelOff", "channelOff"],
  );
  await world.db.run(sql`UPDATE channel SET enabled = true, can_send = true WHERE id = ${cast.channel.id}`);
});

test("a customer's new name reaches their concerns' rows, and the event says so", async () => {
  const { id } = await begun();
  const { customerId, version } = (await open(id)).concern.row;
  done(await changeCustomer(world, cast.anna, customerId, { name: "Neuer Name" }));
  const renaming = concernReactions(world).find((each) => each.name === "concerns.customerName");
  assert.ok(renaming);
  const said = (await world.events()).filter((event) => renaming.wants(event) && event.customerId === customerId);
  assert.equal(said.length, 1);
  for (const event of [...said, ...said]) await world.db.transaction((tx) => renaming.handle(tx, event));
  const { row } = (await open(id)).concern;
  assert.deepEqual([row.customerName, row.version], ["Neuer Name", version + 1], "once, however often it is heard");
  const patch = (await world.events()).findLast((event) => event.concernId === id);
  assert.deepEqual(patch?.data, { patch: { customerName: "Neuer Name", version: version + 1 }, because: null });
});

const settled = async (state: DeskState): Promise<DeskState> => {
  let next = state;
  for (const [id, opened] of Object.entries(state.opened))
    next = mergeMessages(next, id, await messageViews(world, world.db, opened.incomplete));
  return next;
};

// The number is read first and the data later, in several statements, while others write: what the data already has must not be spoiled by the
// events after the number, and nothing may be missing.
test("opened while others write, then brought up to date: the same as opened afterwards", async () => {
  const { id, from } = await begun();
  const snapshots: OpenResult[] = [];
  let writing = true;
  const writers = [
    async (i: number) => deliver(world, cast.channel, mail(from, { assurance: "aligned", text: `Nachtrag ${i}` })),
    async (i: number) =>
      change(world, cast.omar, { id, change: { tags: [`runde${i}`], priority: i % 2 === 0 ? "high" : "low" } }),
    async (i: number) => say(id, `Notiz ${i}`),
    async (i: number) => {
      // A draft is as old as its time says.
      world.pass(1);
      return saveDraft(world, cast.anna, id, "reply", {
        channelId: null,
        to: [],
        cc: [],
        text: i % 3 === 0 ? "" : `Entwurf ${i}`,
        html: null,
        uploads: [],
      });
    },
    async (i: number) => follow(world, cast.anna, id, i % 2 === 0 ? cast.anna.id : cast.omar.id),
    async (i: number) =>
      reply(world, cast.omar, {
        id,
        channelId: cast.channel.id,
        to: [from],
        cc: [],
        text: `Antwort ${i}`,
        html: null,
        uploads: [],
        sendAt: null,
        statusAfter: "waiting",
        key: crypto.randomUUID(),
        undoMs: 10_000,
      }),
  ];
  const readers = [0, 1].map(async () => {
    while (writing) snapshots.push(await open(id));
  });
  await Promise.all(
    writers.map(async (write) => {
      for (let i = 0; i < 12; i += 1) await write(i);
    }),
  );
  writing = false;
  await Promise.all(readers);
  const last = await open(id);
  const events = await world.events();
  assert.ok(snapshots.length > 5 && new Set(snapshots.map((one) => one.upTo)).size > 3, `${snapshots.length} looks`);
  for (const snapshot of snapshots) {
    let state = mergeOpened({ ...emptyState(cast.anna.id), cursor: snapshot.upTo }, snapshot);
    for (const event of events) if (event.seq > snapshot.upTo) state = apply(state, event);
    const now = (await settled(state)).opened[id];
    assert.ok(now);
    const first = last.messages[0]?.seq ?? 0;
    assert.deepEqual(now.concern.row, last.concern.row);
    assert.deepEqual(now.concern.followers.toSorted(), last.concern.followers.toSorted());
    assert.deepEqual(
      now.messages.filter((message) => message.seq >= first),
      last.messages,
    );
    assert.deepEqual(now.drafts, last.drafts);
    assert.deepEqual(now.concern.parties, last.concern.parties);
  }
});

test("ways: what the customer wishes, what a message costs and what is urgent are seen, and told to every desk that has it open", async () => {
  const { id } = await begun();
  const { customerId } = (await open(id)).concern.row;
  const best = async (): Promise<unknown> =>
    (await open(id)).ways.map(({ reason, wished, cents }) => [reason, wished, cents])[0];
  assert.deepEqual(await best(), ["lastUsed", false, null]);
  const wishing = done(await changeCustomer(world, cast.anna, customerId, { wish: "email" }));
  assert.deepEqual(wishing.wish, { kind: "email", by: "agent" });
  const wished = (await world.events()).at(-1);
  assert.ok(wished?.kind === "customer.changed" && wished.data.what.includes("wish"));
  assert.deepEqual(
    await changeCustomer(world, cast.anna, customerId, { wish: "email" }),
    wishing,
    "the same again is nothing new",
  );
  assert.equal(
    refusedWith(await changeCustomer(world, cast.anna, customerId, { wish: null, was: { wish: null } })),
    "staleVersion",
  );
  assert.deepEqual(await best(), ["wished", true, null]);
  const before = await open(id);
  const seq = (await world.events()).at(-1)?.seq ?? 0;
  await changeCost(world, cast.omar, { kind: "email", cents: 7.499 });
  assert.deepEqual(await best(), ["wished", true, 7.5]);
  const told = (await world.events(seq)).reduce(apply, {
    ...mergeOpened(emptyState(cast.anna.id), before),
    cursor: seq,
  });
  assert.deepEqual(told.opened[id]?.ways, (await open(id)).ways);
  await changeCost(world, cast.omar, { kind: "email", cents: null });
  done(await changeCustomer(world, cast.anna, customerId, { wish: null, was: { wish: "email" } }));
  assert.deepEqual(await best(), ["lastUsed", false, null]);
});

test("ways: nothing is offered, said or sent through a window that has closed, and the next message opens it again", async () => {
  const can = { windowHours: 24, firstContact: false };
  const kind = { kind: "email" as const, can: { ...emailChannel.can, ...can }, fields: [] };
  const limited = { ...world, channelKinds: { all: () => [kind] } };
  const { id, from } = await begun();
  const { customerId } = (await open(id)).concern.row;
  const second = `zweite.${from}`;
  done(await addAddress(world, cast.anna, customerId, { kind: "email", value: second }));
  const ways = async (): Promise<unknown> =>
    done(await openConcern(limited, cast.anna, id)).ways.map((way) => [way.value, way.blocked, way.closesAt]);
  const say = (to: string, sendAt: string | null = null) =>
    reply(limited, cast.anna, {
      id,
      channelId: cast.channel.id,
      to: [to],
      cc: [],
      text: "Eine Antwort",
      html: null,
      uploads: [],
      sendAt,
      statusAfter: "waiting",
      key: crypto.randomUUID(),
      undoMs: 10_000,
    });
  const hour = 3_600_000;
  const later = (hours: number): string => new Date(world.now().getTime() + hours * hour).toISOString();
  const end = later(24);
  assert.deepEqual(await ways(), [
    [from, null, end],
    [second, "notFirst", null],
  ]);
  assert.equal(refusedWith(await say(second)), "notFirst");
  assert.equal(refusedWith(await say(from, later(25))), "windowClosed", "planned for when nothing may go");
  const { messageId } = done(await say(from));
  world.pass(24 * hour);
  assert.deepEqual(await ways(), [
    [from, "windowClosed", end],
    [second, "notFirst", null],
  ]);
  assert.equal(refusedWith(await say(from)), "windowClosed");
  // What waited until then does not leave either.
  const claim = (await claimDeliveries(limited, { limit: 500, leaseMs: hour })).find(
    (each) => each.messageId === messageId,
  );
  assert.ok(claim);
  assert.deepEqual(await heldByWindow(limited, claim, { kind: "email", can }), {
    kind: "refused",
    code: "windowClosed",
    reason: { code: "windowClosed", facts: { address: from } },
    detail: "",
  });
  assert.equal(await heldByWindow(limited, claim, { kind: "email", can: emailChannel.can }), null);
  await deliver(world, cast.channel, mail(from));
  assert.equal(await heldByWindow(limited, claim, { kind: "email", can }), null);
  assert.deepEqual(await ways(), [
    [from, null, later(24)],
    [second, "notFirst", null],
  ]);
  const first = await create(limited, cast.anna, {
    brandId: cast.brandId,
    channelId: cast.channel.id,
    customerId: null,
    kind: "email",
    to: ["neu@mail.example"],
    cc: [],
    subject: "Zuerst",
    text: "Guten Tag",
    html: null,
    uploads: [],
    key: crypto.randomUUID(),
    undoMs: 10_000,
  });
  assert.equal(refusedWith(first), "notFirst");
});
