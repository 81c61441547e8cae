// Customers, their addresses and organisations.
import { z } from "zod";
import { addressKind, channelKind } from "#contract/channel.ts";
import { cursor, endpoint, instant } from "#contract/endpoint.ts";
import { fieldChanges, fieldValues } from "#contract/fields.ts";
import { addressId, agentId, concernId, customerId, organisationId, tierId } from "#contract/ids.ts";
import { score } from "#contract/ratings.ts";

export const address = z.strictObject({
  id: addressId,
  kind: addressKind,
  /** As written by the customer; the normalised value is the key and stays inside. */
  value: z.string(),
  verifiedAt: instant.nullable(),
  /** How it was proved: "dmarc", "token", "code", "agent"; null: it was not. */
  verifiedBy: z.string().nullable(),
  lastInAt: instant.nullable(),
  lastOutAt: instant.nullable(),
  preferred: z.boolean(),
  /** Set after permanent bounces: why we do not write there. */
  suppressedReason: z.string().nullable(),
  /** They do not want to be called there by us; only of numbers. */
  doNotCall: z.boolean(),
});
export type Address = z.infer<typeof address>;

export const organisation = z.strictObject({
  id: organisationId,
  name: z.string(),
  /** Counts for its people, unless their own is higher. */
  tierId: tierId.nullable(),
  /** Whose account it is; null: nobody's. Counts for those who have none of their own. */
  agentId: agentId.nullable(),
});
export type Organisation = z.infer<typeof organisation>;

export const customer = z.strictObject({
  id: customerId,
  name: z.string(),
  language: z.enum(["de", "en"]).nullable(),
  organisation: organisation.nullable(),
  /** By which kind of channel they want to be answered, and who said so; null: nobody has said. */
  wish: z.strictObject({ kind: channelKind, by: z.enum(["agent", "customer"]) }).nullable(),
  /** Their own tier and agent; what counts is made of these and the organisation's (`countingTier`). */
  tierId: tierId.nullable(),
  agentId: agentId.nullable(),
  fields: fieldValues,
  addresses: z.array(address),
  createdAt: instant,
  version: z.number().int(),
});
export type Customer = z.infer<typeof customer>;

/** Somebody to write to, as a field offers them. */
export const suggestion = z.strictObject({ customerId, name: z.string(), value: z.string() });
export type Suggestion = z.infer<typeof suggestion>;

const byId = z.strictObject({ id: customerId });
const byAddress = z.strictObject({ id: customerId, addressId });

const facts = z.strictObject({
  name: z.string().trim().min(1).max(200).optional(),
  language: z.enum(["de", "en"]).nullable().optional(),
  /** Found or made by name; null takes it away. */
  organisation: z.string().trim().max(200).nullable().optional(),
  /** By which kind of channel they want to be answered; null: no wish. */
  wish: channelKind.nullable().optional(),
  /** Their own tier and agent; null: none. */
  tierId: tierId.nullable().optional(),
  agentId: agentId.nullable().optional(),
  fields: fieldChanges.optional(),
});
/** What is changed of a customer; `was`: what has to stand there still, or somebody else was faster and it is refused. */
export const customerChange = facts.extend({ was: facts.optional() });
export type CustomerChange = z.infer<typeof customerChange>;

const standing = z.strictObject({ tierId: tierId.nullable().optional(), agentId: agentId.nullable().optional() });
/** What is changed of an organisation; `was`: what has to stand there still. */
export const organisationChange = standing.extend({ was: standing.optional() });
export type OrganisationChange = z.infer<typeof organisationChange>;

export const customers = {
  get: endpoint({
    method: "GET",
    path: "/api/customers/:id",
    permission: "customer.read",
    summary: "A customer with addresses",
    params: byId,
    result: customer,
  }),
  concerns: endpoint({
    method: "GET",
    path: "/api/customers/:id/concerns",
    permission: "customer.read",
    summary: "A customer's concerns, newest first",
    params: byId,
    query: z.strictObject({ after: cursor.optional(), limit: z.coerce.number().int().min(1).max(100).default(20) }),
    result: z.strictObject({
      concerns: z.array(
        z.strictObject({
          id: concernId,
          number: z.number().int(),
          subject: z.string(),
          status: z.string(),
          createdAt: instant,
          lastMessageAt: instant,
          rating: score.nullable(),
        }),
      ),
      next: cursor.nullable(),
    }),
  }),
  suggest: endpoint({
    method: "GET",
    path: "/api/addresses",
    permission: "customer.read",
    summary: "Addresses that can be written to, by parts of name or address; those used last first",
    query: z.strictObject({ kind: addressKind, q: z.string().trim().max(200) }),
    result: z.array(suggestion),
  }),
  create: endpoint({
    method: "POST",
    path: "/api/customers",
    permission: "customer.change",
    summary: "Add a customer with one address",
    body: z.strictObject({
      name: z.string().trim().min(1).max(200),
      kind: addressKind,
      value: z.string().trim().min(1).max(320),
    }),
    result: customer,
  }),
  change: endpoint({
    method: "PATCH",
    path: "/api/customers/:id",
    permission: "customer.change",
    summary: "Change name, language, organisation, wished channel, tier, agent or fields",
    params: byId,
    body: customerChange,
    result: customer,
  }),
  changeOrganisation: endpoint({
    method: "PATCH",
    path: "/api/organisations/:id",
    permission: "customer.change",
    summary: "Change an organisation's tier or agent",
    params: z.strictObject({ id: organisationId }),
    body: organisationChange,
    result: organisation,
  }),
  addAddress: endpoint({
    method: "POST",
    path: "/api/customers/:id/addresses",
    permission: "customer.change",
    summary: "Add an address (unverified until proved)",
    params: byId,
    body: z.strictObject({ kind: addressKind, value: z.string().trim().min(1).max(320) }),
    result: customer,
  }),
  changeAddress: endpoint({
    method: "PATCH",
    path: "/api/customers/:id/addresses/:addressId",
    permission: "customer.change",
    summary:
      "Prefer an address (or no longer), write to a suppressed one again (or no longer), call a number no more (or again)",
    params: byAddress,
    body: z.strictObject({
      preferred: z.boolean().optional(),
      /** With `preferred`: the address that has to be preferred still (null: none); otherwise somebody else was faster and it is refused. */
      insteadOf: addressId.nullable().optional(),
      unsuppress: z.literal(true).optional(),
      /** Takes `unsuppress` back: the reason that stood there. */
      suppress: z.string().trim().min(1).max(500).optional(),
      /** Of a number: nobody is called there who has not asked for it. */
      doNotCall: z.boolean().optional(),
    }),
    result: customer,
  }),
  removeAddress: endpoint({
    method: "DELETE",
    path: "/api/customers/:id/addresses/:addressId",
    permission: "customer.change",
    summary: "Remove an address; its messages stay",
    params: byAddress,
    /** `ifUnused`: only as it was added; refused when it was used, proved or preferred since. */
    query: z.strictObject({ ifUnused: z.literal("yes").optional() }),
    result: customer,
  }),
  restoreAddress: endpoint({
    method: "POST",
    path: "/api/customers/:id/addresses/:addressId/restore",
    permission: "customer.change",
    summary: "Bring a removed address back as it was, unless somebody has it now",
    params: byAddress,
    /** `preferred`: it was; it is again if no other one is by now. */
    body: z.strictObject({ preferred: z.boolean() }),
    result: customer,
  }),
};
