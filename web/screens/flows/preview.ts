// How a message of ICU form would be said, with example values. Called by the fields of texts; the flow itself is spoken by the server.
import { IntlMessageFormat } from "intl-messageformat";
import type { FlowLanguage } from "#contract/flows.ts";
import { exampleOf, namesIn } from "#web/state/flowSteps.ts";

/** The words, or why they cannot be read; `words` is what was written where there is nothing to fill in. */
export const preview = (
  message: string,
  language: FlowLanguage,
): { readonly words: string; readonly fault: string | null } => {
  if (!/[{}'<]/u.test(message)) return { words: message, fault: null };
  try {
    const form = new IntlMessageFormat(message, language === "de" ? "de-DE" : "en-GB", undefined, { ignoreTag: true });
    const values = Object.fromEntries(namesIn(message).map((name) => [name, exampleOf(message, name)]));
    return { words: String(form.format(values)), fault: null };
  } catch (fault) {
    return { words: message, fault: fault instanceof Error ? fault.message : String(fault) };
  }
};
