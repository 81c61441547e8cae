// Recordings as who is signed in hears them: whole, or from any place (RFC 9110 section 14). Mounted by server/app.ts.
import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { AgentActor } from "#contract/actor.ts";
import { recordingFor } from "#modules/calls/reads.ts";
import { isFileMissing } from "#platform/files/files.ts";
import { httpError } from "#platform/http/http.ts";
import type { World } from "#platform/world.ts";

/** Which bytes of so many are asked for, both included; null: all of them; "none": nothing that there is. Of several stretches nobody gives more than all. */
export const rangeOf = (
  header: string | undefined,
  size: number,
): { readonly from: number; readonly to: number } | "none" | null => {
  const asked = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "");
  const [, first = "", last = ""] = asked ?? [];
  if (asked === null || (first === "" && last === "")) return null;
  const from = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === "" || last === "" ? size - 1 : Math.min(size - 1, Number(last));
  if (first !== "" && last !== "" && Number(last) < from) return null;
  return from > to || from >= size ? "none" : { from, to };
};

/** Those bytes of a stream. */
const cut = async function* (stream: Readable, from: number, to: number): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const [first, last] = [Math.max(0, from - at), Math.min(chunk.length, to + 1 - at)];
    at += chunk.length;
    if (last > first) yield chunk.subarray(first, last);
    if (at > to) return;
  }
};

/** Mounts the way. `whoAsks` gives the signed-in agent; to whoever may not see the call there is no such address. */
export const mountRecordings = (options: {
  readonly app: {
    readonly get: (
      path: string,
      handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
    ) => unknown;
  };
  readonly world: World;
  readonly whoAsks: (request: FastifyRequest) => Promise<AgentActor | null>;
}): void => {
  const { world } = options;
  options.app.get("/api/recordings/:id", async (request, reply) => {
    const who = await options.whoAsks(request);
    const { id } = request.params as { id: string };
    const found = who === null || !/^[0-9a-f-]{36}$/.test(id) ? null : await recordingFor(world.db, who, id);
    if (found === null) throw httpError(404, "no such address");
    const { hash, sizeBytes } = found;
    reply.headers({
      "accept-ranges": "bytes",
      "cache-control": "private, no-store",
      "content-disposition": "inline",
      "x-content-type-options": "nosniff",
    });
    const range = rangeOf(request.headers.range, sizeBytes);
    if (range === "none") return reply.code(416).header("content-range", `bytes */${sizeBytes}`).send();
    try {
      const stream = await world.files.stream(hash);
      reply.type("audio/wav");
      if (range === null) return await reply.header("content-length", sizeBytes).send(stream);
      const { from, to } = range;
      const part = Readable.from(cut(stream, from, to), { objectMode: false });
      part.once("close", () => stream.destroy());
      return await reply
        .code(206)
        .headers({ "content-range": `bytes ${from}-${to}/${sizeBytes}`, "content-length": to - from + 1 })
        .send(part);
    } catch (error) {
      if (isFileMissing(error)) throw httpError(404, "no such address");
      throw error;
    }
  });
};
