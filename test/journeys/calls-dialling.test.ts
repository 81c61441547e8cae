// What is dialled, by how many at once, and what is recorded: on a real PostgreSQL and without an engine.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { isRefusal } from "#contract/errors.ts";
import type { ConcernId } from "#contract/ids.ts";
import { beginCall } from "#modules/calls/actions.ts";
import { countDial, endDial, judgeDial } from "#modules/calls/actions-dialling.ts";
import { keepRecording, noteWords, removeOldRecordings, storeRecording } from "#modules/calls/actions-recordings.ts";
import { callOf, callWants, recordingFor } from "#modules/calls/reads.ts";
import { openConcern } from "#modules/concerns/reads-open.ts";
import { rowById } from "#modules/concerns/reads.ts";
import { addAddress, changeAddress } from "#modules/customers/actions-desk.ts";
import { customerByAddress, customerById } from "#modules/customers/reads.ts";
import { sql } from "#platform/db/db.ts";
import { sweepFiles } from "#server/file-sweep.ts";
import { newCallId, record, usualRules, wav } from "#test/call-records.ts";
import { openCallWorld } from "#test/call-world.ts";
import { verifyAction } from "#test/verify-action.ts";
import { deliver, mail, sure } from "#test/world.ts";

const { world, cast, channelId, desk, at, begins, goesOn, queues, talks, ends, concernOf } = await openCallWorld();
after(() => world.close());

/** Everything a channel's dialling is told. */
const dial = (legId: string, number: string, rules = usualRules, askedFor = false, callId = newCallId(world)) =>
  world.db.transaction(async (tx) => {
    const said = await countDial(
      world,
      tx,
      { legId, callId, channelId, brandId: cast.brandId, number, askedFor },
      rules,
    );
    return isRefusal(said) ? said.refused : "counted";
  });

void test("of fifty who dial at once no more go out than an hour, and a day, may have", async () => {
  await world.db.run(sql`DELETE FROM call_dial`);
  const hourly = { ...usualRules, dialsAnHour: 7 };
  const tries = await Promise.all(Array.from({ length: 50 }, (_, n) => dial(`hour:${n}`, "+493077777", hourly)));
  assert.deepEqual(
    [tries.filter((said) => said === "counted").length, tries.filter((said) => said === "dialTooMany").length],
    [7, 43],
  );
  world.pass(3_600_001);
  await world.db.run(sql`DELETE FROM call_dial`);
  const daily = { ...usualRules, dialMinutesADay: 9 };
  const more = await Promise.all(Array.from({ length: 50 }, (_, n) => dial(`day:${n}`, "+493077777", daily)));
  assert.deepEqual(
    [more.filter((said) => said === "counted").length, more.filter((said) => said === "dialUsedUp").length],
    [9, 41],
  );
  // The same leg again is the same try; and what it took is counted when it is over.
  assert.equal(await dial("day:x", "+493077777", daily), "dialUsedUp");
  const counted = (await world.db.rows<{ id: string }>(sql`SELECT id FROM call_dial ORDER BY id`)).map(({ id }) => id);
  assert.equal(await dial(counted[0] ?? "", "+493077777", daily), "counted");
  for (const id of counted) await world.db.transaction((tx) => endDial(tx, id, 0));
  assert.equal(await dial("day:y", "+493077777", { ...daily, dialMinutesADay: 10 }), "counted");
  await world.db.transaction((tx) => endDial(tx, "day:y", 130));
  assert.equal(
    await dial("day:z", "+493077777", { ...daily, dialMinutesADay: 12 }),
    "dialUsedUp",
    "130 seconds are three minutes begun",
  );
  await world.db.run(sql`DELETE FROM call_dial`);
});

void test("what may be dialled: by its beginning, at an hour of their day, and never whom it is said of; who asked for it is called", async () => {
  assert.equal(await dial("a", "+33145678"), "numberForbidden");
  assert.equal(await dial("b", "+499001234"), "numberForbidden");
  assert.equal(await dial("c", "+493088888"), "counted");
  assert.equal(await dial("d", "030 88888"), "numberInvalid");
  assert.equal(await dial("e", "+493088888", { ...usualRules, mayDial: [] }), "numberForbidden");
  // Monday, 10 in Berlin, 4 in New York.
  world.setNow("2026-03-09T09:00:00.000Z");
  assert.equal(await dial("f", "+12125550100", { ...usualRules, mayDial: ["+"] }), "dialNotNow");
  assert.equal(await dial("g", "+12125550100", { ...usualRules, mayDial: ["+"] }, true), "counted");
  await deliver(world, cast.channel, mail("nina@kunde.example"));
  const customerId = (await customerByAddress(world.db, "email", "nina@kunde.example"))?.customerId ?? assert.fail();
  const known = sure(await addAddress(world, cast.anna, customerId, { kind: "phone", value: "+49 30 88 889" }));
  const addressId = known.addresses.find(({ kind }) => kind === "phone")?.id ?? assert.fail();
  await verifyAction(
    world,
    cast.anna,
    () => changeAddress(world, cast.anna, customerId, addressId, { doNotCall: true }),
    ["customer.changed"],
  );
  assert.equal(
    (await customerById(world.db, customerId))?.addresses.find(({ id }) => id === addressId)?.doNotCall,
    true,
  );
  assert.equal(await dial("h", "+493088889"), "numberUnwanted");
  assert.equal(await dial("i", "+493088889", usualRules, true), "counted");
  sure(await changeAddress(world, cast.anna, customerId, addressId, { doNotCall: false }));
  assert.equal(await dial("j", "+493088889"), "counted");
});

void test("an agent may call from a concern of theirs: the number as it was typed, judged at once", async () => {
  await deliver(world, cast.channel, mail("jan@kunde.example"));
  const customerId = (await customerByAddress(world.db, "email", "jan@kunde.example"))?.customerId ?? assert.fail();
  const concernId = (
    await world.db.one<{ id: ConcernId }>(sql`SELECT id FROM concern WHERE customer_id = ${customerId}`)
  ).id;
  const id = newCallId(world);
  const judged = (who: typeof cast.anna, also: Partial<Parameters<typeof judgeDial>[3]> = {}, rules = usualRules) =>
    world.db.transaction(async (tx) => {
      const said = await judgeDial(
        world,
        tx,
        who,
        { id, channelId, concernId, customerId, number: "030 / 12 34 56", ...also },
        rules,
      );
      return isRefusal(said) ? said.refused : said;
    });
  assert.deepEqual(await judged(cast.anna), {
    id,
    channelId,
    brandId: cast.brandId,
    concernId,
    customerId,
    number: "+4930123456",
    language: "de",
  });
  assert.equal(await judged(cast.eva), "notFound");
  assert.equal(await judged(cast.anna, { number: "abc" }), "numberInvalid");
  assert.equal(await judged(cast.anna, { channelId: cast.otherChannel.id }), "unknownChannel");
  assert.equal(await judged(cast.anna, { customerId: world.newId() as typeof customerId }), "notFound");
  assert.equal(await judged(cast.anna, {}, { ...usualRules, dialsAnHour: 0 }), "dialTooMany");
  const mine = {
    number: "+4930123456",
    direction: "out" as const,
    phase: "dialling" as const,
    concernId,
    customerId,
    agentId: cast.anna.id,
  };
  await world.db.transaction((tx) =>
    beginCall(world, tx, desk.board, record({ id, channelId, brandId: cast.brandId, startedAt: at() }, mine)),
  );
  assert.equal(typeof (await judged(cast.anna)), "object", "told again it is the same");
  assert.equal(await judged({ ...cast.omar }), "callElsewhere");
  const want = (await callWants(world.db, [concernId])).get(concernId);
  assert.deepEqual([want?.talking, want?.agentId], [true, cast.anna.id], "nothing else is offered to who dials");
  await dial("leg", "+4930123456", usualRules, false, id);
  await ends(id, "noAnswer");
  const { seconds } = await world.db.one<{ seconds: number | null }>(
    sql`SELECT seconds FROM call_dial WHERE id = 'leg'`,
  );
  assert.equal(seconds, 0, "a call that ends ends what it dialled");
});

void test("a recording is kept with its waves for so many days, then its file goes and the call says so; words that were left are a message", async () => {
  const id = await begins({ number: "+493012121" });
  await queues(id);
  await talks(id);
  const recording = {
    kind: "call" as const,
    startedAt: at(),
    state: "over" as const,
    seconds: 2,
    legId: null,
    pausedAt: null,
    pauses: [{ from: 1, to: 1.5, why: "agent" as const }],
  };
  const [talk, words] = [world.newId(), world.newId()];
  await goesOn(id, (call) => ({
    ...call,
    recordings: [
      { ...recording, id: talk },
      { ...recording, id: words, kind: "voicemail" },
    ],
  }));
  const loud = Array.from({ length: 16_000 }, (_, n) => (n < 8_000 ? 0.5 : 0));
  const stored = await storeRecording(world, wav([loud, loud.toReversed()]));
  const keeps = (recordingId: string, text: string | null) =>
    world.db.transaction((tx) =>
      keepRecording(world, tx, desk.board, { callId: id, recordingId, stored, text }, usualRules),
    );
  await verifyAction(world, cast.anna, () => keeps(talk, null), ["call.changed"]);
  const shown = (await callOf(world.db, id))?.recordings.find((each) => each.id === talk);
  assert.deepEqual(
    [shown?.state, shown?.url, shown?.seconds, shown?.pauses],
    ["kept", `/api/recordings/${talk}`, 2, [{ from: 1, to: 1.5, why: "agent" }]],
  );
  assert.deepEqual(
    [shown?.wave?.left.slice(98, 102), shown?.wave?.right.slice(98, 102)],
    [
      [50, 50, 0, 0],
      [0, 0, 50, 50],
    ],
  );
  assert.equal((await recordingFor(world.db, cast.anna, talk))?.hash, stored.hash);
  assert.equal(await recordingFor(world.db, cast.eva, talk), null);
  await verifyAction(world, cast.anna, () => keeps(words, "Bitte rufen Sie zurück"), ["call.changed", "message.added"]);
  await keeps(words, "Bitte rufen Sie zurück");
  const concernId = await concernOf(id);
  const left = sure(await openConcern(world, cast.anna, concernId)).messages.filter(({ files }) => files.length > 0);
  assert.deepEqual(
    left.map(({ text, files, direction }) => [direction, text, files[0]?.name, files[0]?.mediaType]),
    [["in", "Sprachnachricht (0:02)\n\nBitte rufen Sie zurück", "Sprachnachricht.wav", stored.mediaType]],
  );
  assert.ok((await rowById(world.db, concernId))?.waitingSince, "words that were left wait for an answer");
  await verifyAction(world, cast.anna, () => noteWords(world, talk, "Guten Tag"), ["call.changed"]);
  assert.equal(
    await world.db.transaction((tx) =>
      keepRecording(world, tx, desk.board, { callId: id, recordingId: world.newId(), stored, text: null }, usualRules),
    ),
    null,
  );
  await ends(id, "talked");
  world.pass(90 * 86_400_000 - 1);
  assert.equal(await removeOldRecordings(world), 0);
  world.pass(1);
  await verifyAction(world, cast.anna, () => removeOldRecordings(world), ["call.changed"]);
  const then = (await callOf(world.db, id))?.recordings ?? [];
  const seen = (wanted: string): unknown => {
    const { state, url, text } = then.find((each) => each.id === wanted) ?? assert.fail();
    return [state, url, text];
  };
  assert.deepEqual(seen(talk), ["gone", null, null]);
  assert.deepEqual(seen(words), ["kept", `/api/recordings/${words}`, "Bitte rufen Sie zurück"]);
  assert.equal(await recordingFor(world.db, cast.anna, talk), null);
  // Two recordings of the same bytes: what the message names stays.
  await sweepFiles(world);
  assert.ok(await world.files.has(stored.hash));
});
