// HTTP for the definitions of custom fields. server/app.ts joins them to the other routes.
import { answer, type Route } from "#contract/endpoint.ts";
import { fields } from "#contract/fields.ts";
import { changeField, createField, removeField } from "#modules/fields/actions.ts";
import { allFields } from "#modules/fields/reads.ts";
import type { World } from "#platform/world.ts";

/** Routes of custom fields. */
export const fieldRoutes: readonly Route<World>[] = [
  answer<World, typeof fields.list>(fields.list, (world) => allFields(world.db)),
  answer<World, typeof fields.create>(fields.create, (world, who, { body }) => createField(world, who, body)),
  answer<World, typeof fields.change>(fields.change, (world, who, { params, body }) =>
    changeField(world, who, params.id, body),
  ),
  answer<World, typeof fields.remove>(fields.remove, (world, who, { params }) => removeField(world, who, params.id)),
];
