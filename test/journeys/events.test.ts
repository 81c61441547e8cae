// The event log is read in the order of commit and nothing is ever skipped, however long a writer takes. And this test would notice if it were.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { asActor, system } from "#contract/actor.ts";
import type { EventKind } from "#contract/events.ts";
import type { CustomerId } from "#contract/ids.ts";
import { say } from "#modules/audit/actions.ts";
import { eventsAfter } from "#modules/audit/reads.ts";
import { append } from "#modules/audit/store.ts";
import { sql, type Tx } from "#platform/db/db.ts";
import { openTestWorld, type TestWorld } from "#test/world.ts";

let world: TestWorld;
before(async () => {
  world = await openTestWorld({ connections: 24 });
});
after(() => world.close());

/** Writes one entry at once, and not at the transaction's end as actions do: here writers are to stay open behind what they wrote. */
const write = (tx: Tx, customerId: CustomerId): Promise<void> =>
  append(tx, [
    {
      at: world.now().toISOString(),
      kind: "customer.created",
      actor: asActor(system),
      brandId: null,
      concernId: null,
      customerId,
      data: { customerId },
    },
  ]);

/** A transaction that writes one entry and then stays open until it is told to end. */
const slowWriter = async (ends: "commit" | "rollback" = "commit") => {
  const customerId = world.newId() as CustomerId;
  let finish: () => void = () => {};
  const told = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let written: () => void = () => {};
  const ready = new Promise<void>((resolve) => {
    written = resolve;
  });
  const done = world.db
    .transaction(async (tx) => {
      await write(tx, customerId);
      // Entries are written without waiting; after an answer to a later question the number is drawn.
      await tx.rows(sql`SELECT 1`);
      written();
      await told;
      if (ends === "rollback") throw new Error("rolled back");
    })
    .catch((error: Error) => assert.equal(error.message, "rolled back"));
  await ready;
  return { customerId, end: () => (finish(), done) };
};

/** A reader with a cursor, as desks and reactions have it. */
const reader = (
  read: (
    tx: Tx,
    after: number,
    limit: number,
  ) => Promise<{ events: readonly { seq: number; customerId: string | null }[]; upTo: number }>,
) => {
  let cursor = 0;
  const seen: string[] = [];
  return {
    seen,
    at: () => cursor,
    look: async (): Promise<void> => {
      for (;;) {
        const { events, upTo } = await read(world.db, cursor, 7);
        seen.push(...events.map((event) => event.customerId ?? ""));
        if (upTo === cursor) return;
        cursor = upTo;
      }
    },
  };
};

/** What many would write: everything there is now. It ignores who is still writing. */
const careless = async (tx: Tx, after: number, limit: number) => {
  const events = await tx.rows<{ seq: number; customerId: string | null }>(
    sql`SELECT seq, customer_id AS "customerId" FROM event WHERE seq > ${after} ORDER BY seq LIMIT ${limit}`,
  );
  return { events, upTo: events.at(-1)?.seq ?? after };
};

/** Overlapping writers that end in another order than they wrote, with a look between any two steps. */
const overlap = async (careful: ReturnType<typeof reader>, other: ReturnType<typeof reader>): Promise<string[]> => {
  const look = () => Promise.all([careful.look(), other.look()]);
  const a = await slowWriter();
  const b = await slowWriter();
  await b.end();
  await look();
  const c = await slowWriter();
  const d = await slowWriter("rollback");
  const e = await slowWriter();
  await e.end();
  await look();
  await d.end();
  await a.end();
  await look();
  await c.end();
  await look();
  return [a, b, c, e].map((writer) => writer.customerId);
};

void test("entries of slow writers are never skipped; a reader that looks at everything there is does skip them", async () => {
  const careful = reader(eventsAfter);
  const other = reader(careless);
  const written = await overlap(careful, other);
  assert.deepEqual(careful.seen.toSorted(), written.toSorted(), "each once, none missing");
  assert.ok(
    written.some((id) => !other.seen.includes(id)),
    "the breach is noticed",
  );
});

void test("what a rolled-back writer drew leaves a gap that holds nobody up", async () => {
  const careful = reader(eventsAfter);
  await careful.look();
  const before = careful.seen.length;
  const gone = await slowWriter("rollback");
  const stays = await slowWriter();
  await stays.end();
  await careful.look();
  assert.equal(careful.seen.length, before, "not while the first may still commit");
  await gone.end();
  await careful.look();
  assert.deepEqual(careful.seen.slice(before), [stays.customerId]);
});

void test("a reader of some kinds gets these and no others, waits for slow writers too, and ends where everybody ends", async () => {
  const of = (kind: EventKind) => reader((tx, seq, limit) => eventsAfter(tx, seq, limit, [kind]));
  const [created, changed] = [of("customer.created"), of("customer.changed")];
  const look = () => Promise.all([created.look(), changed.look()]);
  await look();
  const before = created.seen.length;
  assert.ok(before > 0 && changed.seen.length === 0);
  const slow = await slowWriter();
  const quick = await slowWriter();
  await quick.end();
  await look();
  assert.equal(created.seen.length, before, "not while the first may still commit");
  await slow.end();
  await look();
  assert.deepEqual(created.seen.slice(before), [slow.customerId, quick.customerId]);
  assert.deepEqual(changed.seen, []);
  assert.equal(changed.at(), created.at());
});

void test("many writers at random paces and a reader that never rests: every entry once, in order", async () => {
  const careful = reader(eventsAfter);
  await careful.look();
  const begin = careful.seen.length;
  let writing = true;
  const watching = (async () => {
    while (writing) await careful.look();
    await careful.look();
  })();
  const written: string[] = [];
  await Promise.all(
    Array.from({ length: 12 }, async (_, lane) => {
      for (let round = 0; round < 15; round += 1) {
        await world.db.transaction(async (tx) => {
          for (let part = 0; part <= (lane + round) % 3; part += 1) {
            const customerId = world.newId() as CustomerId;
            await write(tx, customerId);
            // As long as other statements take, and differently long for each.
            await tx.rows(sql`SELECT pg_sleep(${((lane * 7 + round * 3 + part) % 5) / 1000})`);
            written.push(customerId);
          }
        });
      }
    }),
  );
  writing = false;
  await watching;
  const seen = careful.seen.slice(begin);
  assert.deepEqual(seen.toSorted(), written.toSorted());
  const { rows } = {
    rows: await world.db.rows<{ id: string }>(
      sql`SELECT customer_id AS id FROM event WHERE customer_id = ANY (${written}::uuid[]) ORDER BY seq`,
    ),
  };
  assert.deepEqual(
    seen,
    rows.map((row) => row.id),
    "in the order of their numbers",
  );
});

void test("what one transaction says is written together at its end, in order, and only when it commits", async () => {
  const careful = reader(eventsAfter);
  await careful.look();
  const before = careful.seen.length;
  const [a, b, gone] = [world.newId(), world.newId(), world.newId()] as [CustomerId, CustomerId, CustomerId];
  const speak = (tx: Tx, customerId: CustomerId) =>
    say(world, tx, system, [{ kind: "customer.created", customerId, data: { customerId } }]);
  await assert.rejects(
    world.db.transaction(async (tx) => {
      await speak(tx, gone);
      throw new Error("rolled back");
    }),
  );
  await world.db.transaction(async (tx) => {
    await speak(tx, a);
    await speak(tx, b);
    const { n } = await tx.one<{ n: number }>(
      sql`SELECT count(*)::int AS n FROM event WHERE customer_id = ANY (${[a, b]}::uuid[])`,
    );
    assert.equal(n, 0);
  });
  await speak(world.db, gone);
  await careful.look();
  assert.deepEqual(careful.seen.slice(before), [a, b, gone]);
});

void test("the log cannot be changed", async () => {
  for (const statement of [sql`UPDATE event SET kind = 'x'`, sql`DELETE FROM event`])
    await assert.rejects(world.db.run(statement), /append-only/);
});
