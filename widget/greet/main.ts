// The card of a greeting beside the closed button. Plain DOM, in one language. Built as widget/greet-….js; fetched by loader.ts when a greeting shows itself.
import german from "#locales/de.json" with { type: "json" };
import english from "#locales/en.json" with { type: "json" };
import type { ShowGreeting } from "#widget/parts.ts";
import type { Language } from "#widget/words.ts";
import greetCss from "./greet.css?inline";

/** Written in by the build (tools/widget.ts). */
declare const LANGUAGE: Language;
const { automatic, greet: words } = (LANGUAGE === "de" ? german : english).widget;

const sheet = new CSSStyleSheet();
sheet.replaceSync(greetCss);

/** Shows it; gives how to take it away. */
export const start: ShowGreeting = ({
  greeting: { brand, text },
  root,
  launch,
  spoken,
  element,
  icon,
  open,
  putAway,
}) => {
  const named = (said: string): string => said.replace("{brand}", () => brand);
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
  const box = element("aside", "trouble greet");
  box.ariaLabel = named(words.label);
  const add = (className: string, press: () => void): HTMLElement => {
    const made = element("button", className);
    made.onclick = press;
    box.append(made);
    return made;
  };
  const lines = add("words", open);
  for (const [className, said] of [
    ["from", named(automatic)],
    ["text", text],
  ] as const) {
    const line = element("span", className);
    line.dir = "auto";
    line.textContent = said;
    lines.append(line);
  }
  const shut = add("shut", () => putAway());
  shut.ariaLabel = words.close;
  shut.append(icon("m8 8 8 8M16 8l-8 8"));
  add("never", () => putAway(true)).textContent = words.never;
  launch.before(box);
  spoken.textContent = `${named(automatic)}: ${text}`;
  const escape = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && !event.defaultPrevented) putAway();
  };
  addEventListener("keydown", escape);
  return () => {
    removeEventListener("keydown", escape);
    spoken.textContent = "";
    // The keys stay where they are, or go to what is nearest.
    if (box.contains(root.activeElement)) launch.focus();
    box.remove();
  };
};
