// What the telephone has to do, made of the calls that live: which legs the browser makes, what may be heard of its microphone, which call asks to be taken.
// Pure; called by softphone.ts and the bar of calls.
import type { Call, CallParty, CallRecording } from "#contract/calls.ts";
import type { WorkRow } from "#contract/routing.ts";

/** My side of a call, as long as it lasts; the newest, where I was in it before. */
export const mySide = (call: Call, me: string | null): CallParty | null =>
  call.parties.findLast(({ agentId, state }) => agentId !== null && agentId === me && state !== "ended") ?? null;

/** A leg that the browser is to have. `microphone`: what I say goes there; otherwise silence, and the microphone stays closed. */
export interface LegWanted {
  readonly callId: Call["id"];
  readonly channelId: string;
  readonly legId: string;
  readonly microphone: boolean;
}

type Piece = Pick<WorkRow, "concernId" | "kind" | "state">;

const isVoice = ({ kind }: Pick<WorkRow, "kind">): boolean => kind === "voice" || kind === "callback";

/** The piece of routing by which a call comes to me; null: it comes by itself (a colleague asks something, I listen). */
const pieceOf = (call: Call, work: readonly Piece[]): Piece | null =>
  work.find((row) => row.concernId === call.concernId && isVoice(row) && row.state !== "waiting") ?? null;

/**
 * What I am in a call: `offered`: routing rings, the leg is made so that it is there at once; `asked`: somebody rings me directly and I say whether I take it;
 * `in`: I am in it, or about to be. `taken`: calls that I have taken here, of those that ask.
 */
export const partIn = (
  call: Call,
  me: string | null,
  work: readonly Piece[],
  taken: ReadonlySet<string>,
): "offered" | "asked" | "in" | null => {
  const side = mySide(call, me);
  if (side === null || call.state === "ended") return null;
  if (side.as === "supervisor") return "in";
  const piece = pieceOf(call, work);
  if (piece?.state === "offered") return "offered";
  if (side.state !== "ringing" || piece !== null || call.agentId === me || call.direction === "out") return "in";
  return taken.has(side.legId) ? "in" : "asked";
};

/** The legs the browser is to have now. */
export const legsWanted = (
  calls: readonly Call[],
  me: string | null,
  work: readonly Piece[],
  taken: ReadonlySet<string>,
): readonly LegWanted[] =>
  calls.flatMap((call) => {
    const part = partIn(call, me, work, taken);
    const side = mySide(call, me);
    if (side === null || part === null || part === "asked") return [];
    return [
      {
        callId: call.id,
        channelId: call.channelId,
        legId: side.legId,
        microphone: part === "in" && !side.muted && side.mode !== "listens",
      },
    ];
  });

const order: Readonly<Record<"asked" | "in", number>> = { asked: 0, in: 1 };

/** The calls that stand at the top of everything: those that ask first, then those I am in, the oldest first. What routing offers has its own card. */
export const callsAtTop = (
  calls: readonly Call[],
  me: string | null,
  work: readonly Piece[],
  taken: ReadonlySet<string>,
): readonly { readonly call: Call; readonly part: "asked" | "in" }[] =>
  calls
    .flatMap((call) => {
      const part = partIn(call, me, work, taken);
      return part === "asked" || part === "in" ? [{ call, part }] : [];
    })
    .toSorted((a, b) => order[a.part] - order[b.part] || a.call.startedAt.localeCompare(b.call.startedAt));

/** The customer's side; null: nobody of theirs is there (any more). */
export const customerSide = (call: Call): CallParty | null =>
  call.parties.findLast(({ as, state }) => as === "customer" && state !== "ended") ?? null;

/** Whom I ask while the customer hears music: rung or heard; null: nobody. */
export const consulted = (call: Call, me: string | null): CallParty | null =>
  call.parties.findLast(
    ({ as, agentId, state }) =>
      (as === "outside" || (as === "agent" && agentId !== me)) &&
      state !== "ended" &&
      customerSide(call)?.state === "held",
  ) ?? null;

/** Everybody else who is in it now, without the customer. */
export const othersIn = (call: Call, me: string | null): readonly CallParty[] =>
  call.parties.filter(
    ({ as, agentId, state }) => as !== "customer" && state !== "ended" && (agentId === null || agentId !== me),
  );

/** The recording that runs or rests now; null: nothing is kept. */
export const runningRecording = (call: Call): CallRecording | null =>
  call.recordings.findLast(({ kind, state }) => kind === "call" && (state === "running" || state === "paused")) ?? null;

/** What can be done with a call by somebody in it, so that no button stands there that does nothing. */
export interface Able {
  readonly hold: boolean;
  readonly mute: boolean;
  readonly digits: boolean;
  readonly transfer: boolean;
  readonly consult: boolean;
  /** Of who asks somebody: they are there. */
  readonly complete: boolean;
  readonly conference: boolean;
  readonly back: boolean;
  readonly record: boolean;
  readonly modes: boolean;
}

export const ableIn = (call: Call, me: string | null): Able => {
  const side = mySide(call, me);
  const there = side !== null && side.state !== "ringing";
  const speaks = there && side.as === "agent";
  const leads = speaks && call.agentId === me && call.state === "talking";
  const asks = leads ? consulted(call, me) : null;
  const customer = customerSide(call);
  return {
    hold: leads && asks === null && customer !== null,
    mute: there && side.mode !== "listens",
    digits: leads && call.by === "trunk",
    transfer: leads && asks === null && customer !== null,
    consult: leads && asks === null && customer !== null,
    complete: asks?.state === "connected",
    conference: asks?.state === "connected",
    back: asks !== null,
    record: speaks && runningRecording(call) !== null,
    modes: there && side.as === "supervisor",
  };
};

/** A number as somebody may have typed it, to be dialled: it has at least three digits and nothing that is no sign of a number. */
export const isNumber = (typed: string): boolean =>
  /^\+?[\d\s()/.-]+$/u.test(typed.trim()) && typed.replaceAll(/\D/gu, "").length >= 3;
