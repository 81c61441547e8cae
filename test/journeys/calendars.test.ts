// Calendars by address: fetched from a small server on loopback, at times of the test's own. What may come from an address: server/calendars.test.ts.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { changeCalendar, removeCalendar } from "#modules/hours/actions-calendars.ts";
import {
  addCalendarFrom,
  changeCalendarFrom,
  fetchCalendarNow,
  fetchDueCalendars,
} from "#modules/hours/actions-fetching.ts";
import { calendarsFor } from "#modules/hours/reads.ts";
import { sql } from "#platform/db/db.ts";
import { openCalendarFetch } from "#server/calendars.ts";
import { verifyAction } from "#test/verify-action.ts";
import { addCast, openTestWorld, sure, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
});
after(() => world.close());

const verify = async <T>(act: () => Promise<T>, kind: string): Promise<Exclude<T, { refused: unknown }>> =>
  sure((await verifyAction(world, cast.anna, act, [kind])) as never);

test("a calendar is fetched from its address every day by one of several nodes; what came last stays while that fails", async (t) => {
  const text = (...days: readonly string[]): string =>
    [
      "BEGIN:VCALENDAR",
      ...days.flatMap((day) => ["BEGIN:VEVENT", `DTSTART:${day}`, "RRULE:FREQ=YEARLY", "SUMMARY:Werk", "END:VEVENT"]),
      "END:VCALENDAR",
    ].join("\r\n");
  const shown = { status: 200, body: text("20200601"), etag: '"1"' };
  let asked: (string | undefined)[] = [];
  const server = createServer(({ headers }, response) => {
    asked.push(headers["if-none-match"]);
    const isKnown = shown.status === 200 && headers["if-none-match"] === shown.etag;
    response.writeHead(isKnown ? 304 : shown.status, { etag: shown.etag }).end(isKnown ? "" : shown.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fetching = { ...world, fetchCalendar: openCalendarFetch({ inside: [host] }) };
  const since = async (): Promise<string> => {
    const { revision } = await world.db.one<{ revision: string }>(sql`SELECT revision::text FROM promise_book`);
    return revision;
  };
  const one = await verify(
    () => addCalendarFrom(fetching, cast.omar, { name: "Netz", url: `http://${host}/a.ics` }),
    "calendar.changed",
  );
  const now = async () => (await calendarsFor(world.db, world.now())).find(({ id }) => id === one.id);
  const reached = one.address?.fetchedAt;
  assert.equal(one.address?.fault, null);
  assert.equal(await fetchDueCalendars(fetching), 0, "not before a day is over");

  // A day later two nodes look at once: one asks, and need not be sent what it has. Nothing is judged anew.
  const judged = await since();
  world.pass(24 * 3_600_000);
  asked = [];
  const both = await Promise.all([fetchDueCalendars(fetching), fetchDueCalendars(fetching)]);
  assert.deepEqual([both.toSorted(), asked], [[0, 1], ['"1"']]);
  assert.notEqual((await now())?.address?.fetchedAt, reached);
  // The same days in other words are no change, either; others are.
  Object.assign(shown, { etag: '"2"', body: `${text("20200601")}\r\n` });
  await fetchCalendarNow(fetching, cast.omar, one.id);
  assert.equal(await since(), judged);
  Object.assign(shown, { etag: '"3"', body: text("20200601", "20200701") });
  const more = await verify(() => fetchCalendarNow(fetching, cast.omar, one.id), "calendar.changed");
  assert.deepEqual([more.days.length, (await since()) === judged], [2, false]);

  // It fails: for so long what came last counts, it is tried every hour, and since when stays said.
  Object.assign(shown, { status: 503 });
  const failed = await verify(() => fetchCalendarNow(fetching, cast.omar, one.id), "calendar.fetched");
  const at = world.now().toISOString();
  const fault = { code: "calendarStatus", facts: { status: 503 }, since: at };
  assert.deepEqual([failed.address?.fault, failed.days.length], [fault, 2]);
  Object.assign(shown, { status: 200, etag: '"4"', body: "<html>" });
  world.pass(3_600_000);
  assert.equal(await fetchDueCalendars(fetching), 1);
  assert.deepEqual((await now())?.address?.fault, { code: "calendarPage", facts: {}, since: at });
  // A text that cannot be read does not become what is known: the next is asked for anew.
  Object.assign(shown, { body: text("gestern") });
  world.pass(3_600_000);
  await fetchDueCalendars(fetching);
  assert.deepEqual((await now())?.address?.fault?.facts, { line: 3, text: "DTSTART:gestern", most: 2000 });
  Object.assign(shown, { body: text("20200801") });
  world.pass(3_600_000);
  asked = [];
  await verify(() => fetchDueCalendars(fetching), "calendar.fetched");
  assert.deepEqual(asked, ['"3"']);
  assert.deepEqual(
    [(await now())?.address?.fault, (await now())?.days.map(({ from }) => from.slice(5))],
    [null, ["08-01"]],
  );

  // Who fetched it and was killed: after a minute somebody else does.
  const dying = { ...fetching, fetchCalendar: () => Promise.reject(new Error("killed")) };
  world.pass(24 * 3_600_000);
  await assert.rejects(fetchDueCalendars(dying), /killed/);
  assert.equal(await fetchDueCalendars(fetching), 0);
  world.pass(60_000);
  assert.equal(await fetchDueCalendars(fetching), 1);
  // What comes late, when somebody else has had it in hand since, is dropped.
  const overtaken = {
    ...fetching,
    fetchCalendar: async () => {
      sure(await fetchCalendarNow(fetching, cast.omar, one.id));
      return { became: "text", text: text("20201001"), etag: null, lastModified: null } as const;
    },
  };
  sure(await fetchCalendarNow(overtaken, cast.omar, one.id));
  assert.deepEqual(
    (await now())?.days.map(({ from }) => from.slice(5)),
    ["08-01"],
  );
  // And when the calendar is fetched no more.
  const late = {
    ...fetching,
    fetchCalendar: async () => {
      sure(await changeCalendar(world, cast.omar, one.id, { name: "Netz", text: text("20200901") }));
      return { became: "text", text: text("20201001"), etag: null, lastModified: null } as const;
    },
  };
  const gone = await fetchCalendarNow(late, cast.omar, one.id);
  assert.equal("refused" in gone && gone.refused, "calendarNotFetched");
  assert.deepEqual([(await now())?.address, (await now())?.days.map(({ from }) => from.slice(5))], [null, ["09-01"]]);

  // An address that never worked is none; one that does replaces the text, and renaming asks nobody.
  const to = (url: string, name = "Netz") => changeCalendarFrom(fetching, cast.omar, one.id, { name, url });
  const wrong = await to("http://127.0.0.1:1/");
  assert.deepEqual("refused" in wrong && [wrong.refused, wrong.field], ["calendarUnreachable", "url"]);
  await verify(() => to(`http://${host}/b.ics`), "calendar.changed");
  asked = [];
  const renamed = await verify(() => to(`http://${host}/b.ics`, "Netz Nord"), "calendar.changed");
  assert.deepEqual([asked, renamed.name, renamed.address?.url], [[], "Netz Nord", `http://${host}/b.ics`]);
  await verify(() => removeCalendar(world, cast.omar, one.id), "calendar.removed");
  assert.deepEqual(await world.db.rows(sql`SELECT 1 FROM calendar_address`), []);
});
