// What a call wants of the routing beside what the contract says of it, whose place it may have, and how its end counts. Pure; asked by calls/reads.ts, modules/routing and reports.
import type { AddressKind, Assurance } from "#contract/channel.ts";
import type { CallEnd, CallNeed } from "#contract/calls.ts";
import type { AgentId } from "#contract/ids.ts";
import { needOf, type CallRecord } from "#modules/calls/model-record.ts";

/** What a call wants of the routing. */
export interface CallWant extends CallNeed {
  /** Talking: with whom; routing gives it to them if nobody has it. */
  readonly agentId: AgentId | null;
  /** Whoever has it is to have it no longer: it goes to somebody, or (null) to the head of its queue. Nothing, once somebody else has it. */
  readonly hand: { readonly from: AgentId; readonly to: AgentId | null } | null;
}

/** What it wants of the routing now; null: nothing. A call that an agent has dialled is theirs from the beginning, so that nothing else is offered to them. */
export const wantOf = (call: CallRecord): CallWant | null => {
  if (call.endedAt !== null) return null;
  const dialled = call.direction === "out" && call.callback === null && call.agentId !== null;
  const need = needOf(call);
  if (need === null && !dialled) return null;
  const base: CallNeed = need ?? {
    kind: "voice",
    since: call.startedAt,
    notBefore: null,
    talking: true,
    queueId: null,
    skills: {},
  };
  return { ...base, agentId: base.talking ? call.agentId : null, hand: call.hand };
};

/** By which address a customer is found: a number, which proves nothing, or the visitor's own of a page. */
export interface CallPerson {
  readonly kind: AddressKind;
  readonly value: string;
  readonly name: string | null;
  readonly assurance: Assurance;
}

/** Who calls or is called; null: a withheld number. */
export const personOf = (call: Pick<CallRecord, "number" | "visitor" | "name">): CallPerson | null => {
  const name = call.name === "" || call.name === call.number ? null : call.name;
  if (call.visitor !== null) return { kind: "chat", value: call.visitor, name, assurance: "proved" };
  return call.number === null ? null : { kind: "phone", value: call.number, name, assurance: "none" };
};

/** By which the calls of one person are found. */
export const personKey = (call: Pick<CallRecord, "number" | "visitor" | "name">): string | null => {
  const person = personOf(call);
  return person === null ? null : `${person.kind} ${person.value}`;
};

/** Ends by which somebody gave up, was sent away or could not be reached. */
const unserved: ReadonlySet<CallEnd> = new Set([
  "abandoned",
  "abandonedAtOnce",
  "lost",
  "turnedAway",
  "noAnswer",
  "busy",
  "notReached",
]);

type Ended = Pick<CallRecord, "direction" | "end" | "callback" | "talkedFrom" | "waitingSince">;

/** Did they hang up while they waited for somebody? Whoever took a callback, a chat, a mail or left words did not, and a callback that came to nothing is none either. */
export const isAbandoned = ({ direction, end, callback, talkedFrom, waitingSince }: Ended): boolean =>
  direction === "in" &&
  callback === null &&
  talkedFrom === null &&
  waitingSince !== null &&
  (end === "abandoned" || end === "abandonedAtOnce" || end === "lost");

/** Did somebody who wanted us come to nothing? What becomes of those is the channel's rule (`missed`). A call of an agent's own is none. */
export const isMissed = (call: Ended): boolean =>
  call.end !== null &&
  call.talkedFrom === null &&
  unserved.has(call.end) &&
  (call.direction === "in" || call.callback !== null);
