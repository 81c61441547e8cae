// What a visitor sees of their own concerns. Called by server/chat.ts.
import { addressKindOf, isKept } from "#contract/channel.ts";
import type { ChatConcern, ChatMessage } from "#contract/chat.ts";
import {
  changedSince,
  concernsOfParty,
  messageOfIntake,
  messagesOfParty,
  type PartyConcern,
  type PartyMessage,
  type Viewer,
} from "#modules/concerns/store-visitor.ts";
import type { Tx } from "#platform/db/db.ts";

/** Concerns a visitor is shown, and messages of each. */
const shownConcerns = 20;
const shownMessages = 50;

const asConcern = ({ id, number, subject, status, lastAt, lastSeq, seenSeq }: PartyConcern): ChatConcern => ({
  id,
  number,
  subject,
  status,
  lastAt,
  lastSeq,
  seenSeq,
});

const asMessage = (row: PartyMessage): ChatMessage => ({
  id: row.id,
  concernId: row.concernId,
  seq: row.seq,
  by: row.direction === "in" ? "you" : "us",
  name: row.authorName,
  way: row.channelKind === null ? "chat" : addressKindOf[row.channelKind],
  text: row.text,
  at: row.at,
  said:
    row.channelKind !== null && isKept(addressKindOf[row.channelKind]) ? (row.providerId?.split(":")[1] ?? null) : null,
});

/** Ids of the concerns in which the viewer's own address takes part. */
export const concernIdsOf = async (tx: Tx, viewer: Viewer): Promise<ChatConcern["id"][]> =>
  (await concernsOfParty(tx, viewer, null, shownConcerns)).map(({ id }) => id);

/** The visitor's concerns with their last messages. `since`: only those in which something happened after that event; null: all. */
export const chatsOf = async (
  tx: Tx,
  viewer: Viewer,
  since: number | null,
): Promise<{ readonly concerns: ChatConcern[]; readonly messages: ChatMessage[] }> => {
  const all = await concernsOfParty(tx, viewer, null, shownConcerns);
  const ids = all.map(({ id }) => id);
  const wanted = new Set<string>(since === null || ids.length === 0 ? ids : await changedSince(tx, ids, since));
  const concerns = all.filter(({ id }) => wanted.has(id));
  const messages = wanted.size === 0 ? [] : await messagesOfParty(tx, viewer, [...wanted], lastPage);
  return { concerns: concerns.map(asConcern), messages: messages.map(asMessage) };
};

const lastPage = { before: null, limit: shownMessages };

/** One concern of theirs as it is now, with those of the named messages that they may see; null: they take no part in it. */
export const chatOf = async (
  tx: Tx,
  viewer: Viewer,
  concernId: string,
  ids: readonly string[],
): Promise<{ readonly concern: ChatConcern; readonly messages: ChatMessage[] } | null> => {
  const [concern] = await concernsOfParty(tx, viewer, [concernId], 1);
  if (concern === undefined) return null;
  const messages =
    ids.length === 0 ? [] : await messagesOfParty(tx, viewer, [concernId], { before: null, limit: ids.length, ids });
  return { concern: asConcern(concern), messages: messages.map(asMessage) };
};

/** Older messages of a concern of theirs; none when they take no part in it. */
export const earlierOf = async (
  tx: Tx,
  viewer: Viewer,
  concernId: string,
  before: number,
): Promise<{ readonly messages: ChatMessage[]; readonly end: boolean }> => {
  const page = { before, limit: shownMessages };
  const rows = await messagesOfParty(tx, viewer, [concernId], page);
  return { messages: rows.map(asMessage), end: rows.length < shownMessages };
};

/** What an arrival became, for whoever said it. */
export const saidBy = async (tx: Tx, intakeId: string): Promise<ChatMessage | null> => {
  const row = await messageOfIntake(tx, intakeId);
  return row === null ? null : asMessage(row);
};
