// Foreign text cut into parts to show. Pure; called by the message card and by file names.

/** A part of a text; `href` when it is a link to press. */
export interface TextPart {
  readonly text: string;
  readonly href: string | null;
}

const link =
  /\bhttps?:\/\/[^\s<>"'\u200b-\u200f\u202a-\u202e\u2066-\u2069]{1,2000}|\b[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?\.[a-z]{2,24}\b/gi;

/** Cuts plain text into text and links. Only http, https and mail addresses become links; the text is never changed. */
export const linesOf = (text: string): readonly TextPart[] => {
  const parts: TextPart[] = [];
  let at = 0;
  for (const match of text.matchAll(link)) {
    const found = withoutTail(match[0]);
    const href = found.startsWith("http") || /^https?:/i.test(found) ? found : `mailto:${found}`;
    if (!URL.canParse(href)) continue;
    if (match.index > at) parts.push({ text: text.slice(at, match.index), href: null });
    parts.push({ text: found, href });
    at = match.index + found.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), href: null });
  return parts;
};

/** A file's name with signs that turn the reading direction taken out: "exe.fdp" must not read as "pdf.exe". */
export const safeName = (name: string): string =>
  name.replaceAll(/[\u0000-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, "");

/** Full stops, commas and closing brackets at the end belong to the sentence, unless the bracket was opened inside. */
const withoutTail = (found: string): string => {
  let end = found.length;
  while (end > 0) {
    const sign = found[end - 1] ?? "";
    if (".,;:!?".includes(sign)) end -= 1;
    else if (")]}".includes(sign) && !found.slice(0, end).includes({ ")": "(", "]": "[", "}": "{" }[sign] ?? ""))
      end -= 1;
    else break;
  }
  return found.slice(0, end);
};
