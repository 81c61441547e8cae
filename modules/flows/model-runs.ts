// What a running flow is, wherever it is held: in a concern, or by itself. Shapes and pure decisions; used by flows/actions-*.ts, reads-running.ts and by whoever holds runs.
import type { FlowLanguage, FlowMedium, FlowText } from "#contract/flows.ts";
import type { FlowEnding, FlowOutput, FlowState } from "#contract/flow-runs.ts";
import type { BrandId, ChannelId, ConcernId, FlowId, FlowRunId } from "#contract/ids.ts";

/** Where a run is held. In a concern (`concernId`), or by itself: then `holder` says by whom, a visitor's chat address or the hash of a page's token. */
export interface RunPlace {
  readonly medium: FlowMedium;
  readonly brandId: BrandId;
  /** The channel it is spoken by; null: a page of ours. */
  readonly channelId: ChannelId | null;
  readonly holder: string | null;
  readonly concernId: ConcernId | null;
  readonly language: FlowLanguage;
}

/**
 * How somebody can be answered who speaks through a page of ours, which has no address of its own: as they typed it (a claim), at least one of both; "" is nothing. A page asks for it
 * before it hands over; what the flow itself came to know (`verified`, values of a verifying or a callback) does as well.
 */
export interface RunContact {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
}

/** A file of a run: the bytes are stored under `hash`. */
export interface RunFile {
  readonly id: string;
  readonly name: string;
  readonly hash: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly image: boolean;
}

/** A run as it stands. Whether and how it is over says `state.over`; `ending` says more. */
export interface RunRecord {
  readonly id: FlowRunId;
  readonly flowId: FlowId;
  /** Stays what it was at the beginning, whatever becomes of the flow. */
  readonly version: number;
  readonly name: string;
  readonly place: RunPlace;
  readonly state: FlowState;
  /** The mail address that is shown to be theirs; null: none. */
  readonly verified: string | null;
  /** How somebody on a page wants to be answered. */
  readonly contact: RunContact | null;
  readonly begunAt: string;
  /** When something was said last, by either side. */
  readonly movedAt: string;
  readonly endedAt: string | null;
  readonly ending: FlowEnding | null;
  /** The place of what was said last, from 1; 0: nothing was. */
  readonly lastSeq: number;
  /** Of a run in a concern: up to which place its thread had come when it began. */
  readonly sinceSeq: number;
  /** What was asked last, in words, for whoever looks at it; null: nothing is open. */
  readonly question: string | null;
}

/** One thing said in a run: by the customer ("in": `text` as it is shown) or by the flow ("out": `outputs`, to be rendered by medium and language; `text` is empty). */
export interface RunSaid {
  readonly id: string;
  readonly runId: FlowRunId;
  readonly seq: number;
  readonly direction: "in" | "out";
  readonly at: string;
  readonly text: string;
  readonly outputs: readonly FlowOutput[];
  readonly files: readonly RunFile[];
}

/** What an input came to. `said`: what is new by it, in its order; empty when it changed nothing. */
export interface Told {
  readonly run: RunRecord;
  readonly said: readonly RunSaid[];
}

/** A flow that is offered for pressing. `incident`: because something is out of order now; those come first. */
export interface Offered {
  readonly flowId: FlowId;
  readonly label: FlowText;
  readonly incident: boolean;
}

/** Is it shown to the customer? */
export const isSpoken = ({ kind }: FlowOutput): boolean => kind !== "effect" && kind !== "end" && kind !== "passed";

/** A run that cannot go on where it is: to somebody of us, without a word. */
export const stuckState = (state: FlowState): { readonly state: FlowState; readonly ending: FlowEnding } => ({
  state: { ...state, awaiting: null, over: "handedOver", unheard: [] },
  ending: { as: "handedOver", why: "stuck", topicId: null, queueId: null, skills: [], priority: null, subject: null },
});
