// Several server processes on one PostgreSQL and one data folder, as a centre runs that is too large for one. Used by test/journeys.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMailSim, type MailSim } from "#channels/email/sim.ts";
import { addMailbox, setUpCentre } from "#test/centre.ts";
import type { Desk } from "#test/desk.ts";
import { cleaners, ownStore, service } from "#test/faults.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

/** A centre on several processes; the desk is signed in at the first. */
export interface Nodes {
  readonly servers: readonly TestServer[];
  readonly desk: Desk;
  readonly databaseUrl: string;
  /** Of the mailbox that every node takes mail for. */
  readonly channelId: string;
  /** The provider through which every node sends. */
  readonly sim: MailSim;
}

/** Starts that many server processes, one after another; the mailbox is connected before the others start, so that each knows it. */
export const startNodes = async (count: number, env: Readonly<Record<string, string>> = {}): Promise<Nodes> => {
  const store = await ownStore();
  const dataDir = await mkdtemp(join(tmpdir(), "draht-nodes-"));
  const sim = await startMailSim({ dir: null, smtpPort: 0 });
  const wish = {
    database: store.url,
    dataDir,
    env: { UNDO_SECONDS: "0", LOG_LEVEL: "error", READERS: "1", ...env },
  };
  cleaners.push(async () => {
    await sim.stop();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });
  const start = async (): Promise<TestServer> => {
    const server = await startTestServer(wish);
    cleaners.push(server.stop);
    return server;
  };
  const first = await start();
  const { desk, brand } = await setUpCentre(first.url);
  const channel = await addMailbox(desk, brand.id, { address: service, smtp: { host: "127.0.0.1", port: sim.port } });
  const others = await Promise.all(Array.from({ length: count - 1 }, start));
  return { servers: [first, ...others], desk, databaseUrl: store.url, channelId: channel.id, sim };
};
