// Asterisk and sipp for the tests, which Debian's stable versions do not bring: fetched with an apt state of their own, unpacked into a folder outside
// the checkout and started by that folder's own dynamic linker, so that neither the system nor its libc is touched. Needs no root. Called by peers.ts.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { asteriskModules } from "#channels/phone/asterisk/modules.ts";

const run = promisify(execFile);

/** Raised when what is unpacked changes: an older folder does not count. */
const recipe = "1";
const suite = "sid";
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
const triplets: Readonly<Record<string, readonly [string, string]>> = {
  x64: ["x86_64-linux-gnu", "ld-linux-x86-64.so.2"],
  arm64: ["aarch64-linux-gnu", "ld-linux-aarch64.so.1"],
};
const [triplet, loader] = triplets[process.arch] ?? ["unknown", "unknown"];

/** Programs, and the beginnings of the libraries that they and our modules of Asterisk are linked with. */
const wanted: readonly string[] = [
  ..."asterisk asterisk-modules sip-tester libc6 libgcc-s1 libstdc++6 zlib1g libzstd1 libatomic1".split(" "),
  ..."libbsd0 libmd0 libcap2 libcrypt1 libedit2 libtinfo6 libncursesw6 libuuid1 libsqlite3-0 libsystemd0 libssl".split(
    " ",
  ),
  ..."libjansson libxml2 libxslt1.1 liburiparser libsrtp2 libnspr4 libnss3 libopus0 libogg0 libpopt0".split(" "),
  ..."libcurl libnghttp libngtcp2 libidn2 libunistring libssh2 libpsl libldap libsasl2-2 libbrotli".split(" "),
  ..."libgssapi-krb5 libkrb5 libk5crypto libcom-err2 libkeyutils".split(" "),
  ..."libgsl libpcap libpugixml libsctp1 libdbus-1-3 libexpat1 libcodec2 liblzma5 libicu".split(" "),
];

/** Where it is kept: readable by who runs Asterisk, which is never root. */
function home(): string {
  const cache = process.getuid?.() === 0 ? "/var/cache" : (process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"));
  return join(cache, "draht", `asterisk-${suite}-${recipe}`);
}

/** A program that was unpacked: how it is started. */
export interface Unpacked {
  readonly file: string;
  /** Before the program's own. */
  readonly args: readonly string[];
  readonly modules: string;
  readonly data: string;
}

/** "asterisk" or "sipp"; undefined while it is not there. */
export function unpacked(program: "asterisk" | "sipp"): Unpacked | undefined {
  return existsSync(join(home(), "ready")) ? programIn(home(), program) : undefined;
}

function programIn(folder: string, program: "asterisk" | "sipp"): Unpacked {
  const lib = join(folder, "root", "usr", "lib", triplet);
  return {
    file: join(lib, loader),
    args: ["--library-path", lib, join(folder, "root", "usr", program === "asterisk" ? "sbin" : "bin", program)],
    modules: join(lib, "asterisk", "modules"),
    data: join(folder, "root", "usr", "share", "asterisk"),
  };
}

/**
 * Fetches and unpacks both, about 40 MB over the wire; says what it does. What went wrong, or undefined. Two at once do no harm: each works in a
 * folder of its own, and the first to be done is what counts.
 */
export async function unpack(log: (sentence: string) => void): Promise<string | undefined> {
  if (unpacked("asterisk") !== undefined) return undefined;
  if (triplet === "unknown" || process.platform !== "linux") return `this is ${process.platform} on ${process.arch}`;
  if (!existsSync("/usr/bin/apt-get") || !existsSync(keyring)) return "this system has no apt with Debian's keys";
  const folder = `${home()}.${process.pid}`;
  try {
    const mirror = await mirrorOfApt();
    if (mirror === undefined) return "apt knows no mirror of Debian";
    log(`fetching Asterisk and sipp with apt into ${home()} (the system stays as it is)`);
    mkdirSync(folder, { recursive: true });
    const apt = layApt(folder, mirror);
    await apt("update");
    const { stdout } = await apt("install", "--simulate", "--no-install-recommends", "asterisk", "sip-tester");
    const all = [...stdout.matchAll(/^Inst (\S+)/gmu)].map(([, name = ""]) => name);
    await fetchInto(
      folder,
      apt,
      all.filter((name) => wanted.some((start) => name.startsWith(start))),
    );
    const lost = await unresolved(folder);
    if (lost.length > 0) {
      log(`libraries changed their names (${lost.slice(0, 3).join(", ")}): fetching everything Asterisk depends on`);
      await fetchInto(folder, apt, all);
      const still = await unresolved(folder);
      if (still.length > 0) return `libraries are missing: ${still.join(", ")}`;
    }
    thin(folder);
    writeFileSync(join(folder, "ready"), `${recipe}\n`);
    keepFirst(folder);
    return undefined;
  } catch (error) {
    const said = (error as { stderr?: string }).stderr ?? "";
    return `${String(error)}\n${said}`.trim().split("\n").slice(-6).join("\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The mirror that apt already uses for Debian itself. */
async function mirrorOfApt(): Promise<string | undefined> {
  const { stdout } = await run("apt-get", ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]);
  return stdout.split("\n").find((line) => /\/debian\/?$/u.test(line));
}

type Apt = (...args: readonly string[]) => Promise<{ readonly stdout: string }>;

/** An apt whose every file is in the folder. */
function layApt(folder: string, mirror: string): Apt {
  const dir = join(folder, "apt");
  for (const each of ["lists/partial", "state", "cache/archives/partial", "parts"])
    mkdirSync(join(dir, each), { recursive: true });
  writeFileSync(join(dir, "status"), "");
  writeFileSync(
    join(dir, "parts", "suite.sources"),
    `Types: deb\nURIs: ${mirror}\nSuites: ${suite}\nComponents: main\nSigned-By: ${keyring}\n`,
  );
  const settings: Readonly<Record<string, string>> = {
    "Dir::Etc::SourceList": "/dev/null",
    "Dir::Etc::SourceParts": join(dir, "parts"),
    "Dir::State": join(dir, "state"),
    "Dir::State::Lists": join(dir, "lists"),
    "Dir::State::status": join(dir, "status"),
    "Dir::Cache": join(dir, "cache"),
    "APT::Sandbox::User": userInfo().username,
    "Acquire::Languages": "none",
    "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled": "false",
    "Acquire::Retries": "3",
    // A mirror that was frozen is signed all the same.
    "Acquire::Check-Valid-Until": "false",
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";`);
  // apt runs hooks that the system has set: none of ours.
  lines.push("#clear APT::Update::Post-Invoke-Success;", "#clear APT::Update::Post-Invoke;");
  writeFileSync(join(dir, "apt.conf"), `${lines.join("\n")}\n`);
  return (...args) =>
    run("apt-get", ["--quiet", ...args], {
      cwd: folder,
      env: { ...process.env, APT_CONFIG: join(dir, "apt.conf"), LC_ALL: "C" },
      maxBuffer: 50_000_000,
    });
}

async function fetchInto(folder: string, apt: Apt, packages: readonly string[]): Promise<void> {
  await apt("download", ...packages);
  mkdirSync(join(folder, "root"), { recursive: true });
  for (const name of readdirSync(folder).filter((each) => each.endsWith(".deb"))) {
    await run("dpkg-deb", ["-x", join(folder, name), join(folder, "root")]);
    rmSync(join(folder, name));
  }
}

/** Libraries that a program or one of our modules does not find. */
async function unresolved(folder: string): Promise<readonly string[]> {
  const { file, args, modules } = programIn(folder, "asterisk");
  const sipp = programIn(folder, "sipp").args.slice(-1);
  const objects = [...args.slice(-1), ...sipp, ...asteriskModules.map((name) => join(modules, `${name}.so`))];
  const lost = new Set<string>();
  for (const object of objects) {
    const told = await run(file, [...args.slice(0, -1), "--list", object]).catch((error: unknown) => ({
      stdout: `${(error as { stdout?: string }).stdout ?? ""}${(error as { stderr?: string }).stderr ?? ""}`,
    }));
    for (const line of told.stdout.split("\n"))
      if (/not found|cannot open/u.test(line)) lost.add(line.trim().split(/\s+/u)[0] ?? line);
  }
  return [...lost];
}

/** Away with what nobody needs who only runs it. */
function thin(folder: string): void {
  const root = join(folder, "root");
  const lib = join(root, "usr", "lib", triplet);
  const gone = [
    join(folder, "apt"),
    ...["doc", "man", "locale", "bug", "lintian", "zoneinfo", "i18n"].map((name) => join(root, "usr", "share", name)),
    ...["sounds", "phoneprov", "firmware"].map((name) => join(root, "usr", "share", "asterisk", name)),
    ...readdirSync(lib)
      .filter((name) => /^(gconv|perl)/u.test(name))
      .map((name) => join(lib, name)),
  ];
  for (const path of gone) rmSync(path, { recursive: true, force: true });
  const modules = join(lib, "asterisk", "modules");
  for (const name of readdirSync(modules))
    if (!asteriskModules.includes(name.replace(/\.so$/u, "")))
      rmSync(join(modules, name), { recursive: true, force: true });
}

function keepFirst(folder: string): void {
  try {
    renameSync(folder, home());
  } catch (error) {
    // Somebody was quicker.
    if (!existsSync(join(home(), "ready")) || readFileSync(join(home(), "ready"), "utf8") !== `${recipe}\n`)
      throw error;
  }
}
