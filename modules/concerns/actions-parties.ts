// Who takes part in a concern by a message that arrives. Called by concerns/actions.ts.
import type { PartyId } from "#contract/ids.ts";
import { ownNorms, type Receiving } from "#modules/concerns/actions-arrival.ts";
import { isSure, newcomers } from "#modules/concerns/model-threading.ts";
import type { NewParty } from "#modules/concerns/store.ts";
import type { Resolved } from "#modules/customers/actions.ts";
import { normalise } from "#modules/customers/model.ts";
import { customerByAddress, nameHere } from "#modules/customers/reads.ts";

/** Whom the message brings in beside its sender. Most mails have one recipient, us, and ask nothing. */
export const further = async (r: Receiving, seesFrom: number): Promise<NewParty[]> => {
  const { world, tx, channel, message, kind, norm } = r;
  if (!isSure(message.assurance) || message.automatic !== null || message.to.length + message.cc.length < 2) return [];
  const parties: NewParty[] = [];
  for (const person of newcomers(message, norm, await ownNorms(r), (value) => normalise(kind, value))) {
    const known = await customerByAddress(tx, kind, person.norm);
    parties.push({
      id: world.newId() as PartyId,
      customerId: known?.customerId ?? null,
      name: nameHere(known, channel.brandId) ?? person.name ?? person.value,
      kind,
      norm: person.norm,
      value: person.value,
      role: "participant",
      seesFrom,
    });
  }
  return parties;
};

/** The sender as somebody who takes part. */
export const partyOf = (
  { world, message, sender: person, kind, norm }: Receiving,
  sender: Resolved,
  role: NewParty["role"],
  seesFrom: number,
): NewParty => ({
  id: world.newId() as PartyId,
  customerId: sender.customerId,
  name: message.from.name ?? sender.name,
  kind,
  norm,
  value: person.value,
  role,
  seesFrom,
});
