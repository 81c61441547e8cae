// Promise rules for tests, and what the log tells of every concern's promises. Called by journeys.
import type { PromiseRule } from "#contract/promises.ts";
import { rowsByIds } from "#modules/concerns/reads.ts";
import { standingsIn } from "#modules/concerns/reads-work.ts";
import { pastsOf } from "#modules/concerns/reads-promises.ts";
import { step } from "#modules/promises/model.ts";
import { momentsOf, retoldPromises } from "#modules/promises/model-past.ts";
import { readBook } from "#modules/promises/reads.ts";
import { allConcerns, type TestWorld } from "#test/world.ts";

/** Every promise for every concern, counted around the clock. */
export const everyPromise: PromiseRule = {
  id: "0190e000-0000-7000-8000-000000000001" as PromiseRule["id"],
  name: "Alles",
  when: { topicId: null, priorities: [], brandId: null, channelKind: null },
  targets: { firstReply: 60, nextReply: 120, resolution: 600 },
  hours: { kind: "always" },
  pauses: ["waiting"],
  warn: { by: "share", percent: 75 },
  warns: [],
  escalation: null,
};

interface Told {
  readonly number: number;
  readonly promiseKind: string | null;
  readonly promiseState: string | null;
  readonly dueAt: string | null;
}

/** What each concern's row says, and what its entries in the log give by the rules of now: both as of now. */
export const toldByTheLog = async (world: TestWorld): Promise<readonly [readonly Told[], readonly Told[]]> => {
  const book = await readBook(world.db);
  const ids = (await allConcerns(world.db)).map(({ id }) => id);
  const at = world.now().toISOString();
  const rows = (await rowsByIds(world.db, ids)).toSorted((a, b) => a.number - b.number);
  const pasts = await pastsOf(world.db, ids);
  const standings = await standingsIn(world.db, ids);
  const told = rows.map((row): Told => {
    const entries = pasts.get(row.id) ?? [];
    const tierId = standings.get(row.id)?.tierId ?? null;
    const facts = momentsOf(entries, tierId).at(-1)?.facts;
    const before = retoldPromises(book, entries, tierId);
    const now = facts && step({ book, kept: before?.kept ?? null, facts, missed: [], at });
    return {
      number: row.number,
      promiseKind: now?.promiseKind ?? null,
      promiseState: now?.promiseState ?? null,
      dueAt: now?.dueAt ?? null,
    };
  });
  const isOver = (row: Told): boolean => row.dueAt !== null && row.dueAt < at;
  return [
    rows.map(({ number, promiseKind, promiseState, dueAt }) => ({ number, promiseKind, promiseState, dueAt })),
    told,
  ].map((all) =>
    // A row's state is as of its last change or of the timer: only what has not come near since can be compared in it.
    all.map((row) => ({ ...row, promiseState: row.dueAt === null ? row.promiseState : isOver(row) ? "over" : "on" })),
  ) as [Told[], Told[]];
};
