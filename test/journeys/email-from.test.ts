// What "fetch from" means for a mailbox that was in use before, with a real Dovecot: which mails come, and that the others stay untouched.
import assert from "node:assert/strict";
import { connect, createServer, type AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { ImapFlow } from "imapflow";
import { imapTimes, listenWith } from "#channels/email/imap.ts";
import type { ImapServer } from "#channels/email/imapCursor.ts";
import { mailbox } from "#channels/email/testSettings.ts";
import type { ListeningIo } from "#contract/channel.ts";
import { type MailPeers, peersAvailable, startMailPeers } from "#test/peers/mail.ts";

const available = peersAvailable();
const skip = available.ok ? false : available.why;
const hour = 60 * 60_000;
const day = 24 * hour;
let peers: MailPeers;
let box: ImapFlow;

before(async () => {
  if (skip !== false) return;
  peers = await startMailPeers();
  const { user, password: pass } = peers.accounts.service;
  box = new ImapFlow({ ...peers.imap, secure: false, doSTARTTLS: false, auth: { user, pass }, logger: false });
  await box.connect();
});

after(async () => {
  await box?.logout().catch(() => undefined);
  await peers?.stop();
});

/** A folder with a mail for each of the words, received that long ago (ms). */
const folderWith = async (name: string, mails: Readonly<Record<string, number>> = {}): Promise<string> => {
  await box.mailboxCreate(name);
  for (const [words, age] of Object.entries(mails)) await put(name, words, age);
  return name;
};

const put = async (folder: string, words: string, age = 0): Promise<void> => {
  const text = `From: kundin@kunde.test\r\nSubject: ${words}\r\nMessage-ID: <${words}@kunde.test>\r\n\r\n${words}\r\n`;
  await box.append(folder, Buffer.from(text), [], new Date(Date.now() - age));
};

/** Nothing in the folder bears a flag but what the server itself sets. */
const unmarked = async (folder: string): Promise<void> => {
  await box.mailboxOpen(folder, { readOnly: true });
  const flags: string[] = [];
  for await (const { flags: each } of box.fetch("1:*", { flags: true })) flags.push(...(each ?? []));
  await box.mailboxClose();
  assert.deepEqual(
    flags.filter((flag) => flag !== "\\Recent"),
    [],
  );
};

/** Stands for the database: what was committed outlives a listener that is cut. */
const store = () => {
  const kept: string[] = [];
  const cursors = new Map<string, string>();
  const looks = new Set<() => void>();
  const looked = (): void => looks.forEach((look) => look());
  let state = "";
  const place = {
    kept,
    calls: 0,
    /** Called before something is committed; may reject. */
    onStore: async (_words: string): Promise<void> => undefined,
    onCursor: async (): Promise<void> => undefined,
    when: (fits: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!fits()) return;
          looks.delete(look);
          resolve();
        };
        looks.add(look);
        look();
      }),
    has: (words: string): Promise<void> => place.when(() => kept.includes(words)),
    connected: (): Promise<void> => place.when(() => state === "connected"),
    io: {
      log: () => undefined,
      now: () => new Date(),
      health: (now) => {
        state = now;
        looked();
      },
      cursor: async (name) => JSON.parse(cursors.get(name) ?? "null") as unknown,
      keepCursor: async ({ name, value }) => {
        await place.onCursor();
        cursors.set(name, JSON.stringify(value));
      },
      store: async (raw, _id, cursor) => {
        place.calls += 1;
        const words = /^Subject: (.*)$/m.exec(Buffer.from(raw.bytes).toString("utf8"))?.[1]?.trim() ?? "";
        await place.onStore(words);
        if (cursor !== undefined) cursors.set(cursor.name, JSON.stringify(cursor.value));
        const known = kept.includes(words);
        if (!known) kept.push(words);
        looked();
        return known ? "known" : "stored";
      },
    } satisfies ListeningIo,
  };
  return place;
};

const follow = (
  place: ReturnType<typeof store>,
  folder: string,
  given: Pick<ImapServer, "from"> & Partial<ImapServer>,
): { readonly cut: () => void; readonly stop: () => Promise<void> } => {
  const { user, password } = peers.accounts.service;
  const ending = new AbortController();
  const imap = { ...peers.imap, security: "none" as const, user, password, folders: [folder], days: 30, ...given };
  const ended = listenWith(mailbox({ imap }), place.io, ending.signal, { ...imapTimes, retryMs: 20, pollMs: 600_000 });
  return {
    cut: () => ending.abort(),
    stop: async () => {
      ending.abort();
      await ended;
    },
  };
};

/** Another port that leads to the same server; `server` may alter what it says, `client` hears what it is asked. */
const startWire = async (
  ends: { readonly server?: (text: string) => string; readonly client?: (text: string) => void } = {},
) => {
  const server = createServer((socket) => {
    const far = connect(peers.imap.port, "127.0.0.1");
    socket.pipe(far);
    socket.on("data", (bytes) => ends.client?.(bytes.toString("latin1")));
    far.on("data", (bytes) => {
      const text = bytes.toString("latin1");
      socket.write(Buffer.from(ends.server?.(text) ?? text, "latin1"));
    });
    for (const [one, other] of [
      [socket, far],
      [far, socket],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
};

test("from now on: what lies in the mailbox stays there unmarked, what arrives comes", { skip }, async () => {
  const folder = await folderWith("AbJetzt", { Jahr: 400 * day, Woche: 7 * day, Eben: 0 });
  const place = store();
  const first = follow(place, folder, { from: "now" });
  await place.connected();
  await put(folder, "Neu");
  await place.has("Neu");
  // Another mail program may have given it any date: what arrives later is new.
  await put(folder, "Hineingezogen", 90 * day);
  await place.has("Hineingezogen");
  await first.stop();
  await put(folder, "Nachts");
  const second = follow(place, folder, { from: "now" });
  await place.has("Nachts");
  await second.stop();
  assert.deepEqual(place.kept, ["Neu", "Hineingezogen", "Nachts"]);
  assert.equal(place.calls, 3, "nothing was brought twice");
  await unmarked(folder);
});

// The place was kept with a stored mail only; a stop before the first mail would have begun "from now on" anew, behind what had arrived.
test(
  "from now on: what arrives between the first opening and a stop before the first mail comes",
  { skip },
  async () => {
    const folder = await folderWith("VorDerErsten", { Alt: day });
    const place = store();
    const first = follow(place, folder, { from: "now" });
    await place.connected();
    await first.stop();
    await put(folder, "Dazwischen");
    const second = follow(place, folder, { from: "now" });
    await place.has("Dazwischen");
    await second.stop();
    assert.deepEqual(place.kept, ["Dazwischen"]);
  },
);

test("from now on counts from the first opening, also while the store is away", { skip }, async () => {
  const folder = await folderWith("SpeicherWeg", { Alt: day });
  const place = store();
  let refused = 0;
  place.onCursor = async () => {
    refused += 1;
    if (refused === 1) await put(folder, "Dennoch");
    if (refused <= 2) throw new Error("the database is away");
  };
  const listener = follow(place, folder, { from: "now" });
  await place.has("Dennoch");
  await listener.stop();
  assert.deepEqual([place.kept, refused], [["Dennoch"], 3]);
});

for (const [search, folderName] of [
  ["YOUNGER", "TageWithin"],
  ["SINCE", "TageSince"],
] as const)
  test(
    `the last days (${search}): counted by the hour, and nothing that arrives meanwhile is missed`,
    { skip },
    async () => {
      let asked = "";
      const wire = await startWire({
        server: (text) => (search === "SINCE" ? text.replaceAll(" WITHIN", " XITHIN") : text),
        client: (text) => void (asked += text),
      });
      const folder = await folderWith(folderName, {
        Monat: 40 * day,
        Knapp: 7 * day + hour,
        Gerade: 7 * day - hour,
        // Not in the order of arrival: moved here by its owner.
        Jahr: 400 * day,
        Gestern: day,
      });
      const place = store();
      let begun = false;
      // The folder is open and its UIDNEXT known; nothing has been searched yet.
      place.onCursor = async () => {
        if (begun) return;
        begun = true;
        await put(folder, "Waehrenddessen", 90 * day);
      };
      const listener = follow(place, folder, { from: "days", days: 7, port: wire.port });
      await place.has("Waehrenddessen");
      await put(folder, "Danach");
      await place.has("Danach");
      await listener.stop();
      await wire.stop();
      assert.deepEqual(place.kept, ["Gerade", "Gestern", "Waehrenddessen", "Danach"]);
      assert.equal(place.calls, 4);
      assert.match(asked, new RegExp(`UID SEARCH UID 1:5 ${search} `));
      await unmarked(folder);
    },
  );

test("everything: all of it, in the order of the mailbox", { skip }, async () => {
  const folder = await folderWith("Alles", { Jahr: 400 * day, Monat: 40 * day, Heute: 0 });
  const place = store();
  const listener = follow(place, folder, { from: "everything" });
  await place.has("Heute");
  await listener.stop();
  assert.deepEqual(place.kept, ["Jahr", "Monat", "Heute"]);
  await unmarked(folder);
});

test(
  "cut in the middle of the last days, it goes on with the mail it was at, and with the same day",
  { skip },
  async () => {
    const ages = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? [`Alt${n}`, 40 * day] : [`Offen${n}`, day])),
    );
    const folder = await folderWith("Mitten", ages);
    const wanted = Object.keys(ages).filter((words) => words.startsWith("Offen"));
    const place = store();
    const first = follow(place, folder, { from: "days", days: 7 });
    // As a kill would: what is being stored is not committed, and what was read ahead is lost.
    place.onStore = async (words) => {
      if (words !== wanted[7]) return;
      first.cut();
      throw new Error("killed");
    };
    await place.has(wanted[6] ?? "");
    await first.stop();
    assert.deepEqual(place.kept, wanted.slice(0, 7));
    place.onStore = async () => undefined;
    await put(folder, "Inzwischen", 90 * day);
    const before = place.calls;
    // Eight days later, in which nothing ran: the days are still those of the first opening.
    place.io.now = () => new Date(Date.now() + 8 * day);
    const second = follow(place, folder, { from: "days", days: 7 });
    await place.has("Inzwischen");
    await second.stop();
    assert.deepEqual(place.kept, [...wanted, "Inzwischen"]);
    assert.equal(place.calls - before, wanted.length - 7 + 1, "what was stored is not brought again");
    await unmarked(folder);
  },
);

test("a new UIDVALIDITY brings what arrived meanwhile and leaves the old mail alone", { skip }, async () => {
  const folder = await folderWith("Wiederhergestellt", { Jahr: 400 * day, Monat: 40 * day });
  const place = store();
  const first = follow(place, folder, { from: "now" });
  await place.connected();
  await put(folder, "Vorher");
  await place.has("Vorher");
  await first.stop();
  await put(folder, "Verpasst");
  await peers.changeUidValidity(peers.accounts.service.user, folder);
  const second = follow(place, folder, { from: "now" });
  await place.has("Verpasst");
  await put(folder, "Nachher");
  await place.has("Nachher");
  await second.stop();
  assert.deepEqual(place.kept, ["Vorher", "Verpasst", "Nachher"]);
  assert.equal(place.calls, 4, "the one that was here is recognised, the old ones are not even fetched");
});

test("a mailbox that moved to another port goes on, without a gap", { skip }, async () => {
  const wire = await startWire();
  const folder = await folderWith("Umgezogen", { Jahr: 400 * day });
  const place = store();
  const first = follow(place, folder, { from: "now" });
  await place.connected();
  await first.stop();
  await put(folder, "Unterwegs");
  const second = follow(place, folder, { from: "now", port: wire.port });
  await place.has("Unterwegs");
  await second.stop();
  await wire.stop();
  assert.deepEqual(place.kept, ["Unterwegs"]);
});

test("a server that does not say UIDNEXT", { skip }, async () => {
  const wire = await startWire({ server: (text) => text.replaceAll("[UIDNEXT", "[XIDNEXT") });
  for (const [name, mails] of [
    ["OhneVoll", { Alt: day, Eben: 0 }],
    ["OhneLeer", {}],
  ] as const) {
    const folder = await folderWith(name, mails);
    const place = store();
    const listener = follow(place, folder, { from: "now", port: wire.port });
    await place.connected();
    await put(folder, "Neu");
    await place.has("Neu");
    await listener.stop();
    assert.deepEqual(place.kept, ["Neu"]);
  }
  await wire.stop();
});
