// The process in which the espeak-ng that comes by npm speaks. Started and ended by espeak-brought.ts. It takes nothing of ours but words and gives nothing but sounds, by messages: a
// program of its own beside GPL-3.0 code (docs/decisions/0372-espeak-ng.md).
interface Voice {
  readonly set_rate: (wordsAMinute: number) => void;
  readonly set_voice: (name: string, gender: string, age: string, variant: number, other: number) => number;
  readonly synthesize: (text: string, take: (samples: Int16Array | null) => boolean) => void;
  readonly get_samplerate: () => number;
  readonly list_voices: () => readonly { readonly identifier: string }[];
}
interface Loaded {
  readonly eSpeakNGWorker: new () => Voice;
}
interface Job {
  readonly id: number;
  readonly text: string;
  readonly voice: string;
  readonly wordsAMinute: number;
  readonly mostSamples: number;
}

// The package brings no types; its name is no literal here, so that types are checked without it.
const named: string = "@echogarden/espeak-ng-emscripten";
const { default: load } = (await import(named)) as { readonly default: () => Promise<Loaded> };
const { eSpeakNGWorker: Worker } = await load();
const speaker = new Worker();
// It takes any name, and then says nothing: "gmw/de" is called "de".
const voices = new Set(
  speaker.list_voices().map(({ identifier }) => identifier.slice(identifier.lastIndexOf("/") + 1)),
);

const speak = ({ id, text, voice, wordsAMinute, mostSamples }: Job): object => {
  if (!voices.has(voice.split("+")[0] ?? "")) return { id, failed: "refused" };
  speaker.set_voice(voice, "", "", 0, 0);
  speaker.set_rate(wordsAMinute);
  const parts: Int16Array[] = [];
  let size = 0;
  speaker.synthesize(text, (samples) => {
    if (samples !== null && samples.length > 0) {
      size += samples.length;
      parts.push(samples);
    }
    return size > mostSamples;
  });
  if (size > mostSamples) return { id, failed: "tooLong" };
  const all = new Int16Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return { id, rate: speaker.get_samplerate(), samples: all };
};

process.on("message", (job: Job) => {
  process.send?.(speak(job));
});
process.on("disconnect", () => process.exit(0));
process.send?.({ ready: true });
