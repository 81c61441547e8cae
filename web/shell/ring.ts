// The sound of an offer: two short soft tones, made here, so that nothing is fetched. Called when the agent wants to hear offers.

const tones = [660, 880] as const;
const toneSeconds = 0.16;
const loudness = 0.08;
let context: AudioContext | null = null;

/** Rings once. Silent where the browser does not let a page sound before somebody has touched it. */
export const ring = (): void => {
  context ??= new AudioContext();
  const { currentTime, destination } = context;
  for (const [index, hertz] of tones.entries()) {
    const tone = context.createOscillator();
    const gain = context.createGain();
    const begin = currentTime + index * toneSeconds;
    tone.frequency.value = hertz;
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(loudness, begin + toneSeconds / 8);
    gain.gain.linearRampToValueAtTime(0, begin + toneSeconds);
    tone.connect(gain).connect(destination);
    tone.start(begin);
    tone.stop(begin + toneSeconds);
  }
};
