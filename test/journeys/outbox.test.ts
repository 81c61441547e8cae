// kill -9 of the sender at every point between taking a delivery and storing what the provider said, and at random moments.
// The oracle: the provider keeps what it took. Nothing is lost, at most one copy left by itself, and what nobody knows is shown within a minute.
// KILLS=100 node test/journeys/outbox.test.ts kills a hundred times at random and says what became of the answers.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Client, Pool } from "pg";
import { startMailSim, type MailSim, type SimStep } from "#channels/email/sim.ts";
import { api } from "#contract/api.ts";
import type { Brand } from "#contract/brands.ts";
import { addMailbox, setUpCentre } from "#test/centre.ts";
import { Refused, type Desk } from "#test/desk.ts";
import { centre, cleaners, ownStore, query, until } from "#test/faults.ts";
import { ownTime } from "#test/ownTime.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

const kills = Number(process.env["KILLS"] ?? "6");

/** A mailbox with a provider of its own, and an answer that leaves by it. */
interface Sending {
  readonly name: string;
  readonly sim: MailSim;
  readonly messageId: string;
  readonly concernId: string;
  readonly channelId: string;
}

interface Place {
  server: TestServer;
  readonly desk: Desk;
  readonly brand: Brand;
  readonly database: Pool;
}

/** A server on a database that others may share: only the lease says when somebody is gone. */
const place = async (undoSeconds = 0): Promise<Place> => {
  const store = await ownStore();
  const env = { UNDO_SECONDS: String(undoSeconds), LOG_LEVEL: "error" };
  const server = await startTestServer({ database: store.url, env });
  const { desk, brand } = await setUpCentre(server.url);
  const database = new Pool({ connectionString: store.url, max: 4 });
  const made: Place = { server, desk, brand, database };
  cleaners.push(async () => {
    await database.end();
    await made.server.stop();
  });
  return made;
};

/** Writes to a customer by a mailbox of its own; `prepare` has the provider before anything leaves, `uploads` make it large. */
const sendBy = async (
  at: Place,
  name: string,
  options: { readonly prepare?: (sim: MailSim) => void; readonly uploads?: readonly string[] } = {},
): Promise<Sending> => {
  const sim = await startMailSim({ dir: null, smtpPort: 0 });
  cleaners.push(sim.stop);
  options.prepare?.(sim);
  const channel = await addMailbox(at.desk, at.brand.id, {
    address: `${name}@kabel.test`,
    smtp: { host: "127.0.0.1", port: sim.port },
  });
  const { concern, message } = await at.desk.call(api.concerns.create, {
    body: {
      brandId: at.brand.id,
      channelId: channel.id,
      customerId: null,
      kind: "email",
      to: [`${name}@kunde.test`],
      cc: [],
      subject: `Punkt ${name}`,
      text: "Eine Kopie höchstens.",
      html: null,
      uploads: [...(options.uploads ?? [])],
      key: crypto.randomUUID(),
    },
  });
  return { name, sim, messageId: message.id, concernId: concern.id, channelId: channel.id };
};

/** Answers in the concern of an earlier sending, by the same mailbox. */
const answerTo = async (at: Place, first: Sending, to: string): Promise<Sending> => {
  const { message } = await at.desk.call(api.concerns.reply, {
    params: { id: first.concernId },
    body: {
      channelId: first.channelId,
      to: [to],
      cc: [],
      text: "Noch etwas.",
      html: null,
      uploads: [],
      sendAt: null,
      statusAfter: "waiting",
      key: crypto.randomUUID(),
    },
  });
  return { ...first, messageId: message.id };
};

const delivery = async (at: Place, sending: Sending) => {
  const { rows } = await at.database.query<{ id: string; state: string; begun: boolean }>(
    "SELECT id, state, begun_at IS NOT NULL AS begun FROM delivery WHERE message_id = $1",
    [sending.messageId],
  );
  return rows[0] ?? assert.fail("a delivery is gone");
};

/** Waits until the server hangs in a statement like this one, behind a lock that the test holds. It gives up a lock after 8 s. */
const hangsIn = (at: Place, statement: RegExp): Promise<number> =>
  until(`the server hangs in ${statement}`, 30_000, async () => {
    const { rows } = await at.database.query<{ query: string }>(
      "SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
    );
    return rows.some((row) => statement.test(row.query));
  });

/** Kills the server, starts another, and gives for each sending what it is shown as in the end. */
const afterKill = async (at: Place, sendings: readonly Sending[]): Promise<ReadonlyMap<string, string>> => {
  await at.server.end("SIGKILL");
  const clock = ownTime();
  at.server = await at.server.again();
  const ends = new Map<string, string>();
  for (const sending of sendings) {
    const isShown = async (): Promise<boolean> => {
      const shown = await at.desk.call(api.concerns.message, { params: { id: sending.messageId } });
      const state = shown.deliveries[0]?.state ?? "";
      ends.set(sending.name, state);
      return state === "sent" || state === "unknown";
    };
    await until(`${sending.name} is shown as what it is`, 60_000 - clock.ms(), isShown, clock.ms);
  }
  clock.stop();
  return ends;
};

const copiesOf = ({ sim }: Sending): number => sim.messages().length;

/** An unknown one is a person's to decide: it is marked, and a second try is the same mail. */
const canBeDecided = async (at: Place, sending: Sending): Promise<void> => {
  const { concern } = await at.desk.call(api.concerns.open, { params: { id: sending.concernId } });
  assert.equal(concern.row.deliveryFailed, true, `${sending.name}: somebody has to look`);
  await at.desk.call(api.concerns.sendNow, { params: { id: sending.messageId } });
  await until(
    `${sending.name}'s second try is sent`,
    60_000,
    async () => (await delivery(at, sending)).state === "sent",
  );
  const ids = sending.sim.messages().map((mail) => mail.messageId);
  assert.ok(ids.length >= 1 && new Set(ids).size === 1, `${sending.name}: ${ids.length} copies of one Message-ID`);
};

suite("the sender is killed", { concurrency: 3 }, () => {
  test("at each step of its talk with the provider", { timeout: 400_000 }, async () => {
    const at = await place();
    const steps: readonly SimStep[] = ["connect", "mail", "rcpt", "data", "text", "end", "answer"];
    const big = await at.desk.upload("groß.bin", Buffer.alloc(12_000_000, 7), "application/octet-stream");
    const reached: Promise<void>[] = [];
    const sendings: Sending[] = [];
    for (const step of steps)
      sendings.push(
        await sendBy(at, step, {
          prepare: (sim) => {
            sim.fail({ step, does: 3_600_000 });
            reached.push(sim.failing(step));
          },
          uploads: step === "text" ? [big] : [],
        }),
      );
    const before = await sendBy(at, "davor");
    await Promise.all(reached);
    await until("one was sent before", 60_000, async () => (await delivery(at, before)).state === "sent");
    for (const sending of sendings) {
      const { state, begun } = await delivery(at, sending);
      // Without a greeting the provider has seen nothing of the mail: it may be sent anew.
      assert.deepEqual([sending.name, state, begun], [sending.name, "sending", sending.name !== "connect"]);
    }
    const ends = await afterKill(at, [...sendings, before]);
    const [connecting, ...begun] = sendings;
    assert.ok(connecting);
    assert.deepEqual([ends.get("connect"), copiesOf(connecting)], ["sent", 1]);
    for (const sending of begun) {
      assert.equal(ends.get(sending.name), "unknown", sending.name);
      assert.equal(copiesOf(sending), sending.name === "answer" ? 1 : 0, sending.name);
    }
    assert.deepEqual([ends.get("davor"), copiesOf(before)], ["sent", 1]);
    await Promise.all(begun.map((sending) => canBeDecided(at, sending)));
  });

  test(
    "before it has the mail ready, while it remembers the keys, and before it stores the answer",
    { timeout: 400_000 },
    async () => {
      // Nothing leaves by itself: each is due when the locks that it shall meet are held, however long that takes.
      const at = await place(120);
      const letGo = async (...sendings: readonly Sending[]): Promise<void> => {
        for (const { messageId } of sendings)
          await at.database.query("UPDATE delivery SET next_try_at = now() WHERE message_id = $1 AND state = 'held'", [
            messageId,
          ]);
      };
      const holder = new Client({ connectionString: await at.server.databaseUrl() });
      await holder.connect();
      const [claimed, keys] = [await sendBy(at, "genommen"), await sendBy(at, "merken")];
      await letGo(claimed, keys);
      for (const first of [claimed, keys])
        await until("the first is sent", 60_000, async () => (await delivery(at, first)).state === "sent");
      const remembering = await answerTo(at, keys, "merken@kunde.test");
      const taking = await answerTo(at, claimed, "neu@kunde.test");
      // Answered and not stored: the delivery's row is held before the provider says 250.
      let kept: Promise<void> = Promise.resolve();
      const result = await sendBy(at, "ergebnis", {
        prepare: (sim) => {
          sim.fail({ step: "answer", does: 4_000 });
          kept = sim.failing("answer");
        },
      });
      await letGo(result);
      await kept;
      await holder.query("BEGIN");
      await holder.query("SELECT FROM delivery WHERE message_id = $1 FOR UPDATE", [result.messageId]);
      // Remembering the keys writes where nobody may write now.
      await holder.query("LOCK TABLE reference IN SHARE MODE");
      // Taken and not ready: a new recipient's token wants the concern.
      await holder.query("SELECT FROM concern WHERE id = $1 FOR UPDATE", [claimed.concernId]);
      await letGo(remembering, taking);
      await hangsIn(at, /FROM delivery/);
      await hangsIn(at, /INTO reference/);
      // What a statement says first is shown, not all of it.
      await hangsIn(at, /^SELECT\s+c\.id, c\.number/);
      const { state, begun } = await delivery(at, taking);
      assert.deepEqual([state, begun], ["sending", false]);
      assert.equal(copiesOf(result), 1);
      const ending = afterKill(at, [result, remembering, taking]);
      await holder.query("ROLLBACK");
      await holder.end();
      const ends = await ending;
      assert.deepEqual([ends.get("ergebnis"), copiesOf(result)], ["unknown", 1]);
      assert.deepEqual([ends.get("genommen"), copiesOf(taking)], ["sent", 2], "its first mail, and this one once");
      // What PostgreSQL had in hand when its client was killed may still be carried out: both ends are right, a copy too many is not.
      assert.deepEqual(copiesOf(remembering), ends.get("merken") === "sent" ? 2 : 1);
      await canBeDecided(at, result);
    },
  );

  test("not killed but stopped, it wakes when others have done its work: nothing leaves twice, and what it heard still counts", async () => {
    const at = await place();
    const reached: Promise<void>[] = [];
    const lateBy = (step: SimStep) => (sim: MailSim) => {
      sim.fail({ step, does: 2_000 });
      reached.push(sim.failing(step));
    };
    const greeting = await sendBy(at, "gruss", { prepare: lateBy("connect") });
    const answered = await sendBy(at, "antwort", { prepare: lateBy("answer") });
    await Promise.all(reached);
    const sleeper = at.server;
    process.kill(sleeper.pid, "SIGSTOP");
    cleaners.push(async () => void sleeper.end("SIGCONT"));
    // Nobody hears of it for as long as a lease lasts.
    await at.database.query("UPDATE delivery SET lease_until = now() - interval '1 second' WHERE state = 'sending'");
    const other = await startTestServer({
      database: await sleeper.databaseUrl(),
      dataDir: sleeper.dataDir,
      env: { UNDO_SECONDS: "0", LOG_LEVEL: "error" },
    });
    cleaners.push(other.stop);
    await until("the other has sent one", 60_000, async () => (await delivery(at, greeting)).state === "sent");
    await until("the other says it", 60_000, async () => (await delivery(at, answered)).state === "unknown");
    process.kill(sleeper.pid, "SIGCONT");
    await until("its answer counts", 60_000, async () => (await delivery(at, answered)).state === "sent");
    // In order: what it had in hand is over.
    await sleeper.end("SIGTERM");
    assert.deepEqual([copiesOf(greeting), copiesOf(answered)], [1, 1]);
    assert.equal((await delivery(at, greeting)).state, "sent");
  });

  test(`at ${kills} random moments of sending`, { timeout: 300_000 + kills * 30_000 }, async (t) => {
    const one = await centre();
    const [brand] = await one.desk.call(api.brands.list);
    assert.ok(brand);
    // Each step takes a moment, so that a kill finds deliveries at all of them.
    for (const step of ["connect", "mail", "rcpt", "data", "text", "end", "answer"] as const)
      one.sim.fail({ step, does: step === "answer" ? 60 : 12, times: Number.MAX_SAFE_INTEGER });
    const marks: string[] = [];
    const write = async (mark: string): Promise<void> => {
      const key = crypto.randomUUID();
      for (;;) {
        const got = await one.desk
          .call(api.concerns.create, {
            body: {
              brandId: brand.id,
              channelId: one.channelId,
              customerId: null,
              kind: "email",
              to: [`${mark}@kunde.test`],
              cc: [],
              subject: mark,
              text: `Text ${mark}`,
              html: null,
              uploads: [],
              key,
            },
          })
          .catch((error: unknown) => (error instanceof Refused && error.status < 500 ? Promise.reject(error) : null));
        if (got !== null) return;
        await pause(50);
      }
    };
    let foundUnderWay = 0;
    for (let round = 0; round < kills; round += 1) {
      const mine = Array.from({ length: 10 }, (_, n) => `k-${round}-${n}-x`);
      marks.push(...mine);
      const writing = Promise.all(mine.map(write));
      await pause(60 + Math.random() * 300);
      await one.server.end("SIGKILL");
      const database = await one.server.databaseUrl();
      const [under] = await query<{ n: number }>(
        database,
        "SELECT count(*)::int AS n FROM delivery WHERE state = 'sending'",
      );
      foundUnderWay += under?.n ?? 0;
      one.server = await one.server.again();
      await writing;
    }
    const database = await one.server.databaseUrl();
    await until("everything is settled", 200_000, async () => {
      const [left] = await query<{ n: number }>(
        database,
        "SELECT count(*)::int AS n FROM delivery WHERE state IN ('held', 'waiting', 'sending')",
      );
      return left?.n === 0;
    });
    const rows = await query<{ subject: string; state: string }>(
      database,
      "SELECT m.subject, d.state FROM message m JOIN delivery d ON d.message_id = m.id WHERE m.direction = 'out'",
    );
    const copies = Map.groupBy(one.sim.messages(), (mail) => /k-\d+-\d+-x/.exec(mail.subject)?.[0] ?? "");
    const count = { sent: 0, unknown: 0, unknownWithCopy: 0, lost: 0, doubled: 0 };
    for (const mark of marks) {
      const mine = rows.filter((row) => row.subject === mark);
      assert.equal(mine.length, 1, `one answer ${mark}`);
      const state = mine[0]?.state;
      const left = copies.get(mark)?.length ?? 0;
      if (state === "sent") count.sent += 1;
      else if (state === "unknown") count.unknown += 1;
      if (state === "unknown" && left === 1) count.unknownWithCopy += 1;
      if ((state !== "sent" && state !== "unknown") || (state === "sent" && left === 0)) count.lost += 1;
      if (left > 1) count.doubled += 1;
    }
    t.diagnostic(`${kills} kills, ${foundUnderWay} deliveries under way when it happened: ${JSON.stringify(count)}`);
    assert.deepEqual([count.lost, count.doubled], [0, 0], JSON.stringify(count));
    assert.ok(foundUnderWay > 0, "the kills found something under way");
    assert.equal(count.sent + count.unknown, marks.length);
  });
});
