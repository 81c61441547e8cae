// Sentences with alternatives and slots: "[Seit|Ab] {when} [ist|war] {device} [tot|aus]." Used by lib/corpus/letters.ts.
import type { Random } from "#lib/corpus/random.ts";

type Part = string | { readonly slot: string } | { readonly choices: readonly (readonly Part[])[] };

const parsed = new Map<string, readonly Part[]>();

/** What a slot's name stands for; asked each time the slot is met. */
export type Slots = (name: string) => string;

/**
 * Writes a template out: `[a|b|]` is one of its alternatives (which may hold further ones), `{name}` is asked of `slots`.
 * Throws for a bracket that is not closed: a mistake in a template is found by the first text made from it.
 */
export const write = (random: Random, template: string, slots: Slots): string => {
  let parts = parsed.get(template);
  if (!parts) {
    const reader = { text: template, at: 0 };
    parts = sequence(reader, false);
    parsed.set(template, parts);
  }
  return render(random, parts, slots);
};

const render = (random: Random, parts: readonly Part[], slots: Slots): string => {
  let text = "";
  for (const part of parts) {
    if (typeof part === "string") text += part;
    else if ("slot" in part) text += slots(part.slot);
    else text += render(random, random.pick(part.choices), slots);
  }
  return text;
};

const sequence = (reader: { readonly text: string; at: number }, inside: boolean): readonly Part[] => {
  const parts: Part[] = [];
  let plain = "";
  const flush = (): void => {
    if (plain !== "") parts.push(plain);
    plain = "";
  };
  while (reader.at < reader.text.length) {
    const letter = reader.text[reader.at] as string;
    if (inside && (letter === "|" || letter === "]")) break;
    reader.at += 1;
    if (letter === "[") {
      flush();
      const choices = [sequence(reader, true)];
      while (reader.text[reader.at] === "|") {
        reader.at += 1;
        choices.push(sequence(reader, true));
      }
      if (reader.text[reader.at] !== "]") throw new Error(`a "[" is not closed in: ${reader.text}`);
      reader.at += 1;
      parts.push({ choices });
    } else if (letter === "{") {
      flush();
      const end = reader.text.indexOf("}", reader.at);
      if (end === -1) throw new Error(`a "{" is not closed in: ${reader.text}`);
      parts.push({ slot: reader.text.slice(reader.at, end) });
      reader.at = end + 1;
    } else plain += letter;
  }
  flush();
  return parts;
};
