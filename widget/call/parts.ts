// What the panel of a call shows, and what can be pressed in it. Used by main.ts and the views beside it.
import type { CallAnswer, CallerView, CallSite } from "#contract/caller.ts";
import german from "#locales/de.json" with { type: "json" };
import english from "#locales/en.json" with { type: "json" };
import type { Language } from "#widget/words.ts";
import type { Sound } from "./line.ts";

/** Written in by the build (tools/widget.ts). */
declare const LANGUAGE: Language;
export const words = (LANGUAGE === "de" ? german : english).widget.call;
export const language: Language = LANGUAGE;

export type FaultWord = keyof typeof words.faults;

export interface Model {
  /** before: nobody has called; rings: we call this page. */
  readonly phase: "before" | "connecting" | "live" | "over" | "rings";
  /** Null: not known yet. */
  readonly site: CallSite | null;
  readonly fault: FaultWord | null;
  /** What the server says of the call; null: there is none, or nothing has been said yet. */
  readonly view: CallerView | null;
  readonly screen: CallAnswer["screen"] | null;
  readonly sound: Sound;
  readonly isMuted: boolean;
  readonly isSmall: boolean;
  /** Connected since, by this browser's clock; null: not now. */
  readonly since: number | null;
  /** A call was under way here when the page was left. */
  readonly wasLeft: boolean;
  /** Something was asked and has not been answered yet. */
  readonly isAsking: boolean;
}

export interface Deeds {
  readonly start: (name: string) => void;
  readonly hangUp: () => void;
  readonly mute: () => void;
  readonly press: (digit: string) => void;
  readonly callback: (number: string, at: string | null) => void;
  readonly noCallback: () => void;
  readonly chat: () => void;
  readonly mail: (email: string, text: string) => void;
  readonly answer: () => void;
  readonly decline: () => void;
  readonly small: () => void;
  readonly close: () => void;
}

/** An element with its class, its text and what stands in it. */
export const make = <K extends keyof HTMLElementTagNameMap>(
  name: K,
  className: string,
  ...content: readonly (string | Node)[]
): HTMLElementTagNameMap[K] => {
  const made = document.createElement(name);
  if (className !== "") made.className = className;
  made.append(...content);
  return made;
};

export const button = (className: string, label: string, press: () => void): HTMLButtonElement => {
  const made = make("button", className, label);
  made.type = "button";
  made.onclick = press;
  return made;
};

/** Drawn pictures: 24 by 24. */
export const icon = (shape: string): SVGElement => {
  const draw = (name: "svg" | "path"): SVGElement => document.createElementNS("http://www.w3.org/2000/svg", name);
  const [svg, path] = [draw("svg"), draw("path")];
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "call-icon");
  svg.ariaHidden = "true";
  path.setAttribute("d", shape);
  svg.append(path);
  return svg;
};

/** Says it only where it is another than it was: who listens to the screen hears it once. */
export const tell = (element: HTMLElement, text: string): void => {
  if (element.textContent !== text) element.textContent = text;
  element.hidden = text === "";
};
