// What I do with calls: each is a wish of the call, or something of this window. Called by the commands and the bar's buttons.
import type { Call, CallWish } from "#contract/calls.ts";
import { knownCalls, wishOfCall } from "#web/state/calls.ts";
import { callInHand, callThatAsks } from "#web/state/callsNow.ts";
import { callsUi, setCallsUi } from "#web/state/callsUi.ts";
import { deskState } from "#web/state/desk.ts";
import { takeCall } from "#web/state/softphoneNow.ts";
import { mySide, runningRecording } from "#web/state/softphoneParts.ts";
import { compose, returnTo, setUi, ui } from "#web/state/ui.ts";

const inHand = (does: (call: Call) => void): void => {
  const call = callInHand();
  if (call !== null) does(call);
};
const wish = (what: (call: Call) => CallWish): void => inHand((call) => void wishOfCall(call.id, what(call)));
const me = (): string | null => deskState.get().me;

/** Takes the call that asks; its concern opens with a note begun. */
export const takeAsked = (): void => {
  const call = callThatAsks();
  const side = call === null ? null : mySide(call, me());
  if (call === null || side === null) return;
  takeCall(side.legId);
  openCall(call);
};

/** Refuses the call that asks. */
export const refuseAsked = (): void => {
  const call = callThatAsks();
  if (call !== null) void wishOfCall(call.id, { what: "hangUp" });
};

/** Opens a call's concern and begins a note there. */
export const openCall = ({ concernId }: Call): void => {
  const row = concernId === null ? undefined : deskState.get().rows[concernId];
  if (row === undefined) return;
  if (ui.get().concernId === row.id) return compose("note");
  setUi({ answering: row.number, answeringBy: "note" });
  returnTo(row.number);
};

export const muteOrNot = (): void => wish((call) => ({ what: "mute", on: mySide(call, me())?.muted !== true }));
export const holdOrNot = (): void => wish((call) => ({ what: "hold", on: !call.held }));
export const recordOrNot = (): void =>
  wish((call) => ({ what: "record", on: runningRecording(call)?.state === "paused" }));
export const complete = (): void => wish(() => ({ what: "complete" }));
export const confer = (): void => wish(() => ({ what: "conference" }));
export const backToCustomer = (): void => wish(() => ({ what: "back" }));

/** Hangs up; who supervises leaves. */
export const hangUp = (): void =>
  wish((call) => (mySide(call, me())?.as === "supervisor" ? { what: "join", mode: null } : { what: "hangUp" }));

export const keypadOrNot = (): void =>
  inHand(({ id }) => setCallsUi({ keypad: callsUi.get().keypad === id ? null : id }));

export const askWhom = (what: "transfer" | "consult"): void =>
  inHand(({ id }) => setCallsUi({ sheet: { what, callId: id } }));

/** Joins a call somebody else talks in, or goes on in it in another way. */
export const joinCall = (id: Call["id"], mode: "listens" | "whispers" | "talks"): void =>
  void wishOfCall(id, { what: "join", mode });

let sending: Promise<unknown> = Promise.resolve();
/** Sends keys to the other side, one after the other in the order they were pressed. */
export const sendDigits = (id: Call["id"], digits: string): void => {
  sending = sending.then(() =>
    knownCalls.get()[id]?.state === "ended" ? null : wishOfCall(id, { what: "digits", digits }),
  );
};
