// One concern changed by people who look at it at the same time, on a real PostgreSQL: who was slower is told, once is once, and taking it back is exact.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { AgentActor } from "#contract/actor.ts";
import type { DecidedChange } from "#contract/concerns.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { ConcernId } from "#contract/ids.ts";
import { change } from "#modules/concerns/actions-change.ts";
import { changeOne, undoMany } from "#modules/concerns/actions-many.ts";
import { lockConcern } from "#modules/concerns/store.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import { addCast, allConcerns, deliver, mail, openTestWorld, sure, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
});
after(() => world.close());

let people = 0;
const fresh = async (): Promise<ConcernId> => {
  people += 1;
  await deliver(world, cast.channel, mail(`einer${people}@kunde.example`));
  return (await allConcerns(world.db)).at(-1)?.id ?? assert.fail();
};
const asks = (id: ConcernId, wanted: DecidedChange, who: AgentActor = cast.anna) =>
  changeOne(world, who, { id, wanted });
const stateOf = (id: ConcernId): Promise<ConcernState> =>
  world.db.transaction(async (tx) => (await lockConcern(tx, id)) ?? assert.fail());
const refused = (outcomes: readonly (ConcernState | Refusal)[]): Refusal[] => outcomes.filter(isRefusal);

test("two people take the same concern at once: one has it, the other is told who", async () => {
  const id = await fresh();
  const [anna, omar] = await Promise.all([
    asks(id, { assigneeId: cast.anna.id, was: { assigneeId: null } }),
    asks(id, { assigneeId: cast.omar.id, was: { assigneeId: null } }, cast.omar),
  ]);
  const holder = (await stateOf(id)).assigneeId;
  const [no, ...more] = refused([anna, omar]);
  assert.deepEqual(more, []);
  assert.equal(no?.refused, "takenMeanwhile");
  assert.equal(no.facts?.["name"], holder === cast.anna.id ? cast.anna.name : cast.omar.name);
  assert.equal(isRefusal(anna), holder !== cast.anna.id);
});

test("what already is as it is wanted refuses nobody; what was let go meanwhile, or renamed, is said to be changed", async () => {
  const id = await fresh();
  sure(await asks(id, { assigneeId: cast.omar.id, was: { assigneeId: null } }));
  sure(await asks(id, { assigneeId: cast.omar.id, was: { assigneeId: null } }, cast.omar));
  sure(await asks(id, { assigneeId: null, was: { assigneeId: cast.omar.id } }));
  const late = await asks(id, { assigneeId: cast.anna.id, was: { assigneeId: cast.omar.id } });
  assert.equal(isRefusal(late) && late.refused, "staleVersion");
  const { subject } = await stateOf(id);
  sure(await asks(id, { subject: "Sein Wort", was: { subject } }, cast.omar));
  const overwrites = await asks(id, { subject: "Ihr Wort", was: { subject } });
  assert.equal(isRefusal(overwrites) && overwrites.refused, "staleVersion");
  assert.equal((await stateOf(id)).subject, "Sein Wort");
});

test("a change is taken back to just what was: new stays new, a colleague's later change stays, and what came later is not undone", async () => {
  const id = await fresh();
  const before = await stateOf(id);
  assert.equal(before.status, "new");
  const resolve = crypto.randomUUID();
  sure(await asks(id, { status: "resolved", key: resolve }));
  assert.deepEqual(sure(await undoMany(world, cast.anna, resolve)).refused, []);
  const { version: _v, updatedAt: _u, ...back } = { ...(await stateOf(id)) } as ConcernState & { updatedAt?: unknown };
  const { version: _w, updatedAt: _x, ...was } = { ...before } as ConcernState & { updatedAt?: unknown };
  assert.deepEqual(back, was);
  const reasons = (await world.events()).flatMap((event) =>
    event.kind === "concern.changed" && event.concernId === id ? [event.data.because] : [],
  );
  assert.equal(reasons.at(-1), "changeUndone");

  const take = crypto.randomUUID();
  sure(await asks(id, { assigneeId: cast.anna.id, priority: "high", key: take, was: { assigneeId: null } }));
  sure(await change(world, cast.omar, { id, change: { assigneeId: cast.omar.id } }));
  sure(await undoMany(world, cast.anna, take));
  const after = await stateOf(id);
  assert.deepEqual([after.assigneeId, after.priority], [cast.omar.id, "normal"]);
});

test("snoozing is taken back as well; once under a key is once, and after the undo never; the key is its maker's and the change's", async () => {
  const id = await fresh();
  const key = crypto.randomUUID();
  const until = new Date(world.now().getTime() + 3_600_000).toISOString();
  const snoozes = () => changeOne(world, cast.anna, { id, wanted: { until, key } });
  const first = sure(await snoozes());
  assert.equal(first.status, "snoozed");
  assert.equal(sure(await snoozes()).version, first.version, "sent again it changes nothing");
  const foreign = await changeOne(world, cast.omar, { id, wanted: { until, key } });
  assert.equal(isRefusal(foreign) && foreign.refused, "invalidInput");
  const other = await asks(id, { priority: "low", key });
  assert.equal(isRefusal(other) && other.refused, "invalidInput");
  sure(await undoMany(world, cast.anna, key));
  const back = await stateOf(id);
  assert.deepEqual([back.status, back.snoozedUntil], ["new", null]);
  const again = await snoozes();
  assert.equal(isRefusal(again) && again.refused, "takenBack");
});
