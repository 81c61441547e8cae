// Who looks at which concern and who writes in it, over all server processes; never stored. Called by server/live.ts, for agents and for visitors.
import type { AgentId, ConcernId } from "#contract/ids.ts";
import type { Look, LookState } from "#contract/live.ts";
import { backTopic, type Bus } from "#platform/live/bus.ts";

/** What is said of somebody who looks. */
interface Looking {
  readonly concernId: ConcernId;
  readonly state: LookState;
}

export interface Looks<L extends Looking> {
  /** A socket looks at a concern, and at no other any more. */
  readonly look: (socket: number, look: L) => void;
  readonly away: (socket: number) => void;
  /** The socket is still there: what it looks at is said again, with the next sweep, before others forget it. */
  readonly alive: (socket: number) => void;
  readonly at: (concernId: string) => readonly L[];
  /**
   * To be called every `sweepMs`: says that this process lives, and who is still there of those not said of for long; forgets those who, or whose process, died
   * without a word.
   */
  readonly sweep: () => void;
  readonly stop: () => void;
}

interface Note<L> {
  readonly look: L;
  readonly node: string;
  readonly socket: number;
}

/** A look that is not said again is forgotten: the browser, or its server, died without a word. */
export const lookLastsMs = 70_000;
/** A desk shows that it lives every 20 s; saying each of them to all processes would be saying nothing new. */
const sayAgainMs = 30_000;
export const sweepMs = 2_000;
/** A process that is not heard for more sweeps than this is gone, and who looked there with it. Counted in sweeps: who was held up itself cannot say that others are late. */
const mostSilent = 4;

/** `topic`: whose looks. `changed`: the looks at a concern are others than before. `nowMs`: a clock that only runs on. */
export const openLooks = <L extends Looking>(options: {
  readonly bus: Bus;
  readonly topic: string;
  readonly node: string;
  readonly nowMs: () => number;
  readonly changed: (concernId: string) => void;
}): Looks<L> => {
  const { bus, topic, node, nowMs, changed } = options;
  /** By concern, then by socket. */
  const all = new Map<string, Map<string, { readonly look: L; readonly from: string; readonly until: number }>>();
  const mine = new Map<number, { readonly look: L; readonly saidAt: number }>();
  /** Sockets that are said of again with the next sweep: thousands show that they live, each at a moment of its own, and all of them are one word to the others. */
  const again = new Set<number>();
  /** The concern at which each socket of all processes looks: thousands come and go at one moment, and none is looked for among all. */
  const lookedAt = new Map<string, string>();
  /** Other processes, each with the sweeps since it was heard. */
  const silent = new Map<string, number>();
  const [beats, sayAgain] = [`${topic}.lives`, `${topic}.again`];

  const forget = (key: string): void => {
    const concernId = lookedAt.get(key);
    if (concernId === undefined) return;
    lookedAt.delete(key);
    const present = all.get(concernId);
    present?.delete(key);
    if (present?.size === 0) all.delete(concernId);
    changed(concernId);
  };
  const heardOf = (other: string): void => {
    if (other === node) return;
    // It may have said much before it, or we, could be heard.
    if (!silent.has(other)) bus.hint(sayAgain);
    silent.set(other, 0);
  };
  const hear = (note: unknown): void => {
    const { look, node: from, socket } = note as Note<L>;
    heardOf(from);
    const key = `${from}:${socket}`;
    const concernId = look.concernId as string;
    if (look.state === "away" || lookedAt.get(key) !== concernId) forget(key);
    if (look.state === "away") return;
    const present =
      all.get(concernId) ?? new Map<string, { readonly look: L; readonly from: string; readonly until: number }>();
    const before = present.get(key)?.look;
    all.set(concernId, present.set(key, { look, from, until: nowMs() + lookLastsMs }));
    lookedAt.set(key, concernId);
    if (!before || !sameLook(before, look)) changed(concernId);
  };
  const tell = (socket: number, look: L): void => bus.hint(topic, { look, node, socket } satisfies Note<L>);
  const tellOf = (sockets: Iterable<number>): void => {
    for (const socket of sockets) {
      const known = mine.get(socket);
      if (!known) continue;
      mine.set(socket, { look: known.look, saidAt: nowMs() });
      tell(socket, known.look);
    }
  };
  const tellAll = (): void => tellOf(mine.keys());
  const stops = [
    bus.on(topic, hear),
    bus.on(beats, (note) => heardOf((note as { readonly node: string }).node)),
    bus.on(sayAgain, tellAll),
    // What was said while the line was broken is said again, here and elsewhere.
    bus.on(backTopic, () => bus.hint(sayAgain)),
  ];

  return {
    look: (socket, look) => {
      mine.set(socket, { look, saidAt: nowMs() });
      tell(socket, look);
    },
    away: (socket) => {
      const known = mine.get(socket);
      if (!known) return;
      mine.delete(socket);
      tell(socket, { ...known.look, state: "away" });
    },
    alive: (socket) => {
      const known = mine.get(socket);
      if (known && nowMs() - known.saidAt >= sayAgainMs) again.add(socket);
    },
    at: (concernId) => [...(all.get(concernId)?.values() ?? [])].map(({ look }) => look),
    sweep: () => {
      bus.hint(beats, { node });
      tellOf(again);
      again.clear();
      const gone = new Set<string>();
      for (const [other, sweeps] of silent) {
        silent.set(other, sweeps + 1);
        if (sweeps < mostSilent) continue;
        silent.delete(other);
        gone.add(other);
      }
      for (const [concernId, present] of all) {
        let fewer = false;
        for (const [key, { from, until }] of present) {
          if (until >= nowMs() && !gone.has(from)) continue;
          fewer = present.delete(key);
          lookedAt.delete(key);
        }
        if (present.size === 0) all.delete(concernId);
        if (fewer) changed(concernId);
      }
    },
    stop: () => {
      for (const stop of stops) stop();
    },
  };
};

const sameLook = (a: Looking, b: Looking): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A look as it is said by whoever looks. */
export const lookOf = (agentId: AgentId, concernId: string, state: Look["state"]): Look => ({
  agentId,
  concernId: concernId as Look["concernId"],
  state,
});
