// Leads the thread to the words somebody came with: to the message that was found, then from mark to mark. Called by Thread.tsx.
import { useEffect, useLayoutEffect, useRef } from "react";
import type { RefObject } from "react";
import type { Opened } from "#web/state/apply.ts";
import { loadEarlier } from "#web/state/desk.ts";
import { finding, nextMark, steps } from "#web/state/finding.ts";
import type { Finding } from "#web/state/finding.ts";
import { useStore } from "#web/state/store.ts";

/** Every mark; and a message that fits without one (a word's other form, its subject) as a whole. */
const stopsIn = (box: HTMLElement, hits: Finding["hits"]): HTMLElement[] =>
  [...box.querySelectorAll<HTMLElement>("[data-message]")].flatMap((message) => {
    const marks = [...message.querySelectorAll<HTMLElement>("mark")];
    if (marks.length > 0) return marks;
    return hits.some((hit) => hit.messageId === message.dataset["message"]) ? [message] : [];
  });

/** What is found in this concern (null: nothing is looked for), and whether messages that are not loaded have hits. */
export const useHits = (
  scroller: RefObject<HTMLElement | null>,
  opened: Opened,
  /** The thread is about to be led somewhere: it stays at its end no longer. */
  leaveEnd: () => void,
): { readonly found: Finding | null; readonly more: boolean } => {
  const { id } = opened.concern.row;
  const found = useStore(finding, (now) => (now?.concernId === id ? now : null));
  const step = useStore(steps, (now) => now);
  const stepped = useRef(step.count);
  const firstSeq = opened.messages[0]?.seq ?? 0;
  const more = found !== null && opened.earlier && (found.hits[0]?.seq ?? firstSeq) < firstSeq;
  const target = found?.hits.find((hit) => hit.messageId === found.first) ?? found?.hits.at(-1) ?? null;

  const goTo = (box: HTMLElement, marks: readonly HTMLElement[], at: number): void => {
    leaveEnd();
    for (const mark of marks) delete mark.dataset["current"];
    const mark = marks[at];
    if (mark) {
      mark.dataset["current"] = "true";
      mark.scrollIntoView({ block: mark.matches("mark") ? "center" : "start" });
    }
    finding.set((now) => now && { ...now, at, count: marks.length });
  };

  // First to the message that was found, when it is there with its words; earlier pages are fetched until it is.
  const arrived = found === null || found.at !== null;
  const incomplete = target !== null && opened.incomplete.includes(target.messageId);
  const missing = target !== null && target.seq < firstSeq && opened.earlier;
  useEffect(() => {
    if (arrived || !missing) return;
    void loadEarlier(id);
  }, [arrived, missing, firstSeq, id]);
  useEffect(() => {
    const box = scroller.current;
    if (arrived || missing || incomplete || !box) return;
    const marks = stopsIn(box, found?.hits ?? []);
    const inTarget = marks.findIndex(
      (mark) => mark.closest<HTMLElement>("[data-message]")?.dataset["message"] === target?.messageId,
    );
    goTo(box, marks, Math.max(0, inTarget));
    // oxlint-disable-next-line react/exhaustive-deps -- only an arrival moves the thread, not every painting
  }, [arrived, missing, incomplete]);

  useEffect(() => {
    const box = scroller.current;
    if (stepped.current === step.count || found === null || !box) return;
    stepped.current = step.count;
    const before = found.at;
    if (step.by === -1 && (before ?? 0) === 0 && more) {
      const known = stopsIn(box, found?.hits ?? []).length;
      void loadEarlier(id).then(() =>
        // Painted by now or in the next frame: what was fetched stands above what was there.
        requestAnimationFrame(() => {
          const marks = stopsIn(box, found?.hits ?? []);
          goTo(box, marks, Math.max(0, marks.length - known - 1));
        }),
      );
      return;
    }
    const marks = stopsIn(box, found?.hits ?? []);
    goTo(box, marks, nextMark(before, step.by, marks.length));
    // oxlint-disable-next-line react/exhaustive-deps -- a step is taken once
  }, [step]);

  // Painting anew makes new marks: the one where one stands is shown again, and their number is counted.
  useLayoutEffect(() => {
    const box = scroller.current;
    if (found === null || found.at === null || !box) return;
    const marks = stopsIn(box, found?.hits ?? []);
    for (const [index, mark] of marks.entries())
      if (index === found.at) mark.dataset["current"] = "true";
      else delete mark.dataset["current"];
    if (marks.length !== found.count) finding.set((now) => now && { ...now, count: marks.length });
  });
  return { found, more };
};
