// The sounds of offers and calls, made here, so that nothing is fetched: two short soft tones for an offer, and for a call a bell that goes on until it is
// answered, where the agent wants it to ring. Called by offers, by the bar of calls and by the sheet of devices.
import { chosenDevices } from "#web/state/softphoneDevices.ts";

const tones = [660, 880] as const;
const toneSeconds = 0.16;
const loudness = 0.08;
let context: AudioContext | null = null;

interface WithSink {
  readonly setSinkId?: (id: string) => Promise<void>;
}

/** A bell for calls rings so often, in milliseconds. */
const bellMs = 2_000;
let bell: ReturnType<typeof setInterval> | null = null;

/** Rings once, at the device of the ringer. Silent where the browser does not let a page sound before somebody has touched it. */
export const ring = (loud = loudness): void => {
  context ??= new AudioContext();
  void context.resume().catch(() => undefined);
  void (context as WithSink).setSinkId?.(chosenDevices.get().ringer).catch(() => undefined);
  const { currentTime, destination } = context;
  for (const [index, hertz] of tones.entries()) {
    const tone = context.createOscillator();
    const gain = context.createGain();
    const begin = currentTime + index * toneSeconds;
    tone.frequency.value = hertz;
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(loud, begin + toneSeconds / 8);
    gain.gain.linearRampToValueAtTime(0, begin + toneSeconds);
    tone.connect(gain).connect(destination);
    tone.start(begin);
    tone.stop(begin + toneSeconds);
  }
};

/** Rings as a telephone does, until the bell is stopped. */
export const ringOn = (): void => {
  if (bell !== null) return;
  const once = (): void => {
    ring(loudness * 2);
    setTimeout(() => {
      if (bell !== null) ring(loudness * 2);
    }, toneSeconds * 2_500);
  };
  bell = setInterval(once, bellMs);
  once();
};

export const ringNoMore = (): void => {
  if (bell !== null) clearInterval(bell);
  bell = null;
};
