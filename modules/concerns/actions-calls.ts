// Calls in concerns: somebody who calls finds theirs or begins one, an agent speaks with them, words are left, nobody was reached. Called by calls/actions-concerns.ts.
import { system, type AgentActor, type Who } from "#contract/actor.ts";
import type { AddressKind, Assurance, ChannelKind } from "#contract/channel.ts";
import type { Priority } from "#contract/concerns.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type {
  AgentId,
  BrandId,
  CallId,
  ChannelId,
  ConcernId,
  CustomerId,
  MessageId,
  PartyId,
  TierId,
  TopicId,
} from "#contract/ids.ts";
import { agentById } from "#modules/agents/reads.ts";
import { brandById, topicById } from "#modules/brands/reads.ts";
import { changeLocked } from "#modules/concerns/actions-change.ts";
import { lockFor } from "#modules/concerns/actions-locks.ts";
import { saveChange, saveWithMessage } from "#modules/concerns/actions-saving.ts";
import { blank } from "#modules/concerns/actions-send.ts";
import {
  emptyConcern,
  lineOf,
  mayBecome,
  storable,
  withMessage,
  withStatus,
  type ConcernState,
} from "#modules/concerns/model.ts";
import { newestUnsettled, wordsOfCall } from "#modules/concerns/store-calls.ts";
import { lockConcern, messageByKey, type NewFile, type NewMessage, type NewParty } from "#modules/concerns/store.ts";
import { makeNameless } from "#modules/customers/actions-calls.ts";
import { resolveCustomer, touchAddress } from "#modules/customers/actions.ts";
import { normalise } from "#modules/customers/model.ts";
import { customerById, membersOf } from "#modules/customers/reads.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** Who calls; see calls/model-need.ts. */
export interface CallingPerson {
  readonly kind: AddressKind;
  readonly value: string;
  readonly name: string | null;
  readonly assurance: Assurance;
}

/** A call as a concern has to know it. */
export interface CallThere {
  readonly id: CallId;
  readonly brandId: BrandId;
  readonly channel: { readonly id: ChannelId; readonly kind: ChannelKind; readonly address: string };
  readonly person: CallingPerson | null;
  readonly language: "de" | "en";
}

/** What is written for who reads the concern. */
export interface CallWords {
  /** What they said to the machine that answered, or what they left; never empty. */
  readonly text: string;
  /** What the card says of itself to whoever cannot show one. */
  readonly card: string;
  readonly files?: readonly NewFile[];
}

const letters = "abcdefghijklmnopqrstuvwxyz234567";

/** The key of a message that a call brings, the same on every node: the same again is the same. Of what it says, 128 bits are kept in the form of an id. */
const keyOf = ({ mac }: Pick<World, "mac">, callId: CallId, what: string): string => {
  const said = mac("call", `${callId} ${what}`).slice(0, 32);
  const digits = Array.from(said, (letter) => (letters.indexOf(letter) & 15).toString(16));
  return digits.join("").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, "$1-$2-$3-$4-$5");
};

/** Somebody of whom nothing is known but that they call, or whoever has that address. */
const whoCalls = async (
  world: World,
  tx: Tx,
  { person, brandId, language }: CallThere,
  nobody: string,
): Promise<{ readonly customerId: CustomerId; readonly name: string; readonly tierId: TierId | null } | Refusal> => {
  const at = world.now().toISOString();
  if (person === null) {
    const customerId = await makeNameless(world, tx, system, { name: nobody, language, brandId });
    return { customerId, name: nobody, tierId: null };
  }
  const resolved = await resolveCustomer(
    world,
    tx,
    { kind: "customer", id: null, name: person.name ?? person.value },
    { ...person, language, brandId, heardAt: at },
  );
  if (isRefusal(resolved)) return resolved;
  if (!resolved.isNew) await touchAddress(tx, person, "in", at);
  return { customerId: resolved.customerId, name: resolved.shownName, tierId: resolved.tierId };
};

const cardOf = (callId: CallId, text: string): NewMessage["parts"] => [{ kind: "call", callId, text }];

/** A customer's words that came by a call. */
const saidBy = async (
  tx: Tx,
  call: CallThere,
  state: ConcernState,
  given: {
    readonly id: MessageId;
    readonly key: string;
    readonly customer: Pick<ConcernState, "customerId" | "customerName">;
    readonly at: string;
    readonly words: CallWords;
  },
): Promise<NewMessage> => ({
  ...blank(state, given.id, state.lastSeq + 1, given.at),
  direction: "in",
  author: { kind: "customer", id: given.customer.customerId, name: given.customer.customerName },
  channelKind: call.channel.kind,
  channelId: call.channel.id,
  from: { name: call.person?.name ?? null, value: call.person?.value ?? "" },
  to: [{ name: (await brandById(tx, call.brandId))?.name ?? "", value: call.channel.address }],
  text: storable(given.words.text),
  parts: cardOf(call.id, storable(given.words.card)),
  files: given.words.files ?? [],
  assurance: call.person?.assurance ?? "none",
  clientKey: given.key,
});

const arrives = (state: ConcernState, message: NewMessage): ConcernState =>
  withMessage(state, {
    direction: "in",
    at: message.at,
    text: message.text,
    subject: message.files.map(({ name }) => name).join(", "),
    channelKind: message.channelKind,
    automatic: false,
  });

/** What a call that needs somebody is about, as far as a machine has asked; null and left out: it has not. */
export interface CallAbout {
  readonly subject: string;
  readonly topicId?: TopicId | null;
  readonly priority?: Priority | null;
}

/**
 * The concern of somebody who calls and needs us: the customer's newest at this brand that is not settled, else a new one; `into`: this one, if it is still there. From now on they
 * wait, and the call's card stands there as a message of theirs. Who they are is found or made by their address under its lock; a withheld number is a customer of its own. The same call
 * again is the same message. Refuses with invalidAddress.
 */
export const joinByCall = async (
  world: World,
  tx: Tx,
  call: CallThere,
  words: CallWords,
  about: CallAbout,
  into: ConcernId | null,
): Promise<{ readonly concernId: ConcernId; readonly customerId: CustomerId } | Refusal> => {
  const key = keyOf(world, call.id, "in");
  const known = await messageByKey(tx, key);
  if (known !== null) {
    const state = await lockConcern(tx, known.concernId);
    if (state !== null) return { concernId: state.id, customerId: state.customerId };
  }
  const customer = await whoCalls(world, tx, call, words.card);
  if (isRefusal(customer)) return customer;
  const { customerId } = customer;
  const at = world.now().toISOString();
  const found = into ?? (await newestUnsettled(tx, await membersOf(tx, [customerId]), call.brandId));
  const locked = found === null ? null : await lockConcern(tx, found);
  const before = locked === null || locked.mergedInto || isSettled(locked) ? null : locked;
  const who: Who = { kind: "customer", id: customerId, name: customer.name };
  const topic = about.topicId ? await topicById(tx, about.topicId) : null;
  const fresh: ConcernState = before ?? {
    ...emptyConcern({
      id: world.newId() as ConcernId,
      brandId: call.brandId,
      subject: lineOf(about.subject, 300) || "–",
      customerId,
      customerName: customer.name,
      tierId: customer.tierId,
      language: call.language,
      at,
      status: "new",
      topicId: topic?.id ?? null,
      teamId: topic?.teamId ?? null,
    }),
    priority: about.priority ?? "normal",
  };
  const id = world.newId() as MessageId;
  const from = { customerId, customerName: customer.name };
  const message = await saidBy(tx, call, fresh, { id, key, customer: from, at, words });
  const after = arrives(fresh, message);
  const because = before !== null && before.status !== after.status ? "customerAnswered" : null;
  const parties = partiesOf(world, call, customerId, customer.name, before === null ? 1 : message.seq);
  const state = await saveWithMessage(world, tx, who, { before, after, message, parties, deliveries: [] }, because);
  return { concernId: state.id, customerId };
};

const isSettled = ({ status }: ConcernState): boolean => status === "resolved" || status === "closed";

const partiesOf = (
  world: World,
  { person }: CallThere,
  customerId: CustomerId,
  name: string,
  seesFrom: number,
): NewParty[] => {
  const norm = person === null ? null : normalise(person.kind, person.value);
  if (person === null || norm === null) return [];
  const { kind, value } = person;
  return [
    {
      id: world.newId() as PartyId,
      customerId,
      name: person.name ?? name,
      kind,
      norm,
      value,
      role: "requester",
      seesFrom,
    },
  ];
};

/**
 * An agent speaks with them: that is the answer, and nobody waits any more. The same agent in the same call is one answer. Nothing happens where the concern is gone.
 */
export const answeredByCall = async (
  world: World,
  tx: Tx,
  call: CallThere,
  spoken: { readonly concernId: ConcernId; readonly agentId: AgentId; readonly text: string },
): Promise<void> => {
  const key = keyOf(world, call.id, spoken.agentId);
  const state = await lockConcern(tx, spoken.concernId);
  if (state === null || state.mergedInto || (await messageByKey(tx, key)) !== null) return;
  const agent = await agentById(tx, spoken.agentId);
  const at = world.now().toISOString();
  const who: Who = {
    kind: "agent",
    id: spoken.agentId,
    name: agent?.name ?? "",
    role: agent?.role ?? "agent",
    brandIds: [],
  };
  const message: NewMessage = {
    ...blank(state, world.newId() as MessageId, state.lastSeq + 1, at),
    direction: "out",
    author: { kind: "agent", id: spoken.agentId, name: who.name },
    channelKind: call.channel.kind,
    channelId: call.channel.id,
    from: { name: (await brandById(tx, call.brandId))?.name ?? "", value: call.channel.address },
    to: call.person === null ? [] : [{ name: call.person.name, value: call.person.value }],
    text: storable(spoken.text),
    parts: cardOf(call.id, storable(spoken.text)),
    clientKey: key,
  };
  const said = withMessage(state, {
    direction: "out",
    at,
    text: message.text,
    subject: null,
    channelKind: message.channelKind,
    automatic: false,
  });
  const after = said.status === "open" ? said : { ...withStatus(said, "open", at), waitingSince: null };
  await saveWithMessage(world, tx, who, { before: state, after, message, parties: [], deliveries: [] }, null);
  if (call.person !== null) await touchAddress(tx, call.person, "out", at);
};

/** They left words: a message of theirs with its file, for which they wait. Once for each key. False: the concern is gone. */
export const leftByCall = async (
  world: World,
  tx: Tx,
  call: CallThere,
  left: { readonly concernId: ConcernId; readonly key: string; readonly words: CallWords },
): Promise<boolean> => {
  const key = keyOf(world, call.id, left.key);
  const state = await lockConcern(tx, left.concernId);
  if (state === null || state.mergedInto) return false;
  if ((await messageByKey(tx, key)) !== null) return true;
  const id = world.newId() as MessageId;
  const at = world.now().toISOString();
  const message = await saidBy(tx, call, state, { id, key, customer: state, at, words: left.words });
  const after = arrives(state, message);
  const because = state.status === after.status ? null : "customerAnswered";
  const who: Who = { kind: "customer", id: state.customerId, name: state.customerName };
  await saveWithMessage(world, tx, who, { before: state, after, message, parties: [], deliveries: [] }, because);
  return true;
};

/**
 * A call came to nothing, and that is only to be noted: what it brought waits no longer, unless they said anything else since or somebody has it. A concern with nothing else in it is
 * settled by that.
 */
export const notedByCall = async (world: World, tx: Tx, callId: CallId, concernId: ConcernId): Promise<void> => {
  const state = await lockConcern(tx, concernId);
  if (state === null || state.mergedInto || state.waitingSince === null) return;
  const brought = await wordsOfCall(tx, concernId, keyOf(world, callId, "in"));
  if (brought === null || !brought.isLast || brought.at !== state.waitingSince) return;
  if (state.status === "new" && state.assigneeId === null && mayBecome(state.status, "resolved")) {
    await changeLocked(world, tx, system, state, { status: "resolved" }, "callNoted");
    return;
  }
  await saveChange(world, tx, system, state, { ...state, waitingSince: null }, "callNoted");
};

/** Whom an agent calls from a concern, in which language. Refuses with notFound, notAllowed and concernMerged. */
export const calledFrom = async (
  tx: Tx,
  who: AgentActor,
  concernId: ConcernId,
): Promise<{ readonly state: ConcernState; readonly language: "de" | "en" } | Refusal> => {
  const state = await lockFor(tx, who, concernId, "concern.answer");
  if (isRefusal(state)) return state;
  if (state.mergedInto) return refuse("concernMerged");
  const language = state.language ?? (await customerById(tx, state.customerId, null))?.language ?? null;
  return { state, language: language ?? (await brandById(tx, state.brandId))?.language ?? "de" };
};
