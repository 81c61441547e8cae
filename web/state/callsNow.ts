// The calls at the top of everything, and the one that keys mean. Called by the bar of calls and its commands.
import type { Call } from "#contract/calls.ts";
import { livingCalls } from "#web/state/applyCalls.ts";
import { knownCalls } from "#web/state/calls.ts";
import { deskState } from "#web/state/desk.ts";
import { workForCalls } from "#web/state/softphone.ts";
import { telephone } from "#web/state/softphoneNow.ts";
import { ableIn, callsAtTop, mySide, type Able } from "#web/state/softphoneParts.ts";

/** As callsAtTop says, of everything that is known now. */
export const callsNow = (): ReturnType<typeof callsAtTop> =>
  callsAtTop(livingCalls(knownCalls.get()), deskState.get().me, workForCalls(), telephone.get().taken);

/** The call I am in that keys mean; null: none. */
export const callInHand = (): Call | null => callsNow().find(({ part }) => part === "in")?.call ?? null;

/** The call that asks whether I take it; null: none. */
export const callThatAsks = (): Call | null => callsNow().find(({ part }) => part === "asked")?.call ?? null;

/** What I can do with the call in hand. */
export const canNow = (what: keyof Able): boolean => {
  const call = callInHand();
  return call !== null && ableIn(call, deskState.get().me)[what];
};

/** The living call of a concern that somebody talks in now; null: none. */
export const talkOf = (concernId: string): Call | null =>
  livingCalls(knownCalls.get()).find(
    (call) => call.concernId === concernId && call.state === "talking" && call.agentId !== null,
  ) ?? null;

/** I can listen to it: somebody else talks, and I am not in it yet. */
export const canListen = (call: Call | null): call is Call => {
  const { me } = deskState.get();
  return call !== null && call.agentId !== me && mySide(call, me) === null && telephone.get().role === "here";
};
