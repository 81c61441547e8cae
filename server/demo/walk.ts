// A world that walks through the past: its own clock, and actions joined into few transactions. Used by seed.ts.
import { randomBytes } from "node:crypto";
import { uuidV7 } from "#lib/id.ts";
import { sql, type Db, type Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

export interface Walk {
  readonly world: World;
  /** What is to happen then. Also called while walking, for what follows from what happened. */
  readonly at: (atMs: number, deed: () => Promise<void>) => void;
  /** Carries out everything up to that moment, in order of time. What lies after it never happens. */
  readonly until: (endMs: number, onStep: (done: number) => void) => Promise<void>;
}

/** So many deeds are one transaction: far fewer than the locks that a transaction may hold. */
const together = 60;

/** Nothing is told to readers while it walks; nobody reads yet. */
export const startWalk = (real: World): Walk => {
  const timeline: { readonly atMs: number; readonly deed: () => Promise<void> }[] = [];
  let nowMs = 0;
  let current: Tx | null = null;
  const tx = (): Tx => current ?? real.db;
  const inHand: Tx = {
    rows: (query) => tx().rows(query),
    maybe: (query) => tx().maybe(query),
    one: (query) => tx().one(query),
    run: (query) => tx().run(query),
    later: (query) => tx().later(query),
    // Deeds of one transaction read what earlier ones said.
    atEnd: (work) => work(),
    afterCommit: (then) => tx().afterCommit(then),
  };
  const db: Db = {
    ...real.db,
    ...inHand,
    transaction: async (work) => {
      if (current !== null) return work(inHand);
      return real.db.transaction(work);
    },
    together: (work) => work(inHand),
  };
  const at: Walk["at"] = (atMs, deed) => {
    // The first of those that are later; equal times keep their order.
    let low = 0;
    let high = timeline.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((timeline[middle]?.atMs ?? 0) <= atMs) low = middle + 1;
      else high = middle;
    }
    timeline.splice(low, 0, { atMs, deed });
  };
  return {
    world: { ...real, db, now: () => new Date(nowMs), newId: () => uuidV7(nowMs, randomBytes(10)), wake: () => {} },
    at,
    until: async (endMs, onStep) => {
      let done = 0;
      const isDue = (): boolean => timeline.length > 0 && (timeline[0]?.atMs ?? 0) <= endMs;
      while (isDue()) {
        await real.db.transaction(async (outer) => {
          current = outer;
          // A deed may wait for a mail that is still being read: on a busy machine longer than the database lets a transaction rest.
          await outer.run(sql`SET LOCAL idle_in_transaction_session_timeout = 0`);
          try {
            for (let n = 0; n < together && isDue(); n += 1) {
              const next = timeline.shift();
              if (!next) break;
              nowMs = Math.max(nowMs, next.atMs);
              await next.deed();
              done += 1;
            }
          } finally {
            current = null;
          }
        });
        onStep(done);
      }
      nowMs = Math.max(nowMs, endMs);
    },
  };
};
