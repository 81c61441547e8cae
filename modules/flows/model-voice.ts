// Flows by voice: what is said of what a flow says, and what the keys of a telephone and the words that were understood answer. Called by the switchboard; pure. The
// interpreter knows nothing of it.
import type { FlowInput, FlowOutput, FlowQuestion } from "#contract/flow-runs.ts";
import type { FlowLanguage } from "#contract/flows.ts";

/** Something to be said; one sound. `text` as it is written: lib/spoken makes of it how it is said. */
export interface Utterance {
  readonly text: string;
  readonly language: FlowLanguage;
  /** A key, or words, cut it off. */
  readonly bargeIn: boolean;
}

/** What is said, in its order, and the question that is open after it; null: none is. */
export interface Voiced {
  readonly utterances: readonly Utterance[];
  readonly question: FlowQuestion | null;
}

/** What keys come to. */
export type KeysRead =
  /** Not yet anything: so long is waited for the next key, reckoned from the last one (of the first: from the end of what was said). Then it is read again, as `over`. */
  | { readonly is: "more"; readonly withinMs: number }
  | { readonly is: "input"; readonly input: FlowInput }
  /** The question is said again; the keys so far are forgotten. */
  | { readonly is: "again" };

/** Reads the keys pressed since the question was asked, after each of them and, as `over`, when no more came in time. */
export type ReadKeys = (question: FlowQuestion, keys: string, over: boolean) => KeysRead;

/** What is said of these outputs. */
export type Voice = (
  outputs: readonly FlowOutput[],
  showing: { readonly language: FlowLanguage; readonly zone: string },
) => Voiced;
