// A stranger adds a channel: its folder, its words, and a line in each of two lists. A copy of the tree gets exactly that and nothing else, and
// is then judged as this tree is: types, laws, the suite of every channel; and it runs, so that a pigeon becomes a concern and is answered.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { api } from "#contract/api.ts";
import { setUpCentre } from "#test/centre.ts";
import { type Keeper, startKeeper } from "#test/pigeon/sim.ts";
import { startTestServer, type TestServer } from "#test/server.ts";
import { copyTree, type TreeCopy } from "#test/tree.ts";

const token = "tauben-geheim-55";
let copy: TreeCopy | null = null;
let tree = "";
let keeper: Keeper;
let server: TestServer | null = null;

const words = {
  de: {
    name: "Brieftaube",
    loft: { label: "Schlag", hint: "Der Name, unter dem Kunden uns Tauben schicken." },
    url: { label: "Adresse des Taubenwarts", hint: "Zum Beispiel https://warte.example.org/." },
    token: { label: "Schlüssel", hint: "Gibt der Taubenwart aus." },
  },
  en: {
    name: "Carrier pigeon",
    loft: { label: "Loft", hint: "The name under which customers send us pigeons." },
    url: { label: "Address of the keeper", hint: "For example https://keeper.example.org/." },
    token: { label: "Key", hint: "The keeper gives it out." },
  },
};

before(async () => {
  copy = await copyTree("pigeon");
  const { change } = copy;
  tree = copy.path;
  // The recipe of CONTRIBUTING.md.
  await cp(join(tree, "test/pigeon"), join(tree, "channels/pigeon"), { recursive: true });
  await rename(join(tree, "channels/pigeon/pigeon.suite.ts"), join(tree, "channels/pigeon/pigeon.test.ts"));
  await change("contract/channel.ts", (text) =>
    text.replace('const kinds = { email: "email",', 'const kinds = { pigeon: "app", email: "email",'),
  );
  await change("channels/index.ts", (text) =>
    text
      .replace("= { email,", "= { pigeon: pigeonChannel, email,")
      .replace(/(import \{ email \}[^\n]*\n)/, '$1import { pigeonChannel } from "#channels/pigeon/index.ts";\n'),
  );
  for (const language of ["de", "en"] as const)
    await change(`locales/${language}.json`, (text) => {
      const all = JSON.parse(text) as { channels: Record<string, unknown> };
      all.channels["pigeon"] = words[language];
      return `${JSON.stringify(all, null, 2)}\n`;
    });
  keeper = await startKeeper(token);
});
after(async () => {
  await server?.stop();
  await keeper?.stop();
  await copy?.remove();
});

/** Runs a program of the copy; rejects with what it said when it fails. */
const run = (args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const { NODE_TEST_CONTEXT: _runner, ...env } = process.env;
    const child = spawn(process.execPath, args, { cwd: tree, env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(said) : reject(new Error(`${args.join(" ")}: ${said}`))));
  });

test("the types fit, from the door to the desk", { timeout: 400_000 }, async () => {
  const build = join(tree, "build.tsbuildinfo");
  await run([join(tree, "node_modules/typescript/bin/tsc"), "-p", tree, "--tsBuildInfoFile", build]);
  await rm(build, { force: true });
});

test("the laws hold, and the suite of every channel passes", { timeout: 300_000 }, async () => {
  const said = await run(["--test", "--test-reporter=tap", "test/laws/laws.test.ts", "channels/pigeon/pigeon.test.ts"]);
  assert.match(said, /pigeon: what is sent arrives/);
  assert.match(said, /# fail 0\n/);
});

test("a pigeon becomes a concern, and the answer flies back", { timeout: 300_000 }, async () => {
  server = await startTestServer({ tree, env: { UNDO_SECONDS: "0" } });
  const { desk, brand } = await setUpCentre(server.url);
  const live = await desk.live();
  const kinds = await desk.call(api.brands.channelKinds);
  assert.deepEqual(
    kinds.find(({ kind }) => (kind as string) === "pigeon")?.fields.map(({ name, kind }) => [name, kind]),
    [
      ["loft", "text"],
      ["url", "text"],
      ["token", "secret"],
    ],
    "the form draws itself",
  );
  const channel = await desk.call(api.brands.addChannel, {
    body: {
      brandId: brand.id,
      kind: "pigeon" as never,
      name: "Tauben",
      enabled: true,
      settings: { loft: "Schlag Nord", url: keeper.url, token },
    },
  });
  assert.deepEqual([channel.address, channel.canSend], ["Schlag Nord", true]);
  const kept = await desk.call(api.brands.channelSettings, { params: { id: channel.id } });
  assert.equal(kept.settings["token"], null, "a secret is never sent back");

  keeper.land({
    mark: "k-1",
    from: "Dachboden 3",
    name: "Anna Berg",
    text: "Kein Bild seit heute früh.",
    answers: null,
  });
  const opened = await live.event(({ kind }) => kind === "concern.created");
  const id = opened.concernId;
  assert.ok(id);
  const seen = await desk.call(api.concerns.open, { params: { id } });
  assert.equal(seen.concern.row.customerName, "Anna Berg");
  const [way] = seen.ways;
  assert.deepEqual([way?.channelKind, way?.value, way?.blocked], ["pigeon", "Dachboden 3", null]);

  const text = `Wir sehen nach.\n${"ä".repeat(600)}`;
  await desk.call(api.concerns.reply, {
    params: { id },
    body: {
      channelId: channel.id,
      to: ["Dachboden 3"],
      cc: [],
      text,
      html: null,
      uploads: [],
      sendAt: null,
      below: { signature: "", quote: null },
      statusAfter: "waiting",
      key: crypto.randomUUID(),
    },
  });
  const flown = await keeper.flownUntil(2);
  assert.equal(
    flown
      .map((each) => each.text)
      .join("")
      .trim(),
    text,
    "cut into two, nothing lost",
  );
  assert.equal(flown[0]?.answers, "k-1");

  keeper.land({ mark: "k-2", from: "Dachboden 3", name: null, text: "Danke!", answers: flown[1]?.mark });
  await live.event(
    (event) => event.kind === "message.added" && event.data.message.direction === "in" && event.data.message.seq > 1,
  );
  const after = await desk.call(api.concerns.open, { params: { id } });
  assert.deepEqual(
    after.messages.map(({ direction, text: said }) => [direction, said.slice(0, 6)]),
    [
      ["in", "Kein B"],
      ["out", "Wir se"],
      ["in", "Danke!"],
    ],
  );
  live.close();
});
