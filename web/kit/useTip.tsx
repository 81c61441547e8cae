// The words that appear beside a control while a pointer rests on it or the keyboard stands on it. Called by buttons that are a picture only, of which
// a screen has dozens: nothing of a tip is made before somebody wants to see it.
import { useEffect, useId, useRef, useState } from "react";
import type { ReactNode, RefObject } from "react";
import { Tooltip, TooltipTriggerStateContext } from "react-aria-components";

/** How long a pointer rests before the words come, and how long after one tip the next comes at once. Milliseconds. */
const restMs = 500;
const warmMs = 500;
let lastShown = -warmMs;

/** `handlers` belong on the control that `place` holds, `tip` beside it. By touch there are none: the words are spoken. */
export const useTip = (place: RefObject<HTMLElement | null>, words: ReactNode, keys: string | undefined) => {
  const id = useId();
  const [shown, setShown] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const show = (): void => {
    clearTimeout(timer.current);
    setShown(true);
  };
  const hide = (): void => {
    clearTimeout(timer.current);
    if (shown) lastShown = performance.now();
    setShown(false);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (!shown) return undefined;
    // The first Escape takes the words away, wherever the keyboard stands, and nothing else.
    const pressed = (press: KeyboardEvent): void => {
      if (press.key === "Escape") press.stopPropagation();
      lastShown = performance.now();
      setShown(false);
    };
    document.addEventListener("keydown", pressed, true);
    return () => document.removeEventListener("keydown", pressed, true);
  }, [shown]);
  return {
    handlers: {
      onPointerEnter: ({ pointerType }: { readonly pointerType: string }): void => {
        if (pointerType === "touch") return;
        clearTimeout(timer.current);
        if (performance.now() - lastShown < warmMs) show();
        else timer.current = setTimeout(show, restMs);
      },
      onPointerLeave: hide,
      onPointerDown: hide,
      onFocus: ({ currentTarget }: { readonly currentTarget: Element }): void => {
        if (currentTarget.matches(":focus-visible")) show();
      },
      onBlur: hide,
      ...(shown ? { "aria-describedby": id } : {}),
    },
    tip: shown ? (
      // The tip asks its surroundings what it shall do, also where it is told.
      <TooltipTriggerStateContext value={{ isOpen: true, shouldSkipAnimation: false, open: show, close: hide }}>
        <Tooltip className="tip" offset={6} triggerRef={place} isOpen>
          <span id={id} className="tip-words">
            {words}
            {keys ? <kbd>{keys}</kbd> : null}
          </span>
        </Tooltip>
      </TooltipTriggerStateContext>
    ) : null,
  };
};
