// What is kept of a call: all that the switchboard has to know of it, so that any process can go on with it. Written by the machine (model.ts) alone, kept by actions.ts as one value
// beside the columns that are asked for; what the desk sees of it is `shownCall`, what routing has to do for it `needOf`.
import type { Call, CallbackState, CallEnd, CallNeed, CallParty, CallState } from "#contract/calls.ts";
import type { FlowInput, FlowQuestion } from "#contract/flow-runs.ts";
import type {
  AgentId,
  BrandId,
  CallId,
  ChannelId,
  ConcernId,
  CustomerId,
  FlowId,
  FlowRunId,
  QueueId,
} from "#contract/ids.ts";
import type { LegCause } from "#contract/voice.ts";

/** A sentence of the program's (`calls.spoken.<say>` in the locales, filled in by the facts), or words as they are (a flow's, an operator's). */
export type Words =
  | { readonly say: string; readonly facts: Readonly<Record<string, string | number>> }
  | { readonly text: string }
  /** A short tone. */
  | { readonly tone: "beep" | "attention" };

/** Words one after the other to one leg. There until it is told that they were played, or something took their place. */
export interface Speech {
  readonly playId: string;
  readonly legId: string;
  readonly words: readonly Words[];
}

/** One party's side. */
export interface Leg {
  readonly id: string;
  readonly as: "customer" | "agent" | "outside" | "supervisor";
  readonly agentId: AgentId | null;
  /** A number, or a name for who has none. */
  readonly name: string;
  /** How we ring it; null: it came from outside. */
  readonly to: { readonly deviceId: string } | { readonly number: string; readonly from: string } | null;
  readonly display: string;
  readonly timeoutSeconds: number;
  readonly state: "arriving" | "ringing" | "connected" | "ended";
  /** Since when it is so. */
  readonly since: string;
  /** Of agents: the call is theirs (they took it, or were asked into it); until then they only ring. */
  readonly taken: boolean;
  /** Put aside by an agent: hears music, nobody hears it. */
  readonly held: boolean;
  readonly muted: boolean;
  /** Of supervisors; null: they talk. */
  readonly mode: "listens" | "whispers" | null;
  /** It is to be hung up, for that; null: it is to live. */
  readonly ending: LegCause | null;
  /** How it ended. */
  readonly cause: LegCause | null;
}

/** A flow that speaks in the call. Its run is held by `call:<callId>`. */
export interface CallFlow {
  readonly flowId: FlowId;
  readonly runId: FlowRunId;
  /** Up to there it was spoken. */
  readonly saidSeq: number;
  /** What is asked and not yet answered: read with the keys; null: nothing is open. */
  readonly question: FlowQuestion | null;
  /** What it is to be told and was not yet: told under `id`, so that twice is once. `keys`: as they were pressed, for the transcript. Null as input: it is to begin. */
  readonly pending: { readonly id: string; readonly input: FlowInput | null; readonly keys: string } | null;
  /** Questions in a row that nobody answered. */
  readonly silences: number;
}

export interface RecordingKept {
  readonly id: string;
  /** answer: what they say to a flow's question; nobody sees it, and it is kept until it was understood. */
  readonly kind: "call" | "voicemail" | "answer";
  readonly startedAt: string;
  /** running, paused: it is made. stopping: it is to end. over: the engine has it, to be fetched. kept, gone, failed: nothing more is asked of the engine. */
  readonly state: "running" | "paused" | "stopping" | "over" | "kept" | "gone" | "failed";
  readonly seconds: number;
  /** Of a voicemail and of an answer: whose words. */
  readonly legId: string | null;
  readonly pausedAt: string | null;
  /** In seconds of the recorded time. */
  readonly pauses: readonly { readonly from: number; readonly to: number; readonly why: "agent" | "api" }[];
  /** Of an answer: the number of the question, and whether they have begun to speak. */
  readonly asked?: number;
  readonly talked?: boolean;
}

/**
 * What the customer's leg goes through. greeting, consent, flow; out: told why nobody takes it and which ways there are; queue; askCallback, typeNumber: keys for a callback; talk;
 * voicemail; bye: last words, then hung up.
 */
export type Phase =
  | "arriving"
  | "greeting"
  | "consent"
  | "flow"
  | "out"
  | "queue"
  | "askCallback"
  | "typeNumber"
  | "talk"
  | "voicemail"
  | "dialling"
  | "bye"
  | "over";

/** Why nobody takes a call now. */
export type OutWhy = "closed" | "full" | "nobody" | "tooLong" | "lostEngine";

export interface CallRecord {
  readonly id: CallId;
  readonly channelId: ChannelId;
  readonly brandId: BrandId;
  readonly concernId: ConcernId | null;
  readonly customerId: CustomerId | null;
  readonly direction: "in" | "out";
  readonly by: "trunk" | "web";
  /** E.164; null: withheld, or a page. */
  readonly number: string | null;
  readonly name: string;
  /** Of web calls: the visitor's chat address, if a page of one calls. */
  readonly visitor: string | null;
  /** Which of our numbers was called, or calls. */
  readonly to: string;
  readonly language: "de" | "en";
  readonly phase: Phase;
  readonly outWhy: OutWhy | null;
  readonly startedAt: string;
  readonly answeredAt: string | null;
  readonly waitingSince: string | null;
  readonly talkedFrom: string | null;
  readonly endedAt: string | null;
  readonly end: CallEnd | null;
  /** How it ends when the last words were said; null: it goes on. */
  readonly endsAs: CallEnd | null;
  readonly agentId: AgentId | null;
  readonly legs: readonly Leg[];
  /** At most one to each leg. */
  readonly speeches: readonly Speech[];
  /** Keys that were pressed and are being gathered, and when the last was. */
  readonly keys: { readonly digits: string; readonly at: string } | null;
  /** When something has to happen by itself; null: nothing. */
  readonly dueAt: string | null;
  readonly flow: CallFlow | null;
  /** What a flow asked for. */
  readonly queueId: QueueId | null;
  readonly skills: Readonly<Record<string, number>>;
  /** The piece of work it is, once routing has one, and where it stands. */
  readonly work: {
    readonly id: string;
    readonly state: "waiting" | "offered" | "held";
    readonly agentId: AgentId | null;
    readonly token: number;
  } | null;
  /** Place and wait that were said last and when; how many comfort words were said. */
  readonly told: {
    readonly at: string | null;
    readonly place: number | null;
    readonly minutes: number | null;
    readonly comfort: number;
  };
  /** Known now, not yet said. */
  readonly place: { readonly place: number; readonly of: number; readonly minutes: number | null } | null;
  /** consent was given, refused; null: never asked. */
  readonly consent: boolean | null;
  /** Of a call that goes out: they were told that it is recorded. Who calls is told with the greeting. */
  readonly recordingTold?: true;
  readonly recordings: readonly RecordingKept[];
  readonly callback: (CallbackState & { readonly legId: string | null; readonly nextAt: string | null }) | null;
  /** Who asked whom while the customer hears music. */
  readonly consulting: { readonly legId: string; readonly by: AgentId } | null;
  /** Wishes that were carried out, the newest last: the same again changes nothing. */
  readonly wishes: readonly string[];
  /** Who has it is to give it to somebody, or to the head of its queue (null): done once it is with whom it is to be. */
  readonly hand: { readonly from: AgentId; readonly to: AgentId | null } | null;
  /** The device of who talks broke off, and is rung anew until then; undefined: nobody is waited for. */
  readonly awaited?: { readonly agentId: AgentId; readonly until: string } | undefined;
  /** Of a callback: the call in which it was asked for. Of a redial: the call whose place it has. */
  readonly afterId: CallId | null;
  /** The place of an earlier call: they wait since then, as soon as they wait. */
  readonly keptSince: string | null;
  /** Ids that were made so far. */
  readonly made: number;
  readonly quality: Call["quality"];
  /** What the customer did in a queue that leads elsewhere (second screen). */
  readonly movedTo: "chat" | "mail" | null;
}

/** The state by which everybody else knows it. */
export const stateOf = ({ phase }: Pick<CallRecord, "phase">): CallState => {
  switch (phase) {
    case "arriving":
      return "arriving";
    case "greeting":
    case "consent":
    case "flow":
    case "out":
    case "bye":
      return "selfService";
    case "queue":
    case "askCallback":
    case "typeNumber":
      return "waiting";
    case "talk":
      return "talking";
    case "voicemail":
      return "voicemail";
    case "dialling":
      return "dialling";
    case "over":
      return "ended";
  }
};

/**
 * What routing has to do for it; null: nothing. A callback that waits keeps the place it had; who talks is not offered to anybody.
 */
export const needOf = (call: CallRecord): CallNeed | null => {
  const asked = { queueId: call.queueId, skills: call.skills as CallNeed["skills"] };
  const { callback } = call;
  if (call.waitingSince === null) return null;
  const since = call.waitingSince;
  const talks = call.phase === "talk";
  if (callback !== null && (callback.state === "waiting" || callback.state === "dialling"))
    return { kind: "callback", since, notBefore: callback.nextAt ?? callback.at, talking: talks, ...asked };
  if (talks) return { kind: "voice", since, notBefore: null, talking: true, ...asked };
  const waits = call.phase === "queue" || call.phase === "askCallback" || call.phase === "typeNumber";
  return waits ? { kind: "voice", since, notBefore: null, talking: false, ...asked } : null;
};

/** Somebody has to know who they are: a concern is needed from now on. */
export const needsConcern = (call: CallRecord): boolean =>
  call.concernId === null &&
  (needOf(call) !== null ||
    call.phase === "voicemail" ||
    call.callback !== null ||
    call.recordings.some(({ kind }) => kind === "voicemail"));

/** A call as the desk shows it; `recordings`: with what is known of them beside the call (address, loudness, text). */
export const shownCall = (call: CallRecord, version: number, recordings: Call["recordings"]): Call => ({
  id: call.id,
  channelId: call.channelId,
  brandId: call.brandId,
  concernId: call.concernId,
  customerId: call.customerId,
  direction: call.direction,
  by: call.by,
  number: call.number,
  name: call.name,
  language: call.language,
  state: stateOf(call),
  startedAt: call.startedAt,
  answeredAt: call.answeredAt,
  waitingSince: call.waitingSince,
  talkedFrom: call.talkedFrom,
  endedAt: call.endedAt,
  end: call.end,
  agentId: call.agentId,
  held: call.legs.some(({ as, state, held }) => as === "customer" && state === "connected" && held),
  parties: call.legs.map(partyOf),
  recordings: [...recordings],
  consent: call.consent,
  callback: call.callback === null ? null : callbackOf(call.callback),
  flowRunId: call.flow?.runId ?? null,
  quality: call.quality,
  version,
});

const partyOf = (leg: Leg): CallParty => ({
  legId: leg.id,
  as: leg.as,
  agentId: leg.agentId,
  name: leg.name,
  state: leg.state === "arriving" ? "ringing" : leg.state === "connected" && leg.held ? "held" : leg.state,
  mode: leg.mode,
  muted: leg.muted,
  since: leg.since,
  cause: leg.cause,
});

const callbackOf = ({ number, at, tries, lastTryAt, lastCause, expiresAt, state }: CallbackState): CallbackState => ({
  number,
  at,
  tries,
  lastTryAt,
  lastCause,
  expiresAt,
  state,
});
