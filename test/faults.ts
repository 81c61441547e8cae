// What tests of faults share: centres that are killed, stores that go away, mails that carry their own mark. Used by test/journeys.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { converse, SmtpRefusal } from "#channels/email/simClient.ts";
import { startMailSim, type MailSim } from "#channels/email/sim.ts";
import { startPostgres } from "#platform/postgres/postgres.ts";
import { addMailbox, setUpCentre } from "#test/centre.ts";
import { layCluster } from "#test/cluster.ts";
import type { Desk } from "#test/desk.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

/** The mailbox of every centre here. */
export const service = "service@kabel.test";
/** What is taken down at the end of the file, last first. */
export const cleaners: (() => Promise<void>)[] = [];
after(async () => {
  // Each is tried: what could not be removed must not keep a PostgreSQL running.
  const failed: unknown[] = [];
  for (const clean of cleaners.toReversed()) await clean().catch((error: unknown) => failed.push(error));
  assert.deepEqual(failed, []);
});

/** Kills the first of those processes that can still be found. */
export const kill = async (find: () => Promise<readonly number[]>): Promise<boolean> => {
  for (const pid of await find()) {
    try {
      return process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself between the look and the kill.
    }
  }
  return false;
};

/** A running centre with one mailbox, and the provider behind it. */
export interface Centre {
  server: TestServer;
  readonly sim: MailSim;
  readonly desk: Desk;
  readonly channelId: string;
}

/** Starts a centre that sends at once; `wish` as for `startTestServer`. */
export const centre = async (wish: Parameters<typeof startTestServer>[0] = {}): Promise<Centre> => {
  const sim = await startMailSim({ dir: null, smtpPort: 0 });
  const server = await startTestServer({ ...wish, env: { UNDO_SECONDS: "0", LOG_LEVEL: "error", ...wish.env } });
  const { desk, brand } = await setUpCentre(server.url);
  const channel = await addMailbox(desk, brand.id, { address: service, smtp: { host: "127.0.0.1", port: sim.port } });
  const made: Centre = { server, sim, desk, channelId: channel.id };
  cleaners.push(async () => {
    await made.server.stop();
    await sim.stop();
  });
  return made;
};

/** A PostgreSQL of the test's own that keeps what it acknowledges; other nodes may share it. */
export const ownStore = async (): Promise<{ readonly url: string; readonly dataDir: string }> => {
  const dataDir = join(await mkdtemp(join(tmpdir(), "draht-store-")), "postgres");
  await layCluster(dataDir);
  const store = await startPostgres({ dataDir, log: () => undefined });
  cleaners.push(async () => {
    await store.stop();
    await rm(dirname(dataDir), { recursive: true, force: true });
  });
  return { url: store.url, dataDir };
};

/** One statement over a connection of its own. */
export const query = async <T>(url: string, text: string): Promise<T[]> => {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows as T[];
  } finally {
    await client.end();
  }
};

/** Looks until it is so, the longer it takes the less often; the database cannot tell by itself. Fails with `what` after the given time, by that clock. */
export const until = async (
  what: string,
  withinMs: number,
  look: () => Promise<boolean>,
  nowMs: () => number = () => performance.now(),
): Promise<number> => {
  const begun = nowMs();
  for (;;) {
    if (await look().catch(() => false)) return nowMs() - begun;
    const waitedMs = nowMs() - begun;
    assert.ok(waitedMs < withinMs, `${what} within ${withinMs} ms`);
    // Twenty looks in a second, for a minute, took more of the processor than what was waited for.
    await pause(Math.min(500, Math.max(50, waitedMs / 20)));
  }
};

/** A mail that carries its mark; `answers`: the mark of an earlier one. */
export const letter = (mark: string, from: string, answers: string | null, padding = ""): Buffer =>
  Buffer.from(
    `From: ${from}\r\nTo: ${service}\r\nSubject: Anliegen ${mark}\r\nMessage-ID: <${mark}@kunde.test>\r\n${answers === null ? "" : `References: <${answers}@kunde.test>\r\n`}Content-Type: text/plain; charset=utf-8\r\n\r\nText ${mark} für Sie.\r\n${padding}`,
  );

/** Hands a mail over as a mail server does: the same bytes again until they are taken. Resolves with the number of tries. */
export const handOver = async (port: number, raw: Buffer, from: string, over?: AbortSignal): Promise<number> => {
  for (let tries = 1; over?.aborted !== true; tries += 1) {
    try {
      await converse({ host: "127.0.0.1", port }, { hello: "kunde.test", from, to: [service], raw });
      return tries;
    } catch (error) {
      if (error instanceof SmtpRefusal && error.reply?.startsWith("5") === true) throw error;
      await pause(100);
    }
  }
  return 0;
};

/** Every message with the state of its delivery, by concern and place. */
export const rows = (url: string) =>
  query<{ concern: string; seq: number; direction: string; text: string; state: string | null }>(
    url,
    "SELECT m.concern_id AS concern, m.seq, m.direction, b.text, (SELECT max(d.state) FROM delivery d WHERE d.message_id = m.id) AS state FROM message m JOIN message_body b ON b.message_id = m.id ORDER BY m.concern_id, m.seq",
  );

/** A way to a database that can be shut (refused at once) or silenced (nothing comes back, as in a one-way partition). */
export const gate = async (
  target: URL,
): Promise<{ readonly url: string; mode: "open" | "shut" | "silent"; readonly stop: () => Promise<void> }> => {
  const sockets = new Set<Socket>();
  const state = { mode: "open" as "open" | "shut" | "silent" };
  const server = createServer((from) => {
    if (state.mode === "shut") {
      from.destroy();
      return;
    }
    const to = connect(Number(target.port), target.hostname);
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(one);
      one.on("data", (chunk) => {
        // What the server says is lost on its way back.
        if (state.mode !== "silent" || one === from) other.write(chunk);
      });
      one.on("error", () => {});
      one.on("close", () => {
        sockets.delete(one);
        // Nobody hears through a partition that the other side has gone, also not afterwards.
        if (state.mode !== "silent") other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  // Through this gate, not past it by the local socket.
  url.searchParams.delete("host");
  return {
    url: url.href,
    get mode() {
      return state.mode;
    },
    set mode(mode) {
      state.mode = mode;
      if (mode === "shut") for (const socket of sockets) socket.destroy();
    },
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
};
