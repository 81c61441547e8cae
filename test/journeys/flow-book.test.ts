// The book of flows: drafts that do not overwrite each other, versions that are published only when they can run, services whose secrets are never given out again.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { isRefusal } from "#contract/errors.ts";
import { flowSurroundings } from "#contract/flow-runs.ts";
import { flows, serviceInput, type ServiceInput } from "#contract/flow-endpoints.ts";
import { flowDocument, type FlowDocument } from "#contract/flows.ts";
import type { FlowId, ServiceId } from "#contract/ids.ts";
import { changeFlow, createFlow, publishFlow, removeFlow, rollBackFlow } from "#modules/flows/actions.ts";
import { addService, changeService, removeService } from "#modules/flows/actions-services.ts";
import { flowFor, flowsFor, servicesFor, versionFor } from "#modules/flows/reads.ts";
import { numbersFor } from "#modules/flows/reads-numbers.ts";
import { documentOf } from "#modules/flows/store.ts";
import { flowRoutes, type AskingWorld } from "#modules/flows/routes.ts";
import { sql } from "#platform/db/db.ts";
import { openLookUps } from "#server/look-ups.ts";
import { everything } from "#test/everything.ts";
import { addCast, openTestWorld, sure, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
});
after(() => world.close());

const code = (result: object): string =>
  isRefusal(result) ? `${result.refused} ${result.field ?? ""}`.trim() : "kept";
const both = (text: string) => ({ de: text, en: text });

/** Says hello and asks for somebody. */
const document = (hello: string, over: Partial<FlowDocument> = {}): FlowDocument =>
  flowDocument.parse({
    form: 1,
    languages: ["de", "en"],
    start: "hello",
    steps: [
      { id: "hello", do: "say", text: both(hello), next: "number" },
      {
        id: "number",
        do: "ask",
        text: both("Welche Nummer?"),
        into: "number",
        answer: { kind: "text", minLength: 2, maxLength: 9, form: "digits" },
        tries: 2,
        failed: null,
        optional: false,
        next: "look",
      },
      {
        id: "look",
        do: "lookUp",
        service: "Netz",
        method: "GET",
        path: "/lines/{number}",
        query: { zweiter: "{number}", a: "1" },
        timeoutMs: 1_000,
        takes: [],
        missing: "bye",
        failed: "bye",
        next: "bye",
      },
      { id: "bye", do: "end", text: both("Auf Wiedersehen."), solved: true },
    ],
    entries: [{ entry: { by: "button", label: both("Hallo"), order: 1 }, brandIds: [], media: [], hours: "always" }],
    restHours: 24,
    ...over,
  });
const input = (over: Partial<ServiceInput> = {}): ServiceInput => ({
  name: "Netz",
  url: "https://api.example/v1",
  headers: [
    { name: "Authorization", secret: true, value: "Bearer ganz-geheim-4711" },
    { name: "X-Tenant", secret: false, value: "kabel" },
  ],
  on: true,
  ...over,
});
let serviceId: ServiceId;
const said = async (after: number): Promise<string[]> =>
  (await world.events(after)).map(({ kind, data }) => ("what" in data ? `${kind} ${String(data.what)}` : kind));
const last = async (): Promise<number> => (await world.events()).at(-1)?.seq ?? 0;

test("a service's secret is kept sealed, stays where it was given for, and is never shown again", async () => {
  const made = sure(await addService(world, cast.omar, input()));
  serviceId = made.id;
  const shown = [
    { name: "Authorization", secret: true, value: null },
    { name: "X-Tenant", secret: false, value: "kabel" },
  ];
  assert.deepEqual(made, { ...input({ headers: shown }), id: serviceId });
  assert.deepEqual(await servicesFor(world), [made]);
  assert.ok(
    !JSON.stringify([await world.db.rows(sql`SELECT * FROM flow_service`), await world.events()]).includes("geheim"),
  );

  const change = async (over: Partial<ServiceInput>) => changeService(world, cast.omar, serviceId, input(over));
  assert.equal(code(await change({ headers: shown, url: "https://api.example/v2" })), "kept");
  assert.equal(
    code(await change({ headers: shown, url: "https://evil.example/v1" })),
    "secretElsewhere headers.0.value",
  );
  assert.equal(
    code(await change({ headers: [{ name: "Neu", secret: true, value: null }] })),
    "invalidInput headers.0.value",
  );
  assert.equal(code(await addService(world, cast.omar, input({ name: "NETZ" }))), "nameTaken name");
  assert.equal(code(await changeService(world, cast.omar, cast.anna.id as never, input())), "notFound");
  const other = sure(await addService(world, cast.omar, input({ name: "Konten" })));
  assert.equal(code(await changeService(world, cast.omar, other.id, input())), "nameTaken name");
  assert.equal(code(await removeService(world, cast.omar, other.id)), "kept");
  assert.equal(code(await removeService(world, cast.omar, other.id)), "notFound");
  sure(await change({}));
});

test("headers that are the connection's or break it, and addresses with more in them than a place, are none", () => {
  const header = (name: string, value: string) =>
    serviceInput.safeParse(input({ headers: [{ name, secret: false, value }] })).success;
  assert.ok(header("X-Api-Key", "abc ÄÖ~"));
  for (const [name, value] of [
    ["Host", "evil.example"],
    ["content-length", "0"],
    ["Transfer-Encoding", "chunked"],
    ["Connection", "close"],
    ["Idempotency-Key", "1"],
    ["X Y", "1"],
    ["X:", "1"],
    ["", "1"],
    ["X", "a\r\nX-Evil: 1"],
    ["X", "a\nb"],
    ["X", "a\u0000"],
    ["X", "€"],
  ] as const)
    assert.ok(!header(name, value), JSON.stringify([name, value]));
  const twice = ["x-a", "X-A"].map((name) => ({ name, secret: false, value: "1" }));
  assert.ok(!serviceInput.safeParse(input({ headers: twice })).success);
  for (const url of [
    "ftp://a.example/",
    "https://u:p@a.example/",
    "https://u@a.example/",
    "https://a.example/?a",
    "https://a.example/#a",
    "//a",
    "",
  ])
    assert.ok(!serviceInput.safeParse(input({ url })).success, url);
});

let id: FlowId;

test("a draft is kept for whoever looked at it last, and published only when it can run", async () => {
  const begin = await last();
  const made = sure(await createFlow(world, cast.omar, { key: "hallo", name: "Hallo", document: null }));
  id = made.id;
  assert.deepEqual([made.version, made.published, made.versions, made.draft.steps], [1, null, [], []]);
  assert.ok(made.findings.some(({ level }) => level === "error"));
  assert.equal(
    code(await createFlow(world, cast.omar, { key: "hallo", name: "Anders", document: null })),
    "nameTaken key",
  );
  const refused = await publishFlow(world, cast.omar, id, { version: 1, note: "" });
  assert.deepEqual(
    [code(refused), isRefusal(refused) && Number(refused.facts?.["count"]) > 0],
    ["flowHasErrors", true],
  );

  const draft = (hello: string, version: number, over: Partial<FlowDocument> = {}) =>
    changeFlow(world, cast.omar, id, { key: "hallo", name: "Hallo", on: true, draft: document(hello, over), version });
  // Two who saw the same: one is kept, the other is told; whoever says the same once more is not.
  const two = await Promise.all(["eins", "zwei"].map((hello) => draft(hello, 1)));
  assert.deepEqual(two.map(code).toSorted(), ["kept", "staleVersion"]);
  sure(await draft("drei", 2));
  assert.equal(sure(await draft("drei", 2)).version, 3, "the same again, whose answer was lost");
  assert.equal(code(await publishFlow(world, cast.omar, id, { version: 2, note: "" })), "staleVersion");

  // It names a service that is not connected: that is found when it is published, not when it is kept.
  const steps = document("drei").steps.map((step) => (step.do === "lookUp" ? { ...step, service: "Nirgends" } : step));
  const unknown = sure(await draft("drei", 3, { steps }));
  assert.deepEqual(
    unknown.findings.filter(({ level }) => level === "error").map(({ code: what }) => what),
    ["unknownService"],
  );
  assert.equal(code(await publishFlow(world, cast.omar, id, { version: 4, note: "" })), "flowHasErrors");
  sure(await draft("drei", 4));
  const published = sure(await publishFlow(world, cast.omar, id, { version: 5, note: "Der Anfang" }));
  const at = world.now().toISOString();
  assert.deepEqual(published.versions, [
    { number: 1, at, by: cast.omar.id, byName: cast.omar.name, note: "Der Anfang" },
  ]);
  assert.equal(published.published, 1);
  const again = sure(await publishFlow(world, cast.omar, id, { version: 5, note: "doppelt" }));
  assert.equal(again.versions.length, 1, "what runs already gets no second number");
  assert.deepEqual(await said(begin), [
    "flow.changed created",
    "flow.changed changed",
    "flow.changed changed",
    "flow.changed changed",
    "flow.changed changed",
    "flow.changed published",
  ]);
});

test("what runs stays when the draft goes on, and an older version can run again", async () => {
  const row = async () => (await flowsFor(world)).find((each) => each.id === id);
  assert.deepEqual([(await row())?.changed, (await row())?.published], [false, 1]);
  sure(
    await changeFlow(world, cast.omar, id, {
      key: "hallo",
      name: "Hallo",
      on: true,
      draft: document("vier"),
      version: 5,
    }),
  );
  assert.equal((await row())?.changed, true);
  assert.deepEqual(sure(await versionFor(world, id, 1)).document, document("drei"));
  const text = (value: unknown): string =>
    JSON.stringify(value, (key, part: unknown) => (key === "query" ? null : part));
  assert.equal(text(sure(await versionFor(world, id, 1)).document), text(document("drei")), "in the contract's order");
  sure(await publishFlow(world, cast.omar, id, { version: 6, note: "" }));
  const back = sure(await rollBackFlow(world, cast.omar, id, { number: 1 }));
  assert.deepEqual(
    [back.published, back.versions.map(({ number }) => number), back.draft],
    [1, [2, 1], document("vier")],
  );
  assert.equal((await row())?.changed, true);
  const seq = await last();
  sure(await rollBackFlow(world, cast.omar, id, { number: 1 }));
  assert.equal(await last(), seq, "it runs already");
  assert.equal(code(await rollBackFlow(world, cast.omar, id, { number: 3 })), "notFound number");
  assert.equal(code(await versionFor(world, id, 3)), "notFound");
});

test("a service that flows ask stays by its name", async () => {
  assert.equal(code(await removeService(world, cast.omar, serviceId)), "serviceUsed name");
  assert.equal(code(await changeService(world, cast.omar, serviceId, input({ name: "Anders" }))), "serviceUsed name");
  assert.equal(code(await changeService(world, cast.omar, serviceId, input({ on: false }))), "kept");
  // What runs asks it still when the draft does no more, and a draft alone is enough.
  const steps = document("fünf").steps.filter((step) => step.do === "end");
  const draft = document("fünf", { steps, start: "bye" });
  sure(await changeFlow(world, cast.omar, id, { key: "hallo", name: "Hallo", on: true, draft, version: 6 }));
  assert.equal(code(await removeService(world, cast.omar, serviceId)), "serviceUsed name");
  sure(await publishFlow(world, cast.omar, id, { version: 7, note: "" }));
  const asks = { key: "fragt", name: "Fragt", document: document("sechs") };
  const other = sure(await createFlow(world, cast.omar, asks));
  const refused = await removeService(world, cast.omar, serviceId);
  assert.deepEqual([code(refused), isRefusal(refused) && refused.facts?.["names"]], ["serviceUsed name", "Fragt"]);
  sure(await removeFlow(world, cast.omar, other.id));
});

test("checks and attempts keep nothing; an attempt is the very interpreter", async (context) => {
  const answers = createServer((_request, response) =>
    response.writeHead(200, { "content-type": "application/json" }).end('{"state":"up"}'),
  );
  await new Promise<void>((resolve) => answers.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    answers.closeAllConnections();
    answers.close();
  });
  const { port } = answers.address() as AddressInfo;
  sure(await changeService(world, cast.omar, serviceId, input({ url: `http://127.0.0.1:${port}/` })));
  const asking: AskingWorld = { ...world, lookUp: openLookUps({ world, inside: [`127.0.0.1:${port}`] }) };
  const call = (endpoint: object, given: { params?: object; body?: object }): Promise<unknown> => {
    const route = flowRoutes.find((each) => each.endpoint === endpoint) ?? assert.fail();
    const from = { who: cast.omar, remoteIp: "", sessionToken: null, requestId: "", setSession: () => {} };
    return route.handle(asking, from, { params: given.params ?? {}, query: {}, body: given.body ?? {} });
  };
  const before = await everything(world.db);
  const checked = (await call(flows.check, { body: { document: { ...document("x"), start: null } } })) as {
    findings: { code: string }[];
  };
  assert.ok(checked.findings.some(({ code: what }) => what === "noStart"));
  const surroundings = flowSurroundings.omit({ now: true }).parse({
    zone: "Europe/Berlin",
    medium: "text",
    brandId: cast.brandId,
    brand: "Elbkabel",
    open: true,
    someoneThere: true,
    opensAt: null,
    closesAt: null,
    verified: null,
    notices: [],
  });
  let state: unknown = null;
  const attempt = async (given: object): Promise<string> => {
    const body = flows.attempt.body.parse({ document: document("Moin!"), state, input: given, surroundings });
    const result = flows.attempt.result.parse(await call(flows.attempt, { body: body }));
    state = result.state;
    assert.equal(result.words.length, result.outputs.length);
    return result.words.filter((words) => words !== "").join(" | ");
  };
  assert.match(await attempt({ kind: "begin", language: "de", values: {} }), /^Moin! \| Welche Nummer\?/);
  await attempt({ kind: "answer", asked: 1, answer: { by: "words", text: "4711" } });
  assert.match(
    await attempt({ kind: "outcome", effect: 1, outcome: { of: "lookUp", became: "missing" } }),
    /Auf Wiedersehen/,
  );
  const tried = (path: string) => call(flows.tryService, { params: { id: serviceId }, body: { path } });
  assert.deepEqual(await tried("/lines/1"), {
    became: "found",
    status: 200,
    reason: null,
    body: '{\n  "state": "up"\n}',
  });
  assert.deepEqual(await tried("/../x"), { became: "failed", status: null, reason: "badPath", body: "" });
  assert.equal(await everything(world.db), before, "nothing was written");
});

test("numbers say which ways were taken, where dialogues stopped, and how they ended", async () => {
  world.setNow("2026-04-01T09:00:00.000Z");
  const run = async (
    at: string,
    version: number,
    over: string | null,
    passed: readonly (readonly [string, string, string])[],
  ) => {
    const runId = world.newId();
    await world.db.run(sql`
      INSERT INTO flow_run (id, flow_id, version, name, medium, brand_id, holder, language, state, begun_at, moved_at, ended_at, over)
      VALUES (${runId}, ${id}, ${version}, 'Hallo', ${over === "left" ? "text" : "chat"}, ${cast.brandId}, ${runId}, 'de', '{}', ${at}, ${at}, ${over === null ? null : at}, ${over})`);
    for (const [step, exit, what] of passed)
      await world.db.run(sql`
        INSERT INTO flow_passed (flow_id, version, run_id, at, step, exit, what) VALUES (${id}, ${version}, ${runId}, ${at}, ${step}, ${exit}, ${what})`);
  };
  const hello = ["hello", "next", "way"] as const;
  await run("2026-03-31T09:00:00.000Z", 2, "solved", [hello, ["number", "next", "way"]]);
  await run("2026-03-30T09:00:00.000Z", 2, "left", [hello, ["number", "", "left"]]);
  await run("2026-03-30T09:00:00.000Z", 1, "handedOver", [hello, ["number", "", "human"]]);
  await run("2026-03-30T09:00:00.000Z", 1, "callback", [hello]);
  await run("2026-02-20T09:00:00.000Z", 1, null, [hello]);
  await run("2026-02-20T09:00:00.000Z", 1, "solved", [hello]);
  const row = (await flowsFor(world)).find((each) => each.id === id);
  assert.deepEqual(
    [row?.running, row?.begun, row?.solved, row?.handedOver, row?.left],
    [1, 4, 1, 2, 1],
    "under way whenever it began, the others in the last 30 days",
  );
  assert.deepEqual(sure(await numbersFor(world, id, { days: 30 })), {
    begun: 4,
    ways: [
      { step: "hello", exit: "next", count: 4 },
      { step: "number", exit: "next", count: 1 },
    ],
    stopped: [{ step: "number", left: 1, human: 1 }],
    ended: [
      { over: "callback", medium: "chat", count: 1 },
      { over: "handedOver", medium: "chat", count: 1 },
      { over: "left", medium: "text", count: 1 },
      { over: "solved", medium: "chat", count: 1 },
    ],
  });
  const older = sure(await numbersFor(world, id, { days: 90, version: 1 }));
  assert.deepEqual([older.begun, older.ended.some(({ over }) => over === "running")], [4, true]);
  assert.equal(code(await numbersFor(world, cast.anna.id as never, { days: 30 })), "notFound");
});

test("a removed flow is gone from the book, its key is free, and what is under way has its version", async () => {
  assert.deepEqual(await removeFlow(world, cast.omar, id), { done: true });
  for (const gone of [
    await removeFlow(world, cast.omar, id),
    await flowFor(world, id),
    await versionFor(world, id, 1),
    await publishFlow(world, cast.omar, id, { version: 6, note: "" }),
    await rollBackFlow(world, cast.omar, id, { number: 2 }),
    await changeFlow(world, cast.omar, id, { key: "hallo", name: "Hallo", on: true, draft: document("x"), version: 6 }),
  ])
    assert.equal(code(gone), "notFound");
  assert.deepEqual(await flowsFor(world), []);
  assert.deepEqual(await documentOf(world.db, id, 2), document("vier"));
  const again = sure(await createFlow(world, cast.omar, { key: "hallo", name: "Hallo", document: document("neu") }));
  assert.equal(again.draft.steps.length, 4);
  sure(await removeFlow(world, cast.omar, again.id));
  assert.deepEqual(await removeService(world, cast.omar, serviceId), { done: true });
});
