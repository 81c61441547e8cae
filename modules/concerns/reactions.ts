// What follows from what was said: acknowledgements to customers, news for agents by mail. Run by server/reactions.ts in commit order, at least once;
// the mark in `automatic_mail` is written in the same transaction, so doing it again does nothing.
import { addressKindOf, isKept, type Assurance } from "#contract/channel.ts";
import type { AnyEvent, EventKind, LoggedEvent } from "#contract/events.ts";
import type { AgentId, BrandId, ConcernId, MessageId } from "#contract/ids.ts";
import { badScore } from "#contract/score.ts";
import { agentByEmail, agentById, allAgents, type AgentRecord } from "#modules/agents/reads.ts";
import { allChannels, brandById, channelsOfBrand } from "#modules/brands/reads.ts";
import { retryChannel } from "#modules/concerns/actions-outbox.ts";
import { recountStanding } from "#modules/concerns/actions-recount.ts";
import { followName } from "#modules/concerns/actions-names.ts";
import { sendAutomatic } from "#modules/concerns/actions-send.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import { isSure, withoutDetail } from "#modules/concerns/model-threading.ts";
import { acknowledgement, notice, type Why } from "#modules/concerns/model-words.ts";
import { rowById } from "#modules/concerns/reads.ts";
import { cannotHold } from "#modules/concerns/policy.ts";

import { automaticSince, insertAutomatic, lockAutomatic } from "#modules/concerns/store-outbox.ts";
import { lockConcernOf } from "#modules/concerns/actions-locks.ts";
import { flowSpoke } from "#modules/concerns/store-flows.ts";
import { followersOf, lastInbound, lastOfCustomer, listenersOf, messageText } from "#modules/concerns/store.ts";
import { isSuppressed } from "#modules/customers/reads.ts";
import { normalise } from "#modules/customers/model.ts";
import { dependentOn } from "#modules/customers/reads-tiers.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** A reaction before its lock is chosen. */
export interface ConcernReaction {
  readonly name: string;
  /** The kinds of entries it can want. */
  readonly kinds: readonly EventKind[];
  readonly wants: (event: AnyEvent) => boolean;
  /** Those of wanted entries for which there is something to do; left out: all. */
  readonly sift?: ((tx: Tx, events: readonly AnyEvent[]) => Promise<readonly AnyEvent[]>) | undefined;
  /** Gives where it stopped when there is more to do than for one transaction; it is called again with that. */
  readonly handle: (tx: Tx, event: AnyEvent, from?: string) => Promise<string | void>;
}

const dayMs = 24 * 3_600_000;
const hourMs = 3_600_000;
/** A mail that is older when we first see it is not acknowledged: after an import or a restored mailbox nobody waits for that. */
const freshMs = 6 * hourMs;
/** Most mails the program itself writes to one agent in an hour, and about one concern in five minutes. */
const noticesPerHour = 30;
const noticePauseMs = 5 * 60_000;
/** Most confirmations in an hour to senders nobody vouches for, by channel. */
const confirmedUnknownPerHour = 30;
/** Who only follows is told more quietly. */
const followedPauseMs = hourMs;

/** `acknowledge`: confirm new concerns to their senders. */
export const concernReactions = (
  world: World,
  options: { readonly acknowledge: boolean } = { acknowledge: false },
): readonly ConcernReaction[] => [
  reaction(
    "concerns.notify",
    "agent.mentioned",
    () => true,
    (tx, event) => tellMentioned(world, tx, event),
  ),
  {
    ...reaction("concerns.answered", "message.added", isAnswer, (tx, event) => tellAnswered(world, tx, event)),
    sift: heardOf,
  },
  ...(options.acknowledge
    ? [
        reaction("concerns.acknowledge", "message.added", isFirst, (tx, { data: { message } }) =>
          acknowledge(world, tx, message),
        ),
        // Of a dialogue that became a concern the first message is the flow's.
        reaction("concerns.acknowledgeDialogue", "flow.ended", isDialogue, (tx, event) =>
          acknowledgeDialogue(world, tx, event),
        ),
      ]
    : []),
  reaction(
    "concerns.customerName",
    "customer.changed",
    // Said once for each brand that knows the customer.
    (event) => event.data.what.includes("name") && event.brandId !== null,
    (tx, event) => followName(world, tx, event.data.customerId, event.brandId as BrandId),
  ),
  reaction(
    "concerns.channelSet",
    "channel.changed",
    ({ data: { channel, set } }) => set === true && channel.enabled && channel.canSend,
    (tx, event) => retryChannel(world, tx, event.data.channel.id),
  ),
  {
    ...reaction("concerns.rated", "rating.given", isTold, (tx, event) => tellRated(world, tx, event)),
    sift: heardOf,
  },
  reaction("concerns.promiseNear", "promise.warned", isForSomebody, (tx, event) =>
    tellPromise(world, tx, event, "near"),
  ),
  reaction("concerns.promiseOver", "promise.escalated", isForSomebody, (tx, event) =>
    tellPromise(world, tx, event, "over"),
  ),
  reaction(
    "concerns.ruled",
    "automation.ran",
    ({ data }) => data.agentIds.length > 0,
    (tx, event) => tellRuled(world, tx, event),
  ),
  {
    name: "concerns.standing",
    kinds: ["customer.changed", "organisation.changed"],
    wants: (event) =>
      (event.kind === "customer.changed" || event.kind === "organisation.changed") &&
      event.data.what.some((part) => part === "tier" || part === "organisation"),
    handle: async (tx, event, from) => {
      if (event.kind !== "customer.changed" && event.kind !== "organisation.changed") return undefined;
      const customerIds = await dependentOn(tx, {
        customerIds: event.kind === "customer.changed" ? [event.data.customerId] : [],
        organisationIds: event.kind === "organisation.changed" ? [event.data.organisationId] : [],
      });
      return recountStanding(world, tx, customerIds, from);
    },
  },
];

const isForSomebody = ({ data: { agentIds } }: LoggedEvent<"promise.warned" | "promise.escalated">): boolean =>
  agentIds.length > 0;

/** Decided without a question to the database, because every message passes here. */
const isAnswer = ({ concernId, data: { message } }: LoggedEvent<"message.added">): boolean =>
  concernId !== null && message.direction === "in" && message.automatic === null && message.seq > 1;

/** A bad rating, or one with words: what somebody may want to answer. */
const isTold = ({ concernId, data: { score, text } }: LoggedEvent<"rating.given">): boolean =>
  concernId !== null && (score <= badScore || text !== "");

const isFirst = ({ data: { message } }: LoggedEvent<"message.added">): boolean =>
  message.direction === "in" &&
  message.seq === 1 &&
  message.automatic === null &&
  message.channelKind !== null &&
  // Whoever says something in a chat sees there that it has come.
  !isKept(addressKindOf[message.channelKind]) &&
  message.from !== null &&
  message.assurance !== null &&
  message.assurance !== "failed" &&
  !message.warnings.includes("forwarded");

const reaction = <K extends EventKind>(
  name: string,
  kind: K,
  fits: (event: LoggedEvent<K>) => boolean,
  handle: (tx: Tx, event: LoggedEvent<K>) => Promise<void>,
): ConcernReaction => ({
  name,
  kinds: [kind],
  wants: (event) => event.kind === kind && fits(event as unknown as LoggedEvent<K>),
  handle: (tx, event) => handle(tx, event as unknown as LoggedEvent<K>),
});

/** Of a dialogue that was held by itself the concern has the run's id. */
const isDialogue = ({ concernId, data: { runId } }: LoggedEvent<"flow.ended">): boolean =>
  (concernId as string | null) === runId;

/** What of a message decides whether and how it is confirmed. */
type Confirmed = Pick<
  LoggedEvent<"message.added">["data"]["message"],
  "id" | "at" | "channelKind" | "channelId" | "from" | "assurance"
>;

/** Confirms a dialogue that a page of ours held, where they left a mail address: what was typed there nobody vouches for. Who sits in a chat sees that it has come. */
const acknowledgeDialogue = async (world: World, tx: Tx, { concernId }: LoggedEvent<"flow.ended">): Promise<void> => {
  const last = concernId === null ? null : await lastOfCustomer(tx, concernId);
  const channel = last && (await allChannels(tx)).find(({ id }) => id === last.channelId);
  if (!last || !channel || isKept(addressKindOf[channel.kind])) return;
  const { id, at, sender: from, assurance } = last;
  await acknowledge(world, tx, { id, at, channelKind: channel.kind, channelId: channel.id, from, assurance }, true);
};

/**
 * Confirms the first message of a new concern, at most once per address and day. Never to machines, to ourselves or to agents; never when the sender is
 * shown to be false; and to a sender nothing vouches for only words of ours: not one byte they chose comes back (RFC 3834 sections 2 and 3). `isSpoken`: what a flow said in it was
 * said elsewhere, and no mail.
 */
const acknowledge = async (world: World, tx: Tx, message: Confirmed, isSpoken = false): Promise<void> => {
  if (message.channelKind === null || message.from === null) return;
  const now = world.now();
  if (now.getTime() - Date.parse(message.at) > freshMs) return;
  const kind = addressKindOf[message.channelKind];
  const norm = normalise(kind, message.from.value);
  if (
    norm === null ||
    norm.endsWith(".invalid") ||
    (await isSuppressed(tx, kind, norm)) ||
    (await agentByEmail(tx, norm)) !== null
  )
    return;
  if (
    (await allChannels(tx)).some(
      (channel) => withoutDetail(normalise(kind, channel.address) ?? "") === withoutDetail(norm),
    )
  )
    return;
  await lockAutomatic(tx, norm);
  if ((await automaticSince(tx, norm, new Date(now.getTime() - dayMs).toISOString(), null)) > 0) return;
  const state = await lockConcernOf(tx, message.id);
  const brand = state === null ? null : await brandById(tx, state.brandId);
  const channel =
    state === null
      ? undefined
      : (await channelsOfBrand(tx, state.brandId)).find((each) => each.id === message.channelId);
  if (state === null || brand === null || !channel?.enabled || !channel.canSend) return;
  // A flow has answered already: nobody wonders whether it has come.
  if (!isSpoken && (await flowSpoke(tx, state.id))) return;
  const sure = isSure(message.assurance as Assurance);
  if (!sure && !(await mayConfirmUnknown(tx, channel.id, now))) return;
  const words = acknowledgement(
    sure ? (state.language ?? brand.language) : brand.language,
    brand.name,
    state.number,
    sure ? state.subject : null,
  );
  await insertAutomatic(tx, norm, now.toISOString(), state.id);
  await sendAutomatic(world, tx, state, {
    direction: "out",
    channel,
    brandName: brand.name,
    to: { name: sure ? message.from.name : null, value: norm },
    ...words,
    answersId: sure ? message.id : null,
  });
};

/**
 * Confirmations to senders nobody vouches for are counted together, by channel: whoever forges a different name each time makes us write to each
 * of them once, but not to hundreds. Holds the channel's count until the commit.
 */
const mayConfirmUnknown = async (tx: Tx, channelId: string, now: Date): Promise<boolean> => {
  const all = `unknown senders at ${channelId}`;
  await lockAutomatic(tx, all);
  const since = new Date(now.getTime() - hourMs).toISOString();
  if ((await automaticSince(tx, all, since, null)) >= confirmedUnknownPerHour) return false;
  await insertAutomatic(tx, all, now.toISOString(), null);
  return true;
};

const tellMentioned = async (
  world: World,
  tx: Tx,
  { concernId, actor, data }: LoggedEvent<"agent.mentioned">,
): Promise<void> => {
  if (concernId === null || actor.id === data.agentId) return;
  await tell(world, tx, concernId, data.agentId, "mentioned", actor.name, data.messageId);
};

/** Entries about concerns of which somebody wants to hear by mail: as a rule nobody does, and that is asked for all of them at once. */
const heardOf = async (tx: Tx, events: readonly AnyEvent[]): Promise<readonly AnyEvent[]> => {
  const [listeners, agents] = await Promise.all([
    listenersOf(tx, [...new Set(events.flatMap(({ concernId }) => concernId ?? []))]),
    allAgents(tx),
  ]);
  const byId = new Map(agents.map((agent) => [agent.id, agent]));
  const heard = new Set(
    listeners.flatMap(({ concernId, agentId, holds }) => {
      const agent = byId.get(agentId);
      return agent !== undefined && wantsNews(agent, holds ? "answered" : "followed") ? [concernId] : [];
    }),
  );
  return events.filter(({ concernId }) => concernId !== null && heard.has(concernId));
};

/** Whose it is, and who follows it, as far as they want it by mail. Everybody's lock is taken before the concern's, in one order. */
const tellAnswered = async (
  world: World,
  tx: Tx,
  { concernId, data: { message } }: LoggedEvent<"message.added">,
): Promise<void> => {
  if (concernId === null) return;
  const [row, followers] = await Promise.all([rowById(tx, concernId), followersOf(tx, concernId)]);
  if (row === null) return;
  for (const agent of await listening(tx, row.assigneeId, followers))
    await tell(
      world,
      tx,
      concernId,
      agent.id,
      agent.id === row.assigneeId ? "answered" : "followed",
      message.author.name,
      message.id,
    );
};

/** Whose a concern is and who follows it, as far as they want to hear of it by mail, each under their lock. */
const listening = async (
  tx: Tx,
  assigneeId: AgentId | null,
  followers: readonly AgentId[],
): Promise<readonly AgentRecord[]> => {
  const others = followers.filter((id) => id !== assigneeId);
  const all = [...(assigneeId === null ? [] : [assigneeId]), ...others];
  return inLockOrder(tx, all, (agent) => wantsNews(agent, agent.id === assigneeId ? "answered" : "followed"));
};

/** Those of these agents who want it, each under their lock: everybody takes them in one order. */
const inLockOrder = async (
  tx: Tx,
  ids: readonly AgentId[],
  wants: (agent: AgentRecord) => boolean,
): Promise<readonly AgentRecord[]> => {
  const told = (
    await Promise.all(
      ids.map(async (id) => {
        const agent = await agentById(tx, id);
        return agent === null || !wants(agent) ? [] : [{ agent, norm: normalise("email", agent.email) ?? "" }];
      }),
    )
  )
    .flat()
    .toSorted((a, b) => (a.norm < b.norm ? -1 : 1));
  for (const { norm } of told) await lockAutomatic(tx, norm);
  return told.map(({ agent }) => agent);
};

/** The same are told of a rating; an answer to that mail goes to the customer like any other. */
const tellRated = async (
  world: World,
  tx: Tx,
  { concernId, actor, data: { score, text } }: LoggedEvent<"rating.given">,
): Promise<void> => {
  if (concernId === null) return;
  const [row, followers, last] = await Promise.all([
    rowById(tx, concernId),
    followersOf(tx, concernId),
    lastOfCustomer(tx, concernId),
  ]);
  if (row === null || last === null) return;
  for (const agent of await listening(tx, row.assigneeId, followers))
    await tell(world, tx, concernId, agent.id, "rated", actor.name, last.id, `${score} / 5\n\n${text}`.trim());
};

/** Whoever is to be told of a promise, as far as they want news by mail; an answer to that mail goes to the customer like any other. */
const tellPromise = async (
  world: World,
  tx: Tx,
  { concernId, data: { agentIds, rule } }: LoggedEvent<"promise.warned" | "promise.escalated">,
  why: "near" | "over",
): Promise<void> => {
  const last = concernId === null ? null : await lastOfCustomer(tx, concernId);
  if (concernId === null || last === null) return;
  for (const agent of await inLockOrder(tx, agentIds, (one) => wantsNews(one, why)))
    await tell(world, tx, concernId, agent.id, why, rule, last.id);
};

/** Whoever a rule or a macro tells of a concern, as far as they want news by mail; who used the macro knows it. */
const tellRuled = async (
  world: World,
  tx: Tx,
  { concernId, actor, data: { by, agentIds } }: LoggedEvent<"automation.ran">,
): Promise<void> => {
  const last = concernId === null ? null : await lastOfCustomer(tx, concernId);
  if (concernId === null || last === null) return;
  const others = agentIds.filter((id) => id !== actor.id);
  for (const agent of await inLockOrder(tx, others, (one) => wantsNews(one, "ruled")))
    await tell(world, tx, concernId, agent.id, "ruled", by.name, last.id);
};

const wantsNews = ({ preferences }: AgentRecord, why: Why): boolean =>
  // Of a rating are told who wants to hear of answers in what they hold or follow.
  why === "rated"
    ? preferences.notifyByMail || preferences.followedByMail
    : why === "followed"
      ? preferences.followedByMail
      : preferences.notifyByMail;

/** Writes to an agent who wants it by mail; an answer to that mail comes back with the agent's own token. */
const tell = async (
  world: World,
  tx: Tx,
  concernId: ConcernId,
  agentId: AgentId,
  why: Why,
  author: string,
  messageId: MessageId,
  said: string | null = null,
): Promise<void> => {
  const agent = await agentById(tx, agentId);
  if (agent === null) return;
  if (!wantsNews(agent, why)) return;
  const norm = normalise("email", agent.email);
  if (norm === null) return;
  await lockAutomatic(tx, norm);
  const now = world.now().getTime();
  if ((await automaticSince(tx, norm, new Date(now - hourMs).toISOString(), null)) >= noticesPerHour) return;
  const pauseMs = why === "followed" ? followedPauseMs : why === "answered" ? noticePauseMs : 0;
  if (pauseMs > 0 && (await automaticSince(tx, norm, new Date(now - pauseMs).toISOString(), concernId)) > 0) return;
  const state = await lockConcernOf(tx, messageId);
  if (state === null || cannotHold(agent, state.brandId) !== null) return;
  const text = said ?? (await messageText(tx, messageId));
  await write(world, tx, state, { agent, norm }, why, { author, messageId, text });
};

const write = async (
  world: World,
  tx: Tx,
  state: ConcernState,
  to: { readonly agent: AgentRecord; readonly norm: string },
  why: Why,
  about: { readonly author: string; readonly messageId: string; readonly text: string | null },
): Promise<void> => {
  const { agent, norm } = to;
  const { author, text } = about;
  const channels = (await channelsOfBrand(tx, state.brandId)).filter(
    (each) => addressKindOf[each.kind] === "email" && each.enabled && each.canSend,
  );
  // The way the customer came by: what can be proved of a sender there holds for the agent's answer as well.
  const last = await lastInbound(tx, state.id);
  const channel = channels.find((each) => each.id === last?.channelId) ?? channels[0];
  const brand = await brandById(tx, state.brandId);
  if (!channel || !brand || text === null) return;
  await insertAutomatic(tx, norm, world.now().toISOString(), state.id);
  const words = notice(agent.preferences.language, why, { subject: state.subject, author, text });
  await sendAutomatic(world, tx, state, {
    direction: "system",
    channel,
    brandName: brand.name,
    to: { name: agent.name, value: norm },
    ...words,
    // So that an answer to this mail finds the message it speaks of.
    answersId: about.messageId,
  });
};
