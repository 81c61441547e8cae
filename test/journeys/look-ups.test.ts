// Look-ups of flows against a real service on loopback that does everything a service can do wrong: each comes to "missing" or "failed" with its reason, in bounded time and
// size, and nothing secret is seen by whom it was not meant for.
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { system } from "#contract/actor.ts";
import type { ServiceInput } from "#contract/flow-endpoints.ts";
import { addService, changeService } from "#modules/flows/actions-services.ts";
import type { Looked, Looking } from "#modules/flows/model-services.ts";
import { selfSigned } from "#platform/certificate.ts";
import { sql } from "#platform/db/db.ts";
import { silentLog, type Facts } from "#platform/log.ts";
import { openLookUps, type LookUp } from "#server/look-ups.ts";
import { openTestWorld, sure, type TestWorld } from "#test/world.ts";

const secret = "Bearer ganz-geheim-4711";
const most = 262_144;
let world: TestWorld;
let lookUp: LookUp;
let service: { readonly port: number; readonly seen: IncomingMessage[]; readonly bodies: string[] };
let canary: { readonly port: number; readonly seen: IncomingMessage[] };
let id: string;
const logged: string[] = [];
const closers: (() => void)[] = [];

const serve = async (answer: RequestListener, make: (answer: RequestListener) => Server = createServer) => {
  const seen: IncomingMessage[] = [];
  const bodies: string[] = [];
  const server = make((request, response) => {
    seen.push(request);
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      bodies.push(body);
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, seen, bodies };
};

const json = (response: ServerResponse, body: string | Uint8Array, over: Record<string, string> = {}, status = 200) =>
  response.writeHead(status, { "content-type": "application/json", ...over }).end(body);
const redirect = (response: ServerResponse, location: string, status = 302) =>
  response.writeHead(status, { location }).end();

/** What the service does, by the first step of the path below /api/. */
const ways: Readonly<Record<string, (response: ServerResponse, request: IncomingMessage) => void>> = {
  good: (response) => json(response, '{"state":"up","modem":{"seen":true}}'),
  problem: (response) => json(response, '{"a":1}', { "content-type": "application/problem+json; charset=utf-8" }),
  nothing: (response) => response.writeHead(204).end(),
  "to-itself": (response) => redirect(response, "/api/good"),
  "to-itself-307": (response) => redirect(response, "good", 307),
  missing: (response) => response.writeHead(404, { "content-type": "text/html" }).end("<h1>nowhere</h1>"),
  broken: (response) => json(response, '{"error":"broken"}', {}, 500),
  forbidden: (response) => json(response, "{}", {}, 403),
  silent: () => {},
  drip: (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const dripping = setInterval(() => response.write(" "), 5);
    response.on("close", () => clearInterval(dripping));
  },
  full: (response) => json(response, JSON.stringify("x".repeat(most - 2))),
  huge: (response) => json(response, JSON.stringify("x".repeat(most - 1))),
  endless: (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const more = (): void => void response.write(Buffer.alloc(65_536, 32));
    response.on("drain", more);
    more();
  },
  html: (response) => json(response, "<html></html>", { "content-type": "text/html" }),
  "json-as-text": (response) => json(response, "{}", { "content-type": "text/plain" }),
  "html-as-json": (response) => json(response, "<html></html>"),
  empty: (response) => json(response, ""),
  "not-utf8": (response) => json(response, Buffer.from([0x22, 0xff, 0x22])),
  deep: (response) => json(response, "[".repeat(100_000) + "]".repeat(100_000)),
  prototype: (response) => json(response, '{"__proto__":{"polluted":true},"state":"up"}'),
  bomb: (response) => json(response, gzipSync(Buffer.alloc(100_000_000)), { "content-encoding": "gzip" }),
  "many-headers": (response) => json(response, "{}", { "x-long": "y".repeat(40_000) }),
  reset: (_response, request) => request.socket.resetAndDestroy(),
  "cut-off": (response, request) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "100" }).write('{"state":');
    setImmediate(() => request.socket.destroy());
  },
  circle: (response) => redirect(response, "/api/circle"),
  up: (response) => redirect(response, "/admin/secrets"),
  "up-by-dots": (response) => redirect(response, "/api/../admin"),
  out: (response) => redirect(response, "https://outside.example/"),
  "to-neighbour": (response) => redirect(response, `http://127.0.0.1:${canary.port}/api/good`),
  "to-neighbour-307": (response) => redirect(response, `//127.0.0.1:${canary.port}/api/good`, 307),
  "to-metadata": (response) => redirect(response, "http://169.254.169.254/api/latest"),
  "to-file": (response) => redirect(response, "file:///etc/passwd"),
  echo: (response, request) =>
    json(response, JSON.stringify({ ...request.headers, [request.headers.authorization ?? ""]: 1 })),
};

const input = (over: Partial<ServiceInput> = {}): ServiceInput => ({
  name: "Netz",
  url: `http://127.0.0.1:${service.port}/api`,
  headers: [
    { name: "Authorization", secret: true, value: secret },
    { name: "X-Tenant", secret: false, value: "kabel" },
  ],
  on: true,
  ...over,
});
const looking = (path: string, over: Partial<Looking> = {}): Looking => ({
  service: "Netz",
  method: "GET",
  path,
  body: null,
  // For what comes at once; the test's own clock is not asked.
  timeoutMs: 20_000,
  ...over,
});
const ask = (path: string, over: Partial<Looking> = {}): Promise<Looked> => lookUp(looking(path, over), "run-1");
const reasonOf = (looked: Looked): string => (looked.became === "failed" ? looked.reason : looked.became);

before(async () => {
  world = await openTestWorld();
  const write = (event: string, facts?: Facts): void => void logged.push(JSON.stringify([event, facts]));
  const log = { ...silentLog, debug: write, info: write, warn: write, error: write };
  canary = await serve((_request, response) => json(response, '{"state":"canary"}'));
  service = await serve((request, response) => {
    const way = /^\/api\/([a-z0-9-]+)/.exec(request.url ?? "")?.[1] ?? "";
    (ways[way] ?? (() => json(response, "{}", {}, 418)))(response, request);
  });
  const inside = [`127.0.0.1:${service.port}`, `127.0.0.1:${canary.port}`];
  lookUp = openLookUps({ world: { ...world, log }, inside });
  id = sure(await addService(world, system, input())).id;
});
after(async () => {
  for (const close of closers) close();
  await world.close();
});

test("a service is asked at its own address, with its headers and the key of the look-up", async () => {
  assert.deepEqual(await ask("/good/30412877?day=2026-12-01"), {
    became: "found",
    status: 200,
    body: { state: "up", modem: { seen: true } },
  });
  const asked = service.seen.at(-1);
  assert.equal(asked?.url, "/api/good/30412877?day=2026-12-01");
  const { authorization, accept, ...headers } = asked?.headers ?? {};
  assert.deepEqual([authorization, accept], [secret, "application/json"]);
  assert.deepEqual(
    [headers["x-tenant"], headers["idempotency-key"], headers["accept-encoding"]],
    ["kabel", "run-1", "identity"],
  );

  const body = { number: '30412877"}\r\nX-Evil: 1\r\n\r\n{"admin":"yes' };
  assert.equal((await ask("/good", { method: "POST", body })).became, "found");
  assert.deepEqual(JSON.parse(service.bodies.at(-1) ?? ""), body, "a value stays a value");
  assert.equal(service.seen.at(-1)?.headers["content-type"], "application/json");
  assert.equal(service.seen.at(-1)?.headers["x-evil"], undefined);

  assert.deepEqual(await ask("/nothing"), { became: "found", status: 204, body: null });
  assert.equal((await ask("/problem")).became, "found");
  assert.equal((await ask("/full")).became, "found", "256 kB and no more");
  for (const path of ["/to-itself", "/to-itself-307"]) assert.equal((await ask(path)).became, "found", path);
});

test("whatever a service does wrong is failed with its reason, or missing", async () => {
  const short = { timeoutMs: 150 };
  const cases: readonly (readonly [string, string, Partial<Looking>?])[] = [
    ["/missing", "missing"],
    ["/broken", "status"],
    ["/forbidden", "status"],
    ["/silent", "tooSlow", short],
    ["/drip", "tooSlow", short],
    ["/huge", "tooLarge"],
    ["/endless", "tooLarge"],
    ["/html", "notJson"],
    ["/json-as-text", "notJson"],
    ["/html-as-json", "notJson"],
    ["/empty", "notJson"],
    ["/not-utf8", "notJson"],
    ["/deep", "notJson"],
    ["/bomb", "notJson"],
    ["/many-headers", "unreachable"],
    ["/reset", "unreachable"],
    ["/cut-off", "unreachable"],
    ["/circle", "redirected"],
    ["/up", "redirected"],
    ["/up-by-dots", "redirected"],
    ["/out", "redirected"],
    ["/to-neighbour", "redirected"],
    ["/to-neighbour-307", "redirected"],
    ["/to-metadata", "redirected"],
    ["/to-file", "redirected"],
    ["/good/..", "badPath"],
    ["/good/..%2f..%2fadmin", "badPath"],
    [`//127.0.0.1:${0}/`, "badPath"],
    ["/good\r\nX-Evil: 1", "badPath"],
    ["/good", "unknownService", { service: "netz" }],
  ];
  for (const [path, expected, over] of cases) assert.equal(reasonOf(await ask(path, over)), expected, path);
  assert.deepEqual(await ask("/broken"), { became: "failed", status: 500, reason: "status" });
  assert.deepEqual(await ask("/missing"), { became: "missing", status: 404 });
  assert.deepEqual(canary.seen, [], "nobody else was asked, with or without the secret");
  assert.ok(!service.seen.some(({ url }) => url?.startsWith("/admin") === true));
  assert.deepEqual(await ask("/prototype"), { became: "found", status: 200, body: { state: "up" } });
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  const now = performance.now();
  assert.equal(reasonOf(await ask("/silent", { timeoutMs: 100 })), "tooSlow");
  assert.ok(performance.now() - now < 10_000, "it ends when its time is over");
});

test("a service that is off, gone, speaks no TLS we trust, or lies inside without leave", async () => {
  const set = async (over: Partial<ServiceInput>): Promise<void> =>
    void sure(await changeService(world, system, id as never, input(over)));
  await set({ on: false });
  assert.equal(reasonOf(await ask("/good")), "serviceOff");

  const certificate = selfSigned("localhost", new Date());
  const tls = await serve(
    (_request, response) => json(response, "{}"),
    (answer) => createTlsServer(certificate, answer),
  );
  const closed = await serve(() => {});
  closers.at(-1)?.();
  const openAll = openLookUps({ world, inside: ["127.0.0.1"] });
  const before = service.seen.length;
  for (const [url, expected] of [
    [`https://127.0.0.1:${tls.port}/`, "unreachable"],
    [`https://127.0.0.1:${service.port}/`, "unreachable"],
    [`http://127.0.0.1:${closed.port}/`, "unreachable"],
  ] as const) {
    await set({ url });
    assert.equal(reasonOf(await openAll(looking("/good"), "k")), expected, url);
  }
  assert.deepEqual(tls.seen, [], "nothing was said to whom nobody vouches for");

  const unknown = openLookUps({ world, inside: [], resolve: () => Promise.reject(new Error("ENOTFOUND")) });
  const inwards = openLookUps({ world, inside: [], resolve: () => Promise.resolve(["127.0.0.1"]) });
  await set({ url: `http://netz.example:${service.port}/api` });
  assert.equal(reasonOf(await unknown(looking("/good"), "k")), "unknownHost");
  assert.equal(reasonOf(await inwards(looking("/good"), "k")), "inside");
  await set({ url: `http://localhost:${service.port}/api` });
  assert.equal(reasonOf(await openLookUps({ world, inside: [`localhost:1`] })(looking("/good"), "k")), "inside");
  assert.equal(service.seen.length, before, "it was never asked");
  await set({});
});

test("a secret is in no answer, no log and no row, and opens by the centre's own secret alone", async () => {
  const echoed = await ask("/echo");
  const text = JSON.stringify(echoed);
  assert.match(text, /"x-tenant":"kabel"/);
  assert.match(text, /•••/);
  for (const [what, words] of [
    ["answer", text],
    ["log", logged.join("\n")],
    ["rows", JSON.stringify(await world.db.rows(sql`SELECT * FROM flow_service`))],
    ["events", JSON.stringify(await world.events())],
  ] as const)
    assert.ok(words.length > 2 && !words.includes("geheim"), `${what}: ${words.slice(0, 300)}`);
  assert.ok(
    !logged.join("\n").includes("30412877") && !logged.join("\n").includes("127.0.0.1"),
    "no value, no address",
  );

  const elsewhere = openLookUps({
    world: {
      ...world,
      open: () => {
        throw new Error("sealed with another secret");
      },
    },
    inside: ["127.0.0.1"],
  });
  assert.equal(reasonOf(await elsewhere(looking("/good"), "k")), "secretLost");
});
