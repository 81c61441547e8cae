// Keeps the end of a talk in sight for whoever is there, and moves nothing for whoever reads further up. Called by Thread.tsx.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";

/** This near to the end counts as being there; this near to the beginning is where one wants what is earlier. */
const nearPx = 60;
const earlierPx = 160;

export interface End {
  readonly boxRef: RefObject<HTMLDivElement | null>;
  readonly isAtEnd: boolean;
  readonly toEnd: () => void;
  readonly scrolled: () => void;
}

/** `talk`: another value is another talk, which begins at its end. The places are those of the first and the last message. */
export const useEnd = (
  talk: string,
  firstSeq: number,
  lastSeq: number,
  waiting: number,
  nearBeginning: () => void,
): End => {
  const boxRef = useRef<HTMLDivElement>(null);
  const placeRef = useRef({ talk: "", isAtEnd: true, height: 0, firstSeq, lastSeq, waiting });
  const [isAtEnd, setAtEnd] = useState(true);

  const toEnd = (): void => {
    const { current } = boxRef;
    if (current) current.scrollTop = current.scrollHeight;
  };
  const scrolled = (): void => {
    const { current } = boxRef;
    if (!current) return;
    const atEnd = current.scrollHeight - current.scrollTop - current.clientHeight < nearPx;
    placeRef.current.isAtEnd = atEnd;
    setAtEnd(atEnd);
    if (current.scrollTop < earlierPx && placeRef.current.height > 0) nearBeginning();
  };

  useLayoutEffect(() => {
    const { current } = boxRef;
    if (!current) return;
    const before = placeRef.current;
    // One's own words are always looked at; so is the end of another talk.
    const goes = before.talk !== talk || waiting > before.waiting || before.isAtEnd;
    if (goes) toEnd();
    else if (firstSeq < before.firstSeq) current.scrollTop += current.scrollHeight - before.height;
    placeRef.current = { talk, isAtEnd: goes, height: current.scrollHeight, firstSeq, lastSeq, waiting };
  });
  // The field below grows, the soft keyboard comes: the end stays in sight.
  useEffect(() => {
    const { current } = boxRef;
    if (!current) return;
    const stay = (): void => {
      if (placeRef.current.isAtEnd) toEnd();
    };
    const watch = new ResizeObserver(stay);
    watch.observe(current);
    // What comes with a file of its own is drawn later.
    const drawn = new MutationObserver(stay);
    drawn.observe(current, { childList: true, subtree: true });
    return () => {
      watch.disconnect();
      drawn.disconnect();
    };
  }, []);
  return { boxRef, isAtEnd, toEnd, scrolled };
};
