// What the machine of a call is told, what it orders, and what is so around it. Shapes only; told by server/switchboard.ts, read by model*.ts.
import type { CallRules } from "#contract/call-rules.ts";
import type { CallWish } from "#contract/calls.ts";
import type { ErrorCode } from "#contract/errors.ts";
import type { FlowQuestion } from "#contract/flow-runs.ts";
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
import type { VoiceCommand, VoiceEvent, VoiceSnapshot } from "#contract/voice.ts";
import type { ReadKeys, ReadSpeech } from "#modules/flows/model-voice.ts";
import type { CallRecord, OutWhy, Words } from "#modules/calls/model-record.ts";

/** What is so around a call. */
export interface Ground {
  readonly now: Date;
  readonly rules: CallRules;
  /** The brand as it is said. */
  readonly brand: string;
  /** The softphone of an agent that is there now; null: none. */
  readonly deviceOf: (agentId: AgentId) => string | null;
  readonly nameOf: (agentId: AgentId) => string;
  /** Numbers can be called; why this one cannot, by the centre's rules and what was dialled already (null: it may be). */
  readonly mayDial: (number: string) => ErrorCode | null;
  /** The number we show when we call. */
  readonly ownNumber: string | null;
  /** The second screen's short code for this call; null: there is none. */
  readonly code: string | null;
  readonly readKeys: ReadKeys;
  /** Null: nobody listens here, callers answer by keys. */
  readonly readSpeech: ReadSpeech | null;
  /** Why nobody can take a call of this channel now; null: somebody may. */
  readonly out: OutWhy | null;
  /** The device of a page of the caller's that is open and can be rung; null: none. */
  readonly visitorDevice: string | null;
  readonly newId: () => string;
}

/** Of an engine: what concerns one call. */
export type CallEvent = Extract<VoiceEvent, { readonly legId: string } | { readonly recordingId: string }>;

export type Happening =
  | { readonly what: "engine"; readonly event: CallEvent }
  /** The engine can be told things again: this is what lives there. */
  | { readonly what: "lives"; readonly snapshot: VoiceSnapshot }
  /** The flow went on. `said`: what is new up to `seq`, as it is spoken; `question`: what is open after it. `told`: what was pending under that id was told. */
  | {
      readonly what: "flow";
      readonly told: string | null;
      readonly seq: number;
      readonly said: readonly string[];
      readonly question: FlowQuestion | null;
      readonly over: null | "solved" | "ended" | "stopped";
    }
  | {
      readonly what: "flow";
      readonly told: string | null;
      readonly seq: number;
      readonly said: readonly string[];
      readonly question: null;
      readonly over: "handedOver";
      readonly queueId: QueueId | null;
      readonly skills: Readonly<Record<string, number>>;
    }
  | {
      readonly what: "flow";
      readonly told: string | null;
      readonly seq: number;
      readonly said: readonly string[];
      readonly question: null;
      readonly over: "callback";
      readonly number: string;
      readonly at: string | null;
      readonly queueId: QueueId | null;
    }
  /** Where routing has it now; null: nowhere. */
  | { readonly what: "work"; readonly work: CallRecord["work"] }
  | { readonly what: "place"; readonly place: CallRecord["place"] }
  | { readonly what: "concern"; readonly concernId: ConcernId; readonly customerId: CustomerId | null }
  | {
      readonly what: "wish";
      readonly id: string;
      readonly by: AgentId;
      readonly supervises: boolean;
      readonly wish: CallWish;
    }
  /** From the second screen, or another page of the caller's. */
  | {
      readonly what: "second";
      readonly move:
        | { readonly to: "callback"; readonly number: string | null; readonly at: string | null }
        | { readonly to: "noCallback" | "chat" | "mail" };
    }
  /** The caller's page: hangs up. */
  | { readonly what: "callerLeft" }
  /** A finished recording was fetched and kept, or could not be. */
  | { readonly what: "kept"; readonly recordingId: string; readonly failed: boolean }
  /** What a listener made of an answer that was spoken; null: it failed. */
  | {
      readonly what: "words";
      readonly recordingId: string;
      readonly understood: { readonly text: string; readonly confidence: number | null } | null;
    }
  /** Something may be due. */
  | { readonly what: "time" };

/** What the engine is to be told; words are made sounds of by whoever gives it. */
export type CallOrder =
  | Exclude<VoiceCommand, { readonly do: "play" | "music" | "device" | "revoke" | "offer" }>
  | { readonly do: "play"; readonly playId: string; readonly legId: string; readonly words: readonly Words[] }
  | { readonly do: "music"; readonly legId: string; readonly on: boolean };

export interface Heard {
  readonly call: CallRecord;
  readonly orders: readonly CallOrder[];
  /** Of a wish: why it is not carried out. */
  readonly refused: ErrorCode | null;
  /** Of a transfer to a queue or somebody of us: allowed, and to be wished of routing by who wished it. */
  readonly route: { readonly agentId: AgentId } | { readonly queueId: QueueId } | null;
  /** A callback that was asked for: a call of its own, to be kept with this one. */
  readonly begins: CallRecord | null;
}

/** Somebody calls. */
export interface Arrival {
  readonly id: CallId;
  readonly channelId: ChannelId;
  readonly brandId: BrandId;
  readonly legId: string;
  readonly by: "trunk" | "web";
  readonly number: string | null;
  readonly name: string;
  readonly visitor: string | null;
  readonly to: string;
  readonly language: "de" | "en";
  readonly customerId: CustomerId | null;
  readonly flowId: FlowId | null;
  /** For the flow's run, and its first telling. */
  readonly runId: FlowRunId;
  /** The call whose place it has: they hung up a moment ago. */
  readonly redial: Pick<CallRecord, "id" | "waitingSince" | "concernId" | "customerId" | "queueId" | "skills"> | null;
}

/** We call. */
export interface Dialling {
  readonly id: CallId;
  readonly channelId: ChannelId;
  readonly brandId: BrandId;
  readonly concernId: ConcernId;
  readonly customerId: CustomerId;
  readonly agentId: AgentId;
  readonly number: string;
  readonly language: "de" | "en";
}
