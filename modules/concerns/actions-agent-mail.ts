// An agent answers from their own mail program: checked anew at the moment it arrives. Called by concerns/actions.ts.
import { seesBrand } from "#contract/actor.ts";
import type { Channel } from "#contract/brands.ts";
import { addressKindOf, type InboundFile } from "#contract/channel.ts";
import type { AgentId, ChannelId, ConcernId, MessageId } from "#contract/ids.ts";
import { allows } from "#contract/permissions.ts";
import { isRefusal } from "#contract/errors.ts";
import { agentByEmail, agentById, asAgentActor, type AgentRecord } from "#modules/agents/reads.ts";
import { brandById, channelsOfBrand } from "#modules/brands/reads.ts";
import { keepForColleagues, newMessage, ownNorms, type Receiving } from "#modules/concerns/actions-arrival.ts";
import { recipientsOf, sendAnswer, sendAutomatic, sendingChannel } from "#modules/concerns/actions-send.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import { ownWords } from "#modules/concerns/model-agent-mail.ts";
import { isSure, withoutDetail } from "#modules/concerns/model-threading.ts";
import { answerRefused, type WhyRefused } from "#modules/concerns/model-words.ts";
import { answeredMessage, noteTexts, noticesTo } from "#modules/concerns/store-agent-mail.ts";
import { automaticSince, insertAutomatic, lockAutomatic } from "#modules/concerns/store-outbox.ts";
import { lockPlaced } from "#modules/concerns/actions-locks.ts";
import { lastOfCustomer, partiesOf } from "#modules/concerns/store.ts";
import { normalise } from "#modules/customers/model.ts";
import { isSuppressed } from "#modules/customers/reads.ts";

/** Why an agent's mail does not go on to the customer; of the first three nobody is told by mail. */
type Reason = "automatic" | "otherSender" | "notAuthentic" | WhyRefused;

const hourMs = 3_600_000;
/** Most mails the program itself writes to one agent in an hour, as for news (reactions.ts). */
const mostAutomaticPerHour = 30;
/** In this time an agent is told once for each concern that an answer was refused. */
const refusalPauseMs = 5 * 60_000;

/**
 * The holder of a valid token of an agent writes. It becomes the agent's answer when the sender is the agent's own address, proved or aligned,
 * and the agent is still active and may still answer there; otherwise the customer gets nothing, and colleagues see the mail in the concern. It
 * answers the message the agent was told of, whatever came since, and says only the agent's own words: the notice holds notes.
 */
export const answerByMail = async (
  r: Receiving,
  placed: { readonly concernId: ConcernId; readonly answers?: MessageId | null },
  agentId: AgentId,
): Promise<void> => {
  const { world, tx, message, channel, norm } = r;
  const agent = await agentById(tx, agentId);
  // Who may have to be told is locked before the concern, as news for agents do it.
  await lockAutomatic(tx, norm);
  const state = await lockPlaced(tx, placed);
  if (state === null) throw new Error("a token led to a concern that is not there");
  const concernId = state.id;
  const reason = reasonAgainst(r, agent, state);
  if (reason !== null || agent === null) return keep(r, state, reason ?? "notAllowed");
  const { references } = message.thread;
  const notices = await noticesTo(tx, { concernId, norm, channelKind: channel.kind, references });
  const text = ownWords(message.text, {
    notices: notices.map((notice) => notice.text),
    notes: await noteTexts(tx, concernId),
  });
  // A mail attached whole is the notice, or says from whom it is: neither is for the customer.
  if (text === null || message.files.some(isMail)) return keep(r, state, "repeatsNotice");
  if (text === "" && message.files.length === 0) return keep(r, state, "empty");
  // A mail that only said that an answer was refused tells of no message.
  const told = notices.find((notice) => notice.aboutId !== null);
  const answered = await answeredBy(r, concernId, told?.aboutId ?? null);
  const by = await sendingChannel(tx, state.brandId, answered.channelId ?? channel.id);
  const recipients = isRefusal(by) || answered.to === null ? null : await reachable(r, by, answered.to, answered.cc);
  if (isRefusal(by) || recipients === null || isRefusal(recipients)) return keep(r, state, "cannotSend");
  const files = newMessage(r, state, { customerId: state.customerId, name: "" }, 0, []).files;
  await sendAnswer(world, tx, asAgentActor(agent), state, state, {
    channel: by,
    ...recipients,
    content: { text, html: null, parts: [], files: files.map((file) => ({ ...file, inlineId: null })) },
    statusAfter: "waiting",
    sendAt: world.now().toISOString(),
    key: null,
    undoUploads: null,
    below: null,
    answersId: answered.id,
    because: "answeredByMail",
  });
};

const isMail = (file: InboundFile): boolean =>
  /^message\//i.test(file.claimedType) || /\.(?:eml|msg)$/i.test(file.name);

interface AnsweredBy {
  readonly id: MessageId | null;
  readonly to: string | null;
  readonly cc: readonly string[];
  readonly channelId: ChannelId | null;
}

/**
 * Whom the answer is for: who wrote the message the agent was told of, where they want it answered if they are sure, and everybody it was between who
 * takes part. After a note it is the customer's last message.
 */
const answeredBy = async (r: Receiving, concernId: ConcernId, aboutId: MessageId | null): Promise<AnsweredBy> => {
  const { tx, kind } = r;
  const parties = (await partiesOf(tx, concernId)).filter((party) => party.kind === kind);
  const requester = parties.find((party) => party.role === "requester");
  const told = aboutId === null ? null : await answeredMessage(tx, aboutId);
  const last = told === null ? await lastOfCustomer(tx, concernId) : null;
  const message = told ?? (last === null ? null : await answeredMessage(tx, last.id));
  if (message === null) return { id: null, to: requester?.value ?? null, cc: [], channelId: null };
  const key = (value: string): string => normalise(kind, value) ?? value;
  const ours = new Set(message.replyTo === null ? [] : await ownNorms(r));
  const asked = message.replyTo !== null && isSure(message.assurance ?? "none") ? message.replyTo.value : null;
  const sender = message.sender?.value ?? requester?.value ?? null;
  const to = asked !== null && !ours.has(withoutDetail(key(asked))) ? asked : sender;
  const writer = parties.find((party) => sender !== null && party.norm === key(sender));
  const between = new Set([...message.to, ...message.cc].map((person) => key(person.value)));
  const cc = parties.filter(
    (party) =>
      between.has(party.norm) &&
      party.role !== "third-party" &&
      party.norm !== writer?.norm &&
      (party.customerId === null || party.customerId !== writer?.customerId),
  );
  return { id: message.id, to, cc: cc.map((party) => party.value), channelId: message.channelId };
};

// A dead address in copy holds no answer back.
const reachable = async (
  { tx }: Receiving,
  by: Channel,
  to: string,
  cc: readonly string[],
): ReturnType<typeof recipientsOf> => {
  const all = await recipientsOf(tx, by, [to], cc);
  return isRefusal(all) && cc.length > 0 ? recipientsOf(tx, by, [to], []) : all;
};

/** Keeps an agent's mail that has no valid token in the concern it claims to answer, for colleagues only. */
export const keepRefusedAnswer = async (r: Receiving, concernId: ConcernId, reason: Reason): Promise<void> => {
  await lockAutomatic(r.tx, r.norm);
  const state = await lockPlaced(r.tx, { concernId });
  if (state === null) throw new Error("a clue led to a concern that is not there");
  await keep(r, state, r.message.automatic === null ? reason : "automatic");
};

const reasonAgainst = (
  { message, kind, norm }: Receiving,
  agent: AgentRecord | null,
  state: ConcernState,
): Reason | null => {
  // A machine's answer (an absence note) is for nobody but colleagues.
  if (message.automatic !== null) return "automatic";
  if (agent === null || normalise(kind, agent.email) !== norm) return "otherSender";
  if (!isSure(message.assurance)) return "notAuthentic";
  if (!agent.active || !allows(agent.role, "concern.answer") || !seesBrand(asAgentActor(agent), state.brandId))
    return "notAllowed";
  return null;
};

const keep = async (r: Receiving, before: ConcernState, reason: Reason): Promise<void> => {
  const warnings = reason === "automatic" ? [] : ["agentMailRefused"];
  const state = await keepForColleagues(r, before, warnings, `agentMail.${reason}`);
  if (reason !== "automatic" && reason !== "otherSender" && reason !== "notAuthentic")
    await tellRefused(r, state, reason);
};

/**
 * Tells an agent by mail that their answer did not go to the customer, and why. Only who is sure to have written it: the agent's own address, proved or
 * aligned, and no machine. Nothing of the concern but its number is in it. The caller holds the address's lock (`lockAutomatic`).
 */
const tellRefused = async (r: Receiving, state: ConcernState, reason: WhyRefused): Promise<void> => {
  const { world, tx, message, kind, norm, channel } = r;
  if (message.automatic !== null || message.seemsAway === true || !isSure(message.assurance)) return;
  const agent = kind === "email" ? await agentByEmail(tx, norm) : null;
  if (agent?.active !== true || (await isSuppressed(tx, kind, norm))) return;
  const now = world.now();
  const since = (ms: number): string => new Date(now.getTime() - ms).toISOString();
  // Counted apart as well: the news that was answered came a moment ago, and is no reason to keep silent.
  const refusals = `refused answers of ${norm}`;
  if ((await automaticSince(tx, norm, since(hourMs), null)) >= mostAutomaticPerHour) return;
  if ((await automaticSince(tx, refusals, since(refusalPauseMs), state.id)) > 0) return;
  const ways = (await channelsOfBrand(tx, state.brandId)).filter(
    (each) => addressKindOf[each.kind] === kind && each.enabled && each.canSend,
  );
  const way = ways.find((each) => each.id === channel.id) ?? ways[0];
  const brand = await brandById(tx, state.brandId);
  if (!way || !brand) return;
  for (const key of [norm, refusals]) await insertAutomatic(tx, key, now.toISOString(), state.id);
  await sendAutomatic(world, tx, state, {
    direction: "system",
    channel: way,
    brandName: brand.name,
    to: { name: agent.name, value: norm },
    ...answerRefused(agent.preferences.language, reason, state.number),
    answersId: null,
  });
};
