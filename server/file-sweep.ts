// Takes away bytes that nobody refers to: uploads that expired, arrivals that were never recorded, what crashes left. A timed job of server/jobs.ts.
// A stored file is first set aside, where every reader still finds it, and forgotten only much later, after another look: whoever stored the
// same bytes at that very moment and had not committed the row that names them has done so by then, and gets them back.
import { namedRecordings } from "#modules/calls/reads.ts";
import { namedFiles } from "#modules/concerns/reads.ts";
import { namedInRuns } from "#modules/flows/reads-links.ts";
import { namedByVisitors } from "#modules/visitors/reads.ts";
import { cleanCopies } from "#platform/files/secrets.ts";
import { dropSmall, smallHashes } from "#platform/files/small.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";
import { lockArrivals, rawFiles } from "#server/intake-store.ts";

const dayMs = 24 * 3_600_000;
/** Between storing bytes and committing the row that names them lie seconds. */
const untouchedMs = dayMs;
const asideMs = 7 * dayMs;

/** Those of the hashes that no row names. */
const unnamed = async (tx: Tx, hashes: readonly string[]): Promise<string[]> => {
  const named = new Set([
    ...(await rawFiles(tx, hashes)),
    ...(await namedFiles(tx, hashes)),
    ...(await namedByVisitors(tx, hashes)),
    ...(await namedInRuns(tx, hashes)),
    ...(await namedRecordings(tx, hashes)),
    ...(await cleanCopies(tx, hashes)),
  ]);
  return hashes.filter((hash) => !named.has(hash));
};

/** One round; says what it did. */
export const sweepFiles = async (
  world: Pick<World, "db" | "files" | "now">,
): Promise<{
  readonly halfWritten: number;
  readonly setAside: number;
  readonly putBack: number;
  readonly forgotten: number;
}> => {
  const { db, files } = world;
  const ago = (ms: number): Date => new Date(world.now().getTime() - ms);
  const did = { halfWritten: await files.sweep(ago(untouchedMs)), setAside: 0, putBack: 0, forgotten: 0 };
  for await (const hashes of files.stored(ago(untouchedMs))) {
    for (const hash of await unnamed(db, hashes)) {
      await files.setAside(hash);
      did.setAside += 1;
    }
  }
  for await (const hashes of files.aside(ago(asideMs))) {
    const forget = new Set(await unnamed(db, hashes));
    for (const hash of hashes) {
      if (forget.has(hash)) await files.forgetAside(hash);
      else await files.putBack(hash);
    }
    did.forgotten += forget.size;
    did.putBack += hashes.length - forget.size;
  }
  did.forgotten += await sweepSmall(world);
  return did;
};

/**
 * Small bytes are kept by the statement that names them: a look while no arrival is being recorded sees every name there is. The lock is
 * taken only when there is something to forget, and asked for politely.
 */
const sweepSmall = async ({ db }: Pick<World, "db">): Promise<number> => {
  let forgotten = 0;
  for (let after: string | null = null; ;) {
    const hashes: string[] = await smallHashes(db, after);
    const candidates = await unnamed(db, hashes);
    if (candidates.length > 0)
      forgotten += await db.transaction(async (tx) => {
        await lockArrivals(tx);
        return dropSmall(tx, await unnamed(tx, candidates));
      });
    after = hashes.at(-1) ?? null;
    if (after === null) return forgotten;
  }
};
