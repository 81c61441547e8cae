// What `npm start` promises: one clear sentence when it cannot, nothing left behind when it ends, and going on after a kill.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { selfSigned } from "#platform/certificate.ts";
import { api } from "#contract/api.ts";
import { StartProblem } from "#server/problem.ts";
import { opening } from "#server/starting.ts";
import { admin, setUpCentre } from "#test/centre.ts";
import { callRaw, signIn } from "#test/desk.ts";
import { refusal, serverPorts, startTestServer, type TestServer } from "#test/server.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "draht start "));
});
after(async () => {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

for (const [name, which] of [
  ["PORT", "desk"],
  ["SMTP_PORT", "smtp"],
  ["POST_PORT", "post"],
] as const) {
  test(`a busy ${name} is named, with what to do`, async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const ports = { ...(await serverPorts()), [which]: port };
    const { code, output } = await refusal({ ports, args: ["--demo"] });
    await new Promise((resolve) => other.close(resolve));
    assert.equal(code, 1);
    assert.match(
      output,
      new RegExp(`^${name} ${port} is busy: .+ choose another port: ${name}=${port + 10} npm start$`, "m"),
    );
  });
}

test("what came between the look and the opening is named as well", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as AddressInfo;
  const open = async (): Promise<void> => {
    const late = createServer();
    late.listen(port, "127.0.0.1");
    await once(late, "listening");
  };
  await assert.rejects(opening("POST_PORT", "127.0.0.1", port, open), (error) => {
    assert.ok(error instanceof StartProblem);
    assert.match(error.message, new RegExp(`^POST_PORT ${port} is busy: `));
    return true;
  });
  await new Promise((resolve) => other.close(resolve));
  const bug = new TypeError("a fault of ours");
  await assert.rejects(
    opening("POST_PORT", "127.0.0.1", port, () => Promise.reject(bug)),
    bug,
  );
});

test("certificate files that are not there, no PEM, or do not belong together are named", async () => {
  const tls = { SMTP_TLS_CERT: join(folder, "own.crt"), SMTP_TLS_KEY: join(folder, "own.key") };
  const [one, two] = [selfSigned("mx.kabel.test", new Date()), selfSigned("mx.kabel.test", new Date())];
  const missing = await refusal({ env: tls });
  assert.match(missing.output, /^SMTP_TLS_KEY .+own\.key cannot be read: .+$/m);
  await writeFile(tls.SMTP_TLS_KEY, "no key");
  await writeFile(tls.SMTP_TLS_CERT, one.cert);
  const wrong = await refusal({ env: tls });
  assert.match(wrong.output, /^SMTP_TLS_CERT .+ and SMTP_TLS_KEY .+ cannot be used: .+ belong together\.$/m);
  await writeFile(tls.SMTP_TLS_KEY, two.key);
  const foreign = await refusal({ env: tls });
  assert.match(foreign.output, /^SMTP_TLS_CERT .+ cannot be used: .+$/m);
  assert.deepEqual([missing.code, wrong.code, foreign.code], [1, 1, 1]);
});

test("the block says where everything really is", async () => {
  const ports = { desk: 0, smtp: 0, post: 0 };
  const server = await startTestServer({ ports, env: { SMTP_HOST: "127.0.0.2" } });
  try {
    const [, desk = ""] = /Desk +(http:\/\/localhost:[1-9]\d+)$/m.exec(server.output()) ?? [];
    assert.equal(await (await fetch(`${desk}/healthz`)).text(), "ok\n");
    const [, port = ""] = /SMTP door +127\.0\.0\.2:([1-9]\d+)$/m.exec(server.output()) ?? [];
    const socket = connect(Number(port), "127.0.0.2");
    const [greeting] = (await once(socket, "data")) as [Buffer];
    assert.match(greeting.toString("utf8"), /^220 /);
    socket.destroy();
  } finally {
    await server.stop();
  }
});

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
  let server: TestServer = await startTestServer({ dataDir, args: ["--empty"], makesStore: true });
  t.diagnostic(`first start ${Math.round(server.startMs)} ms`);
  try {
    const open = await callRaw(server.url, api.settings.public, {});
    assert.deepEqual((open.body as { needsSetUp: boolean; demo: boolean }).needsSetUp, true);
    assert.deepEqual((open.body as { needsSetUp: boolean; demo: boolean }).demo, false);
    assert.match(server.output(), /first start[^]*migrating: \w+\.sql/, "it made its store itself");
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
    // The feed comes back by itself: a change made after the kill is heard on the socket that was open before. A call that
    // was answered 503 may have been done all the same (its answer died with the store), so every try makes another team.
    let name = "";
    for (let [status, tries] = [0, 0]; status !== 200; tries += 1) {
      name = `Danach ${tries}`;
      const made = await callRaw(
        server.url,
        api.agents.createTeam,
        { body: { name } },
        { cookie: desk.cookie, "x-csrf": desk.csrf },
      );
      status = made.status;
      assert.ok([200, 503].includes(status), `${status} ${JSON.stringify(made.body)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await live.event((event) => event.kind === "team.changed" && event.data.team.name === name);
    live.close();
  } finally {
    await server.stop();
  }
});
