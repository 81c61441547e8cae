// What rules and macros do to a concern that is locked, beside what actions-change.ts does for them. Called by automation/actions*.ts.
import type { AgentActor, Who } from "#contract/actor.ts";
import { addressKindOf, isKept } from "#contract/channel.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { AgentId, ConcernId, MessageId } from "#contract/ids.ts";
import type { Notified } from "#contract/promises.ts";
import { agentByEmail, allAgents } from "#modules/agents/reads.ts";
import { allChannels, brandById, channelsOfBrand } from "#modules/brands/reads.ts";
import type { Spoken } from "#modules/concerns/actions-locks.ts";
import { saveNote } from "#modules/concerns/actions-note.ts";
import { recipientsOf, sendAnswer, sendAutomatic } from "#modules/concerns/actions-send.ts";
import { whoIs } from "#modules/concerns/actions-tending.ts";
import { storable, type ConcernState } from "#modules/concerns/model.ts";
import { replySubject } from "#modules/concerns/model-compose.ts";
import { isSure, withoutDetail } from "#modules/concerns/model-threading.ts";
import { cannotHold } from "#modules/concerns/policy.ts";
import { automaticSince, insertAutomatic, lockAutomatic } from "#modules/concerns/store-outbox.ts";
import { lastOfCustomer, lockConcern, type LastInbound } from "#modules/concerns/store.ts";
import { customerByAddress } from "#modules/customers/reads.ts";
import { normalise } from "#modules/customers/model.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

const dayMs = 24 * 3_600_000;
/** Most mails that rules write to one address in a day, whatever concerns and rules there are. */
const answersPerDay = 5;

/** Where the customer of a concern wrote from last, as it can be written to. Refuses with noRecipient or channelCannotSend. */
const lastPlace = async (tx: Tx, state: Pick<ConcernState, "id" | "brandId">) => {
  const last = await lastOfCustomer(tx, state.id);
  const channel = (await channelsOfBrand(tx, state.brandId)).find(({ id }) => id === last?.channelId);
  if (last === null || last.sender === null || channel === undefined) return refuse("noRecipient");
  if (!channel.enabled || !channel.canSend) return refuse("channelCannotSend");
  const kind = addressKindOf[channel.kind];
  const norm = normalise(kind, last.sender.value);
  if (norm === null || norm.endsWith(".invalid")) return refuse("noRecipient");
  return { last, sender: last.sender, channel, kind, norm };
};

/**
 * Takes the lock under which automatic mails to a concern's customer are counted: before the concern's own, as everybody does. Who may answer by a rule calls
 * it first.
 */
export const holdAnswers = async (tx: Tx, concern: Pick<ConcernState, "id" | "brandId">): Promise<void> => {
  const place = await lastPlace(tx, concern);
  if (!isRefusal(place)) await lockAutomatic(tx, place.norm);
};

/**
 * Sends a text in a rule's name to the concern's customer, held for the undo time: anybody who may answer can take it back. It is a machine's by its headers
 * (RFC 3834), moves nothing in the concern and ends nobody's waiting. Refuses what would begin a storm or reach somebody else: answersMachine (a program wrote
 * last, or it would go to ourselves), answersUnsure (nobody vouches for who wrote last), addressSuppressed, answeredEnough (five in a day to one address). The
 * caller has called `holdAnswers`.
 */
export const answerByRule = async (
  world: World,
  tx: Tx,
  who: Who,
  state: ConcernState,
  { text, undoMs }: { readonly text: string; readonly undoMs: number },
): Promise<ConcernState | Refusal> => {
  const place = await surePlace(tx, state);
  if (isRefusal(place)) return place;
  const { last, sender, channel, norm } = place;
  const now = world.now();
  const since = new Date(now.getTime() - dayMs).toISOString();
  const counted = `rules to ${norm}`;
  if ((await automaticSince(tx, counted, since, null)) >= answersPerDay)
    return refuse("answeredEnough", { most: answersPerDay });
  await insertAutomatic(tx, counted, now.toISOString(), state.id);
  const brand = await brandById(tx, state.brandId);
  return sendAutomatic(world, tx, state, {
    direction: "out",
    channel,
    brandName: brand?.name ?? "",
    to: { name: sender.name, value: norm },
    subject: replySubject(state.subject),
    text: storable(text),
    answersId: last.id,
    by: who,
    heldMs: undoMs,
  });
};

/**
 * Where an answer that no person gives may go: to who wrote last, if a person did and somebody vouches for them. Refuses what would begin a storm or reach
 * somebody else: answersMachine, answersUnsure, addressSuppressed, and what `lastPlace` refuses.
 */
export const surePlace = async (tx: Tx, state: ConcernState) => {
  const place = await lastPlace(tx, state);
  if (isRefusal(place)) return place;
  const { last, kind, norm } = place;
  const own = (await allChannels(tx)).some(
    (each) =>
      addressKindOf[each.kind] === kind && withoutDetail(normalise(kind, each.address) ?? "") === withoutDetail(norm),
  );
  if (last.isMachine || own || (await agentByEmail(tx, norm)) !== null || state.tags.includes("flood"))
    return refuse("answersMachine");
  const known = await customerByAddress(tx, kind, norm);
  if (!isVouchedFor(last, isKept(kind), known?.verifiedAt ?? null)) return refuse("answersUnsure");
  if (known !== null && known.suppressedReason !== null) return refuse("addressSuppressed", { address: norm });
  return { ...place, verified: kind === "email" ? norm : null };
};

const isVouchedFor = (last: LastInbound, kept: boolean, verifiedAt: string | null): boolean =>
  kept || (last.assurance !== null && isSure(last.assurance)) || (verifiedAt !== null && last.assurance !== "failed");

/** Sends a text as an agent's own answer to the concern's customer, held for the undo time; then it waits for the customer. */
export const answerByMacro = async (
  world: World,
  tx: Tx,
  who: AgentActor,
  state: ConcernState,
  { text, undoMs }: { readonly text: string; readonly undoMs: number },
): Promise<Spoken | Refusal> => {
  const place = await lastPlace(tx, state);
  if (isRefusal(place)) return place;
  const { channel, norm } = place;
  const recipients = await recipientsOf(tx, channel, [norm], []);
  if (isRefusal(recipients)) return recipients;
  return sendAnswer(world, tx, who, state, state, {
    channel,
    ...recipients,
    content: { text: storable(text), html: null, parts: [], files: [] },
    statusAfter: "waiting",
    sendAt: new Date(world.now().getTime() + undoMs).toISOString(),
    key: null,
    undoUploads: [],
    below: null,
    because: null,
  });
};

/** Says something among colleagues in a rule's or an agent's name. */
export const noteByRule = async (
  world: World,
  tx: Tx,
  who: Who,
  state: ConcernState,
  text: string,
): Promise<{ readonly state: ConcernState; readonly messageId: MessageId }> =>
  saveNote(world, tx, who, state, { text: storable(text), html: null, parts: [], files: [] }, null);

/** Who is meant by that in a concern and may see it, each once. */
export const meantBy = async (
  tx: Tx,
  state: ConcernState,
  wanted: { readonly who: readonly Notified[]; readonly agentIds: readonly AgentId[] },
): Promise<AgentId[]> => {
  const agents = await allAgents(tx);
  const named = agents
    .filter(({ id }) => wanted.agentIds.includes(id))
    .filter((a) => cannotHold(a, state.brandId) === null);
  return [...new Set([...whoIs(agents, state, wanted.who), ...named.map(({ id }) => id)])];
};

/** The concern under its lock; null when it is gone or everything of it went to another one. */
export const lockForRule = async (tx: Tx, id: ConcernId): Promise<ConcernState | null> => {
  const state = await lockConcern(tx, id);
  return state === null || state.mergedInto ? null : state;
};
