// Two customers who may be one: what speaks for it, what stands against it, merging them, and taking that apart again.
import { z } from "zod";
import { customer } from "#contract/customers.ts";
import { endpoint, instant } from "#contract/endpoint.ts";
import { fieldValue } from "#contract/fields.ts";
import { addressId, concernId, customerId } from "#contract/ids.ts";

const mergeId = z.uuid();

/**
 * What is the same. "signedId": a site signed the same name for both; "claimed": the one says to have the other's address; "sameClaim": both say to have it;
 * "sameNumber": one number in two spellings or of two kinds; "sameMailbox": addresses of one mailbox; "sameName" only ever beside another.
 */
export const evidenceKinds = ["signedId", "claimed", "sameClaim", "sameNumber", "sameMailbox", "sameName"] as const;
export const evidence = z.strictObject({
  kind: z.enum(evidenceKinds),
  /** As it stands with each of the two. */
  one: z.string(),
  other: z.string(),
});
export type Evidence = z.infer<typeof evidence>;

/** How sure it is that two are one. Nobody is merged by it. */
export const sureness = ["possible", "likely", "certain"] as const;
export type Sureness = (typeof sureness)[number];

export const proposal = z.strictObject({
  id: z.uuid(),
  /** The other customer, as the desk shows them. */
  other: z.strictObject({ id: customerId, name: z.string(), address: z.string() }),
  sure: z.enum(sureness),
  evidence: z.array(evidence),
  at: instant,
});

/** One merge of the past. */
export const merge = z.strictObject({
  id: mergeId,
  at: instant,
  by: z.string(),
  kept: z.strictObject({ id: customerId, name: z.string() }),
  gone: z.strictObject({ id: customerId, name: z.string() }),
  undoneAt: instant.nullable(),
  undoneBy: z.string().nullable(),
});
export type Merge = z.infer<typeof merge>;

/** A part of what is known of a customer: "name", "language", "organisation", "wish", or "field:<key>". */
export const partKey = z
  .string()
  .min(1)
  .max(210)
  .regex(/^(name|language|organisation|wish|field:.+)$/s);
export const partValue = fieldValue.nullable();
export type PartValue = z.infer<typeof partValue>;

/** A part in which two customers differ; an organisation by its name. */
export const conflict = z.strictObject({ part: partKey, one: partValue, other: partValue });
export type Conflict = z.infer<typeof conflict>;

/** What stands against it beside differing parts. */
export const doubts = ["brands", "verified"] as const;

export const comparison = z.strictObject({
  one: customer,
  other: customer,
  conflicts: z.array(conflict),
  /** "brands": no brand knows both; "verified": each has proved another address of one kind. */
  doubts: z.array(z.enum(doubts)),
  evidence: z.array(evidence),
});
export type Comparison = z.infer<typeof comparison>;

const side = z.enum(["kept", "gone"]);

/** What taking a merge apart does, and what only an agent can say. */
export const undoing = z.strictObject({
  merge,
  /** Addresses that go back with the one who was merged away. */
  addresses: z.array(z.string()),
  /** What was changed since and cannot be told apart; `before`: what the kept one had. */
  parts: z.array(z.strictObject({ part: partKey, before: partValue, gone: partValue, now: partValue })),
  /** Addresses that an agent has added since. */
  added: z.array(z.strictObject({ id: addressId, value: z.string() })),
  /** Concerns an agent has begun since with an address that belongs to neither. */
  begun: z.array(z.strictObject({ id: concernId, number: z.number().int(), subject: z.string() })),
});
export type Undoing = z.infer<typeof undoing>;

/** What the agent says of it; what is not named stays with the kept one. */
export const undoChoices = z.strictObject({
  parts: z.record(partKey, z.enum(["kept", "gone", "both"])).default({}),
  addresses: z.record(addressId, side).default({}),
  concerns: z.record(concernId, side).default({}),
});
export type UndoChoices = z.infer<typeof undoChoices>;

const byMerge = z.strictObject({ id: mergeId });
const byCustomer = z.strictObject({ id: customerId });

export const merging = {
  of: endpoint({
    method: "GET",
    path: "/api/customers/:id/merges",
    permission: "customer.read",
    summary: "Whom a customer may be the same as, and whom they were merged with",
    params: byCustomer,
    result: z.strictObject({
      /** Everybody who is one with them, themselves included. */
      members: z.array(customerId),
      proposals: z.array(proposal),
      merges: z.array(merge),
    }),
  }),
  compare: endpoint({
    method: "GET",
    path: "/api/customers/:id/compare/:otherId",
    permission: "customer.merge",
    summary: "Two customers side by side: what is the same and what differs",
    params: z.strictObject({ id: customerId, otherId: customerId }),
    result: comparison,
  }),
  decline: endpoint({
    method: "PUT",
    path: "/api/proposals/:id",
    permission: "customer.merge",
    summary: "Say that two are not the same, for good; or take that back",
    params: z.strictObject({ id: z.uuid() }),
    body: z.strictObject({ declined: z.boolean() }),
    result: z.strictObject({}),
  }),
  merge: endpoint({
    method: "POST",
    path: "/api/customers/:id/merge",
    permission: "customer.merge",
    summary: "Merge another customer into this one; both keep their addresses and concerns",
    params: byCustomer,
    body: z.strictObject({
      otherId: customerId,
      /** Parts in which the other's is to stand. What only one of them has stands anyway. */
      take: z.array(partKey).max(250),
    }),
    result: z.strictObject({ mergeId, customer }),
  }),
  undoing: endpoint({
    method: "GET",
    path: "/api/merges/:id",
    permission: "customer.merge",
    summary: "What taking a merge apart would do, and what has to be chosen",
    params: byMerge,
    result: undoing,
  }),
  undo: endpoint({
    method: "POST",
    path: "/api/merges/:id/undo",
    permission: "customer.merge",
    summary: "Take a merge apart",
    params: byMerge,
    body: undoChoices,
    result: z.strictObject({ keptId: customerId, goneId: customerId }),
  }),
};
