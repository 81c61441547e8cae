// What lives in the engine: parties, hubs, recordings, and who hears whom. The files beside it act on it: parties.ts, keeping.ts, voices.ts.
import type { HubMember, VoiceAnswer, VoiceCommand, VoiceEvent, VoiceSnapshot } from "#contract/voice.ts";
import { heardBy, keptOf } from "./hearing.ts";
import type { Audio } from "./leg.ts";
import type { Line, Network } from "./line.ts";
import type { Frames, Player } from "./player.ts";
import type { Recorder } from "./recorder.ts";

export type Of<Do extends VoiceCommand["do"]> = Extract<VoiceCommand, { do: Do }>;
type Why = Extract<VoiceAnswer, { ok: false }>["why"];

/** What the engine is given: where events go, in the order in which things happened; a sound's frames, null when there is none. */
export interface RoomIo {
  readonly tell: (event: VoiceEvent) => void;
  readonly sound: (sound: string) => Promise<Frames>;
  readonly log: (
    level: "info" | "warn" | "error",
    event: string,
    facts?: Readonly<Record<string, string | number>>,
  ) => void;
}

export interface Leg {
  readonly id: string;
  state: "arriving" | "ringing" | "connected";
  readonly caller: VoiceSnapshot["legs"][number]["caller"];
  readonly callId: string | null;
  readonly deviceId: string | null;
  line: Line | null;
  /** The offer that is being answered or was, so that the same again has the same answer. */
  offer: { readonly sdp: string; readonly answer: Promise<VoiceAnswer> } | null;
  isOpen: boolean;
  taken: boolean;
  readonly audio: Audio;
  readonly player: Player;
  timer: NodeJS.Timeout | null;
  hubId: string | null;
  /** Whom it hears; one alone is passed on as it comes (`passed`), several are mixed. */
  hears: readonly Leg[];
  passed: boolean;
  /** What came from it in this tick. */
  frame: Uint8Array | null;
  readonly mix: Uint8Array;
}

export interface Recording {
  readonly of: Of<"record">["of"];
  readonly left: ReadonlySet<string>;
  /** Null: it is over. */
  recorder: Recorder | null;
  readonly sides: readonly [Uint8Array, Uint8Array];
}

export interface Room {
  readonly folder: string;
  readonly io: RoomIo;
  readonly legs: Map<string, Leg>;
  /** Parties that were: what is wished of them is done already. */
  readonly past: Set<string>;
  readonly devices: Set<string>;
  readonly hubs: Map<string, readonly HubMember[]>;
  readonly recordings: Map<string, Recording>;
  limits: { readonly mostLegs: number; readonly network: Network };
  /** Offers in the present second of the clock. */
  offers: { readonly second: number; count: number };
  /** There are parties, or there are none any more: audio has to run, or may rest. */
  readonly run: (on: boolean) => void;
}

export const done: VoiceAnswer = { ok: true };
export const refused = (why: Why, detail: string): VoiceAnswer => ({ ok: false, why, detail });
export const instantNow = (): string => new Date().toISOString();

/** Does something with a party; one that is over is left in peace. */
export const withLeg = ({ legs, past }: Room, legId: string, act: (leg: Leg) => VoiceAnswer): VoiceAnswer => {
  const leg = legs.get(legId);
  return leg === undefined ? (past.has(legId) ? done : refused("unknownLeg", legId)) : act(leg);
};

/** After every change of who is where: who hears whom, what is passed on as it comes, and what is kept for mixing. */
export const rewire = ({ legs, hubs, recordings, run }: Room): void => {
  const tapped = new Set<Leg | undefined>();
  const passes = new Map<Leg, Audio[]>();
  for (const leg of legs.values()) {
    const members = leg.hubId === null ? [] : (hubs.get(leg.hubId) ?? []);
    leg.hears = heardBy(leg.id, members).flatMap((id) => legs.get(id) ?? []);
    const [only] = leg.hears;
    leg.passed = only !== undefined && leg.hears.length === 1 && !leg.player.isPlaying();
    if (leg.passed && only !== undefined) passes.set(only, [...(passes.get(only) ?? []), leg.audio]);
    else for (const other of leg.hears) tapped.add(other);
  }
  for (const { of, recorder } of recordings.values())
    if (recorder !== null)
      for (const id of "legId" in of ? [of.legId] : keptOf(hubs.get(of.hubId) ?? [])) tapped.add(legs.get(id));
  for (const leg of legs.values()) {
    leg.audio.tap(tapped.has(leg));
    leg.audio.handTo(passes.get(leg) ?? []);
  }
  run(legs.size > 0);
};
