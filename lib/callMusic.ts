// Sounds that are made of numbers: music for who waits, tones. Pure: 16-bit samples at 8,000 a second, as telephones carry them. Called by server/call-sounds.ts.
/** Samples a second. */
export const rate = 8_000;

/** Midi notes to hertz, equal temperament, a' = 440 Hz. */
const hertz = (note: number): number => 440 * 2 ** ((note - 69) / 12);

/** Four chords that lead into each other and back, each with its bass: C, Am7, Fmaj7, G. */
const chords = [
  { bass: 36, notes: [60, 64, 67, 72] },
  { bass: 33, notes: [57, 60, 64, 67] },
  { bass: 41, notes: [57, 60, 65, 69] },
  { bass: 43, notes: [55, 59, 62, 67] },
] as const;
/** In which order a chord's notes are plucked, two turns a bar that differ. */
const figures = [
  [0, 2, 1, 3, 2, 1, 3, 2],
  [0, 1, 2, 3, 1, 2, 0, 1],
] as const;
const beatSeconds = 0.5;
const beatsInBar = 8;
const bars = 8;
/** Of the longest tone. */
const ringsSeconds = 3.2;

/** How long the music is, in seconds: then it begins again. */
export const musicSeconds = bars * beatsInBar * beatSeconds;

/** Adds a plucked tone that fades; what rings over the end is heard at the beginning, so that there is no seam. */
const pluck = (into: Float64Array, atSample: number, note: number, loud: number, seconds: number): void => {
  const step = (2 * Math.PI * hertz(note)) / rate;
  const length = Math.floor(seconds * rate);
  for (let n = 0; n < length; n += 1) {
    const t = n / rate;
    // Soft at its beginning, and to nothing at its end.
    const shape = Math.min(1, n / 80) * Math.exp(-2.1 * t) * Math.min(1, (length - n) / 400);
    const tone =
      Math.sin(step * n) +
      0.35 * Math.sin(2 * step * n) * Math.exp(-3 * t) +
      0.12 * Math.sin(3 * step * n) * Math.exp(-6 * t);
    const at = (atSample + n) % into.length;
    into[at] = (into[at] ?? 0) + loud * shape * tone;
  }
};

const asSamples = (sound: Float64Array, peak: number): Int16Array => {
  let most = 0;
  for (const value of sound) most = Math.max(most, Math.abs(value));
  return Int16Array.from(sound, (value) => Math.round((value / (most || 1)) * peak * 32_767));
};

/** Calm music of our own, free of anybody's rights, that begins again without a seam. Not loud: it waits behind words. */
export const holdMusic = (): Int16Array => {
  const sound = new Float64Array(musicSeconds * rate);
  for (let bar = 0; bar < bars; bar += 1) {
    const chord = chords[bar % chords.length] ?? chords[0];
    const figure = figures[Math.floor(bar / chords.length) % figures.length] ?? figures[0];
    for (let beat = 0; beat < beatsInBar; beat += 1) {
      const at = Math.round((bar * beatsInBar + beat) * beatSeconds * rate);
      const note = chord.notes[figure[beat] ?? 0] ?? 60;
      pluck(sound, at, note, beat === 0 ? 0.9 : 0.6, ringsSeconds);
      if (beat % 4 === 0) pluck(sound, at, chord.bass + 12, 0.8, ringsSeconds);
    }
  }
  return asSamples(sound, 0.28);
};

const tone = (parts: readonly { readonly hertz: number; readonly seconds: number }[], peak: number): Int16Array => {
  const all = parts.flatMap(({ hertz: at, seconds }) => {
    const length = Math.floor(seconds * rate);
    return Array.from({ length }, (_, n) => {
      const edge = Math.min(1, n / 80, (length - n) / 80);
      return edge * Math.sin((2 * Math.PI * at * n) / rate);
    });
  });
  return asSamples(Float64Array.from(all), peak);
};

/** After which words are left. */
export const beep = (): Int16Array =>
  tone(
    [
      { hertz: 0, seconds: 0.15 },
      { hertz: 1_000, seconds: 0.35 },
    ],
    0.4,
  );
/** Somebody has come in who only listens. */
export const attention = (): Int16Array =>
  tone(
    [
      { hertz: 660, seconds: 0.12 },
      { hertz: 0, seconds: 0.05 },
      { hertz: 880, seconds: 0.12 },
    ],
    0.3,
  );
