// What the closed button has once the chat is there: the arrow that closes it, and how much waits to be read. Called by main.tsx.
import type { ChatParts } from "#widget/parts.ts";

/** Dresses it; gives how to show how many wait, 0: none do. What is said aloud is the loader's. */
export const dressButton = ({ launch, icon }: Pick<ChatParts, "launch" | "icon">): ((waiting: number) => void) => {
  const close = icon("m6 9.5 6 6 6-6");
  close.classList.add("close");
  const badge = document.createElement("span");
  badge.className = "badge";
  badge.hidden = true;
  launch.append(close, badge);
  return (waiting) => {
    badge.hidden = waiting === 0;
    badge.textContent = waiting > 99 ? "99+" : String(waiting);
  };
};
