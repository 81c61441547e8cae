/** @jsxImportSource preact */
// The picker of emoji: a file of its own with all it needs but Preact, fetched by the chat when somebody wants one. Built as widget/emoji-….js; called by chat/Emoji.tsx.
import { render } from "preact";
import german from "#locales/de.json" with { type: "json" };
import english from "#locales/en.json" with { type: "json" };
import { adopt } from "#widget/adopt.ts";
import type { Memory } from "#widget/memory.ts";
import type { Language } from "#widget/words.ts";
import emojiCss from "./emoji.css?inline";
import { EmojiPicker } from "./EmojiPicker.tsx";

export { give } from "#widget/given.ts";

export interface EmojiParts {
  /** Where it is drawn, inside the widget's root. */
  readonly place: HTMLElement;
  readonly language: Language;
  readonly memory: Memory;
  readonly put: (sign: string) => void;
}

const style = adopt(emojiCss);

/** Shows the picker; gives how to take it away. */
export const showEmoji = ({ place, language, memory, put }: EmojiParts): (() => void) => {
  style(place);
  const words = language === "de" ? german.widget.emoji : english.widget.emoji;
  render(<EmojiPicker language={language} words={words} memory={memory} put={put} />, place);
  return () => render(null, place);
};
