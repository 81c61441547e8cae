// What of a message's text is a link, and whether an address is one. Pure; called by Bubble.tsx and Introduce.tsx.

import { isMailAddress } from "#lib/mailAddress.ts";

/** A piece of a text; `href` null: no link. */
export interface Piece {
  readonly text: string;
  readonly href: string | null;
}

const safe = new Set(["http:", "https:", "mailto:", "tel:"]);
const closing: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** Marks that turn the direction of what follows: they can make an address look like another one. */
export const withoutTurns = (text: string): string => text.replaceAll(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "");

/** Where an address ends: marks of the sentence around it do not belong to it. Each sign is looked at a fixed number of times. */
const endOf = (word: string): number => {
  /** For each kind of bracket, how many more are closed than opened up to the end that is looked at. */
  const unopened: Record<string, number> = {};
  for (const [last, opens] of Object.entries(closing))
    unopened[last] = word.split(last).length - word.split(opens).length;
  let end = word.length;
  for (; end > 0; end -= 1) {
    const last = word[end - 1] ?? "";
    if (".,;:!?'\"»«“”’>…".includes(last)) continue;
    // A bracket that was opened inside belongs to it.
    const more = unopened[last];
    if (more === undefined || more <= 0) break;
    unopened[last] = more - 1;
  }
  return end;
};

/** Where a word leads, or null. Only what the browser itself reads as one of four schemes is a link. */
export const hrefOf = (word: string): string | null => {
  const meant = /^(?:https?:\/\/|mailto:|tel:)./i.test(word)
    ? word
    : /^www\..*\./i.test(word)
      ? `https://${word}`
      : isMailAddress(word)
        ? `mailto:${word}`
        : null;
  if (meant === null || !URL.canParse(meant)) return null;
  const url = new URL(meant);
  return safe.has(url.protocol) && url.username === "" ? url.href : null;
};

/** A text in pieces; joined they are the text, but for marks of direction in links. */
export const piecesOf = (text: string): readonly Piece[] => {
  const pieces: Piece[] = [];
  const add = (piece: string, href: string | null): void => {
    const before = pieces.at(-1);
    if (piece === "") return;
    if (href === null && before?.href === null) pieces[pieces.length - 1] = { text: before.text + piece, href };
    else pieces.push({ text: piece, href });
  };
  for (const word of text.split(/(\s)/)) {
    const start = word.length - word.replace(/^[(<["'«„“]/, "").length;
    const bare = withoutTurns(word.slice(start));
    const end = endOf(bare);
    const href = end > 3 ? hrefOf(bare.slice(0, end)) : null;
    if (href === null) add(word, null);
    else {
      add(word.slice(0, start), null);
      add(bare.slice(0, end), href);
      add(bare.slice(end), null);
    }
  }
  return pieces;
};
