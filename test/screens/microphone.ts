// A browser whose microphone says a tone, and what a page in it hears of its lines. For tests of calls in a real browser.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { wavOfTone, type Tone } from "#test/peers/tones.ts";

/** Keeps what the page's lines bring, so that a test can ask which tone it is. */
const keepTracks = (): void => {
  const tracks: MediaStreamTrack[] = [];
  const Peer = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Peer {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      this.addEventListener("track", ({ track }) => tracks.push(track));
    }
  };
  let made: { readonly track: MediaStreamTrack; readonly at: number; readonly ear: AnalyserNode } | null = null;
  const earOf = (track: MediaStreamTrack): AnalyserNode => {
    const context = new AudioContext({ sampleRate: 8_000 });
    const ear = context.createAnalyser();
    context.createMediaStreamSource(new MediaStream([track])).connect(ear);
    return ear;
  };
  /** The loudest frequency (Hz) of what is heard now; 0: silence, -1: no line. */
  Object.assign(globalThis, {
    heardNow: (): number => {
      const track = tracks.findLast(({ readyState }) => readyState === "live");
      if (track === undefined) return -1;
      // One that was made before the page itself played the track may stay silent for ever.
      if (made?.track !== track || performance.now() - made.at > 3_000) {
        void (made?.ear.context as AudioContext | undefined)?.close();
        made = { track, at: performance.now(), ear: earOf(track) };
      }
      const bins = new Uint8Array(made.ear.frequencyBinCount);
      made.ear.getByteFrequencyData(bins);
      const loudest = bins.reduce((best, value, at) => (value > (bins[best] ?? 0) ? at : best), 0);
      return (bins[loudest] ?? 0) < 60 ? 0 : Math.round((loudest * 4_000) / bins.length);
    },
  });
};

/** The switches of a browser that has a microphone, and may use it. */
export const someMicrophone: readonly string[] = [
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream",
];

/** The switches of a browser whose microphone says this; its sound is a file in that folder. */
export const microphone = async (folder: string, tone: Tone): Promise<string[]> => {
  const file = join(folder, `${tone}.wav`);
  // As people speak, with pauses: what never stops is taken for noise and put out.
  const [head, word] = [wavOfTone(null, 6_000), wavOfTone(tone, 450).subarray(44)];
  for (let at = 44; at + word.length < head.length; at += 2 * 8 * 600) word.copy(head, at);
  await writeFile(file, head);
  return [...someMicrophone, `--use-file-for-fake-audio-capture=${file}`, "--autoplay-policy=no-user-gesture-required"];
};

/** Before the page is loaded: from then on it can be asked what it hears. */
export const watchLines = (page: Page): Promise<unknown> => page.addInitScript(keepTracks);

/** Resolves when the page hears this tone (Hz), louder than any other. */
export const hears = (page: Page, tone: number): Promise<unknown> =>
  page.waitForFunction(
    (wanted) => Math.abs((globalThis as unknown as { heardNow: () => number }).heardNow() - wanted) < 40,
    tone,
    { polling: 50 },
  );
