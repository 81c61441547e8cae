// My telephone: the call in hand, whom it is passed on to, calls that somebody else talks in. None of it can be done where nothing is telephoned.
import { allows } from "#contract/permissions.ts";
import type { Call } from "#contract/calls.ts";
import type { Command } from "#web/commands/command.ts";
import type { Context } from "#web/commands/context.ts";
import {
  askWhom,
  backToCustomer,
  complete,
  confer,
  hangUp,
  holdOrNot,
  joinCall,
  keypadOrNot,
  muteOrNot,
  openCall,
  recordOrNot,
  refuseAsked,
  takeAsked,
} from "#web/state/callDoing.ts";
import { hasTelephone } from "#web/state/calls.ts";
import { callInHand, callThatAsks, canListen, canNow, talkOf } from "#web/state/callsNow.ts";
import { setCallsUi } from "#web/state/callsUi.ts";
import { deskState } from "#web/state/desk.ts";
import { floorUi } from "#web/state/floorUi.ts";
import { telephoneHere } from "#web/state/softphone.ts";
import { telephone } from "#web/state/softphoneNow.ts";
import type { Able } from "#web/state/softphoneParts.ts";
import type { WordKey } from "#web/state/words.ts";
import { ringing } from "#web/state/work.ts";

const group = "calls";

/** Why nothing can be done with calls here; null: something could. */
const noPhone = (): WordKey | null => {
  if (!hasTelephone()) return "calls.why.none";
  const { role } = telephone.get();
  return role === "here" ? null : role === "off" ? "calls.why.off" : "calls.why.elsewhere";
};
/** Why the call in hand cannot be told this. */
const noCall = (): WordKey => (callInHand() === null ? (noPhone() ?? "calls.why.noCall") : "calls.why.notNow");

const ofCall = (id: string, title: WordKey, keys: readonly string[], what: keyof Able, run: () => void): Command => ({
  id: `call.${id}`,
  title,
  group,
  keys,
  can: () => canNow(what),
  why: noCall,
  run,
});

/** A call that could be listened to: I am in it as who supervises, or it stands where the keyboard stands on the floor, or in the open concern. */
const talkHere = ({ me, concern }: Context): Call | null => {
  if (!allows(me.agent.role, "team.supervise")) return null;
  const inHand = callInHand();
  if (inHand !== null) return canNow("modes") ? inHand : null;
  const { shown, spot } = floorUi.get();
  const id = shown ? (spot?.kind === "work" ? spot.work.concernId : null) : (concern?.id ?? null);
  const talk = id === null ? null : talkOf(id);
  return canListen(talk) ? talk : null;
};

const join = (mode: "listens" | "whispers" | "talks", title: WordKey, keys: readonly string[]): Command => ({
  id: `call.${mode}`,
  title,
  group,
  keys,
  can: (context) => talkHere(context) !== null,
  why: ({ me }) =>
    allows(me.agent.role, "team.supervise")
      ? callInHand() === null
        ? (noPhone() ?? "calls.why.nobodyTalks")
        : "calls.why.notNow"
      : "calls.why.notAllowed",
  run: (context) => {
    const call = talkHere(context);
    if (call !== null) joinCall(call.id, mode);
  },
});

export const callCommands: readonly Command[] = [
  {
    id: "call.take",
    title: "calls.commands.take",
    group,
    // As offers: one hand lies there. An offer comes first.
    keys: ["Ctrl+j", "Shift+a"],
    can: () => ringing().length === 0 && callThatAsks() !== null,
    run: takeAsked,
  },
  {
    id: "call.refuse",
    title: "calls.commands.refuse",
    group,
    keys: ["Ctrl+.", "Shift+x"],
    can: () => ringing().length === 0 && callThatAsks() !== null,
    run: refuseAsked,
  },
  // Also while something is being written.
  ofCall("mute", "calls.commands.mute", ["Ctrl+m", ", m"], "mute", muteOrNot),
  ofCall("hold", "calls.commands.hold", [", h"], "hold", holdOrNot),
  ofCall("keypad", "calls.commands.keypad", [", k"], "digits", keypadOrNot),
  ofCall("transfer", "calls.commands.transfer", [", t"], "transfer", () => askWhom("transfer")),
  ofCall("consult", "calls.commands.consult", [", c"], "consult", () => askWhom("consult")),
  ofCall("complete", "calls.commands.complete", [", o"], "complete", complete),
  ofCall("conference", "calls.commands.conference", [", z"], "conference", confer),
  ofCall("back", "calls.commands.back", [", b"], "back", backToCustomer),
  ofCall("record", "calls.commands.record", [", r"], "record", recordOrNot),
  {
    id: "call.hangUp",
    title: "calls.commands.hangUp",
    group,
    keys: [", x"],
    can: () => callInHand() !== null,
    why: noCall,
    run: hangUp,
  },
  {
    id: "call.open",
    title: "calls.commands.open",
    group,
    keys: [", n"],
    can: () => {
      const id = callInHand()?.concernId ?? null;
      return id !== null && deskState.get().rows[id] !== undefined;
    },
    why: noCall,
    run: () => {
      const call = callInHand();
      if (call !== null) openCall(call);
    },
  },
  join("listens", "calls.commands.listen", [", l"]),
  join("whispers", "calls.commands.whisper", [", w"]),
  join("talks", "calls.commands.join", [", j"]),
  {
    id: "call.devices",
    title: "calls.commands.devices",
    group,
    keys: [", d"],
    can: () => hasTelephone(),
    why: () => "calls.why.none",
    run: () => setCallsUi({ sheet: { what: "devices" } }),
  },
  {
    id: "call.here",
    title: "calls.commands.here",
    group,
    keys: [", p"],
    can: () => telephone.get().role === "elsewhere",
    why: () => noPhone() ?? "calls.why.isHere",
    run: telephoneHere,
  },
];
