// HTTP for splitting, moving, merging and taking that back. server/app.ts joins them to the other routes.
import { answer, type Route } from "#contract/endpoint.ts";
import { moving } from "#contract/moving.ts";
import { move, split } from "#modules/concerns/actions-moving.ts";
import { moveBack, undoOf } from "#modules/concerns/actions-moving-back.ts";
import { keepHere } from "#modules/concerns/actions-proposing.ts";
import type { World } from "#platform/world.ts";

export const movingRoutes: readonly Route<World>[] = [
  answer<World, typeof moving.split>(moving.split, (world, who, { params, body }) =>
    split(world, who, { id: params.id, ...body }),
  ),
  answer<World, typeof moving.move>(moving.move, (world, who, { params, body }) =>
    move(world, who, { id: params.id, ...body }),
  ),
  answer<World, typeof moving.keep>(moving.keep, (world, who, { params }) => keepHere(world, who, params.id)),
  answer<World, typeof moving.undoPreview>(moving.undoPreview, (world, who, { params }) =>
    undoOf(world, who, params.key),
  ),
  answer<World, typeof moving.undo>(moving.undo, (world, who, { params }) => moveBack(world, who, params.key)),
];
