// What the server and the engine's process say to each other: a line of JSON each, over a socket that only this user reaches. Called by engine.ts and child.ts.
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import type { VoiceAnswer, VoiceCommand, VoiceEvent, VoiceSnapshot } from "#contract/voice.ts";
import type { Network } from "./line.ts";

/** Counted up when an older engine could misunderstand a newer server: then its calls end, and a new one is started. */
export const wireVersion = 1;

export type ToChild =
  | {
      readonly attach: string;
      readonly version: number;
      readonly network: Network;
      readonly mostLegs: number;
      readonly lingerMs: number;
    }
  | { readonly id: number; readonly command: VoiceCommand }
  | { readonly id: number; readonly snapshot: true }
  /** Events up to this one have been dealt with. */
  | { readonly confirm: number }
  /** Null: there is no such sound. */
  | { readonly sound: string; readonly wav: string | null }
  /** Everything ends; kindly: with a sound. */
  | { readonly end: "now" | "kindly" };

export type FromChild =
  | { readonly attached: number; readonly version: number }
  | { readonly id: number; readonly answer: VoiceAnswer }
  | { readonly id: number; readonly snapshot: VoiceSnapshot }
  | { readonly event: VoiceEvent; readonly number: number }
  | { readonly wants: string }
  | {
      readonly log: string;
      readonly level: "info" | "warn" | "error";
      readonly facts: Readonly<Record<string, string | number>>;
    }
  /** Another server has this engine now. */
  | { readonly replaced: true };

/** A sound of half an hour fits. */
const longestLine = 64 * 1024 * 1024;

/** Where an engine with this folder listens. A socket's path has at most 104 bytes on some systems: a long folder's lies among what is for a while. */
export const placeOf = (folder: string): string => {
  const name = `draht-${createHash("sha256").update(folder).digest("hex").slice(0, 24)}`;
  if (process.platform === "win32") return `\\\\.\\pipe\\${name}`;
  const inside = join(folder, "engine.sock");
  return Buffer.byteLength(inside) < 100 ? inside : join(tmpdir(), `${name}.sock`);
};

/** What has to be said to be let in: only who may read the folder knows it. */
export const secretFile = (folder: string): string => join(folder, "engine.secret");

export const write = (socket: Socket, line: ToChild | FromChild): void => {
  if (socket.writable) socket.write(`${JSON.stringify(line)}\n`);
};

/** Hands on each line; what is none ends the connection. */
export const readLines = <T>(socket: Socket, heard: (line: T) => void): void => {
  let pending: Buffer[] = [];
  let size = 0;
  socket.on("data", (chunk: Buffer) => {
    let rest = chunk;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      const text = Buffer.concat([...pending, rest.subarray(0, end)]).toString("utf8");
      pending = [];
      size = 0;
      rest = rest.subarray(end + 1);
      try {
        heard(JSON.parse(text) as T);
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error("a line could not be read"));
        return;
      }
    }
    if (rest.length === 0) return;
    pending.push(rest);
    size += rest.length;
    if (size > longestLine) socket.destroy(new Error("a line was too long"));
  });
};
