// The measured workloads against a running, filled server. Each says its figures; bench/main.ts puts them together.
import type pg from "pg";
import WebSocket from "ws";
import { api } from "#contract/api.ts";
import { everything, type ListFilter } from "#contract/concerns.ts";
import type { ToDesk } from "#contract/live.ts";
import { mailFor } from "#lib/corpus/threads.ts";
import { randomFrom } from "#lib/corpus/random.ts";
import type { BenchCentre } from "#bench/centre.ts";
import { chatWork } from "#bench/chat.ts";
import { deskWork } from "#bench/desk.ts";
import { call, openMailLane, stuffed } from "#bench/client.ts";
import { measure, warmUp, type Figures } from "#bench/measure.ts";
import type { Desk } from "#test/desk.ts";

export type Measured = Readonly<Record<string, Figures>>;

export interface Bench {
  readonly centre: BenchCentre;
  readonly database: pg.Client;
  readonly seed: number;
  /** How often each operation is measured; 1 is full, less is quicker and noisier. */
  readonly share: number;
  /** The next mail's number: over all workloads and sizes no mail is sent twice. */
  readonly mail: { next: number };
  readonly say: (line: string) => void;
}

const times = (bench: Bench, full: number): number => Math.max(20, Math.round(full * bench.share));
const first = (list: readonly Desk[]): Desk => {
  const desk = list[0];
  if (!desk) throw new Error("nobody is at a desk");
  return desk;
};

/** Resolves when everything that was accepted has been received. */
const settled = async (bench: Bench): Promise<void> => {
  for (;;) {
    const { rows } = await bench.database.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM intake WHERE state = 'stored'",
    );
    if (rows[0]?.n === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
};

const mailOf = (bench: Bench): ReturnType<typeof mailFor> => {
  const index = bench.mail.next;
  bench.mail.next += 1;
  const mail = mailFor(`intake-${bench.seed}`, index, {
    to: { name: "Kabel Service", address: bench.centre.address },
    atMs: Date.now(),
    customers: 20_000,
    language: "de",
  });
  return { from: mail.from, bytes: stuffed(mail.bytes) };
};

/** Mails through the SMTP door until each is a message in a concern. `perSecond` counts from the first to the last one received. */
const intake = async (bench: Bench, count: number, lanes: number): Promise<Figures> => {
  const open = await Promise.all(Array.from({ length: lanes }, () => openMailLane(bench.centre.server.ports.smtp)));
  // Written beforehand: the driver shares the processors.
  const mails = Array.from({ length: count + warmUp(count) }, () => mailOf(bench));
  const free = [...open];
  try {
    return await measure(
      bench.centre.roots,
      count,
      lanes,
      async (n) => {
        const lane = free.pop();
        const mail = mails[n];
        if (!lane || !mail) throw new Error("more mails at once than lanes");
        try {
          await lane.send(mail.from, bench.centre.address, mail.bytes);
        } finally {
          free.push(lane);
        }
      },
      () => settled(bench),
    );
  } finally {
    for (const lane of open) lane.close();
  }
};

export const intakeWork = async (bench: Bench): Promise<Measured> => ({
  "intake, 1 at once": await intake(bench, times(bench, 300), 1),
  "intake, 16 at once": await intake(bench, times(bench, 2_000), 16),
});

const inboxFilters: readonly ListFilter[] = [
  { ...everything, statuses: ["new", "open"] },
  { ...everything, assignee: "none", statuses: ["new", "open"] },
  { ...everything, statuses: ["new", "open"], sort: "waiting" },
  { ...everything, assignee: "me", statuses: ["new", "open", "waiting"] },
  everything,
  { ...everything, statuses: ["resolved", "closed"] },
];

/** Cursors far down in a list: page 2, 20, 100 … as far as the list reaches. */
const deepPlaces = async (desk: Desk): Promise<{ readonly filter: ListFilter; readonly after: string }[]> => {
  const places: { filter: ListFilter; after: string }[] = [];
  for (const filter of [everything, inboxFilters[5] ?? everything]) {
    let after: string | null = null;
    for (let page = 1; page <= 120; page += 1) {
      const answer: { readonly next: string | null } = await call(desk, api.concerns.list, {
        query: { filter: JSON.stringify(filter), limit: 50, ...(after === null ? {} : { after }) },
      });
      if (answer.next === null) break;
      after = answer.next;
      if ([2, 20, 60, 100, 120].includes(page)) places.push({ filter, after });
    }
  }
  return places;
};

const atOnce = async (
  bench: Bench,
  name: string,
  full: number,
  operation: (n: number) => Promise<void>,
): Promise<Measured> => {
  const one = await measure(bench.centre.roots, times(bench, full), 1, operation);
  const many = await measure(bench.centre.roots, times(bench, full * 2), 16, (n) => operation(n + 100_000));
  return { [`${name}, 1 at once`]: one, [`${name}, 16 at once`]: many };
};

export const inboxWork = async (bench: Bench): Promise<Measured> => {
  const { desks } = bench.centre;
  const deskAt = (n: number): Desk => desks[n % desks.length] ?? first(desks);
  const list = async (n: number): Promise<void> => {
    const filter = inboxFilters[n % inboxFilters.length] ?? everything;
    await call(deskAt(n), api.concerns.list, { query: { filter: JSON.stringify(filter), limit: 50 } });
  };
  const places = await deepPlaces(first(desks));
  return {
    ...(await atOnce(bench, "inbox page", 600, list)),
    ...(await atOnce(bench, "inbox page, deep", 400, async (n) => {
      const place = places[n % places.length];
      if (!place) return list(n);
      await call(deskAt(n), api.concerns.list, {
        query: { filter: JSON.stringify(place.filter), limit: 50, after: place.after },
      });
    })),
    // The first desk has twenty views of its own besides the built-in ones.
    ...(await atOnce(
      bench,
      "counters of 20 views",
      400,
      async () => void (await call(first(desks), api.concerns.views)),
    )),
  };
};

export const openWork = async (bench: Bench): Promise<Measured> => {
  const { rows } = await bench.database.query<{ id: string }>(
    "SELECT id FROM concern WHERE message_count >= 50 ORDER BY number LIMIT 500",
  );
  if (rows.length === 0) return {};
  const { desks } = bench.centre;
  return atOnce(bench, "open a concern of 50 messages", 300, async (n) => {
    const answer = await call(desks[n % desks.length] ?? first(desks), api.concerns.open, {
      params: { id: rows[(n * 7) % rows.length]?.id ?? "" },
    });
    if (answer.messages.length < 50) throw new Error("a concern of fifty messages was opened with fewer");
  });
};

export const replyWork = async (bench: Bench): Promise<Measured> => {
  const wanted = times(bench, 200) * 4 + 100;
  const { rows } = await bench.database.query<{ id: string; to: string }>(
    "SELECT c.id, p.value AS to FROM concern c JOIN party p ON p.concern_id = c.id AND p.role = 'requester' WHERE c.status <> 'closed' ORDER BY c.last_message_at DESC LIMIT $1",
    [wanted],
  );
  const { desks, channelId } = bench.centre;
  const random = randomFrom(bench.seed, "reply", rows.length);
  let key = bench.mail.next * 1_000;
  return atOnce(bench, "reply", 200, async (n) => {
    const row = rows[n % rows.length];
    if (!row) return;
    key += 1;
    const text = `Guten Tag,\n\nvielen Dank für Ihre Nachricht. Wir haben die Leitung geprüft (${random.int(9_999)}) und melden uns bis ${n % 28}.${(n % 12) + 1}. noch einmal.\n\nBitte starten Sie das Gerät einmal neu.`;
    await call(desks[n % desks.length] ?? first(desks), api.concerns.reply, {
      params: { id: row.id },
      body: {
        channelId: channelId,
        to: [row.to],
        cc: [],
        text,
        html: null,
        uploads: [],
        sendAt: null,
        statusAfter: "waiting",
        key: `00000000-0000-4000-8000-${key.toString(16).padStart(12, "0")}`,
      },
    });
  });
};

/** What agents look for; the rare ones are taken from what the customers are called. */
const searchWords = async (bench: Bench): Promise<Readonly<Record<string, readonly string[]>>> => {
  const { rows } = await bench.database.query<{ name: string }>(
    "SELECT split_part(name, ' ', 2) AS name FROM customer WHERE length(split_part(name, ' ', 2)) > 7 ORDER BY id LIMIT 2000",
  );
  const numbers = await bench.database.query<{ number: string }>(
    "SELECT fields ->> 'Kundennummer' AS number FROM customer WHERE fields ? 'Kundennummer' ORDER BY id LIMIT 500",
  );
  const written = await bench.database.query<{ number: string }>(
    "SELECT substring(text from '[0-9]{6,12}') AS number FROM message_body WHERE text ~ '[0-9]{6,12}' ORDER BY message_id LIMIT 500",
  );
  const random = randomFrom(bench.seed, "search");
  const number = (): string => random.pick(random.chance(0.5) ? numbers.rows : written.rows).number;
  return {
    number: Array.from({ length: 60 }, () => {
      const whole = number();
      return random.chance(0.5) ? `${whole.slice(0, 3)} ${whole.slice(3)}` : whole;
    }),
    "end of a number": Array.from({ length: 60 }, () => number().slice(-5)),
    rare: Array.from({ length: 60 }, () => random.pick(rows).name),
    common: [
      "internet",
      "rechnung",
      "router",
      "techniker",
      "vertrag",
      "störung",
      "kundennummer",
      "anschluss",
      "danke",
      "bitte",
    ],
    "two words": [
      "router neustart",
      "rechnung gutschrift",
      "kündigung bestätigung",
      "techniker termin",
      "fritz!box langsam",
      "mahnung lastschrift",
      "umzug lüneburg",
      "smartcard freigeschaltet",
    ],
    "part of a compound": [
      "verstärker",
      "anschluss",
      "zentrum",
      "gebühr",
      "freischaltung",
      "rücksendung",
      "verteiler",
      "pauschale",
    ],
    "typing mistake": [
      "rehcnung",
      "kündigugn",
      "techinker",
      "smartkard",
      "verstärcker",
      "gutschirft",
      "mahnugn",
      "internte",
    ],
  };
};

export const searchWork = async (bench: Bench): Promise<Measured> => {
  const result: Record<string, Figures> = {};
  const { desks } = bench.centre;
  for (const [kind, words] of Object.entries(await searchWords(bench))) {
    const measured = await atOnce(
      bench,
      `search: ${kind}`,
      100,
      async (n) =>
        void (await call(desks[n % desks.length] ?? first(desks), api.search.everything, {
          query: { q: words[n % words.length] ?? "" },
        })),
    );
    Object.assign(result, measured);
  }
  return result;
};

interface Watching {
  readonly close: () => void;
}

/** A desk as the browser's (web/state/desk.ts): hears everything, and 0.4 s after it has heard of a change fetches its counters, and the rows it does not know. */
const watch = (desk: Desk, hear: (word: ToDesk) => void, refetches: boolean): Promise<Watching> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${desk.url.replace("http", "ws")}/live`, {
      headers: { cookie: desk.cookie, origin: desk.url },
    });
    let timer: NodeJS.Timeout | null = null;
    let fetching = false;
    let fetchedAt = -Infinity;
    const known = new Set<string>();
    const unknown = new Set<string>();
    const fetchAgain = async (): Promise<void> => {
      timer = null;
      fetching = true;
      fetchedAt = performance.now();
      const ids = [...unknown].slice(0, 100);
      for (const id of ids) unknown.delete(id);
      await Promise.all([
        call(desk, api.concerns.views),
        ids.length === 0
          ? null
          : call(desk, api.concerns.rows, { query: { ids: ids.join(",") } }).then(({ rows }) => {
              for (const row of rows) known.add(row.id);
              return undefined;
            }),
      ]).catch(() => {});
      fetching = false;
    };
    socket.on("open", () => socket.send(JSON.stringify({ type: "hello", after: 0 })));
    socket.on("error", reject);
    socket.on("message", (data: Buffer) => {
      const word = JSON.parse(data.toString("utf8")) as ToDesk;
      if (word.type === "reset" || word.type === "events") resolve({ close: () => socket.close() });
      hear(word);
      if (refetches && word.type === "events")
        for (const { kind, concernId } of word.events) {
          if (concernId === null) continue;
          if (kind === "concern.created") known.add(concernId);
          else if (kind === "concern.changed" && !known.has(concernId)) unknown.add(concernId);
        }
      if (
        refetches &&
        word.type === "events" &&
        word.events.some((event) => event.kind === "concern.created" || event.kind === "concern.changed") &&
        timer === null &&
        !fetching
      )
        // As web/state/desk.ts: soon after a single change, at most every 2.5 s while much happens.
        timer = setTimeout(() => void fetchAgain(), Math.max(400, 2_500 - (performance.now() - fetchedAt)));
    });
  });

/** From the beginning of one agent's change to the event on another agent's desk. */
export const liveWork = async (bench: Bench): Promise<Measured> => {
  const { desks, roots } = bench.centre;
  const [writer, reader] = [first(desks), desks[1] ?? first(desks)];
  const { rows } = await bench.database.query<{ id: string }>(
    "SELECT id FROM concern WHERE status <> 'closed' ORDER BY last_message_at DESC LIMIT 200",
  );
  const waiting = new Map<string, () => void>();
  const watching = await watch(
    reader,
    (word) => {
      if (word.type !== "events") return;
      for (const event of word.events) if (event.concernId !== null) waiting.get(event.concernId)?.();
    },
    false,
  );
  const count = times(bench, 150);
  let turn = 0;
  const figures = await measure(roots, count, 1, async (n) => {
    const id = rows[n % rows.length]?.id ?? "";
    turn += 1;
    const heard = new Promise<void>((resolve) => waiting.set(id, resolve));
    await Promise.all([
      heard,
      call(writer, api.concerns.change, { params: { id: id }, body: { tags: [`runde-${turn}`] } }),
    ]);
    waiting.delete(id);
  });
  watching.close();
  return { "live event on another desk": figures };
};

/** The same intake with nobody at the desks and with thirty desks that keep thirty views each up to date. */
export const desksWork = async (bench: Bench): Promise<Measured> => {
  const count = times(bench, 1_000);
  const alone = await intake(bench, count, 16);
  const watching = await Promise.all(bench.centre.desks.map((desk) => watch(desk, () => {}, true)));
  const watched = await intake(bench, count, 16);
  for (const each of watching) each.close();
  return { "intake, nobody watching": alone, "intake, 30 desks watching": watched };
};

/** Every workload by the name `--only` takes. */
export const workloads: Readonly<Record<string, (bench: Bench) => Promise<Measured>>> = {
  inbox: inboxWork,
  open: openWork,
  search: searchWork,
  live: liveWork,
  reply: replyWork,
  intake: intakeWork,
  desks: desksWork,
  desk: deskWork,
  chat: chatWork,
};

/** For the profile: where PostgreSQL spent its time, by statement. */
export const statements = async (
  database: pg.Client,
): Promise<readonly { readonly ms: number; readonly calls: number; readonly query: string }[]> => {
  const { rows } = await database.query<{ ms: number; calls: number; query: string }>(
    "SELECT round(total_exec_time)::int AS ms, calls::int, left(regexp_replace(query, '\\s+', ' ', 'g'), 180) AS query FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT 40",
  );
  return rows;
};
