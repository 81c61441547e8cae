// An absence note that no header marks: T-Online, GMX and old Outlook rules write so. It counted as the customer's answer and reopened the concern.
// A person whose subject says "Abwesend" must be heard all the same: the fault before that one was concerns that nobody ever saw.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { InboundMessage } from "#contract/channel.ts";
import { answer, newConcern, rowOf, sendAll } from "#test/outbox.ts";
import { addCast, deliver, mail, messagesIn, openTestWorld, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
});
after(() => world.close());

const minuteMs = 60_000;

/** A concern that was answered and waits for its customer, and what a note of theirs may come back by. */
const waiting = async (subject: string) => {
  const made = await newConcern(world, cast, { subject });
  await answer(world, cast, made.id, made.from);
  const left = await sendAll(world);
  const ours = left.find((each) => each.recipients[0] === made.from);
  assert.ok(ours);
  assert.equal((await rowOf(world, made.id))?.status, "waiting");
  return { ...made, token: ours.replyToken ?? "", key: `mid:dt-${ours.messageToken}@elbkabel.example` };
};

type Waiting = Awaited<ReturnType<typeof waiting>>;

/** What comes back after so many minutes: the status then, and the message as it stands in the concern. */
const afterMinutes = async (
  concern: Waiting,
  minutes: number,
  over: Partial<Omit<InboundMessage, "thread">> = {},
  thread: Partial<InboundMessage["thread"]> = { references: [concern.key] },
) => {
  world.pass(minutes * minuteMs);
  await deliver(
    world,
    cast.channel,
    mail(concern.from, {
      subject: "Abwesend",
      text: "Ich bin bis zum 14. nicht im Haus. Ihre Mail wird nicht weitergeleitet.",
      seemsAway: true,
      thread,
      ...over,
    }),
  );
  const row = await rowOf(world, concern.id);
  const message = (await messagesIn(world.db, concern.id)).at(-1);
  return { status: row?.status, waitingSince: row?.waitingSince, text: message?.text, warnings: message?.warnings };
};

void test("it stands in its concern with the reason on it, and wakes nobody", async () => {
  for (const thread of [undefined, "token"] as const) {
    const concern = await waiting("Rechnung");
    const came = await afterMinutes(concern, 2, {}, thread && { tokens: [concern.token] });
    assert.equal(came.status, "waiting");
    assert.equal(came.waitingSince, null);
    assert.match(came.text ?? "", /nicht im Haus/);
    assert.deepEqual(came.warnings, ["absenceNote"]);
  }
});

void test("what is fetched late is timed by when it was written", async () => {
  const concern = await waiting("Umzug");
  const sentAt = new Date(world.now().getTime() + minuteMs).toISOString();
  assert.equal((await afterMinutes(concern, 90, { sentAt })).status, "waiting");
});

void test("a person who is away is heard: later, about the same, with a file, repeating ours, behind their own mail, or from elsewhere", async () => {
  const late = await waiting("Termin");
  assert.deepEqual((({ status, warnings }) => ({ status, warnings }))(await afterMinutes(late, 30)), {
    status: "open",
    warnings: [],
  });
  const same = await waiting("Abwesend am Freitag: bitte anderer Termin");
  assert.equal((await afterMinutes(same, 1, { subject: "Abwesend am Freitag: bitte anderer Termin" })).status, "open");
  const repeats = await waiting("Vertrag");
  assert.equal((await afterMinutes(repeats, 1, { foldedText: "> Wir kümmern uns." })).status, "open");
  const formatted = await waiting("Vertrag");
  const html = '<p>Bin weg</p><div data-folded="quote">Wir kümmern uns.</div>';
  assert.equal((await afterMinutes(formatted, 1, { html })).status, "open");
  const empty = await waiting("Vertrag");
  assert.equal((await afterMinutes(empty, 1, { text: " " })).status, "open");
  // Nothing was written to whoever else answers: a colleague of the customer is no program that answers at once.
  const other = await waiting("Kündigung");
  world.pass(minuteMs);
  await deliver(
    world,
    cast.channel,
    mail(`kollege.${other.from}`, { subject: "Abwesend", seemsAway: true, thread: { references: [other.key] } }),
  );
  assert.equal((await rowOf(world, other.id))?.status, "open");
  // Without a thread of ours it begins a concern like any mail.
  const stray = await waiting("Störung");
  const came = await afterMinutes(stray, 3, {}, {});
  assert.equal(came.status, "waiting");
  assert.equal(came.text, "Wir kümmern uns.", "it is not here");
});
