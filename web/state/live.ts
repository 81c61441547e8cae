// The desk's end of /live: greets with the last event number, hands events on, and comes back by itself after every
// break. Called by web/state/desk.ts; sockets and timers are given, so that tests drive it without a network.
import type { AnyEvent } from "#contract/events.ts";
import type { FromDesk, Look, VisitorLook, ToDesk } from "#contract/live.ts";

/** Is the link up? "lost" is said at the latest three seconds after it broke. */
export type LinkState = "connecting" | "up" | "lost";

/** What the link needs from outside, and whom it tells. */
export interface LinkParts {
  readonly open: (hears: Hears) => LiveSocket;
  /** Number of the last event applied; asked before every greeting. */
  readonly after: () => number;
  readonly events: (events: readonly AnyEvent[], upTo: number) => void;
  readonly looks: (concernId: string, looks: readonly Look[]) => void;
  readonly visitors: (concernId: string, visitors: readonly VisitorLook[]) => void;
  /** Too much was missed: fetch everything afresh. */
  readonly reset: (upTo: number) => void;
  readonly state: (state: LinkState) => void;
  readonly later: (ms: number, run: () => void) => () => void;
  /** A number from 0 to 1, so that a thousand desks do not come back at once. */
  readonly chance: () => number;
}

/** What a socket tells: that it is open, a word, that it is closed (once, also when it never opened). */
export interface Hears {
  readonly opened: () => void;
  readonly word: (text: string) => void;
  readonly closed: () => void;
}

/** The part of a WebSocket that is used. */
export interface LiveSocket {
  readonly send: (text: string) => void;
  readonly close: () => void;
}

/** The living link. `say` is dropped while the link is down, except the last look, which is said again. */
export interface Link {
  readonly say: (word: FromDesk & { readonly type: "look" }) => void;
  /** Tries at once instead of waiting: the browser says the network is back, or the page is seen again. */
  readonly hurry: () => void;
  readonly end: () => void;
}

/** How often a quiet link is asked whether it lives, and how long it may take to answer. Milliseconds. */
export const pingEveryMs = 20_000;
export const answerWithinMs = 2_000;
/** How long when there is reason to doubt it: with the banner's grace the loss is said well within three seconds. */
const doubtedAnswerWithinMs = 1_500;
const longestWaitMs = 15_000;
/** A deadline comes in so many steps: a page that stood still for a while hears what came meanwhile before it gives the link up. */
const deadlineSteps = 4;

/** Waiting time before the next try: doubles from half a second to 15 s, less up to half by chance. Milliseconds. */
export const waitBeforeTry = (failures: number, chance: number): number => {
  const full = Math.min(longestWaitMs, 500 * 2 ** Math.min(failures, 10));
  return Math.round(full * (1 - chance / 2));
};

/** Connects and stays connected until `end`. */
export const startLink = (parts: LinkParts): Link => {
  let socket: LiveSocket | null = null;
  let failures = 0;
  let ended = false;
  let lastLook: (FromDesk & { readonly type: "look" }) | null = null;
  let stopPing = (): void => undefined;
  let stopDeadline = (): void => undefined;
  let stopTry = (): void => undefined;

  const say = (word: FromDesk): void => socket?.send(JSON.stringify(word));

  const expectAnswer = (withinMs = answerWithinMs): void => {
    stopDeadline();
    const wait = (steps: number): void => {
      stopDeadline = parts.later(withinMs / deadlineSteps, () => (steps > 1 ? wait(steps - 1) : drop()));
    };
    wait(deadlineSteps);
  };

  const schedulePing = (): void => {
    stopPing();
    stopPing = parts.later(pingEveryMs, () => {
      say({ type: "ping" });
      expectAnswer();
    });
  };

  const drop = (): void => {
    const old = socket;
    if (old === null) return;
    socket = null;
    old.close();
    lost();
  };

  const lost = (): void => {
    stopPing();
    stopDeadline();
    if (ended) return;
    parts.state("lost");
    stopTry();
    stopTry = parts.later(waitBeforeTry(failures, parts.chance()), connect);
    failures += 1;
  };

  const heard = (word: ToDesk): void => {
    stopDeadline();
    schedulePing();
    if (failures > 0) failures = 0;
    if (word.type === "events") parts.events(word.events, word.upTo);
    else if (word.type === "looks") parts.looks(word.concernId, word.looks);
    else if (word.type === "visitors") parts.visitors(word.concernId, word.visitors);
    else if (word.type === "reset") parts.reset(word.upTo);
    else parts.events([], word.upTo);
  };

  const connect = (): void => {
    stopTry();
    if (ended || socket) return;
    let greeted = false;
    const fresh: LiveSocket = parts.open({
      opened: () => {
        if (socket !== fresh) return;
        say({ type: "hello", after: parts.after() });
        if (lastLook) say(lastLook);
        // An answer to the ping proves that the other side lives, also when there is nothing to tell.
        say({ type: "ping" });
        expectAnswer();
      },
      word: (text) => {
        if (socket !== fresh) return;
        if (!greeted) parts.state("up");
        greeted = true;
        heard(JSON.parse(text) as ToDesk);
      },
      closed: () => {
        if (socket !== fresh) return;
        socket = null;
        lost();
      },
    });
    socket = fresh;
    expectAnswer();
  };

  parts.state("connecting");
  connect();
  return {
    say: (word) => {
      lastLook = word.concernId === null ? null : word;
      if (socket) trySay(say, word);
    },
    hurry: () => {
      if (socket) {
        trySay(say, { type: "ping" });
        expectAnswer(doubtedAnswerWithinMs);
      } else connect();
    },
    end: () => {
      ended = true;
      drop();
      stopTry();
    },
  };
};

/** A socket that is still opening throws; what matters is said again once it is open. */
const trySay = (say: (word: FromDesk) => void, word: FromDesk): void => {
  try {
    say(word);
  } catch {
    // The greeting repeats the last look, and the deadline finds a dead link.
  }
};
