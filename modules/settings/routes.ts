// HTTP for what everybody may know and for the first run. server/app.ts joins them to the other routes.
import { answer, type Route } from "#contract/endpoint.ts";
import { settings } from "#contract/settings.ts";
import { setUp } from "#modules/settings/actions.ts";
import { publicSettings, type CentreFacts } from "#modules/settings/reads.ts";
import type { World } from "#platform/world.ts";

type W = World & { readonly facts: CentreFacts };

/** Routes of settings. */
export const settingRoutes: readonly Route<W>[] = [
  answer<W, typeof settings.public>(settings.public, (world) => publicSettings(world)),
  answer<W, typeof settings.setUp>(settings.setUp, (world, _who, { body }) => setUp(world, body)),
];
