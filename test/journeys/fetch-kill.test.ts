// kill -9 of the server while it fetches a mailbox from a real Dovecot: every mail is there once, and nothing in the mailbox is marked. Old mail
// that the operator does not want lies between them and stays where it is.
// FETCH_KILLS=50 node test/journeys/fetch-kill.test.ts kills fifty times.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { ImapFlow } from "imapflow";
import { addMailbox, setUpCentre } from "#test/centre.ts";
import { letter, query, until } from "#test/faults.ts";
import { peersAvailable, startMailPeers, type MailPeers } from "#test/peers/mail.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

const available = peersAvailable();
const skip = available.ok ? false : available.why;
const kills = Number(process.env["FETCH_KILLS"] ?? "6");
const perRound = 60;

let peers: MailPeers;
let server: TestServer;
let box: ImapFlow;

before(async () => {
  if (skip !== false) return;
  peers = await startMailPeers();
  server = await startTestServer({ env: { LOG_LEVEL: "info" } });
  const { user, password: pass } = peers.accounts.service;
  box = new ImapFlow({ ...peers.imap, secure: false, doSTARTTLS: false, auth: { user, pass }, logger: false });
  await box.connect();
});

after(async () => {
  await box?.logout().catch(() => undefined);
  await server?.stop();
  await peers?.stop();
});

test(
  `a server that is killed ${kills} times while it fetches`,
  { skip, timeout: 300_000 + kills * 30_000 },
  async (t) => {
    const { desk, brand } = await setUpCentre(server.url);
    const marks: string[] = [];
    /** More mails lie in the mailbox, each of a sender of its own. */
    const put = async (round: number): Promise<void> => {
      for (let n = 0; n < perRound; n += 1) {
        const mark = `h-${round}-${n}-x`;
        marks.push(mark);
        await box.append("INBOX", letter(mark, `${mark}@kunde.test`, null));
        if (round === 0) {
          const long = new Date(Date.now() - 40 * 24 * 60 * 60_000);
          await box.append("INBOX", letter(`alt-${n}-x`, `alt-${n}@kunde.test`, null), [], long);
        }
      }
    };
    await put(0);
    await addMailbox(desk, brand.id, {
      address: "service@kabel.test",
      smtp: null,
      door: false,
      imap: { ...peers.imap, ...peers.accounts.service },
      days: 30,
    });
    let inTheMiddle = 0;
    for (let round = 1; round <= kills; round += 1) {
      const putting = put(round);
      await pause(40 + Math.random() * 500);
      await server.end("SIGKILL");
      const [had] = await query<{ n: number }>(await server.databaseUrl(), "SELECT count(*)::int AS n FROM intake");
      await putting;
      if ((had?.n ?? 0) < marks.length) inTheMiddle += 1;
      server = await server.again();
    }
    const databaseUrl = await server.databaseUrl();
    await until("everything is fetched and read", 200_000, async () => {
      const [row] = await query<{ n: number }>(
        databaseUrl,
        "SELECT count(*)::int AS n FROM message WHERE direction = 'in'",
      );
      return (row?.n ?? 0) >= marks.length;
    });
    await until("nothing is left to read", 100_000, async () => {
      const [row] = await query<{ n: number }>(
        databaseUrl,
        "SELECT count(*)::int AS n FROM intake WHERE state = 'stored'",
      );
      return row?.n === 0;
    });
    const messages = await query<{ text: string }>(
      databaseUrl,
      "SELECT b.text FROM message m JOIN message_body b ON b.message_id = m.id WHERE m.direction = 'in'",
    );
    const times = new Map<string, number>();
    for (const { text } of messages) {
      const mark = /h-\d+-\d+-x/.exec(text)?.[0] ?? "?";
      times.set(mark, (times.get(mark) ?? 0) + 1);
    }
    assert.deepEqual(
      marks.filter((mark) => !times.has(mark)),
      [],
      "lost",
    );
    assert.deepEqual(
      [...times].filter(([, n]) => n !== 1),
      [],
      "twice",
    );
    assert.equal(messages.length, marks.length, "ghosts");
    assert.deepEqual(
      (await peers.flags(peers.accounts.service.user)).filter((flags) => /seen|deleted/i.test(flags)),
      [],
      "nothing is marked",
    );
    const opened = server.output().split("imap.opened").length - 1;
    assert.ok(
      opened === 1,
      `the mailbox was opened ${opened} times: what a channel says of its health is no reason to begin anew`,
    );
    assert.ok(inTheMiddle > 0, "a kill came in the middle of fetching");
    t.diagnostic(`${marks.length} mails, ${kills} kills, ${inTheMiddle} of them in the middle of fetching`);
  },
);
