// What becomes of a run that is over: people take it on, a concern is settled, or a dialogue that nobody held but the customer becomes a concern. Called by actions-running.ts.
import type { Who } from "#contract/actor.ts";
import type { AddressKind, Assurance } from "#contract/channel.ts";
import type { Channel } from "#contract/brands.ts";
import { isRefusal } from "#contract/errors.ts";
import type { FlowEnding, FlowSurroundings } from "#contract/flow-runs.ts";
import type { ConcernId, CustomerId, MessageId } from "#contract/ids.ts";
import { channelsOfBrand } from "#modules/brands/reads.ts";
import {
  beginWithDialogue,
  handToPeople,
  settledByFlow,
  type Handed,
  type Spoken,
} from "#modules/concerns/actions-flows.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import { claimAddress, verifyAddress } from "#modules/customers/actions.ts";
import { normalise } from "#modules/customers/model.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import { messageOf } from "#modules/flows/model-parts.ts";
import { render } from "#modules/flows/model-render.ts";
import type { RunRecord, RunSaid } from "#modules/flows/model-runs.ts";
import { wordsOf } from "#modules/flows/model-words.ts";
import { documentOf, saidIn } from "#modules/flows/store-running.ts";
import { visitorAt } from "#modules/visitors/reads.ts";
import type { Tx } from "#platform/db/db.ts";

/** What people are given with it. */
const handedOf = (run: RunRecord, ending: FlowEnding | null, zone: string): Handed => {
  if (ending?.as !== "handedOver" && ending?.as !== "callback") return { subject: null, topicId: null, priority: null };
  const { subject, topicId } = ending;
  return {
    subject: subject === null ? null : wordsOf(subject, run.state.language, run.place.medium, zone).trim(),
    topicId,
    priority: ending.as === "handedOver" ? ending.priority : null,
  };
};

/** A run in a concern that is locked is over: people go on, or it is settled. */
export const endedIn = async (
  world: FlowWorld,
  tx: Tx,
  who: Who,
  concern: ConcernState,
  run: RunRecord,
  ending: FlowEnding,
  { zone }: Pick<FlowSurroundings, "zone">,
): Promise<RunRecord> => {
  if (ending.as === "solved") await settledByFlow(world, tx, who, concern);
  if (ending.as === "handedOver" || ending.as === "callback")
    await handToPeople(world, tx, who, concern, handedOf(run, ending, zone));
  if (ending.as === "callback") await claimPhone(world, tx, who, run, concern.customerId, ending.phone);
  return run;
};

const claimPhone = (
  world: FlowWorld,
  tx: Tx,
  who: Who,
  { place }: RunRecord,
  customerId: CustomerId,
  phone: string,
): Promise<void> => claimAddress(world, tx, who, { customerId, kind: "phone", value: phone, brandId: place.brandId });

interface Person {
  readonly kind: AddressKind;
  readonly value: string;
  readonly name: string | null;
  readonly assurance: Assurance;
}

/** Who they are, and by which channel they are answered; null: nobody knows. */
const personOf = async (
  tx: Tx,
  run: RunRecord,
): Promise<{ readonly person: Person; readonly channel: Pick<Channel, "id" | "kind" | "address"> | null } | null> => {
  const { place, contact, verified } = run;
  const channels = await channelsOfBrand(tx, place.brandId);
  if (place.medium === "chat" && place.holder !== null) {
    const channel = channels.find(({ id }) => id === place.channelId) ?? null;
    const visitor = await visitorAt(tx, place.holder);
    // Only the browser that holds the visitor's token can speak as them.
    const person: Person = { kind: "chat", value: place.holder, name: visitor?.name || null, assurance: "proved" };
    return { person, channel };
  }
  const known = await knownAddresses(tx, run);
  const name = contact?.name.trim() || null;
  const email = [verified, contact?.email, ...known.emails].find((value) => normalise("email", value ?? "") !== null);
  if (email) {
    const channel = channels.find(({ kind, enabled, canSend }) => kind === "email" && enabled && canSend) ?? null;
    return { person: { kind: "email", value: email, name, assurance: "none" }, channel };
  }
  const phone = [contact?.phone, ...known.phones].find((value) => normalise("phone", value ?? "") !== null);
  return phone ? { person: { kind: "phone", value: phone, name, assurance: "none" }, channel: null } : null;
};

/** Addresses that they gave in answers: to questions that ask for one, for a verifying or for a callback. */
const knownAddresses = async (
  tx: Tx,
  run: RunRecord,
): Promise<{ readonly emails: readonly string[]; readonly phones: readonly string[] }> => {
  const { steps } = await documentOf(tx, run.flowId, run.version);
  const { values, secret } = run.state;
  const found = (names: readonly string[]): string[] =>
    names
      .filter((name) => !secret.includes(name))
      .flatMap((name) => (typeof values[name] === "string" ? [values[name]] : []));
  const asked = (form: "email" | "phone"): string[] =>
    steps.flatMap((step) =>
      step.do === "ask" && step.answer.kind === "text" && step.answer.form === form ? [step.into] : [],
    );
  const verifying = steps.flatMap((step) => (step.do === "verify" ? [step.email ?? "email"] : []));
  const calling = steps.flatMap((step) => (step.do === "callback" ? [step.phone] : []));
  const phone = run.ending?.as === "callback" ? [run.ending.phone] : [];
  return {
    emails: found([...verifying, ...asked("email")]),
    phones: [...phone, ...found([...calling, ...asked("phone")])],
  };
};

/** Something said in a run, as a message of a concern. */
export const spokenOf = (run: RunRecord, said: RunSaid, zone: string): Spoken => {
  const files = said.files.map((file) => ({ ...file, inlineId: null }));
  const about = { id: said.id as MessageId, direction: said.direction, at: said.at, files };
  if (said.direction === "in") return { ...about, text: said.text, parts: [] };
  const { medium } = run.place;
  const view = render(said.outputs, { medium, language: run.state.language, zone });
  return { ...about, ...(medium === "chat" ? messageOf(view, run.state.language) : { text: view.text, parts: [] }) };
};

/**
 * A run that is over and held by itself becomes a concern, with its whole dialogue: the run's id is the concern's, and what was said has the ids it had. Gives the run as it is then; null:
 * nobody knows who they are, so nobody could answer them.
 */
export const toConcern = async (world: FlowWorld, tx: Tx, who: Who, run: RunRecord): Promise<RunRecord | null> => {
  // A call has a concern by itself as soon as somebody is needed (server/switchboard-keeping.ts).
  if (run.place.medium === "voice" && run.place.holder !== null) return null;
  const known = await personOf(tx, run);
  if (known === null) return null;
  const { person, channel } = known;
  const { place, ending } = run;
  const { zone } = await world.flowGround.surroundings(tx, { ...place, verified: run.verified });
  const said = await saidIn(tx, run.id, 0);
  const handed = handedOf(run, ending, zone);
  const concern = await beginWithDialogue(world, tx, who, {
    ...handed,
    subject: handed.subject || run.name,
    id: run.id as string as ConcernId,
    brandId: place.brandId,
    channel,
    person,
    language: run.state.language,
    flowName: run.name,
    spoken: said.map((each) => spokenOf(run, each, zone)),
    keys: person.kind === "chat" && channel !== null ? [`chat:${person.value}:${run.id}`] : [],
  });
  if (isRefusal(concern)) {
    world.log.warn("flow.notHandedOver", { runId: run.id, code: concern.refused });
    return null;
  }
  if (
    person.kind === "email" &&
    run.verified !== null &&
    normalise("email", run.verified) === normalise("email", person.value)
  )
    await verifyAddress(world, tx, who, { kind: "email", value: person.value }, "code");
  const phones = [ending?.as === "callback" ? ending.phone : "", run.contact?.phone ?? ""];
  for (const phone of new Set(phones.filter((value) => normalise("phone", value) !== null)))
    await claimPhone(world, tx, who, run, concern.customerId, phone);
  return { ...run, place: { ...place, concernId: concern.id } };
};
