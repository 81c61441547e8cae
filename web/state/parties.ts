// Who takes part in a concern, and who said something there, as people are called today. Pure; called by CustomerPanel.tsx and MessageCard.tsx.
import type { ConcernRow, Message, Party } from "#contract/concerns.ts";
import { isUnnamed } from "#web/state/names.ts";

type Whose = Pick<ConcernRow, "customerId" | "customerName">;

const roles: readonly Party["role"][] = ["requester", "participant", "third-party"];

/**
 * Each person once, however many of their addresses take part: the concern's customer by the name they have now, anybody else by the first of theirs that
 * is one. They have the weightiest of their roles. Whoever is no customer of ours is known by the address alone.
 */
export const people = (parties: readonly Party[], whose: Whose): readonly Pick<Party, "id" | "name" | "role">[] =>
  [...Map.groupBy(parties, ({ id, customerId }) => customerId ?? id).values()].flatMap((theirs) => {
    const [first] = theirs;
    if (first === undefined) return [];
    const named = theirs.find(({ name, value }) => name !== "" && name !== value && !isUnnamed(name));
    const name = first.customerId === whose.customerId ? whose.customerName : named?.name || first.name || first.value;
    return [{ id: first.id, name, role: roles.find((role) => theirs.some((one) => one.role === role)) ?? first.role }];
  });

/** By what name somebody said something; what the concern's customer said in a chat before they gave one stands under the one they have now. */
export const saidBy = (author: Message["author"], whose: Whose | undefined): string =>
  author.kind === "customer" && isUnnamed(author.name) && author.id === whose?.customerId
    ? whose.customerName
    : author.name;
