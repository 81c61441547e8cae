// What is so around a running flow and only the server knows: given to flows' actions with their world.
import type { FlowMedium } from "#contract/flows.ts";
import type { FlowSurroundings } from "#contract/flow-runs.ts";
import type { BrandId, ChannelId } from "#contract/ids.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

export interface FlowGround {
  /** Hours, notices, who is at the desk, the brand's name and zone, now. `verified`: the mail address that is shown to be theirs. */
  readonly surroundings: (
    tx: Tx,
    about: {
      readonly brandId: BrandId;
      /** Null: the brand's hours count. */
      readonly channelId: ChannelId | null;
      readonly medium: FlowMedium;
      readonly verified: string | null;
    },
  ) => Promise<FlowSurroundings>;
}

/** The world of whoever runs flows. */
export type FlowWorld = World & { readonly flowGround: FlowGround };
