// The picker's file, fetched when it is first opened, and whether a text is nothing but emoji. Called by Emoji.tsx and Text.tsx.
import type { showEmoji } from "#widget/emoji/main.tsx";

/** The picker's file beside the chat's; written in by the build (tools/widget.ts). */
declare const EMOJI_FILE: string;

interface EmojiFile {
  readonly showEmoji: typeof showEmoji;
}

let fetched: Promise<EmojiFile> | null = null;
let tries = 0;

/** The picker; rejects when it cannot be had now, and tries again when asked again. */
export const fetchEmoji = (): Promise<EmojiFile> => {
  const again = tries > 0 ? `?${tries}` : "";
  tries += 1;
  // A browser may remember that a file could not be fetched: another try asks for another address.
  fetched ??= import(/* @vite-ignore */ new URL(EMOJI_FILE + again, import.meta.url).href) as Promise<EmojiFile>;
  fetched.catch(() => (fetched = null));
  return fetched;
};

const mostLarge = 6;

/** Is a text nothing but at most six emoji? Then it is shown larger. */
export const isEmojiOnly = (text: string): boolean => {
  const bare = text.replaceAll(/\s/g, "");
  if (bare === "" || bare.length > 12 * mostLarge || typeof Intl.Segmenter !== "function") return false;
  const signs = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(bare)];
  // A sign that is also a letter or a digit is an emoji only when it says so (U+FE0F).
  return (
    signs.length <= mostLarge && signs.every(({ segment }) => /\p{Emoji_Presentation}|\p{Emoji}\uFE0F/u.test(segment))
  );
};
