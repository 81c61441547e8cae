// A small name server on loopback (RFC 1035 over UDP) that answers from a table, so that a server process can be shown domains of the test's own.
import { createSocket } from "node:dgram";
import type { Zones } from "#channels/email/simDns.ts";

export interface NameServer {
  /** "127.0.0.1:port", as the setting DNS wants it. */
  readonly address: string;
  readonly stop: () => Promise<void>;
}

const types: Readonly<Record<number, string>> = {
  1: "A",
  2: "NS",
  5: "CNAME",
  12: "PTR",
  15: "MX",
  16: "TXT",
  28: "AAAA",
};

/** Starts it. Names that the table lacks do not exist. */
export async function startNameServer(zones: Zones): Promise<NameServer> {
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    const answer = answerTo(query, zones);
    if (answer !== null) socket.send(answer, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** The answer to one query; null when it is none. */
function answerTo(query: Buffer, zones: Zones): Buffer | null {
  if (query.length < 17) return null;
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  const type = types[query.readUInt16BE(at + 1)] ?? "";
  const question = query.subarray(12, at + 5);
  const zone = zones[labels.join(".").toLowerCase()];
  const records = (zone?.[type] ?? []).map((record) => recordOf(type, record, query.readUInt16BE(at + 1)));
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  // A response, authoritative, recursion as asked; 3: the name does not exist.
  head.writeUInt16BE(0x8400 | (query.readUInt16BE(2) & 0x0100) | 0x0080 | (zone === undefined ? 3 : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  return Buffer.concat([head, question, ...records]);
}

function recordOf(type: string, record: unknown, typeNumber: number): Buffer {
  const data = dataOf(type, record);
  const head = Buffer.alloc(12);
  // The name is the one that was asked for, at offset 12.
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(typeNumber, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(60, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function dataOf(type: string, record: unknown): Buffer {
  if (type === "TXT") {
    const text = Buffer.from((record as readonly string[]).join(""), "utf8");
    const parts: Buffer[] = [];
    for (let at = 0; at < text.length; at += 255) {
      const part = text.subarray(at, at + 255);
      parts.push(Buffer.from([part.length]), part);
    }
    return Buffer.concat(parts);
  }
  if (type === "MX") {
    const { exchange, priority } = record as { readonly exchange: string; readonly priority: number };
    return Buffer.concat([Buffer.from([priority >> 8, priority & 255]), nameBytes(exchange)]);
  }
  if (type === "A") return Buffer.from(String(record).split(".").map(Number));
  return nameBytes(String(record));
}

function nameBytes(name: string): Buffer {
  return Buffer.concat([
    ...name.split(".").map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, "latin1")])),
    Buffer.from([0]),
  ]);
}
