// Sounds as numbers: WAV files read and written, and the rate at which they were taken changed. Called by platform/speech and whoever is given a sound; pure.

/** One channel, 16 bit, so many samples a second. */
export interface Sound {
  readonly rate: number;
  readonly samples: Int16Array;
}

/** What telephones carry (ITU-T G.711): 8,000 samples a second. */
export const telephoneRate = 8_000;

/** Rates that can be read; whatever is outside of these is no speech. */
const rates = { least: 4_000, most: 192_000 } as const;

/** µ-law and A-law (ITU-T G.711) as 16 bit. */
const muLaw = (byte: number): number => {
  const value = ~byte & 0xff;
  const size = (((value & 0x0f) << 3) + 0x84) << ((value & 0x70) >> 4);
  return value & 0x80 ? 0x84 - size : size - 0x84;
};
const aLaw = (byte: number): number => {
  const value = byte ^ 0x55;
  const exponent = (value & 0x70) >> 4;
  const mantissa = ((value & 0x0f) << 4) + 8;
  const size = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return value & 0x80 ? size : -size;
};

interface Format {
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}
/** How a sample stands in the file, by the format's code and its bits; "1/16": PCM of 16 bits. */
const formats: Readonly<Record<string, Format>> = {
  "1/8": { bytes: 1, read: (view, at) => (view.getUint8(at) - 128) * 256 },
  "1/16": { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  "1/24": { bytes: 3, read: (view, at) => view.getInt16(at + 1, true) },
  "1/32": { bytes: 4, read: (view, at) => view.getInt16(at + 2, true) },
  "3/32": { bytes: 4, read: (view, at) => inRange(view.getFloat32(at, true) * 32_767) },
  "6/8": { bytes: 1, read: (view, at) => aLaw(view.getUint8(at)) },
  "7/8": { bytes: 1, read: (view, at) => muLaw(view.getUint8(at)) },
};

/** Rounded, and cut off where 16 bits end. Nothing that is no number is heard. */
const inRange = (value: number): number =>
  Number.isNaN(value) ? 0 : Math.max(-32_768, Math.min(32_767, Math.round(value)));

/**
 * Reads a WAV file (RIFF): PCM of 8 to 32 bits, floats, µ-law and A-law; several channels become one, their mean. A length that promises more than there is (of a
 * stream that did not know it) is as long as the file. Null: it is none that can be read.
 */
export const readWav = (file: Uint8Array): Sound | null => {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const name = (at: number): string => String.fromCharCode(...file.subarray(at, at + 4));
  if (file.byteLength < 44 || name(0) !== "RIFF" || name(8) !== "WAVE") return null;
  let shape: { readonly format: Format; readonly channels: number; readonly rate: number } | null = null;
  for (let at = 12; at + 8 <= file.byteLength;) {
    const length = Math.min(view.getUint32(at + 4, true), file.byteLength - at - 8);
    if (name(at) === "fmt " && length >= 16) {
      const extensible = view.getUint16(at + 8, true) === 0xfffe && length >= 26;
      const code = view.getUint16(extensible ? at + 32 : at + 8, true);
      const format = formats[`${code}/${view.getUint16(at + 22, true)}`];
      const channels = view.getUint16(at + 10, true);
      const rate = view.getUint32(at + 12, true);
      if (format === undefined || channels < 1 || channels > 8 || rate < rates.least || rate > rates.most) return null;
      shape = { format, channels, rate };
    }
    if (name(at) === "data" && shape !== null) {
      const { format, channels, rate } = shape;
      const frame = format.bytes * channels;
      const samples = new Int16Array(Math.floor(length / frame));
      for (let n = 0; n < samples.length; n++) {
        let sum = 0;
        for (let channel = 0; channel < channels; channel++)
          sum += format.read(view, at + 8 + n * frame + channel * format.bytes);
        samples[n] = inRange(sum / channels);
      }
      return { rate, samples };
    }
    at += 8 + length + (length % 2);
  }
  return null;
};

/** A WAV file of 16 bits and one channel. */
export const wavOf = ({ rate, samples }: Sound): Uint8Array => {
  const file = new Uint8Array(44 + samples.length * 2);
  const view = new DataView(file.buffer);
  const put = (at: number, word: string): void => file.set(new TextEncoder().encode(word), at);
  put(0, "RIFF");
  view.setUint32(4, 36 + samples.length * 2, true);
  put(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  put(36, "data");
  view.setUint32(40, samples.length * 2, true);
  for (const [n, sample] of samples.entries()) view.setInt16(44 + n * 2, sample, true);
  return file;
};

/** Zero crossings of the filter on each side; more is sharper and slower. */
const lobes = 16;
/** Where the filter begins to take away, as a share of the lower of the two rates' halves: what is above would fold back as noise. */
const passes = 0.92;

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** The filter for each place that an output sample can have between two input samples. */
interface Filter {
  readonly up: number;
  readonly down: number;
  /** Input samples that each output sample is made of. */
  readonly taps: number;
  readonly kernels: readonly Float32Array[];
}

/** A sinc under a Blackman window, for each phase (J. O. Smith, "Digital Audio Resampling"); each adds up to 1, so that silence and hum stay as loud as they are. */
const filterOf = (from: number, to: number): Filter => {
  const common = divisor(from, to);
  const up = to / common;
  const cutoff = (passes * Math.min(from, to)) / from;
  const half = Math.ceil(lobes / cutoff);
  const taps = half * 2;
  const kernels = Array.from({ length: up }, (_, phase) => {
    const kernel = new Float32Array(taps);
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const x = tap - half + 1 - phase / up;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * x * cutoff) / (Math.PI * x * cutoff);
      const place = (x + half) / (2 * half);
      const window = 0.42 - 0.5 * Math.cos(2 * Math.PI * place) + 0.08 * Math.cos(4 * Math.PI * place);
      kernel[tap] = sinc * window;
      sum += kernel[tap] ?? 0;
    }
    return kernel.map((value) => value / sum);
  });
  return { up, down: from / common, taps, kernels };
};

/** Filters are the same for the same two rates; a strange rate needs many, so only the latest are kept. */
const filters = new Map<string, Filter>();
const mostFilters = 4;
const filterFor = (from: number, to: number): Filter => {
  const key = `${from}/${to}`;
  const known = filters.get(key);
  if (known !== undefined) return known;
  if (filters.size >= mostFilters) filters.clear();
  const made = filterOf(from, to);
  filters.set(key, made);
  return made;
};

/** Output samples that are made at a time: some 3 ms of work. */
const portion = 8_000;

/** As `resampled`, a portion at each step, so that whoever has other things to do can do them in between. */
export function* resampling({ rate, samples }: Sound, to: number): Generator<undefined, Sound> {
  if (rate === to) return { rate, samples };
  const { up, down, taps, kernels } = filterFor(rate, to);
  const out = new Int16Array(Math.round((samples.length * up) / down));
  for (let n = 0; n < out.length; n++) {
    if (n % portion === portion - 1) yield undefined;
    const whole = n * down;
    const kernel = kernels[whole % up] ?? new Float32Array(taps);
    const first = Math.floor(whole / up) - taps / 2 + 1;
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) sum += (kernel[tap] ?? 0) * (samples[first + tap] ?? 0);
    out[n] = inRange(sum);
  }
  return { rate: to, samples: out };
}

/** The same sound at another rate, without what that rate cannot carry. */
export const resampled = (sound: Sound, to: number): Sound => {
  const steps = resampling(sound, to);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
};

/** How long it is. */
export const lengthMs = ({ rate, samples }: Sound): number => (samples.length / rate) * 1_000;
