// A real Asterisk on loopback, in a folder of its own on free ports, set up by the files that we write for operators. For journeys of calls.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type AsteriskSetup, asteriskFiles, asteriskFolders, asteriskSetup } from "#channels/phone/asterisk/config.ts";
import { freePorts } from "#test/ports.ts";
import { lacking } from "#tools/test/peers.ts";
import { unpacked } from "#tools/test/unpacked.ts";

const nobody = 65_534;
const password = "ein-langes-wort-fuer-ari";

/** A running Asterisk. */
export interface AsteriskPeer {
  /** Where ARI and the softphones' sockets are: "http://127.0.0.1:12345". */
  readonly url: string;
  readonly app: string;
  readonly user: string;
  readonly password: string;
  /** Where it takes SIP over UDP, on loopback. */
  readonly sipPort: number;
  /** Where it calls what its trunk leads to: somebody has to listen there. */
  readonly trunkPort: number;
  readonly pid: () => number;
  /** Says something to its command line; what it answered. */
  readonly tell: (...words: readonly string[]) => Promise<string>;
  /** What it wrote into its log so far. */
  readonly log: () => Promise<string>;
  /** As a crash would end it. */
  readonly kill: () => Promise<void>;
  /** Starts it again at the same ports; resolves when it is ready. */
  readonly start: () => Promise<void>;
  /** Ends it and removes its folder. */
  readonly stop: () => Promise<void>;
}

/** For a test's `skip`: false, or why it cannot run, which CI counts as failed. */
export const lacksAsterisk = (): string | false => lacking("asterisk");

/** Starts one. `trunkPort`: where its trunk leads; a free port otherwise. `many`: room for the media of some two hundred legs at once, instead of fifty. */
export const startAsterisk = async (
  more: {
    readonly trunkPort?: number;
    readonly many?: boolean;
    readonly meanwhile?: AsteriskSetup["meanwhile"];
    /** What of its trunk is not as it is by default. */
    readonly trunk?: Partial<AsteriskSetup["trunk"]>;
    readonly nat?: AsteriskSetup["nat"];
  } = {},
): Promise<AsteriskPeer> => {
  const program = unpacked("asterisk");
  if (program === undefined) throw new Error("Asterisk is not there");
  const home = await mkdtemp(join(tmpdir(), "draht-asterisk-"));
  const [http = 0, sipPort = 0, free = 0] = await freePorts(3);
  const trunkPort = more.trunkPort ?? free;
  // A hundred ports that belong to nobody else: its own choice among them is what makes them free.
  const media =
    more.many === true
      ? { from: 10_000 + (http % 40) * 500, count: 500 }
      : { from: 32_800 + (http % 240) * 100, count: 100 };
  const setup = asteriskSetup.parse({
    folders: { home, modules: program.modules, data: program.data },
    http: { host: "127.0.0.1", port: http },
    password,
    sip: { host: "127.0.0.1", port: sipPort },
    rtp: { from: media.from, to: media.from + media.count - 1 },
    trunk: { host: "127.0.0.1", port: trunkPort, codecs: ["ulaw", "alaw"], ...more.trunk },
    nat: more.nat ?? null,
    ...(more.meanwhile === undefined ? {} : { meanwhile: more.meanwhile }),
  });
  for (const name of asteriskFolders) await mkdir(join(home, name), { recursive: true });
  for (const [name, text] of Object.entries(asteriskFiles(setup))) await writeFile(join(home, "etc", name), text);
  const asRoot = process.getuid?.() === 0;
  if (asRoot) {
    await promisify(execFile)("chown", ["-R", `${nobody}:${nobody}`, home]);
    await chmod(home, 0o755);
    await chown(home, nobody, nobody);
  }
  const configured = ["-C", join(home, "etc", "asterisk.conf")];
  const url = `http://127.0.0.1:${http}`;
  let child: ChildProcess | null = null;
  const tell = async (...words: readonly string[]): Promise<string> =>
    (await promisify(execFile)(program.file, [...program.args, ...configured, "-rx", words.join(" ")])).stdout;
  const log = (): Promise<string> => readFile(join(home, "log", "messages"), "utf8").catch(() => "");
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const last = child;
    child = null;
    if (last === null || last.exitCode !== null || last.signalCode !== null) return;
    const gone = once(last, "exit");
    last.kill(signal);
    await gone;
  };
  const start = async (): Promise<void> => {
    const fresh = spawn(program.file, [...program.args, "-f", "-n", ...configured], {
      cwd: home,
      env: { HOME: home, PATH: process.env["PATH"] ?? "" },
      stdio: ["ignore", "ignore", "pipe"],
      ...(asRoot ? { uid: nobody, gid: nobody } : {}),
    });
    child = fresh;
    let said = "";
    fresh.stderr?.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-5_000)));
    for (const until = Date.now() + 120_000; !(await answers(url));) {
      if (fresh.exitCode !== null || fresh.signalCode !== null || Date.now() > until)
        throw new Error(`Asterisk did not start:\n${said}\n${(await log()).slice(-3_000)}`);
      // What has not opened its port yet tells nobody when it will.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await start();
  return {
    url,
    app: setup.app,
    user: setup.user,
    password,
    sipPort,
    trunkPort,
    pid: () => child?.pid ?? 0,
    tell,
    log,
    kill: () => end("SIGKILL"),
    start,
    stop: async () => {
      await end("SIGKILL");
      await rm(home, { recursive: true, force: true });
    },
  };
};

/** Is it ready to be told things? */
function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(`${url}/ari/asterisk/ping`, { auth: `draht:${password}`, timeout: 2_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.once("error", () => resolve(false));
    asked.once("timeout", () => asked.destroy(new Error("no answer")));
    asked.end();
  });
}
