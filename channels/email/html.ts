// Turns the HTML of strangers into HTML that may be shown in a sandboxed frame, into plain text, and folds quotes in it. Used by inbound.ts.
import sanitizeHtml from "sanitize-html";
import { cleanStyle } from "./css.ts";
import { foldTree } from "./foldHtml.ts";
import { markLinks, plainText, readTree, writeTree } from "./tree.ts";

/** HTML longer or more entangled than this is not sanitised; its text is shown instead. Characters and tags. */
export const htmlLimits = { length: 2_000_000, tags: 20_000, depth: 200 } as const;

/** Sanitised HTML with its folds marked, and the same as text. */
export interface ReadHtml {
  /** Null when it was too entangled to be shown. */
  readonly html: string | null;
  readonly text: string;
  readonly foldedText: string;
  readonly remoteImages: boolean;
  /** Content-IDs the HTML shows. */
  readonly inlineIds: ReadonlySet<string>;
  /** True when a link's visible text names another host than the link goes to. */
  readonly disguisedLinks: boolean;
}

type Attributes = Record<string, string>;

const dimension = /^\d{1,4}%?$/;
const colour = /^(?:#[0-9a-f]{3,8}|[a-z]{3,20})$/i;
const kept: Readonly<Record<string, RegExp>> = {
  width: dimension,
  height: dimension,
  align: /^(?:left|right|center|justify)$/i,
  valign: /^(?:top|middle|bottom|baseline)$/i,
  bgcolor: colour,
  color: colour,
  border: /^\d{1,2}$/,
  cellpadding: /^\d{1,3}$/,
  cellspacing: /^\d{1,3}$/,
  colspan: /^\d{1,3}$/,
  rowspan: /^\d{1,3}$/,
  dir: /^(?:ltr|rtl|auto)$/i,
  lang: /^[a-z]{2,3}(?:-[a-z0-9]{1,8})*$/i,
  size: /^[+-]?\d{1,2}$/,
  face: /^[\w ,'-]{1,100}$/,
  start: /^\d{1,6}$/,
  type: /^[1aAiI]$|^(?:disc|circle|square)$/,
};

const allowedTags =
  "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp section small span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr".split(
    " ",
  );

const ours = [
  "style",
  "title",
  "alt",
  "data-hint",
  "data-remote-src",
  "data-inline",
  "href",
  "rel",
  "target",
  ...Object.keys(kept),
];

/**
 * Reads HTML for showing: allow-list of tags and attributes, no script, form, frame, style sheet or vector graphics, classes, ids and
 * names dropped, styles cleaned, remote images parked in data-remote-src, cid: images in data-inline, links http, https, mailto and tel only.
 * Never throws for content; the result is the same for the same input.
 */
export function readHtml(source: string, fold: boolean): ReadHtml {
  const html = source.replaceAll("\u0000", "");
  if (html.length > htmlLimits.length || entangled(html)) {
    return {
      html: null,
      text: crudeText(html),
      foldedText: "",
      remoteImages: false,
      inlineIds: new Set(),
      disguisedLinks: false,
    };
  }
  const inlineIds = new Set<string>();
  const styles = new Map<string, string>();
  let remoteImages = false;
  const clean = sanitizeHtml(html, {
    allowedTags,
    allowedAttributes: { "*": ours },
    allowedSchemesAppliedToAttributes: ["href", "src"],
    allowedSchemes: ["http", "https", "mailto", "tel"],
    allowProtocolRelative: false,
    nonBooleanAttributes: [],
    parseStyleAttributes: false,
    nonTextTags: [
      "script",
      "style",
      "textarea",
      "option",
      "xmp",
      "noscript",
      "noembed",
      "noframes",
      "iframe",
      "title",
      "head",
      "svg",
      "math",
      "template",
      "object",
      "select",
    ],
    nestingLimit: htmlLimits.depth,
    transformTags: {
      "*": (tagName: string, given: Attributes) => {
        const attribs: Attributes = {};
        let any = false;
        for (const name in given) {
          const pattern = kept[name];
          const value = given[name] ?? "";
          if (pattern !== undefined) {
            if (pattern.test(value)) attribs[name] = value;
          } else any = true;
        }
        if (any) special(tagName, given, attribs);
        return { tagName, attribs };
      },
    },
  });

  function special(tagName: string, given: Attributes, attribs: Attributes): void {
    const style = given["style"];
    if (style !== undefined) {
      let cleaned = styles.get(style);
      if (cleaned === undefined) {
        cleaned = cleanStyle(style);
        styles.set(style, cleaned);
      }
      if (cleaned !== "") attribs["style"] = cleaned;
    }
    if (given["title"] !== undefined) attribs["title"] = given["title"].slice(0, 500);
    const hint = hintOf(tagName, given);
    if (hint !== null) attribs["data-hint"] = hint;
    if (tagName === "img") image(given, attribs);
    if (tagName === "a") {
      const href = target(given["href"]);
      if (href !== null) {
        attribs["href"] = href;
        attribs["rel"] = "noopener noreferrer nofollow";
        attribs["target"] = "_blank";
      }
    }
  }

  function image(given: Attributes, attribs: Attributes): void {
    attribs["alt"] = (given["alt"] ?? "").slice(0, 500);
    const source = (given["src"] ?? "").trim();
    if (/^cid:/i.test(source)) {
      const id = contentId(source.slice(4));
      inlineIds.add(id);
      attribs["data-inline"] = id;
      return;
    }
    const url = source.startsWith("//") ? target(`https:${source}`) : target(source);
    if (url === null || !url.startsWith("http")) return;
    remoteImages = true;
    attribs["data-remote-src"] = url;
  }

  const tree = readTree(clean);
  const disguisedLinks = tree.hasLinks && markLinks(tree.root);
  if (fold) foldTree(tree.root);
  const plain = plainText(tree.root);
  return {
    html: writeTree(tree.root),
    text: plain.text,
    foldedText: plain.folded,
    remoteImages,
    inlineIds,
    disguisedLinks,
  };
}

/** Plain text as HTML: escaped, line ends as <br>. */
export function textAsHtml(text: string): string {
  return `<div>${escapeText(text).replaceAll("\n", "<br>")}</div>`;
}

/** Escapes text for an HTML text node. */
export function escapeText(text: string): string {
  return text.replace(/[&<>]/g, (character) => (character === "&" ? "&amp;" : character === "<" ? "&lt;" : "&gt;"));
}

function contentId(raw: string): string {
  let id = raw;
  try {
    id = decodeURIComponent(raw);
  } catch {
    // Not percent-encoded after all: the name as it stands.
  }
  return id.trim().replace(/^<|>$/g, "").slice(0, 300);
}

// The link as the browser will read it, null for anything that is not http, https, mailto or tel.
function target(raw: string | undefined): string | null {
  if (raw === undefined || raw.length > 8_000) return null;
  try {
    const url = new URL(raw.trim());
    switch (url.protocol) {
      case "http:":
      case "https:":
        return url.hostname === "" ? null : url.href;
      case "mailto:":
      case "tel:":
        return url.href;
      default:
        return null;
    }
  } catch {
    return null;
  }
}

const outlookLine =
  /border(?:-top)?\s*:\s*(?:none\s*;\s*border-top\s*:\s*)?solid\s+#(?:e1e1e1|b5c4df)\s+1\.0pt|border-top\s*:\s*solid\s+#(?:e1e1e1|b5c4df)\s+1\.0pt/i;

// What the markup of common mail programs says about quotes and signatures; forged hints only fold what is one click away.
function hintOf(tagName: string, given: Attributes): string | null {
  const id = given["id"] ?? "";
  const classes = given["class"] ?? "";
  const name = given["name"] ?? "";
  if (id !== "") {
    if (
      /(?:^|_)(?:appendonsend|divRplyFwdMsg|OutlookMessageHeader|mail-editor-reference-message-container|replySplit)$/i.test(
        id,
      )
    )
      return "rest";
    if (/yahoo_quoted/i.test(id)) return "quote";
    if (
      /(?:^|_)(?:ms-outlook-mobile-signature|AppleMailSignature|Signature|ms-outlook-signature|AOLMsgPart_signature)$/i.test(
        id,
      )
    )
      return "signature";
  }
  if (classes !== "") {
    if (
      /(?:^|\s)(?:x_)?(?:gmail_signature|moz-signature|protonmail_signature_block|tutanota_signature|zmail_signature|signature)(?:\s|$)/i.test(
        classes,
      )
    )
      return "signature";
    if (
      /(?:^|\s)(?:x_)?(?:moz-cite-prefix|gmail_attr|OutlookMessageHeader|moz-email-headers-table)(?:\s|$)/i.test(
        classes,
      )
    )
      return "prefix";
    if (
      /(?:^|\s)(?:x_)?(?:gmail_quote|gmail_quote_container|gmail_extra|yahoo_quoted|\S*yahoo_quoted|protonmail_quote|tutanota_quote|zmail_extra|moz-forward-container|iosquote|quoted_text)(?:\s|$)/i.test(
        classes,
      )
    )
      return tagName === "blockquote" ? "cite" : "quote";
  }
  if (tagName === "blockquote" && (/^cite$/i.test(given["type"] ?? "") || given["cite"] !== undefined)) return "cite";
  if (name === "quote" && (tagName === "div" || tagName === "blockquote")) return "quote";
  const style = given["style"];
  if (
    tagName === "div" &&
    style !== undefined &&
    style.length < 1_000 &&
    outlookLine.test(style) &&
    /padding\s*:\s*3/i.test(style)
  )
    return "rest";
  return null;
}

// Counts tags and open depth without a parser: an estimate that only decides whether the HTML is worth sanitising.
function entangled(html: string): boolean {
  let tags = 0;
  let depth = 0;
  let deepest = 0;
  for (let at = html.indexOf("<"); at !== -1; at = html.indexOf("<", at + 1)) {
    const next = html.charCodeAt(at + 1) | 0x20;
    if (html[at + 1] === "/") depth = depth > 0 ? depth - 1 : 0;
    else if (next >= 0x61 && next <= 0x7a) {
      tags += 1;
      if (
        !/^(?:br|img|hr|meta|link|input|col|wbr|p|li|td|tr|th|base|o:p|option|dt|dd)[\s/>]/i.test(
          html.slice(at + 1, at + 9),
        )
      ) {
        depth += 1;
        if (depth > deepest) deepest = depth;
      }
    }
    if (tags > htmlLimits.tags) return true;
  }
  return deepest > htmlLimits.depth * 4;
}

// Text of HTML that is not shown: tags cut out in one pass, nothing interpreted.
function crudeText(html: string): string {
  let text = "";
  let at = 0;
  while (at < html.length && text.length < 1_000_000) {
    const open = html.indexOf("<", at);
    if (open === -1) {
      text += html.slice(at);
      break;
    }
    text += `${html.slice(at, open)} `;
    const close = html.indexOf(">", open);
    if (close === -1) break;
    at = close + 1;
  }
  return text
    .replace(/[ \t]+/g, " ")
    .replaceAll("&nbsp;", " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .trim();
}
