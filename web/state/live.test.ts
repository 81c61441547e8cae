// The link to /live, driven by hand: a socket and a clock of our own, no network and no waiting.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FromDesk, ToDesk } from "#contract/live.ts";
import { answerWithinMs, pingEveryMs, startLink, waitBeforeTry } from "#web/state/live.ts";
import type { Hears, LinkState } from "#web/state/live.ts";

interface Socket {
  readonly hears: Hears;
  readonly said: FromDesk[];
  closed: boolean;
}

const world = () => {
  const sockets: Socket[] = [];
  const states: LinkState[] = [];
  const applied: number[] = [];
  const resets: number[] = [];
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  let clock = 0;
  let cursor = 5;
  const link = startLink({
    open: (hears) => {
      const socket: Socket = { hears, said: [], closed: false };
      sockets.push(socket);
      return {
        send: (text) => void socket.said.push(JSON.parse(text) as FromDesk),
        close: () => void (socket.closed = true),
      };
    },
    after: () => cursor,
    events: (_events, upTo) => {
      cursor = upTo;
      applied.push(upTo);
    },
    looks: () => undefined,
    visitors: () => undefined,
    reset: (upTo) => void resets.push(upTo),
    state: (state) => void states.push(state),
    later: (ms, run) => {
      const timer = { at: clock + ms, run };
      timers.push(timer);
      return () => void (timers = timers.filter((one) => one !== timer));
    },
    chance: () => 0,
  });
  const pass = (ms: number): void => {
    const end = clock + ms;
    for (;;) {
      const [next] = timers.filter((one) => one.at <= end).toSorted((a, b) => a.at - b.at);
      if (!next) break;
      timers = timers.filter((one) => one !== next);
      clock = next.at;
      next.run();
    }
    clock = end;
  };
  /** Nothing runs for so long; what was due then rings late and once, before anything is heard. */
  const standStill = (ms: number): void => {
    clock += ms;
    const due = timers.filter((one) => one.at <= clock);
    timers = timers.filter((one) => one.at > clock);
    for (const one of due) one.run();
  };
  const hear = (word: ToDesk): void => sockets.at(-1)?.hears.word(JSON.stringify(word));
  return { link, sockets, states, applied, resets, pass, standStill, hear, last: () => sockets.at(-1) };
};

test("greets with the last event number and is up with the first word", () => {
  const w = world();
  w.last()?.hears.opened();
  assert.deepEqual(w.last()?.said[0], { type: "hello", after: 5 });
  assert.deepEqual(w.states, ["connecting"]);
  w.hear({ type: "events", events: [], upTo: 8 });
  assert.deepEqual(w.states, ["connecting", "up"]);
  assert.deepEqual(w.applied, [8]);
});

test("after a break it comes back and resumes where it was", () => {
  const w = world();
  w.last()?.hears.opened();
  w.hear({ type: "events", events: [], upTo: 8 });
  w.last()?.hears.closed();
  assert.equal(w.states.at(-1), "lost");
  w.pass(waitBeforeTry(0, 0));
  assert.equal(w.sockets.length, 2);
  w.last()?.hears.opened();
  assert.deepEqual(w.last()?.said[0], { type: "hello", after: 8 });
  w.hear({ type: "pong", upTo: 8 });
  assert.equal(w.states.at(-1), "up");
});

test("a link that died silently is noticed by the ping, within the time an answer may take", () => {
  const w = world();
  w.last()?.hears.opened();
  w.hear({ type: "pong", upTo: 5 });
  w.pass(pingEveryMs);
  assert.deepEqual(w.last()?.said.at(-1), { type: "ping" });
  w.pass(answerWithinMs);
  assert.equal(w.states.at(-1), "lost");
  assert.ok(w.sockets[0]?.closed);
});

// On a crowded machine the answer lay there already when the page came to itself, and the link was given up all the same.
test("a page that stood still hears what came meanwhile, and keeps its link", () => {
  const w = world();
  w.last()?.hears.opened();
  w.hear({ type: "pong", upTo: 5 });
  w.pass(pingEveryMs);
  w.standStill(answerWithinMs * 3);
  w.hear({ type: "pong", upTo: 6 });
  w.pass(answerWithinMs);
  assert.equal(w.states.at(-1), "up");
  assert.equal(w.sockets.length, 1);
});

test("when the browser says the network is gone, the loss is known within three seconds", () => {
  const w = world();
  w.last()?.hears.opened();
  w.hear({ type: "pong", upTo: 5 });
  w.link.hurry();
  w.pass(2_000);
  assert.ok(w.states.includes("lost"));
});

test("words of a socket that was given up are not heard", () => {
  const w = world();
  const old = w.last();
  old?.hears.opened();
  w.hear({ type: "pong", upTo: 5 });
  w.pass(pingEveryMs + answerWithinMs + waitBeforeTry(0, 0));
  old?.hears.word(JSON.stringify({ type: "events", events: [], upTo: 99 }));
  old?.hears.closed();
  assert.ok(!w.applied.includes(99));
});

test("a reset is handed on, and the last look is said again after a break", () => {
  const w = world();
  w.last()?.hears.opened();
  const look = { type: "look", concernId: "c1", state: "viewing" } as unknown as FromDesk & { readonly type: "look" };
  w.link.say(look);
  w.hear({ type: "reset", upTo: 40 });
  assert.deepEqual(w.resets, [40]);
  w.last()?.hears.closed();
  w.pass(waitBeforeTry(0, 0));
  w.last()?.hears.opened();
  assert.deepEqual(w.last()?.said[1], look);
});

test("tries grow apart, at most a quarter of a minute, spread by chance; an ended link tries no more", () => {
  assert.ok(waitBeforeTry(3, 0) > waitBeforeTry(1, 0));
  assert.equal(waitBeforeTry(50, 0), 15_000);
  assert.equal(waitBeforeTry(50, 1), 7_500);
  const w = world();
  w.link.end();
  w.pass(60_000);
  assert.equal(w.sockets.length, 1);
});
