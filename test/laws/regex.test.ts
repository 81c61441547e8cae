// The judge of regular expressions: known slow ones are caught, known fast ones pass, and the engine agrees.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { growth } from "./regex.ts";

/** Patterns with the text whose repetition makes them slow, and the end that makes them fail. */
const slow: readonly (readonly [RegExp, "exponential" | "polynomial", string, string])[] = [
  [/^(a+)+$/, "exponential", "a", "!"],
  [/^(a*)*$/, "exponential", "a", "!"],
  [/^(a|aa)+$/, "exponential", "a", "!"],
  [/^(?:a|a)*b/, "exponential", "a", "!"],
  [/^([a-z]+\d*)+!/, "exponential", "a", "?"],
  [/^(\s*\w+\s*)*;/, "exponential", "a ", "!"],
  [/^(?=(x+x+)+y)/, "exponential", "x", "!"],
  [/^(?:.|\s)*z/s, "exponential", " ", "!"],
  [/^(?:ä|Ä)*;/i, "exponential", "ä", "!"],
  [/^(?:\r\n|\r|\n)+x/, "exponential", "\r\n", "!"],
  [/^(?:(?:a+)+b)*$/, "exponential", "a", "!"],
  [/^\s*\s*$/, "polynomial", " ", "!"],
  [/^\d+\d+\d+\d+$/, "polynomial", "1", "!"],
  [/^.*,.*,.*;$/, "polynomial", ",", "!"],
  [/^\w+[\w.]*\.\w+$/, "polynomial", "a", "!"],
];

const fast: readonly RegExp[] = [
  /^a+b*c?$/,
  /^(?:[a-z]+\.)+[a-z]{2,}$/,
  /\s+/g,
  /(?:a|aa)+/,
  /^\s*(?:#.*)?$/,
  /"(?:[^"\\]|\\.)*"/,
  /^\d{1,3}(?:\.\d{1,3}){3}$/,
  /^[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*$/u,
  /^(?:\r\n|\n)+x/,
  /^(?<year>\d{4})-(?<month>\d\d)$/,
  /<[^<>]*>/,
  /[{}\]]/,
  /^[a-z]{2,3}(?:-[a-z0-9]{1,8})*$/,
  /^(?:x{0,3}y)*z/,
  /^(?:a{2,}b)*z/,
  /^(?!\s)[^,]*,[^,]*$/,
];

suite("growth of regular expressions", () => {
  for (const [regex, kind, pump, end] of slow)
    test(`${String(regex)} is ${kind}, and the engine feels it`, () => {
      assert.equal(growth(regex.source, regex.flags)?.kind, kind);
      // The step count of a backtracking engine is not visible, its time is: lengthen until it is unmistakable.
      const time = (count: number): number => {
        const text = pump.repeat(count) + end;
        const start = performance.now();
        regex.test(text);
        return performance.now() - start;
      };
      let count = kind === "exponential" ? 10 : 100;
      while (time(count) < 20 && count < 200_000) count = kind === "exponential" ? count + 1 : Math.ceil(count * 1.5);
      assert.ok(count < (kind === "exponential" ? 60 : 150_000), `still fast with ${count} repetitions`);
    });
  for (const regex of fast)
    test(`${String(regex)} is linear`, () => {
      assert.equal(growth(regex.source, regex.flags), undefined);
    });
});
