// "Call us" from pages: what they are told before, the call itself, what it is doing, and what may be had instead. For pages that may carry the brand's chat; a call is opened by a
// secret that only its page has. Mounted by server/app.ts.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { WebchatSettings } from "#channels/webchat/settings.ts";
import { callerAsk, callerOffer, callOffer, type CallAnswer, type CallSite } from "#contract/caller.ts";
import { brandById } from "#modules/brands/reads.ts";
import { screenOf } from "#modules/calls/actions-screen.ts";
import { pageSecret } from "#modules/calls/model-screen.ts";
import { followed } from "#modules/calls/reads-screen.ts";
import { callById, livingOfCaller, type CallRow } from "#modules/calls/reads.ts";
import { visitorAt } from "#modules/visitors/reads.ts";
import { placeOf } from "#platform/auth/brake.ts";
import { sameText } from "#platform/secret.ts";
import { httpError, type Http } from "#platform/http/http.ts";
import type { Visitor } from "#modules/visitors/actions.ts";
import { askOf, callerOf, chatFor, type Asking } from "#server/caller-asks.ts";
import { aroundPhone, callerView, phoneOf, takesPages } from "#server/caller-view.ts";
import type { CallPages } from "#server/call-pages.ts";
import { openBrake } from "#server/chat-brake.ts";
import { pictureOf } from "#server/chat-move.ts";
import { lookCss } from "#server/chat-site.ts";
import type { ConnectedVoice } from "#server/connected.ts";
import { inLanguage, stateOf } from "#server/portal-views.ts";
import { screenPath } from "#server/second-places.ts";
import { languageOf, type Language } from "#server/words.ts";

/** Calls, and what is asked of them, of one visitor and of all from one place (a school or an office shares one). */
const mostCalls = { ofVisitor: 6, atPlace: 40, withinMs: 10 * 60_000 };
const mostAsks = { ofVisitor: 30, atPlace: 200, withinMs: 10 * 60_000 };
/** Pages look every two seconds. */
const mostLooks = { ofVisitor: 600, atPlace: 6_000, withinMs: 10 * 60_000 };
/** A description of the browser's is some kB; mails are short. */
const bodyBytes = 40_000;

const secretIn = (request: FastifyRequest): string =>
  /^Bearer ([a-z2-7]{26})$/.exec(request.headers.authorization ?? "")?.[1] ?? "";

const languageIn = (request: FastifyRequest): Language => {
  const { language } = request.query as { readonly language?: unknown };
  return language === "de" || language === "en" ? language : languageOf(request.headers["accept-language"]);
};

const no = (reply: FastifyReply, status: number, code: string, seconds: number | null = null): FastifyReply => {
  if (seconds !== null) void reply.header("retry-after", String(seconds));
  return reply.code(status).send({ code });
};

export interface CallSiteOptions extends Asking {
  readonly app: FastifyInstance;
  readonly http: Pick<Http, "sameOrigin" | "callerOf">;
  readonly pages: CallPages;
  /** Does anybody answer for that brand now? */
  readonly isThere: (brandId: string) => boolean;
}

/** Mounts the routes below /call/. */
export const mountCallSite = (options: CallSiteOptions): void => {
  const { app, world, connected, http, roads, pages } = options;
  const [calls, asks, looks] = [openBrake(mostCalls), openBrake(mostAsks), openBrake(mostLooks)];
  const placeIn = (request: FastifyRequest): string => placeOf(http.callerOf(request.raw));

  const phone = async (request: FastifyRequest): Promise<ConnectedVoice> => {
    const { id } = request.params as { id: string };
    const find = () => connected.voices().find((each) => each.id === id);
    const channel = find() ?? (await connected.freshen().then(find));
    if (channel === undefined) throw httpError(404, "no such address");
    return channel;
  };

  /** Lets only pages in that may carry one of the brand's chats, and lets those read the answer, whatever it is. */
  const admit = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { brandId } = await phone(request);
    const origin = (request.headers.origin ?? "").toLowerCase();
    void reply.headers({ vary: "Origin", "cache-control": "no-store", "referrer-policy": "no-referrer" });
    const mayCarry = connected
      .enabled()
      .some(
        (each) =>
          each.kind === "webchat" &&
          each.brandId === brandId &&
          (each.settings as WebchatSettings).origins.includes(origin),
      );
    if (mayCarry)
      void reply.headers({ "access-control-allow-origin": origin, "access-control-expose-headers": "retry-after" });
    else if (origin !== "" && !http.sameOrigin(request)) return no(reply, 403, "notAllowed");
    else if (request.method !== "GET" && !http.sameOrigin(request)) return no(reply, 403, "notAllowed");
    return undefined;
  };
  const guarded = { onRequest: admit, bodyLimit: bodyBytes };
  for (const path of ["/call/:id/site.json", "/call/:id/calls", "/call/:id/calls/:call", "/call/:id/calls/:call/:what"])
    app.options(path, { onRequest: admit }, (_request, reply) =>
      reply
        .code(204)
        .headers({
          "access-control-allow-methods": "GET, POST",
          "access-control-allow-headers": "authorization, content-type",
          "access-control-max-age": "600",
        })
        .send(),
    );

  app.get("/call/:id/site.json", guarded, async (request, reply) => {
    const channel = await phone(request);
    const language = languageIn(request);
    const settings = phoneOf(channel);
    const around = await aroundPhone(world, channel);
    const chat = chatFor(connected, channel.brandId, null);
    const look = chat === null ? null : (chat.settings as WebchatSettings).look;
    const site: CallSite = {
      brand: (await brandById(world.db, channel.brandId as never))?.name ?? "",
      hours: stateOf(around, language),
      isThere: around.open && options.isThere(channel.brandId),
      number: settings.numbers[0] ?? null,
      notices: around.notices.map((notice) => inLanguage(notice, language)),
      ...(look == null ? {} : { css: lookCss(look) }),
    };
    return reply.send(site);
  });

  app.post("/call/:id/calls", guarded, async (request, reply) => {
    const channel = await phone(request);
    const given = callOffer.safeParse(request.body);
    if (!given.success) return no(reply, 400, "badOffer");
    if (!takesPages(phoneOf(channel))) return no(reply, 409, "closed");
    const { callId, sdp, language, token, chat, name } = given.data;
    const place = placeIn(request);
    const wait = calls(token ?? "", place);
    if (wait !== null) return no(reply, 429, "tooManyAttempts", Math.ceil(wait / 1_000));
    const { visitor, token: kept } = await callerOf(options, channel, { token, chat, language, name });
    const living = await livingOfCaller(world.db, visitor.address);
    // One call that is spoken in; one that waits to call them back is ended by whoever holds the calls.
    if (living !== null && living.id !== callId && living.callback === null) return no(reply, 409, "another");
    const taken = await roads.callIn({
      callId,
      channelId: channel.id,
      sdp,
      caller: { address: visitor.address, name: visitor.name, language },
    });
    if (!taken.ok) return no(reply, taken.why === "badOffer" ? 400 : 503, taken.why);
    pages.looked(visitor.address);
    const { word } = await screenOf(world, callId);
    const url = `${options.publicUrl}${screenPath(word)}`;
    const answer: CallAnswer = {
      callId,
      sdp: taken.sdp,
      secret: pageSecret(world, callId),
      token: kept,
      screen: { url, ...pictureOf(url) },
    };
    return reply.code(201).send(answer);
  });

  /** The call that a request's secret opens, and the visitor whose page that is. Null: an answer was sent. */
  const opened = async (
    request: FastifyRequest,
    reply: FastifyReply,
    brake: ReturnType<typeof openBrake>,
  ): Promise<{ readonly row: CallRow; readonly own: Visitor | null } | null> => {
    const channel = await phone(request);
    const { call: id } = request.params as { call: string };
    const wait = brake(id, placeIn(request));
    if (wait !== null) {
      no(reply, 429, "tooManyAttempts", Math.ceil(wait / 1_000));
      return null;
    }
    const known = sameText(pageSecret(world, id), secretIn(request)) ? await callById(world.db, id) : null;
    if (known === null || known.call.channelId !== channel.id) {
      no(reply, 404, "notFound");
      return null;
    }
    const row = await followed(world, known);
    const { visitor: address } = row.call;
    const found = address === null ? null : await visitorAt(world.db, address);
    if (address !== null) pages.looked(address);
    const own = found && { ...found, isNew: false, token: null, tokenHash: "", readsEmail: "", joined: [] };
    return { row, own };
  };
  const show = async (reply: FastifyReply, row: CallRow, language: Language): Promise<FastifyReply> =>
    reply.send(await callerView(options, row.call, { language, isPage: true }));

  app.get("/call/:id/calls/:call", guarded, async (request, reply) => {
    const found = await opened(request, reply, looks);
    return found === null ? reply : show(reply, found.row, languageIn(request));
  });

  app.post("/call/:id/calls/:call/wishes", guarded, async (request, reply) => {
    const ask = callerAsk.safeParse(request.body);
    if (!ask.success) return no(reply, 400, ask.error.issues[0]?.path[0] === "email" ? "badEmail" : "failed");
    const found = await opened(request, reply, asks);
    if (found === null) return reply;
    const { row, own } = found;
    const language = languageIn(request);
    const asked = await askOf(options, row.call, ask.data, { language, own });
    if (asked.refused !== null) return no(reply, 409, asked.refused);
    const first = (await callById(world.db, row.call.id)) ?? row;
    return show(reply, await followed(world, first), language);
  });

  app.post("/call/:id/calls/:call/offer", guarded, async (request, reply) => {
    const given = callerOffer.safeParse(request.body);
    if (!given.success) return no(reply, 400, "badOffer");
    const found = await opened(request, reply, asks);
    if (found === null) return reply;
    const taken = await roads.answer({ callId: found.row.call.id, ...given.data });
    return taken.ok ? reply.send({ sdp: taken.sdp }) : no(reply, 409, taken.why);
  });
};
