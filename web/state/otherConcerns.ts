// A customer's other concerns as the customer's panel shows them: what was fetched, and what live events have said since.
import type { ConcernRow, Status } from "#contract/concerns.ts";
import type { customers } from "#contract/customers.ts";
import type { Result } from "#contract/endpoint.ts";

type Fetched = Result<typeof customers.concerns>["concerns"][number];

export interface OtherConcern {
  readonly id: string;
  readonly number: number;
  readonly subject: string;
  readonly status: Status;
  readonly lastMessageAt: string;
  readonly deliveryFailed: boolean;
  readonly rating: ConcernRow["rating"];
}

/** The customer's concerns but this one, the latest first. `members`: everybody who is one with the customer. A row the desk knows is alive, and goes before what was fetched once. */
export const otherConcerns = (
  concern: Pick<ConcernRow, "id" | "customerId">,
  fetched: readonly Fetched[],
  rows: Readonly<Record<string, ConcernRow>>,
  members: readonly string[] = [concern.customerId],
): readonly OtherConcern[] => {
  const known = Object.values(rows).filter((row) => members.includes(row.customerId));
  const once = fetched
    .filter((one) => rows[one.id] === undefined)
    .map((one) => ({ ...one, status: one.status as Status, deliveryFailed: false }));
  return [...known, ...once]
    .filter((one) => one.id !== concern.id)
    .toSorted((a, b) => b.lastMessageAt.localeCompare(a.lastMessageAt));
};
