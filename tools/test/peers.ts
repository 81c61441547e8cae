// The programs that tests talk to and that npm cannot bring: a browser, a virus scanner, a mailbox server, a mail server, a
// PostgreSQL of the system, a NATS, a speaker, and the languages of the guides' examples. Says where
// they are and, on a Debian-like machine as root, installs what is missing. Called by tools/test.ts and by tests.
import { execFile, spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, globSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Stage } from "./suites.ts";
import { unpack, unpacked } from "./unpacked.ts";

/** A program that some tests need. */
type Peer = {
  /** Names of the program, the first one found counts. */
  readonly programs: readonly string[];
  /** Files that must be there as well (a module of the program). */
  readonly files: readonly string[];
  /** Debian packages that bring it. */
  readonly packages: readonly string[];
  /** Stages whose tests talk to it. */
  readonly stages: readonly Stage[];
  /** Not installed into the system but unpacked beside it. */
  readonly unpacked?: "asterisk" | "sipp";
  /** What does its work, more slowly, where it cannot be had. */
  readonly instead?: PeerName;
};

export type PeerName =
  | "asterisk"
  | "chromium"
  | "clamd"
  | "dovecot"
  | "espeak-ng"
  | "headless-shell"
  | "nats"
  | "php"
  | "postfix"
  | "postgresql"
  | "python"
  | "sipp";

const peers: Readonly<Record<PeerName, Peer>> = {
  asterisk: { programs: [], files: [], packages: [], stages: ["journeys"], unpacked: "asterisk" },
  chromium: {
    programs: ["chromium", "chromium-browser", "google-chrome"],
    files: [],
    packages: ["chromium", "fonts-noto-core", "fonts-noto-color-emoji"],
    stages: ["screens"],
  },
  clamd: { programs: ["clamd"], files: [], packages: ["clamav-daemon"], stages: ["journeys"] },
  dovecot: {
    programs: ["dovecot"],
    files: ["/usr/lib/dovecot/imap", "/usr/lib/dovecot/lmtp", "/usr/lib/dovecot/modules/lib90_sieve_plugin.so"],
    packages: ["dovecot-core", "dovecot-imapd", "dovecot-lmtpd", "dovecot-sieve"],
    stages: ["journeys", "screens"],
  },
  "espeak-ng": { programs: ["espeak-ng"], files: [], packages: ["espeak-ng"], stages: ["journeys"] },
  // Chromium without windows and what goes with them: the same pages for a fifth less of the processor.
  "headless-shell": {
    programs: ["chromium-headless-shell"],
    files: [],
    packages: ["chromium-headless-shell"],
    stages: ["journeys", "screens"],
    instead: "chromium",
  },
  nats: { programs: ["nats-server"], files: [], packages: ["nats-server"], stages: ["journeys"] },
  php: { programs: ["php"], files: [], packages: ["php-cli"], stages: ["journeys"] },
  postfix: { programs: ["postfix"], files: [], packages: ["postfix"], stages: ["journeys", "screens"] },
  python: { programs: ["python3"], files: [], packages: ["python3"], stages: ["journeys"] },
  sipp: { programs: [], files: [], packages: [], stages: ["journeys"], unpacked: "sipp" },
  // Debian keeps each version's programs in a folder of its own; the oldest counts.
  postgresql: { programs: ["initdb"], files: [], packages: ["postgresql"], stages: ["journeys"] },
};

const peerNames = Object.keys(peers) as readonly PeerName[];

/** Absolute path of a peer's program; undefined when it or one of its parts is missing. */
export function peerPath(name: PeerName): string | undefined {
  const peer = peers[name];
  if (peer.unpacked !== undefined) return unpacked(peer.unpacked)?.file;
  if (!peer.files.every((file) => existsSync(file))) return undefined;
  const folders = [
    ...(process.env["PATH"] ?? "").split(delimiter),
    "/usr/sbin",
    "/usr/bin",
    "/usr/local/bin",
    ...globSync("/usr/lib/postgresql/*/bin").toSorted(),
  ];
  const candidates = peer.programs.flatMap((program) => folders.map((folder) => join(folder, program)));
  return candidates.find(isExecutable);
}

/** For a test's `skip`: false when all peers are there, else the reason, in the form that CI counts as failed. */
export function lacking(...names: readonly PeerName[]): string | false {
  const missing = names.filter((name) => peerPath(name) === undefined);
  return missing.length === 0 ? false : `needs ${missing.join(" and ")}, which this machine lacks`;
}

/**
 * Installs the missing peers of the stages with apt when that is possible, telling each step; otherwise tells which
 * tests will not run. Starts no daemon. Never throws: a test whose peer is still missing skips with its reason.
 */
export async function ensurePeers(wanted: readonly Stage[], log: (sentence: string) => void): Promise<void> {
  const all = missingPeers(wanted);
  if (all.some((name) => peers[name].unpacked !== undefined)) {
    const fault = await unpack(log);
    if (fault !== undefined) log(`Asterisk and sipp could not be fetched: ${fault}`);
  }
  const missing = all.filter((name) => peers[name].unpacked === undefined);
  if (missing.length > 0) await installAll(missing, log);
  for (const name of missingPeers(wanted)) {
    const { instead, stages } = peers[name];
    log(
      instead === undefined
        ? `${name} is missing: the tests that talk to it (${stages.join(", ")}) will not run`
        : `${name} is missing: ${instead} does its work, more slowly`,
    );
  }
}

async function installAll(missing: readonly PeerName[], log: (sentence: string) => void): Promise<void> {
  const obstacle = aptObstacle();
  if (obstacle === undefined) {
    // What another can do instead comes for itself: not every system has it, and apt installs all that it is told or nothing.
    await install(
      missing.filter((name) => peers[name].instead === undefined),
      { update: true },
    );
    await install(
      missing.filter((name) => peers[name].instead !== undefined),
      { update: false },
    );
  } else {
    log(`${obstacle}; to run every test, install: ${packagesOf(missing).join(" ")}`);
  }

  async function install(names: readonly PeerName[], how: { readonly update: boolean }): Promise<void> {
    if (names.length === 0) return;
    log(`installing with apt: ${packagesOf(names).join(" ")}`);
    const fault = await aptInstall(packagesOf(names), how, log);
    if (fault !== undefined) log(`apt could not install them:\n${fault}`);
  }
}

function packagesOf(names: readonly PeerName[]): readonly string[] {
  return names.flatMap((name) => peers[name].packages);
}

function missingPeers(wanted: readonly Stage[]): readonly PeerName[] {
  return peerNames.filter(
    (name) => peerPath(name) === undefined && peers[name].stages.some((stage) => wanted.includes(stage)),
  );
}

function aptObstacle(): string | undefined {
  if (!existsSync("/usr/bin/apt-get") || !existsSync("/etc/debian_version")) return "this system has no apt";
  return process.getuid?.() === 0 ? undefined : "only root can install packages";
}

/** Undefined when apt installed everything, else the end of what it said; without `update` it takes only what it knows of, and waits for no slow network. */
async function aptInstall(
  packages: readonly string[],
  { update }: { readonly update: boolean },
  log: (sentence: string) => void,
): Promise<string | undefined> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  // In our own process group: Ctrl-C asks apt to end as well, and nothing kills it while it writes into the system.
  const apt = (...args: readonly string[]): Promise<string | undefined> =>
    new Promise((resolve) => {
      const options = { env, maxBuffer: 50_000_000 };
      const child = execFile("apt-get", args, options, (error, stdout, stderr) =>
        resolve(error === null ? undefined : `${stdout}${stderr}`.trim().split("\n").slice(-8).join("\n")),
      );
      child.stdin?.end();
    });
  const patience = update ? [] : ["-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10"];
  const install = (): Promise<string | undefined> =>
    apt("install", "--yes", "--no-install-recommends", ...patience, ...packages);
  // Postfix asks for a mail system; we want the program only.
  const answer = "postfix postfix/main_mailer_type select No configuration\n";
  spawnSync("debconf-set-selections", { input: answer, stdio: ["pipe", "ignore", "ignore"] });
  // Exit code 101 of this file forbids the packages' scripts to start daemons (Debian policy 9.3.3).
  const policy = "/usr/sbin/policy-rc.d";
  const own = !existsSync(policy);
  if (own) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    if (!update) return await install();
    if (hasAptLists() && (await install()) === undefined) return undefined;
    log("apt-get update");
    return (await apt("update")) ?? (await install());
  } finally {
    if (own) rmSync(policy, { force: true });
  }
}

function hasAptLists(): boolean {
  const folder = "/var/lib/apt/lists";
  return existsSync(folder) && readdirSync(folder).some((name) => /_Packages(\.\w+)?$/.test(name));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
