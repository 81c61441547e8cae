// Asks a ClamAV daemon about bytes, by its own protocol (clamd(8), INSTREAM). Opened by server/start.ts, asked by checks.ts.
import { connect, type Socket } from "node:net";

/** Where the daemon listens: a socket file of this machine, or host and port. */
export type ClamdAddress = { readonly path: string } | { readonly host: string; readonly port: number };

/** What a scanner says of bytes. `unscannable`: it will say no more of them later, they are too large for it. */
export type Scanned =
  | { readonly kind: "clean" }
  | { readonly kind: "infected"; readonly finding: string }
  | { readonly kind: "unscannable"; readonly detail: string };

export interface Scanner {
  /** Rejects when the scanner is away, silent for too long, or says that it is in trouble itself. */
  readonly scan: (bytes: AsyncIterable<Uint8Array>) => Promise<Scanned>;
}

/** Longest answer: a name and a word. */
const mostAnswer = 4_096;
const pieceBytes = 64 * 1024;

/** A scanner behind that address. `silenceMs`: how long it may neither take nor say anything. */
export const clamdScanner = (address: ClamdAddress, silenceMs = 30_000): Scanner => ({
  scan: async (bytes) => {
    try {
      return judged(await ask(address, silenceMs, (socket) => hand(socket, bytes)));
    } catch (error) {
      // It says that a stream is too large and closes without reading on, and what it said may be lost with the connection. Is it well otherwise?
      if (!isCutOff(error) || (await ping(address, silenceMs)) !== "PONG") throw error;
      return { kind: "unscannable", detail: "the scanner closed the connection before it had the whole file" };
    }
  },
});

const isCutOff = (error: unknown): boolean =>
  error instanceof Error &&
  "syscall" in error &&
  (error.syscall === "write" || error.syscall === "read") &&
  "code" in error &&
  (error.code === "EPIPE" || error.code === "ECONNRESET");

const ping = (address: ClamdAddress, silenceMs: number): Promise<string> =>
  ask(address, silenceMs, (socket) => write(socket, Buffer.from("zPING\0")));

/** One connection: what is said, and the answer. */
const ask = async (
  address: ClamdAddress,
  silenceMs: number,
  talk: (socket: Socket) => Promise<void>,
): Promise<string> => {
  const socket = connect(address);
  const answer = readAnswer(socket, silenceMs);
  // Looked at below; until then its failure is not unhandled.
  answer.catch(() => {});
  try {
    await Promise.race([talk(socket), answer]);
    return await answer;
  } finally {
    socket.destroy();
  }
};

/** Hands the bytes over in pieces, each with its length before it; a length of nothing ends them. */
const hand = async (socket: Socket, bytes: AsyncIterable<Uint8Array>): Promise<void> => {
  await write(socket, Buffer.from("zINSTREAM\0"));
  for await (const chunk of bytes)
    for (let at = 0; at < chunk.byteLength; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(piece.byteLength);
      await write(socket, Buffer.concat([length, piece]));
    }
  await write(socket, Buffer.alloc(4));
};

/** Resolves when the socket took it, also when it has ended: what the daemon said then counts, not that it listens no more. */
const write = (socket: Socket, bytes: Buffer): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed) return resolve();
    return socket.write(bytes, () => resolve());
  });

const readAnswer = (socket: Socket, silenceMs: number): Promise<string> =>
  new Promise((resolve, reject) => {
    let said: Buffer = Buffer.alloc(0);
    socket.setTimeout(silenceMs, () => socket.destroy(new Error("the scanner says nothing")));
    socket.on("data", (data: Buffer) => {
      said = Buffer.concat([said, data]);
      const end = said.indexOf(0);
      if (end >= 0) resolve(said.toString("latin1", 0, end));
      else if (said.length > mostAnswer) socket.destroy(new Error("the scanner's answer has no end"));
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("the scanner closed the connection without an answer")));
  });

const judged = (answer: string): Scanned => {
  const said = answer.replace(/[^\x20-\x7e]/g, "").trim();
  if (said === "stream: OK") return { kind: "clean" };
  if (said.startsWith("stream: ") && said.endsWith(" FOUND"))
    return { kind: "infected", finding: said.slice("stream: ".length, -" FOUND".length).slice(0, 200) };
  if (/size limit exceeded/i.test(said)) return { kind: "unscannable", detail: said.slice(0, 200) };
  throw new Error(`the scanner says: ${said.slice(0, 200)}`);
};
