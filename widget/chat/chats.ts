// What the page knows of the visitor's concerns, and what each word of the server makes of it. Pure; called by session.ts, drawn by the views.
import type { ChannelKind } from "#contract/channel.ts";
import type { AskedField, PreChatAnswers } from "#contract/prechat.ts";
import type { ChatConcern, ChatLimits, ChatNow, ChatMessage, SiteGreeting, ToWidget } from "#contract/chat.ts";
import type { GivenAnswer } from "#contract/parts.ts";
import type { Chosen } from "./files.ts";

/** Something the visitor has said that the server has not taken yet. */
export interface Waiting {
  readonly id: string;
  /** Everything about one new thing has the same. */
  readonly thread: string;
  readonly concernId: string | null;
  readonly text: string;
  readonly files: readonly Chosen[];
  /** It answers a part of a message of ours; the server makes the words of it. */
  readonly answer?: GivenAnswer | undefined;
  /** When it was said, by this machine's clock; grows, so that it is the order. */
  readonly at: number;
  /** Why the server did not take it and is not asked again by itself; null: it is still to be said. */
  readonly failed: string | null;
  /** What was answered before these first words. */
  readonly answers?: PreChatAnswers | undefined;
  /** The greeting that stood before these first words, by its id. */
  readonly greeting?: string | undefined;
  /** It is a press of a flow's button: the flow's id, "human" or "skip". */
  readonly press?: string | undefined;
}

export interface Chats {
  readonly brand: string;
  readonly greeting: string;
  /** Null: not known yet. */
  readonly limits: ChatLimits | null;
  readonly name: string;
  readonly email: string;
  /** The site has signed them in; and the mail address is shown to be theirs. */
  readonly signed: boolean;
  readonly proved: boolean;
  /** By which kind of channel they want to be answered; null: nobody has said. */
  readonly wish: ChannelKind | null;
  /** What is asked before the first words about something new. */
  readonly asks: readonly AskedField[];
  /** What is so at the chat now. */
  readonly now: ChatNow;
  /** The one with the newest word first. */
  readonly concerns: readonly ChatConcern[];
  /** By concern, in the server's order. */
  readonly messages: Readonly<Record<string, readonly ChatMessage[]>>;
  /** Concerns of which nothing earlier is left to fetch. */
  readonly whole: Readonly<Record<string, boolean>>;
  /** Which concern became of a new thing. */
  readonly threads: Readonly<Record<string, string>>;
  /** Concerns in which somebody of us is typing; believed until then. */
  readonly typing: Readonly<Record<string, number>>;
  /** Where questions for a rating stand, by their id. */
  readonly ratings: Readonly<Record<string, ToWidget & { readonly type: "rating" }>>;
  readonly upTo: number | null;
}

export const nothing: Chats = {
  brand: "",
  greeting: "",
  limits: null,
  name: "",
  email: "",
  signed: false,
  proved: false,
  wish: null,
  asks: [],
  now: { notices: [], line: { text: "", at: null }, isAway: false, entries: [], waits: {} },
  concerns: [],
  messages: {},
  whole: {},
  threads: {},
  typing: {},
  ratings: {},
  upTo: null,
};

/** Messages of each concern in a welcome, at most; fewer are all there are. */
const welcomeMessages = 50;
/** An agent's typing is said again while it lasts. */
export const typingLastsMs = 10_000;

const bySeq = (a: ChatMessage, b: ChatMessage): number => a.seq - b.seq;
const newestFirst = (a: ChatConcern, b: ChatConcern): number =>
  a.lastAt === b.lastAt ? b.number - a.number : a.lastAt < b.lastAt ? 1 : -1;

const mergeConcerns = (had: readonly ChatConcern[], came: readonly ChatConcern[]): readonly ChatConcern[] => {
  const seen = new Map(had.map(({ id, seenSeq }) => [id, seenSeq]));
  const fresh = came.map((one) => ({ ...one, seenSeq: Math.max(one.seenSeq, seen.get(one.id) ?? 0) }));
  const ids = new Set(came.map(({ id }) => id));
  return [...had.filter(({ id }) => !ids.has(id)), ...fresh].toSorted(newestFirst);
};

/** Messages that came to those that are there: each is kept once, as it came last. */
const merge = (had: readonly ChatMessage[], came: readonly ChatMessage[]): readonly ChatMessage[] => {
  const ids = new Set(came.map(({ id }) => id));
  return [...had.filter(({ id }) => !ids.has(id)), ...came].toSorted(bySeq);
};

/**
 * Takes messages in. `full`: that many of a concern may be the last of more; when none of them is known, there may be a hole behind what was there, which
 * gives way and is fetched again by whoever scrolls there.
 */
const take = (chats: Chats, came: readonly ChatMessage[], full: number | null): Pick<Chats, "messages" | "whole"> => {
  const messages = { ...chats.messages };
  const whole = { ...chats.whole };
  for (const [id, some = []] of Object.entries(Object.groupBy(came, ({ concernId }) => concernId))) {
    const had = messages[id] ?? [];
    const known = new Set(had.map((message) => message.id));
    const isHole = full !== null && some.length >= full && !some.some((message) => known.has(message.id));
    messages[id] = merge(isHole ? [] : had, some);
    if (had.length === 0 || isHole) whole[id] = messages[id][0]?.seq === 1 || (full !== null && some.length < full);
  }
  return { messages, whole };
};

/** The chats after a word of the server. A greeting that begins with nothing known (`isFresh`) replaces everything. */
export const apply = (chats: Chats, word: ToWidget, now: number, isFresh = false): Chats => {
  switch (word.type) {
    case "welcome": {
      const { type: _type, version: _version, token: _token, afresh, concerns, messages, ...said } = word;
      const base = isFresh ? nothing : afresh ? { ...nothing, threads: chats.threads } : chats;
      return {
        ...base,
        ...said,
        ...take(base, messages, welcomeMessages),
        concerns: mergeConcerns(base.concerns, concerns),
        typing: {},
      };
    }
    case "news": {
      const answered = new Set<string>(word.messages.filter(({ by }) => by === "us").map(({ concernId }) => concernId));
      return {
        ...chats,
        ...take(chats, word.messages, null),
        concerns: mergeConcerns(chats.concerns, word.concerns),
        typing: Object.fromEntries(
          Object.entries(chats.typing).filter(([id]) => !answered.has(id) || !hasNewAnswer(chats, word.messages, id)),
        ),
        upTo: Math.max(chats.upTo ?? 0, word.upTo),
      };
    }
    case "earlier": {
      const had = chats.messages[word.concernId] ?? [];
      const first = had[0]?.seq ?? Number.POSITIVE_INFINITY;
      const older = word.messages.filter(({ seq }) => seq < first).toSorted(bySeq);
      return {
        ...chats,
        messages: { ...chats.messages, [word.concernId]: [...older, ...had] },
        whole: { ...chats.whole, [word.concernId]: word.end },
      };
    }
    case "taken": {
      const { message } = word;
      const had = chats.messages[message.concernId] ?? [];
      if (had.some(({ id }) => id === message.id)) return chats;
      return {
        ...chats,
        messages: { ...chats.messages, [message.concernId]: merge(had, [message]) },
        whole: { ...chats.whole, [message.concernId]: chats.whole[message.concernId] ?? true },
        // Of their own word nothing else is told.
        concerns: mergeConcerns(
          chats.concerns,
          chats.concerns.flatMap((one) => (one.id === message.concernId ? { ...one, lastAt: message.at } : [])),
        ),
      };
    }
    case "typing": {
      const others = Object.entries(chats.typing).filter(([id]) => id !== word.concernId);
      const here = [word.concernId, now + typingLastsMs] as const;
      return { ...chats, typing: Object.fromEntries(word.on ? [...others, here] : others) };
    }
    case "rating":
      return { ...chats, ratings: { ...chats.ratings, [word.id]: word } };
    case "pong":
      return { ...chats, upTo: chats.upTo === null ? null : Math.max(chats.upTo, word.upTo) };
    case "code":
      return word.state === "proved" ? { ...chats, proved: true } : chats;
    case "now":
      return { ...chats, now: word.now };
    case "moved":
    case "movedThere":
    case "push":
    case "refused":
      return chats;
  }
};

const hasNewAnswer = (chats: Chats, came: readonly ChatMessage[], id: string): boolean => {
  const last = chats.messages[id]?.at(-1)?.seq ?? 0;
  return came.some((message) => message.concernId === id && message.by === "us" && message.seq > last);
};

/** How many of our messages of a concern the visitor has not seen. */
export const unreadOf = (chats: Chats, concern: ChatConcern): number =>
  (chats.messages[concern.id] ?? []).filter(({ by, seq }) => by === "us" && seq > concern.seenSeq).length;

export const unread = (chats: Chats): number =>
  chats.concerns.reduce((sum, concern) => sum + unreadOf(chats, concern), 0);

/** Notes that a concern has been seen up to a place. The same chats when nothing changes. */
export const see = (chats: Chats, concernId: string, seq: number): Chats =>
  chats.concerns.some((one) => one.id === concernId && one.seenSeq < seq)
    ? { ...chats, concerns: chats.concerns.map((one) => (one.id === concernId ? { ...one, seenSeq: seq } : one)) }
    : chats;

/** A talk on the screen: a concern, or something new that is not yet one. */
export interface Talk {
  readonly concernId: string | null;
  readonly thread: string;
  /** The greeting that led to it. */
  readonly greeting?: SiteGreeting;
}

/** The concern a talk is about, also when it has become one only now. */
export const concernOf = (chats: Chats, talk: Talk): string | null =>
  talk.concernId ?? chats.threads[talk.thread] ?? null;

/** What of the outbox belongs to a talk and is not among the server's messages already. */
export const waitingIn = (chats: Chats, outbox: readonly Waiting[], talk: Talk): readonly Waiting[] => {
  const concernId = concernOf(chats, talk);
  const here = outbox.filter((one) => {
    const about = one.concernId ?? chats.threads[one.thread] ?? null;
    return about === null ? one.thread === talk.thread : about === concernId;
  });
  if (here.length === 0) return here;
  const said = new Set(Object.values(chats.messages).flatMap((messages) => messages.map((message) => message.said)));
  return here.filter(({ id }) => !said.has(id));
};

/** What was answered to a part of a message, by what is known and what is still to be sent; null: nothing yet. */
export const answeredIn = (
  messages: readonly ChatMessage[],
  outbox: readonly Waiting[],
  messageId: string,
  part: number,
): readonly string[] | null => {
  const waits = outbox.find(
    ({ answer, failed }) => failed === null && answer?.messageId === messageId && answer.part === part,
  );
  if (waits?.answer) return waits.answer.values;
  const given = messages
    .flatMap(({ parts }) => parts)
    .find((one) => one.kind === "answer" && one.to.messageId === messageId && one.to.part === part);
  return given?.kind === "answer" ? given.values.map(({ value }) => value) : null;
};

/** Things said that are in no concern yet, by their thread, the newest first. */
export const begunThreads = (chats: Chats, outbox: readonly Waiting[]): readonly string[] => [
  ...new Set(
    outbox
      .filter(({ concernId, thread }) => concernId === null && chats.threads[thread] === undefined)
      .toReversed()
      .map(({ thread }) => thread),
  ),
];
