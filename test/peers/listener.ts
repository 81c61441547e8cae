// A listener as a service (POST a form with a WAV file, answered with JSON): understands tones, each as the words it was taught. Used by test/journeys/spoken-answers.test.ts.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Tone, tonesOfWav } from "#test/peers/tones.ts";

export interface HeardSound {
  readonly tones: readonly string[];
  readonly seconds: number;
  /** Fields of the form: language, prompt. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Starts it on loopback. A tone that was not taught is understood as nothing. */
export const startListener = async (
  taught: Partial<Record<Tone, string>>,
): Promise<{ readonly url: string; readonly heard: readonly HeardSound[]; readonly stop: () => void }> => {
  const heard: HeardSound[] = [];
  const server = createServer((request, response) => {
    void new Response(request as never, { headers: { "content-type": String(request.headers["content-type"]) } })
      .formData()
      .then(async (form) => {
        const file = form.get("file");
        if (!(file instanceof Blob)) throw new Error("there is no sound");
        const sound = new Uint8Array(await file.arrayBuffer());
        // On a busy machine a tone has gaps: it is one all the same.
        const tones = [...new Set(tonesOfWav(sound)[0])].filter((one) => one !== "");
        const fields = Object.fromEntries(
          [...form].flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
        );
        heard.push({ tones, seconds: (sound.length - 44) / 16_000, fields });
        const text = tones.map((one) => taught[Number(one) as Tone] ?? "").join(" ");
        response.setHeader("content-type", "application/json").end(JSON.stringify({ text }));
      })
      .catch(() => response.writeHead(400).end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1/audio/transcriptions`, heard, stop: () => server.close() };
};
