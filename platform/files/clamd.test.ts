// The scanner's protocol: what it says, that it is asked for bytes of any size in order, and that its silence, its end and its trouble are no verdict.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { test } from "node:test";
import { eicar, startClamdSim } from "./clamd-sim.ts";
import { clamdScanner, type Scanned } from "./clamd.ts";

async function* pieces(...all: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* all;
}

test("clean, infected, too large; the bytes arrive whole however they are cut", async () => {
  const sim = await startClamdSim({ mostBytes: 1_000_000 });
  try {
    const scanner = clamdScanner({ host: "127.0.0.1", port: sim.port });
    const large = randomBytes(700_000);
    assert.deepEqual(await scanner.scan(pieces(large.subarray(0, 3), large.subarray(3))), { kind: "clean" });
    assert.ok(sim.scanned[0]?.equals(large));
    assert.deepEqual(await scanner.scan(pieces()), { kind: "clean" });
    assert.deepEqual(await scanner.scan(pieces(eicar.subarray(0, 20), eicar.subarray(20))), {
      kind: "infected",
      finding: "Eicar-Test-Signature",
    });
    const said = await scanner.scan(pieces(randomBytes(1_200_000), randomBytes(5_000_000)));
    assert.equal(said.kind, "unscannable");
  } finally {
    await sim.close();
  }
});

/** A scanner that behaves like this. */
const behaving = async (behave: (socket: Socket) => void, silenceMs = 20_000): Promise<Scanned> => {
  const open: Socket[] = [];
  const server = createServer((socket) => {
    open.push(socket);
    socket.on("error", () => {});
    socket.resume();
    behave(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    return await clamdScanner({ host: "127.0.0.1", port }, silenceMs).scan(pieces(randomBytes(3_000_000)));
  } finally {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
};

test("whatever else a scanner does is no verdict", async () => {
  await assert.rejects(behaving((socket) => socket.destroy()));
  await assert.rejects(
    behaving((socket) => socket.end()),
    /without an answer/,
  );
  await assert.rejects(
    behaving((socket) => socket.end("stream: OK")),
    /without an answer/,
  );
  await assert.rejects(
    behaving((socket) => socket.end("stream: Can't allocate memory ERROR\0")),
    /memory ERROR/,
  );
  await assert.rejects(
    behaving((socket) => socket.end("OK\0")),
    /the scanner says: OK/,
  );
  await assert.rejects(
    behaving((socket) => socket.write("x".repeat(10_000))),
    /no end/,
  );
  await assert.rejects(
    behaving(() => {}, 50),
    /says nothing/,
  );
  await assert.rejects(clamdScanner({ host: "127.0.0.1", port: 1 }).scan(pieces()), /ECONNREFUSED/);
  await assert.rejects(clamdScanner({ path: "/nowhere/clamd.ctl" }).scan(pieces()), /ENOENT/);
});

test("who cuts a stream off and is well has had enough of it; who is gone has said nothing", async () => {
  const cutting = (isWell: boolean) => (socket: Socket) =>
    void socket.once("data", (data) => {
      if (data.toString("latin1") !== "zPING\0") socket.resetAndDestroy();
      else if (isWell) socket.end("PONG\0");
      else socket.destroy();
    });
  assert.equal((await behaving(cutting(true))).kind, "unscannable");
  await assert.rejects(behaving(cutting(false)));
});

test("what it calls a finding is one short line of plain characters", async () => {
  const said = await behaving((socket) => socket.end(`stream: Win\u0007.\n${"x".repeat(500)} FOUND\0`));
  assert.equal(said.kind, "infected");
  assert.equal(said.kind === "infected" ? said.finding : "", `Win.${"x".repeat(196)}`);
});
