// How questions are answered with the keys of a telephone: what callers are told of it, and how many keys an answer has. Called by model-voice.ts and model-render.ts; pure.
import type { FlowField } from "#contract/flow-runs.ts";
import type { FlowLanguage } from "#contract/flows.ts";
import { hintWords } from "./model-words.ts";

/** Can it be answered with keys? Free words, mail addresses and files cannot. */
export const hasKeys = (field: FlowField): boolean =>
  field.kind !== "file" && !(field.kind === "text" && (field.form === "any" || field.form === "email"));

/** So many keys are the whole answer, without another to end it; null: nobody can know before it is ended. */
export const keysOf = (field: FlowField): number | null => {
  switch (field.kind) {
    case "options":
      return field.options.length < 10 ? 1 : null;
    case "date":
      return 8;
    case "text":
      return (field.form === "digits" || field.form === "code") && field.minLength === field.maxLength
        ? field.maxLength
        : null;
    case "number":
    case "file":
      return null;
  }
};

/** Is a "0" by itself the way to somebody of us, pressed once? Where digits are the answer it is the first of them. */
export const zeroIsHuman = (field: FlowField): boolean => field.kind === "options" || !hasKeys(field);

/** What callers are told, a sentence each. `listens`: words are understood here. */
export const voiceWays = (
  field: FlowField,
  optional: boolean,
  language: FlowLanguage,
  listens: boolean,
): readonly string[] => {
  const hint = (name: Parameters<typeof hintWords>[0], facts: Parameters<typeof hintWords>[1] = {}): string =>
    hintWords(name, facts, language);
  const ways: string[] = [];
  switch (field.kind) {
    case "options": {
      if (field.options.every(({ id }) => id === "yes" || id === "no")) ways.push(hint("keyYesNo"));
      else for (const [at, { label }] of field.options.entries()) ways.push(hint("key", { label, number: at + 1 }));
      break;
    }
    case "number":
      ways.push(hint("keyNumber"));
      if (field.decimals > 0) ways.push(hint("keyPoint"));
      break;
    case "date":
      ways.push(hint("keyDate"));
      break;
    case "file":
      ways.push(hint("keyNoFile"));
      break;
    case "text": {
      const fixed = keysOf(field);
      if (field.form === "phone") ways.push(hint("keyPhone"));
      else if (fixed !== null) ways.push(hint("keyDigitsOf", { number: fixed }));
      else if (hasKeys(field)) ways.push(hint("keyDigits"));
      else ways.push(hint(listens ? "sayIt" : "keyNot"));
      break;
    }
  }
  if (listens && hasKeys(field)) ways.push(hint("sayToo"));
  if (optional) ways.push(hint("keySkip"));
  if (field.kind === "options" && field.options.length > 3) ways.push(hint("keyAgain"));
  return [...ways, hint(zeroIsHuman(field) ? "keyHuman" : "keyStarHuman")];
};
