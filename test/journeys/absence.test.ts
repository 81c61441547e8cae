// An absence note that no header marks: T-Online, GMX and old Outlook rules write so. It counted as the customer's answer and reopened the concern.
// A person whose subject says "Abwesend" must be heard all the same: the fault before that one was concerns that nobody ever saw.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { InboundMessage } from "#contract/channel.ts";
import { listAsides } from "#modules/concerns/reads-aside.ts";
import { answer, concernCalled, newConcern, rowOf, sendAll } from "#test/outbox.ts";
import {
  addCast,
  allConcerns,
  deliver,
  mail,
  messagesIn,
  openTestWorld,
  sure,
  type Cast,
  type TestWorld,
} from "#test/world.ts";

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
  // Without a thread of ours, and long after: it begins a concern like any mail.
  const stray = await waiting("Störung");
  const came = await afterMinutes(stray, 11, { subject: "Abwesend ab Freitag" }, {});
  assert.equal(came.text, "Wir kümmern uns.", "it is not here");
  assert.equal((await concernCalled(world, "Abwesend ab Freitag")).status, "new");
  // About the same as what we wrote: a person goes on.
  const onlySame = await waiting("Abwesend, Ablesung bitte verschieben");
  await afterMinutes(onlySame, 1, { subject: "Abwesend, Ablesung bitte verschieben" }, {});
  assert.equal((await allConcerns(world.db)).filter((each) => each.subject.startsWith("Abwesend, Abl")).length, 2);
});

// The fault: a note that names nothing of ours, as some programs write them, opened a concern.
void test("a note that names nothing of ours goes where we wrote last, from a sure sender; else it is set aside, and never begins a concern", async () => {
  const marked = { automatic: "auto-reply" } as const;
  const asides = async (): Promise<unknown[]> =>
    sure(await listAsides(world, cast.anna, { limit: 50 }))
      .entries.map((entry) => [entry.reason, entry.sender])
      .toSorted(([, a], [, b]) => ((a ?? "") < (b ?? "") ? -1 : 1));
  for (const [minutes, over] of [
    [3, {}],
    [90, marked],
    [6 * 24 * 60, marked],
  ] as const) {
    const concern = await waiting(`Ohne Faden ${minutes}`);
    const before = (await allConcerns(world.db)).length;
    const came = await afterMinutes(concern, minutes, over, {});
    assert.match(came.text ?? "", /nicht im Haus/);
    assert.deepEqual([came.status, came.waitingSince], ["waiting", null]);
    assert.deepEqual(came.warnings, minutes === 3 ? ["absenceNote"] : []);
    assert.equal((await allConcerns(world.db)).length, before);
  }
  assert.deepEqual(await asides(), []);
  // Nobody vouches for it: not even where it seems to belong.
  const concern = await waiting("Unsicher");
  const before = await allConcerns(world.db);
  await afterMinutes(concern, 3, { assurance: "none" }, {});
  await afterMinutes(concern, 4, { ...marked, assurance: "none" }, {});
  // We have not written to them, or not lately, or only for another brand.
  await deliver(world, cast.channel, mail("fremd@laden.example", { ...marked, subject: "Abwesend" }));
  await deliver(world, cast.otherChannel, mail(concern.from, { ...marked, subject: "Abwesend" }));
  const late = await waiting("Lange her");
  world.pass(15 * 24 * 60 * minuteMs);
  await deliver(world, cast.channel, mail(late.from, { ...marked, subject: "Abwesend" }));
  assert.equal((await allConcerns(world.db)).length, before.length + 1, "only the one that was just made");
  assert.deepEqual(
    await asides(),
    [late.from, "fremd@laden.example", concern.from, concern.from]
      .toSorted()
      .map((sender) => ["strayAutoReply", sender]),
  );
  assert.equal(sure(await listAsides(world, cast.eva, { limit: 50 })).entries.length, 1);
});
