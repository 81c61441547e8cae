// An agent answers from their own mail program: checked anew at the moment it arrives. Called by concerns/actions.ts.
import { seesBrand } from "#contract/actor.ts";
import type { AgentId, ConcernId } from "#contract/ids.ts";
import { allows } from "#contract/permissions.ts";
import { isRefusal } from "#contract/errors.ts";
import { agentById, asAgentActor, type AgentRecord } from "#modules/agents/reads.ts";
import { keepForColleagues, newMessage, type Receiving } from "#modules/concerns/actions-arrival.ts";
import { recipientsOf, sendAnswer, sendingChannel } from "#modules/concerns/actions-send.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import { isSure } from "#modules/concerns/model-threading.ts";
import { lastInbound, lockConcern, partiesOf } from "#modules/concerns/store.ts";
import { normalise } from "#modules/customers/model.ts";

/** Why an agent's mail does not go on to the customer. */
type Reason = "automatic" | "noToken" | "otherSender" | "notAuthentic" | "notAllowed" | "empty" | "cannotSend";

/**
 * The holder of a valid token of an agent writes. It becomes the agent's answer when the sender is the agent's own address, proved or aligned,
 * and the agent is still active and may still answer there; otherwise the customer gets nothing, and colleagues see the mail in the concern.
 */
export const answerByMail = async (r: Receiving, concernId: ConcernId, agentId: AgentId): Promise<void> => {
  const { world, tx, message, kind, channel } = r;
  const agent = await agentById(tx, agentId);
  const state = await lockConcern(tx, concernId);
  if (state === null) throw new Error("a token led to a concern that is not there");
  const reason = reasonAgainst(r, agent, state);
  if (reason !== null || agent === null) return keep(r, state, reason ?? "notAllowed");
  const last = await lastInbound(tx, concernId);
  const requester = (await partiesOf(tx, concernId)).find((party) => party.role === "requester" && party.kind === kind);
  const to = last?.sender?.value ?? requester?.value;
  const by = await sendingChannel(tx, state.brandId, last?.channelId ?? channel.id);
  const recipients = isRefusal(by) || to === undefined ? null : await recipientsOf(tx, by, [to], []);
  if (isRefusal(by) || recipients === null || isRefusal(recipients)) return keep(r, state, "cannotSend");
  const files = newMessage(r, state, { customerId: state.customerId, name: "" }, 0, []).files;
  await sendAnswer(world, tx, asAgentActor(agent), state, state, {
    channel: by,
    ...recipients,
    content: { text: message.text, html: null, files: files.map((file) => ({ ...file, inlineId: null })) },
    statusAfter: "waiting",
    sendAt: world.now().toISOString(),
    key: null,
    undoUploads: null,
    below: null,
    because: "answeredByMail",
  });
};

/** Keeps an agent's mail that has no valid token in the concern it claims to answer, for colleagues only. */
export const keepRefusedAnswer = async (r: Receiving, concernId: ConcernId, reason: Reason): Promise<void> => {
  const state = await lockConcern(r.tx, concernId);
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
  return message.text.trim() === "" && message.files.length === 0 ? "empty" : null;
};

const keep = (r: Receiving, before: ConcernState, reason: Reason): Promise<void> =>
  keepForColleagues(r, before, reason === "automatic" ? [] : ["agentMailRefused"], `agentMail.${reason}`);
