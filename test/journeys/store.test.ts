// The operator's own PostgreSQL: Debian's, owned by an ordinary user. The whole road runs on it, and what does not fit is said in a sentence.
// It had never been tried with any but the embedded one, and a database of another version ended the start with a stack.
import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { Client } from "pg";
import { startMailSim } from "#channels/email/sim.ts";
import { api } from "#contract/api.ts";
import type { ConcernId } from "#contract/ids.ts";
import { addMailbox, setUpCentre } from "#test/centre.ts";
import { emptyDatabase, freshDatabase } from "#test/database.ts";
import { startSystemPostgres, type SystemPostgres } from "#test/peers/postgres.ts";
import { refusal, startTestServer } from "#test/server.ts";
import { lacking } from "#tools/test/peers.ts";

const skip = lacking("postgresql");
let store: SystemPostgres;
before(async () => {
  if (skip === false) store = await startSystemPostgres();
});
after(async () => {
  if (skip === false) await store.stop();
});

const change = async (url: string, text: string): Promise<void> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
};

test("a mail comes in, is found, answered and sent on Debian's PostgreSQL", { skip }, async (t) => {
  t.diagnostic(`PostgreSQL ${store.version}`);
  assert.ok(store.version >= 15);
  const sim = await startMailSim({ dir: null, smtpPort: 0 });
  // The operator's own session settings in the address do not take away ours.
  const database = `${store.url}?options=${encodeURIComponent("-c synchronous_commit=off -c timezone=Europe/Berlin")}`;
  let server = await startTestServer({ database, env: { UNDO_SECONDS: "0" } });
  try {
    const { desk, brand } = await setUpCentre(server.url);
    const smtp = { host: "127.0.0.1", port: sim.port };
    const channel = await addMailbox(desk, brand.id, { address: "service@kabel.test", smtp });
    const live = await desk.live();
    await sim.send(
      {
        from: { name: "Karl Größmann", address: "karl@kunde.test" },
        to: [{ name: "", address: "service@kabel.test" }],
        subject: "Zielpaketzentrum",
        text: "Wo bleibt mein Paket? Seit Tagen steht es im Zielpaketzentrum.",
      },
      { host: "127.0.0.1", port: server.ports.smtp },
    );
    const created = await live.event((event) => event.kind === "concern.created");
    const id = created.concernId as ConcernId;
    for (const words of ["grossmann", "paketzentrum"]) {
      const found = await desk.call(api.search.everything, { query: { q: words } });
      assert.deepEqual(
        found.concerns.map((each) => each.row.id),
        [id],
        words,
      );
    }
    const arrives = sim.next((mail) => mail.envelope.to.includes("karl@kunde.test"), 0);
    await desk.call(api.concerns.reply, {
      params: { id },
      body: {
        channelId: channel.id,
        to: ["karl@kunde.test"],
        cc: [],
        text: "Wir fragen nach.",
        html: null,
        uploads: [],
        sendAt: null,
        statusAfter: "waiting",
        key: crypto.randomUUID(),
      },
    });
    assert.match((await arrives).text, /Wir fragen nach/);
    live.close();
    assert.equal(await server.end("SIGTERM"), 0);
    assert.deepEqual(await server.children("postgres"), [], "no embedded store was started");

    server = await server.again();
    assert.doesNotMatch(server.output(), /migrating/);
  } finally {
    await server.stop();
    await sim.stop();
  }
});

/** Speaks as much of PostgreSQL's protocol (version 3) as it takes to say that it is version 14. */
const startOldPostgres = async (): Promise<{ readonly url: string; readonly stop: () => void }> => {
  const word = (type: string, ...parts: readonly Buffer[]): Buffer => {
    const body = Buffer.concat(parts);
    const head = Buffer.alloc(5);
    head.write(type);
    head.writeInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  };
  const number = (value: number, bytes: number): Buffer => {
    const written = Buffer.alloc(bytes);
    written.writeIntBE(value, 0, bytes);
    return written;
  };
  const ready = word("Z", Buffer.from("I"));
  const column = Buffer.concat([Buffer.from("server_version_num\0"), Buffer.alloc(18)]);
  const version = Buffer.from("140012");
  const answer = Buffer.concat([
    word("T", number(1, 2), column),
    word("D", number(1, 2), number(version.length, 4), version),
    word("C", Buffer.from("SHOW\0")),
    ready,
  ]);
  const server = createServer((socket) => {
    let isGreeted = false;
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      if (!isGreeted) socket.write(Buffer.concat([word("R", number(0, 4)), ready]));
      else if (bytes.toString("latin1", 0, 1) === "Q") socket.write(answer);
      isGreeted = true;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `postgres://draht@127.0.0.1:${port}/draht`, stop: () => void server.close() };
};

test("a PostgreSQL older than 15 is refused, with what it is and what to do", async () => {
  const old = await startOldPostgres();
  try {
    const { code, output } = await refusal({ database: old.url });
    assert.equal(code, 1);
    assert.match(
      output,
      /^PostgreSQL 15 or newer is needed; this server says 14\.12\. Point DATABASE_URL at a newer one/m,
    );
  } finally {
    old.stop();
  }
});

test("a store that would lose what was acknowledged is refused", async () => {
  const database = await freshDatabase();
  const { code, output } = await refusal({ database: database.url });
  await database.drop();
  assert.equal(code, 1);
  assert.match(output, /^The database runs with fsync = off and would lose .+$/m);
});

test("a database of a newer program, or one whose migration was edited, is named", async () => {
  const database = await freshDatabase();
  await change(database.url, "INSERT INTO migration (name, hash) VALUES ('9999_later.sql', 'x')");
  const newer = await refusal({ database: database.url });
  await change(
    database.url,
    "DELETE FROM migration WHERE name LIKE '9999%'; UPDATE migration SET hash = 'x' WHERE name LIKE '0001%'",
  );
  const edited = await refusal({ database: database.url });
  await database.drop();
  assert.deepEqual([newer.code, edited.code], [1, 1]);
  assert.match(newer.output, /^The database has the migration 9999_later\.sql, which this program does not know: .+$/m);
  assert.match(edited.output, /^The migration 0001_first_road\.sql was applied in another wording\. .+$/m);
});

test("a user who may not make tables is told so", { skip }, async () => {
  const database = await emptyDatabase();
  await change(
    database.url,
    "DO $$ BEGIN CREATE ROLE guest LOGIN PASSWORD 'gast'; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
  );
  const address = new URL(database.url);
  address.username = "guest";
  address.password = "gast";
  const { code, output } = await refusal({ database: address.href });
  await database.drop();
  assert.equal(code, 1);
  assert.match(output, /^The database cannot be used: permission denied .+ Check DATABASE_URL\.$/m);
  assert.doesNotMatch(output, /gast/);
});
