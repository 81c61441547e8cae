// The shape of one language's half of the corpus. Filled by german.ts and english.ts, read by letters.ts.

/** What is said about one topic. All are templates for grammar.ts. */
export interface TopicWords {
  /** Path in the tree of topics, e.g. "internet.langsam". */
  readonly key: string;
  /** How often it comes up, against the others of its language. */
  readonly weight: number;
  readonly subjects: readonly string[];
  readonly problem: readonly string[];
  readonly detail: readonly string[];
  readonly ask: readonly string[];
  /** The customer's later messages. */
  readonly more: readonly string[];
  readonly answer: readonly string[];
  readonly question: readonly string[];
  /** Said among colleagues. */
  readonly note: readonly string[];
}

export interface Words {
  readonly topics: readonly TopicWords[];
  readonly greetings: readonly string[];
  readonly openings: readonly string[];
  readonly closings: readonly string[];
  readonly signatures: readonly string[];
  /** What customers also mention, whatever it is about. */
  readonly asides: readonly string[];
  readonly agentGreetings: readonly string[];
  readonly agentOpenings: readonly string[];
  readonly agentClosings: readonly string[];
  readonly thanks: readonly string[];
  readonly nudges: readonly string[];
  readonly extras: readonly string[];
  readonly compoundHeads: readonly string[];
  readonly compoundTails: readonly string[];
  readonly whens: readonly string[];
  readonly months: readonly string[];
  readonly channels: readonly string[];
  readonly devices: readonly string[];
  readonly tariffs: readonly string[];
}
