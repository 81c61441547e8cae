// What stands below an answer: exactly what its author saw, and nothing that somebody addressed may not see.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Below } from "#contract/concerns.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { MessageId } from "#contract/ids.ts";
import { reply, undoSend } from "#modules/concerns/actions-reply.ts";
import { quoteHtml } from "#platform/html.ts";
import { answerOf, claimOf, newConcern, send } from "#test/outbox.ts";
import { addCast, messagesIn, openTestWorld, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
});
after(() => world.close());

const sure = <T>(value: T): Exclude<T, Refusal> => {
  if (isRefusal(value)) return assert.fail(JSON.stringify(value));
  return value as Exclude<T, Refusal>;
};

const concern = async (over: Parameters<typeof newConcern>[2] = {}) => {
  const made = await newConcern(world, cast, over);
  const [first] = await messagesIn(world.db, made.id);
  assert.ok(first);
  return { ...made, messageId: first.id as MessageId };
};

const answers = (
  made: Awaited<ReturnType<typeof concern>>,
  below: Below | undefined,
  over: Partial<Parameters<typeof reply>[2]> = {},
) => reply(world, cast.anna, answerOf(cast, made.id, made.from, { ...(below ? { below } : {}), ...over }));

const leaves = async (said: Awaited<ReturnType<typeof answers>>) =>
  send(world, await claimOf(world, sure(said).messageId));

const head = "Am 2. März 2026 um 10:00 schrieb Hanna:";

void test("the head, the signature and the message leave as they were shown", async () => {
  const made = await concern({ text: "Kein Bild.\nSeit heute." });
  const quote = { messageId: made.messageId, head, text: null };
  const outbound = await leaves(await answers(made, { signature: "Anna\nElbkabel", quote }));
  assert.equal(outbound.text, `Wir kümmern uns.\n\n-- \nAnna\nElbkabel\n\n${head}\n> Kein Bild.\n> Seit heute.\n`);
});

void test("edited it leaves edited, left out not at all", async () => {
  const made = await concern();
  const edited = { messageId: made.messageId, head, text: "nur das" };
  assert.equal(
    (await leaves(await answers(made, { signature: "", quote: edited }))).text,
    `Wir kümmern uns.\n\n${head}\n> nur das\n`,
  );
  assert.equal((await leaves(await answers(made, { signature: "", quote: null }))).text, "Wir kümmern uns.");
});

void test("an answer with formatting repeats the message with its formatting, without images, and without what was folded away in it", async () => {
  const html =
    '<p>Kein <strong>Bild</strong><img data-remote-src="https://x.example/p.png" alt="" /></p><div data-folded="quote"><p>älter</p></div><script>x</script>';
  const made = await concern({ text: "Kein Bild", html });
  const quote = { messageId: made.messageId, head, text: null };
  const own = { html: "<p>Wir <em>kümmern</em> uns.</p>" };
  const kept = await leaves(await answers(made, { signature: "Anna", quote }, own));
  assert.ok(kept.html?.includes("<p>Kein <strong>Bild</strong></p></blockquote>"), kept.html ?? "");
  assert.ok(!kept.html?.includes("älter") && !kept.html?.includes("<img") && !kept.html?.includes("script"));
  assert.ok(kept.html?.includes(`<div>${head}</div>`));
  const edited = await leaves(await answers(made, { signature: "Anna", quote: { ...quote, text: "nur <das>" } }, own));
  assert.ok(edited.html?.includes("nur &lt;das&gt;</blockquote>") && !edited.html.includes("<strong>"));
  assert.equal(quoteHtml("<b>".repeat(30_000)), null);
});

void test("who may not see the message gets none of it: refused, and by itself left out; another concern's message is none", async () => {
  const made = await concern();
  const other = await concern();
  const quote = { messageId: made.messageId, head, text: null };
  const stranger = await answers(made, { signature: "", quote }, { cc: ["neu@kunde.example"] });
  assert.ok(isRefusal(stranger) && stranger.refused === "quoteNotSeen");
  const usual = await leaves(await answers(made, undefined, { cc: ["neu@kunde.example"] }));
  assert.ok(!usual.text.includes("> "));
  const foreign = await answers(made, { signature: "", quote: { ...quote, messageId: other.messageId } });
  assert.ok(isRefusal(foreign) && foreign.refused === "notFound");
});

void test("taken back, the draft remembers the choice", async () => {
  const made = await concern();
  const edited = { messageId: made.messageId, head, text: "nur das" };
  for (const [quote, kept] of [
    [edited, { messageId: made.messageId, text: "nur das" }],
    [null, "none"],
    [{ ...edited, text: null }, null],
  ] as const) {
    const said = sure(await answers(made, { signature: "", quote }, { undoMs: 10_000 }));
    assert.deepEqual(sure(await undoSend(world, cast.anna, said.messageId)).quote, kept);
  }
});
