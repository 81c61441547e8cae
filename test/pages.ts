// Reads pages as a browser without programs does: their words, their forms, and what is sent when one is filled in. Called by tests of the portal.
import assert from "node:assert/strict";

/** A field of a form as the page has it. */
export interface PageField {
  readonly tag: "input" | "textarea" | "button";
  readonly type: string;
  readonly name: string;
  readonly value: string;
  readonly id: string;
  /** A button's words. */
  readonly label: string;
}

export interface PageForm {
  readonly action: string;
  readonly isMultipart: boolean;
  readonly fields: readonly PageField[];
}

const signs: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };
const plain = (html: string): string => html.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (sign) => signs[sign] ?? sign);
/** The words between tags. */
export const wordsIn = (html: string): string =>
  plain(
    html
      .replaceAll(/<(style|title|textarea)\b[^>]*>[^]*?<\/\1>/g, " ")
      .replaceAll(/<[^>]*>/g, " ")
      .replaceAll(/\s+/g, " "),
  ).trim();

const attribute = (attributes: string, name: string): string =>
  plain(new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1] ?? "");

const fieldsIn = (html: string): PageField[] =>
  [...html.matchAll(/<(input|textarea|button)\b([^>]*)>(?:([^]*?)<\/\1>)?/g)].map(
    ([, tag = "", given = "", inner = ""]) => ({
      tag: tag as PageField["tag"],
      type: attribute(given, "type"),
      name: attribute(given, "name"),
      // The first line break of a textarea is none of its words.
      value: tag === "textarea" ? plain(inner.replace(/^\n/, "")) : attribute(given, "value"),
      id: attribute(given, "id"),
      label: tag === "button" ? wordsIn(inner) : "",
    }),
  );

/** All forms of a page. */
export const formsIn = (html: string): PageForm[] =>
  [...html.matchAll(/<form\b([^>]*)>([^]*?)<\/form>/g)].map(([, given = "", inner = ""]) => {
    assert.equal(attribute(given, "method"), "post");
    return {
      action: attribute(given, "action"),
      isMultipart: attribute(given, "enctype") === "multipart/form-data",
      fields: fieldsIn(inner),
    };
  });

/** What is sent when that button is pressed: hidden fields, what stands in the others, and the button's own. Files are sent otherwise. */
export const sentBy = (
  form: PageForm,
  button: PageField,
  filled: Readonly<Record<string, string>> = {},
): URLSearchParams => {
  const sent = new URLSearchParams();
  for (const field of form.fields)
    if (field.tag !== "button" && field.name !== "" && field.type !== "file")
      sent.append(field.name, filled[field.name] ?? field.value);
  for (const name of Object.keys(filled)) assert.ok(sent.has(name), `there is no field ${name}`);
  if (button.name !== "") sent.append(button.name, button.value);
  return sent;
};
