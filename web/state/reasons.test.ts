// What the server keeps as codes is said in the reader's language, all of it; what others said is never taken for it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { verdict } from "#contract/channel.ts";
import { factNames, reason, reasonCodes } from "#contract/reasons.ts";
import german from "#locales/de.json" with { type: "json" };
import english from "#locales/en.json" with { type: "json" };
import { isTold, ownWords, resultWords, suppressed } from "#web/state/reasons.ts";
import { speak, words } from "#web/state/words.ts";
import type { Words } from "#web/state/words.ts";

const languages = [
  ["de", german],
  ["en", english],
] as const satisfies readonly (readonly ["de" | "en", Words])[];

for (const [language, dictionary] of languages) {
  void test(`${language}: every reason has words, and they use every fact it has and no other`, () => {
    speak(language, dictionary);
    assert.deepEqual(Object.keys(dictionary.reasons).toSorted(), [...reasonCodes].toSorted());
    for (const code of reasonCodes) {
      const facts = Object.fromEntries(factNames(code).map((name) => [name, name === "count" ? 7 : `<${name}>`]));
      const said = words(`reasons.${code}`, facts);
      assert.ok(said, code);
      assert.doesNotMatch(said, /[{}]/, code);
      for (const fact of Object.values(facts)) assert.ok(said.includes(String(fact)), `${code} says ${fact}`);
      assert.ok(reason.safeParse({ code, facts }).success, code);
    }
  });

  void test(`${language}: every check has words for every result`, () => {
    speak(language, dictionary);
    for (const check of verdict.shape.check.options) {
      assert.ok(words(`verdicts.${check}.name`));
      for (const result of verdict.shape.result.options) assert.notEqual(resultWords({ check, result }), result);
    }
  });
}

void test("a mail without a sender has published nothing wrongly: it names none", () => {
  speak("de", german);
  assert.equal(resultWords({ check: "spf", result: "none" }), "nicht veröffentlicht");
  assert.equal(resultWords({ check: "form", result: "none" }), "kein Absender");
  assert.equal(resultWords({ check: "dkim", result: "none" }), "nicht signiert");
});

void test("our reason and the status are said; what others said is not, whatever it looks like", () => {
  speak("de", german);
  assert.equal(
    ownWords({ reason: { code: "gaveUp", facts: { count: 3 } }, code: "4.4.1", detail: "connect ECONNREFUSED" }),
    "Nach 3 Versuchen aufgegeben. Der Mailserver antwortet nicht.",
  );
  for (const detail of ["reasons.senderOne", '{"code":"senderOne","facts":{}}', "4.7.8", "senderOne"]) {
    assert.equal(ownWords({ reason: null, code: null, detail }), "");
    assert.ok(isTold({ detail }));
  }
  // Kept before there were reasons.
  assert.equal(ownWords({ detail: "The sending process ended before the answer came." }), "");
  assert.equal(isTold({ detail: "" }), false);
  // A fact is a word in ours and no template.
  assert.equal(
    ownWords({ reason: { code: "badAddress", facts: { address: "{count}@x" } }, detail: "" }),
    "An „{count}@x“ lässt sich nichts senden.",
  );
});

void test("a reason of nobody's making is none", () => {
  assert.equal(reason.safeParse({ code: "invented", facts: {} }).success, false);
  assert.equal(reason.safeParse({ code: "gaveUp", facts: {} }).success, false);
  assert.equal(reason.safeParse({ code: "senderOne", facts: { more: "words" } }).success, false);
});

void test("why an address is closed: by its status where that says it, else in the other side's words", () => {
  speak("de", german);
  assert.deepEqual(suppressed("5.1.1 550 5.1.1 User unknown"), { code: "5.1.1", detail: "" });
  assert.deepEqual(suppressed("550 No such user 5.1.1"), { code: "550", detail: "No such user 5.1.1" });
  assert.deepEqual(suppressed("mailbox 5.7.8"), { code: null, detail: "mailbox 5.7.8" });
});
