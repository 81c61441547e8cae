// A name as part of an address. Called by server/portal-places.ts.
import { fold } from "#lib/fold.ts";

/** Lower-case letters without accents, digits and single hyphens, at most 60 signs; "" when nothing of the name is one. */
export const slugOf = (name: string): string =>
  fold(name)
    .replaceAll(/[^a-z0-9]+/g, "-")
    .split("-")
    .filter((part) => part !== "")
    .join("-")
    .slice(0, 60);
