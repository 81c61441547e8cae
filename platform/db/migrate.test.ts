// A database that is too old, played by a small program that speaks PostgreSQL's protocol and says its version (the newer and edited ones are in test/journeys/store.test.ts).
import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { migrate, MigrationProblem } from "#platform/db/migrate.ts";

/** One message of the server's: its letter, its length, its body (https://www.postgresql.org/docs/current/protocol-message-formats.html). */
const message = (letter: string, ...parts: readonly (Buffer | string | number)[]): Buffer => {
  const body = Buffer.concat(
    parts.map((part) => {
      if (typeof part !== "number") return typeof part === "string" ? Buffer.from(`${part}\0`) : part;
      const bytes = Buffer.alloc(4);
      bytes.writeInt32BE(part);
      return bytes;
    }),
  );
  const head = Buffer.alloc(5);
  head.write(letter, 0, "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const short = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};
const ready = message("Z", Buffer.from("I"));

/** Lets everybody in and answers each query with one text. */
const answers = (socket: Socket, text: string, asked: string[]): void => {
  let isIn = false;
  socket.on("error", () => undefined);
  socket.on("data", (bytes) => {
    if (!isIn) {
      isIn = true;
      socket.write(Buffer.concat([message("R", 0), ready]));
    } else if (bytes.toString("latin1", 0, 1) === "Q") {
      asked.push(bytes.toString("utf8", 5, bytes.length - 1));
      const column = message("T", short(1), "server_version_num", 0, short(0), 25, short(-1), -1, short(0));
      const row = message("D", short(1), Buffer.byteLength(text), Buffer.from(text));
      socket.write(Buffer.concat([column, row, message("C", "SHOW"), ready]));
    }
  });
};

const startOld = async (version: string) => {
  const asked: string[] = [];
  const server = createServer((socket) => answers(socket, version, asked));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { url: `postgres://draht@127.0.0.1:${port}/draht?sslmode=disable`, asked, stop };
};

test("a PostgreSQL before 15 is told by its version, with what to do, and nothing in it is touched", async () => {
  const old = await startOld("140018");
  try {
    await assert.rejects(migrate(old.url, join(import.meta.dirname, "..", "..", "db", "migrations")), (error) => {
      assert.ok(error instanceof MigrationProblem);
      assert.match(error.message, /^PostgreSQL 15 or newer is needed; this server says 14\.18\. .*DATABASE_URL/u);
      return true;
    });
    assert.deepEqual(old.asked, ["SHOW server_version_num"]);
  } finally {
    await old.stop();
  }
});
