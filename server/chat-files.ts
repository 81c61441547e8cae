// Files of the chat over HTTP: what a visitor sends before the message that names it, and what they fetch of messages they may see. Whoever calls proves
// themselves by the visitor's token, on pages that may carry the chat. Mounted by server/app.ts.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { WebchatSettings } from "#channels/webchat/settings.ts";
import { isRefusal, refuse } from "#contract/errors.ts";
import type { IncomingFile } from "#modules/concerns/model.ts";
import { fileFor } from "#modules/concerns/reads-visitor.ts";
import { runFile } from "#modules/flows/reads-chat.ts";
import { meet, type Visitor } from "#modules/visitors/actions.ts";
import { keepVisitorFile } from "#modules/visitors/actions-files.ts";
import type { VisitorFile } from "#modules/visitors/store-files.ts";
import { placeOf } from "#platform/auth/brake.ts";
import { fileResponse } from "#platform/files/signed.ts";
import { httpError, type Http } from "#platform/http/http.ts";
import type { World } from "#platform/world.ts";
import { holdersOf } from "#server/chat-flow-shown.ts";
import { viewerOf } from "#server/chat-seats.ts";
import type { Connected } from "#server/connected.ts";
import { heldCode } from "#server/frames.ts";
import type { ConnectedChannel } from "#server/intake.ts";
import { sendRefusal } from "#server/routes.ts";
import { openBrake, openRoom } from "#server/upload-room.ts";

/** Within ten minutes of one visitor, and of all from one place: a school or an office shares one. */
const mostOf = (fileBytes: number) => ({
  sender: { calls: 100, bytes: 10 * fileBytes },
  place: { calls: 500, bytes: 30 * fileBytes },
});
/** Fetching is cheaper than storing: as many calls more. */
const fetchShare = 0.1;

const tokenOf = (request: FastifyRequest): string | null =>
  /^Bearer ([\w-]{1,200})$/.exec(request.headers.authorization ?? "")?.[1] ?? null;

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A file that a visitor gave, as a message takes it. */
export const incomingFile = ({ name, hash, sizeBytes, mediaType, image }: VisitorFile): IncomingFile => ({
  name,
  inlineId: null,
  stored: { hash, sizeBytes, mediaType, image: image ? {} : null },
});

/** Mounts the three routes. `limits`: as the desk has them. */
export const mountChatFiles = (options: {
  readonly app: FastifyInstance;
  readonly world: World;
  readonly connected: Connected;
  readonly http: Pick<Http, "sameOrigin" | "callerOf" | "readUpload">;
  readonly fileBytes: number;
}): void => {
  const { app, world, connected, http, fileBytes } = options;
  const brake = openBrake(mostOf(fileBytes));
  const room = openRoom(fileBytes);

  const channelOf = async (request: FastifyRequest): Promise<ConnectedChannel> => {
    const { id } = request.params as { id: string };
    const find = () => connected.enabled().find((each) => each.id === id && each.kind === "webchat");
    const channel = find() ?? (await connected.freshen().then(find));
    if (channel === undefined) throw httpError(404, "no such address");
    return channel;
  };

  /** Lets only pages in that may carry the chat, and lets those read the answer, whatever it is. */
  const admit = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { origins } = (await channelOf(request)).settings as WebchatSettings;
    const origin = (request.headers.origin ?? "").toLowerCase();
    void reply.header("vary", "Origin");
    if (origins.includes(origin))
      void reply.headers({ "access-control-allow-origin": origin, "access-control-expose-headers": "retry-after" });
    else if (!http.sameOrigin(request)) return sendRefusal(request, reply, refuse("notAllowed"));
    return undefined;
  };

  /** Whose token that is; somebody who has said nothing yet is a visitor, too. Null: nobody's, or of somebody who has signed out. */
  const visitorOf = async (request: FastifyRequest): Promise<Visitor | null> => {
    const token = tokenOf(request);
    if (token === null) return null;
    const visitor = await meet(world, { channelId: (await channelOf(request)).id, token, language: "de" });
    // Who is given another token than they have shown is not who they say.
    return visitor.token === null ? visitor : null;
  };

  const path = "/chat/:id/files/:file";
  app.options(path, { onRequest: admit }, (_request, reply) =>
    reply
      .code(204)
      .headers({
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "authorization",
        "access-control-max-age": "600",
      })
      .send(),
  );

  app.post(path, { onRequest: admit, bodyLimit: fileBytes + 100_000 }, async (request, reply) => {
    const visitor = await visitorOf(request);
    if (visitor === null) return sendRefusal(request, reply, refuse("notSignedIn"));
    const { file: id } = request.params as { file: string };
    if (!uuid.test(id)) return sendRefusal(request, reply, refuse("invalidInput", { detail: "no id of a file" }));
    const place = placeOf(http.callerOf(request.raw));
    const declared = Number(request.headers["content-length"] ?? fileBytes);
    const seconds = brake(visitor.address, place, { calls: 1, bytes: declared });
    if (seconds !== null) return sendRefusal(request, reply, refuse("tooManyAttempts", { seconds }));
    const leave = room(place, declared);
    if (leave === null) return sendRefusal(request, reply, refuse("overloaded"));
    try {
      const kept = await keepVisitorFile(world, visitor.address, { id, ...(await http.readUpload(request)) });
      return await (isRefusal(kept) ? sendRefusal(request, reply, kept) : reply.code(201).send(kept));
    } finally {
      leave();
    }
  });

  app.get(path, { onRequest: admit }, async (request, reply) => {
    void reply.header("cache-control", "no-store");
    const visitor = await visitorOf(request);
    if (visitor === null) return sendRefusal(request, reply, refuse("notSignedIn"));
    const { file: id } = request.params as { file: string };
    const place = placeOf(http.callerOf(request.raw));
    const seconds = brake(visitor.address, place, { calls: fetchShare, bytes: 0 });
    if (seconds !== null) return sendRefusal(request, reply, refuse("tooManyAttempts", { seconds }));
    const file = uuid.test(id)
      ? ((await fileFor(world.db, viewerOf(visitor), id)) ?? (await runFile(world.db, holdersOf(visitor), id)))
      : null;
    if (file === null) return sendRefusal(request, reply, refuse("notFound"));
    const held = (await world.checks?.look(file.hash)) ?? null;
    if (held !== null) return sendRefusal(request, reply, refuse(heldCode[held.why], { finding: held.finding ?? "" }));
    const now = world.now();
    return reply
      .headers({
        ...fileResponse({ ...file, inline: false, expiresAt: now.getTime() }, null, now),
        "cache-control": "private, no-store",
      })
      .send(await world.files.stream(file.hash));
  });
};
