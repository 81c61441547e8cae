// Which call a second screen shows. Called by server/call-site.ts and server/second-pages.ts.
import { codeHash, codeShape, linkHash, linkWord, screenKeptMs, wordShape } from "#modules/calls/model-screen.ts";
import { callById, type CallRow } from "#modules/calls/reads.ts";
import { callbackAfter, callOfCode, callOfLink } from "#modules/calls/store-screen.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "mac">;

/** Waits for somebody, or is on the way there: what a code leads to. */
const stillWaits = ({ call }: CallRow): boolean =>
  call.endedAt === null &&
  call.phase !== "talk" &&
  call.phase !== "bye" &&
  call.phase !== "over" &&
  call.callback === null;

/** The call of a link; null: none, or its time is over. */
export const callByLink = async (world: Acting, word: string): Promise<CallRow | null> => {
  const id = wordShape.test(word) ? await callOfLink(world.db, linkHash(world, word)) : null;
  const row = id === null ? null : await callById(world.db, id);
  const endedAt = row?.call.endedAt ?? null;
  return endedAt !== null && world.now().getTime() - Date.parse(endedAt) > screenKeptMs ? null : row;
};

/** The link word of the call that waits under that code; null: none does. */
export const linkByCode = async (world: Acting, given: string): Promise<string | null> => {
  const code = given.replaceAll(/\D/g, "");
  const id = codeShape.test(code) ? await callOfCode(world.db, codeHash(world, code)) : null;
  const row = id === null ? null : await callById(world.db, id);
  return row !== null && stillWaits(row) ? linkWord(world, row.call.id) : null;
};

/** What became of a call: itself, or the callback that was asked for in it. */
export const followed = async ({ db }: Pick<World, "db">, row: CallRow): Promise<CallRow> => {
  const next = row.call.end === "callback" ? await callbackAfter(db, row.call.id) : null;
  return (next === null ? null : await callById(db, next)) ?? row;
};
