// What moved messages do to a concern that is open on the desk. Pure; called by apply.ts.
import type { ConcernDetail, Move } from "#contract/concerns.ts";
import type { EventData } from "#contract/events.ts";
import type { Opened } from "#web/state/apply.ts";

/** What has left is gone at once; what came, and all new places, are fetched. */
export const movedIn = (opened: Opened, { move, messageIds, undone }: EventData<"message.moved">): Opened => {
  const others = opened.concern.moves.filter(({ key }) => key !== move.key);
  const gone = new Set<string>((move.side === "from") === undone ? [] : messageIds);
  return {
    ...opened,
    concern: { ...opened.concern, moves: undone ? others : [...others, move] },
    messages: opened.messages.filter(({ id }) => !gone.has(id)),
    incomplete: opened.incomplete.filter((id) => !gone.has(id)),
    stale: true,
  };
};

/** Somebody said that a message belongs where it is: nothing is proposed any more. */
export const keptIn = (opened: Opened, messageId: string): Opened => ({
  ...opened,
  messages: opened.messages.map((message) => (message.id === messageId ? { ...message, proposal: null } : message)),
});

/** Does the concern name that one, as linked or as where messages went or came from? */
export const leadsTo = ({ links, moves }: ConcernDetail, concernId: string | null): boolean =>
  links.some((link) => link.concernId === concernId) || moves.some((move) => move.other.concernId === concernId);

/** The moves, where the other concern has another subject now. */
export const renamed = (moves: readonly Move[], concernId: string | null, subject: string): Move[] =>
  moves.map((move) => (move.other.concernId === concernId ? { ...move, other: { ...move.other, subject } } : move));
