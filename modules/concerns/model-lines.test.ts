// How tall HTML is taken to be: near what a browser makes of it, and never long in coming.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "#test/chance.ts";
import { linesOf, linesOfHtml } from "#modules/concerns/model-lines.ts";

const words = (count: number): string => "Wort ".repeat(count);

void test("plain text: a line each, long ones wrapped", () => {
  assert.equal(linesOf(""), 1);
  assert.equal(linesOf("a\nb\n\nc"), 4);
  assert.equal(linesOf("x".repeat(540)), 10);
  assert.equal(linesOf("\n".repeat(20_000)), 10_000);
});

void test("paragraphs wrap and keep their distance; breaks are lines; inline markup is not", () => {
  assert.equal(linesOfHtml(`<p>${words(38)}</p>`), 5);
  assert.equal(linesOfHtml("a <b>b</b> <i>c</i> <span>d</span>"), 1);
  assert.equal(linesOfHtml("a<br>b<br><br>c"), 4);
  assert.ok(linesOfHtml("<div>a</div>\n   <div>b</div>") === 2, "white space between blocks is nothing");
});

void test("cells of a row stand beside each other, rows below each other, tables within tables", () => {
  const cell = `<td>${"<p>x</p>".repeat(6)}</td>`;
  const one = linesOfHtml(`<table><tr>${cell}</tr></table>`);
  assert.equal(linesOfHtml(`<table><tr>${cell.repeat(4)}</tr></table>`), one);
  assert.ok(linesOfHtml(`<table>${`<tr>${cell}</tr>`.repeat(4)}</table>`) >= one * 3);
  const inner = `<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>`;
  assert.equal(linesOfHtml(`<table><tr><td>${inner}</td><td>d</td></tr></table>`), 2);
});

void test("pictures count as tall as they say they are", () => {
  assert.equal(linesOfHtml('<img data-inline="a" height="440" />'), 20);
  assert.equal(linesOfHtml('<img style="height:220px" data-inline="a" />'), 10);
  assert.equal(linesOfHtml('<img data-remote-src="https://x.test/a.gif" width="1" height="1" />'), 1);
  assert.ok(linesOfHtml('<img data-inline="a" />') > linesOfHtml('<img data-remote-src="https://x.test/a" />'));
});

void test("whatever it is given: a number within its limits, in a time that grows with the length only", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
      const lines = linesOfHtml(text);
      assert.ok(Number.isInteger(lines) && lines >= 1 && lines <= 10_000);
    }),
  );
  const begun = performance.now();
  linesOfHtml("<tr><td>".repeat(100_000) + "<".repeat(200_000));
  assert.ok(performance.now() - begun < 1_000);
});
