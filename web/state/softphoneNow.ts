// What is to be seen of my telephone: which window is it, what hinders it, its legs and how they sound. Written by softphone.ts and softphoneLines.ts.
import type { PhoneTrouble } from "#web/state/softphoneDevices.ts";
import type { Measured } from "#web/state/softphoneQuality.ts";
import { createStore } from "#web/state/store.ts";

/** A leg of mine in this window. */
export interface LineShown {
  readonly callId: string;
  readonly state: "connecting" | "connected" | "lost";
  readonly speaks: boolean;
  readonly heard: Measured | null;
  /** Several counts in a row nothing came, although somebody should be heard; nothing left the microphone. */
  readonly hearsNothing: boolean;
  readonly saysNothing: boolean;
}

/** off: nothing to telephone with, or I am not there; here: this window is it; elsewhere: another window of this browser is. */
export interface Telephone {
  readonly role: "off" | "elsewhere" | "here";
  /** The server knows it. */
  readonly registered: boolean;
  /** An engine that is reached by SIP is reached. */
  readonly reached: boolean;
  /** Some channel's engine cannot be reached now. */
  readonly missing: boolean;
  readonly trouble: PhoneTrouble | null;
  readonly lines: Readonly<Record<string, LineShown>>;
  /** Calls by their legs that ask, which I have taken here. */
  readonly taken: ReadonlySet<string>;
}

/** Nothing to telephone with. */
export const noTelephone: Telephone = {
  role: "off",
  registered: false,
  reached: true,
  missing: false,
  trouble: null,
  lines: {},
  taken: new Set(),
};
export const telephone = createStore<Telephone>(noTelephone);
/** Changes parts of it. */
export const setPhone = (part: Partial<Telephone>): void => telephone.set((now) => ({ ...now, ...part }));
/** Changes parts of a leg that is there. */
export const setLine = (legId: string, part: Partial<LineShown>): void =>
  telephone.set((now) => {
    const line = now.lines[legId];
    return line === undefined ? now : { ...now, lines: { ...now.lines, [legId]: { ...line, ...part } } };
  });

/** Takes a call that asks for me: its leg is made now. */
export const takeCall = (legId: string): void =>
  telephone.set((now) => ({ ...now, taken: new Set([...now.taken, legId]) }));
