// The chat's socket at /chat: visitors' pages say and hear here. Speaks contract/chat.ts; mounted by server/app.ts.
import type { IncomingMessage } from "node:http";
import type { WebchatSettings } from "#channels/webchat/settings.ts";
import { fromWidget, type ChatLimits, type ChatMessage, type FromWidget, type ToWidget } from "#contract/chat.ts";
import { isRefusal } from "#contract/errors.ts";
import type { AnyEvent } from "#contract/events.ts";
import type { BrandId, ConcernId } from "#contract/ids.ts";
import type { VisitorLook } from "#contract/live.ts";
import { brandById } from "#modules/brands/reads.ts";
import { answerForm, markAnswered, markSeen } from "#modules/concerns/actions-visitor.ts";
import { answerFor, chatOf, chatsOf, earlierOf, speaksAs, standingOf } from "#modules/concerns/reads-visitor.ts";
import { wishAt } from "#modules/customers/reads.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import { filesToSend } from "#modules/visitors/actions-files.ts";
import { givePhone, introduce, leave, settle, wish } from "#modules/visitors/actions.ts";
import { attach } from "#modules/visitors/actions-signed.ts";
import { placeOf } from "#platform/auth/brake.ts";
import { isUnavailable } from "#platform/db/db.ts";
import type { Gathered } from "#platform/gather.ts";
import type { Bus } from "#platform/live/bus.ts";
import type { Follower } from "#platform/live/follow.ts";
import { openHub, type Hub, type HubHandlers } from "#platform/live/hub.ts";
import type { World } from "#platform/world.ts";
import type { AtDesk } from "#server/at-desk.ts";
import { openBrake, type Brake } from "#server/chat-brake.ts";
import { openCodes, type Codes } from "#server/chat-code.ts";
import { openCrowd, type Crowd } from "#server/chat-crowd.ts";
import { answersIn, askedBy, phoneIn } from "#server/chat-form.ts";
import { greetingWords } from "#server/chat-site.ts";
import { flowWordIn, isFlowLink, whoIs } from "#server/chat-identity.ts";
import { pagePhone } from "#server/caller-view.ts";
import { openChatFlows, type ChatFlows, type Heard } from "#server/chat-flows.ts";
import { incomingFile } from "#server/chat-files.ts";
import { openHere, type Here } from "#server/chat-here.ts";
import { sayMove } from "#server/chat-move.ts";
import { askedIn, sayRatings, takeRating } from "#server/chat-rating.ts";
import { startNews, type Begun, type MovedThere } from "#server/chat-news.ts";
import { answerPush } from "#server/chat-push.ts";
import { startNow, type Now } from "#server/chat-now.ts";
import { deviceOf, openSeats, viewerOf, type Caller, type Page, type Seat, type Seats } from "#server/chat-seats.ts";
import type { Connected } from "#server/connected.ts";
import { openTakeNow, type Saying } from "#server/intake-now.ts";
import type { Looks } from "#server/looks.ts";

export interface Chat {
  readonly hub: Hub;
  /** Has a visitor a page open, at any node? */
  readonly isHere: Here["isHere"];
  /** Does anybody answer at this channel now? */
  readonly isThere: Now["isThere"];
  readonly stop: () => Promise<void>;
}

type Word<T extends FromWidget["type"]> = Extract<FromWidget, { type: T }>;

/** What the words need. */
interface Room {
  readonly world: World;
  readonly follower: Follower<AnyEvent>;
  readonly seats: Seats;
  readonly begun: (begun: Begun) => void;
  readonly toldAlready: (page: Page, messageId: string) => void;
  readonly toldUpTo: () => number;
  readonly changed: (addresses: readonly string[], tokenHash: string) => void;
  readonly movedThere: (moved: MovedThere) => void;
  readonly brake: Brake;
  readonly crowd: Crowd;
  readonly limits: ChatLimits;
  readonly now: Now;
  readonly flows: ChatFlows;
  readonly codes: Codes;
  readonly takeNow: Gathered<Saying, ChatMessage | null>;
  /** Where browsers reach this server. */
  readonly publicUrl: string;
}

/** Words a visitor may say in that time, and all from one place; whoever says more is asked to wait. */
const mostSaid = { ofVisitor: 20, atPlace: 300, withinMs: 30_000 };
/** Frames of one page that wait for the database; a page that sends on without waiting is closed and comes again. */
const mostWaiting = 64;
/** Sockets from one place: a school or an office shares one. */
const mostFromOnePlace = 200;

const say = (page: Page, word: ToWidget): void => page.send(JSON.stringify(word));

/** Says who the page's visitor is and what they have with us; it may be said again when another page of the browser knows more. */
const greet = async (room: Room, page: Page, hello: Word<"hello">): Promise<void> => {
  const { world, seats } = room;
  const refuse = (code: string, afterMs: number | null): void => {
    // Whoever sat here does so no more: nothing of them is shown to whom the site calls somebody else.
    seats.stand(page);
    say(page, { type: "refused", id: null, code, afterMs });
  };
  const wait = hello.identity ? room.brake("", page.who.place) : null;
  if (wait !== null) return refuse("tooFast", wait);
  const met = await whoIs(world, page.who, hello);
  if ("refused" in met) return refuse(met.refused, null);
  const { visitor, isLed, was, from } = met;
  if (from !== null) room.movedThere({ address: visitor.address, ...from });
  if (was !== null) room.changed([was, visitor.address], visitor.tokenHash);
  const seat = seats.sit(page, visitor, hello);
  if (seat === null) return;
  if (hello.link !== null && isFlowLink(hello.link)) await room.flows.comeBy(page, seat, flowWordIn(hello.link));
  await welcome(room, page, seat, visitor.token === null && !isLed ? hello.after : null);
};

/** Tells the page everything of its visitor, or what has happened since an event. Null with `afresh`: what the page knows gives way to it. */
const welcome = async (
  {
    world,
    follower,
    seats,
    limits,
    now,
    flows,
  }: Pick<Room, "world" | "follower" | "seats" | "limits" | "now" | "flows">,
  page: Page,
  seat: Seat,
  after: number | null,
  again = false,
): Promise<void> => {
  const { channel } = page.who;
  const { visitor } = seat;
  const upTo = follower.upTo();
  const [brand, asks, wished, standing] = await Promise.all([
    brandById(world.db, channel.brandId as BrandId),
    askedBy(world.db, channel, seat.language),
    // Asked of those who are offered a choice: without an address there is one way only.
    visitor.isNew || visitor.email === "" ? null : wishAt(world.db, "chat", visitor.address),
    visitor.isNew ? [] : standingOf(world.db, viewerOf(visitor), after),
    now.ready(channel),
  ]);
  // Somebody else may sit here by now: nothing of whom sat here before is told to them.
  const isTheirs = (): boolean => seats.of(page) === seat;
  if (!isTheirs()) return;
  // Before the messages are read: what comes while they are is told, too.
  for (const { id, number } of standing.toReversed()) seats.join(page, id, number);
  const theirs = new Set<string | null>(standing.map(({ id }) => id));
  // What came while it was asked was told to nobody who was not there yet. Where nobody knows any more what came, everything may have.
  const missed = follower.recent(upTo, Number.POSITIVE_INFINITY, ({ concernId }) => theirs.has(concernId));
  const isMoved =
    missed === null || [...standing.map(({ moved }) => moved), ...missed.events.map(movesMessages)].includes(true);
  const isChanged = isMoved || missed.events.length > 0 || standing.some(({ changed }) => changed);
  const afresh = again || (after !== null && isMoved && theirs.size > 0);
  const isSame = theirs.size === 0 || (!again && after !== null && !isChanged);
  const since = afresh ? null : after;
  const [chats, dialogues] = await Promise.all([
    isSame ? { concerns: [], messages: [] } : chatsOf(world, viewerOf(visitor), since),
    flows.of(page, seat),
  ]);
  const marked = await flows.marked(chats.concerns);
  if (!isTheirs()) return;
  say(page, {
    type: "welcome",
    version: 1,
    token: again ? null : visitor.token,
    afresh,
    brand: brand?.name ?? "",
    greeting: (channel.settings as WebchatSettings).greeting,
    limits,
    name: visitor.name,
    email: visitor.email,
    phone: visitor.phone,
    signed: visitor.signedId !== null,
    proved: visitor.email !== "" && visitor.readsEmail === visitor.email,
    wish: wished,
    asks,
    now: now.of(page, seat),
    concerns: [...marked, ...dialogues.concerns],
    messages: [...chats.messages, ...dialogues.messages],
    upTo,
  });
  await sayRatings(world, seats, page, askedIn(chats.messages));
};

const movesMessages = ({ kind }: AnyEvent): boolean => kind === "message.moved";

const numberOf = async ({ world }: Room, seat: Seat, concernId: ConcernId): Promise<number | null> =>
  seat.numbers.get(concernId) || ((await chatOf(world.db, viewerOf(seat.visitor), concernId))?.number ?? null);

/** What the visitor says, unless more is said than can be taken in: then the page is asked to say it again, before anything is asked or counted for it. */
const hear = async (room: Room, page: Page, seat: Seat, one: Word<"say">): Promise<void> => {
  const afterMs = room.crowd.enter(one.id);
  if (afterMs !== null) return say(page, { type: "refused", id: one.id, code: "unavailable", afterMs });
  try {
    await takeIn(room, page, seat, one);
  } finally {
    room.crowd.leave();
  }
};

/** Takes in what the visitor says; "taken" is said after the commit. The same id again is the same message. */
const takeIn = async (room: Room, page: Page, seat: Seat, one: Word<"say">): Promise<void> => {
  const { world, seats } = room;
  const wait = room.brake(seat.visitor.address, page.who.place);
  if (wait !== null) return say(page, { type: "refused", id: one.id, code: "tooFast", afterMs: wait });
  const files = await filesToSend(world, seat.visitor.address, one.files ?? [], room.limits);
  if (isRefusal(files)) {
    const code = files.refused === "notFound" ? "noFile" : files.refused;
    return say(page, { type: "refused", id: one.id, code, afterMs: null });
  }
  const heard = await room.flows.hear(page, seat, one, files);
  if (heard.kind === "refused")
    return say(page, { type: "refused", id: one.id, code: heard.code, afterMs: heard.afterMs });
  if (heard.kind === "taken") return tookByFlow(room, page, seat, one.id, heard);
  const number = one.concernId === null ? null : await numberOf(room, seat, one.concernId);
  if (one.concernId !== null && number === null)
    return say(page, { type: "refused", id: one.id, code: "notFound", afterMs: null });
  const { visitor } = seat;
  const { name, language } = visitor;
  const given = one.answer;
  const answering = given === undefined ? null : await answerFor(world.db, viewerOf(visitor), given, language);
  if (given !== undefined && answering?.concernId !== one.concernId)
    return say(page, { type: "refused", id: one.id, code: "noAnswer", afterMs: null });
  const { answer } = answering ?? {};
  const greeting =
    one.greeting === undefined || one.concernId !== null
      ? null
      : greetingWords(page.who.channel, one.greeting, seat.language);
  // In a concern from before they signed in they go on as whom they were there: it is one talk, answered where it began.
  const address = (await speaksAs(world.db, viewerOf(visitor), one.concernId)) ?? visitor.address;
  const at = world.now().toISOString();
  const { id, thread } = one;
  const text = answer?.text ?? one.text;
  const parts = answer === undefined ? [] : [answer];
  const proves = (visitor.signedId !== null || visitor.emailProved) && one.concernId === null;
  const message = await room.takeNow({
    channel: page.who.channel,
    raw: {
      bytes: Buffer.from(
        JSON.stringify({
          id,
          address,
          name,
          thread,
          number,
          text,
          files,
          parts,
          language,
          at,
          ...(greeting === null ? {} : { greeting }),
        }),
      ),
      receivedAt: at,
      transport: { by: "chat", remoteIp: page.who.place },
    },
    files: files.map(incomingFile),
    concernId: one.concernId,
    // Whom they are is written with their first words: neither it nor their mail address is judged twice at once.
    who: [address, visitor.address, ...(proves ? [visitor.email] : []), ...(number === null ? [] : [`#${number}`])],
    first: async (tx) => {
      if (visitor.isNew) await settle(world, tx, visitor);
      if (proves) await attach(world, tx, visitor, page.who.channel.brandId as BrandId, true);
      return answer === undefined || markAnswered(world, tx, answer.to);
    },
  });
  if (message === null) return say(page, { type: "refused", id: one.id, code: "answered", afterMs: null });
  seat.visitor = { ...seat.visitor, isNew: false };
  const { concernId } = message;
  if (one.answers && one.concernId === null) {
    // Before it is said that it was taken: a page that hears nothing says it again, and nothing is done twice.
    const who = { kind: "customer", id: null, name } as const;
    const answers = await answersIn(world.db, page.who.channel, one.answers);
    await answerForm(world, who, viewerOf(visitor), concernId, answers);
    await givePhone(world, visitor, phoneIn(page.who.channel, one.answers));
  }
  const isBegun = !seat.numbers.has(concernId);
  // What comes in it from now on, an agent's typing too, is told.
  if (isBegun) seats.join(page, concernId, 0);
  room.toldAlready(page, message.id);
  say(page, { type: "taken", id, message });
  if (!isBegun) return;
  const concern = await chatOf(world.db, viewerOf(visitor), concernId);
  if (concern === null) return;
  seats.join(page, concernId, concern.number);
  seats.show(seat, null);
  const before = greeting === null ? [] : (await earlierOf(world, viewerOf(visitor), concernId, message.seq)).messages;
  room.begun({
    address: visitor.address,
    concernId,
    number: concern.number,
    messageId: message.id,
    before: before.map(({ id: greetingId }) => greetingId),
  });
  room.now.begun();
};

/** A flow was told; where it has handed over, the talk is a concern from now on. */
const tookByFlow = async (
  { world, seats, flows, begun, now }: Room,
  page: Page,
  seat: Seat,
  id: string,
  heard: Extract<Heard, { kind: "taken" }>,
): Promise<void> => {
  const { message, run } = heard;
  say(page, { type: "taken", id, message });
  const { concernId } = run.place;
  if (concernId === null) return flows.follow(heard);
  if (seat.numbers.get(concernId)) return;
  const { visitor } = seat;
  const concern = await chatOf(world.db, viewerOf(visitor), concernId);
  if (concern === null) return;
  seats.join(page, concernId, concern.number);
  seats.show(seat, null);
  begun({ address: visitor.address, concernId, number: concern.number, messageId: message.id });
  now.begun();
};

const obey = async (room: Room, page: Page, word: FromWidget): Promise<void> => {
  const { world, seats } = room;
  if (word.type === "hello") return greet(room, page, word);
  const seat = seats.of(page);
  if (!seat) return page.close(1008, "hello first");
  const viewer = viewerOf(seat.visitor);
  switch (word.type) {
    case "say":
      return hear(room, page, seat, word);
    case "introduce":
      seat.visitor = await introduce(world, seat.visitor, word, page.who.channel.brandId as BrandId);
      if (word.phone) {
        await givePhone(world, seat.visitor, word.phone);
        seat.visitor = { ...seat.visitor, phone: word.phone };
      }
      return;
    case "wish":
      return wish(world, seat.visitor, word.wish);
    case "push":
      return answerPush(world, page, seat, word, () => room.brake(seat.visitor.address, page.who.place) !== null);
    case "moveOn":
      return sayMove(world, page, seat, room.publicUrl);
    case "sendCode":
      return room.codes.send(page, seat);
    case "tryCode":
      return room.codes.attempt(page, seat, word.code);
    case "typing":
      if (seat.numbers.has(word.concernId)) seats.show(seat, word.on ? word.concernId : null);
      return;
    case "seen":
      await room.flows.seen(seat, word.concernId, word.seq);
      return markSeen(world, { kind: "customer", id: null, name: seat.visitor.name }, viewer, word);
    case "earlier": {
      const { messages, end } = await earlierOf(world, viewer, word.concernId, word.before);
      say(page, { type: "earlier", concernId: word.concernId, messages, end });
      return sayRatings(world, seats, page, askedIn(messages));
    }
    case "rate":
      return takeRating(world, seats, page, word, room.brake(seat.visitor.address, page.who.place) !== null);
    case "leave":
      await leave(world, seat.visitor, word.everywhere === true);
      if (word.everywhere === true) room.changed([seat.visitor.address], seat.visitor.tokenHash);
      return page.close(4000, "left");
    case "page":
      seat.page = word.page;
      return seats.show(seat, null);
    case "here":
      seat.here = word.here;
      return seats.show(seat, null);
    case "ping":
      seats.alive(seat);
      return say(page, { type: "pong", upTo: room.toldUpTo() });
  }
};

/** Does everything of one page in its order. What cannot be done now is said to be so, and nothing of it is lost: the page has it still. */
const openQueues = (room: Room): ((page: Page, word: FromWidget) => void) => {
  const queues = new WeakMap<Page, { last: Promise<void>; length: number }>();
  const failed = (page: Page, word: FromWidget, error: unknown): void => {
    if (!isUnavailable(error))
      room.world.log.error("chat.failed", {
        word: word.type,
        error: error instanceof Error ? error.message : "unknown",
      });
    if (word.type === "say") say(page, { type: "refused", id: word.id, code: "unavailable", afterMs: 2_000 });
    else page.close(1013, "come again");
  };
  return (page, word) => {
    const queue = queues.get(page) ?? { last: Promise.resolve(), length: 0 };
    if (queue.length >= mostWaiting) return page.close(1013, "too fast");
    queue.length += 1;
    queue.last = queue.last
      .then(() => obey(room, page, word))
      .catch((error: unknown) => failed(page, word, error))
      .finally(() => (queue.length -= 1));
    queues.set(page, queue);
  };
};

const wordIn = (frame: string): FromWidget | null => {
  try {
    const read = fromWidget.safeParse(JSON.parse(frame));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
};

/** Opens the chat. `sameOrigin`: our own pages may always carry the widget; who says no origin is an app and no page. `callerOf`: the caller's address, behind proxies that are trusted. */
export const startChat = (options: {
  readonly world: FlowWorld;
  readonly bus: Bus;
  readonly follower: Follower<AnyEvent>;
  readonly visitors: Looks<VisitorLook>;
  readonly atDesk: AtDesk;
  readonly connected: Connected;
  readonly sameOrigin: (request: IncomingMessage) => boolean;
  readonly callerOf: (request: IncomingMessage) => string;
  readonly maxClients: number;
  /** What files a visitor may send. */
  readonly limits: ChatLimits;
  readonly publicUrl: string;
  /** How often at most waiting visitors are told their place anew. */
  readonly tellEveryMs: number;
  /** A word was asked to come again, because there is too much to do. */
  readonly turnedAway: () => void;
}): Chat => {
  const { world, bus, connected, follower, limits } = options;
  const seats = openSeats(options.visitors);
  const phoneOf = (brandId: string): string | undefined => pagePhone(options.connected, brandId)?.id;
  const now = startNow({ world, follower, seats, atDesk: options.atDesk, everyMs: options.tellEveryMs, phoneOf });
  const flows = openChatFlows({ world, bus, follower, seats, around: now.around });
  const news = startNews({
    world,
    bus,
    follower,
    seats,
    marked: flows.marked,
    again: async (page) => {
      const seat = seats.of(page);
      if (seat) await welcome({ world, follower, seats, limits, now, flows }, page, seat, null, true);
    },
  });
  const codes = openCodes(world, connected);
  const crowd = openCrowd({ nowMs: () => performance.now(), turnedAway: options.turnedAway });
  const here = openHere({ bus, seats, newId: world.newId });
  const { begun, changed, movedThere, toldAlready, toldUpTo } = news;
  const enqueue = openQueues({
    world,
    follower,
    seats,
    begun,
    changed,
    movedThere,
    toldAlready,
    toldUpTo,
    brake: openBrake(mostSaid),
    crowd,
    codes,
    limits,
    now,
    flows,
    takeNow: openTakeNow(world),
    publicUrl: options.publicUrl,
  });
  const places = new Map<string, number>();
  const count = (place: string, by: number): void => {
    const now = (places.get(place) ?? 0) + by;
    if (now > 0) places.set(place, now);
    else places.delete(place);
  };
  const handlers: HubHandlers<Caller> = {
    admit: async (request) => {
      const id = new URL(request.url ?? "/", "http://any").searchParams.get("channel") ?? "";
      const find = () => connected.enabled().find((each) => each.id === id);
      // One that was connected a moment ago may not be known here yet.
      const channel = find() ?? (await connected.freshen().then(find));
      if (channel?.kind !== "webchat") return 404;
      const { origin } = request.headers;
      const { origins } = channel.settings as WebchatSettings;
      if (origin && !options.sameOrigin(request) && !origins.includes(origin.toLowerCase())) return 403;
      const place = placeOf(options.callerOf(request));
      if ((places.get(place) ?? 0) >= mostFromOnePlace) return 429;
      return { channel, place, device: deviceOf(request.headers["user-agent"] ?? "") };
    },
    opened: (page) => count(page.who.place, 1),
    closed: (page) => {
      seats.gone(page);
      count(page.who.place, -1);
    },
    heard: (page, frame) => {
      const word = wordIn(frame);
      if (word === null) return page.close(1008, "not understood");
      enqueue(page, word);
    },
  };
  const hub = openHub<Caller>({ maxClients: options.maxClients, handlers });
  return {
    hub,
    isHere: here.isHere,
    isThere: now.isThere,
    stop: async () => {
      here.stop();
      news.stop();
      now.stop();
      flows.stop();
      await hub.close();
    },
  };
};
