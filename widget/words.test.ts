// Which language the widget speaks, and how sentences take their facts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { count, fill, languageOf } from "./words.ts";

test("the page's language counts, then the reader's, then English", () => {
  assert.equal(languageOf("de-AT", ["en"]), "de");
  assert.equal(languageOf("en", ["de"]), "en");
  assert.equal(languageOf("fr", ["pt-BR", "de-DE", "en"]), "de");
  assert.equal(languageOf("", []), "en");
  assert.equal(languageOf("den", ["ENG", "De"]), "de", "languages that begin alike are others");
});

test("facts are put in as they are and never read again", () => {
  assert.equal(
    fill("{name}: {text}", { name: "{text}", text: "{name} {constructor}" }),
    "{text}: {name} {constructor}",
  );
  assert.equal(fill("{unknown}", {}), "{unknown}");
  assert.equal(count({ one: "{count} A", other: "{count} B" }, 1), "1 A");
  assert.equal(count({ one: "{count} A", other: "{count} B" }, 0), "0 B");
});
