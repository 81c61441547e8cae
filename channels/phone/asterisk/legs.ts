// What the engine knows of each leg, and how Asterisk keeps it for us: as a variable of its own, so that whoever attaches next reads it there.
import { createHash } from "node:crypto";
import { z } from "zod";
import {
  hubMember,
  type HubMember,
  type LegCause,
  soundId,
  type VoiceAnswer,
  type VoiceCommand,
  type VoiceIo,
} from "#contract/voice.ts";
import { type Brake, keysBrake } from "#lib/brake.ts";
import type { AsteriskPlace, Link } from "./link.ts";

const role = hubMember.shape.role;

/** What of a leg cannot be seen in Asterisk. */
const legNote = z.strictObject({
  app: z.string(),
  /** Told with `ring`; null: it came from outside. */
  callId: z.string().nullable(),
  caller: z
    .strictObject({ by: z.enum(["trunk", "web"]), from: z.string(), name: z.string(), to: z.string() })
    .nullable(),
  hub: z.strictObject({ hubId: z.string(), role, muted: z.boolean() }).nullable(),
  music: z.array(soundId).nullable(),
  plays: z.array(z.strictObject({ playId: z.string(), sounds: z.array(soundId), loop: z.boolean() })),
  /** The playback that is on. */
  air: z.strictObject({ id: z.string(), playId: z.string(), by: z.string() }).nullable(),
  talking: z.boolean(),
  recordings: z.array(
    z.strictObject({
      recordingId: z.string(),
      of: z.union([z.strictObject({ hubId: z.string() }), z.strictObject({ legId: z.string() })]),
      left: z.array(z.string()),
      mostSeconds: z.number(),
      /** Milliseconds since 1970. */
      began: z.number(),
      /** How long it was paused, in milliseconds. */
      leftOut: z.number(),
      pausedAt: z.number().nullable(),
    }),
  ),
});
export type LegNote = z.infer<typeof legNote>;

/** As text of a variable: letters, digits, "-" and "_" only, so that nothing in Asterisk reads anything into it. */
const written = (note: LegNote): string => Buffer.from(JSON.stringify(note)).toString("base64url");

/** Null: it is none of ours, or somebody else wrote it. */
const read = (text: string | undefined): LegNote | null => {
  if (text === undefined || text === "" || text.length > 20_000) return null;
  try {
    return legNote.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
  } catch {
    return null;
  }
};

/** Sounds that are or will be heard by a leg. */
export interface Play {
  readonly playId: string;
  readonly sounds: readonly string[];
  readonly loop: boolean;
  readonly music: boolean;
  /** Which of the sounds is on. */
  at: number;
}

/** What a leg hears from us now. */
export interface Air {
  readonly id: string;
  readonly play: Play;
  /** "itself": to the leg, or whispered beside what it hears in its hub, by a channel of its own. */
  readonly by: string;
  /** We ended it. */
  stopping: boolean;
  readonly over: Promise<void>;
  readonly end: () => void;
}

export interface Leg {
  readonly id: string;
  state: "arriving" | "ringing" | "connected";
  readonly callId: string | null;
  readonly caller: LegNote["caller"];
  hub: LegNote["hub"];
  /** Its music is silence that Asterisk fills itself when the list is empty. */
  music: readonly string[] | null;
  plays: Play[];
  air: Air | null;
  /** Asterisk's own music plays. */
  ownMusic: boolean;
  /** Muted at its channel. */
  mute: boolean;
  talking: boolean;
  /** Keys beyond what anybody presses are not told. */
  readonly keys: Brake;
  held: boolean;
  told: { ringing: boolean; answered: boolean };
  /** Why we ended it. */
  ending: LegCause | null;
  /** The other side asked us to. */
  byThem: boolean;
  /** When we stop ringing it (ms); null: it is not known, or it does not ring. */
  ringsUntilMs: number | null;
  /** The cause (Q.850) with which its end was asked for. */
  requested: number | null;
  note: string;
  media: { count: number; loss: number; at: number; silent: boolean } | null;
}

export interface Segment {
  /** In Asterisk: the name of what is kept. */
  readonly name: string;
  readonly recordingId: string;
  readonly legId: string;
  readonly over: Promise<void>;
  readonly end: () => void;
}

export interface Recording {
  readonly recordingId: string;
  readonly of: { readonly hubId: string } | { readonly legId: string };
  readonly left: readonly string[];
  readonly mostSeconds: number;
  readonly began: number;
  leftOut: number;
  pausedAt: number | null;
  over: boolean;
  /** By leg. */
  readonly live: Map<string, Segment>;
}

export interface Device {
  readonly deviceId: string;
  readonly display: string;
  there: boolean;
}

/** What the parts of the engine share. */
export interface Ground {
  readonly io: VoiceIo;
  readonly place: AsteriskPlace & { readonly trunk: string };
  readonly link: Link;
  readonly legs: Map<string, Leg>;
  readonly hubs: Set<string>;
  readonly recordings: Map<string, Recording>;
  readonly segments: Map<string, Segment>;
  readonly devices: Map<string, Device>;
  readonly airs: Map<string, { readonly leg: Leg; readonly air: Air }>;
  /** Resolves when the channel is in our hands; rejects when it never will be. To be called before the channel is asked for. */
  readonly arrives: (channelId: string) => Promise<void>;
  /** Does it when everything before it that touches one of these is done. */
  readonly inTurn: <T>(keys: readonly string[], work: () => Promise<T>) => Promise<T>;
  /** The same, when nobody waits for it. */
  readonly later: (keys: readonly string[], work: () => Promise<void>) => void;
  readonly at: () => string;
}

export type Do<K extends VoiceCommand["do"]> = (
  ground: Ground,
  command: Extract<VoiceCommand, { readonly do: K }>,
) => Promise<VoiceAnswer>;

export const done: VoiceAnswer = { ok: true };
export const no = (why: Extract<VoiceAnswer, { ok: false }>["why"], detail = ""): VoiceAnswer => ({
  ok: false,
  why,
  detail: detail.slice(0, 300),
});

/** What Asterisk said to a request that it did not do. */
export const refusal = (answer: { readonly status: number; readonly body: unknown }): string => {
  const said = z.looseObject({ message: z.string() }).safeParse(answer.body);
  return `${answer.status} ${said.success ? said.data.message : ""}`.trim();
};

export const newLeg = (
  id: string,
  state: Leg["state"],
  from: { readonly callId: string | null; readonly caller: LegNote["caller"] },
): Leg => ({
  id,
  state,
  callId: from.callId,
  caller: from.caller,
  hub: null,
  music: null,
  plays: [],
  air: null,
  ownMusic: false,
  mute: false,
  talking: false,
  keys: keysBrake(),
  held: false,
  told: { ringing: false, answered: state === "connected" },
  ending: null,
  byThem: false,
  ringsUntilMs: null,
  requested: null,
  note: "",
  media: null,
});

/** Not a variable of the channel: those are read and written by its own thread, which waits until what it plays is over. */
const noteName = (ground: Ground, legId: string): string =>
  `DRAHT_${createHash("sha256").update(`${ground.place.app} ${legId}`).digest("hex").slice(0, 32)}`;

/** Keeps in Asterisk what is known of a leg, when that changed. */
export const keepNote = async (ground: Ground, leg: Leg): Promise<void> => {
  const text = noteText(ground, leg);
  if (text === leg.note) return;
  leg.note = text;
  await ground.link.ask("POST", "asterisk/variable", { variable: noteName(ground, leg.id), value: text });
};

/** What was kept of a leg; null: it is none of ours. */
export const keptNote = async (ground: Ground, legId: string): Promise<LegNote | null> => {
  const { body } = await ground.link.ask("GET", "asterisk/variable", { variable: noteName(ground, legId) });
  const value = z.object({ value: z.string() }).safeParse(body);
  return value.success ? read(value.data.value) : null;
};

/** Of a leg that ended nothing is kept. */
export const forgetNote = async (ground: Ground, legId: string): Promise<void> => {
  await ground.link.ask("POST", "asterisk/variable", { variable: noteName(ground, legId) });
};

const noteText = (ground: Ground, leg: Leg): string =>
  written({
    app: ground.place.app,
    callId: leg.callId,
    caller: leg.caller,
    hub: leg.hub,
    music: leg.music === null ? null : [...leg.music],
    plays: leg.plays.map(({ playId, sounds, loop }) => ({ playId, sounds: [...sounds], loop })),
    air: leg.air === null ? null : { id: leg.air.id, playId: leg.air.play.playId, by: leg.air.by },
    talking: leg.talking,
    recordings: [...ground.recordings.values()]
      .filter(({ of, over }) => !over && ("legId" in of ? of.legId === leg.id : of.hubId === leg.hub?.hubId))
      .map((recording) => ({
        recordingId: recording.recordingId,
        of: recording.of,
        left: [...recording.left],
        mostSeconds: recording.mostSeconds,
        began: recording.began,
        leftOut: recording.leftOut,
        pausedAt: recording.pausedAt,
      })),
  });

let counted = 0;
/** A name that was never given before, also by another process, for what Asterisk knows only for a while. */
export const fresh = (kind: string, id: string): string => {
  counted += 1;
  return `${kind}~${id}~${process.pid.toString(36)}${Date.now().toString(36)}${counted.toString(36)}`;
};

export const membersOf = (ground: Ground, hubId: string): readonly HubMember[] =>
  [...ground.legs.values()].flatMap((leg) =>
    leg.hub?.hubId === hubId ? [{ legId: leg.id, role: leg.hub.role, muted: leg.hub.muted }] : [],
  );

/** A promise with the function that ends it. */
export const ending = (): { readonly over: Promise<void>; readonly end: () => void } => {
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { over, end };
};
