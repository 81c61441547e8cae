// A status of a mail server is said in words, whatever its first digit; in the words of others it is none.
import assert from "node:assert/strict";
import { test } from "node:test";
import german from "#locales/de.json" with { type: "json" };
import { statusWords } from "#web/state/status.ts";
import { speak } from "#web/state/words.ts";

void test("known ones have words, others none", () => {
  speak("de", german);
  assert.equal(statusWords("4.7.8"), "Benutzername oder Passwort ist falsch.");
  assert.equal(statusWords("5.1.1"), statusWords("4.1.1"));
  for (const other of [null, "", "550", "5.99.99", "mail 15.1.12 x", "1.2.3.4", "INBOX: 4.7.8 refused", "4.7.8 "])
    assert.equal(statusWords(other), null);
});
