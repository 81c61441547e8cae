// A browser in small: offers its audio as one does, says tones, presses keys, and tells what it hears. For callers and for agents' devices.
import datachannel from "node-datachannel";
import { byteOf, sampleOf } from "#channels/phone/web/mulaw.ts";
import { isReport, keyOf, pressed, readRtp, writeRtp } from "#channels/phone/web/rtp.ts";
import { samplesOf, type Tone, tonesIn } from "#test/peers/tones.ts";

export interface Caller {
  /** What is to be answered; no candidates come later. */
  readonly offer: string;
  /** Takes the answer and resolves when audio can flow; rejects when the line is gone before: a caller calls again then, as another. */
  readonly take: (answer: string) => Promise<void>;
  /** Says this from now on: a tone, silence, or nothing at all (as a browser without a microphone). */
  readonly say: (tone: Tone | "silence" | null) => void;
  readonly press: (digits: string) => void;
  /** Resolves when exactly these tones are heard, for at least 60 ms; rejects with what is heard instead. */
  readonly hears: (...tones: readonly Tone[]) => Promise<void>;
  /** All that was heard since the last call, in order, same neighbours once: "400", "400+600", "". */
  readonly history: () => readonly string[];
  /** Keys that were pressed towards it. */
  readonly keys: () => string;
  readonly untilKeys: (digits: string) => Promise<void>;
  /** Packets of audio that came, and how many were missing among them. */
  readonly counted: () => { readonly came: number; readonly missing: number };
  readonly onPacket: (heard: (payload: Buffer) => void) => void;
  readonly close: () => void;
}

const keysType = 126;
const longestMs = 15_000;
/** So long nothing comes, and nothing is heard. */
const quietMs = 120;
const steadyPackets = 3;

datachannel.initLogger("Fatal", () => {});

interface Waiting {
  readonly fits: () => boolean;
  readonly resolve: () => void;
}

/** Everybody speaks by one clock, as one telephone exchange would. */
const speaking = new Set<(frame: number) => void>();
let clock: NodeJS.Timeout | null = null;
let frames = 0;
const speak = (one: (frame: number) => void, on: boolean): void => {
  if (on) speaking.add(one);
  else speaking.delete(one);
  if (speaking.size === 0 && clock !== null) {
    clearInterval(clock);
    clock = null;
  }
  if (speaking.size === 0 || clock !== null) return;
  let due = performance.now();
  clock = setInterval(() => {
    for (; due <= performance.now(); due += 20) {
      frames += 1;
      for (const each of speaking) each(frames);
    }
  }, 10);
};

/**
 * Closes everybody, and ends the process when the tests have been told of: the library's threads keep it alive for ever, and its own `cleanup` ends it
 * by a fault of memory now and then.
 */
export const closeCallers = (): void => {
  for (const caller of living) caller.close();
  setTimeout(() => process.exit(), 1_000);
};

const living = new Set<Caller>();

export const createCaller = async (): Promise<Caller> => {
  const source = 1 + Math.floor(Math.random() * 4e9);
  const peer = new datachannel.PeerConnection("caller", { iceServers: [], bindAddress: "127.0.0.1" });
  const audio = new datachannel.Audio("0", "SendRecv");
  audio.addAudioCodec(0, "PCMU");
  audio.addAudioCodec(keysType, "telephone-event");
  audio.addSSRC(source, "caller", "stream", "track");
  const track = peer.addTrack(audio);
  const states: string[] = [];
  // Now and then the library as the one that offers is done before it has begun: whoever waits calls again.
  let gone: (() => void) | null = null;
  peer.onStateChange((state) => {
    states.push(state);
    if (state === "failed" || state === "closed") gone?.();
  });
  peer.onIceStateChange((state) => states.push(`ice ${state}`));
  const gathered = new Promise<void>((resolve) =>
    peer.onGatheringStateChange((state) => state === "complete" && resolve()),
  );
  peer.setLocalDescription();
  await gathered;
  // As browsers write it.
  const offer = (peer.localDescription()?.sdp ?? "")
    .replace("PCMU/8000/1", "PCMU/8000")
    .replace("telephone-event/48000/2", "telephone-event/8000");

  let said: Tone | "silence" | null = "silence";
  let pressing: ReturnType<typeof pressed>[number][] = [];
  let [sequence, pressedAt] = [0, 0];
  let closed = false;
  const packet = Buffer.alloc(200);
  const sound = Buffer.alloc(160);
  const send = (head: { payloadType: number; marker: boolean; timestamp: number }, payload: Uint8Array): void => {
    sequence = (sequence + 1) & 0xffff;
    if (!closed && track.isOpen()) track.sendMessageBinary(writeRtp(packet, { ...head, sequence, source }, payload));
  };
  const turn = (frame: number): void => {
    look();
    const timestamp = frame * 160;
    const key = pressing.shift();
    if (key) {
      if (key.marker) pressedAt = timestamp;
      return send({ payloadType: keysType, marker: key.marker, timestamp: pressedAt }, key.payload);
    }
    if (said === null) return;
    if (said === "silence") sound.fill(0xff);
    else for (const [index, sample] of samplesOf(said, timestamp % 8_000, 160).entries()) sound[index] = byteOf(sample);
    send({ payloadType: 0, marker: false, timestamp }, sound);
  };

  let [steady, last, heardAt] = [0, "", 0];
  let stable = "";
  let log: string[] = [];
  const waiting = new Set<Waiting>();
  let [keys, keyAt] = ["", -1];
  let [came, missing, lastSequence] = [0, 0, -1];
  let toPackets: ((payload: Buffer) => void) | null = null;
  const settle = (now: string): void => {
    stable = now;
    if (log.at(-1) !== now) log.push(now);
  };
  const look = (): void => {
    if (performance.now() - heardAt > quietMs && stable !== "") {
      [steady, last] = [0, ""];
      settle("");
    }
    for (const one of waiting)
      if (one.fits()) {
        waiting.delete(one);
        one.resolve();
      }
  };
  const wait = (fits: () => boolean, what: () => string): Promise<void> =>
    new Promise((resolve, reject) => {
      const one = { fits, resolve: (): void => (clearTimeout(timer), resolve()) };
      const timer = setTimeout(() => {
        waiting.delete(one);
        reject(new Error(what()));
      }, longestMs);
      waiting.add(one);
      look();
    });
  track.onMessage((bytes) => {
    if (isReport(bytes)) return;
    const rtp = readRtp(bytes);
    if (rtp === null) return;
    if (lastSequence !== -1) missing += Math.max(0, ((rtp.sequence - lastSequence - 1) << 16) >> 16);
    lastSequence = rtp.sequence;
    if (rtp.payloadType === keysType) {
      if (rtp.timestamp !== keyAt) keys += keyOf(rtp.payload) ?? "";
      keyAt = rtp.timestamp;
      return look();
    }
    came += 1;
    toPackets?.(rtp.payload);
    heardAt = performance.now();
    const now = tonesIn(Array.from(rtp.payload, sampleOf)).join("+");
    steady = now === last ? steady + 1 : 1;
    last = now;
    if (steady >= steadyPackets && now !== stable) settle(now);
    look();
  });
  const told = async (candidate: string): Promise<void> => {
    for (const began = performance.now(); ;)
      try {
        return peer.addRemoteCandidate(candidate, "0");
      } catch (error) {
        // The library begins on a thread of its own, which may wait for a processor, and says of nothing that it has begun.
        if (performance.now() - began > longestMs || states.includes("failed"))
          throw new Error(`the line was gone: ${states.join(", ")}`, { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
  };
  const opened = new Promise<void>((resolve) => track.onOpen(() => resolve()));
  const self: Caller = {
    offer,
    take: async (answer) => {
      // With candidates in it, one answer of some hundred comes too early for the library's own beginning: they are told after it.
      const lines = answer.split("\r\n");
      const candidates = lines.filter((line) => line.startsWith("a=candidate:"));
      // Not that there are no more, either: whoever has none and hears that gives up, and their line is gone before the first is told.
      const rest = lines.filter((line) => !candidates.includes(line) && line !== "a=end-of-candidates");
      peer.setRemoteDescription(rest.join("\r\n"), "answer");
      for (const line of candidates) await told(line.slice(2));
      speak(turn, true);
      let timer: NodeJS.Timeout | undefined;
      const never = new Promise<never>((_, reject) => {
        gone = () => reject(new Error(`the line never opened: ${states.join(", ")}`));
        if (states.includes("failed")) gone();
        timer = setTimeout(gone, longestMs);
      });
      await Promise.race([opened, never]).finally(() => {
        clearTimeout(timer);
        gone = null;
      });
    },
    say: (tone) => {
      said = tone;
    },
    press: (digits) => {
      pressing = [...pressing, ...pressed(digits)];
    },
    hears: (...wanted) => {
      const name = [...wanted].toSorted((a, b) => a - b).join("+");
      return wait(
        () => stable === name,
        () => `hears "${stable}" instead of "${name}", before: ${log.slice(-8).join(", ")}`,
      );
    },
    history: () => {
      const all = log;
      log = [stable];
      return all;
    },
    keys: () => keys,
    untilKeys: (digits) =>
      wait(
        () => keys === digits,
        () => `was pressed "${keys}" instead of "${digits}"`,
      ),
    counted: () => ({ came, missing }),
    onPacket: (heard) => {
      toPackets = heard;
    },
    close: () => {
      if (closed) return;
      closed = true;
      living.delete(self);
      speak(turn, false);
      track.close();
      peer.close();
    },
  };
  living.add(self);
  return self;
};
