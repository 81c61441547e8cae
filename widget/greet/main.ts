// The card of a greeting beside the closed button. Plain DOM. Built as widget/greet-….js; fetched by loader.ts when a greeting shows itself.
import german from "#locales/de.json" with { type: "json" };
import english from "#locales/en.json" with { type: "json" };
import type { ShowGreeting } from "#widget/parts.ts";
import greetCss from "./greet.css?inline";

const sheet = new CSSStyleSheet();
sheet.replaceSync(greetCss);

/** Shows it; gives how to take it away. */
export const start: ShowGreeting = ({ greeting, language, root, launch, spoken, icon, open, putAway }) => {
  const { automatic, greet: words } = (language === "de" ? german : english).widget;
  const named = (text: string): string => text.replace("{brand}", () => greeting.brand);
  const by = named(automatic);
  const add = (to: HTMLElement, name: string, className: string, text = "", press?: () => void): HTMLElement => {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    if (press) {
      made.setAttribute("type", "button");
      made.onclick = press;
    } else made.dir = "auto";
    to.append(made);
    return made;
  };
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
  const box = document.createElement("aside");
  box.className = "greet";
  box.ariaLabel = named(words.label);
  const text = add(box, "button", "words", "", open);
  add(text, "span", "from", by);
  add(text, "span", "text", greeting.text);
  add(box, "button", "never", words.never, () => putAway(true));
  const shut = add(box, "button", "shut", "", () => putAway());
  shut.ariaLabel = words.close;
  shut.append(icon("m6 6 12 12M18 6 6 18"));
  launch.before(box);
  spoken.textContent = `${by}: ${greeting.text}`;
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
