// What a visitor sees of their own concerns. Called by server/chat*.ts.
import { addressKindOf, isKept } from "#contract/channel.ts";
import type { ChatConcern, ChatFile, ChatMessage } from "#contract/chat.ts";
import type { ConcernId } from "#contract/ids.ts";
import type { AnswerPart, GivenAnswer } from "#contract/parts.ts";
import { answerTo } from "#modules/concerns/model-parts.ts";
import { concernOfMessage } from "#modules/concerns/store.ts";
import {
  changedSince,
  concernsAsked,
  concernsOfParty,
  fileOfMessage,
  messagesOfIntakes,
  messagesOfParty,
  partyIn,
  standingsOf,
  type AskedConcern,
  type PartyConcern,
  type PartyFile,
  type PartyMessage,
  type Standing,
  type Viewer,
} from "#modules/concerns/store-visitor.ts";
import { anyContinued, continuedFor } from "#modules/concerns/store-moving.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** Where it is read, and what holds files back. */
type Reading = Pick<World, "db" | "checks">;

/** Concerns a visitor is shown, and messages of each. */
const shownConcerns = 20;
const shownMessages = 50;

const asConcern = (
  { id, number, subject, status, lastAt, lastSeq, seenSeq }: PartyConcern,
  continued: Awaited<ReturnType<typeof continuedFor>>,
): ChatConcern => ({
  id,
  number,
  subject,
  status,
  lastAt,
  lastSeq,
  seenSeq,
  continued: continued
    .filter((one) => one.concernId === id)
    .map((one) => ({ side: one.side, concernId: one.otherId, number: one.number, subject: one.subject, at: one.at })),
});

/** The messages as visitors see them, with what holds their files back. */
const asMessages = async (world: Reading, rows: readonly PartyMessage[]): Promise<ChatMessage[]> => {
  const hashes = rows.flatMap(({ files }) => (files ?? []).map(({ hash }) => hash));
  const held = (await world.checks?.held(world.db, hashes)) ?? new Map<string, { readonly why: "waiting" }>();
  return rows.map((row) => asMessage(row, (hash) => held.get(hash)?.why ?? null));
};

const asMessage = (row: PartyMessage, heldWhy: (hash: string) => ChatFile["held"]): ChatMessage => ({
  id: row.id,
  concernId: row.concernId,
  seq: row.seq,
  by: row.direction === "in" ? "you" : "us",
  name: row.authorName,
  automatic: row.isAutomatic,
  way: row.channelKind === null ? "chat" : addressKindOf[row.channelKind],
  text: row.text,
  parts: [...(row.parts ?? [])],
  files: (row.files ?? []).map(({ hash, ...file }) => ({ ...file, held: heldWhy(hash) })),
  at: row.at,
  said: saidAs(row),
  read: row.direction === "in" && row.isRead,
});

/** By which id the page said it: the end of the provider's; what was said to a flow before there was a concern has it as its own. */
const saidAs = ({ channelKind, providerId, direction, id }: PartyMessage): string | null => {
  if (channelKind === null || !isKept(addressKindOf[channelKind])) return null;
  return providerId === null ? (direction === "in" ? id : null) : (providerId.split(":")[1] ?? null);
};

/** The concerns in which the viewer's own address takes part, and how they stand since an event; asked for all who come at one moment together. */
export const standingOf = (tx: Tx, viewer: Viewer, since: number | null): Promise<Standing[]> =>
  standingsOf(tx, { party: viewer, since, limit: shownConcerns });

/** As whom they speak in a concern of theirs; null: by the address that is their own. Asked only of who has several. */
export const speaksAs = async (tx: Tx, viewer: Viewer, concernId: string | null): Promise<string | null> =>
  concernId === null || (viewer.joined ?? []).length === 0 ? null : partyIn(tx, viewer, concernId);

/** The visitor's concerns with their last messages. `since`: only those in which something happened after that event; null: all. */
export const chatsOf = async (
  world: Reading,
  viewer: Viewer,
  since: number | null,
): Promise<{ readonly concerns: ChatConcern[]; readonly messages: ChatMessage[] }> => {
  const { db: tx } = world;
  const all = await concernsOfParty(tx, viewer, null, shownConcerns);
  const ids = all.map(({ id }) => id);
  const wanted = new Set<string>(since === null || ids.length === 0 ? ids : await changedSince(tx, ids, since));
  const concerns = all.filter(({ id }) => wanted.has(id));
  const messages = wanted.size === 0 ? [] : await messagesOfParty(tx, viewer, [...wanted], lastPage);
  const continued = wanted.size === 0 ? [] : await continuedFor(world.db, viewer, [...wanted]);
  return {
    concerns: concerns.map((one) => asConcern(one, continued)),
    messages: await asMessages(world, messages),
  };
};

const lastPage = { before: null, limit: shownMessages };

/** A concern as it is now, with some of its messages. */
export interface Chat {
  readonly concern: ChatConcern;
  readonly messages: readonly ChatMessage[];
}

/** The asked concerns as they are now, each with those of the named messages that its viewer may see; null: they take no part in it. */
export const chatsAsked = async (world: Reading, asked: readonly AskedConcern[]): Promise<(Chat | null)[]> => {
  const { concerns, messages } = await world.db.together((tx) => concernsAsked(tx, asked));
  const byPlace = new Map(concerns.map((each) => [each.place, each]));
  const shown = await asMessages(world, messages);
  // Few concerns go on elsewhere: only of those it is asked where.
  const moving = new Set(await anyContinued(world.db, [...new Set(asked.map(({ concernId }) => concernId))]));
  const continued = await Promise.all(
    asked.map(({ viewer, concernId }) =>
      moving.has(concernId) ? continuedFor(world.db, viewer, [concernId]) : Promise.resolve([]),
    ),
  );
  const said = Map.groupBy(shown.keys(), (n) => messages[n]?.place);
  return asked.map((_, place) => {
    const concern = byPlace.get(place);
    if (concern === undefined) return null;
    return {
      concern: asConcern(concern, continued[place] ?? []),
      messages: (said.get(place) ?? []).flatMap((n) => shown[n] ?? []),
    };
  });
};

/** One concern of theirs as it is now; null: they take no part in it. */
export const chatOf = async (tx: Tx, viewer: Viewer, concernId: string): Promise<ChatConcern | null> => {
  const [concern] = await concernsOfParty(tx, viewer, [concernId], 1);
  return concern === undefined ? null : asConcern(concern, await continuedFor(tx, viewer, [concernId]));
};

/** Older messages of a concern of theirs; none when they take no part in it. */
export const earlierOf = async (
  world: Reading,
  viewer: Viewer,
  concernId: string,
  before: number,
): Promise<{ readonly messages: ChatMessage[]; readonly end: boolean }> => {
  const page = { before, limit: shownMessages };
  const rows = await messagesOfParty(world.db, viewer, [concernId], page);
  return { messages: await asMessages(world, rows), end: rows.length < shownMessages };
};

/** What each arrival became, for whoever said it; null: nothing that stands in a concern. `tx`: the transaction that took them in, if it is still under way. */
export const saidBy = async (
  world: Reading,
  intakeIds: readonly string[],
  tx: Tx = world.db,
): Promise<(ChatMessage | null)[]> => {
  const rows = await messagesOfIntakes(tx, intakeIds);
  const messages = await asMessages(world, rows);
  const places = new Map(rows.map((row, n) => [row.intakeId, n]));
  return intakeIds.map((id) => messages[places.get(id) ?? -1] ?? null);
};

/** What an answer to a part of ours says, and in which concern; null: the viewer has no such message, or the answer does not fit. */
export const answerFor = async (
  tx: Tx,
  viewer: Viewer,
  given: GivenAnswer,
  language: "de" | "en",
): Promise<{ readonly concernId: ConcernId; readonly answer: AnswerPart } | null> => {
  const concernId = await concernOfMessage(tx, given.messageId);
  if (concernId === null) return null;
  const [row] = await messagesOfParty(tx, viewer, [concernId], { before: null, limit: 1, ids: [given.messageId] });
  if (row?.direction !== "out") return null;
  const { messageId, part } = given;
  const answer = answerTo(row.parts?.[part], { messageId, part }, given.values, language);
  return answer === null ? null : { concernId, answer };
};

/** A file of a message that the viewer may see; null: there is none, or it is none of theirs. */
export const fileFor = async (tx: Tx, viewer: Viewer, id: string): Promise<PartyFile | null> => {
  const file = await fileOfMessage(tx, id);
  if (file === null) return null;
  const { messageId, concernId, ...rest } = file;
  const seen = await messagesOfParty(tx, viewer, [concernId], { before: null, limit: 1, ids: [messageId] });
  return seen.length === 0 ? null : rest;
};

export { unseenAmong, type UnseenWord } from "#modules/concerns/store-visitor.ts";
