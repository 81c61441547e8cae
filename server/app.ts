// The HTTP side put together: routes of all modules, the live feed, frames and files, health, metrics, the desk's pages. Called by server/start.ts.
import { timingSafeEqual } from "node:crypto";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { FastifyRequest } from "fastify";
import { answer, type Route } from "#contract/endpoint.ts";
import { isRefusal } from "#contract/errors.ts";
import { files } from "#contract/files.ts";
import { allows } from "#contract/permissions.ts";
import { forgetSessions, sessionOf } from "#modules/agents/actions-sessions.ts";
import { teamsOf } from "#modules/agents/reads.ts";
import { agentRoutes } from "#modules/agents/routes.ts";
import { automationRoutes } from "#modules/automation/routes.ts";
import type { ChannelKinds } from "#modules/brands/model.ts";
import { brandRoutes } from "#modules/brands/routes.ts";
import { callReadRoutes } from "#modules/calls/routes.ts";
import type { ReadAgain } from "#modules/concerns/actions-aside.ts";
import { keepUpload } from "#modules/concerns/actions-uploads.ts";
import { rowFor, type ReadingWorld } from "#modules/concerns/reads.ts";
import { draftRoutes } from "#modules/concerns/routes-drafts.ts";
import { listRoutes } from "#modules/concerns/routes-lists.ts";
import { forecastRoutes } from "#modules/concerns/routes-promises.ts";
import { concernRoutes } from "#modules/concerns/routes.ts";
import { movingRoutes } from "#modules/concerns/routes-moving.ts";
import { customerRoutes } from "#modules/customers/routes.ts";
import { ratingRoutes } from "#modules/ratings/routes.ts";
import { fieldRoutes } from "#modules/fields/routes.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import { flowRoutes, type AskingWorld } from "#modules/flows/routes.ts";
import { concernFlowRoutes } from "#modules/flows/routes-concerns.ts";
import type { FetchingWorld } from "#modules/hours/actions-fetching.ts";
import type { FetchCalendar } from "#modules/hours/model-addresses.ts";
import { hoursRoutes } from "#modules/hours/routes.ts";
import { noticeRoutes } from "#modules/notices/routes.ts";
import { promiseRoutes } from "#modules/promises/routes.ts";
import { routingBookRoutes } from "#modules/routing/routes-book.ts";
import { floorRoutes } from "#modules/routing/routes-floor.ts";
import type { CentreFacts } from "#modules/settings/reads.ts";
import { workRoutes } from "#modules/routing/routes.ts";
import { settingRoutes } from "#modules/settings/routes.ts";
import type { KnowingKinds } from "#modules/concerns/reads-ways.ts";
import { chattingAt } from "#modules/visitors/reads.ts";
import { visitorRoutes } from "#modules/visitors/routes.ts";
import { type AgentActor, seesBrand } from "#contract/actor.ts";
import type { AnyEvent } from "#contract/events.ts";
import { createHttp, httpError, type Http } from "#platform/http/http.ts";
import type { Bus } from "#platform/live/bus.ts";
import type { Metrics } from "#platform/metrics.ts";
import type { World } from "#platform/world.ts";
import type { Config } from "#server/config.ts";
import { openSipSocket, type SipSocket } from "#server/sip-socket.ts";
import { startChat, type Chat } from "#server/chat.ts";
import { boardRoutes } from "#server/call-routes.ts";
import { openCallsHeld, type CallsHeld } from "#server/calls-start.ts";
import { mountChatFiles } from "#server/chat-files.ts";
import { channelKinds, type Connected } from "#server/connected.ts";
import type { Demo } from "#server/demo/demo.ts";
import { demoLogins } from "#server/demo/cast.ts";
import { readAgain } from "#server/intake-store.ts";
import { makeLinks, mountFrames } from "#server/frames.ts";
import type { OpenedGround } from "#server/flow-ground.ts";
import type { LookUp } from "#server/look-ups.ts";
import { startLive, type Live } from "#server/live.ts";
import { openApi } from "#server/openapi.ts";
import { answerFailure, mount, whoAsks, type MountedRoute } from "#server/routes.ts";
import { mountPortal } from "#server/portal.ts";
import { openWatch } from "#server/portal-watch.ts";
import { mountRecordings } from "#server/recordings.ts";
import { mountRating } from "#server/rating.ts";
import { mountChatSite } from "#server/chat-site.ts";
import { wishRoute } from "#server/routing.ts";
import { mountCallSite } from "#server/call-site.ts";
import { openCallPages, type CallPages } from "#server/call-pages.ts";
import { openTakeNow } from "#server/intake-now.ts";
import { mountSounds } from "#server/speech-door.ts";
import type { Speech } from "#server/speech.ts";
import { mountWidget } from "#server/widget.ts";

export interface App {
  readonly port: number;
  readonly live: Live;
  /** Has a visitor a page of the chat open, at any node? */
  readonly isHere: Chat["isHere"];
  readonly close: () => Promise<void>;
}

export interface AppOptions {
  readonly config: Config & { readonly publicUrl: string };
  readonly world: World;
  readonly bus: Bus;
  readonly node: string;
  readonly connected: Connected;
  readonly metrics: Metrics;
  readonly demo: Demo | null;
  /** Asks services that are connected to flows. */
  readonly lookUp: LookUp;
  /** Asks addresses for calendars of holidays. */
  readonly fetchCalendar: FetchCalendar;
  /** What is so around running flows; it is told here who is at the desk. */
  readonly flowGround: OpenedGround;
  /** Who holds the calls, once somebody does; left out: nobody. */
  readonly calls?: CallsHeld;
  /** Sounds that an engine of voices fetches. */
  readonly speech: Pick<Speech, "sound">;
  readonly version: string;
  /** Which callers' pages are open. */
  readonly callPages?: CallPages;
  /** The database does not answer: calls are refused at once instead of being kept waiting. */
  readonly away: () => boolean;
  /** What keeps this node from working, as words for the operator; empty: nothing. */
  readonly missing: () => Promise<readonly string[]>;
}

const pages = fileURLToPath(new URL("../dist/web/", import.meta.url));
const isLoopback = (ip: string): boolean => ip === "127.0.0.1" || ip === "::1" || ip === "::ffff:127.0.0.1";

/** The numbers go to whoever shows the token; without one, to this machine alone (and not to somebody behind its proxy). */
const mayWatch = (token: string | null, { raw, headers }: FastifyRequest): boolean => {
  if (token === null) return isLoopback(raw.socket.remoteAddress ?? "") && headers["x-forwarded-for"] === undefined;
  const [given, wanted] = [headers.authorization ?? "", `Bearer ${token}`].map((text) => Buffer.from(text)) as [
    Buffer,
    Buffer,
  ];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
};

/** Counts the words in chats that find no room. */
const turnedAwayIn = (metrics: Metrics): (() => void) =>
  metrics.counter(
    "chat_words_turned_away_total",
    "Words in chats that were asked to come again because there was too much to do",
  ).add;

type Everything = World &
  ReadingWorld & {
    readonly channelKinds: ChannelKinds;
    readonly chats: NonNullable<KnowingKinds["chats"]>;
    readonly facts: CentreFacts;
    readonly undoMs: number;
    readonly readAgain: ReadAgain;
  } & Pick<AskingWorld, "lookUp"> &
  Pick<FetchingWorld, "fetchCalendar"> &
  Pick<FlowWorld, "flowGround">;

/** The desk is told at once when something it keeps in memory has changed in the tables; so is this server. */
const watchChanges = (options: AppOptions, live: Live): (() => void) => {
  const { world, bus } = options;
  const { follower } = live;
  return follower.subscribe(follower.upTo(), {
    wants: (event: AnyEvent) => {
      if (event.kind === "agent.changed") {
        forgetSessions(world, event.data.agent.id);
        live.cut(event.data.agent.id);
      }
      if (event.kind === "channel.changed") bus.hint("channels");
      return false;
    },
    give: () => {},
    reset: () => {},
  });
};

const ofModules: readonly Route<Everything>[] = [
  ...agentRoutes,
  ...automationRoutes,
  ...brandRoutes,
  ...callReadRoutes,
  ...customerRoutes,
  ...fieldRoutes,
  ...flowRoutes,
  ...concernFlowRoutes,
  ...ratingRoutes,
  ...hoursRoutes,
  ...noticeRoutes,
  ...promiseRoutes,
  ...floorRoutes,
  ...forecastRoutes,
  ...workRoutes,
  ...routingBookRoutes,
  ...settingRoutes,
  ...visitorRoutes,
  ...listRoutes,
  ...draftRoutes,
  ...concernRoutes,
  ...movingRoutes,
];

/** What customers and engines of voices come to beside the chat's socket: pages without programs, sounds, and the widget's files. */
const mountCustomers = async (options: AppOptions, http: Http, live: Live): Promise<void> => {
  const { config, connected } = options;
  const world = { ...options.world, flowGround: options.flowGround };
  const { publicUrl } = config;
  const roads = (options.calls ?? openCallsHeld()).callers;
  const asking = { world, connected, roads, takeNow: openTakeNow(world), publicUrl };
  mountSounds(http.app, options.speech, world.mac);
  await mountRating(http.app, world);
  await mountPortal({
    app: http.app,
    http,
    world,
    connected,
    asking,
    publicUrl,
    fileBytes: config.maxFileBytes,
    watch: openWatch(world, live.follower),
  });
  const pages = options.callPages ?? openCallPages(options.bus);
  mountCallSite({ ...asking, app: http.app, http, pages, isThere: live.atDesk.serves });
  await mountWidget({ app: http.app, world, connected });
};

/** What whoever runs the centre asks: does it live, is it ready, its numbers, its API. */
const mountWatched = (options: AppOptions, http: Http): void => {
  const { config } = options;
  // Few ask for it: it is made for who does.
  http.app.get("/api/openapi.json", (_request, reply) => reply.send(openApi(options.version, http.cookieName)));
  http.app.get("/healthz", (_request, reply) => reply.type("text/plain").send("ok\n"));
  http.app.get("/readyz", async (_request, reply) => {
    const missing = await options.missing();
    return reply
      .code(missing.length === 0 ? 200 : 503)
      .type("text/plain")
      .send(missing.length === 0 ? "ready\n" : `${missing.join("\n")}\n`);
  });
  http.app.get("/metrics", async (request, reply) => {
    if (!mayWatch(config.metricsToken, request)) throw httpError(404, "no such address");
    return reply.type(options.metrics.contentType).send(await options.metrics.text());
  });
};

/** Opens the port and answers. */
export const createApp = async (options: AppOptions): Promise<App> => {
  const { config, world } = options;
  const http = await createHttp({
    log: world.log,
    metrics: options.metrics,
    trustProxy: config.trustProxy,
    bodyLimitBytes: 2_000_000,
    uploadLimitBytes: config.maxFileBytes,
    publicUrl: config.publicUrl,
    onError: answerFailure(world.log),
    always: ["/healthz", "/readyz", "/metrics"],
  });
  http.app.addHook("onRequest", async (request) => {
    if (options.away() && request.url.startsWith("/api/") && request.url !== "/api/openapi.json")
      throw httpError(503, "the database does not answer");
  });
  const everything: Everything = {
    ...world,
    links: makeLinks(world, null),
    followedTo: () => live.follower.upTo(),
    channelKinds: channelKinds(),
    chats: { at: chattingAt, mailAfterMs: Math.round(config.chatMailAfterMs) },
    undoMs: config.undoMs,
    readAgain,
    lookUp: options.lookUp,
    fetchCalendar: options.fetchCalendar,
    flowGround: options.flowGround,
    facts: {
      demo: options.demo !== null,
      demoLogins: options.demo ? [...demoLogins] : [],
      limits: { fileBytes: config.maxFileBytes, filesPerMessage: 50, messageBytes: 25_000_000 },
      undoSeconds: Math.round(config.undoMs / 1000),
      version: options.version,
    },
  };
  const session = (token: string) => sessionOf(world, token);
  const mounting = { sessionOf: session, cookieName: http.cookieName };

  const routes: readonly Route<Everything>[] = [
    ...ofModules,
    wishRoute(() => live.follower),
    ...boardRoutes({
      follower: () => live.follower,
      connected: options.connected,
      board: () => options.calls?.board() ?? null,
    }),
    ...(options.demo?.routes ?? []),
  ];
  const common = {
    ...mounting,
    app: http.app,
    worldOf: (who: AgentActor | null): Everything =>
      who === null ? everything : { ...everything, links: makeLinks(world, who) },
    setCookie: http.setCookie,
    sameOrigin: http.sameOrigin,
    log: world.log,
    checkAnswers: config.checkAnswers,
  };
  mount({ ...common, routes });
  // Uploads are no JSON: the bytes are read here, after everything else was checked.
  const upload: MountedRoute<Everything> = {
    endpoint: files.upload,
    handle: (at, call, input, request) =>
      answer<Everything, typeof files.upload>(files.upload, async (within, who) =>
        keepUpload(within, who, await http.readUpload(request)),
      ).handle(at, call, input),
  };
  mount({ ...common, routes: [upload], bodyLimit: config.maxFileBytes + 100_000 });

  mountRecordings({
    app: http.app,
    world,
    whoAsks: async (request) => (await whoAsks(mounting, request))?.who ?? null,
  });
  mountFrames({
    app: http.app,
    world,
    whoAsks: async (request) => (await whoAsks(mounting, request))?.who ?? null,
    post: (id) => options.demo?.html(id) ?? null,
  });

  const live = await startLive({
    world,
    bus: options.bus,
    node: options.node,
    maxClients: 2_000,
    admit: async (request) => {
      if (!http.sameOriginUpgrade(request)) return 403;
      const token = http.cookieOf(request);
      const known = token === null ? null : await session(token);
      if (!known || !allows(known.who.role, "concern.read")) return 401;
      return { who: known.who, teamIds: (await teamsOf(world.db, known.who.id)).map(({ id }) => id) };
    },
    seesConcern: async (who, id) => !isRefusal(await rowFor(world.db, who, id as never)),
  });
  options.flowGround.setDesk(live.atDesk);
  http.onUpgrade("/live", live.hub.upgrade);
  const sip = softphonesWay(options, http);
  http.onUpgrade("/phone/sip", sip.upgrade);
  const chat = startChat({
    turnedAway: turnedAwayIn(options.metrics),
    publicUrl: config.publicUrl,
    world: { ...world, flowGround: options.flowGround },
    bus: options.bus,
    follower: live.follower,
    visitors: live.visitors,
    atDesk: live.atDesk,
    tellEveryMs: config.chatTellsMs,
    connected: options.connected,
    sameOrigin: http.sameOriginUpgrade,
    callerOf: http.callerOf,
    maxClients: 10_000,
    limits: everything.facts.limits,
  });
  http.onUpgrade("/chat", chat.hub.upgrade);
  mountChatFiles({ app: http.app, world, connected: options.connected, http, fileBytes: config.maxFileBytes });
  options.metrics.gauge("chat_clients", "Pages connected to a chat", chat.hub.size);
  const unwatch = watchChanges(options, live);
  options.metrics.gauge("live_clients", "Desks connected to the live feed", live.hub.size);

  mountWatched(options, http);
  const greetings = options.metrics.counter(
    "chat_greetings_total",
    "Greetings beside a closed chat, by what became of them",
    ["what"],
  );
  mountChatSite({
    app: http.app,
    world,
    connected: options.connected,
    isThere: chat.isThere,
    asked: (what) => greetings.add({ what }),
  });
  await mountCustomers(options, http, live);
  options.demo?.site(http.app);
  if (existsSync(`${pages}index.html`)) await http.servePages(pages);
  const port = await http.listen(config.host, config.port);
  return {
    port,
    live,
    isHere: chat.isHere,
    close: async () => {
      unwatch();
      sip.stop();
      await chat.stop();
      await live.stop();
      await http.close();
    },
  };
};

/** Softphones' road to the Asterisk of their channel, for who answers there. */
const softphonesWay = (options: Pick<AppOptions, "connected" | "world">, http: Http): SipSocket =>
  openSipSocket({
    admit: async (request) => {
      if (!http.sameOriginUpgrade(request)) return 403;
      const token = http.cookieOf(request);
      const known = token === null ? null : await sessionOf(options.world, token);
      return known && allows(known.who.role, "concern.answer") ? known.who : 401;
    },
    leadsTo: (who, channelId) => {
      const channel = options.connected.voices().find(({ id }) => id === channelId);
      if (channel === undefined || !seesBrand(who, channel.brandId)) return null;
      return channel.implementation.softphones(channel.settings as never);
    },
    most: 2_000,
  });
