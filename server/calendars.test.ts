// What may come from an address that says it has a calendar: fetched from a small server on loopback, which does each of the hostile things.
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { isRefusal } from "#contract/errors.ts";
import {
  cleanAddress,
  mostCalendarBytes,
  type FetchCalendar,
  type Validators,
} from "#modules/hours/model-addresses.ts";
import { openCalendarFetch } from "#server/calendars.ts";

const text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20200601\r\nSUMMARY:Übung\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
const tagged: Validators = { etag: '"eins"', lastModified: "Mon, 01 Jun 2026 08:00:00 GMT" };

const answers: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>> = {
  "/good.ics": ({ headers }, response) => {
    const isKnown = headers["if-none-match"] === tagged.etag && headers["if-modified-since"] === tagged.lastModified;
    response.setHeader("etag", tagged.etag ?? "").setHeader("last-modified", tagged.lastModified ?? "");
    if (isKnown) response.writeHead(304).end();
    else response.setHeader("content-type", "text/calendar; charset=utf-8").end(text);
  },
  "/untyped": (_, response) => void response.end(text),
  "/called-a-page": (_, response) => void response.setHeader("content-type", "text/html").end(text),
  "/latin": (_, response) =>
    void response.setHeader("content-type", 'text/calendar; charset="ISO-8859-1"').end(Buffer.from(text, "latin1")),
  "/odd-names": (_, response) =>
    void response.setHeader("etag", "ohne Anführung").setHeader("last-modified", "<gestern>").end(text),
  "/page": (_, response) => void response.setHeader("content-type", "text/html").end("<!doctype html><p>Anmelden"),
  "/page-as-text": (_, response) => void response.setHeader("content-type", "text/plain").end("\n<html>"),
  "/picture": (_, response) =>
    void response.setHeader("content-type", "image/png").end(Buffer.from("89504e470d0a", "hex")),
  "/packed": (_, response) => void response.setHeader("content-encoding", "gzip").end(Buffer.from("1f8b08", "hex")),
  "/gone": (_, response) => void response.writeHead(410).end(),
  "/unasked": (_, response) => void response.writeHead(304).end(),
  "/part": (_, response) => void response.writeHead(206).end(text),
  "/huge": (_, response) => void response.end(Buffer.alloc(mostCalendarBytes + 1, "X")),
  "/inwards": (_, response) => void response.writeHead(302, { location: "http://127.0.0.2/" }).end(),
  "/by-name": (_, response) => void response.writeHead(302, { location: "http://metadata.test/" }).end(),
  "/round": (_, response) => void response.writeHead(302, { location: "/round" }).end(),
  "/file": (_, response) => void response.writeHead(302, { location: "file:///etc/passwd" }).end(),
  "/moved": (_, response) => void response.writeHead(301, { location: "/good.ics" }).end(),
  "/silent": () => {},
  "/cut": (_, response) => {
    response.writeHead(200, { "content-length": 1_000 });
    response.write("BEGIN:VCALENDAR", () => response.destroy());
  },
};

const server = createServer((request, response) => answers[request.url ?? ""]?.(request, response));
let at = "";
let fetch: FetchCalendar;
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  at = `http://${host}`;
  fetch = openCalendarFetch({ inside: [host], resolve: () => Promise.resolve(["169.254.169.254"]), timeoutMs: 2_000 });
});
after(() => {
  server.closeAllConnections();
  server.close();
});

test("a calendar is fetched whatever it is called, and is not sent again while it is the same", async () => {
  assert.deepEqual(await fetch(`${at}/good.ics`, null), { became: "text", text, ...tagged });
  assert.deepEqual(await fetch(`${at}/good.ics`, tagged), { became: "same" });
  assert.deepEqual(await fetch(`${at}/moved`, null), { became: "text", text, ...tagged });
  for (const path of ["/untyped", "/called-a-page", "/latin", "/odd-names"])
    assert.deepEqual(await fetch(at + path, null), { became: "text", text, etag: null, lastModified: null }, path);
});

test("whatever else comes is refused in words of its own, and nothing inside is reached", async () => {
  const refused = async (path: string): Promise<unknown> => {
    const fetched = await fetch(at + path, null);
    return isRefusal(fetched) ? [fetched.refused, Object.values(fetched.facts ?? {}).join()] : fetched;
  };
  for (const [path, code, facts] of [
    ["/page", "calendarPage", ""],
    ["/page-as-text", "calendarPage", ""],
    ["/picture", "calendarType", "image/png"],
    ["/packed", "calendarType", "gzip"],
    ["/gone", "calendarStatus", "410"],
    ["/unasked", "calendarStatus", "304"],
    ["/part", "calendarStatus", "206"],
    ["/huge", "calendarLarge", "500000"],
    ["/inwards", "calendarUnreachable", ""],
    ["/by-name", "calendarUnreachable", ""],
    ["/cut", "calendarUnreachable", ""],
    ["/round", "calendarRedirected", ""],
    ["/file", "calendarRedirected", ""],
    ["/silent", "calendarLate", ""],
  ] as const)
    assert.deepEqual(await refused(path), [code, facts], path);
  const dead = await fetch("http://127.0.0.1:1/", null);
  assert.ok(isRefusal(dead) && dead.refused === "calendarUnreachable");
});

test("addresses are http or https without a name and a password; what calendars give for subscribing is https", () => {
  assert.equal(cleanAddress(" webcal://kalender.example/a.ics#x "), "https://kalender.example/a.ics");
  assert.equal(cleanAddress("http://kalender.example"), "http://kalender.example/");
  for (const wrong of [
    "kalender.example",
    "ftp://a/b",
    "file:///etc/passwd",
    "https://me:secret@a.example/",
    "https://",
    "",
  ])
    assert.ok(isRefusal(cleanAddress(wrong)), wrong);
});
