// HTTP for who chats with us. server/app.ts joins them to the other routes.
import { answer, type Route } from "#contract/endpoint.ts";
import { visitors } from "#contract/visitors.ts";
import { brandsOf } from "#modules/customers/reads.ts";
import { addKey, removeKey } from "#modules/visitors/actions-keys.ts";
import { chattersOf, signingKeys } from "#modules/visitors/reads.ts";
import type { World } from "#platform/world.ts";

/** Routes of visitors. */
export const visitorRoutes: readonly Route<World>[] = [
  answer<World, typeof visitors.ofCustomer>(visitors.ofCustomer, (world, who, { params }) =>
    chattersOf(world, params.id, brandsOf(who)),
  ),
  answer<World, typeof visitors.keys>(visitors.keys, (world, _who, { params }) => signingKeys(world, params.id)),
  answer<World, typeof visitors.addKey>(visitors.addKey, (world, who, { params, body }) =>
    addKey(world, who, params.id, body),
  ),
  answer<World, typeof visitors.removeKey>(visitors.removeKey, (world, who, { params }) =>
    removeKey(world, who, params.id, params.keyId),
  ),
];
