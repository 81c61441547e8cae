// HTML from values: what is put into a template is text and is escaped, unless it is HTML that was made here. Used by every page of portal/.

const made: unique symbol = Symbol("made here");

/** HTML that is safe to send: only `html` makes it. */
export interface Html {
  readonly [made]: string;
}

type Value = Html | string | number | null | false | readonly Html[];

const shown: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text as HTML shows it, also within an attribute's quotation marks. */
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => shown[sign] ?? "");

const isHtml = (value: object): value is Html => made in value;

const asHtml = (value: Value): string => {
  if (value === null || value === false) return "";
  if (typeof value !== "object") return escaped(String(value));
  return isHtml(value) ? value[made] : value.map((one) => one[made]).join("");
};

/** A template's HTML. Values are text; null and false are nothing. Attributes stand in quotation marks. */
export const html = (parts: TemplateStringsArray, ...values: readonly Value[]): Html => ({
  [made]: parts.reduce((whole, part, at) => `${whole}${asHtml(values[at - 1] ?? null)}${part}`),
});

/** As it is sent. */
export const textOf = (page: Html): string => page[made];
