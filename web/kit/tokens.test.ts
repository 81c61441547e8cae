// The law of the look: colours and sizes stand in tokens.css and nowhere else.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const web = new URL("..", import.meta.url).pathname;
const files = readdirSync(web, { recursive: true, encoding: "utf8" });
const sheets = files.filter((name) => name.endsWith(".css") && !name.endsWith("tokens.css"));

/** What breaks the law in a style sheet. The lines of media and container queries are spared: they cannot read tokens. */
const breaches = (css: string): readonly string[] =>
  css
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .split("\n")
    .filter((line) => !/^@(?:media|container)\b/.test(line))
    .filter((line) =>
      /#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch|lab|lch|hwb)a?\(|(?<![\w-])\d*\.?\d+(?:px|rem|em|ch|vh|vw|dvh|ms|s|pt)\b/i.test(
        line,
      ),
    )
    .filter((line) => !/100vw/.test(line));

test("no style sheet names a colour or a size of its own", () => {
  assert.ok(sheets.length > 10);
  assert.deepEqual(
    sheets.flatMap((name) => breaches(readFileSync(join(web, name), "utf8")).map((line) => `${name}: ${line.trim()}`)),
    [],
  );
});

test("the check sees a planted breach", () => {
  for (const line of ["color: #fff;", "margin: 3px;", "color: rgb(1, 2, 3);", "transition: 0.2s;", "width: 2rem;"])
    assert.equal(breaches(line).length, 1, line);
  for (const line of ["margin: var(--s2);", "flex: 1;", "width: 100%;", "opacity: 0.5;"])
    assert.equal(breaches(line).length, 0, line);
});

test("no style sheet uses a token that is not there", () => {
  const tokens = new Set(
    [...readFileSync(join(web, "kit/tokens.css"), "utf8").matchAll(/^\s*(--[\w-]+):/gm)].map((match) => match[1]),
  );
  const missing = sheets.flatMap((name) => {
    const css = readFileSync(join(web, name), "utf8");
    const own = new Set([...css.matchAll(/^\s*(--[\w-]+):/gm)].map((match) => match[1]));
    return [...css.matchAll(/var\((--[\w-]+)(,?)/g)]
      .filter((match) => match[2] === "" && !tokens.has(match[1]) && !own.has(match[1]))
      .map((match) => `${name}: ${match[1]}`);
  });
  assert.deepEqual(missing, []);
});
