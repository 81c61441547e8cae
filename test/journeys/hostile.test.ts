// Hostile input through the running server: broken JSON, naughty strings, torture mails and bounces. Nothing fails with 5xx, nothing is lost, no byte changes.
// The collections are used when they lie beside the repository; each test has cases of its own for when they do not.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { converse, SmtpRefusal } from "#channels/email/simClient.ts";
import { startMailSim, type MailSim } from "#channels/email/sim.ts";
import { api } from "#contract/api.ts";
import type { Channel } from "#contract/brands.ts";
import { everything } from "#contract/concerns.ts";
import { addMailbox, setUpCentre } from "#test/centre.ts";
import { Refused, type Desk } from "#test/desk.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

const corpora = fileURLToPath(new URL("../../../shared/corpora", import.meta.url));
const service = "service@kabel.test";

let server: TestServer;
let sim: MailSim;
let desk: Desk;
let channel: Channel;
let database: Client;

before(async () => {
  sim = await startMailSim({ dir: null, smtpPort: 0, keep: 2_000 });
  server = await startTestServer({ env: { UNDO_SECONDS: "0", LOG_LEVEL: "error" } });
  const centre = await setUpCentre(server.url);
  desk = centre.desk;
  channel = await addMailbox(desk, centre.brand.id, { address: service, smtp: { host: "127.0.0.1", port: sim.port } });
  database = new Client({ connectionString: await server.databaseUrl() });
  await database.connect();
});

after(async () => {
  await database?.end();
  await server?.stop();
  await sim?.stop();
});

const rows = async <T>(text: string): Promise<T[]> => (await database.query(text)).rows as T[];
const count = async (text: string): Promise<number> => (await rows<{ n: number }>(text))[0]?.n ?? -1;

/** Hands over many at once, as several servers do; a "later" is tried again. Gives the mails that were refused for good. */
const handOver = async (
  mails: readonly { readonly from: string; readonly raw: Buffer }[],
): Promise<readonly string[]> => {
  const refused: string[] = [];
  const waiting = [...mails];
  const worker = async (): Promise<void> => {
    for (let mail = waiting.shift(); mail !== undefined; mail = waiting.shift()) {
      try {
        await converse({ host: "127.0.0.1", port: server.ports.smtp }, { hello: "kunde.test", to: [service], ...mail });
      } catch (error) {
        const reply = error instanceof SmtpRefusal ? (error.reply ?? "") : String(error);
        if (reply.startsWith("5")) refused.push(reply);
        else waiting.push(mail);
      }
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  return refused;
};

/** Resolves when everything that was stored has been read; the table is looked at, because it is the truth. */
const settled = async (): Promise<void> => {
  while ((await count("SELECT count(*)::int AS n FROM intake WHERE state = 'stored'")) > 0) await pause(50);
};

const filesBelow = (folder: string, wanted: RegExp): readonly string[] =>
  readdirSync(join(corpora, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && wanted.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();

const ownJson: readonly (readonly [string, Buffer])[] = [
  ["n_open", Buffer.from("[".repeat(100_000))],
  ["n_half", Buffer.from('{"text":"a')],
  ["n_utf8", Buffer.from([0x22, 0xff, 0x22])],
  ["n_trailing", Buffer.from('{"a":1}}')],
  ["n_surrogate", Buffer.from('{"text":"\\ud800"}')],
  ["y_array", Buffer.from("[1]")],
  ["y_null", Buffer.from("null")],
  ["y_proto", Buffer.from('{"__proto__":{"admin":true}}')],
];

test("no JSON, however broken, is more than a refusal", async () => {
  const folder = join(corpora, "json-nst/test_parsing");
  const given = existsSync(folder)
    ? readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))] as const)
    : [];
  const cases = [...ownJson, ...given];
  const paths = [`/api/concerns/${crypto.randomUUID()}/notes`, "/api/sign-in"];
  const statuses = new Map<number, number>();
  for (const [name, body] of cases) {
    for (const path of paths) {
      const response = await fetch(server.url + path, {
        method: "POST",
        headers: { "content-type": "application/json", cookie: desk.cookie, "x-csrf": desk.csrf, origin: server.url },
        body: new Uint8Array(body),
      });
      await response.arrayBuffer();
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      assert.ok([400, 413].includes(response.status), `${name} at ${path}: ${response.status}`);
    }
  }
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
});

/** Characters that no mail may or need carry are not text: CR and LF divide lines, U+0000 is in no database text. */
const asText = (text: string): string => text.replaceAll("\0", "").replace(/\r\n?/g, "\n");

test(
  "P26: naughty strings come in by mail, go through every text of the API, out as the original, and leave by mail, unchanged",
  { timeout: 500_000 },
  async () => {
    const list = join(corpora, "blns/blns.json");
    const own = [
      "Größe 🏴󠁧󠁢󠁷󠁬󠁳󠁿 ﷽",
      "\u202Etest\u202C",
      "a\u0300\u0301\u0302",
      "<script>alert(1)</script>",
      "'; DROP TABLE concern; --",
      "%s%n{{7*7}}${7*7}",
      "\u{10FFFF}",
      "\u0007\u001b[31m",
      "．．／",
    ];
    const strings = [...own, ...(existsSync(list) ? (JSON.parse(readFileSync(list, "utf8")) as string[]) : [])].map(
      asText,
    );
    const mails = strings.map((text, n) => ({
      from: `blns${n}@kunde.test`,
      raw: Buffer.from(
        `From: blns${n}@kunde.test\r\nTo: ${service}\r\nSubject: blns ${n}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(`Anfang\n${text}\nEnde\n`).toString("base64").replace(/.{76}/g, "$&\r\n")}\r\n`,
      ),
    }));
    assert.deepEqual(await handOver(mails), []);
    await settled();
    const kept = await rows<{ concern: string; id: string; subject: string }>(
      "SELECT concern_id AS concern, id, subject FROM message WHERE subject LIKE 'blns %'",
    );
    assert.equal(kept.length, strings.length);
    const wrong: string[] = [];
    const sent = new Map<string, string>();
    const same = (where: string, text: string, got: string | undefined): void => {
      if (got !== text) wrong.push(`${where}: ${JSON.stringify(text)} became ${JSON.stringify(got)}`);
    };
    /** Every field of the API that keeps what an agent wrote as it was written. */
    const write = async (concern: string, text: string): Promise<void> => {
      const params = { id: concern };
      const framed = `Beginn\n${text}\nSchluss`;
      const content = { text: framed, html: null, uploads: [] };
      const { message } = await desk.call(api.concerns.note, {
        params,
        body: { ...content, key: crypto.randomUUID() },
      });
      same("note", framed, message.text);
      const draft = await desk.call(api.concerns.saveDraft, {
        params: { ...params, kind: "note" },
        body: { channelId: null, to: [], cc: [], ...content },
      });
      same("draft", framed, draft?.text);
      const { concern: opened } = await desk.call(api.concerns.open, { params });
      const customer = { id: opened.row.customerId };
      await desk.call(api.customers.change, { params: customer, body: { fields: { Feld: text } } });
      const { fields } = await desk.call(api.customers.get, { params: customer });
      // White space around a field's value is nobody's, and a field that holds nothing is not there.
      same("field", text.trim(), (fields["Feld"] as string | undefined) ?? "");
      await desk.call(api.concerns.change, { params, body: { fields: { Feld: text } } });
      same(
        "concern's field",
        text.trim(),
        ((await desk.call(api.concerns.open, { params })).concern.fields["Feld"] as string | undefined) ?? "",
      );
    };
    const check = async ({ concern, id, subject }: (typeof kept)[number]): Promise<void> => {
      const text = strings[Number(subject.slice(5))] ?? "";
      const shown = await desk.call(api.concerns.message, { params: { id } });
      const original = Buffer.from(
        await (await fetch(server.url + (shown.rawUrl ?? ""), { headers: { cookie: desk.cookie } })).arrayBuffer(),
      );
      same("original", mails[Number(subject.slice(5))]?.raw.toString("latin1") ?? "", original.toString("latin1"));
      await write(concern, text);
      if (`${shown.text}\n${shown.foldedText}`.trim() !== `Anfang\n${text}\nEnde`)
        wrong.push(
          `in: ${JSON.stringify(text)} became ${JSON.stringify(shown.text)} + ${JSON.stringify(shown.foldedText)}`,
        );
      const answer = await desk.call(api.concerns.reply, {
        params: { id: concern },
        body: {
          channelId: channel.id,
          to: [`${subject.replace(" ", "")}@kunde.test`],
          cc: [],
          text: `Beginn\n${text}\nSchluss`,
          html: null,
          uploads: [],
          sendAt: null,
          statusAfter: "waiting",
          key: crypto.randomUUID(),
        },
      });
      if (answer.message.text !== `Beginn\n${text}\nSchluss`)
        wrong.push(`api: ${JSON.stringify(text)} became ${JSON.stringify(answer.message.text)}`);
      sent.set(`${subject.replace(" ", "")}@kunde.test`, text);
    };
    const left = [...kept];
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        for (let next = left.shift(); next !== undefined; next = left.shift()) await check(next);
      }),
    );
    while (sim.messages().length < strings.length) await pause(50);
    for (const mail of sim.messages()) {
      const text = sent.get(mail.envelope.to[0] ?? "") ?? "?";
      if (!asText(mail.text).includes(`Beginn\n${text}\nSchluss`))
        wrong.push(`out: ${JSON.stringify(text)} became ${JSON.stringify(mail.text.slice(0, 200))}`);
    }
    assert.deepEqual(wrong, []);
  },
);

test("P26: every name at the desk keeps each naughty string as it was written, or refuses it by a code", async () => {
  const list = join(corpora, "blns/blns.json");
  const own = [
    "Größe 🏴󠁧󠁢󠁷󠁬󠁳󠁿 ﷽",
    "a\u0300\u0301",
    "{{7*7}}${7*7}%s%n",
    "\u{10FFFF}",
    "\u0007\u001b[31m",
    "../../etc",
    "null",
    "a\0b",
  ];
  const strings = [...own, ...(existsSync(list) ? (JSON.parse(readFileSync(list, "utf8")) as string[]) : [])];
  const [brand] = await desk.call(api.brands.list);
  assert.ok(brand);
  const customer = await desk.call(api.customers.create, {
    body: { name: "Namen", kind: "email", value: "namen@kunde.test" },
  });
  const { concern } = await desk.call(api.concerns.create, {
    body: {
      brandId: brand.id,
      channelId: channel.id,
      customerId: customer.id,
      kind: "email",
      to: ["namen@kunde.test"],
      cc: [],
      subject: "Namen",
      text: "Guten Tag",
      html: null,
      uploads: [],
      key: crypto.randomUUID(),
    },
  });
  const shared = { filter: everything, share: { with: "me" } } as const;
  const view = await desk.call(api.concerns.saveView, { body: { name: "Namen", ...shared } });
  const ofTopic = { parentId: null, teamId: null, whenClosed: "reopen" } as const;
  const topic = await desk.call(api.brands.createTopic, { body: { name: "Namen", ...ofTopic } });
  const field = await desk.call(api.fields.create, {
    body: { owner: "concern", kind: "text", name: "Namen", choices: [], topicId: null },
  });
  const { preferences } = await desk.call(api.agents.me);
  const { id: _, ...brandFacts } = brand;
  const params = { id: concern.id };
  /** Writes one text into one place and gives what stands there afterwards. */
  const places: Readonly<Record<string, (text: string) => Promise<string | null | undefined>>> = {
    subject: async (text) => {
      await desk.call(api.concerns.change, { params, body: { subject: text } });
      return (await desk.call(api.concerns.open, { params })).concern.row.subject;
    },
    tag: async (text) => {
      await desk.call(api.concerns.change, { params, body: { tags: [text] } });
      return (await desk.call(api.concerns.open, { params })).concern.row.tags[0];
    },
    customer: async (text) => {
      await desk.call(api.customers.change, { params: { id: customer.id }, body: { name: text } });
      return (await desk.call(api.customers.get, { params: { id: customer.id } })).name;
    },
    organisation: async (text) => {
      await desk.call(api.customers.change, { params: { id: customer.id }, body: { organisation: text } });
      return (await desk.call(api.customers.get, { params: { id: customer.id } })).organisation?.name;
    },
    view: async (text) => {
      await desk.call(api.concerns.changeView, { params: { id: view.id }, body: { name: text, ...shared } });
      return (await desk.call(api.concerns.views)).views.find((each) => each.id === view.id)?.name;
    },
    topic: async (text) => {
      await desk.call(api.brands.changeTopic, { params: { id: topic.id }, body: { name: text, ...ofTopic } });
      return (await desk.call(api.brands.topics)).find((each) => each.id === topic.id)?.name;
    },
    field: async (text) => {
      await desk.call(api.fields.change, {
        params: { id: field.id },
        body: { name: text, choices: [], topicId: null },
      });
      return (await desk.call(api.fields.list)).find((each) => each.id === field.id)?.name;
    },
    team: async (text) => (await desk.call(api.agents.createTeam, { body: { name: text } })).name,
    brand: async (text) => {
      await desk.call(api.brands.change, { params: { id: brand.id }, body: { ...brandFacts, name: text } });
      return (await desk.call(api.brands.list)).find((each) => each.id === brand.id)?.name;
    },
    signature: async (text) => {
      await desk.call(api.agents.changePreferences, { body: { ...preferences, signature: text } });
      return (await desk.call(api.agents.me)).preferences.signature;
    },
  };
  // A name is one line: what moves or hides letters is left out of it; what is seen stays. A signature is text.
  const seen = (text: string): string => text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069\s]+/gu, "");
  const wrong: string[] = [];
  const kept = new Map<string, number>();
  const each = Object.entries(places);
  // Each string into two of the places in turn: together every place gets a fifth of them.
  for (const [n, text] of strings.entries())
    for (const [place, write] of [each[n % 5], each[5 + (n % 5)]].filter((one) => one !== undefined)) {
      try {
        const got = (await write(text)) ?? "";
        kept.set(place, (kept.get(place) ?? 0) + 1);
        // An organisation is found by its name, however its letters are drawn: the first to be written keeps its look.
        if (place === "organisation" && seen(got).normalize("NFKC") === seen(text).normalize("NFKC")) continue;
        if (place === "signature" ? got !== text && got !== text.trim() : seen(got) !== seen(text))
          wrong.push(`${place}: ${JSON.stringify(text)} became ${JSON.stringify(got)}`);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (![400, 409, 413].includes(error.status)) wrong.push(`${place}: ${JSON.stringify(text)}: ${error.status}`);
      }
    }
  assert.deepEqual(wrong, []);
  for (const [place] of each) assert.ok((kept.get(place) ?? 0) >= 1, `${place} kept ${kept.get(place)}`);
});

const torture: readonly string[] = [
  "",
  "\r\n",
  "kein Kopf, nur Text\r\n",
  "From:\r\nTo:\r\n\r\n",
  "From: a@b.test\r\nContent-Type: multipart/mixed; boundary=\r\n\r\n--\r\n",
  `From: a@b.test\r\n${"X: y\r\n".repeat(3_000)}\r\nText`,
  `From: a@b.test\r\nSubject: =?utf-8?B?${"A".repeat(3_000)}?=\r\n\r\nText`,
  "From: a@b.test\r\nContent-Type: text/html; charset=utf-7\r\n\r\n+ADw-script+AD4-\r\n",
];

test("torture mails and real bounces: what is taken is shown or said, each once", { timeout: 500_000 }, async () => {
  const collected = existsSync(corpora)
    ? [
        ...filesBelow("mime-mime4j", /\.msg$/),
        ...filesBelow("mime-mailparser", /\.eml$/),
        ...filesBelow("bounces-sisimai", /\.eml$/),
      ]
    : [];
  const before = {
    stored: await count("SELECT count(*)::int AS n FROM intake"),
    messages: await count("SELECT count(*)::int AS n FROM message WHERE direction = 'in'"),
    refused: await count("SELECT count(*)::int AS n FROM event WHERE kind = 'intake.refused'"),
  };
  const bytes = [...torture.map((text) => Buffer.from(text)), ...collected.map((file) => readFileSync(file))];
  // The door divides lines by CRLF only and keeps one mail of the same bytes; how the collections end their lines is not the matter here.
  const different = new Map(
    bytes.map((raw) => [
      raw
        .toString("latin1")
        .replace(/\r?\n/g, "\r\n")
        .replace(/\r(?!\n)/g, ""),
      raw,
    ]),
  );
  const refused = await handOver(
    [...different.keys()].map((text) => ({ from: "torture@kunde.test", raw: Buffer.from(text, "latin1") })),
  );
  assert.deepEqual(refused, []);
  await settled();
  const states = await rows<{ state: string; n: number }>(
    "SELECT state, count(*)::int AS n FROM intake GROUP BY state",
  );
  assert.deepEqual(
    states.map((row) => row.state),
    ["done"],
    JSON.stringify(states),
  );
  const taken = (await count("SELECT count(*)::int AS n FROM intake")) - before.stored;
  assert.ok(taken > different.size - 5 && taken <= different.size, `${taken} of ${different.size}`);
  // Every arrival ended as a message, or as a report on something we never sent, or as our own mail coming back.
  const without = await count(
    `SELECT count(*)::int AS n FROM intake i WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.intake_id = i.id) AND NOT EXISTS (SELECT 1 FROM intake_item x WHERE x.intake_id = i.id)`,
  );
  const messages = (await count("SELECT count(*)::int AS n FROM message WHERE direction = 'in'")) - before.messages;
  const said = (await count("SELECT count(*)::int AS n FROM event WHERE kind = 'intake.refused'")) - before.refused;
  assert.ok(messages + said >= taken - without, `${messages} messages + ${said} said of ${taken}`);
  assert.ok(without <= 3, `${without} arrivals are the same mail in other bytes`);
  const views = await desk.call(api.concerns.views);
  assert.ok(views.views.length > 0);
  assert.doesNotMatch(server.output(), /"level":"error"/);
});

const bombHead = (n: number, more: string): string =>
  `From: bombe${n}@kunde.test\r\nTo: ${service}\r\nSubject: Bombe ${n}\r\nMessage-ID: <bombe${n}@kunde.test>\r\nMIME-Version: 1.0\r\n${more}\r\n`;
/** What makes mail programs hang: nested tags, many parts, many files, flowed text, deep nesting. Each time others of the same make. */
const bombs = (round: number): readonly string[] => [
  `${bombHead(10 * round, "Content-Type: text/html\r\n")}${"<b>".repeat(200_000)}\r\n`,
  `${bombHead(10 * round + 1, "Content-Type: multipart/mixed; boundary=b\r\n")}${"--b\r\n\r\nx\r\n".repeat(50_000)}--b--\r\n`,
  `${bombHead(10 * round + 2, "Content-Type: text/plain; format=flowed\r\n")}${"wort ".repeat(14).concat("\r\n").repeat(55_000)}`,
  `${bombHead(10 * round + 3, "Content-Type: multipart/mixed; boundary=b\r\n")}${"--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n".repeat(20_000)}--b--\r\n`,
  `${bombHead(10 * round + 4, "Content-Type: multipart/mixed; boundary=b0\r\n")}${Array.from({ length: 5_000 }, (_, n) => `--b${n}\r\nContent-Type: multipart/mixed; boundary=b${n + 1}\r\n\r\n`).join("")}`,
  `${bombHead(10 * round + 5, "Content-Type: text/html\r\n")}${"<table><tr><td>".repeat(60_000)}\r\n`,
];

test(
  "P14: one bad mail delays nobody: while bombs are read an ordinary mail is at the desk at most a second later",
  { timeout: 400_000 },
  async () => {
    let n = 0;
    /** From the door's 250 until it is there. */
    const ordinary = async (): Promise<number> => {
      n += 1;
      const from = `nachbar${n}@kunde.test`;
      const raw = Buffer.from(
        `From: ${from}\r\nTo: ${service}\r\nSubject: Nachbar ${n}\r\n\r\nGuten Tag, Nachbar ${n}.\r\n`,
      );
      assert.deepEqual(await handOver([{ from, raw }]), []);
      const taken = performance.now();
      while ((await count(`SELECT count(*)::int AS n FROM party WHERE kind = 'email' AND norm = '${from}'`)) === 0)
        await pause(5);
      return performance.now() - taken;
    };
    const several = async (times: number): Promise<number> => {
      let slowest = 0;
      for (let each = 0; each < times; each += 1) slowest = Math.max(slowest, await ordinary());
      return slowest;
    };
    const alone = await several(20);
    /** Twenty ordinary mails while bombs are read: how long the slowest took, and how long the bombs. */
    const besideBombs = async (round: number): Promise<readonly [besideMs: number, bombsMs: number]> => {
      const mails = bombs(round).map((text, index) => ({
        from: `bombe${10 * round + index}@kunde.test`,
        raw: Buffer.from(text, "latin1"),
      }));
      const begun = performance.now();
      const exploding = (async () => {
        assert.deepEqual(await handOver(mails), []);
        while (
          (await count(
            "SELECT count(*)::int AS n FROM intake WHERE state = 'stored' AND transport ->> 'mailFrom' LIKE 'bombe%'",
          )) > 0
        )
          await pause(20);
        return performance.now() - begun;
      })();
      const besideMs = await several(20);
      return [besideMs, await exploding];
    };
    // A machine that had something else to do for a moment is asked again; what delays every time is the server's fault.
    const tries: string[] = [];
    let held = false;
    for (let round = 0; !held && round < 4; round += 1) {
      const [besideMs, bombsMs] = await besideBombs(round);
      tries.push(`${Math.round(besideMs)} ms beside bombs that took ${Math.round(bombsMs)} ms`);
      // Each is decided within 5 s of being given to a process; all of them, one behind the other at worst, within this.
      held = besideMs <= alone + 1_000 && bombsMs < 5_000 * bombs(0).length;
    }
    assert.ok(held, `${tries.join(", ")}; ${Math.round(alone)} ms alone`);
    const shown = await rows<{ subject: string | null }>(
      "SELECT subject FROM message WHERE sender ->> 'value' LIKE 'bombe%'",
    );
    assert.equal(shown.length, tries.length * bombs(0).length, "each is a message, read or not");
  },
);
