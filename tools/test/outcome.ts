// What the test run knows about one finished test. Written by reporter.ts, counted by tools/test.ts.

/** The end of one test. `reason` says why it was skipped, `error` is the text to print when it failed. */
export type Outcome = {
  readonly name: string;
  readonly result: "passed" | "failed" | "skipped";
  /** Milliseconds. */
  readonly ms: number;
  readonly reason: string | undefined;
  readonly error: string | undefined;
};

/** A peer that a test needs and the machine lacks is named with this word first: `needs dovecot: …`. */
export function isMissingPeer(outcome: Outcome): boolean {
  return outcome.result === "skipped" && /^needs\b/.test(outcome.reason ?? "");
}

/** Where a run stands after some outcomes; with `strict` (CI) a missing peer counts as a failure. */
export function count(
  outcomes: readonly Outcome[],
  strict: boolean,
): { readonly passed: number; readonly failed: number; readonly skipped: number } {
  const missing = strict ? outcomes.filter(isMissingPeer).length : 0;
  const of = (result: Outcome["result"]): number => outcomes.filter((outcome) => outcome.result === result).length;
  return { passed: of("passed"), failed: of("failed") + missing, skipped: of("skipped") - missing };
}
