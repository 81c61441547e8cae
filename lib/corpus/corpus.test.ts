// The corpus: repeatable, varied, readable by another's parser.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import PostalMime from "postal-mime";
import { answerLetter, firstLetter, laterLetter, noteText, subjectOf, topicsOf } from "#lib/corpus/letters.ts";
import { writeMail } from "#lib/corpus/mail.ts";
import { personFor } from "#lib/corpus/people.ts";
import { randomFrom } from "#lib/corpus/random.ts";
import { mailFor, threadFor } from "#lib/corpus/threads.ts";
import { arrivalMs } from "#lib/corpus/times.ts";

const atMs = Date.UTC(2026, 2, 3, 10);
const to = { name: "Elbkabel Service", address: "service@elbkabel.example" };
const options = { to, atMs, customers: 5_000 };
const agents = [
  { name: "Lena Hartwig", handle: "lena" },
  { name: "Omar Celik", handle: "omar" },
];

test("the same seed and number give the same bytes, others give others", () => {
  const digest = (seed: number): string => {
    const hash = createHash("sha256");
    for (let i = 0; i < 50; i += 1) hash.update(mailFor(seed, i, options).bytes);
    return hash.digest("hex");
  };
  assert.equal(digest(1), digest(1));
  assert.notEqual(digest(1), digest(2));
});

test("every template of every topic can be written out, in both languages", () => {
  for (const language of ["de", "en"] as const) {
    for (const topic of topicsOf(language)) {
      for (let i = 0; i < 60; i += 1) {
        const random = randomFrom(7, topic.key, i);
        const scene = { customer: personFor(7, i, language), topic, agent: "Lena Hartwig", handles: ["lena"], atMs };
        const texts = [
          subjectOf(random, scene),
          firstLetter(random, scene),
          noteText(random, scene),
          answerLetter(random, scene, "question"),
          answerLetter(random, scene, "answer"),
        ];
        for (const kind of ["more", "nudge", "thanks", "extra"] as const) texts.push(laterLetter(random, scene, kind));
        for (const text of texts) {
          assert.doesNotMatch(text, /[[\]{}|]/, `${topic.key}: ${text}`);
          assert.notEqual(text.trim(), "", topic.key);
        }
      }
    }
  }
});

test("first messages hardly ever repeat", () => {
  const texts = new Set<string>();
  for (let i = 0; i < 3_000; i += 1)
    texts.add(threadFor(1, i, { startMs: atMs, agents, customers: 100_000, length: 1 }).steps[0]?.text ?? "");
  assert.ok(texts.size > 2_980, `${texts.size} of 3000 differ`);
});

test("threads go back and forth in time, and follow the length asked for", () => {
  for (let i = 0; i < 300; i += 1) {
    const plan = threadFor(3, i, { startMs: atMs, agents, customers: 500 });
    assert.equal(plan.steps[0]?.kind, "in");
    assert.ok(plan.steps.length >= 1 && plan.steps.length <= 12);
    plan.steps.reduce((before, step) => {
      assert.ok(step.afterMs >= before);
      return step.afterMs;
    }, 0);
  }
  assert.equal(threadFor(3, 1, { startMs: atMs, agents, customers: 500, length: 50 }).steps.length, 50);
});

test("a mail says to another's parser what was written", async () => {
  for (const client of ["gmail", "outlook", "apple", "gmx", "thunderbird", "android"] as const) {
    const text =
      "Größe: 1 = eins.\n\nViele Grüße aus Łódź und ein sehr langer Absatz, der über die Zeilenlänge hinausgeht, damit umgebrochen werden muss \u{1f4fa}.\n";
    const mail = await PostalMime.parse(
      writeMail({
        from: { name: "Jürgen Größmann", address: "juergen@post.example" },
        to: [to],
        subject: "Störung – schon wieder, und zwar in der ganzen Straße am Mühlenkamp",
        text,
        quoted: { head: "Am 1.1. schrieb Elbkabel:", text: "Alte Zeile" },
        messageId: "a.b@post.example",
        inReplyTo: "c@x.example",
        references: ["c@x.example"],
        atMs,
        client,
      }),
    );
    assert.equal(mail.from?.address, "juergen@post.example");
    assert.equal(mail.from?.name, "Jürgen Größmann");
    assert.equal(mail.subject, "Störung – schon wieder, und zwar in der ganzen Straße am Mühlenkamp");
    assert.ok(mail.text?.replace(/\r/g, "").startsWith(text.trimEnd()), `${client}: ${mail.text}`);
    assert.match(mail.text ?? "", /> Alte Zeile/);
    assert.equal(mail.inReplyTo, "<c@x.example>");
  }
});

test("mails have the sizes that service mails have", () => {
  const sizes = Array.from({ length: 1_000 }, (_, i) => mailFor(5, i, options).bytes.length).toSorted((a, b) => a - b);
  const at = (share: number): number => sizes[Math.floor(share * sizes.length)] ?? 0;
  assert.ok(
    at(0.1) > 1_500 && at(0.5) > 3_500 && at(0.5) < 9_000 && at(0.95) > 9_000 && at(0.99) < 60_000,
    [0.1, 0.5, 0.95, 0.99].map(at).join(" "),
  );
});

test("people write by day more than by night, on Mondays more than on Sundays", () => {
  const random = randomFrom(9);
  const year = Date.UTC(2026, 0, 1);
  const all = Array.from({ length: 5_000 }, () => new Date(arrivalMs(random, year, year + 364 * 86_400_000)));
  const count = (fits: (at: Date) => boolean): number => all.filter(fits).length;
  assert.ok(count((at) => at.getUTCHours() === 10) > 5 * count((at) => at.getUTCHours() === 3));
  assert.ok(count((at) => at.getUTCDay() === 1) > 1.8 * count((at) => at.getUTCDay() === 0));
});
