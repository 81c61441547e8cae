// Writes the outcome of each test as one line of JSON. Loaded by `node --test-reporter` in every test file's process.
import type { TestEvent } from "node:test/reporters";
import { inspect } from "node:util";
import type { Outcome } from "./outcome.ts";

/** One line of JSON (an Outcome) per finished test; suites are left out. Node wants this function as default export. */
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    const { name, details, skip, todo } = event.data;
    const error = event.type === "test:fail" ? event.data.details.error : undefined;
    // A suite fails because something in it did, which is told on its own; a broken hook has no other line.
    if (details.type === "suite" && failureType(error) !== "hookFailed") continue;
    if (failureType(error) === "subtestsFailed") continue;
    const outcome: Outcome = {
      name,
      result: error !== undefined && !todo ? "failed" : skip || todo ? "skipped" : "passed",
      ms: details.duration_ms,
      reason: reasonOf(skip) ?? (todo ? `to do: ${reasonOf(todo) ?? "no reason given"}` : undefined),
      error: error === undefined ? undefined : words(error.cause ?? error),
    };
    yield JSON.stringify(outcome) + "\n";
  }
}

/** What an error says: message (with node:assert's difference), our own stack lines, and its cause. */
function words(error: unknown): string {
  if (!(error instanceof Error)) return inspect(error, { depth: 6, breakLength: 110 });
  const stack = (error.stack ?? error.message).split("\n").filter((line) => !/^\s+at .*\(?node:/.test(line));
  return stack.join("\n").trimEnd() + (error.cause === undefined ? "" : `\ncaused by: ${words(error.cause)}`);
}

function failureType(error: Error | undefined): unknown {
  return error !== undefined && "failureType" in error ? error.failureType : undefined;
}

function reasonOf(mark: string | boolean | undefined): string | undefined {
  return typeof mark === "string" ? mark : mark === true ? "no reason given" : undefined;
}
