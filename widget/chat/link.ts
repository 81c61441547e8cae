// The chat's end of the socket: says who it is, hands words on, and comes back by itself after every break. Called by session.ts; sockets, timers and
// chance are given, so that tests drive it without a network.
import type { FromWidget, ToWidget } from "#contract/chat.ts";

/** "lost": it was there or has been tried, and comes back. "full": the server has no place now. "barred": it wants nothing of this page; asked again after minutes only. */
export type LinkState = "connecting" | "up" | "lost" | "full" | "barred";

/** What a socket tells: that it is open, a word, that it is closed (once, also when it never opened). */
export interface Hears {
  readonly opened: () => void;
  readonly word: (text: string) => void;
  readonly closed: (how: Closed) => void;
}

/** Why a socket is closed, as browsers tell it. */
export interface Closed {
  readonly code: number;
  readonly reason?: string;
}

/** The part of a WebSocket that is used. */
export interface ChatSocket {
  readonly send: (text: string) => void;
  readonly close: () => void;
}

export interface LinkParts {
  readonly open: (hears: Hears) => ChatSocket;
  /** Asked before every greeting. */
  readonly hello: () => FromWidget & { readonly type: "hello" };
  readonly word: (word: ToWidget) => void;
  /** `waitMs`: until the next try; 0: there is none to wait for. */
  readonly state: (state: LinkState, waitMs: number) => void;
  /** The server has ended who this browser was, as it was asked to. */
  readonly left: () => void;
  /** Runs something after a while; what it gives back prevents it. */
  readonly later: (ms: number, run: () => void) => () => void;
  /** A number from 0 to 1, so that a thousand pages do not come back at once. */
  readonly chance: () => number;
}

export interface Link {
  /** False: the link is not up, and nothing was said. */
  readonly say: (word: FromWidget) => boolean;
  /** Says hello again on the link that is there: this browser is somebody else now. */
  readonly greet: () => void;
  /** There is reason to think that it is back, or to doubt that it lives: the machine woke up, the network changed, the page is seen again. */
  readonly hurry: () => void;
  /** The browser says that there is no network. */
  readonly offline: () => void;
  readonly end: () => void;
}

export const pingEveryMs = 25_000;
export const answerWithinMs = 8_000;
/** When there is reason to doubt it. */
export const doubtedAnswerWithinMs = 3_000;
const longestWaitMs = 30_000;
const barredWaitMs = 300_000;

/** Waiting time before the next try: doubles from half a second to 30 s, less up to half by chance. Milliseconds. */
export const waitBeforeTry = (failures: number, chance: number): number =>
  Math.round(Math.min(longestWaitMs, 500 * 2 ** Math.min(failures, 10)) * (1 - chance / 2));

/** What a close code asks for. RFC 6455 7.4.1; 4000 is ours. */
export const afterClose = (code: number): "left" | "barred" | "again" =>
  code === 4000 ? "left" : code === 1007 || code === 1008 ? "barred" : "again";

/** Connects and stays connected until `end`. */
export const startLink = (parts: LinkParts): Link => {
  let socket: ChatSocket | null = null;
  let isUp = false;
  let isOpen = false;
  let failures = 0;
  let ended = false;
  let stopPing = (): void => undefined;
  let stopDeadline = (): void => undefined;
  let stopTry = (): void => undefined;

  const send = (word: FromWidget): void => socket?.send(JSON.stringify(word));
  const expectAnswer = (withinMs: number): void => {
    stopDeadline();
    stopDeadline = parts.later(withinMs, drop);
  };
  const ping = (withinMs: number): void => {
    send({ type: "ping" });
    expectAnswer(withinMs);
  };
  const pingLater = (): void => {
    stopPing();
    stopPing = parts.later(pingEveryMs, () => ping(answerWithinMs));
  };

  const quiet = (): void => {
    isUp = false;
    isOpen = false;
    stopPing();
    stopDeadline();
    stopTry();
  };
  const drop = (): void => {
    const old = socket;
    if (old === null) return;
    lost({ code: 1006 });
    old.close();
  };
  const lost = ({ code, reason }: Closed): void => {
    socket = null;
    quiet();
    if (ended) return;
    const then = afterClose(code);
    if (then === "left") {
      failures = 0;
      parts.state("connecting", 0);
      // Whoever hears it decides who comes now, before the next hello is asked for.
      parts.left();
      return connect();
    }
    const isBarred = then === "barred";
    // The reason: seconds, from a server that has no place now (platform/live/hub.ts); others are words.
    const fullMs = Number(reason) * 1_000 || 0;
    const waitMs = isBarred ? barredWaitMs : Math.max(waitBeforeTry(failures, parts.chance()), fullMs);
    parts.state(isBarred ? then : fullMs > 0 ? "full" : "lost", waitMs);
    stopTry = parts.later(waitMs, connect);
    failures += 1;
  };

  const heard = (text: string): void => {
    stopDeadline();
    pingLater();
    const word = JSON.parse(text) as ToWidget;
    if (word.type === "welcome") {
      isUp = true;
      failures = 0;
      parts.state("up", 0);
    }
    parts.word(word);
  };

  const connect = (): void => {
    stopTry();
    if (ended || socket) return;
    const fresh: ChatSocket = parts.open({
      opened: () => {
        if (socket !== fresh) return;
        isOpen = true;
        send(parts.hello());
      },
      word: (text) => {
        if (socket === fresh) heard(text);
      },
      closed: (how) => {
        if (socket === fresh) lost(how);
      },
    });
    socket = fresh;
    // Covers the way to the server, the greeting and its answer.
    expectAnswer(answerWithinMs * 2);
  };

  parts.state("connecting", 0);
  connect();
  return {
    say: (word) => {
      if (isUp) send(word);
      return isUp;
    },
    greet: () => {
      if (!isOpen) return;
      isUp = false;
      send(parts.hello());
      expectAnswer(answerWithinMs);
    },
    hurry: () => {
      if (ended) return;
      if (socket === null) {
        failures = 0;
        connect();
      } else if (isUp) ping(doubtedAnswerWithinMs);
    },
    offline: () => {
      // Tried rarely until the browser says that it is back: what it says is not always so.
      failures = Math.max(failures, 6);
      drop();
    },
    end: () => {
      ended = true;
      quiet();
      socket?.close();
      socket = null;
    },
  };
};
