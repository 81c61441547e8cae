// The holidays of the German states against a list that somebody else published, and against what the calendar itself says.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { easterOf, germanHolidays, germanStates, holidayOn, holidaysIn, partsOf } from "#lib/germanHolidays.ts";
import type { GermanState } from "#lib/germanHolidays.ts";
import german from "#locales/de.json" with { type: "json" };

/** Year, state, day, name; a star behind the name: in some municipalities only. Source and date stand in the file. */
const { years } = JSON.parse(readFileSync(new URL("germanHolidays.published.json", import.meta.url), "utf8")) as {
  readonly years: Readonly<Record<string, Readonly<Record<GermanState, Readonly<Record<string, string>>>>>>;
};
const names: Readonly<Record<string, string>> = german.holidays;

test("2024 to 2027 are what was published, for all states and Germany as a whole", () => {
  let seen = 0;
  for (const [year, states] of Object.entries(years))
    for (const [state, listed] of Object.entries(states) as [GermanState, Record<string, string>][]) {
      const reckoned = (part: "none" | "catholic" | "augsburg") =>
        Object.fromEntries([...holidaysIn({ state, part }, Number(year))].map(([day, key]) => [day, names[key]]));
      const everywhere = Object.fromEntries(Object.entries(listed).filter(([, name]) => !name.endsWith("*")));
      const anywhere = Object.fromEntries(Object.entries(listed).map(([day, name]) => [day, name.replace("*", "")]));
      // What the list was made too early for.
      if (state === "BE" && year === "2025")
        for (const days of [everywhere, anywhere]) days["2025-05-08"] = names["liberationDay"] ?? "";
      assert.deepEqual(reckoned("none"), everywhere, `${state} ${year}`);
      assert.deepEqual(reckoned(partsOf(state).at(-1) ?? "none"), anywhere, `${state} ${year}, wherever it has most`);
      seen += 1;
    }
  assert.equal(seen, 4 * germanStates.length);
});

test("a law counts from its year on, and what is once is once", () => {
  const is = (state: GermanState, day: string) => holidayOn({ state, part: "none" }, day);
  assert.deepEqual([is("BE", "2018-03-08"), is("BE", "2019-03-08")], [undefined, "womensDay"]);
  assert.deepEqual([is("MV", "2022-03-08"), is("MV", "2023-03-08")], [undefined, "womensDay"]);
  assert.deepEqual([is("TH", "2018-09-20"), is("TH", "2019-09-20")], [undefined, "childrensDay"]);
  for (const state of ["HB", "HH", "NI", "SH"] as const)
    assert.deepEqual([is(state, "2016-10-31"), is(state, "2018-10-31")], [undefined, "reformationDay"], state);
  assert.deepEqual(
    ["2020-05-08", "2024-05-08", "2025-05-08", "2030-05-08", "2028-06-17"].map((day) => is("BE", day)),
    ["liberationDay", undefined, "liberationDay", undefined, "uprisingDay"],
  );
  assert.deepEqual(
    (["none", "catholic", "augsburg"] as const).map((part) =>
      ["2026-08-08", "2026-08-15"].map((day) => holidayOn({ state: "BY", part }, day)),
    ),
    [
      [undefined, undefined],
      [undefined, "assumption"],
      ["peaceFestival", "assumption"],
    ],
  );
});

test("Easter is the Sunday after the first full moon of spring, for six centuries", () => {
  // The same by another road: the tables of the Church, epact by epact (the Gregorian calendar of 1582, as in the Book of Common Prayer).
  const byTables = (year: number): string => {
    const golden = (year % 19) + 1;
    const century = Math.floor(year / 100) + 1;
    const solar = Math.floor((3 * century) / 4) - 12;
    const lunar = Math.floor((8 * century + 5) / 25) - 5;
    const sunday = Math.floor((5 * year) / 4) - solar - 10;
    let epact = (((11 * golden + 20 + lunar - solar) % 30) + 30) % 30;
    if ((epact === 25 && golden > 11) || epact === 24) epact += 1;
    let moon = 44 - epact;
    if (moon < 21) moon += 30;
    const day = moon + 7 - ((sunday + moon) % 7);
    return new Date(Date.UTC(year, 2, day)).toISOString().slice(0, 10);
  };
  for (let year = 1800; year < 2400; year += 1) {
    const easter = new Date(easterOf(year));
    assert.equal(easter.getUTCDay(), 0);
    assert.equal(easter.toISOString().slice(0, 10), byTables(year));
  }
  // The earliest, the latest, and one that a shorter formula gets wrong.
  const days = [1818, 1943, 2038, 1954].map((year) => new Date(easterOf(year)).toISOString().slice(5, 10));
  assert.deepEqual(days, ["03-22", "04-25", "04-25", "04-18"]);
});

test("every year's days lie in it, in their order, and Repentance Day is a Wednesday", () => {
  for (const state of germanStates)
    for (const part of partsOf(state))
      for (let year = 1990; year <= 2100; year += 1) {
        const found = holidaysIn({ state, part }, year);
        const days = [...found.keys()];
        assert.deepEqual(days, days.toSorted());
        assert.ok(days.every((day) => day.startsWith(`${year}-`)));
        assert.ok(found.size >= 8 && found.size <= 15);
        for (const [day, holiday] of found)
          if (holiday === "repentanceDay") {
            assert.equal(new Date(day).getUTCDay(), 3);
            assert.ok(day >= `${year}-11-16` && day <= `${year}-11-22`);
          }
      }
  assert.deepEqual(Object.keys(names).toSorted(), [...germanHolidays].toSorted());
});
