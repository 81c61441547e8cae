// Tells a screen reader what arrives, gathered so that it does not chatter: at most one sentence in ten seconds. What rings is said at once.
import { useEffect, useRef, useState } from "react";
import type { AnyEvent } from "#contract/events.ts";
import { deskState, onEvents } from "#web/state/desk.ts";
import { nameWords } from "#web/state/names.ts";
import { spokenNow } from "#web/state/spoken.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";

const restMs = 10_000;

export const Spoken = ({ openNumber }: { readonly openNumber: number | null }) => {
  const [sentence, setSentence] = useState("");
  const open = useRef(openNumber);
  useEffect(() => {
    open.current = openNumber;
  }, [openNumber]);
  useEffect(() => {
    let arrived: AnyEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | null = null;
    const speak = (): void => {
      if (arrived.length === 0) {
        timer = null;
        return;
      }
      setSentence(sentenceFor(arrived, open.current));
      arrived = [];
      timer = setTimeout(speak, restMs);
    };
    const stop = onEvents((events) => {
      arrived.push(
        ...events.filter((event) => event.kind === "message.added" && event.data.message.direction === "in"),
      );
      if (arrived.length > 0) timer ??= setTimeout(speak, 500);
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, []);
  const { words, turn } = useStore(spokenNow, (now) => now);
  return (
    <>
      <p className="quietly" aria-live="polite">
        {sentence}
      </p>
      <p className="quietly" role="alert">
        {words === "" ? null : <span key={turn}>{words}</span>}
      </p>
    </>
  );
};

const sentenceFor = (events: readonly AnyEvent[], openNumber: number | null): string => {
  const { rows } = deskState.get();
  const here = events.filter((event) => event.concernId !== null && rows[event.concernId]?.number === openNumber);
  const last = here.at(-1);
  if (last?.kind === "message.added") return t("shell.spokenHere", { name: nameWords(last.data.message.author.name) });
  return t("shell.spokenArrived", { count: events.length });
};
