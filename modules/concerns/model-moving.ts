// Decides what moving messages between two concerns makes of both: places, the row, who sees from where, and what goes back. Called by actions-moving.ts; pure.
import type { ChannelKind } from "#contract/channel.ts";
import type { Direction } from "#contract/concerns.ts";
import type { ConcernId, MessageId } from "#contract/ids.ts";
import { previewOf, withStatus, type ConcernState, type Undoable } from "#modules/concerns/model.ts";

/** One message as moving looks at it, taken back or not. */
export interface Line {
  readonly id: MessageId;
  readonly concernId: ConcernId;
  readonly seq: number;
  readonly at: string;
  readonly direction: Direction;
  readonly channelKind: ChannelKind | null;
  /** A machine wrote it. */
  readonly automatic: boolean;
  readonly withdrawn: boolean;
  /** For a chosen time that has not come. */
  readonly planned: boolean;
  readonly subject: string | null;
  /** The beginning of what it says. */
  readonly text: string;
  readonly author: string;
  readonly answersId: MessageId | null;
  readonly clientKey: string | null;
  /** Norms and values of its sender and recipients. */
  readonly people: readonly string[];
}

const later = (a: string, b: string): string => (a > b ? a : b);

/** What is there and what comes, in one order: each keeps its own, and both are merged by time; of one moment what was there comes first. */
export const byTime = <T extends Pick<Line, "at">>(there: readonly T[], coming: readonly T[]): T[] => {
  const order: T[] = [];
  let [i, j] = [0, 0];
  // An answer for a chosen time carries a later time than its place says: what follows it must not come before it.
  let [thereAt, comingAt] = ["", ""];
  while (i < there.length || j < coming.length) {
    const [a, b] = [there[i], coming[j]];
    const nextThere = a === undefined ? null : later(thereAt, a.at);
    const nextComing = b === undefined ? null : later(comingAt, b.at);
    if (a !== undefined && nextThere !== null && (nextComing === null || nextThere <= nextComing)) {
      order.push(a);
      thereAt = nextThere;
      i += 1;
    } else if (b !== undefined && nextComing !== null) {
      order.push(b);
      comingAt = nextComing;
      j += 1;
    }
  }
  return order;
};

/** What goes back, each behind the message it stood behind before; what has no such place is merged by time. `stoodBehind`: null: it was the first. */
export const putBack = <T extends Pick<Line, "at" | "id">>(
  there: readonly T[],
  coming: readonly T[],
  stoodBehind: ReadonlyMap<string, MessageId | null>,
): T[] => {
  const order = [...there];
  const rest: T[] = [];
  for (const line of coming) {
    const behind = stoodBehind.get(line.id);
    const at = behind === null ? 0 : behind === undefined ? -1 : order.findIndex(({ id }) => id === behind) + 1;
    if (behind === undefined || (behind !== null && at === 0)) rest.push(line);
    else order.splice(at, 0, line);
  }
  return byTime(order, rest);
};

/** Behind which message of the whole each of the chosen stands; null: behind none. */
export const standsBehind = (
  whole: readonly Pick<Line, "id">[],
  chosen: ReadonlySet<string>,
): { readonly id: MessageId; readonly behind: MessageId | null }[] =>
  whole.flatMap(({ id }, index) => (chosen.has(id) ? [{ id, behind: whole[index - 1]?.id ?? null }] : []));

const isAnswer = (line: Line): boolean => line.direction === "out" && !line.automatic && !line.planned;

/**
 * The concern's row as its messages tell it, in their order. `waits`: may nobody have dealt with this message of the customer yet? What an agent has
 * settled without an answer waits no more. A status follows only where it must: who waits needs an open concern, and one in which nobody waits any
 * more because the question has left waits for the customer, if we have answered.
 */
export const retold = (before: ConcernState, lines: readonly Line[], waits: (line: Line) => boolean): ConcernState => {
  const counted = lines.filter((line) => !line.withdrawn && line.direction !== "system");
  const shown = counted.filter((line) => !line.planned && !(line.automatic && line.direction === "out"));
  const answers = counted.filter(isAnswer);
  const lastAnswer = counted.findLastIndex(isAnswer);
  const waiting = counted
    .slice(lastAnswer + 1)
    .find((line) => line.direction === "in" && !line.automatic && waits(line));
  const last = shown.at(-1);
  const told: ConcernState = {
    ...before,
    lastSeq: lines.length,
    messageCount: counted.length,
    channels: [...new Set(counted.flatMap(({ channelKind }) => channelKind ?? []))],
    snippet: last === undefined ? "" : previewOf(last),
    lastDirection: last?.direction ?? "in",
    lastMessageAt: shown.map(({ at }) => at).reduce(later, shown[0]?.at ?? before.lastMessageAt),
    waitingSince: waiting?.at ?? null,
    firstReplyAt: answers[0]?.at ?? null,
  };
  const isAwake = before.status === "new" || before.status === "open";
  if (waiting !== undefined) return isAwake ? told : withStatus(told, "open", waiting.at);
  if (before.waitingSince !== null && isAwake && answers.length > 0)
    return withStatus(told, "waiting", told.lastMessageAt);
  return told;
};

/** Whose question may wait: what came since the customer waits, in a concern where the customer does. */
export const waitsIn =
  (state: Pick<ConcernState, "waitingSince">) =>
  (line: Pick<Line, "at">): boolean =>
    state.waitingSince !== null && line.at >= state.waitingSince;

/** What of a row is put back when nobody has touched it since. */
const statusKeys = ["status", "snoozedUntil", "resolvedAt", "closedAt"] as const;

/** The row after a move was taken back: as it was before it where nothing has happened since; else only the status, if nobody chose another. */
export const takenBackRow = (
  now: ConcernState,
  told: ConcernState,
  was: { readonly before: Undoable; readonly after: Undoable },
  isWhole: boolean,
): ConcernState => {
  const keys = Object.keys(was.after) as (keyof Undoable)[];
  if (isWhole && keys.every((key) => now[key] === was.after[key])) return { ...told, ...was.before };
  if (told.waitingSince !== null || statusKeys.some((key) => now[key] !== was.after[key])) return told;
  return { ...told, ...Object.fromEntries(statusKeys.map((key) => [key, was.before[key]])) };
};

/**
 * Which messages of a concern go back with those that were moved there: who answers one that goes back goes, who answers one that stays stays, and what
 * answers nothing goes with the message before it. What was `native` there stays. `lines` in their order.
 */
export const goingBack = (
  lines: readonly Pick<Line, "id" | "answersId">[],
  moved: ReadonlySet<string>,
  native: ReadonlySet<string>,
): ReadonlySet<MessageId> => {
  const back = new Set<MessageId>();
  const here = new Set<string>();
  let previous = false;
  for (const line of lines) {
    const goes: boolean = moved.has(line.id)
      ? true
      : native.has(line.id)
        ? false
        : line.answersId !== null && here.has(line.answersId)
          ? back.has(line.answersId)
          : previous;
    if (goes) back.add(line.id);
    here.add(line.id);
    previous = goes;
  }
  return back;
};

/** Who takes part, as moving looks at it. */
export interface Seeing {
  readonly concernId: ConcernId;
  readonly kind: string;
  readonly norm: string;
  readonly seesFrom: number;
  readonly seenSeq: number;
}

/**
 * From where on somebody sees in the new order what they saw in the old one of this concern, and up to where they have seen it. `lines`: the
 * concern's messages in their new order, with their old places. `there`: the same person in the concern where a message stood before.
 */
export const seeingIn = (
  one: Seeing,
  lines: readonly Line[],
  there: (concernId: ConcernId) => Seeing | undefined,
): Pick<Seeing, "seesFrom" | "seenSeq"> => {
  const first = lines.findIndex((line) => {
    const mine = line.concernId === one.concernId ? one : there(line.concernId);
    return mine !== undefined && line.seq >= mine.seesFrom;
  });
  // Who saw everything of it sees everything: also what was said earlier elsewhere, if they could see it there.
  const native = lines.findIndex((line) => line.concernId === one.concernId && line.seq >= one.seesFrom);
  const seesFrom = (native === -1 ? first : first === -1 ? native : Math.min(first, native)) + 1 || lines.length + 1;
  const unseen = lines.findIndex((line) => {
    const mine = line.concernId === one.concernId ? one : there(line.concernId);
    return line.direction === "out" && !line.withdrawn && mine !== undefined && line.seq > mine.seenSeq;
  });
  return { seesFrom, seenSeq: unseen === -1 ? lines.length : unseen };
};
