// Trying what a form holds, where that takes its time: it can be stopped, and what came of other contents than those of now is not shown. Called by the previews of rules.
import { useRef, useState } from "react";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import type { Outcome, Problem } from "#web/state/client.ts";
import { problemWords } from "#web/state/problems.ts";
import { t } from "#web/state/words.ts";

export interface Asking<T> {
  /** What came of it; null: nothing yet, or it was of something else than `of`. */
  readonly told: T | null;
  readonly problem: Problem | null;
  readonly isAsking: boolean;
  /** Asks, unless it is under way already. */
  readonly ask: (work: (signal: AbortSignal) => Promise<Outcome<T>>) => void;
  readonly cancel: () => void;
}

/** `of`: what it is asked about, as a text; another text, and what was told says nothing of it. */
export const useAsking = <T,>(of: string): Asking<T> => {
  const [told, setTold] = useState<{ readonly of: string; readonly value: T } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isAsking, setAsking] = useState(false);
  const asking = useRef<AbortController | null>(null);
  const end = (): void => {
    asking.current = null;
    setAsking(false);
  };
  const begin = async (work: (signal: AbortSignal) => Promise<Outcome<T>>): Promise<void> => {
    const stop = new AbortController();
    asking.current = stop;
    setAsking(true);
    setProblem(null);
    const outcome = await work(stop.signal);
    if (asking.current !== stop) return;
    end();
    if (outcome.ok) setTold({ of, value: outcome.value });
    else setProblem(outcome.problem);
  };
  return {
    told: told?.of === of ? told.value : null,
    problem,
    isAsking,
    ask: (work) => {
      if (asking.current === null) void begin(work);
    },
    cancel: () => {
      asking.current?.abort();
      end();
    },
  };
};

/** Stops it. Beside the button that asks and never in its place: who lets go of Enter would cancel what they began with it. */
export const CancelAsking = ({ asking }: { readonly asking: Pick<Asking<unknown>, "isAsking" | "cancel"> }) =>
  asking.isAsking ? (
    <Button icon="close" onPress={asking.cancel}>
      {t("kit.cancel")}
    </Button>
  ) : null;

/** That it is under way, and what went wrong. */
export const AskingState = ({
  asking,
  label,
}: {
  readonly asking: Pick<Asking<unknown>, "isAsking" | "problem">;
  readonly label: string;
}) => (
  <>
    {asking.isAsking ? <progress className="asking-progress" aria-label={label} /> : null}
    {asking.problem === null ? null : (
      <p className="form-problem" role="alert">
        <Icon name="warning" /> {problemWords(asking.problem)}
      </p>
    )}
  </>
);
