// What routing says, as hints to fetch anew: my own work, and the floor as supervisors see it. Used by apply.ts.
import type { AnyEvent } from "#contract/events.ts";

/** Counters that rise when something is to be fetched again. */
export interface WorkHints {
  /** My presence, what is offered to me, what I hold. */
  readonly work: number;
  /** Queues and agents, whoever they are. */
  readonly floor: number;
}

export const noWorkHints: WorkHints = { work: 0, floor: 0 };

/** Whom an entry of routing is about; undefined: it is about everybody; null: it is none of routing's. */
const aboutWhom = (event: AnyEvent): string | null | undefined => {
  switch (event.kind) {
    case "work.offered":
    case "work.changed":
      return event.data.work.agentId ?? "";
    case "work.settled":
    case "work.ended":
      return event.data.agentId ?? "";
    case "work.returned":
    case "work.disposed":
    case "presence.changed":
    case "routing.agentChanged":
      return event.data.agentId;
    case "queue.changed":
    case "routing.bookChanged":
    case "team.told":
      return undefined;
    default:
      return null;
  }
};

/** The counters after an entry; the same object when it says nothing of routing. */
export const workHints = (hints: WorkHints, event: AnyEvent, me: string | null): WorkHints => {
  const whom = aboutWhom(event);
  if (whom === null) return hints;
  return { work: hints.work + (whom === undefined || whom === me ? 1 : 0), floor: hints.floor + 1 };
};
