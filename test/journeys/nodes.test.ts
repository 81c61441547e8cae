// Four server processes on one PostgreSQL: what one of them promises holds over all of them.
// BURSTS=500 node test/journeys/nodes.test.ts makes the bursts five hundred times and says how many made one concern.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { api } from "#contract/api.ts";
import { admin } from "#test/centre.ts";
import { callRaw } from "#test/desk.ts";
import { cleaners, handOver, letter, service } from "#test/faults.ts";
import { startNodes, type Nodes } from "#test/nodes.ts";
import type { TestServer } from "#test/server.ts";

const bursts = Number(process.env["BURSTS"] ?? "40");
const mailsOfOne = 50;
const withinMs = 200;

let nodes: Nodes;
let database: Client;

before(async () => {
  nodes = await startNodes(4);
  database = new Client({ connectionString: nodes.databaseUrl });
  await database.connect();
  cleaners.push(() => database.end());
});

/** What there is of one sender. */
interface Made {
  readonly customers: number;
  readonly concerns: number;
  readonly messages: number;
  readonly places: readonly number[];
}

const madeOf = async (address: string): Promise<Made> => {
  const { rows } = await database.query<Made>(
    `SELECT (SELECT count(DISTINCT customer_id) FROM address WHERE kind = 'email' AND norm = $1)::int AS customers, count(DISTINCT p.concern_id)::int AS concerns,
            count(m.id)::int AS messages, coalesce(array_agg(m.seq ORDER BY m.seq) FILTER (WHERE m.id IS NOT NULL), '{}') AS places
       FROM party p LEFT JOIN message m ON m.concern_id = p.concern_id WHERE p.kind = 'email' AND p.norm = $1`,
    [address],
  );
  return rows[0] ?? { customers: 0, concerns: 0, messages: 0, places: [] };
};

test(
  `P3: fifty mails of a new customer within 200 ms, spread over four processes, make one concern; ${bursts} times`,
  { timeout: 120_000 + bursts * 16_000 },
  async (t) => {
    const ports = nodes.servers.map((server) => server.ports.smtp);
    const wrong: string[] = [];
    let one = 0;
    let late = 0;
    // A burst that the machine could not begin in time is judged like the others, but not counted.
    for (let round = 0; one + wrong.length < bursts && round < 1.5 * bursts; round += 1) {
      const address = `schwall${round}@kunde.test`;
      const begun: number[] = [];
      await Promise.all(
        Array.from({ length: mailsOfOne }, async (_, n) => {
          // Nobody sends to the beat: the moments differ from round to round.
          await pause(Math.random() * withinMs * 0.75);
          begun.push(performance.now());
          await handOver(ports[n % ports.length] ?? 0, letter(`s-${round}-${n}-x`, address, null), address);
        }),
      );
      const inTime = Math.max(...begun) - Math.min(...begun) <= withinMs;
      let made = await madeOf(address);
      while (made.messages < mailsOfOne) {
        await pause(10);
        made = await madeOf(address);
      }
      const places = made.places.every((place, index) => place === index + 1);
      if (made.customers === 1 && made.concerns === 1 && made.messages === mailsOfOne && places) {
        one += inTime ? 1 : 0;
        late += inTime ? 0 : 1;
      } else wrong.push(`${address}: ${JSON.stringify(made)}`);
    }
    t.diagnostic(`${one} of ${bursts} bursts made one concern; so did ${late} that took longer to begin`);
    assert.deepEqual(wrong, []);
    assert.ok(one + late >= bursts);
  },
);

test("guesses at a password count over all processes", async () => {
  const [one, two, three, four] = nodes.servers;
  assert.ok(one && two && three && four);
  const enter = (server: TestServer, email: string, password: string) =>
    callRaw(server.url, api.agents.signIn, { body: { email, password } });
  const guesses = async (): Promise<readonly number[]> =>
    (
      await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          enter(nodes.servers[n % 4] ?? one, "niemand@kabel.test", "geraten geraten"),
        ),
      )
    ).map(({ status, headers }) => {
      assert.ok(status === 401 || (status === 429 && Number(headers.get("retry-after")) >= 1), `${status}`);
      return status;
    });
  // Five are free; each further one costs twice the wait, so that soon nobody of twenty at once gets through, whichever process they ask.
  let checked = 0;
  for (let now = -1; now !== 0; checked += now) now = (await guesses()).filter((status) => status === 401).length;
  assert.ok(checked >= 5 && checked <= 10, `${checked} guesses were checked`);
  // Somebody else at the same address is not held up.
  assert.equal((await enter(two, admin.email, admin.password)).status, 200);
});

/** The same mail as it comes by different roads: other hosts in Received, and the text in the transfer encoding that one of them wanted. */
const copyOf = (mark: string, road: number): Buffer => {
  const text = `Text ${mark} für Größmann & Söhne – ${"x".repeat(70)}=\r\n`.repeat(3);
  const [encoding, body] = [
    ["8bit", text],
    ["base64", `${Buffer.from(text).toString("base64").replace(/.{76}/g, "$&\r\n")}\r\n`],
    ["quoted-printable", quoted(text)],
  ][road % 3] as [string, string];
  return Buffer.from(
    `Received: from weg${road}.test by mx${road}.test; Mon, 23 Nov 2026 10:00:0${road} +0100\r\nFrom: ${mark}@kunde.test\r\nTo: ${service}\r\nSubject: Mehrfach ${mark}\r\nDate: Mon, 23 Nov 2026 10:00:00 +0100\r\nMessage-ID: <${mark}@kunde.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}`,
  );
};

const quoted = (text: string): string =>
  [...Buffer.from(text.replaceAll("\r\n", "\n"))]
    .map((byte) =>
      byte === 0x0a
        ? "\r\n"
        : byte > 126 || byte < 32 || byte === 0x3d
          ? `=${byte.toString(16).toUpperCase().padStart(2, "0")}`
          : String.fromCharCode(byte),
    )
    .join("")
    .split("\r\n")
    .map((line) => line.replace(/(?:=[0-9A-F]{2}|[^=]){60}(?=.)/g, "$&=\r\n"))
    .join("\r\n");

test(
  "P2: a mail that comes one to five times, at once, by several processes and in other encodings, is one message",
  { timeout: 400_000 },
  async () => {
    const ports = nodes.servers.map((server) => server.ports.smtp);
    const marks = Array.from({ length: 60 }, (_, n) => `p2-${n}-x`);
    const bring = (mark: string, road: number) =>
      handOver(ports[road % ports.length] ?? 0, copyOf(mark, road), `${mark}@kunde.test`);
    await Promise.all(
      marks.flatMap((mark, n) => Array.from({ length: 1 + (n % 5) }, (_, copy) => bring(mark, n + copy))),
    );
    // Days later somebody empties a queue once more; what is known does not expire.
    await Promise.all(marks.map((mark, n) => bring(mark, n + 7)));
    const left = async (): Promise<number> =>
      (await database.query<{ n: number }>("SELECT count(*)::int AS n FROM intake WHERE state = 'stored'")).rows[0]
        ?.n ?? 0;
    while ((await left()) > 0) await pause(20);
    const { rows } = await database.query<{ subject: string; n: number; text: string }>(
      `SELECT m.subject, count(*)::int AS n, min(b.text) AS text FROM message m JOIN message_body b ON b.message_id = m.id
      WHERE m.subject LIKE 'Mehrfach %' GROUP BY m.subject`,
    );
    assert.deepEqual(new Set(rows.map((row) => row.subject)), new Set(marks.map((mark) => `Mehrfach ${mark}`)));
    assert.deepEqual(
      rows.filter((row) => row.n !== 1),
      [],
    );
    assert.ok(
      rows.every((row) => row.text.includes("für Größmann & Söhne –")),
      "read right by every road",
    );
  },
);
