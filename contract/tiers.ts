// Tiers: a small list of levels in order that customers and organisations are given, by which promises, routing and rules tell them apart.
import { z } from "zod";
import { endpoint } from "#contract/endpoint.ts";
import { tierId, type TierId } from "#contract/ids.ts";

export const tier = z.strictObject({ id: tierId, name: z.string().trim().min(1).max(60) });
export type Tier = z.infer<typeof tier>;

/** The lowest first. */
const tierList = z.array(tier).max(20);

export const tiers = {
  list: endpoint({
    method: "GET",
    path: "/api/tiers",
    permission: "signedIn",
    summary: "The tiers, the lowest first",
    result: tierList,
  }),
  set: endpoint({
    method: "PUT",
    path: "/api/tiers",
    permission: "setting.manage",
    summary: "Set the tiers in their order; one that somebody has stays",
    body: z.strictObject({
      tiers: tierList,
      /** The list as it was when it was changed; where another one stands now it is refused. Left out: whatever stands there. */
      was: tierList.optional(),
    }),
    result: tierList,
  }),
};

/** The tier that counts: the higher one of a customer's own and their organisation's, by the order of the list. Null: neither has one. */
export const countingTier = (
  all: readonly { readonly id: TierId }[],
  own: TierId | null,
  organisations: TierId | null,
): TierId | null => all.findLast(({ id }) => id === own || id === organisations)?.id ?? null;
