// What others may read of concerns: rows and messages as the desk sees them. Called by concerns' own actions and routes, search and server/live.
import type { AgentActor } from "#contract/actor.ts";
import { seesBrand } from "#contract/actor.ts";
import type { ConcernRow, Message } from "#contract/concerns.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { ConcernId, MessageId } from "#contract/ids.ts";
import { asDraft, asMessage, type Links } from "#modules/concerns/reads-views.ts";
import { mergedHere } from "#modules/concerns/store-moving.ts";
import { newestOfCustomers, rowById, rowByNumber, rowsByIds, rowsByNumbers } from "#modules/concerns/store-lists.ts";
import { outboxDepth, outboxLateSeconds } from "#modules/concerns/store-outbox.ts";
import {
  fieldsByIds,
  messagesByIds,
  messagesOf,
  placesOf,
  textsByIds,
  type MessageRow,
} from "#modules/concerns/store-threads.ts";
import { namedFiles } from "#modules/concerns/store-uploads.ts";
import type { Tx } from "#platform/db/db.ts";
import type { FileChecks, Held } from "#platform/files/checks.ts";
import type { FileSecret, FileSecrets } from "#platform/files/secrets.ts";

export {
  asDraft,
  asMessage,
  fieldsByIds,
  mergedHere,
  namedFiles,
  newestOfCustomers,
  outboxDepth,
  outboxLateSeconds,
  placesOf,
  rowById,
  rowByNumber,
  rowsByIds,
  rowsByNumbers,
  textsByIds,
};
export type { Links };

/** What reading for the desk needs beyond the store. */
export interface ReadingWorld {
  readonly links: Links;
  /**
   * A number up to which every event was committed before this call: how far this process has followed the log. Cheaper than asking the database,
   * and an older number does no harm. Absent: the database is asked.
   */
  readonly followedTo?: () => number;
  readonly checks?: FileChecks;
  readonly secrets?: FileSecrets;
}

/** The concern's row, when this agent may see it. A concern of a brand they may not see is as one that is not there. */
export const rowFor = async (tx: Tx, who: AgentActor, id: ConcernId): Promise<ConcernRow | Refusal> => {
  const row = await rowById(tx, id);
  return row && seesBrand(who, row.brandId) ? row : refuse("notFound");
};

/** Whole messages by id, in order of place; withdrawn ones are left out. The caller has made sure that the reader may see them. */
export const messageViews = async (world: ReadingWorld, tx: Tx, ids: readonly MessageId[]): Promise<Message[]> =>
  viewsOf(world, tx, await messagesByIds(tx, ids));

/** Only where there is a scanner it is asked about which files are held. */
const viewsOf = async (world: ReadingWorld, tx: Tx, rows: readonly MessageRow[]): Promise<Message[]> => {
  const hashes = rows.flatMap((row) => (row.files ?? []).map((file) => file.hash));
  const [held, secret] = await Promise.all([
    world.checks?.on === true ? world.checks.held(tx, hashes) : new Map<string, Held>(),
    world.secrets?.of(tx, hashes) ?? new Map<string, FileSecret>(),
  ]);
  return rows.map((row) => asMessage(world.links, row, { held, secret }));
};

/** One page of a thread, oldest first: the last `limit` messages before a place (null: the end), and whether there are earlier ones. */
export const messagesBefore = async (
  world: ReadingWorld,
  tx: Tx,
  concernId: ConcernId,
  before: number | null,
  limit: number,
): Promise<{ messages: Message[]; earlier: boolean }> => {
  const rows = await messagesOf(tx, concernId, before, limit + 1);
  const earlier = rows.length > limit;
  return {
    messages: await viewsOf(world, tx, rows.slice(0, limit).toReversed()),
    earlier,
  };
};
