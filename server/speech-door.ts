// Sounds over HTTP, for an engine that fetches them itself (Asterisk's sound:http://…): at addresses nobody can guess, and for this machine and its own network only.
// Mounted by server/app.ts.
import type { FastifyInstance, FastifyRequest } from "fastify";
import { timingSafeEqual } from "node:crypto";
import { isOutside } from "#platform/egress.ts";
import type { Speech } from "#server/speech.ts";

type Mac = (purpose: string, text: string) => string;

const markOf = (mac: Mac, soundId: string): string => mac("sound", soundId).slice(0, 26);

/** Where a sound is, below the server's own address: its id (what it says could be guessed) and a mark that only the centre can make; the same on every node. */
export const soundPath = (mac: Mac, soundId: string): string => `/sounds/${soundId}-${markOf(mac, soundId)}.wav`;

/** The other end of the connection is inside: a proxy in front that passes strangers on says for whom it asks. */
const isInside = ({ raw, headers }: FastifyRequest): boolean =>
  headers["x-forwarded-for"] === undefined &&
  headers.forwarded === undefined &&
  !isOutside((raw.socket.remoteAddress ?? "0.0.0.0").replace(/%.*$/, ""));

/** Mounts the way to sounds. Whatever is wrong is answered alike: there is nothing. */
export const mountSounds = (app: FastifyInstance, speech: Pick<Speech, "sound">, mac: Mac): void => {
  app.get("/sounds/:file", { logLevel: "silent" }, async (request, reply) => {
    const { file } = request.params as { readonly file: string };
    const [, id, mark] = /^([0-9a-f]{64})-([a-z2-7]{26})\.wav$/.exec(file) ?? [];
    const nothing = () => reply.code(404).header("cache-control", "no-store").send();
    if (id === undefined || mark === undefined || !isInside(request)) return nothing();
    if (!timingSafeEqual(Buffer.from(mark), Buffer.from(markOf(mac, id)))) return nothing();
    const wav = await speech.sound(id).catch(() => null);
    if (wav === null) return nothing();
    // What an id names never changes.
    return reply
      .header("content-type", "audio/wav")
      .header("cache-control", "private, max-age=31536000, immutable")
      .header("etag", `"${id}"`)
      .send(Buffer.from(wav.buffer, wav.byteOffset, wav.byteLength));
  });
};
