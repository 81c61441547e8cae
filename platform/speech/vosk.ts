// Listens by a service that is told sound over a WebSocket and answers in JSON, as vosk-server does (https://alphacephei.com/vosk/server). Chosen by server/speech-parts.ts.
import { WebSocket } from "ws";
import { resolveOutside, pinnedTo } from "#platform/egress.ts";
import { readWav } from "#lib/sound.ts";
import { speechFailed, type Listener, type SpeechReason, type Understood } from "#platform/speech/speech.ts";

const most = { ms: 20_000, connectMs: 5_000, answerBytes: 262_144, text: 4_000 } as const;
/** Bytes of sound that are sent at a time: half a second. */
const portion = 8_000;

/** A listener by the service at that address (ws: or wss:); what is likely to be said does not help it. */
export const voskListener = (url: string, key: string | null): Listener => {
  const open = new Set<WebSocket>();
  let closed = false;
  return {
    name: `vosk ${url}`,
    listen: async (sound, _, signal) => {
      const read = readWav(sound);
      if (read === null) throw speechFailed("unreadable", "what is to be listened to is no WAV file");
      const { address } = await resolveOutside(url.replace(/^ws/, "http"), { allowInside: [new URL(url).host] }).catch(
        (error: unknown) => {
          throw speechFailed("away", "unknown host", error);
        },
      );
      if (closed) throw speechFailed("away", "shutting down");
      const socket = new WebSocket(url, {
        lookup: pinnedTo(address),
        handshakeTimeout: most.connectMs,
        maxPayload: most.answerBytes,
        perMessageDeflate: false,
        followRedirects: false,
        ...(key !== null && { headers: { authorization: `Bearer ${key}` } }),
      });
      open.add(socket);
      try {
        return await talk(socket, read, signal);
      } finally {
        open.delete(socket);
        socket.terminate();
      }
    },
    close: async () => {
      closed = true;
      for (const socket of open) socket.terminate();
    },
  };
};

interface Said {
  readonly text?: unknown;
  readonly result?: unknown;
}

const talk = (
  socket: WebSocket,
  { rate, samples }: { readonly rate: number; readonly samples: Int16Array },
  signal?: AbortSignal,
): Promise<Understood> =>
  new Promise((resolve, reject) => {
    const texts: string[] = [];
    const sure: number[] = [];
    /** It answers every part, and the end; then it hangs up. */
    let left = Number.POSITIVE_INFINITY;
    let answered = false;
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    };
    const fail = (reason: SpeechReason, detail: string, cause?: unknown): void => {
      done();
      reject(speechFailed(reason, detail, cause));
    };
    const finish = (): void => {
      done();
      resolve({
        text: texts.join(" ").slice(0, most.text),
        confidence: sure.length === 0 ? null : sure.reduce((sum, each) => sum + each, 0) / sure.length,
      });
    };
    const stop = (): void => fail("tooSlow", "cut off");
    const timer = setTimeout(() => fail("tooSlow", `longer than ${most.ms} ms`), most.ms);
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) return stop();
    socket.on("error", (error) => fail("away", "the connection failed", error));
    socket.on("close", () => (answered ? finish() : fail("away", "it hung up")));
    socket.on("open", () => {
      socket.send(JSON.stringify({ config: { sample_rate: rate, words: true } }));
      const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
      left = Math.ceil(bytes.length / portion) + 1;
      for (let at = 0; at < bytes.length; at += portion) socket.send(bytes.subarray(at, at + portion));
      socket.send('{"eof" : 1}');
    });
    socket.on("message", (data) => {
      const said = readJson(Buffer.isBuffer(data) ? data.toString() : "");
      if (said === null) return fail("unreadable", "it answered no JSON");
      left -= 1;
      if (typeof said.text === "string") {
        answered = true;
        if (said.text !== "") texts.push(said.text);
        sure.push(...confidences(said.result));
      }
      if (left <= 0) finish();
    });
  });

const readJson = (text: string): Said | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : null;
  } catch {
    return null;
  }
};

const confidences = (words: unknown): readonly number[] =>
  Array.isArray(words)
    ? words.flatMap((word: unknown) =>
        typeof word === "object" && word !== null && "conf" in word && typeof word.conf === "number" ? [word.conf] : [],
      )
    : [];
