// HTTP for drafts. server/app.ts joins them to the other routes.
import { concerns } from "#contract/concern-endpoints.ts";
import { answer, type Route } from "#contract/endpoint.ts";
import { saveDraft } from "#modules/concerns/actions-drafts.ts";
import type { ReadingWorld } from "#modules/concerns/reads.ts";
import type { World } from "#platform/world.ts";

type W = World & ReadingWorld;

/** The route that keeps a draft. */
export const draftRoutes: readonly Route<W>[] = [
  answer<W, typeof concerns.saveDraft>(concerns.saveDraft, (world, who, { params, body }) =>
    saveDraft(world, who, params.id, params.kind, body),
  ),
];
