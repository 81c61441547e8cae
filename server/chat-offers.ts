// Which flows a chat offers, as its pages need it at once: asked of the database once for what is so now, and again when a flow or what is so is another. Called by server/chat-now.ts.
import type { ChatEntry } from "#contract/chat.ts";
import type { AnyEvent } from "#contract/events.ts";
import type { FlowSurroundings } from "#contract/flow-runs.ts";
import type { BrandId } from "#contract/ids.ts";
import type { Offered } from "#modules/flows/model-runs.ts";
import { entriesFor } from "#modules/flows/reads-running.ts";
import type { World } from "#platform/world.ts";
import type { Language } from "#server/words.ts";

/** What offers depend on. */
export interface Offering extends Pick<FlowSurroundings, "open" | "notices"> {
  readonly brandId: BrandId;
}

export interface Offers {
  /** Resolves when `of` knows what is offered then. Asks nothing where it is known. */
  readonly read: (offering: Offering) => Promise<void>;
  /** What is offered, in the page's language; what has not been read is nothing. */
  readonly of: (offering: Offering, language: Language) => readonly ChatEntry[];
  /** Flows are others: what is known is read anew, and stands until then. */
  readonly changed: () => void;
}

/** Is it about flows themselves, and not about one that runs? */
export const changesFlows = ({ kind }: AnyEvent): boolean => kind === "flow.changed" || kind === "flow.removed";

/** Brands are few, and a brand's notices change seldom: what nobody asked for lately is forgotten with all else. */
const mostKnown = 500;

export const openOffers = (world: Pick<World, "db">): Offers => {
  let known = new Map<string, { readonly offered: readonly Offered[]; readonly since: number }>();
  let generation = 0;
  const keyOf = ({ brandId, open, notices }: Offering): string => JSON.stringify([brandId, open, notices]);
  return {
    read: async (offering) => {
      const key = keyOf(offering);
      if (known.get(key)?.since === generation) return;
      // What is changed while it is read is read again.
      const since = generation;
      const offered = await entriesFor(world.db, offering.brandId, "chat", offering);
      if (known.size >= mostKnown) known = new Map();
      known.set(key, { offered, since });
    },
    of: (offering, language) =>
      (known.get(keyOf(offering))?.offered ?? []).map(({ flowId, label }) => ({
        id: flowId,
        label: label[language] || label.de || label.en,
      })),
    changed: () => (generation += 1),
  };
};
