// Words: the two languages say the same things, and say them rightly.
import assert from "node:assert/strict";
import { test } from "node:test";
import { errorCodes } from "#contract/errors.ts";
import de from "#locales/de.json" with { type: "json" };
import en from "#locales/en.json" with { type: "json" };
import { duration, fileSize, shortTime, speak, t, words } from "#web/state/words.ts";
import type { Words } from "#web/state/words.ts";

const leaves = (tree: Words, path = ""): readonly (readonly [string, string])[] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[path + key, value] as const] : leaves(value, `${path}${key}.`),
  );
const german = new Map(leaves(de));
const english = new Map(leaves(en));
const holes = (text: string): string => (text.match(/\{\w+\}/g) ?? []).toSorted().join();

test("what is shown of a sender that nobody vouches for is among the words that are read aloud", () => {
  for (const locale of [german, english])
    for (const kind of ["none", "failed"])
      assert.ok(
        locale
          .get(`assurance.${kind}.title`)
          ?.toLowerCase()
          .includes(locale.get(`assurance.${kind}.short`)?.toLowerCase() ?? "?"),
        kind,
      );
});

test("both languages have the same keys, each with words", () => {
  assert.deepEqual(
    [...german.keys()].filter((key) => !english.has(key)),
    [],
  );
  assert.deepEqual(
    [...english.keys()].filter((key) => !german.has(key)),
    [],
  );
  assert.deepEqual(
    [...german, ...english].filter(([, text]) => text.trim() === ""),
    [],
  );
});

test("both languages leave the same places to fill in", () => {
  assert.deepEqual(
    [...english].filter(([key, text]) => holes(text) !== holes(german.get(key) ?? "")).map(([key]) => key),
    [],
  );
});

test("every refusal of the contract has its words in both languages", () => {
  for (const code of [...errorCodes, "offline"]) {
    assert.ok(german.get(`errors.${code}`), code);
    assert.ok(english.get(`errors.${code}`), code);
  }
});

test("plurals, numbers and holes follow the language", () => {
  speak("de", de);
  assert.equal(t("concerns.count", { count: 1 }), "1 Anliegen");
  assert.equal(t("concerns.newAbove", { count: 1 }), "1 neues");
  assert.equal(t("concerns.count", { count: 1234 }), "1.234 Anliegen");
  speak("en", en);
  assert.equal(t("concerns.count", { count: 1 }), "1 concern");
  assert.equal(t("concerns.count", { count: 1234 }), "1,234 concerns");
  assert.equal(words("no.such.key"), null);
  assert.equal(words("constructor"), null);
});

test("a value that looks like a template is put in as it is", () => {
  speak("en", en);
  assert.equal(t("concerns.newTag", { tag: "{tag} {count} $& $1" }), "New tag “{tag} {count} $& $1”");
});

test("times are as short as they can be and still be clear", () => {
  speak("en", en);
  const now = new Date(2026, 10, 24, 12, 0);
  assert.match(shortTime(new Date(2026, 10, 24, 9, 5).toISOString(), now), /^0?9:05/);
  assert.match(shortTime(new Date(2026, 10, 22, 9, 5).toISOString(), now), /Sun/);
  assert.match(shortTime(new Date(2026, 2, 3).toISOString(), now), /Mar/);
  assert.match(shortTime(new Date(2024, 2, 3).toISOString(), now), /24/);
});

test("lengths of time and sizes are in their largest unit", () => {
  speak("en", en);
  assert.match(duration(3 * 3_600_000 + 5), /^3 hrs?$/);
  assert.equal(duration(2 * 86_400_000), "2 days");
  assert.equal(fileSize(482_000), "482 kB");
  assert.equal(fileSize(1_500_000), "1.5 MB");
});
