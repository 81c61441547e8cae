// Keys of the editor of flows: undo, copying, removing, adding. Called by the editor; what is typed in a field stays there.
import { useEffect, useRef } from "react";
import type { FlowStep } from "#contract/flows.ts";
import { choose, flowEditor, keepNow, pasteSteps, redo, removeSteps, undo } from "#web/state/flowEditor.ts";
import { copiedSteps, stepsIn } from "#web/state/flowFiles.ts";
import { toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";

export interface FlowKeys {
  readonly add: () => void;
  /** Escape outside of the canvas. */
  readonly leaveStep: () => void;
  readonly canvas: () => void;
  readonly go: (tab: "step" | "flow" | "findings" | "try" | "numbers" | "versions") => void;
}

/** The keys with what they do, as they are shown. */
export const flowKeyHelp = [
  ["A", "add"],
  ["Del", "remove"],
  ["Ctrl+Z", "undo"],
  ["Ctrl+Y", "redo"],
  ["Ctrl+C", "copy"],
  ["Ctrl+V", "paste"],
  ["Ctrl+D", "duplicate"],
  ["V", "outline"],
  ["F", "findings"],
  ["T", "try"],
  ["+", "larger"],
  ["-", "smaller"],
  ["0", "whole"],
] as const;

/** What is typed there is a text. */
const isText = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("input, textarea, [contenteditable]") !== null;
const isElsewhere = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("[role=dialog], [role=menu], [role=listbox]") !== null;

const chosenSteps = (): readonly FlowStep[] => {
  const now = flowEditor.get();
  return now === null || now.flow === null ? [] : now.draft.steps.filter(({ id }) => now.chosen.includes(id));
};

export const useFlowKeys = (keys: FlowKeys): void => {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const pressed = (press: KeyboardEvent): void => {
      if (press.defaultPrevented || press.isComposing || isElsewhere(press.target)) return;
      const held = press.ctrlKey || press.metaKey;
      const key = press.key.toLowerCase();
      const act = actOf(held, press.shiftKey, press.altKey, key, isText(press.target));
      if (act === null) return;
      press.preventDefault();
      act(latest.current);
    };
    const copied = (copy: ClipboardEvent): void => {
      const steps = chosenSteps();
      if (isText(copy.target) || isElsewhere(copy.target) || steps.length === 0) return;
      if ((getSelection()?.toString() ?? "") !== "") return;
      copy.clipboardData?.setData("text/plain", copiedSteps(steps));
      copy.preventDefault();
      if (copy.type === "cut") removeSteps(steps.map(({ id }) => id));
      else toast(t("flowEditor.copied", { count: steps.length }));
    };
    const pasted = (paste: ClipboardEvent): void => {
      if (isText(paste.target) || isElsewhere(paste.target)) return;
      const steps = stepsIn(paste.clipboardData?.getData("text/plain") ?? "");
      if (steps === null) return;
      paste.preventDefault();
      pasteSteps(steps);
    };
    // Before the keys of the desk, which listen at the window's end of the way.
    document.addEventListener("keydown", pressed);
    document.addEventListener("copy", copied);
    document.addEventListener("cut", copied);
    document.addEventListener("paste", pasted);
    return () => {
      document.removeEventListener("keydown", pressed);
      document.removeEventListener("copy", copied);
      document.removeEventListener("cut", copied);
      document.removeEventListener("paste", pasted);
    };
  }, []);
};

const actOf = (
  isHeld: boolean,
  isShifted: boolean,
  isAlt: boolean,
  key: string,
  isTyping: boolean,
): ((keys: FlowKeys) => void) | null => {
  if (isHeld && key === "s") return () => void keepNow();
  if (isTyping || isAlt) return null;
  if (isHeld) {
    if (key === "z") return isShifted ? redo : undo;
    if (key === "y") return redo;
    if (key === "d") return () => pasteSteps(chosenSteps());
    return null;
  }
  switch (key) {
    case "delete":
    case "backspace": {
      const steps = chosenSteps();
      return steps.length === 0 ? null : () => removeSteps(steps.map(({ id }) => id));
    }
    case "a":
      return (keys) => keys.add();
    case "v":
      return (keys) => keys.canvas();
    case "t":
      return (keys) => keys.go("try");
    case "f":
      return (keys) => keys.go("findings");
    case "escape":
      return (keys) => {
        keys.leaveStep();
        choose([]);
      };
    default:
      return null;
  }
};
