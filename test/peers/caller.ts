// A browser in small: offers its audio as one does, says tones, presses keys, and tells what it hears. For callers and for agents' devices.
import datachannel from "node-datachannel";
import { type Talking, talking } from "#test/peers/talking.ts";

export interface Caller extends Talking {
  /** What is to be answered; no candidates come later. */
  readonly offer: string;
  /** Takes the answer and resolves when audio can flow; rejects when the line is gone before: a caller calls again then, as another. */
  readonly take: (answer: string) => Promise<void>;
  readonly close: () => void;
}

const keysType = 126;
const longestMs = 15_000;
datachannel.initLogger("Fatal", () => {});

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

  let closed = false;
  const voice = talking({
    keysType,
    source,
    send: (packet) => {
      if (!closed && track.isOpen()) track.sendMessageBinary(packet);
    },
  });
  track.onMessage((bytes) => voice.came(bytes));
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
    ...voice,
    offer,
    take: async (answer) => {
      // With candidates in it, one answer of some hundred comes too early for the library's own beginning: they are told after it.
      const lines = answer.split("\r\n");
      const candidates = lines.filter((line) => line.startsWith("a=candidate:"));
      // Not that there are no more, either: whoever has none and hears that gives up, and their line is gone before the first is told.
      const rest = lines.filter((line) => !candidates.includes(line) && line !== "a=end-of-candidates");
      peer.setRemoteDescription(rest.join("\r\n"), "answer");
      for (const line of candidates) await told(line.slice(2));
      voice.begin();
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
    close: () => {
      if (closed) return;
      closed = true;
      living.delete(self);
      voice.end();
      track.close();
      peer.close();
    },
  };
  living.add(self);
  return self;
};
