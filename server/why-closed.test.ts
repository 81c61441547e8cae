// What customers read on a holiday, on a day that is otherwise, and on any other.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hours } from "#contract/hours.ts";
import { germanHolidays } from "#lib/germanHolidays.ts";
import { whyClosed } from "#server/why-closed.ts";
import { words } from "#server/words.ts";

const hours: Hours = {
  timeZone: "Europe/Berlin",
  weekly: [[], [], [], [], [], [], []],
  exceptions: [{ from: "2026-06-08", to: "2026-06-08", name: "Umzug = Moving house", spans: [] }],
  holidays: { state: "NW", part: "none", times: { how: "closed" }, own: [], calendars: [], named: [] },
};

test("a holiday is told by its name in both languages, where it is one", () => {
  // In Berlin it is already the day when UTC is still in the one before.
  const corpusChristi = new Date("2026-06-03T22:30:00Z");
  assert.equal(whyClosed("de", hours, corpusChristi), "Heute ist Fronleichnam: Wir haben geschlossen.");
  assert.equal(whyClosed("en", hours, corpusChristi), "Today is Corpus Christi: we are closed.");
  assert.equal(whyClosed("de", { ...hours, timeZone: "UTC" }, corpusChristi), "Wir haben gerade geschlossen.");
  assert.equal(whyClosed("en", hours, new Date("2026-06-08T10:00:00Z")), "Moving house: we are closed.");
  assert.equal(whyClosed("de", hours, new Date("2026-06-05T10:00:00Z")), "Wir haben gerade geschlossen.");
});

test("a day or a time of a calendar is told by its own name", () => {
  const calendared = [
    {
      days: [{ from: "2026-06-10", to: "2026-06-10", name: "Betriebsausflug = Company outing" }],
      times: [{ from: "2026-06-11T13:00", to: "2026-06-11T15:00", name: "Versammlung" }],
    },
  ];
  const at = (time: string) => whyClosed("de", { ...hours, calendared }, new Date(time));
  assert.equal(at("2026-06-10T10:00:00Z"), "Heute ist Betriebsausflug: Wir haben geschlossen.");
  assert.match(whyClosed("en", { ...hours, calendared }, new Date("2026-06-10T10:00:00Z")), /^Today is Company outing/);
  assert.equal(at("2026-06-11T12:59:00Z"), "Heute ist Versammlung: Wir haben geschlossen.");
  assert.equal(at("2026-06-11T13:00:00Z"), "Wir haben gerade geschlossen.");
});

test("every holiday has its words", () => {
  for (const language of ["de", "en"] as const)
    for (const holiday of germanHolidays)
      assert.notEqual(words(language, `holidays.${holiday}`), `holidays.${holiday}`, `${language} ${holiday}`);
});
