// An engine of voices as tests hold it: attached, with sounds that are tones, and everything it tells kept. In this process, or in one that can be killed.
import { type ChildProcess, fork } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { VoiceChannel } from "#contract/channel.ts";
import type { VoiceAnswer, VoiceCommand, VoiceEngine, VoiceEvent, VoiceIo } from "#contract/voice.ts";
import { type Tone, wavOfTone } from "#test/peers/tones.ts";

/** A sound that is a tone for so long; null: silence. Its id says what it is, so that whoever is asked for it can make it. */
export const soundOf = (tone: Tone | null, ms: number): string =>
  `${String(tone ?? 0).padStart(4, "0")}${String(ms).padStart(8, "0")}`.padEnd(64, "0");

/** No sound has this id. */
export const noSound = "f".repeat(64);

const fileOf = async (sound: string): Promise<Uint8Array> => {
  const [tone, ms] = [Number(sound.slice(0, 4)), Number(sound.slice(4, 12))];
  if (!Number.isFinite(tone) || !Number.isFinite(ms)) throw new Error("there is no such sound");
  return wavOfTone(tone === 0 ? null : (tone as Tone), ms);
};

/** Everything an engine has told, and a way to wait for more. */
export interface Told {
  readonly all: VoiceEvent[];
  readonly hear: (event: VoiceEvent) => void;
  /** The first event of the kind that fits, told already or soon; rejects with what was told instead. */
  readonly until: <W extends VoiceEvent["what"]>(what: W, fits?: (event: Of<W>) => boolean) => Promise<Of<W>>;
}

type Of<W extends VoiceEvent["what"]> = Extract<VoiceEvent, { what: W }>;

const longestMs = 20_000;

export const createTold = (): Told => {
  const all: VoiceEvent[] = [];
  const waiting = new Set<(event: VoiceEvent) => boolean>();
  return {
    all,
    hear: (event) => {
      all.push(event);
      for (const one of waiting) one(event);
    },
    until: <W extends VoiceEvent["what"]>(what: W, fits: (event: Of<W>) => boolean = () => true) =>
      new Promise<Of<W>>((resolve, reject) => {
        const look = (event: VoiceEvent): boolean => {
          if (event.what !== what || !fits(event as Of<W>)) return false;
          waiting.delete(look);
          clearTimeout(timer);
          resolve(event as Of<W>);
          return true;
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`"${what}" was not told; last: ${JSON.stringify(all.slice(-12))}`));
        }, longestMs);
        if (!all.some(look)) waiting.add(look);
      }),
  };
};

/** Where sounds are fetched by HTTP. */
export interface SoundServer {
  readonly urlOf: (sound: string) => string;
  readonly stop: () => Promise<void>;
}

export const startSoundServer = async (): Promise<SoundServer> => {
  const server = createServer((request, response) => {
    void fileOf((request.url ?? "").slice(1, 65)).then(
      (wav) => response.writeHead(200, { "content-type": "audio/wav" }).end(wav),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (sound) => `http://127.0.0.1:${port}/${sound}.wav`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
};

/** What an engine of tests is given. */
export const ioOf = (folder: string, told: Pick<Told, "hear">, soundUrl: (sound: string) => string): VoiceIo => ({
  log: () => {},
  now: () => new Date(),
  channelId: "00000000-0000-4000-8000-000000000001",
  folder,
  sound: fileOf,
  soundUrl,
  tell: told.hear,
});

/** An engine that is held by a process of its own, which can be killed. */
export interface Held {
  readonly told: Told;
  readonly command: (command: VoiceCommand) => Promise<VoiceAnswer>;
  /** As by the system: nothing is said, nothing closed. Resolves when the process is gone. */
  readonly kill: () => Promise<void>;
}

type Job =
  | { readonly attach: readonly [settings: unknown, folder: string, soundUrl: string] }
  | { readonly id: number; readonly command: VoiceCommand };
type Word =
  | { readonly ready: true }
  | { readonly attached: true }
  | { readonly event: VoiceEvent }
  | { readonly id: number; readonly answer: VoiceAnswer };

/** Attaches a channel of channels/index.ts in a process of its own. */
export const holdElsewhere = async <S>(
  channel: VoiceChannel<S>,
  settings: S,
  folder: string,
  sounds: SoundServer,
): Promise<Held> => {
  const child = fork(fileURLToPath(import.meta.url), [channel.id], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const told = createTold();
  const asked = new Map<number, (answer: VoiceAnswer) => void>();
  let count = 0;
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the holder ended with ${code}`)));
    child.on("message", (word: Word) => {
      if ("ready" in word) child.send({ attach: [settings, folder, sounds.urlOf("SOUND")] } satisfies Job);
      else if ("event" in word) told.hear(word.event);
      else if ("attached" in word) resolve();
      else asked.get(word.id)?.(word.answer);
    });
  });
  return {
    told,
    command: (command) =>
      new Promise((resolve) => {
        const id = ++count;
        asked.set(id, resolve);
        child.send({ id, command } satisfies Job);
      }),
    kill: () => killed(child),
  };
};

const killed = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });

/** The other process: attaches what it is told, hands on commands and events. */
const hold = async (kind: string): Promise<void> => {
  const { channels } = await import("#channels/index.ts");
  const channel = Object.values(channels).find((each) => each.id === kind);
  if (channel?.kind !== "voice") throw new Error(`${kind} carries no voices`);
  const say = (word: Word): void => void process.send?.(word);
  let engine: VoiceEngine | null = null;
  process.on("message", (job: Job) => {
    if ("attach" in job) {
      const [settings, folder, url] = job.attach;
      const io = ioOf(folder, { hear: (event) => say({ event }) }, (sound) => url.replace("SOUND", sound));
      void channel.attach(settings, io).then((attached) => {
        engine = attached;
        say({ attached: true });
        return undefined;
      });
    } else void engine?.command(job.command).then((answer) => say({ id: job.id, answer }));
  });
  say({ ready: true });
};

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) await hold(process.argv[2] ?? "");
