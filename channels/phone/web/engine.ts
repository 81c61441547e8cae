// The server's side of the engine that the program brings: starts its process or finds the one that runs, tells it commands and hears its events. Called by
// channels/phone/index.ts.
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type VoiceAnswer, voiceCommand, type VoiceEngine, type VoiceIo, type VoiceSnapshot } from "#contract/voice.ts";
import type { Network } from "./line.ts";
import { readRecording } from "./recordings.ts";
import { type FromChild, placeOf, readLines, secretFile, type ToChild, wireVersion, write } from "./wire.ts";

export interface WebOptions {
  readonly network: Network;
  readonly mostLegs: number;
  /** How long calls go on without a server. */
  readonly lingerMs?: number;
}

const startMs = 10_000;
const down: VoiceAnswer = { ok: false, why: "engineDown", detail: "the engine does not run" };

interface Asked {
  readonly answer: (answer: VoiceAnswer) => void;
  readonly snapshot: (snapshot: VoiceSnapshot | null) => void;
}

/** Resolves when it is attached, or after a while when it cannot be: it goes on trying, and says so by `up`. */
export const attachWeb = async (options: WebOptions, io: VoiceIo): Promise<VoiceEngine> => {
  const { folder } = io;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const asked = new Map<number, Asked>();
  let socket: Socket | null = null;
  let count = 0;
  let closed = false;
  let timer: NodeJS.Timeout | null = null;
  let [firstTry, tried] = [true, () => {}];
  const first = new Promise<void>((resolve) => {
    tried = resolve;
  });

  const letGo = (): void => {
    socket = null;
    for (const { answer, snapshot } of asked.values()) {
      answer(down);
      snapshot(null);
    }
    asked.clear();
  };
  const wentDown = (detail: string): void => {
    if (socket === null) return;
    letGo();
    io.tell({ what: "down", at: io.now().toISOString(), detail });
  };

  const tryAgain = (afterMs: number): void => {
    if (closed) return;
    timer = setTimeout(() => void attach(afterMs), afterMs);
  };

  const heard = (from: Socket, line: FromChild): void => {
    if ("event" in line) {
      io.tell(line.event);
      write(from, { confirm: line.number });
    } else if ("answer" in line) {
      asked.get(line.id)?.answer(line.answer);
      asked.delete(line.id);
    } else if ("snapshot" in line) {
      asked.get(line.id)?.snapshot(line.snapshot);
      asked.delete(line.id);
    } else if ("wants" in line)
      void io.sound(line.wants).then(
        (wav) => write(from, { sound: line.wants, wav: Buffer.from(wav).toString("base64") }),
        () => write(from, { sound: line.wants, wav: null }),
      );
    else if ("log" in line) io.log(line.level, line.log, line.facts);
    else if ("replaced" in line) {
      // Whoever is newer has it; fighting for it would be heard by callers.
      closed = true;
      wentDown("another server has the engine now");
    }
  };

  const attach = async (waitedMs: number): Promise<void> => {
    const open = await reach(folder, options).catch((error: unknown) => {
      io.log("error", "phone.engineAway", { error: error instanceof Error ? error.message : "unknown" });
      return null;
    });
    if (firstTry) {
      firstTry = false;
      tried();
    }
    if (open === null) return tryAgain(Math.min(30_000, Math.max(1_000, waitedMs * 2)));
    if (closed) return void open.socket.destroy();
    const { socket: mine } = open;
    socket = mine;
    io.log("info", "phone.engineAttached", { pid: open.pid });
    io.tell({ what: "up", at: io.now().toISOString() });
    mine.on("close", () => {
      if (socket !== mine) return;
      wentDown("the engine's process ended");
      tryAgain(100);
    });
    open.listen((line) => heard(mine, line));
  };

  const ask = <T>(
    line: (id: number) => ToChild,
    settle: (resolve: (value: T) => void) => Partial<Asked>,
    away: T,
  ): Promise<T> =>
    new Promise((resolve) => {
      if (socket === null) return resolve(away);
      const id = ++count;
      asked.set(id, { answer: () => {}, snapshot: () => {}, ...settle(resolve) });
      write(socket, line(id));
    });

  void attach(0);
  await first;
  return {
    command: async (given) => {
      const parsed = voiceCommand.safeParse(given);
      if (!parsed.success) {
        const detail = parsed.error.issues[0]?.message.slice(0, 200) ?? "";
        return { ok: false, why: given.do === "offer" ? "badOffer" : "failed", detail };
      }
      return ask<VoiceAnswer>(
        (id) => ({ id, command: parsed.data }),
        (answer) => ({ answer }),
        down,
      );
    },
    snapshot: async () => {
      const snapshot = await ask<VoiceSnapshot | null>(
        (id) => ({ id, snapshot: true }),
        (resolve) => ({ snapshot: resolve }),
        null,
      );
      if (snapshot === null) throw new Error("the engine does not run");
      return snapshot;
    },
    recording: (recordingId) => readRecording(folder, recordingId),
    close: async (end) => {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      const mine = socket;
      if (mine === null) return;
      const gone = new Promise((resolve) => mine.once("close", resolve));
      if (end) write(mine, { end: "now" });
      letGo();
      if (!end) mine.end();
      await gone;
    },
  };
};

/** An open connection that was let in. Lines that come before `listen` is called are kept for it. */
interface Open {
  readonly socket: Socket;
  readonly pid: number;
  readonly listen: (heard: (line: FromChild) => void) => void;
}

/** Connects to the engine of the folder; starts one when there is none. Rejects when it does not listen in time. */
const reach = async (folder: string, options: WebOptions): Promise<Open> => {
  const until = performance.now() + startMs;
  let started = false;
  for (;;) {
    const open = await enter(folder, options).catch(() => null);
    if (open !== null) return open;
    if (!started) {
      start(folder);
      started = true;
    }
    if (performance.now() > until) throw new Error("the engine's process does not listen");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};

const enter = async (folder: string, { network, mostLegs, lingerMs = 120_000 }: WebOptions): Promise<Open | null> => {
  const secret = await readFile(secretFile(folder), "utf8");
  const socket = connect(placeOf(folder));
  const early: FromChild[] = [];
  let listener: ((line: FromChild) => void) | null = null;
  const pid = await new Promise<number | null>((resolve, reject) => {
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("it does not let us in")));
    socket.once("connect", () => write(socket, { attach: secret, version: wireVersion, network, mostLegs, lingerMs }));
    readLines<FromChild>(socket, (line) => {
      if ("attached" in line) resolve(line.version === wireVersion ? line.attached : null);
      else if (listener !== null) listener(line);
      else early.push(line);
    });
  });
  if (pid === null) {
    // One of another time: its calls end kindly, and a new one is started when it is gone.
    write(socket, { end: "kindly" });
    await new Promise((resolve) => socket.once("close", resolve));
    return null;
  }
  socket.on("error", () => {});
  const listen: Open["listen"] = (heard) => {
    listener = heard;
    for (const line of early.splice(0)) heard(line);
  };
  return { socket, pid, listen };
};

/** Starts the process so that it outlives us. What it says when it fails stands in a file beside its socket. */
const start = (folder: string): void => {
  const log = openSync(join(folder, "engine.log"), "w", 0o600);
  try {
    const child = spawn(process.execPath, [fileURLToPath(new URL("./child.ts", import.meta.url)), folder], {
      cwd: folder,
      detached: true,
      stdio: ["ignore", log, log],
      windowsHide: true,
    });
    child.on("error", () => {});
    child.unref();
  } finally {
    closeSync(log);
  }
};
