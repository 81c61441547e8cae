// `npm run bench`: fills a real server with so many messages and measures it over HTTP and SMTP, size by size. docs/bench.md says what it means.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { openCentre, type BenchCentre } from "#bench/centre.ts";
import { flowChatBench } from "#bench/flow-chat.ts";
import { flowRunsBench } from "#bench/flow-runs.ts";
import { flowsBench } from "#bench/flows.ts";
import { fill, nothingFilled } from "#bench/fill/fill.ts";
import { fixedWorkMs, machineLoad, memoryOf } from "#bench/processes.ts";
import { checkPlans } from "#bench/plans.ts";
import {
  chatMarkdown,
  markdown,
  writeCalls,
  writeFlowChat,
  writeFlows,
  writeReport,
  writeRinging,
  writeRouting,
  type Results,
  type SizeResult,
} from "#bench/report.ts";
import { ringingBench } from "#bench/ringing.ts";
import { routingBench } from "#bench/routing.ts";
import { statements, workloads, type Bench } from "#bench/work.ts";

const root = dirname(import.meta.dirname);

const help = `npm run bench                       10,000 messages, everything
npm run bench -- --full             10,000, 50,000, 200,000 and 1,000,000 messages
  --sizes 10000,50000               these sizes, rising
  --only chat                       the chat: 5,000 pages, 200 desks, two nodes, in under four minutes
  --only routing                    the routing engine alone, in process: no server, no database
  --only flows                      the interpreter of flows alone, in process, and flows that run
  --only calls                      calls of browsers through the engine of the program's own
  --only flow-chat                  a flow through the chat, from an answer to the next question, on a real server
  --only ringing                    from a stored arrival to the ringing desk, on a real server
  --only inbox,search               these workloads: ${Object.keys(workloads).join(", ")}
  --share 0.2                       a fifth of the repetitions
  --out FILE                        results as JSON
  --report                          the figures into docs/bench.md, with curves
  --write-plans                     records the plans of the hot queries; without it they are compared at 10,000 messages
  --plans FOLDER                    compares with the plans in another folder, at every size
  --profile                         CPU profile of the server and PostgreSQL's statements
  --seed N                          another corpus`;

const { values } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    sizes: { type: "string" },
    only: { type: "string" },
    share: { type: "string", default: "1" },
    out: { type: "string" },
    report: { type: "boolean", default: false },
    "write-plans": { type: "boolean", default: false },
    plans: { type: "string" },
    profile: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    help: { type: "boolean", default: false },
  },
});

/** The number of messages at which plans are recorded and compared. */
const plansAt = 10_000;

/** Idle is who has rested for so long: the engine gives back what the start had taken some fifteen seconds after it. */
const restMs = 20_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** From the start of the process until a browser has the first page; `again` first stops the old one, which does not count. */
const warmStart = async (centre: BenchCentre): Promise<{ readonly centre: BenchCentre; readonly ms: number }> => {
  const again = await centre.again();
  const begun = performance.now();
  const page = await fetch(`${again.server.url}/`);
  await page.arrayBuffer();
  return { centre: again, ms: again.server.startMs + performance.now() - begun };
};

/** What was filled in looks like news to the reactions; nothing is measured before they have passed it. */
const passed = async (database: pg.Client): Promise<void> => {
  for (;;) {
    const { rows } = await database.query<{ behind: boolean }>(
      "SELECT coalesce(min(seq), 0) < (SELECT max(seq) FROM event) AS behind FROM reaction_cursor",
    );
    if (rows[0]?.behind === false) return;
    await pause(200);
  }
};

const connect = async (centre: BenchCentre): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: centre.databaseUrl });
  // The centre is stopped with the connection still open when a workload failed, and that failure is what is told.
  client.on("error", () => undefined);
  await client.connect();
  return client;
};

const commit = (): string => {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
};

const main = async (): Promise<number> => {
  if (values.help) {
    say(help);
    return 0;
  }
  const sizes = (values.sizes ?? (values.full ? "10000,50000,200000,1000000" : "10000")).split(",").map(Number);
  const routing = values.only === "routing";
  const ringing = values.only === "ringing";
  const flows = values.only === "flows";
  const flowChat = values.only === "flow-chat";
  const calls = values.only === "calls";
  const only =
    routing || ringing || flows || flowChat || calls ? [] : (values.only?.split(",") ?? Object.keys(workloads));
  const unknown = only.filter((name) => !(name in workloads));
  if (unknown.length > 0 || sizes.some((size) => !Number.isInteger(size) || size < 100)) {
    say(
      `${unknown.length > 0 ? `No such workload: ${unknown.join(", ")}.` : "Sizes are whole numbers from 100 on."}\n\n${help}`,
    );
    return 2;
  }
  const seed = Number(values.seed);
  if (routing) {
    const figures = routingBench(Number(values.share), seed, commit(), say);
    if (values.report) writeRouting(root, figures);
    else say(`\n${figures}`);
    return 0;
  }
  if (calls) {
    // The library of voices keeps threads: a process that never calls does without.
    const { callsBench } = await import("#bench/calls.ts");
    const figures = await callsBench(commit(), say);
    if (values.report) writeCalls(root, figures);
    else say(`\n${figures}`);
    return 0;
  }
  if (flows) {
    const figures = flowsBench(Number(values.share), commit(), say);
    const running = await flowRunsBench(Number(values.share), commit(), say);
    if (values.report) writeFlows(root, figures, running);
    else say(`\n${figures}\n\n${running}`);
    return 0;
  }
  if (flowChat) {
    const figures = await flowChatBench(Number(values.share), commit(), say);
    if (values.report) writeFlowChat(root, figures);
    else say(`\n${figures}`);
    return 0;
  }
  if (ringing) {
    const figures = await ringingBench(Number(values.share), commit(), say);
    if (values.report) writeRinging(root, figures);
    else say(`\n${figures}`);
    return 0;
  }
  let centre = await openCentre({ profile: values.profile });
  const filled = nothingFilled();
  const mail = { next: 0 };
  const results: SizeResult[] = [];
  let failures = 0;
  // A bench that is interrupted leaves no server behind.
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void centre.stop().finally(() => process.exit(130)));
  const nowMs = Date.now();
  try {
    for (const messages of sizes) {
      say(`\n${messages} messages`);
      await fill(
        {
          url: centre.databaseUrl,
          centre: centre.fillInto,
          topics: centre.topics,
          seed,
          messages,
          nowMs,
          progress: (line) => process.stdout.write(`\r  filling: ${line}   `),
        },
        filled,
      );
      say("");
      const filling = await connect(centre);
      await passed(filling);
      await filling.end();
      const started = await warmStart(centre);
      centre = started.centre;
      const loadBefore = machineLoad();
      const fixedMs = fixedWorkMs();
      await pause(restMs);
      const idle = memoryOf(centre.roots);
      say(
        `  warm start ${Math.round(started.ms)} ms; idle: main ${idle.mainMb} MB, readers ${idle.readersMb} MB, PostgreSQL ${idle.databaseMb} MB; load ${loadBefore}, fixed work ${Math.round(fixedMs)} ms CPU`,
      );
      const database = await connect(centre);
      if (values.profile)
        await database.query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT pg_stat_statements_reset()");
      const bench: Bench = { centre, database, seed, share: Number(values.share), mail, say };
      const figures: Record<string, SizeResult["figures"][string]> = {};
      const run = async (name: string): Promise<void> => {
        const measured = await workloads[name]?.(bench);
        for (const [row, each] of Object.entries(measured ?? {})) {
          figures[row] = each;
          say(
            `  ${row.padEnd(46)} p50 ${each.p50Ms.toFixed(1).padStart(7)}  p95 ${each.p95Ms.toFixed(1).padStart(7)}  ${each.perSecond.toFixed(0).padStart(5)}/s  CPU ${(each.appCpuMs + each.databaseCpuMs).toFixed(2).padStart(6)} ms (${each.appCpuMs.toFixed(2)} + ${each.databaseCpuMs.toFixed(2)})`,
          );
        }
      };
      const others = only.filter((name) => name !== "chat");
      for (const name of others) await run(name);
      const loaded = memoryOf(centre.roots);
      if ((messages === plansAt || values.plans !== undefined) && others.length > 0)
        failures += await checkPlans(database, { write: values["write-plans"], at: values.plans ?? null, say });
      // Last of all, at the last size: it leaves thousands of concerns behind.
      if (others.length < only.length && messages === sizes.at(-1)) await run("chat");
      if (values.profile)
        for (const each of await statements(database))
          say(`  ${String(each.ms).padStart(7)} ms ${String(each.calls).padStart(7)} × ${each.query}`);
      const { rows } = await database.query<{ mb: number; concerns: number }>(
        "SELECT pg_database_size(current_database()) / 1e6 AS mb, (SELECT count(*)::int FROM concern) AS concerns",
      );
      await database.end();
      results.push({
        messages,
        concerns: rows[0]?.concerns ?? 0,
        databaseMb: Number(rows[0]?.mb ?? 0),
        figures,
        warmStartMs: started.ms,
        idle,
        loaded,
        loadBefore,
        fixedWorkMs: fixedMs,
      });
      say(`  loaded: main ${loaded.mainMb} MB, readers ${loaded.readersMb} MB, PostgreSQL ${loaded.databaseMb} MB`);
    }
  } finally {
    await centre.stop();
    if (values.profile) say(`profiles are in ${join(centre.server.dataDir, "profiles")}`);
  }
  const all: Results = {
    at: new Date().toISOString(),
    commit: commit(),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? "processor"}, Node ${process.version}`,
    share: Number(values.share),
    sizes: results,
  };
  if (values.out !== undefined) {
    mkdirSync(dirname(values.out), { recursive: true });
    writeFileSync(values.out, `${JSON.stringify(all, null, 2)}\n`);
  }
  if (values.report) writeReport(root, all);
  else say(`\n${[markdown(all), chatMarkdown(all)].filter((text) => text !== "").join("\n\n")}`);
  return failures === 0 ? 0 : 1;
};

process.exitCode = await main();
