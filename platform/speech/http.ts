// Speaks and listens by services that are asked over HTTP, by the one door out: those that speak OpenAI's way (/v1/audio/speech, /v1/audio/transcriptions: also
// whisper.cpp, LocalAI, Speaches, Kokoro-FastAPI), and those that simply take words and give a WAV file. Chosen by server/speech-parts.ts.
import { randomUUID } from "node:crypto";
import { fetchOutside, outsideReason, type OutsideAnswer, type OutsideOptions } from "#platform/egress.ts";
import {
  speechFailed,
  type Listener,
  type Speaker,
  type SpeechLanguage,
  type SpeechReason,
} from "#platform/speech/speech.ts";
import { forTelephones } from "#platform/speech/telephone.ts";
import { onlyWords } from "#platform/speech/words.ts";

/** A service that the operator named, wherever it is. */
export interface SpeechService {
  /** The whole address, as the operator wrote it. */
  readonly url: string;
  /** Sent as a bearer token; null: none. */
  readonly key: string | null;
  /** Null: none is said. */
  readonly model: string | null;
}

/** For one answer; of its body. */
const most = { ms: 20_000, soundBytes: 60_000_000, textBytes: 262_144 } as const;

/** The operator's own address may be inside; where it would lead to is never followed. */
const asked = async (service: SpeechService, options: OutsideOptions, signal?: AbortSignal): Promise<OutsideAnswer> => {
  if (signal?.aborted) throw speechFailed("tooSlow", "cut off");
  const { host } = new URL(service.url);
  try {
    const asking = fetchOutside(service.url, {
      ...options,
      method: "POST",
      headers: { ...options.headers, ...(service.key !== null && { authorization: `Bearer ${service.key}` }) },
      timeoutMs: most.ms,
      mostRedirects: 0,
      allowInside: [host],
    });
    const answer = await (signal === undefined ? asking : Promise.race([asking, cutOff(signal, asking)]));
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw speechFailed(
      answer.status >= 500 || answer.status === 429 ? "away" : "refused",
      `it answered ${answer.status}`,
    );
  } catch (error) {
    const reason = outsideReason(error);
    if (reason === null) throw error;
    const known: Partial<Record<typeof reason, SpeechReason>> = { tooSlow: "tooSlow", tooLarge: "tooLong" };
    throw speechFailed(known[reason] ?? "away", reason, error);
  }
};

const cutOff = (signal: AbortSignal, asking: Promise<unknown>): Promise<never> => {
  asking.catch(() => {});
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(speechFailed("tooSlow", "cut off")), { once: true });
  });
};

/** Ends with what OpenAI's own address ends with: then it is asked so. */
const isOpenAi = (url: string): boolean => new URL(url).pathname.endsWith("/audio/speech");

/** A speaker by such a service. `voices`: by its own names; null: it is asked by language alone (OpenAI's way: "alloy"). */
export const httpSpeaker = (
  service: SpeechService,
  voices: Readonly<Record<SpeechLanguage, string | null>>,
): Speaker => ({
  name: `http ${service.url} ${service.model ?? ""} ${voices.de ?? ""} ${voices.en ?? ""}`,
  speak: async ({ text, language }, signal) => {
    const voice = voices[language];
    const words = onlyWords(text);
    const body = isOpenAi(service.url)
      ? { model: service.model ?? "tts-1", input: words, voice: voice ?? "alloy", response_format: "wav" }
      : {
          text: words,
          language,
          ...(voice !== null && { voice }),
          ...(service.model !== null && { model: service.model }),
        };
    const answer = await asked(
      service,
      {
        headers: { "content-type": "application/json", accept: "audio/wav" },
        body: JSON.stringify(body),
        maxBytes: most.soundBytes,
      },
      signal,
    );
    return forTelephones(answer.bytes);
  },
  close: async () => {},
});

const form = (sound: Uint8Array, fields: Readonly<Record<string, string>>): { type: string; body: Uint8Array } => {
  const boundary = `sound-${randomUUID()}`;
  const parts: Uint8Array[] = [];
  const put = (text: string): number => parts.push(new TextEncoder().encode(text));
  for (const [name, value] of Object.entries(fields))
    put(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  put(
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="sound.wav"\r\ncontent-type: audio/wav\r\n\r\n`,
  );
  parts.push(sound);
  put(`\r\n--${boundary}--\r\n`);
  return { type: `multipart/form-data; boundary=${boundary}`, body: Buffer.concat(parts) };
};

/** Longest prompt of likely words, and longest text that is taken, in characters. */
const mostWords = { prompt: 600, text: 4_000 } as const;

/** A listener by such a service. What is likely to be said is its prompt. */
export const httpListener = (service: SpeechService): Listener => ({
  name: `http ${service.url} ${service.model ?? ""}`,
  listen: async (sound, { language, phrases }, signal) => {
    const prompt = onlyWords(phrases.join(", ")).slice(0, mostWords.prompt);
    const { type, body } = form(sound, {
      model: service.model ?? "whisper-1",
      language,
      response_format: "json",
      ...(prompt !== "" && { prompt }),
    });
    const answer = await asked(
      service,
      { headers: { "content-type": type, accept: "application/json" }, body, maxBytes: most.textBytes },
      signal,
    );
    return understood(answer.bytes);
  },
  close: async () => {},
});

/** `text`, and how sure: `confidence`, or the mean of the parts' logarithms of likelihood where they are said (verbose answers of Whisper). */
const understood = (bytes: Uint8Array): { readonly text: string; readonly confidence: number | null } => {
  let answer: unknown;
  try {
    answer = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw speechFailed("unreadable", "it answered no JSON", error);
  }
  if (typeof answer !== "object" || answer === null || !("text" in answer) || typeof answer.text !== "string")
    throw speechFailed("unreadable", "it answered no text");
  return { text: answer.text.trim().slice(0, mostWords.text), confidence: confidenceOf(answer) };
};

const confidenceOf = (answer: object): number | null => {
  if ("confidence" in answer && typeof answer.confidence === "number") return share(answer.confidence);
  if (!("segments" in answer) || !Array.isArray(answer.segments)) return null;
  const logs = answer.segments.flatMap((part: unknown) =>
    typeof part === "object" && part !== null && "avg_logprob" in part && typeof part.avg_logprob === "number"
      ? [part.avg_logprob]
      : [],
  );
  return logs.length === 0 ? null : share(Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length));
};
const share = (number: number): number | null => (Number.isFinite(number) ? Math.min(1, Math.max(0, number)) : null);
