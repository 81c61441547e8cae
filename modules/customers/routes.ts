// HTTP for customers; their concerns are answered by concerns/routes-lists.ts. server/app.ts joins them to the other routes.
import { customers } from "#contract/customers.ts";
import { answer, type Route } from "#contract/endpoint.ts";
import { merging } from "#contract/merging.ts";
import { tiers } from "#contract/tiers.ts";
import { refuse } from "#contract/errors.ts";
import {
  addAddress,
  changeAddress,
  changeCustomer,
  createCustomer,
  removeAddress,
  restoreAddress,
} from "#modules/customers/actions-desk.ts";
import { changeOrganisation, setTiers } from "#modules/customers/actions-tiers.ts";
import { declineProposal, mergeCustomers } from "#modules/customers/actions-merging.ts";
import { compareCustomers, mergesFor } from "#modules/customers/reads-merging.ts";
import { allTiers } from "#modules/customers/reads-tiers.ts";
import { brandsOf, customerById, suggestAddresses } from "#modules/customers/reads.ts";
import type { World } from "#platform/world.ts";

/** Routes of customers. */
export const customerRoutes: readonly Route<World>[] = [
  answer<World, typeof customers.get>(
    customers.get,
    async (world, who, { params }) => (await customerById(world.db, params.id, brandsOf(who))) ?? refuse("notFound"),
  ),
  answer<World, typeof customers.suggest>(customers.suggest, (world, who, { query }) =>
    suggestAddresses(world.db, query.kind, query.q, brandsOf(who)),
  ),
  answer<World, typeof customers.create>(customers.create, (world, who, { body }) => createCustomer(world, who, body)),
  answer<World, typeof customers.change>(customers.change, (world, who, { params, body }) =>
    changeCustomer(world, who, params.id, body),
  ),
  answer<World, typeof customers.changeOrganisation>(customers.changeOrganisation, (world, who, { params, body }) =>
    changeOrganisation(world, who, params.id, body),
  ),
  answer<World, typeof tiers.list>(tiers.list, (world) => allTiers(world.db)),
  answer<World, typeof tiers.set>(tiers.set, (world, who, { body }) => setTiers(world, who, body)),
  answer<World, typeof customers.addAddress>(customers.addAddress, (world, who, { params, body }) =>
    addAddress(world, who, params.id, body),
  ),
  answer<World, typeof customers.changeAddress>(customers.changeAddress, (world, who, { params, body }) =>
    changeAddress(world, who, params.id, params.addressId, body),
  ),
  answer<World, typeof customers.removeAddress>(customers.removeAddress, (world, who, { params, query }) =>
    removeAddress(world, who, params.id, params.addressId, query.ifUnused === "yes"),
  ),
  answer<World, typeof customers.restoreAddress>(customers.restoreAddress, (world, who, { params, body }) =>
    restoreAddress(world, who, params.id, params.addressId, body.preferred),
  ),
  answer<World, typeof merging.of>(merging.of, (world, who, { params }) => mergesFor(world, who, params.id)),
  answer<World, typeof merging.compare>(merging.compare, (world, who, { params }) =>
    compareCustomers(world, who, params.id, params.otherId),
  ),
  answer<World, typeof merging.decline>(merging.decline, (world, who, { params, body }) =>
    declineProposal(world, who, params.id, body.declined),
  ),
  answer<World, typeof merging.merge>(merging.merge, (world, who, { params, body }) =>
    mergeCustomers(world, who, params.id, body),
  ),
];
