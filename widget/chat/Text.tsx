/** @jsxImportSource preact */
// A text with its links made to press, and larger when it is nothing but emoji. Called by Bubble.tsx and Parts.tsx. Text becomes text nodes and links, never HTML.
import { isEmojiOnly } from "./emoji.ts";
import { words } from "./speech.ts";
import { piecesOf } from "./text.ts";

export const Text = ({ text }: { readonly text: string }) => (
  <p class={isEmojiOnly(text) ? "text is-emoji" : "text"} dir="auto">
    {piecesOf(text).map(({ text: piece, href }, index) =>
      href === null ? (
        piece
      ) : (
        <a key={index} href={href} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">
          {piece}
          <span class="spoken"> {words().newWindow}</span>
        </a>
      ),
    )}
  </p>
);
