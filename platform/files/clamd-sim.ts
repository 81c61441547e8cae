// A small clamd on loopback: INSTREAM as clamd(8) speaks it, and one finding, the EICAR test file. For tests.
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

export interface ClamdSim {
  readonly port: number;
  /** Bytes of every stream it was given whole. */
  readonly scanned: readonly Buffer[];
  /** What it says of streams it says from then on. */
  readonly silentUntil: (then: Promise<unknown>) => void;
  readonly close: () => Promise<void>;
}

/** The harmless file that every scanner knows (eicar.org), in two parts so that this source is none. */
export const eicar = Buffer.from(
  ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].join(""),
  "latin1",
);

const command = Buffer.from("zINSTREAM\0");
const ping = Buffer.from("zPING\0");

/** Listens; `port` 0: any free one. `mostBytes`: StreamMaxLength of clamd.conf(5). */
export const startClamdSim = async (
  options: { readonly port?: number; readonly mostBytes?: number } = {},
): Promise<ClamdSim> => {
  const { mostBytes = 25_000_000 } = options;
  const scanned: Buffer[] = [];
  const open = new Set<Socket>();
  let then: Promise<unknown> = Promise.resolve();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    socket.on("error", () => {});
    talk(socket, mostBytes, scanned, () => then);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    scanned,
    silentUntil: (next) => {
      then = next;
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
};

const talk = (socket: Socket, mostBytes: number, scanned: Buffer[], then: () => Promise<unknown>): void => {
  let rest: Buffer = Buffer.alloc(0);
  let asked = false;
  const pieces: Buffer[] = [];
  let size = 0;
  const say = (words: string): void => void socket.end(`${words}\0`);
  socket.on("data", (data: Buffer) => {
    rest = Buffer.concat([rest, data]);
    if (!asked) {
      if (rest.equals(ping)) return say("PONG");
      if (rest.length < command.length) return;
      if (!rest.subarray(0, command.length).equals(command)) return say("UNKNOWN COMMAND");
      asked = true;
      rest = rest.subarray(command.length);
    }
    while (rest.length >= 4) {
      const length = rest.readUInt32BE(0);
      if (length === 0) {
        const bytes = Buffer.concat(pieces);
        scanned.push(bytes);
        void then().then(() => say(bytes.includes(eicar) ? "stream: Eicar-Test-Signature FOUND" : "stream: OK"));
        return;
      }
      size += length;
      if (size > mostBytes) return say("INSTREAM size limit exceeded. ERROR");
      if (rest.length < 4 + length) {
        size -= length;
        return;
      }
      pieces.push(rest.subarray(4, 4 + length));
      rest = rest.subarray(4 + length);
    }
  });
};
