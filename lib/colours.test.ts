// Which accents a widget can be read in: against figures of others, against the widget's own style sheet, and for any colour at all.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { accentContrast, isColour, leastContrast, readableAccent, widgetColours } from "#lib/colours.ts";
import { fc } from "#test/chance.ts";

test("what the check reckons with is what the widget has", () => {
  const css = ["tokens.css", "chat/tokens.css"]
    .map((name) => readFileSync(new URL(`../widget/${name}`, import.meta.url), "utf8"))
    .join("\n");
  const names = { surface: "surface", theirs: "theirs", hover: "hover", ink: "ink" } as const;
  const said = ([lightness, chroma, hue]: readonly [number, number, number]): string =>
    lightness === 1 && chroma === 0 ? "oklch(1 0 0)" : `oklch(${lightness} ${chroma} ${hue})`;
  for (const [name, token] of Object.entries(names)) {
    const key = name as keyof typeof names;
    const line = `--${token}: light-dark(${said(widgetColours.day[key])}, ${said(widgetColours.night[key])});`;
    assert.ok(css.includes(line), line);
  }
  const on = `light-dark(${said(widgetColours.day.onAccent)}, ${said(widgetColours.night.onAccent)})`;
  assert.match(css, /--on-accent: var\(\s*--draht-on-accent,/);
  assert.ok(css.replaceAll(/\s+/g, " ").includes(on), on);
  for (const mix of [
    "--accent-soft: color-mix(in oklab, var(--accent) 14%, var(--surface))",
    "color-mix(in oklab, var(--accent) 34%, var(--surface))",
  ])
    assert.ok(css.includes(mix), mix);
});

// The figures of contrast to white are those of WebAIM's checker; on white alone, so at most these.
test("dark colours can be read by day and not by night, light ones the other way round", () => {
  const cases = [
    ["#767676", 4.54],
    ["#0000ff", 8.59],
    ["#ff0000", 4],
    ["#ffcc00", 1.51],
    ["#000000", 21],
  ] as const;
  for (const [colour, onWhite] of cases) {
    const found = accentContrast(colour, "day");
    assert.ok(found <= onWhite + 0.01 && found > onWhite * 0.6, `${colour} ${found}`);
  }
  assert.ok(accentContrast("#767676", "day") < leastContrast, "on white it could be read, on what is mixed of it not");
  assert.ok(accentContrast("#ffcc00", "night") > 6);
  assert.ok(accentContrast("#00305e", "night") < 2);
});

test("what can be read stays; what cannot becomes the nearest that can, whatever it was", () => {
  assert.equal(readableAccent("#7A1F5C", "day"), "#7a1f5c");
  assert.equal(readableAccent("#ffffff", "night"), "#ffffff");
  assert.match(readableAccent("#ffcc00", "day"), /^#[6-9]/);
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 0xffffff }),
      fc.constantFrom("day" as const, "night" as const),
      (value, at) => {
        const mended = readableAccent(`#${value.toString(16).padStart(6, "0")}`, at);
        assert.ok(isColour(mended) && accentContrast(mended, at) >= leastContrast, mended);
        assert.equal(readableAccent(mended, at), mended);
      },
    ),
  );
});

test("nothing but six digits is a colour", () => {
  for (const text of ["#12345", "#1234567", "123456", "red", "#12345g", "#123456;}", "url(//x)", ""])
    assert.equal(isColour(text), false, text);
  assert.equal(isColour("#ABCdef"), true);
});
