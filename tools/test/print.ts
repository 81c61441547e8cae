// How the outcomes of tests look on a terminal. Called by tools/test.ts and tools/check.ts.
import type { Outcome } from "./outcome.ts";
import { count } from "./outcome.ts";

/** Prints one line for a file or check (mark, time, name, counts), then what failed and what was left out, and why. */
export function printOutcomes(title: string, ms: number, outcomes: readonly Outcome[]): void {
  const { passed, failed, skipped } = count(outcomes, false);
  const counts = [
    `${passed} passed`,
    ...(failed > 0 ? [`${failed} FAILED`] : []),
    ...(skipped > 0 ? [`${skipped} not run`] : []),
  ];
  const seconds = (ms / 1000).toFixed(1).padStart(6);
  process.stdout.write(
    `${failed > 0 ? "✗" : skipped > 0 ? "–" : "✓"} ${seconds} s  ${title}  (${counts.join(", ")})\n`,
  );
  for (const outcome of outcomes) {
    if (outcome.result === "failed")
      process.stdout.write(`    FAILED: ${outcome.name}\n${indented(outcome.error ?? "no message")}\n`);
    if (outcome.result === "skipped")
      process.stdout.write(`    not run: ${outcome.name} (${outcome.reason ?? "no reason given"})\n`);
  }
}

/** Which pieces of work took longest, and what all took together: what makes a run longer is seen in it. Nothing when there were no more than these. */
export function slowest(pieces: readonly { readonly file: string; readonly ms: number }[], most = 10): string {
  if (pieces.length <= most) return "";
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const long = pieces.toSorted((one, other) => other.ms - one.ms).slice(0, most);
  const [all, ofLong] = [pieces, long].map((some) => some.reduce((sum, { ms }) => sum + ms, 0)) as [number, number];
  return [
    `The ${most} that took longest, ${seconds(ofLong)} of the ${seconds(all)} that all ${pieces.length} took together:`,
    ...long.map(({ file, ms }) => `${seconds(ms).padStart(9)}  ${file}`),
  ].join("\n");
}

/** The text with every line set in, as it stands below the test it belongs to. */
export function indented(text: string): string {
  return text.replaceAll(/^/gm, "      ");
}
