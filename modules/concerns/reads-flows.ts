// What flows read of concerns. Called by modules/flows.
import type { Channel } from "#contract/brands.ts";
import type { ConcernRow } from "#contract/concerns.ts";
import { channelsOfBrand } from "#modules/brands/reads.ts";
import { lastOfCustomer } from "#modules/concerns/store.ts";
import type { Tx } from "#platform/db/db.ts";

export {
  begunByArrival as begunBy,
  firstMessage as firstOf,
  heardById as heardMessage,
  type HeardMessage,
} from "#modules/concerns/store-flows.ts";

/** By which channel a concern's customer wrote last, if we can write back by it now; null: by none. Whether something may go there is judged when it goes. */
export const speakingPlace = async (
  tx: Tx,
  row: Pick<ConcernRow, "id" | "brandId" | "status">,
): Promise<Channel | null> => {
  if (row.status === "resolved" || row.status === "closed") return null;
  const last = await lastOfCustomer(tx, row.id);
  const channel = (await channelsOfBrand(tx, row.brandId)).find(({ id }) => id === last?.channelId);
  return last !== null && !last.isMachine && channel?.enabled === true && channel.canSend ? channel : null;
};
