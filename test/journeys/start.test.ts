// What `npm start` promises: one clear sentence when it cannot, nothing left behind when it ends, and going on after a kill.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { api } from "#contract/api.ts";
import { admin, setUpCentre } from "#test/centre.ts";
import { callRaw, signIn } from "#test/desk.ts";
import { NotUp, serverPorts, startTestServer, type ServerWish, type TestServer } from "#test/server.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "draht start "));
});
after(async () => {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** What a start that cannot succeed says, without the lines that tell what was being done. */
const refusal = async (wish: ServerWish): Promise<{ readonly code: number; readonly output: string }> => {
  try {
    const server = await startTestServer(wish);
    await server.stop();
  } catch (error) {
    assert.ok(error instanceof NotUp, String(error));
    assert.doesNotMatch(error.output, /\n {4}at /, "no stack for what an operator can mend");
    return error;
  }
  return assert.fail("it started");
};

for (const [name, which] of [
  ["PORT", "desk"],
  ["SMTP_PORT", "smtp"],
] as const) {
  test(`a busy ${name} is named, with what to do`, async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const ports = { ...(await serverPorts()), [which]: port };
    const { code, output } = await refusal({ ports });
    await new Promise((resolve) => other.close(resolve));
    assert.equal(code, 1);
    assert.match(
      output,
      new RegExp(`^${name} ${port} is busy: .+ choose another port: ${name}=${port + 10} npm start$`, "m"),
    );
  });
}

test("a data folder that cannot be one is named", async () => {
  const file = join(folder, "a file");
  await writeFile(file, "");
  const { code, output } = await refusal({ dataDir: join(file, "data") });
  assert.equal(code, 1);
  assert.match(output, /^DATA_DIR .+a file\/data cannot be made or opened: .+$/m);
});

test("a database that is not there is named", async () => {
  const { desk: closed } = await serverPorts();
  const { code, output } = await refusal({ database: `postgresql://draht:x@127.0.0.1:${closed}/draht` });
  assert.equal(code, 1);
  assert.match(output, /^The database cannot be used: .+ Check DATABASE_URL\.$/m);
});

test("wrong settings are all named at once, and nothing is started", async () => {
  const { code, output } = await refusal({ env: { READERS: "0", LOG_LEVEL: "loud" }, args: ["--fast"] });
  assert.equal(code, 2);
  assert.deepEqual(
    ["READERS", "LOG_LEVEL", '"--fast"'].filter((word) => !output.includes(word)),
    [],
  );
  assert.match(output, /Nothing was started/);
});

test("an empty centre asks for its set-up, once; Ctrl-C ends everything; the next start goes on", async (t) => {
  const dataDir = join(folder, "data");
  let server: TestServer = await startTestServer({ dataDir, args: ["--empty"] });
  t.diagnostic(`first start ${Math.round(server.startMs)} ms`);
  try {
    const open = await callRaw(server.url, api.settings.public, {});
    assert.deepEqual((open.body as { needsSetUp: boolean; demo: boolean }).needsSetUp, true);
    assert.deepEqual((open.body as { needsSetUp: boolean; demo: boolean }).demo, false);
    await setUpCentre(server.url);
    const twice = await callRaw(server.url, api.settings.setUp, {
      body: { ...admin, brandName: "Andere", language: "de" },
    });
    assert.equal(twice.status, 409);
    assert.match(server.output(), new RegExp(`Data +${dataDir}`), "a path with a space");

    assert.equal(await server.end("SIGINT"), 0);
    assert.match(server.output(), /Stopping …/);
    assert.deepEqual(await server.children("postgres"), [], "the store has ended with it");
    assert.deepEqual(await server.children("reader-child"), []);

    server = await server.again();
    t.diagnostic(`warm start ${Math.round(server.startMs)} ms`);
    await signIn(server.url, admin.email, admin.password);
    assert.doesNotMatch(server.output(), /first start|migrating/);
  } finally {
    await server.stop();
  }
});

test("after kill -9 the next start adopts the store that lived on, and a killed store is started again by itself", async () => {
  const dataDir = join(folder, "killed");
  let server = await startTestServer({ dataDir });
  try {
    await setUpCentre(server.url);
    const [store] = await server.children("postgres");
    await server.end("SIGKILL");
    assert.deepEqual((await server.children("postgres"))[0], store, "PostgreSQL outlives a killed server");
    server = await server.again();
    assert.match(server.output(), /going on with it/);
    assert.equal((await server.children("postgres"))[0], store);
    const desk = await signIn(server.url, admin.email, admin.password);
    const live = await desk.live();
    process.kill(store ?? 0, "SIGKILL");
    // The feed comes back by itself: a change made after the kill is heard on the socket that was open before.
    for (let status = 0; status !== 200;) {
      const made = await callRaw(
        server.url,
        api.agents.createTeam,
        { body: { name: "Danach" } },
        { cookie: desk.cookie, "x-csrf": desk.csrf },
      );
      status = made.status;
      assert.ok([200, 503].includes(status), `${status} ${JSON.stringify(made.body)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await live.event((event) => event.kind === "team.changed" && event.data.team.name === "Danach");
    live.close();
  } finally {
    await server.stop();
  }
});
