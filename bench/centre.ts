// A centre to be measured: a real server with its own PostgreSQL, set up over HTTP and ready to be filled. Used by bench/main.ts.
import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { api } from "#contract/api.ts";
import { everything, type ListFilter } from "#contract/concerns.ts";
import { uuidV7 } from "#lib/id.ts";
import { topicsOf } from "#lib/corpus/letters.ts";
import { newToken, openSecret } from "#platform/secret.ts";
import type { Centre } from "#bench/fill/rows.ts";
import type { Roots } from "#bench/processes.ts";
import { addAgent, addMailbox, agentPassword, setUpCentre } from "#test/centre.ts";
import { signIn, type Desk } from "#test/desk.ts";
import { freePorts } from "#test/ports.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

export interface BenchCentre {
  readonly server: TestServer;
  readonly roots: Roots;
  readonly databaseUrl: string;
  readonly fillInto: Centre;
  readonly topics: ReadonlyMap<string, { readonly id: string; readonly teamId: string | null }>;
  readonly address: string;
  readonly channelId: string;
  /** Where its inspector listens once it is asked for (SIGUSR1). */
  readonly inspectPort: number;
  readonly admin: Desk;
  /** Thirty agents at their desks, each with thirty views; the first has twenty. */
  readonly desks: readonly Desk[];
  /** Stops and starts it again on the same data. */
  readonly again: () => Promise<BenchCentre>;
  readonly stop: () => Promise<void>;
}

const address = "service@kabel.example";
const desksWanted = 30;

/** Views as agents keep them: by status, person, team, priority, tag, topic. */
const viewFilters = (topics: readonly string[], teams: readonly string[], count: number): ListFilter[] => {
  const list: ListFilter[] = [
    ...teams.map((teamId) => ({ ...everything, teamId: teamId as never, statuses: ["new" as const, "open" as const] })),
    ...(["urgent", "high", "normal", "low"] as const).map((priority) => ({
      ...everything,
      priorities: [priority],
      statuses: ["new" as const, "open" as const],
    })),
    { ...everything, assignee: "none", priorities: ["urgent", "high"] },
    { ...everything, assignee: "me", statuses: ["open"] },
    { ...everything, assignee: "me", statuses: ["waiting", "snoozed"] },
    { ...everything, statuses: ["resolved"] },
    { ...everything, tag: "eskalation" },
    ...topics.map((topicId) => ({
      ...everything,
      topicId: topicId as never,
      statuses: ["new" as const, "open" as const],
    })),
  ];
  return Array.from({ length: count }, (_, i) => list[i % list.length] ?? everything);
};

const cache = join(import.meta.dirname, "..", "node_modules", ".cache", "v8");

/** As `npm start` has it, but that nothing is sent and no name is looked up. */
const env = (more: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
  CHECK_ANSWERS: "no",
  DNS: "off",
  UNDO_SECONDS: "120",
  UNKNOWN_SENDERS: "0",
  LOG_LEVEL: "error",
  NODE_COMPILE_CACHE: cache,
  ...more,
});

/** `profile`: PostgreSQL counts its statements, and the server writes a CPU profile into the data folder when it ends. */
export const openCentre = async (options: { readonly profile: boolean }): Promise<BenchCentre> => {
  const dataDir = await mkdtemp(join(tmpdir(), "draht-bench-"));
  if (options.profile) {
    await mkdir(join(dataDir, "postgres"), { recursive: true });
    await writeFile(
      join(dataDir, "postgres", "postgres.conf"),
      "shared_preload_libraries = 'pg_stat_statements'\npg_stat_statements.track = all\n",
    );
  }
  const [inspectPort = 0] = await freePorts(1);
  const more: Readonly<Record<string, string>> = {
    NODE_OPTIONS: `--inspect-port=127.0.0.1:${inspectPort}${options.profile ? ` --cpu-prof --cpu-prof-dir=${join(dataDir, "profiles")}` : ""}`,
  };
  const server = await startTestServer({ dataDir, env: env(more) });
  const { desk: admin, brand } = await setUpCentre(server.url);
  const teams = await Promise.all(
    ["Kundenservice", "Technik", "Rechnung"].map((name) => admin.call(api.agents.createTeam, { body: { name } })),
  );
  const topics = new Map<string, { id: string; teamId: string | null }>();
  for (const [place, { key }] of topicsOf("de").entries()) {
    const teamId = teams[place % teams.length]?.id ?? null;
    const topic = await admin.call(api.brands.createTopic, {
      body: { parentId: null, name: key, teamId, whenClosed: "reopen" },
    });
    topics.set(key, { id: topic.id, teamId });
  }
  // Nothing listens there: what is held stays held, and no answer is measured together with its sending.
  const channel = await addMailbox(admin, brand.id, { address, smtp: { host: "127.0.0.1", port: 9 } });
  const agents: { id: string; name: string; handle: string }[] = [];
  const desks: Desk[] = [];
  for (let i = 0; i < desksWanted; i += 1) {
    const agent = await addAgent(admin, {
      name: `Mitarbeiter ${i + 1}`,
      email: `m${i + 1}@kabel.example`,
      role: "agent",
    });
    agents.push({ id: agent.id, name: agent.name, handle: agent.handle });
    const desk = await signIn(server.url, `m${i + 1}@kabel.example`, agentPassword);
    desks.push(desk);
    // News by mail would go to a provider that is not there.
    await desk.call(api.agents.changePreferences, {
      body: {
        language: "de",
        theme: "system",
        density: "comfortable",
        afterwards: "next",
        signature: "",
        notifyByMail: false,
        followedByMail: false,
      },
    });
    const filters = viewFilters(
      [...topics.values()].map((topic) => topic.id),
      teams.map((team) => team.id),
      i === 0 ? 20 : 30,
    );
    for (const [n, filter] of filters.entries())
      await desk.call(api.concerns.saveView, { body: { name: `Ansicht ${n + 1}`, filter, share: { with: "me" } } });
  }
  const secret = openSecret(dataDir, undefined);
  const fillInto: Centre = {
    brand: { id: brand.id, name: brand.name, signature: brand.signature, language: brand.language },
    channel: { id: channel.id, address },
    agents,
    newId: (atMs) => uuidV7(atMs, randomBytes(10)),
    newToken,
    mac: secret.mac,
    hashOf: (bytes) => createHash("sha256").update(bytes).digest("hex"),
  };
  const remove = (): Promise<void> => rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  const over = async (running: TestServer): Promise<BenchCentre> => ({
    server: running,
    roots: { app: running.pid, database: await postmaster(running) },
    databaseUrl: await running.databaseUrl(),
    fillInto,
    topics,
    address,
    channelId: channel.id,
    inspectPort,
    admin,
    desks,
    again: async () => {
      await running.end("SIGTERM");
      return over(await running.again({ env: env(more) }));
    },
    stop: async () => {
      await running.end("SIGTERM");
      if (!options.profile) await remove();
    },
  });
  return over(server);
};

const postmaster = async (server: TestServer): Promise<number> => {
  return Number((await readFile(join(server.dataDir, "postgres", "cluster", "postmaster.pid"), "utf8")).split("\n")[0]);
};
