// Who may do what, on every path: the matrix is made from the contract and the policy table, so that a new endpoint without a row here fails.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { startMailSim, type MailSim } from "#channels/email/sim.ts";
import { api } from "#contract/api.ts";
import { everything } from "#contract/concerns.ts";
import type { Endpoint } from "#contract/endpoint.ts";
import type { BrandId } from "#contract/ids.ts";
import { allows, permissions, type Role } from "#contract/permissions.ts";
import { openDiskFiles } from "#platform/files/disk.ts";
import { addAgent, addMailbox, agentPassword, setUpCentre } from "#test/centre.ts";
import { addChat } from "#test/chat.ts";
import { addressOf, callRaw, openLive, Refused, signIn, type Desk } from "#test/desk.ts";
import { query } from "#test/faults.ts";
import { nobodys, samples, type Facts, type Sample } from "#test/samples.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

/** Who asks. "foreign": an agent of another brand only. */
type Asker = "nobody" | "foreign" | Role;
const askers: readonly Asker[] = ["nobody", "foreign", "agent", "supervisor", "admin"];

const endpoints: readonly (readonly [string, Endpoint])[] = Object.entries(api).flatMap(([group, each]) =>
  Object.entries(each as Record<string, Endpoint>).map(([name, endpoint]) => [`${group}.${name}`, endpoint] as const),
);
/** Mounted only in the demo world. */
const demoOnly = new Set(["postbox.list", "postbox.write"]);

let server: TestServer;
let sim: MailSim;
let facts: Facts;
let otherBrand: BrandId;
const desks = new Map<Asker, Desk>();
const ids = new Map<Asker, string>();

before(async () => {
  sim = await startMailSim({ dir: null, smtpPort: 0 });
  server = await startTestServer({ env: { UNDO_SECONDS: "60" } });
  const { desk, brand } = await setUpCentre(server.url);
  const other = await desk.call(api.brands.create, { body: { name: "Andere", signature: "", language: "de" } });
  otherBrand = other.id;
  const channel = await addMailbox(desk, brand.id, {
    address: "service@kabel.test",
    smtp: { host: "127.0.0.1", port: sim.port },
  });
  const target = await addAgent(desk, { name: "Ziel", email: "ziel@kabel.test", role: "agent" });
  for (const role of ["agent", "supervisor"] as const) {
    await addAgent(desk, { name: role, email: `${role}@kabel.test`, role });
    desks.set(role, await signIn(server.url, `${role}@kabel.test`, agentPassword));
  }
  await addAgent(desk, { name: "foreign", email: "foreign@kabel.test", role: "agent", brandIds: [other.id] });
  desks.set("foreign", await signIn(server.url, "foreign@kabel.test", agentPassword));
  desks.set("admin", desk);
  for (const [asker, each] of desks) ids.set(asker, (await each.call(api.agents.me)).agent.id);
  const topic = await desk.call(api.brands.createTopic, {
    body: { parentId: null, name: "Thema", teamId: null, whenClosed: "reopen" },
  });
  const live = await desk.live();
  const door = { host: "127.0.0.1", port: server.ports.smtp };
  await sim.send(
    {
      from: { name: "Anna", address: "anna@kunde.test" },
      to: [{ name: "", address: "service@kabel.test" }],
      subject: "Bild",
      text: "Das Bild ist schwarz.",
    },
    door,
  );
  const one = await live.event((event) => event.kind === "message.added");
  await sim.send(
    {
      from: { name: "Bert", address: "bert@kunde.test" },
      to: [{ name: "", address: "service@kabel.test" }],
      subject: "Ton",
      text: "Der Ton fehlt.",
    },
    door,
  );
  const two = await live.event((event) => event.kind === "message.added" && event.concernId !== one.concernId);
  live.close();
  const opened = await desk.call(api.concerns.open, { params: { id: one.concernId ?? "" } });
  const second = await desk.call(api.concerns.open, { params: { id: two.concernId ?? "" } });
  const customer = await desk.call(api.customers.change, {
    params: { id: opened.concern.row.customerId },
    body: { organisation: "Kunde & Söhne" },
  });
  facts = {
    brandId: brand.id,
    channelId: channel.id,
    concernId: opened.concern.row.id,
    number: opened.concern.row.number,
    otherConcernId: second.concern.row.id,
    otherNumber: second.concern.row.number,
    customerId: customer.id,
    addressId: customer.addresses[0]?.id ?? "",
    messageId: opened.messages[0]?.id ?? "",
    agentId: target.id,
    me: target.id,
    topicId: topic.id,
    organisationId: customer.organisation?.id ?? "",
  };
});

after(async () => {
  await server?.stop();
  await sim?.stop();
});

const headersOf = (desk: Desk | undefined): Record<string, string> =>
  desk ? { cookie: desk.cookie, "x-csrf": desk.csrf } : {};

const call = async (
  endpoint: Endpoint,
  given: ReturnType<Sample["given"]>,
  headers: Readonly<Record<string, string>>,
) => {
  if (endpoint !== api.files.upload) return callRaw(server.url, endpoint, given, headers);
  const form = new FormData();
  form.set("file", new Blob(["Probe"]), "probe.txt");
  const response = await fetch(server.url + endpoint.path, {
    method: "POST",
    headers: { origin: server.url, ...headers },
    body: form,
  });
  return { status: response.status, body: (await response.json()) as unknown, headers: response.headers };
};

const codeOf = (body: unknown): string => (body as { error?: { code?: string } } | null)?.error?.code ?? "";

test("every endpoint has a sample here and a permission in the table, and no sample is for nothing", () => {
  assert.deepEqual(Object.keys(samples).toSorted(), endpoints.map(([name]) => name).toSorted());
  for (const [name, endpoint] of endpoints) assert.ok(endpoint.permission in permissions, name);
});

suite("the matrix", () => {
  for (const [name, endpoint] of endpoints) {
    test(`${name} (${endpoint.permission})`, async () => {
      const sample = samples[name];
      assert.ok(sample);
      for (const asker of askers) {
        // Signing out ends the session that the other rows need.
        const desk =
          asker === "nobody"
            ? undefined
            : name === "agents.signOut"
              ? await signIn(
                  server.url,
                  asker === "admin" ? "ada@kabel.test" : `${asker}@kabel.test`,
                  asker === "admin" ? "sehr-geheimes-wort" : agentPassword,
                )
              : desks.get(asker);
        const role: Role | null = asker === "nobody" ? null : asker === "foreign" ? "agent" : asker;
        const { status, body } = await call(
          endpoint,
          sample.given({ ...facts, me: ids.get(asker) ?? nobodys }),
          headersOf(desk),
        );
        const what = `${asker}: ${status} ${codeOf(body)}`;
        assert.ok(status < 500, what);
        if (demoOnly.has(name)) assert.equal(status, 404, what);
        else if (endpoint.permission !== "public" && role === null) assert.equal(codeOf(body), "notSignedIn", what);
        else if (!allows(role, endpoint.permission)) assert.equal(codeOf(body), "notAllowed", what);
        else if (asker === "foreign" && sample.scoped) {
          assert.equal(codeOf(body), "notFound", what);
          const nothing = await call(
            endpoint,
            sample.given({
              ...facts,
              me: ids.get(asker) ?? nobodys,
              brandId: nobodys,
              concernId: nobodys,
              customerId: nobodys,
              messageId: nobodys,
              number: 999_999,
            }),
            headersOf(desk),
          );
          assert.deepEqual(
            [nothing.status, codeOf(nothing.body)],
            [status, "notFound"],
            "like a thing that does not exist",
          );
        } else
          assert.ok(
            !["notSignedIn", "notAllowed"].includes(codeOf(body)) && (status === 200 || codeOf(body) !== ""),
            what,
          );
      }
    });
  }
});

suite("what changes something needs our own page behind it", () => {
  for (const [name, endpoint] of endpoints.filter(([each, { method }]) => method !== "GET" && !demoOnly.has(each))) {
    test(name, async () => {
      const desk = desks.get("admin");
      assert.ok(desk);
      const given = samples[name]?.given(facts) ?? {};
      const foreignOrigin = await call(endpoint, given, { ...headersOf(desk), origin: "https://angreifer.test" });
      assert.equal(codeOf(foreignOrigin.body), "notAllowed", "a foreign Origin");
      if (endpoint.permission === "public") return;
      for (const csrf of [undefined, "", "falsch", `${desk.csrf}x`]) {
        const answer = await call(endpoint, given, {
          cookie: desk.cookie,
          ...(csrf === undefined ? {} : { "x-csrf": csrf }),
        });
        assert.equal(codeOf(answer.body), "notAllowed", `X-Csrf ${csrf}`);
      }
    });
  }
});

test("a foreign brand's things are not in lists, views, search or among many", async () => {
  const foreign = desks.get("foreign");
  assert.ok(foreign);
  assert.deepEqual((await foreign.call(api.concerns.list, { query: { filter: JSON.stringify(everything) } })).rows, []);
  const { rows } = await foreign.call(api.concerns.rows, { query: { ids: facts.concernId } });
  assert.deepEqual(rows, [], "also when one knows its id");
  const { views } = await foreign.call(api.concerns.views);
  assert.ok(
    views.every((view) => (view.count ?? 0) === 0),
    JSON.stringify(views.map((view) => [view.key, view.count])),
  );
  const found = await foreign.call(api.search.everything, { query: { q: "Bild" } });
  assert.deepEqual([found.concerns, found.customers], [[], []]);
  const others = { params: { id: facts.concernId as never, agentId: facts.agentId as never } };
  await assert.rejects(
    desks.get("agent")?.call(api.concerns.follow, others) ?? Promise.resolve(),
    /notAllowed/,
    "only who supervises makes others follow",
  );
  const many = await foreign.call(api.concerns.changeMany, {
    body: { key: crypto.randomUUID(), ids: [facts.concernId as never], change: { priority: "urgent" } },
  });
  assert.deepEqual([many.changed.length, many.refused[0]?.code], [0, "notFound"]);
});

test("what has been removed is no target any more, not even for an administrator who knows its id", async () => {
  const admin = desks.get("admin");
  assert.ok(admin);
  const { customerId } = facts;
  const tell = { name: "Weg", parentId: null, teamId: null, whenClosed: "reopen" as const };
  const topic = await admin.call(api.brands.createTopic, { body: tell });
  const field = await admin.call(api.fields.create, {
    body: { owner: "concern", kind: "text", name: "Weg", choices: [], topicId: null },
  });
  const view = await admin.call(api.concerns.saveView, {
    body: { name: "Weg", filter: everything, share: { with: "me" } },
  });
  const { addresses } = await admin.call(api.customers.addAddress, {
    params: { id: customerId },
    body: { kind: "email", value: "weg@kunde.test" },
  });
  const addressId = addresses.find(({ value }) => value === "weg@kunde.test")?.id;
  assert.ok(addressId);
  const chat = await addChat(admin, facts.brandId as never, { origins: ["https://kabel.test"] });
  const { key } = await admin.call(api.visitors.addKey, {
    params: { id: chat.id },
    body: { name: "Weg", publicKey: null },
  });
  const ofAddress = { params: { id: customerId as never, addressId } };
  const ofKey = { params: { id: chat.id, keyId: key.id } };
  await admin.call(api.brands.removeTopic, { params: { id: topic.id } });
  await admin.call(api.fields.remove, { params: { id: field.id } });
  await admin.call(api.concerns.removeView, { params: { id: view.id } });
  await admin.call(api.customers.removeAddress, { ...ofAddress, query: {} });
  await admin.call(api.visitors.removeKey, ofKey);

  const tries: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["change a topic", () => admin.call(api.brands.changeTopic, { params: { id: topic.id }, body: tell })],
    ["remove a topic", () => admin.call(api.brands.removeTopic, { params: { id: topic.id } })],
    ["put a topic below it", () => admin.call(api.brands.createTopic, { body: { ...tell, parentId: topic.id } })],
    [
      "give a concern the topic",
      () =>
        admin.call(api.concerns.change, {
          params: { id: facts.concernId },
          body: { topicId: topic.id },
        }),
    ],
    [
      "ask a field of the topic",
      () =>
        admin.call(api.fields.create, {
          body: { owner: "concern", kind: "text", name: "Neu", choices: [], topicId: topic.id },
        }),
    ],
    [
      "change a field",
      () =>
        admin.call(api.fields.change, {
          params: { id: field.id },
          body: { name: "Da", choices: [], topicId: null },
        }),
    ],
    ["remove a field", () => admin.call(api.fields.remove, { params: { id: field.id } })],
    [
      "change a view",
      () =>
        admin.call(api.concerns.changeView, {
          params: { id: view.id },
          body: { name: "Da", filter: everything, share: { with: "me" } },
        }),
    ],
    ["remove a view", () => admin.call(api.concerns.removeView, { params: { id: view.id } })],
    ["prefer an address", () => admin.call(api.customers.changeAddress, { ...ofAddress, body: { preferred: true } })],
    ["remove an address", () => admin.call(api.customers.removeAddress, { ...ofAddress, query: {} })],
    ["remove a key", () => admin.call(api.visitors.removeKey, ofKey)],
  ];
  for (const [what, attempt] of tries)
    await assert.rejects(
      attempt(),
      (error) => error instanceof Refused && /^(notFound|unknown)/.test(error.code),
      what,
    );
  const still = await admin.call(api.concerns.open, { params: { id: facts.concernId } });
  assert.notEqual(still.concern.row.topicId, topic.id);
});

test("the live feed admits only the signed-in from our own page, and tells each only their brands", async () => {
  const status = (headers: Record<string, string>) =>
    openLive(server.url, headers, 0).then(
      (feed) => {
        feed.close();
        return 101;
      },
      (error: unknown) => (error instanceof Refused ? error.status : String(error)),
    );
  const agent = desks.get("agent");
  const foreign = desks.get("foreign");
  assert.ok(agent && foreign);
  assert.equal(await status({ origin: server.url }), 401);
  assert.equal(await status({ origin: server.url, cookie: "session=falsch" }), 401);
  assert.equal(await status({ origin: "https://angreifer.test", cookie: agent.cookie }), 403);
  assert.equal(await status({ cookie: agent.cookie }), 403);
  const [mine, theirs] = await Promise.all([agent.live(), foreign.live()]);
  await agent.call(api.concerns.saveDraft, {
    params: { id: facts.concernId, kind: "reply" },
    body: { channelId: null, to: [], cc: [], text: "geheimer Entwurf", html: null, uploads: [] },
  });
  const note = await agent.call(api.concerns.note, {
    params: { id: facts.concernId },
    body: { text: "Nur für uns", html: null, uploads: [], key: crypto.randomUUID() },
  });
  await mine.event((event) => event.kind === "message.added" && event.data.message.id === note.message.id);
  // A change that everybody may see comes after it in the one log: what the others have not got by then, they do not get.
  const team = await desks.get("admin")?.call(api.agents.createTeam, { body: { name: "Schluss" } });
  await theirs.event((event) => event.kind === "team.changed" && event.data.team.id === team?.id);
  assert.ok(theirs.events.every((event) => event.brandId !== facts.brandId && event.concernId !== facts.concernId));
  assert.ok(theirs.events.every((event) => event.kind !== "draft.changed"));
  theirs.say({ type: "look", concernId: facts.concernId as never, state: "viewing" });
  mine.say({ type: "look", concernId: facts.concernId as never, state: "viewing" });
  const looks = await mine.word((word) => word.type === "looks");
  assert.ok(looks.type === "looks" && looks.looks.length === 1, "who may not see a concern is not seen in it");
  mine.close();
  theirs.close();
});

test("frames, originals and files answer nobody without right", async () => {
  const desk = desks.get("agent");
  const foreign = desks.get("foreign");
  assert.ok(desk && foreign);
  const message = await desk.call(api.concerns.message, { params: { id: facts.messageId } });
  const status = async (path: string, cookie?: string) =>
    (await fetch(server.url + path, { headers: cookie === undefined ? {} : { cookie } })).status;
  const frame = `/frames/${facts.messageId}`;
  assert.equal(await status(frame), 404);
  assert.equal(await status(frame, foreign.cookie), 404);
  const original = message.rawUrl ?? "";
  assert.equal(original, `/originals/${facts.messageId}`);
  assert.equal(await status(original), 404);
  assert.equal(await status(original, foreign.cookie), 404);
  const sent = await fetch(server.url + original, { headers: { cookie: desk.cookie }, redirect: "manual" });
  const path = sent.headers.get("location") ?? "";
  assert.equal(await status(path), 200, "a signed address works by itself");
  for (const at of [10, 20, path.length - 3]) {
    const changed = path.slice(0, at) + (path[at] === "A" ? "B" : "A") + path.slice(at + 1);
    assert.equal(await status(changed), 404, changed);
  }
});

test("a recording is heard by who may see its brand, from any place, and by nobody else", async () => {
  const bytes = Uint8Array.from({ length: 1_000 }, (_, n) => n % 251);
  const { hash } = await openDiskFiles(join(server.dataDir, "files")).put(bytes);
  const [callId, id] = [crypto.randomUUID(), crypto.randomUUID()];
  await query(
    await server.databaseUrl(),
    `INSERT INTO call (id, channel_id, brand_id, direction, started_at, ended_at, end_as, record, version)
     VALUES ('${callId}', '${facts.channelId}', '${facts.brandId}', 'in', now(), now(), 'talked', '{"brandId": "${facts.brandId}"}', 1);
     INSERT INTO call_recording (id, call_id, kind, state, started_at, seconds, hash, size_bytes, pauses)
     VALUES ('${id}', '${callId}', 'call', 'kept', now(), 1, '${hash}', ${bytes.length}, '[]')`,
  );
  const hears = (cookie?: string, range?: string) =>
    fetch(`${server.url}/api/recordings/${id}`, {
      headers: { ...(cookie === undefined ? {} : { cookie }), ...(range === undefined ? {} : { range }) },
    });
  const mine = desks.get("agent")?.cookie;
  assert.deepEqual([(await hears()).status, (await hears(desks.get("foreign")?.cookie)).status], [404, 404]);
  const whole = await hears(mine);
  assert.deepEqual([whole.status, whole.headers.get("content-type")], [200, "audio/wav"]);
  assert.deepEqual(new Uint8Array(await whole.arrayBuffer()), bytes);
  const part = await hears(mine, "bytes=300-399");
  assert.deepEqual([part.status, part.headers.get("content-range")], [206, "bytes 300-399/1000"]);
  assert.deepEqual(new Uint8Array(await part.arrayBuffer()), bytes.subarray(300, 400));
  assert.equal((await hears(mine, "bytes=1000-")).status, 416);
});

// The addresses of files are signed, since what a frame fetches brings no cookie. They worked for twelve hours, whatever became of whom they were made for.
test("taking access away ends what is open: session, live feed and the addresses of files; so does signing out", async () => {
  const admin = desks.get("admin");
  assert.ok(admin);
  const made = await addAgent(admin, { name: "Kurz", email: "kurz@kabel.test", role: "agent" });
  let desk = await signIn(server.url, "kurz@kabel.test", agentPassword);
  let live = await desk.live();
  await live.word((word) => word.type === "events");
  const addressFor = async (cookie: string): Promise<string> => {
    const sent = await fetch(`${server.url}/originals/${facts.messageId}`, { headers: { cookie }, redirect: "manual" });
    return sent.headers.get("location") ?? "";
  };
  const given = async (path: string): Promise<number> => (await fetch(server.url + path)).status;
  const change = (to: { readonly active?: boolean; readonly brandIds?: BrandId[] }) =>
    admin.call(api.agents.change, {
      params: { id: made.id },
      body: {
        name: "Kurz",
        handle: "kurz",
        email: "kurz@kabel.test",
        role: "agent",
        active: true,
        teamIds: [],
        brandIds: [],
        password: null,
        ...to,
      },
    });
  const first = await addressFor(desk.cookie);
  assert.equal(await given(first), 200);
  await desk.call(api.agents.signOut);
  assert.equal(await given(first), 404, "signed out");
  desk = await signIn(server.url, "kurz@kabel.test", agentPassword);
  const second = await addressFor(desk.cookie);
  assert.equal(await given(second), 200);
  await change({ brandIds: [otherBrand] });
  desk = await signIn(server.url, "kurz@kabel.test", agentPassword);
  assert.equal(await given(second), 404, "signed in again, for another brand");
  await change({ brandIds: [] });
  desk = await signIn(server.url, "kurz@kabel.test", agentPassword);
  assert.equal(await given(second), 200, "back");
  live = await desk.live();
  await live.word((word) => word.type === "events");
  await change({ active: false });
  assert.equal(await live.closed, 4401);
  assert.equal(await given(second), 404, "dismissed");
  assert.equal((await callRaw(server.url, api.agents.me, {}, { cookie: desk.cookie })).status, 401);
  await assert.rejects(signIn(server.url, "kurz@kabel.test", agentPassword), /wrongCredentials/);
  assert.equal(addressOf(api.concerns.message, { params: { id: "a/b" } }), "/api/messages/a%2Fb");
});
