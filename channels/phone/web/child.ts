// The process that carries calls while servers come and go: started by engine.ts, detached, with its folder as the only argument. Ends itself when no
// server wants it for a while.
import { randomBytes, timingSafeEqual } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import type { VoiceEvent } from "#contract/voice.ts";
import { byteOf, frameBytes } from "./mulaw.ts";
import type { Frames } from "./player.ts";
import { createSounds } from "./sounds.ts";
import { createVoices } from "./voices.ts";
import { type FromChild, placeOf, readLines, secretFile, type ToChild, wireVersion, write } from "./wire.ts";

const folder = process.argv[2] ?? "";
const place = placeOf(folder);
/** Nobody calls, and nobody wants it: it need not stay long. */
const idleLingerMs = 20_000;
const mostUnconfirmed = 20_000;

/** Is there one already? */
const isTaken = (): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(place);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

mkdirSync(folder, { recursive: true, mode: 0o700 });
if (await isTaken()) process.exit(0);
rmSync(place, { force: true });

const secret = randomBytes(32).toString("hex");
let server: Socket | null = null;
let lingerMs = idleLingerMs;
let linger: NodeJS.Timeout | null = null;
let count = 0;
let unconfirmed: { readonly event: VoiceEvent; readonly number: number }[] = [];

const say = (line: FromChild): void => {
  if (server !== null) write(server, line);
};

/** What can be missed, if something has to be. */
const isSmall = ({ what }: VoiceEvent): boolean => what === "quality" || what === "talking" || what === "silent";

const tell = (event: VoiceEvent): void => {
  const told = { event, number: ++count };
  unconfirmed.push(told);
  if (unconfirmed.length > mostUnconfirmed) {
    const small = unconfirmed.findIndex((each) => isSmall(each.event));
    unconfirmed.splice(Math.max(0, small), 1);
  }
  say(told);
};

const sounds = createSounds((sound) => say({ wants: sound }));
const voices = createVoices(folder, {
  tell,
  sound: sounds.get,
  log: (level, log, facts = {}) => say({ log, level, facts }),
});

/** Into the file beside the socket: somebody may look why it ended. */
const note = (error: unknown): void => {
  process.stderr.write(`${new Date().toISOString()} ${error instanceof Error ? error.stack : String(error)}\n`);
};

// What goes wrong in one call is not to end all others.
process.on("uncaughtException", (error) => {
  note(error);
  say({ log: "phone.engineFault", level: "error", facts: { error: String(error).slice(0, 300) } });
});

/** Three short tones: everybody knows what they mean. */
const goodbye = (): Frames =>
  Array.from({ length: 60 }, (_, frame) =>
    Uint8Array.from({ length: frameBytes }, (__, index) =>
      byteOf(frame % 20 < 10 ? 6_000 * Math.sin((2 * Math.PI * 425 * (frame * frameBytes + index)) / 8_000) : 0),
    ),
  );

let ending = false;
const end = async (how: "now" | "kindly"): Promise<void> => {
  if (ending) return;
  ending = true;
  // Whatever goes wrong in it, such as a folder that somebody removed: this process ends.
  try {
    if (how === "kindly") await voices.sayAndEnd(goodbye() ?? []);
    else voices.end();
    if (process.platform !== "win32") rmSync(place, { force: true });
  } catch (error) {
    note(error);
  }
  listener.close();
  // What was told last is to arrive, and so are the last packets.
  server?.end();
  setTimeout(() => process.exit(0), 200);
};

const waitForServer = (): void => {
  if (linger !== null) clearTimeout(linger);
  linger = setTimeout(() => void end("kindly"), voices.living() === 0 ? Math.min(lingerMs, idleLingerMs) : lingerMs);
};

const attach = (socket: Socket, line: Extract<ToChild, { attach: string }>): boolean => {
  const [given, known] = [Buffer.from(line.attach), Buffer.from(secret)];
  if (given.length !== known.length || !timingSafeEqual(given, known)) return false;
  if (linger !== null) clearTimeout(linger);
  if (server !== null) {
    say({ replaced: true });
    server.end();
  }
  server = socket;
  lingerMs = line.lingerMs;
  voices.limit({ mostLegs: line.mostLegs, network: line.network });
  say({ attached: process.pid, version: wireVersion });
  for (const each of unconfirmed) say(each);
  sounds.askAgain();
  return true;
};

const listener = createServer((socket) => {
  let attached = false;
  const tooLate = setTimeout(() => socket.destroy(), 5_000);
  socket.on("error", () => {});
  socket.on("close", () => {
    clearTimeout(tooLate);
    if (server !== socket) return;
    server = null;
    waitForServer();
  });
  readLines<ToChild>(socket, (line) => {
    if (!attached) {
      attached = "attach" in line && attach(socket, line);
      if (attached) clearTimeout(tooLate);
      else socket.destroy();
      return;
    }
    if (server !== socket) return;
    if ("command" in line)
      void voices
        .command(line.command)
        .catch((error: unknown) => {
          note(error);
          return { ok: false, why: "failed", detail: String(error).slice(0, 200) } as const;
        })
        .then((answer) => write(socket, { id: line.id, answer }));
    else if ("snapshot" in line) write(socket, { id: line.id, snapshot: voices.snapshot() });
    else if ("confirm" in line) unconfirmed = unconfirmed.filter(({ number }) => number > line.confirm);
    else if ("sound" in line) sounds.put(line.sound, line.wav === null ? null : Buffer.from(line.wav, "base64"));
    else if ("end" in line) void end(line.end);
  });
});
listener.on("error", (error) => {
  note(error);
  process.exit(1);
});
listener.listen(place, () => {
  // Who can read this listens to the same one that listens.
  writeFileSync(secretFile(folder), secret, { mode: 0o600 });
  waitForServer();
});
process.on("SIGTERM", () => void end("kindly"));
