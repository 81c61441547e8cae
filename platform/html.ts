// HTML from our own editor: an allow-list, whatever was pasted into it. Called by actions that store what an agent wrote.
import { createRequire } from "node:module";
import type sanitizeHtml from "sanitize-html";

// Loaded when it is first needed: with what it needs it takes 4 MB, and most of a day's answers come without HTML.
const load = createRequire(import.meta.url);
let loaded: typeof sanitizeHtml | null = null;
const sanitizer = (): typeof sanitizeHtml => (loaded ??= load("sanitize-html") as typeof sanitizeHtml);

/** More than any person writes; hostile input beyond it is not even looked at. Characters and opening angle brackets. */
const limits = { length: 1_000_000, tags: 20_000, depth: 100, quoted: 200_000 } as const;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const linkForm = /^(?:https?:\/\/|mailto:|tel:)[^\s]/i;

/** What is left of editor HTML, and which uploaded files it shows inline. */
export interface EditorHtml {
  readonly html: string;
  /** In order of appearance, each once. */
  readonly inlineUploads: readonly string[];
}

/**
 * Keeps paragraphs, emphasis, lists, quotes, code, headings, links (http, https, mailto, tel) and images of uploads, written as
 * <img data-upload="id">; drops everything else: scripts, styles, frames, forms, remote images, every other attribute.
 * Null when it is too long or too entangled to be read.
 */
export const sanitiseEditorHtml = (source: string): EditorHtml | null => {
  const html = source.replaceAll("\u0000", "").toWellFormed();
  if (html.length > limits.length || entangled(html)) return null;
  const uploads = new Set<string>();
  const clean = sanitizer()(html, {
    allowedTags:
      "p br strong b em i u s a ul ol li blockquote pre code h1 h2 h3 h4 hr img table thead tbody tr th td".split(" "),
    allowedAttributes: {
      a: ["href", "rel", "target"],
      img: ["alt", "data-upload", "width", "height"],
      ol: ["start"],
      td: ["colspan", "rowspan"],
      th: ["colspan", "rowspan"],
    },
    allowedSchemes: ["http", "https", "mailto", "tel"],
    allowProtocolRelative: false,
    disallowedTagsMode: "discard",
    nestingLimit: limits.depth,
    transformTags: {
      a: (tagName, given) => {
        const href = (given["href"] ?? "").trim();
        // Only what begins as a link of ours: a list of what is bad forgets the next odd space.
        return linkForm.test(href)
          ? { tagName, attribs: { href, rel: "noopener noreferrer nofollow", target: "_blank" } }
          : { tagName, attribs: {} };
      },
      img: (tagName, given) => {
        const attribs: Record<string, string> = { alt: (given["alt"] ?? "").slice(0, 500) };
        const upload = (given["data-upload"] ?? "").toLowerCase();
        if (uuid.test(upload)) {
          uploads.add(upload);
          attribs["data-upload"] = upload;
        }
        for (const side of ["width", "height"]) {
          const value = given[side] ?? "";
          if (/^\d{1,4}$/.test(value)) attribs[side] = value;
        }
        return { tagName, attribs };
      },
    },
    // An image without an upload shows nothing, or something from elsewhere.
    exclusiveFilter: (frame) => frame.tag === "img" && frame.attribs["data-upload"] === undefined,
  });
  return { html: clean, inlineUploads: [...uploads] };
};

/**
 * A mail's HTML (sanitised when it came) as it is repeated below an answer: formatting only. What was folded away in it, images and everything
 * of others' is left out. Null when it is too long or too entangled to be read.
 */
export const quoteHtml = (html: string): string | null =>
  html.length > limits.quoted || entangled(html)
    ? null
    : sanitizer()(html, {
        allowedTags:
          "p br div strong b em i u s a ul ol li blockquote pre code h1 h2 h3 h4 hr table thead tbody tr th td".split(
            " ",
          ),
        allowedAttributes: { a: ["href"], ol: ["start"], td: ["colspan", "rowspan"], th: ["colspan", "rowspan"] },
        allowedSchemes: ["http", "https", "mailto", "tel"],
        allowProtocolRelative: false,
        disallowedTagsMode: "discard",
        nestingLimit: limits.depth,
        exclusiveFilter: (frame) => frame.attribs["data-folded"] !== undefined,
      });

/** Text as HTML: escaped, line ends as <br>. */
export const textAsHtml = (text: string): string => escapeHtml(text).replaceAll("\n", "<br>\n");

/** Escapes text for a text node or a quoted attribute. */
export const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

// Counts before parsing: nested tags are quadratic in every parser we know.
const entangled = (html: string): boolean => {
  let tags = 0;
  for (let at = html.indexOf("<"); at !== -1; at = html.indexOf("<", at + 1)) {
    tags += 1;
    if (tags > limits.tags) return true;
  }
  return false;
};
