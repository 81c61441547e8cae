// Why something was not done, in words. Called by everything that shows a refusal.
import type { Outcome, Problem } from "#web/state/client.ts";
import { toast } from "#web/state/toasts.ts";
import { t, words } from "#web/state/words.ts";

/** The words of a refusal. */
export const problemWords = (problem: Pick<Problem, "code" | "facts"> & Partial<Problem>): string =>
  words(`errors.${problem.code}`, problem.facts) ?? t("errors.internal");

/** Shows a refusal at the edge of the screen. */
export const tellProblem = (problem: Problem): void => void toast(problemWords(problem), { tone: "failed" });

/** Shows why something was refused, once that is known. */
export const tellRefusal = (work: Promise<Outcome<unknown>>): void =>
  void work.then((outcome) => (outcome.ok ? undefined : tellProblem(outcome.problem)));
