// What an agent does to a customer, each with its exact way back: refused, in words, where somebody changed the same since. Called by the customer's panel.
import { customers } from "#contract/customers.ts";
import type { Address, Customer, CustomerChange } from "#contract/customers.ts";
import type { FieldValue } from "#contract/fields.ts";
import type { AddressKind } from "#contract/channel.ts";
import { call } from "#web/state/client.ts";
import type { Outcome, Problem } from "#web/state/client.ts";
import { tellProblem, tellRefusal } from "#web/state/problems.ts";
import { nameWords } from "#web/state/names.ts";
import { offerBack, toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";

/** Puts what the server says of the customer where it is shown. */
export type KeepCustomer = (customer: Customer) => void;

/** One thing of a customer that is changed. */
export type CustomerPart =
  | { readonly name: string }
  | { readonly language: Customer["language"] }
  | { readonly wish: NonNullable<Customer["wish"]>["kind"] | null }
  | { readonly organisation: string | null }
  | { readonly tierId: Customer["tierId"] }
  | { readonly agentId: Customer["agentId"] };

/** Changes name, language, organisation, or by which channel they want to be answered. */
export const changeCustomer = (before: Customer, wanted: CustomerPart, keep: KeepCustomer): void => {
  const was = partsOf(before);
  const [[part]] = Object.entries(wanted) as [[keyof typeof was, unknown]];
  const back = (after: Customer): CustomerChange => ({ [part]: was[part], was: { [part]: partsOf(after)[part] } });
  void offered(t(`done.customer.${part}`), put(before.id, wanted), (after) => put(before.id, back(after)), keep).then(
    (problem) => problem && tellProblem(problem),
  );
};

/** Sets a field or takes it away (null). Gives what is wrong with the value, or null. */
export const changeCustomerField = (
  before: Customer,
  field: { readonly key: string; readonly name: string },
  value: FieldValue | null,
  keep: KeepCustomer,
): Promise<Problem | null> => {
  const { key } = field;
  const valueIn = (customer: Customer): FieldValue | null => customer.fields[key] ?? null;
  return offered(
    t("done.field", { name: field.name }),
    put(before.id, { fields: { [key]: value } }),
    (after) => put(before.id, { fields: { [key]: valueIn(before) }, was: { fields: { [key]: valueIn(after) } } }),
    keep,
  );
};

/** Adds an address. What the customer has already is not offered to be taken away again. */
export const addAddress = async (
  before: Customer,
  given: { readonly kind: AddressKind; readonly value: string },
  keep: KeepCustomer,
): Promise<void> => {
  const outcome = await kept(call(customers.addAddress, { params: { id: before.id }, body: given }), keep);
  if (!outcome.ok) return tellProblem(outcome.problem);
  const added = outcome.value.addresses.find((one) => !before.addresses.some(({ id }) => id === one.id));
  if (added === undefined) return;
  const params = { id: before.id, addressId: added.id };
  const undo = (): void =>
    tellRefusal(kept(call(customers.removeAddress, { params, query: { ifUnused: "yes" } }), keep));
  toast(t("done.customer.addressAdded", { address: nameWords(added.value) }), { undo });
};

/** Takes an address away; with the undo it is what it was. */
export const removeAddress = (customer: Customer, address: Address, keep: KeepCustomer): void => {
  const params = { id: customer.id, addressId: address.id };
  offeredAs("addressRemoved", address, call(customers.removeAddress, { params }), keep, () =>
    call(customers.restoreAddress, { params, body: { preferred: address.preferred } }),
  );
};

/** Prefers an address over the customer's others. */
export const preferAddress = (customer: Customer, address: Address, keep: KeepCustomer): void => {
  const before = customer.addresses.find((one) => one.preferred)?.id ?? null;
  const change = (addressId: Address["id"], body: AddressChange): Promise<Outcome<Customer>> =>
    call(customers.changeAddress, { params: { id: customer.id, addressId }, body });
  offeredAs("preferred", address, change(address.id, { preferred: true }), keep, () =>
    before === null
      ? change(address.id, { preferred: false })
      : change(before, { preferred: true, insteadOf: address.id }),
  );
};

/** Allows writing to an address again from which something came back. */
export const unsuppressAddress = (customer: Customer, address: Address, keep: KeepCustomer): void => {
  const change = (body: AddressChange): Promise<Outcome<Customer>> =>
    call(customers.changeAddress, { params: { id: customer.id, addressId: address.id }, body });
  offeredAs("unsuppressed", address, change({ unsuppress: true }), keep, () =>
    change({ suppress: address.suppressedReason ?? "" }),
  );
};

/** Marks a number at which nobody wants to be called, or takes the mark away. */
export const markDoNotCall = (customer: Customer, address: Address, keep: KeepCustomer): void => {
  const change = (doNotCall: boolean): Promise<Outcome<Customer>> =>
    call(customers.changeAddress, { params: { id: customer.id, addressId: address.id }, body: { doNotCall } });
  const { doNotCall } = address;
  const said = t(doNotCall ? "calls.dial.unmarked" : "calls.dial.marked", { number: address.value });
  void offered(said, change(!doNotCall), () => change(doNotCall), keep).then(
    (problem) => problem && tellProblem(problem),
  );
};

interface AddressChange {
  readonly preferred?: boolean;
  readonly insteadOf?: Address["id"];
  readonly unsuppress?: true;
  readonly suppress?: string;
}

const partsOf = (customer: Customer) => ({
  name: customer.name,
  language: customer.language,
  wish: customer.wish?.kind ?? null,
  organisation: customer.organisation?.name ?? null,
  tierId: customer.tierId,
  agentId: customer.agentId,
});

const put = (id: Customer["id"], body: CustomerChange): Promise<Outcome<Customer>> =>
  call(customers.change, { params: { id }, body });

const kept = async (work: Promise<Outcome<Customer>>, keep: KeepCustomer): Promise<Outcome<Customer>> => {
  const outcome = await work;
  if (outcome.ok) keep(outcome.value);
  return outcome;
};

const offered = async (
  said: string,
  work: Promise<Outcome<Customer>>,
  back: (after: Customer) => Promise<Outcome<Customer>>,
  keep: KeepCustomer,
): Promise<Problem | null> => {
  const outcome = await offerBack(said, kept(work, keep), (after) => tellRefusal(kept(back(after), keep)));
  return outcome.ok ? null : outcome.problem;
};

const offeredAs = (
  what: "addressRemoved" | "preferred" | "unsuppressed",
  address: Address,
  work: Promise<Outcome<Customer>>,
  keep: KeepCustomer,
  back: () => Promise<Outcome<Customer>>,
): void =>
  void offered(t(`done.customer.${what}`, { address: nameWords(address.value) }), work, back, keep).then(
    (problem) => problem && tellProblem(problem),
  );
