// What agents say: answers, first messages, notes; and taking back or hurrying what has not left. Called by concerns/routes.ts and the demo world.
import type { AgentActor } from "#contract/actor.ts";
import { addressKindOf, isKept, type AddressKind } from "#contract/channel.ts";
import type { Below, Status, Undone } from "#contract/concerns.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { BrandId, ChannelId, ConcernId, CustomerId, MessageId } from "#contract/ids.ts";
import type { GivenPart } from "#contract/parts.ts";
import { brandById } from "#modules/brands/reads.ts";
import { chosenBelow, draftQuoteOf } from "#modules/concerns/actions-below.ts";
import { saveNote } from "#modules/concerns/actions-note.ts";
import { forgetDraft, keepDraft } from "#modules/concerns/actions-drafts.ts";
import { lockAnswer, lockFor, type Spoken } from "#modules/concerns/actions-locks.ts";
import { placeTakenBack, removeIfEmpty, withUploads } from "#modules/concerns/actions-undo.ts";
import { changes, saveChange } from "#modules/concerns/actions-saving.ts";
import {
  answerParts,
  contentOf,
  recipientsOf,
  sendAnswer,
  sendingChannel,
  type Written,
} from "#modules/concerns/actions-send.ts";
import { emptyConcern, lineOf, patchOf, restored, storable, type ConcernState } from "#modules/concerns/model.ts";
import { composed } from "#modules/concerns/model-parts.ts";
import { retold } from "#modules/concerns/model-moving.ts";
import { forbids } from "#modules/concerns/policy.ts";
import { messageViews, type ReadingWorld } from "#modules/concerns/reads.ts";
import { kindRefusal, type KnowingKinds } from "#modules/concerns/reads-ways.ts";
import { updateConcern } from "#modules/concerns/store-saving.ts";
import { lockKey, messageByKey, uploadsOf } from "#modules/concerns/store.ts";
import { deliveriesOf, hurry, withdraw } from "#modules/concerns/store-outbox.ts";
import { linesOf } from "#modules/concerns/store-moving.ts";
import { leave } from "#modules/concerns/actions-schedule.ts";
import { scheduledRow } from "#modules/concerns/store-schedule.ts";
import { promised } from "#modules/concerns/actions-promises.ts";
import { sayDeliveries } from "#modules/concerns/actions-delivery.ts";
import { resolveCustomer } from "#modules/customers/actions.ts";
import { brandsOf, customerByAddress, customerById, membersOf } from "#modules/customers/reads.ts";
import { standingsOf } from "#modules/customers/reads-tiers.ts";
import { say } from "#modules/audit/actions.ts";
import { forgetMessage } from "#modules/search/actions.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

export interface Reply extends Omit<Written, "parts"> {
  readonly id: ConcernId;
  readonly channelId: ChannelId;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  /** Choices, forms and articles after the words. */
  readonly parts?: readonly GivenPart[] | undefined;
  /** Not before; null: after the undo time. */
  readonly sendAt: string | null;
  /** With `sendAt`: held back when somebody writes before; left out: yes. */
  readonly holdIfAnswered?: boolean | undefined;
  /** Left out: the usual. */
  readonly below?: Below | undefined;
  readonly statusAfter: Extract<Status, "open" | "waiting" | "resolved">;
  /** Made by the client: the same key twice is one answer. */
  readonly key: string;
  /** How long it is held so that it can be taken back. */
  readonly undoMs: number;
}

type Known = NonNullable<Awaited<ReturnType<typeof messageByKey>>>;

/** The message a key was used for before, when it is the one meant; refused when the key was somebody else's or for something else, and with sentBefore when the text is another. */
const meant = (known: Known, who: AgentActor, text: string, fits: boolean): Spoken["messageId"] | Refusal => {
  if (!fits || known.authorId !== who.id) return refuse("invalidInput", { detail: "this key was used before" }, "key");
  return known.text === storable(text) ? known.id : refuse("sentBefore");
};

/** What a key was used for before in this concern: the same message again, or a refusal. */
const again = async (
  tx: Tx,
  who: AgentActor,
  state: ConcernState,
  input: { readonly key: string; readonly text: string },
  direction: "out" | "note",
): Promise<Spoken | Refusal | null> => {
  const known = await messageByKey(tx, input.key);
  if (known === null) return null;
  const id = meant(known, who, input.text, known.concernId === state.id && known.direction === direction);
  return isRefusal(id) ? id : { state, messageId: id };
};

/** Answers the customer. The message is held for the undo time, or scheduled for `sendAt`, and then leaves by the outbox. The same key twice answers once. */
export const reply = (
  world: World & ReadingWorld & KnowingKinds,
  who: AgentActor,
  input: Reply,
): Promise<Spoken | Refusal> =>
  world.db.transaction(async (tx) => {
    const state = await lockFor(tx, who, input.id, "concern.answer");
    if (isRefusal(state)) return state;
    // Asked together, judged in this order.
    const whole = { ...input, ...composed(input.text, input.parts ?? []) };
    const [before, channel, content, parts] = await Promise.all([
      again(tx, who, state, whole, "out"),
      sendingChannel(tx, state.brandId, input.channelId),
      contentOf(world, tx, who, whole),
      answerParts(tx, who, state, true),
    ]);
    if (before !== null) return before;
    const now = world.now();
    if (input.sendAt !== null && Date.parse(input.sendAt) <= now.getTime())
      return refuse("timeInPast", undefined, "sendAt");
    if (isRefusal(channel)) return channel;
    const recipients = await recipientsOf(tx, channel, input.to, input.cc);
    if (isRefusal(recipients)) return recipients;
    const leavesAt = input.sendAt === null ? new Date(now.getTime() + input.undoMs) : new Date(input.sendAt);
    const all = [...recipients.to, ...recipients.cc];
    const shut = await kindRefusal(world, tx, channel, state.customerId, all, leavesAt);
    if (shut !== null) return shut;
    if (isRefusal(content)) return content;
    if (content.parts.length > 0 && !isKept(addressKindOf[channel.kind]))
      return refuse("noPartsHere", undefined, "parts");
    const below = input.below === undefined ? undefined : await chosenBelow(tx, state, all, input.below);
    if (isRefusal(below)) return below;
    const sent = await sendAnswer(world, tx, who, state, state, {
      channel,
      ...recipients,
      content,
      statusAfter: input.statusAfter,
      sendAt:
        input.sendAt === null
          ? new Date(now.getTime() + input.undoMs).toISOString()
          : {
              at: new Date(input.sendAt).toISOString(),
              statusAfter: input.statusAfter,
              holdIfAnswered: input.holdIfAnswered ?? true,
            },
      key: input.key,
      undoUploads: input.uploads,
      below: below === undefined ? null : { folded: below, quote: draftQuoteOf(input.below) },
      parts,
      because: input.sendAt === null ? null : "scheduled",
    });
    // Choices that are sent by themselves leave the answer that is being written as it is.
    const keepsDraft = content.parts.length > 0 && input.text.trim() === "";
    const draft = { concernId: state.id, brandId: state.brandId, kind: "reply" } as const;
    const [[message]] = await Promise.all([
      messageViews(world, tx, [sent.messageId]),
      keepsDraft ? null : forgetDraft(world, tx, who, draft),
    ]);
    return { ...sent, message };
  });

export interface FirstMessage extends Written {
  readonly brandId: BrandId;
  readonly channelId: ChannelId;
  readonly customerId: CustomerId | null;
  readonly kind: AddressKind;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly subject: string;
  /** Not before; null or left out: after the undo time. */
  readonly sendAt?: string | null | undefined;
  /** With `sendAt`: held back when somebody writes before; left out: yes. */
  readonly holdIfAnswered?: boolean | undefined;
  /** Made by the client: the same key twice is one concern. */
  readonly key: string;
  readonly undoMs: number;
}

/** The concern that this key began before, or a refusal. Holds the key: of any number of calls at once one begins the concern. */
const begunBefore = async (tx: Tx, who: AgentActor, input: FirstMessage): Promise<Spoken | Refusal | null> => {
  await lockKey(tx, input.key);
  const known = await messageByKey(tx, input.key);
  if (known === null) return null;
  const id = meant(known, who, input.text, known.seq === 1 && known.direction === "out");
  if (isRefusal(id)) return id;
  const state = await lockFor(tx, who, known.concernId, "concern.answer");
  return isRefusal(state) ? state : { state, messageId: id };
};

/** Writes first: a new concern with its first outgoing message. Without a customer the first recipient is looked up, or becomes one. The same key twice begins one concern. */
export const create = (world: World & KnowingKinds, who: AgentActor, input: FirstMessage): Promise<Spoken | Refusal> =>
  world.db.transaction(async (tx) => {
    const forbidden = forbids(who, "concern.answer", input.brandId);
    if (forbidden) return forbidden;
    const before = await begunBefore(tx, who, input);
    if (before !== null) return before;
    const now = world.now();
    const later = input.sendAt ?? null;
    if (later !== null && Date.parse(later) <= now.getTime()) return refuse("timeInPast", undefined, "sendAt");
    const brand = await brandById(tx, input.brandId);
    if (brand === null) return refuse("notFound", undefined, "brandId");
    const channel = await sendingChannel(tx, input.brandId, input.channelId);
    if (isRefusal(channel)) return channel;
    if (input.kind !== addressKindOf[channel.kind]) return refuse("unknownChannel", undefined, "kind");
    const recipients = await recipientsOf(tx, channel, input.to, input.cc);
    if (isRefusal(recipients)) return recipients;
    const content = await contentOf(world, tx, who, input);
    if (isRefusal(content)) return content;
    const leavesAt = later === null ? new Date(now.getTime() + input.undoMs) : new Date(later);
    const known =
      input.customerId ?? (await customerByAddress(tx, input.kind, recipients.to[0] ?? ""))?.customerId ?? null;
    const all = [...recipients.to, ...recipients.cc];
    const shut = await kindRefusal(world, tx, channel, known, all, leavesAt);
    if (shut !== null) return shut;
    const customer = await customerFor(world, tx, who, input, recipients.to[0] ?? "");
    if (isRefusal(customer)) return customer;
    const fresh = emptyConcern({
      id: world.newId() as ConcernId,
      brandId: input.brandId,
      subject: lineOf(input.subject, 500),
      customerId: customer.id,
      customerName: customer.name,
      tierId: customer.tierId,
      language: brand.language,
      at: now.toISOString(),
      status: "waiting",
      assigneeId: who.id,
    });
    return sendAnswer(world, tx, who, null, fresh, {
      channel,
      ...recipients,
      content,
      statusAfter: null,
      sendAt:
        later === null
          ? new Date(now.getTime() + input.undoMs).toISOString()
          : {
              at: new Date(later).toISOString(),
              statusAfter: "waiting",
              holdIfAnswered: input.holdIfAnswered ?? true,
            },
      key: input.key,
      undoUploads: input.uploads,
      below: null,
      madeCustomer: customer.isNew,
      because: later === null ? null : "scheduled",
    });
  });

const customerFor = async (
  world: World,
  tx: Tx,
  who: AgentActor,
  input: FirstMessage,
  first: string,
): Promise<
  (Pick<ConcernState, "tierId"> & { readonly id: CustomerId; readonly name: string; readonly isNew: boolean }) | Refusal
> => {
  if (input.customerId !== null) {
    const known = await customerById(tx, input.customerId, brandsOf(who));
    if (known === null) return refuse("notFound", undefined, "customerId");
    // Of somebody who was merged it is the one whose address it is: what is said there stays theirs.
    const owner = await customerByAddress(tx, input.kind, first);
    const isTheirs = owner !== null && (await membersOf(tx, [known.id])).includes(owner.customerId);
    const [standing] = await standingsOf(tx, [known.id]);
    return {
      id: isTheirs ? owner.customerId : known.id,
      name: known.name,
      tierId: standing?.tierId ?? null,
      isNew: false,
    };
  }
  const found = await resolveCustomer(world, tx, who, {
    kind: input.kind,
    value: first,
    name: null,
    language: null,
    assurance: "none",
    brandId: input.brandId,
  });
  return isRefusal(found)
    ? found
    : { id: found.customerId, name: found.shownName, tierId: found.tierId, isNew: found.isNew };
};

export interface Note extends Written {
  readonly id: ConcernId;
  readonly key: string;
}

/** Says something among colleagues. @handle tells an agent who may see the concern. A note has no recipient and no delivery: it cannot leave. */
export const note = (world: World, who: AgentActor, input: Note): Promise<Spoken | Refusal> =>
  world.db.transaction(async (tx) => {
    const state = await lockFor(tx, who, input.id, "concern.answer");
    if (isRefusal(state)) return state;
    const before = await again(tx, who, state, input, "note");
    if (before !== null) return before;
    const content = await contentOf(world, tx, who, input);
    if (isRefusal(content)) return content;
    const said = await saveNote(world, tx, who, state, content, input.key);
    await forgetDraft(world, tx, who, { concernId: state.id, brandId: state.brandId, kind: "note" });
    return said;
  });

/**
 * Takes back an answer of one's own that has not left; it becomes a draft again (a second one where an answer is being written), and the concern is as it was, as far as nobody has changed it since.
 * A concern that began with it and in which nothing else has happened goes: then the draft is only given, not kept.
 * Refuses with alreadySent once a worker has taken it, with twoDrafts when there is no place for it.
 */
export const undoSend = (
  world: World & ReadingWorld,
  who: AgentActor,
  messageId: MessageId,
): Promise<Undone | Refusal> =>
  world.db.transaction(async (tx) => {
    const found = await lockAnswer(tx, who, messageId);
    if (isRefusal(found)) return found;
    const { state, message } = found;
    // What a rule wrote is everybody's to take back who may answer.
    if (message.authorId !== who.id && message.authorKind !== "helper") return refuse("notAllowed");
    if (message.undo === null || message.withdrawnAt !== null) return refuse("nothingToUndo");
    const kind = await placeTakenBack(tx, state.id, who.id);
    if (isRefusal(kind)) return kind;
    const at = world.now().toISOString();
    if (!(await withdraw(tx, messageId, at))) return refuse("alreadySent");
    const removed = await removeIfEmpty(world, tx, who, state, messageId, message);
    if (removed !== null) return { ...removed, gone: { subject: state.subject } };
    const back: ConcernState =
      message.undo.moved === true
        ? retold(state, await linesOf(tx, state.id), () => state.status !== "resolved" && state.status !== "closed")
        : { ...restored(state, message.undo.before, message.undo.after), messageCount: state.messageCount - 1 };
    const { state: after, said } = await promised(world, tx, state, back);
    await say(world, tx, who, [
      {
        kind: "message.withdrawn",
        brandId: state.brandId,
        concernId: state.id,
        customerId: state.customerId,
        data: { messageId },
      },
      ...changes(state, after, "undone"),
      ...said,
    ]);
    if (patchOf(state, after) !== null || after.promises !== state.promises) await updateConcern(tx, state, after);
    await forgetMessage(tx, messageId);
    const uploads = await uploadsOf(tx, who.id, message.undo.uploads);
    const draft = await keepDraft(
      world,
      tx,
      who,
      { concernId: state.id, brandId: state.brandId, kind },
      {
        channelId: message.channelId,
        to: message.to,
        cc: message.cc,
        text: message.text,
        html: withUploads(message.html),
        uploads: uploads.map((upload) => upload.id),
        quote: message.undo.quote ?? null,
      },
    );
    return isRefusal(draft) ? draft : { ...draft, gone: null };
  });

/** Sends a held answer at once, or tries one again that failed or of which nobody knows; the same Message-ID, so a second copy is recognised. */
export const sendNow = (world: World, who: AgentActor, messageId: MessageId): Promise<Spoken | Refusal> =>
  world.db.transaction(async (tx) => {
    const found = await lockAnswer(tx, who, messageId);
    if (isRefusal(found)) return found;
    const { state, message } = found;
    if (message.withdrawnAt !== null) return refuse("notFound");
    const planned = await scheduledRow(tx, messageId);
    if (planned !== null) return { state: await leave(world, tx, who, state, planned), messageId };
    if (!(await hurry(tx, messageId, world.now().toISOString()))) return refuse("alreadySent");
    await sayDeliveries(
      world,
      tx,
      who,
      (await deliveriesOf(tx, messageId)).map((row) => ({ about: state, row })),
    );
    return { state, messageId };
  });

/** Notes that somebody has looked at a failed delivery. */
export const seenFailure = (world: World, who: AgentActor, id: ConcernId): Promise<ConcernState | Refusal> =>
  world.db.transaction(async (tx) => {
    const state = await lockFor(tx, who, id, "concern.answer");
    return isRefusal(state) ? state : saveChange(world, tx, who, state, { ...state, deliveryFailed: false }, null);
  });
