// What flows do in concerns: speak in them, hand them to people, begin them with a dialogue that was held elsewhere. Called by flows/actions-*.ts.
import type { Who } from "#contract/actor.ts";
import type { Channel } from "#contract/brands.ts";
import { addressKindOf, isKept, type AddressKind, type Assurance } from "#contract/channel.ts";
import type { Priority } from "#contract/concerns.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { BrandId, ConcernId, MessageId, PartyId, TopicId } from "#contract/ids.ts";
import type { Part } from "#contract/parts.ts";
import { brandById, channelsOfBrand, topicById } from "#modules/brands/reads.ts";
import { changeLocked } from "#modules/concerns/actions-change.ts";
import { surePlace } from "#modules/concerns/actions-ruled.ts";
import { saveWithMessage } from "#modules/concerns/actions-saving.ts";
import { blank, deliveriesTo, sendAutomatic } from "#modules/concerns/actions-send.ts";
import { emptyConcern, lineOf, mayBecome, storable, withMessage, type ConcernState } from "#modules/concerns/model.ts";
import { replySubject } from "#modules/concerns/model-compose.ts";
import { agentSpokeAfter } from "#modules/concerns/store-flows.ts";
import { automaticSince, insertAutomatic } from "#modules/concerns/store-outbox.ts";
import { lastOfCustomer, lockConcern, type NewFile, type NewMessage, type NewParty } from "#modules/concerns/store.ts";
import { raiseSeen } from "#modules/concerns/store-visitor.ts";
import { resolveCustomer } from "#modules/customers/actions.ts";
import { normalise } from "#modules/customers/model.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

const dayMs = 24 * 3_600_000;
/** Most mails that flows write to one address in a day, and most dialogues that its mails begin. */
const wordsPerDay = 40;
const begunPerDay = 5;

/** What a flow says in a concern. */
export interface FlowWords {
  readonly messageId: MessageId;
  readonly flowName: string;
  readonly text: string;
  readonly parts: readonly Part[];
}

/** Counts one more for an address of a channel that mails, unless there were so many in a day. What is kept for its owner begins no storm. */
const countOne = async (
  world: World,
  tx: Tx,
  place: { readonly kind: AddressKind; readonly norm: string },
  what: string,
  most: number,
  concernId: ConcernId,
): Promise<boolean> => {
  if (isKept(place.kind)) return true;
  const now = world.now();
  const counted = `${what} ${place.norm}`;
  if ((await automaticSince(tx, counted, new Date(now.getTime() - dayMs).toISOString(), null)) >= most) return false;
  await insertAutomatic(tx, counted, now.toISOString(), concernId);
  return true;
};

/**
 * Says something in a flow's name to the concern's customer, where they wrote last: a machine's words by their headers (RFC 3834), that move nothing in the concern and end nobody's
 * waiting. Refuses what would begin a storm or reach somebody else, as `answerByRule` does; answeredEnough beyond 40 in a day to one address. The caller has called `holdAnswers`
 * before it took the concern's lock.
 */
export const sayByFlow = async (
  world: World,
  tx: Tx,
  who: Who,
  state: ConcernState,
  said: FlowWords,
): Promise<ConcernState | Refusal> => {
  const place = await surePlace(tx, state);
  if (isRefusal(place)) return place;
  const { last, sender, channel, norm } = place;
  if (!(await countOne(world, tx, place, "flows to", wordsPerDay, state.id)))
    return refuse("answeredEnough", { most: wordsPerDay });
  return sendAutomatic(world, tx, state, {
    direction: "out",
    channel,
    brandName: (await brandById(tx, state.brandId))?.name ?? "",
    to: { name: sender.name, value: norm },
    subject: replySubject(state.subject),
    text: storable(said.text),
    parts: said.parts,
    answersId: last.id,
    by: who,
    authorName: said.flowName,
    messageId: said.messageId,
  });
};

/**
 * May a mail that began this concern begin a flow, and where does that answer? Counts it: five in a day for one address. Refuses as `sayByFlow` does. The caller holds the concern's
 * lock, or has just made it.
 */
export const mayBeginByMail = async (
  world: World,
  tx: Tx,
  state: ConcernState,
): Promise<{ readonly channel: Channel; readonly verified: string | null } | Refusal> => {
  const place = await surePlace(tx, state);
  if (isRefusal(place)) return place;
  const counts = await countOne(world, tx, place, "flows begun for", begunPerDay, state.id);
  return counts ? place : refuse("answeredEnough", { most: begunPerDay });
};

/** Where a flow that somebody sends would speak. Refuses as `sayByFlow` does. */
export const whereItSpeaks = (
  tx: Tx,
  state: ConcernState,
): Promise<{ readonly channel: Channel; readonly verified: string | null } | Refusal> => surePlace(tx, state);

/** Has somebody of us said something to the customer behind that place, or planned nothing less than that? Under the concern's lock it stays so until the commit. */
export const isInHands = async (
  tx: Tx,
  state: ConcernState,
  since: { readonly seq: number; readonly assigneeId: string | null },
): Promise<boolean> =>
  state.mergedInto != null ||
  (state.assigneeId !== null && state.assigneeId !== since.assigneeId) ||
  (await agentSpokeAfter(tx, state.id, since.seq));

/** What a concern is given when a flow hands it over. What is null stays as it is, and so does what somebody has removed since. */
export interface Handed {
  readonly subject: string | null;
  readonly topicId: TopicId | null;
  readonly priority: Priority | null;
}

/** Hands a concern that is locked to people. */
export const handToPeople = async (
  world: World,
  tx: Tx,
  who: Who,
  state: ConcernState,
  handed: Handed,
): Promise<ConcernState> => {
  const topicId = handed.topicId !== null && (await topicById(tx, handed.topicId)) !== null ? handed.topicId : null;
  const subject = handed.subject === null ? "" : lineOf(handed.subject, 300);
  const after = await changeLocked(
    world,
    tx,
    who,
    state,
    {
      ...(subject === "" ? {} : { subject }),
      ...(topicId === null ? {} : { topicId }),
      ...(handed.priority === null ? {} : { priority: handed.priority }),
      ...(state.status === "waiting" || state.status === "snoozed" ? { status: "open" as const } : {}),
    },
    "flowHandedOver",
  );
  return isRefusal(after) ? state : after;
};

/** The customer helped themselves: a concern that is locked is settled. */
export const settledByFlow = async (world: World, tx: Tx, who: Who, state: ConcernState): Promise<ConcernState> => {
  if (!mayBecome(state.status, "resolved")) return state;
  const after = await changeLocked(world, tx, who, state, { status: "resolved" }, "flowSolved");
  return isRefusal(after) ? state : after;
};

/** One thing said in a dialogue, as a message of the concern it becomes. */
export interface Spoken {
  readonly id: MessageId;
  readonly direction: "in" | "out";
  readonly at: string;
  readonly text: string;
  readonly parts: readonly Part[];
  readonly files: readonly NewFile[];
}

/** A dialogue that becomes a concern. */
export interface Dialogue extends Handed {
  readonly id: ConcernId;
  readonly brandId: BrandId;
  /** Null: a page of ours, by which nobody can be written to. */
  readonly channel: Pick<Channel, "id" | "kind" | "address"> | null;
  /** Who spoke. */
  readonly person: {
    readonly kind: AddressKind;
    readonly value: string;
    readonly name: string | null;
    readonly assurance: Assurance;
  };
  readonly language: "de" | "en";
  readonly flowName: string;
  readonly spoken: readonly Spoken[];
  /** By which what they say next is known to belong here. */
  readonly keys: readonly string[];
}

/**
 * Notes in a concern that is locked what was said in its dialogue elsewhere (a page): words of the customer that were heard there, words of the flow's that were shown there. No mail goes
 * for it.
 */
export const noteSpoken = async (
  world: World,
  tx: Tx,
  who: Who,
  state: ConcernState,
  spoken: readonly Spoken[],
  flowName: string,
): Promise<ConcernState> => {
  const last = await lastOfCustomer(tx, state.id);
  const channel = (await channelsOfBrand(tx, state.brandId)).find(({ id }) => id === last?.channelId) ?? null;
  const brand = (await brandById(tx, state.brandId))?.name ?? "";
  const them = last?.sender ?? null;
  const us = { name: brand, value: channel?.address ?? "" };
  const customer: Who = { kind: "customer", id: state.customerId, name: state.customerName };
  let now = state;
  for (const each of spoken) {
    const inbound = each.direction === "in";
    const by = inbound ? customer : who;
    const before = now;
    const message: NewMessage = {
      ...blank(before, each.id, before.lastSeq + 1, each.at),
      direction: each.direction,
      author: { kind: by.kind, id: by.id, name: inbound ? state.customerName : flowName },
      channelKind: channel?.kind ?? null,
      channelId: channel?.id ?? null,
      from: inbound ? them : us,
      to: inbound ? [us] : them === null ? [] : [them],
      text: storable(each.text),
      files: each.files,
      assurance: inbound ? "none" : null,
      automatic: inbound ? null : "auto-generated",
    };
    const after = withMessage(before, {
      direction: each.direction,
      at: each.at,
      text: each.text,
      subject: each.files.map(({ name }) => name).join(", "),
      channelKind: message.channelKind,
      automatic: !inbound,
    });
    now = await saveWithMessage(world, tx, by, { before, after, message, parties: [], deliveries: [] }, null);
  }
  return now;
};

/**
 * A dialogue becomes a concern, whole, in the transaction at hand: the customer's words as theirs, the flow's as a machine's; from now on it waits for us. Who they are is found or
 * made as if they had written. Refuses with invalidAddress, and with notFound when there is such a concern already.
 */
export const beginWithDialogue = async (
  world: World,
  tx: Tx,
  who: Who,
  dialogue: Dialogue,
): Promise<ConcernState | Refusal> => {
  const { brandId, channel, person, language } = dialogue;
  const at = world.now().toISOString();
  const resolved = await resolveCustomer(
    world,
    tx,
    { kind: "customer", id: null, name: person.name ?? person.value },
    { ...person, language, brandId, heardAt: at },
  );
  if (isRefusal(resolved)) return resolved;
  if ((await lockConcern(tx, dialogue.id)) !== null) return refuse("notFound");
  const brand = (await brandById(tx, brandId))?.name ?? "";
  const topic = dialogue.topicId === null ? null : await topicById(tx, dialogue.topicId);
  const norm = normalise(person.kind, person.value) ?? person.value;
  const party: NewParty = {
    id: world.newId() as PartyId,
    customerId: resolved.customerId,
    name: person.name ?? resolved.name,
    kind: person.kind,
    norm,
    value: person.value,
    role: "requester",
    seesFrom: 1,
  };
  const fresh: ConcernState = {
    ...emptyConcern({
      id: dialogue.id,
      brandId,
      subject: lineOf(dialogue.subject ?? "", 300) || "–",
      customerId: resolved.customerId,
      customerName: resolved.shownName,
      tierId: resolved.tierId,
      language,
      at,
      status: "new",
      topicId: topic?.id ?? null,
      teamId: topic?.teamId ?? null,
    }),
    priority: dialogue.priority ?? "normal",
  };
  const customer: Who = { kind: "customer", id: resolved.customerId, name: party.name };
  const messages = dialogue.spoken.map((spoken, place): NewMessage => {
    const inbound = spoken.direction === "in";
    const them = { name: party.name, value: norm };
    const us = { name: brand, value: channel?.address ?? "" };
    return {
      ...blank(fresh, spoken.id, place + 1, spoken.at),
      direction: spoken.direction,
      author: inbound
        ? { kind: "customer", id: resolved.customerId, name: party.name }
        : { kind: who.kind, id: who.id, name: dialogue.flowName },
      channelKind: channel?.kind ?? null,
      channelId: channel?.id ?? null,
      from: inbound ? them : us,
      to: inbound ? [us] : [them],
      text: storable(spoken.text),
      parts: spoken.parts,
      files: spoken.files,
      assurance: inbound ? person.assurance : null,
      automatic: inbound ? null : "auto-generated",
      keys: place === 0 ? dialogue.keys : [],
    };
  });
  const whole = messages.reduce<ConcernState>(
    (state, message) =>
      withMessage(state, {
        direction: message.direction,
        at: message.at,
        text: message.text,
        subject: message.files.map(({ name }) => name).join(", "),
        channelKind: message.channelKind,
        automatic: message.automatic !== null,
      }),
    fresh,
  );
  // Until now they spoke with a machine, and waited for nobody.
  const begun: ConcernState = { ...whole, waitingSince: at, lastMessageAt: at };
  let state: ConcernState | null = null;
  for (const message of messages) {
    const kept = channel !== null && message.direction === "out" && isKept(addressKindOf[channel.kind]);
    const before: ConcernState | null = state;
    state = await saveWithMessage(
      world,
      tx,
      message.direction === "in" ? customer : who,
      {
        before,
        after: before ?? begun,
        message,
        parties: before === null ? [party] : [],
        deliveries: kept ? deliveriesTo(world, channel, [norm], message.at, message.at) : [],
      },
      null,
    );
  }
  if (state === null) return refuse("emptyMessage");
  await raiseSeen(tx, { kind: person.kind, norm }, state.id, state.lastSeq);
  return state;
};
