// Whether a text is nothing but emoji. Called by Text.tsx.

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
