// Emoji: found by words of the page's language, every sign once and drawn as one, and told apart from text.
import assert from "node:assert/strict";
import { test } from "node:test";
import { emojiIn, found } from "#widget/emoji/data.ts";
import { openMemory } from "#widget/memory.ts";
import { noteEmoji, recentEmoji } from "#widget/emoji/recent.ts";
import { isEmojiOnly } from "./emoji.ts";
import { makeStorage } from "./testWorld.ts";

const all = (language: "de" | "en") => emojiIn(language).flatMap(({ list }) => list);
const signs = (language: "de" | "en", asked: string) => found(all(language), asked).map(({ sign }) => sign);

test("every line has its sign once and words in both languages, and every sign counts as an emoji", () => {
  for (const language of ["de", "en"] as const) {
    const list = all(language);
    assert.ok(list.length > 200);
    assert.equal(new Set(list.map(({ sign }) => sign)).size, list.length);
    assert.deepEqual(
      list.filter(({ label, words }) => label === "" || words.some((word) => word === "")),
      [],
    );
    assert.deepEqual(
      list.map(({ sign }) => sign).filter((sign) => !isEmojiOnly(sign)),
      [],
    );
  }
});

test("they are found by the beginnings of words, without marks and case, in the page's language", () => {
  assert.ok(signs("de", "daumen ho").includes("👍"));
  assert.ok(signs("de", "MOHRE").includes("🥕"));
  assert.ok(signs("en", "thumb").includes("👍"));
  assert.deepEqual(signs("en", "daumen"), []);
  assert.deepEqual(signs("de", "  "), []);
});

test("those used last come first, each once", () => {
  const memory = openMemory("c", makeStorage());
  assert.deepEqual(recentEmoji(memory), []);
  for (const sign of ["👍", "❤️", "👍"]) noteEmoji(memory, sign);
  assert.deepEqual(recentEmoji(memory), ["👍", "❤️"]);
});

test("a text of nothing but a few emoji is told apart", () => {
  for (const text of ["👍", "👍 👍", "👨‍👩‍👧🇩🇪", "1️⃣❤️"]) assert.equal(isEmojiOnly(text), true, text);
  for (const text of ["", " ", "12", "ok 👍", "#", "👍".repeat(7), "™"]) assert.equal(isEmojiOnly(text), false, text);
});
