// What others may read of the centre's own facts.
import type { PublicSettings } from "#contract/settings.ts";
import { anyAgent } from "#modules/agents/reads.ts";
import { settingByName } from "#modules/settings/store.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** What the program knows of itself from its configuration; server/app.ts gives it. */
export type CentreFacts = Omit<PublicSettings, "needsSetUp">;

/** A fact by name as it was set; null when it never was. The caller reads it with its own schema. */
export const settingGet = (tx: Tx, name: string): Promise<unknown> => settingByName(tx, name);

/** What everybody may know, signed in or not. */
export const publicSettings = async (
  world: Pick<World, "db"> & { readonly facts: CentreFacts },
): Promise<PublicSettings> => ({ ...world.facts, needsSetUp: !(await anyAgent(world.db)) });
