// The real clamd, over its socket and over TCP, with one signature of our own: the network's databases are not needed for EICAR.
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createInterface } from "node:readline";
import { gzipSync } from "node:zlib";
import { clamdScanner, type ClamdAddress } from "#platform/files/clamd.ts";
import { eicar } from "#platform/files/clamd-sim.ts";
import { freePorts } from "#test/ports.ts";
import { lacking, peerPath } from "#tools/test/peers.ts";

const skip = lacking("clamd");

let dir = "";
let port = 0;
let daemon: ChildProcess | undefined;

before(async () => {
  if (skip !== false) return;
  dir = await mkdtemp(join(tmpdir(), "draht-clamd-"));
  [port = 0] = await freePorts(1);
  const database = join(dir, "signatures");
  await mkdir(database);
  // MD5, length and name of the EICAR test file.
  await writeFile(join(database, "test.hdb"), "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n");
  const config = join(dir, "clamd.conf");
  await writeFile(
    config,
    [
      `DatabaseDirectory ${database}`,
      `LocalSocket ${join(dir, "clamd.ctl")}`,
      "TCPAddr 127.0.0.1",
      `TCPSocket ${port}`,
      `TemporaryDirectory ${dir}`,
      "StreamMaxLength 1M",
      "Foreground yes",
      "",
    ].join("\n"),
  );
  const child = spawn(peerPath("clamd") ?? "clamd", [`--config-file=${config}`], { stdio: ["ignore", "pipe", "pipe"] });
  daemon = child;
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`clamd ended with ${code}: ${said.join(" | ")}`)));
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", (line) => {
        said.push(line);
        if (/Self checking|No self check|Listening daemon|Set stacksize/i.test(line)) resolve();
      });
  });
});
after(async () => {
  if (daemon !== undefined && daemon.exitCode === null) {
    const gone = new Promise((resolve) => daemon?.once("exit", resolve));
    daemon.removeAllListeners("exit");
    daemon.once("exit", () => undefined);
    daemon.kill("SIGKILL");
    await Promise.race([gone, new Promise((resolve) => daemon?.once("close", resolve))]);
  }
  if (dir !== "") await rm(dir, { recursive: true, force: true });
});

async function* pieces(...all: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* all;
}

test(
  "it finds EICAR in a file, in an archive and in a mail, lets the rest pass and says what is too large",
  { skip },
  async () => {
    const addresses: readonly ClamdAddress[] = [{ path: join(dir, "clamd.ctl") }, { host: "127.0.0.1", port }];
    for (const address of addresses) {
      const scanner = clamdScanner(address);
      assert.deepEqual(await scanner.scan(pieces(Buffer.from("%PDF-1.4 "), Buffer.from("Rechnung"))), {
        kind: "clean",
      });
      const mail = `From: a@kunde.test\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n${eicar.toString("base64")}\r\n`;
      for (const bytes of [eicar, gzipSync(eicar), Buffer.from(mail)]) {
        const said = await scanner.scan(pieces(bytes));
        assert.equal(said.kind, "infected");
        assert.match(said.kind === "infected" ? said.finding : "", /^Eicar-Test-Signature/);
      }
      assert.equal((await scanner.scan(pieces(Buffer.alloc(3_000_000, 1)))).kind, "unscannable");
    }
  },
);
