// `npm start`: reads the configuration, starts everything, prints where it is, and ends it all on Ctrl-C. Run by tools/run.mjs.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { slugOf } from "#lib/slug.ts";
import { createLog } from "#platform/log.ts";
import { environment, readConfig, type Setting } from "#server/config.ts";
import { demoBrands, demoLogins } from "#server/demo/cast.ts";
import { brandPath, callPath } from "#server/portal-views.ts";
import { StartProblem } from "#server/problem.ts";
import { startServer, type Running } from "#server/start.ts";

const version = (JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string })
  .version;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const help = (settings: readonly Setting[]): void => {
  print("npm start              everything, with the demo world of a cable operator");
  print("npm start -- --empty   a clean centre with first-run set-up, in a folder of its own");
  print("");
  print("Settings, given as environment variables:");
  for (const setting of settings) print(`  ${setting.name.padEnd(22)} ${setting.meaning} (${setting.fallback})`);
};

/** Builds the desk when its sources are newer than what was built; says so only when there is something to do. */
const buildPages = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const build = spawn(process.execPath, [fileURLToPath(new URL("../tools/build.ts", import.meta.url))], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    build.once("error", reject);
    build.once("exit", (code) =>
      code === 0 ? resolve() : reject(new StartProblem("The desk could not be built; the lines above say why.")),
    );
  });

/** An address as programs take it; one that stands for all of the machine's says so. */
const listens = ({ host, port }: Running["doors"][number]): string =>
  `${host.includes(":") ? `[${host}]` : host}:${port}${host === "0.0.0.0" || host === "::" ? " (every address of this machine)" : ""}`;

const block = (running: Running, dataDir: string): string[] => {
  const rows: [string, string][] = [
    ["Desk", running.deskUrl],
    ...(running.demo
      ? ([
          ["Website", `${running.deskUrl}/site/   with the chat`],
          ["Self-service", `${running.deskUrl}${brandPath(slugOf(demoBrands.elb.name))}`],
          ["Telephone", `${running.deskUrl}${callPath(slugOf(demoBrands.elb.name))}   call from the browser`],
          ["Post box", `${running.deskUrl}/postbox`],
        ] as [string, string][])
      : []),
    ...running.doors.map((door, index): [string, string] => [
      `${door.name} door`,
      `${listens(door)}${running.demo && index === 0 ? `   write to ${running.demo.doors.slice(0, 2).join(" or ")}` : ""}`,
    ]),
    ["API", `${running.deskUrl}/api/openapi.json`],
    ["Data", dataDir],
  ];
  if (running.demo)
    for (const login of demoLogins) rows.push([`Sign in (${login.role})`, `${login.email}   ${login.password}`]);
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    "",
    `Draht ${version} is up.`,
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    "  Ctrl-C ends everything.",
    "",
  ];
};

const main = async (): Promise<number> => {
  const read = readConfig(environment(), process.argv.slice(2));
  if (process.argv.includes("--help")) {
    help(read.settings);
    return 0;
  }
  if ("problems" in read) {
    for (const problem of read.problems) process.stderr.write(`${problem.sentence}\n`);
    process.stderr.write("Nothing was started. `npm start -- --help` lists all settings.\n");
    return 2;
  }
  const { config } = read;
  const log = createLog({ level: config.logLevel, pretty: process.stdout.isTTY === true });
  let running: Running | null = null;
  let stopping: Promise<void> | null = null;
  let finish: (code: number) => void = () => {};
  const finished = new Promise<number>((resolve) => (finish = resolve));

  const stop = (code: number): void => {
    if (stopping) return;
    const patience = setTimeout(() => process.exit(code), 20_000);
    patience.unref();
    stopping = (running?.stop() ?? Promise.resolve()).finally(() => finish(code));
  };
  let asked = 0;
  const askedToEnd = (): void => {
    asked += 1;
    if (asked === 1) print("Stopping …");
    // Still starting: what has been started is stopped as soon as it stands.
    if (running) stop(0);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, askedToEnd);
  // The launcher (or a test) that started this was killed: nobody is left who would end it, and its ports would stay taken.
  process.on("disconnect", askedToEnd);
  process.on("unhandledRejection", (error) => {
    log.error("process.unhandled", { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  });
  process.on("uncaughtException", (error) => {
    log.error("process.uncaught", { error: error.stack ?? error.message });
    stop(1);
  });

  const say = (line: string): void => print(`  ${line}`);
  try {
    print(`Starting Draht ${version} …`);
    const pages = buildPages();
    pages.catch(() => {});
    running = await startServer(config, { log, say, version, pages });
    if (asked > 0) {
      stop(0);
      return await finished;
    }
  } catch (error) {
    if (!(error instanceof StartProblem)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
  for (const line of block(running, config.dataDir)) print(line);
  return finished;
};

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
