// What a call does in concerns: it joins one, is the answer, leaves words, is noted as missed. Called by server/switchboard*.ts in the transaction in which the call is kept.
import type { CallRules } from "#contract/call-rules.ts";
import type { Priority } from "#contract/concerns.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { AgentId, ConcernId, CustomerId, TopicId } from "#contract/ids.ts";
import { channelsOfBrand } from "#modules/brands/reads.ts";
import { isMissed, personOf } from "#modules/calls/model-need.ts";
import type { CallRecord } from "#modules/calls/model-record.ts";
import { cardWords, talkWords, voicemailFile, voicemailWords } from "#modules/calls/model-words.ts";
import {
  answeredByCall,
  joinByCall,
  leftByCall,
  notedByCall,
  type CallThere,
} from "#modules/concerns/actions-calls.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

const thereOf = async (tx: Tx, call: CallRecord): Promise<CallThere | null> => {
  const channel = (await channelsOfBrand(tx, call.brandId)).find(({ id }) => id === call.channelId);
  const { id, brandId, language } = call;
  return channel === undefined ? null : { id, brandId, channel, person: personOf(call), language };
};

/** What is known of a call when somebody is needed. */
export interface Asked {
  /** What they said to the flow, one thing a line; null: nothing. */
  readonly lines: string | null;
  readonly subject?: string | null;
  readonly topicId?: TopicId | null;
  readonly priority?: Priority | null;
}

/**
 * Finds or opens the concern of a call that needs somebody, as `joinByCall` says; gives what is to be noted of the call (by `keepCall`). One that has a concern keeps it, and twice is once.
 * Who called a moment ago and lost the place goes on in that concern. Refuses with unknownChannel (it is gone) and invalidAddress.
 */
export const joinConcern = async (
  world: World,
  tx: Tx,
  call: CallRecord,
  asked: Asked,
): Promise<{ readonly concernId: ConcernId; readonly customerId: CustomerId } | Refusal> => {
  const there = await thereOf(tx, call);
  if (there === null) return refuse("unknownChannel");
  const card = cardWords(call);
  const text = asked.lines === null || asked.lines.trim() === "" ? card : asked.lines.trim();
  const subject = asked.subject == null || asked.subject.trim() === "" ? card : asked.subject;
  const about = { subject, topicId: asked.topicId ?? null, priority: asked.priority ?? null };
  return joinByCall(world, tx, there, { text, card }, about, call.concernId);
};

/** An agent and the customer speak with each other: that is the answer, once for each agent of a call. Nothing happens to a call without a concern. */
export const answeredBy = async (world: World, tx: Tx, call: CallRecord, agentId: AgentId): Promise<void> => {
  const there = call.concernId === null ? null : await thereOf(tx, call);
  if (there === null || call.concernId === null) return;
  await answeredByCall(world, tx, there, { concernId: call.concernId, agentId, text: talkWords(call.language) });
};

/** Words that were left, as their file was kept. */
export interface LeftWords {
  readonly recordingId: string;
  readonly hash: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly seconds: number;
  readonly text: string | null;
}

/** Words that were left become a message of theirs with the file, for which they wait; once for each recording. False: there is no concern to put them into. */
export const leaveWords = async (world: World, tx: Tx, call: CallRecord, left: LeftWords): Promise<boolean> => {
  const there = call.concernId === null ? null : await thereOf(tx, call);
  if (there === null || call.concernId === null) return false;
  const { language } = call;
  const { recordingId, hash, mediaType, sizeBytes, seconds } = left;
  const name = voicemailFile(language);
  return leftByCall(world, tx, there, {
    concernId: call.concernId,
    key: recordingId,
    words: {
      text: voicemailWords(language, seconds, left.text),
      card: voicemailWords(language, seconds, null),
      files: [{ id: world.newId(), hash, name, mediaType, sizeBytes, inlineId: null, image: false }],
    },
  });
};

/**
 * What becomes of a call that has ended: one that came to nothing waits on as work, or (by the channel's rule) is only noted. To be called with every call that ends, in that transaction
 * and before it is kept; twice is once.
 */
export const settleCall = async (
  world: World,
  tx: Tx,
  call: CallRecord,
  rules: Pick<CallRules, "missed">,
): Promise<void> => {
  if (call.endedAt === null || call.concernId === null || !isMissed(call) || rules.missed === "work") return;
  await notedByCall(world, tx, call.id, call.concernId);
};
