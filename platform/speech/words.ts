// Words as every speaker can be given them: only words, however they came. Called by the speakers beside this file, so that none can be reached around it.
import { cutTo, storable } from "#lib/text.ts";

/** Longest text that is spoken at once, in characters: some three minutes. */
export const mostSpoken = 3_000;

/**
 * Text without what speakers take for commands: control characters (espeak-ng's own begin with one), markup (SSML), entities, and phonemes in brackets
 * ("[[h@loU]]"). What is only a sign becomes a space; one line; at most `mostSpoken` characters. Empty: there is nothing to say.
 */
export const onlyWords = (text: string): string =>
  cutTo(
    storable(text.slice(0, mostSpoken * 4))
      .replaceAll(/[\p{C}<>&[\]{}|\\^~`]+/gu, " ")
      .replaceAll(/\s+/gu, " ")
      .trim(),
    mostSpoken,
  );

/** Is there anything that makes a sound? */
export const isSpeakable = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);
