// Whose customers somebody may see. Called by customers/reads.ts, customers/actions-desk.ts and by other modules that show customers.
import type { Who } from "#contract/actor.ts";

/** The brands whose customers somebody sees; null: all of them. */
export type Brands = readonly string[] | null;

/** An agent who serves some brands sees the customers of these; everybody else who acts (a customer, the system) stands for no brand and is not limited here. */
export const brandsOf = (who: Who): Brands => (who.kind === "agent" && who.brandIds.length > 0 ? who.brandIds : null);

/** Is something that these brands know among what may be seen? */
export const isKnown = (brands: Brands, knownTo: readonly string[]): boolean =>
  brands === null || knownTo.some((brand) => brands.includes(brand));
