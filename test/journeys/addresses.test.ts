// Every address the server answers at, asked of the server itself: those of the contract name their permission and stand in the matrix
// (authorisation.test.ts); each other one stands here with what somebody without a session gets there. One more makes this fail.
import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { FastifyInstance, RouteOptions } from "fastify";
import { after, before, test } from "node:test";
import { api } from "#contract/api.ts";
import type { Endpoint } from "#contract/endpoint.ts";
import { memoryBus } from "#platform/live/bus.ts";
import { createMetrics } from "#platform/metrics.ts";
import { createApp, type App } from "#server/app.ts";
import { readConfig } from "#server/config.ts";
import { openFlowGround } from "#server/flow-ground.ts";
import { openCallsHeld } from "#server/calls-start.ts";
import { connectChannels } from "#server/connected.ts";
import { openCalendarFetch } from "#server/calendars.ts";
import { openLookUps } from "#server/look-ups.ts";
import { openTestWorld, type TestWorld } from "#test/world.ts";

const chatFile = "/chat/0195d1f0-0000-7000-8000-000000000000/files/0195d1f0-0000-7000-8000-000000000001";

/** What is no endpoint of the contract: an address of each, and what nobody gets there. */
const others: Readonly<Record<string, readonly [path: string, status: number]>> = {
  "GET /api/openapi.json": ["/api/openapi.json", 200],
  "GET /healthz": ["/healthz", 200],
  "GET /readyz": ["/readyz", 200],
  // To this machine alone, unless it speaks for somebody else.
  "GET /metrics": ["/metrics", 404],
  "GET /frames/:id": ["/frames/0195d1f0-0000-7000-8000-000000000000", 404],
  "GET /originals/:id": ["/originals/0195d1f0-0000-7000-8000-000000000000", 404],
  // For engines of voices on this machine and in its network, by a mark that nobody can make (server/speech-door.test.ts).
  "GET /sounds/:file": [`/sounds/${"0".repeat(64)}-${"a".repeat(26)}.wav`, 404],
  // By the session of who may see the call (authorisation.test.ts).
  "GET /api/recordings/:id": ["/api/recordings/0195d1f0-0000-7000-8000-000000000000", 404],
  "GET /post/:id": ["/post/1", 404],
  "GET /files/:token": ["/files/a.b", 404],
  "GET /remote-image/:token": ["/remote-image/a.b", 404],
  "GET /chat/:id": ["/chat/0195d1f0-0000-7000-8000-000000000000", 404],
  // A visitor's files: of a channel that is there only pages it names, with their visitor's token (chat-files.test.ts).
  "OPTIONS /chat/:id/files/:file": [chatFile, 404],
  "POST /chat/:id/files/:file": [chatFile, 404],
  "GET /chat/:id/files/:file": [chatFile, 404],
  // A customer's rating: only by the signed link of their own question (ratings.test.ts).
  "GET /rating/:token": ["/rating/a.b", 404],
  "POST /rating/:token": ["/rating/a.b", 404],
  // How a chat looks and when it greets, for the pages that carry it: says nothing of anybody (chat-form.test.ts).
  "GET /chat/:id/site.json": ["/chat/0195d1f0-0000-7000-8000-000000000000/site.json", 404],
  "GET /chat/:id/greetings/:greeting": ["/chat/0195d1f0-0000-7000-8000-000000000000/greetings/none", 404],
  // Customers' pages: of a brand that is there anybody; a dialogue only whoever holds its token, by forms alone (portal.test.ts).
  "GET /help/go/:link": ["/help/go/none", 404],
  "POST /help/go/:link": ["/help/go/none", 404],
  "GET /help/:brand": ["/help/none", 404],
  "GET /help/:brand/": ["/help/none/", 404],
  "GET /help/:brand/call": ["/help/none/call", 404],
  "GET /w": ["/w", 200],
  "POST /w": ["/w", 415],
  "GET /w/:word": ["/w/aaaaaaaaaaaaaaaaaaaaaaaaaa", 404],
  "GET /w/:word/callback": ["/w/aaaaaaaaaaaaaaaaaaaaaaaaaa/callback", 404],
  "GET /w/:word/mail": ["/w/aaaaaaaaaaaaaaaaaaaaaaaaaa/mail", 404],
  "POST /w/:word/callback": ["/w/aaaaaaaaaaaaaaaaaaaaaaaaaa/callback", 415],
  "POST /w/:word/mail": ["/w/aaaaaaaaaaaaaaaaaaaaaaaaaa/mail", 415],
  "POST /w/:word/chat": ["/w/aaaaaaaaaaaaaaaaaaaaaaaaaa/chat", 415],
  "POST /w/:word/withdraw": ["/w/aaaaaaaaaaaaaaaaaaaaaaaaaa/withdraw", 415],
  "OPTIONS /call/:id/site.json": ["/call/none/site.json", 404],
  "OPTIONS /call/:id/calls": ["/call/none/calls", 404],
  "OPTIONS /call/:id/calls/:call": ["/call/none/calls/0195d1f0-0000-7000-8000-000000000000", 404],
  "OPTIONS /call/:id/calls/:call/:what": ["/call/none/calls/0195d1f0-0000-7000-8000-000000000000/offer", 404],
  "GET /call/:id/site.json": ["/call/none/site.json", 404],
  "POST /call/:id/calls": ["/call/none/calls", 404],
  "GET /call/:id/calls/:call": ["/call/none/calls/0195d1f0-0000-7000-8000-000000000000", 404],
  "POST /call/:id/calls/:call/wishes": ["/call/none/calls/0195d1f0-0000-7000-8000-000000000000/wishes", 404],
  "POST /call/:id/calls/:call/offer": ["/call/none/calls/0195d1f0-0000-7000-8000-000000000000/offer", 404],
  "GET /help/:brand/:flow": ["/help/none/none", 404],
  "POST /help/:brand/:flow": ["/help/none/none", 415],
  "GET /help/:brand/:flow/:run": ["/help/none/none/0195d1f0-0000-7000-8000-000000000000", 404],
  "POST /help/:brand/:flow/:run": ["/help/none/none/0195d1f0-0000-7000-8000-000000000000", 404],
  "GET /assets/*": ["/assets/none.js", 404],
  "GET /widget/*": ["/widget/none.js", 404],
  "GET /*": ["/none.js", 404],
};
/** Of the demo world alone; its own test asks for them. */
const demoOnly: ReadonlySet<string> = new Set(["GET /api/postbox", "POST /api/postbox"]);
/** Where sockets are opened; each admits its own (authorisation.test.ts, chat.test.ts, sip-socket.test.ts). */
const sockets: readonly string[] = ["/chat", "/live", "/phone/sip"];

const built = ["../../dist/web", "../../dist/widget"].map((path) => fileURLToPath(new URL(path, import.meta.url)));
const contract: ReadonlySet<string> = new Set(
  Object.values(api).flatMap((group) =>
    Object.values(group as Record<string, Endpoint>).map(({ method, path }) => `${method} ${path}`),
  ),
);

/** Those of the addresses that stand nowhere. A file of the built pages is for everybody. */
const strangers = (addresses: readonly string[]): readonly string[] =>
  addresses.filter((address) => {
    const [method = "", path = ""] = address.split(" ");
    const isFile = method === "GET" && !path.includes("*") && built.some((folder) => existsSync(folder + path));
    // The pages' style sheets, and the program of the second screen, by what is in them.
    const isStyle = method === "GET" && /^\/help\/style\/[0-9a-f]{12}-(?:(?:tokens|portal)\.css|live\.js)$/.test(path);
    return !contract.has(address) && !Object.hasOwn(others, address) && !isFile && !isStyle;
  });

let world: TestWorld;
let app: App;
const addresses: string[] = [];

/** Fastify tells of each server that is made; this one is asked for its routes as they are mounted. */
const listen = (message: unknown): void => {
  const { fastify } = message as { readonly fastify: FastifyInstance };
  fastify.addHook("onRoute", ({ method, url }: RouteOptions) => {
    // Each GET is answered at HEAD as well, by the same handler.
    for (const each of [method].flat()) if (each !== "HEAD") addresses.push(`${each} ${url}`);
  });
};

before(async () => {
  world = await openTestWorld();
  const read = readConfig({ PORT: "0", PUBLIC_URL: "http://localhost" }, ["--empty"]);
  assert.ok("config" in read);
  subscribe("fastify.initialization", listen);
  app = await createApp({
    config: { ...read.config, publicUrl: "http://localhost" },
    world,
    bus: memoryBus(),
    node: "addresses",
    connected: await connectChannels(world),
    metrics: createMetrics({ withProcess: false }),
    demo: null,
    flowGround: openFlowGround(world),
    calls: openCallsHeld(),
    speech: { sound: () => Promise.reject(new Error("there is no sound here")) },
    version: "0",
    away: () => false,
    lookUp: openLookUps({ world, inside: [] }),
    fetchCalendar: openCalendarFetch({ inside: [] }),
    missing: () => Promise.resolve([]),
  });
  unsubscribe("fastify.initialization", listen);
});
after(async () => {
  await app?.close();
  await world?.close();
});

test("an address stands in the contract with its permission, or here; and one that stands nowhere is noticed", () => {
  assert.ok(addresses.length > 60, `${addresses.length} addresses`);
  assert.deepEqual(strangers(addresses), []);
  assert.deepEqual(strangers([...addresses, "GET /api/secrets", "POST /healthz"]), [
    "GET /api/secrets",
    "POST /healthz",
  ]);
  const absent = [...contract].filter((each) => !addresses.includes(each) && !demoOnly.has(each));
  assert.deepEqual(absent, [], "of the contract, and not mounted");
});

test("nobody without a session gets anything at the others but what is everybody's", async () => {
  for (const [name, [path, status]] of Object.entries(others)) {
    if (!addresses.includes(name)) continue;
    const answer = await fetch(`http://127.0.0.1:${app.port}${path}`, {
      method: name.split(" ")[0] ?? "GET",
      headers: { "x-forwarded-for": "203.0.113.9" },
    });
    assert.equal(answer.status, status, name);
    assert.match(answer.headers.get("content-security-policy") ?? "", /default-src/, `${name} carries a policy`);
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff", name);
  }
});

test("sockets open at their addresses alone, and the source opens no others", () => {
  const source = readFileSync(new URL("../../server/app.ts", import.meta.url), "utf8");
  assert.deepEqual([...source.matchAll(/onUpgrade\("([^"]+)"/g)].map(([, path]) => path ?? "").toSorted(), sockets);
  assert.equal(source.split("onUpgrade(").length - 1, sockets.length, "each is named where it is opened");
});
