// A small tree of already sanitised HTML: built, read as text, written again. Used by html.ts and foldHtml.ts.
import { Parser } from "htmlparser2";

/** An element of sanitised HTML; folding may mark or wrap it. */
export interface Element {
  readonly tag: string;
  readonly attributes: Record<string, string>;
  parent: Element | null;
  children: Node[];
}

/** A piece of text, entities already decoded. */
export interface Text {
  readonly text: string;
  parent: Element;
}

export type Node = Element | Text;

const voidTags = new Set(["br", "img", "hr", "col", "wbr"]);
const blockTags = new Set([
  "address",
  "article",
  "aside",
  "blockquote",
  "caption",
  "center",
  "dd",
  "div",
  "dl",
  "dt",
  "figcaption",
  "figure",
  "footer",
  "h1",
  "h2",
  "h3",
  "h4",
  "h5",
  "h6",
  "header",
  "hr",
  "li",
  "main",
  "nav",
  "ol",
  "p",
  "pre",
  "section",
  "table",
  "tr",
  "ul",
]);
const paragraphs = new Set(["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre", "dl"]);

/** Builds the tree of HTML that sanitize-html has written. */
export function readTree(clean: string): { readonly root: Element; readonly hasLinks: boolean } {
  const root = element("", {});
  let current = root;
  let hasLinks = false;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const child = element(name, attributes);
        child.parent = current;
        current.children.push(child);
        if (name === "a") hasLinks = true;
        if (!voidTags.has(name)) current = child;
      },
      ontext(text) {
        current.children.push({ text, parent: current });
      },
      onclosetag(name) {
        if (current.tag === name && current.parent !== null) current = current.parent;
      },
    },
    { decodeEntities: true },
  );
  parser.end(clean);
  return { root, hasLinks };
}

/** A new element without children. */
export function element(tag: string, attributes: Record<string, string>): Element {
  return { tag, attributes, parent: null, children: [] };
}

/** Tells elements from text. */
export function isElement(node: Node): node is Element {
  return "tag" in node;
}

/** Writes the tree as HTML; every text and attribute value is escaped, hints for folding are left out. */
export function writeTree(root: Element): string {
  let html = "";
  const write = (node: Node): void => {
    if (!isElement(node)) {
      html += escaped(node.text, false);
      return;
    }
    html += `<${node.tag}`;
    for (const name in node.attributes)
      if (name !== "data-hint") html += ` ${name}="${escaped(node.attributes[name] ?? "", true)}"`;
    html += ">";
    if (voidTags.has(node.tag)) return;
    for (const child of node.children) write(child);
    html += `</${node.tag}>`;
  };
  for (const child of root.children) write(child);
  return html;
}

/**
 * The tree's text line by line, as a reader would see it: blocks and <br> end lines, runs of blanks are one, hidden elements are
 * skipped. `node` is the first node of the line, `fold` and `cited` tell whether it stands in a fold or a quotation.
 */
export function textLines(
  root: Element,
): { readonly text: string; readonly node: Node | null; readonly fold: boolean; readonly cited: boolean }[] {
  const lines: { text: string; node: Node | null; fold: boolean; cited: boolean }[] = [];
  let text = "";
  let first: Node | null = null;
  let blanks = 0;
  let fold = 0;
  let cited = 0;
  let pre = 0;
  let item = "";
  // An empty block with a hard space in it is how mail programs write a blank line.
  let spaced = false;
  const end = (): void => {
    const line = pre > 0 ? text : text.trim();
    if (line !== "") {
      for (; blanks > 0 && lines.length > 0; blanks -= 1)
        lines.push({ text: "", node: null, fold: fold > 0, cited: cited > 0 });
      lines.push({ text: item === "" ? line : item + line, node: first, fold: fold > 0, cited: cited > 0 });
      item = "";
      blanks = 0;
    } else if (spaced) blanks = Math.min(blanks + 1, 2);
    text = "";
    first = null;
    spaced = false;
  };
  const visit = (node: Node): void => {
    if (!isElement(node)) {
      if (pre > 0 && node.text.includes("\n")) {
        for (const [index, piece] of node.text.split("\n").entries()) {
          if (index > 0) {
            if (text === "") blanks = Math.min(blanks + 1, 2);
            end();
          }
          text += piece;
          if (first === null && piece !== "") first = node;
        }
        return;
      }
      const flat = node.text.replace(/[\s\u00a0]+/g, " ");
      if (text === "" && flat === " " && node.text.includes("\u00a0")) spaced = true;
      if (flat === " " && (text === "" || text.endsWith(" "))) return;
      text += text.endsWith(" ") && flat.startsWith(" ") ? flat.slice(1) : flat;
      if (first === null && flat.trim() !== "") first = node;
      return;
    }
    const style = node.attributes["style"];
    if (style !== undefined && /(?:^|;)display:none/i.test(style)) return;
    switch (node.tag) {
      case "br":
        if (text.trim() === "") blanks = Math.min(blanks + 1, 2);
        end();
        return;
      case "img": {
        const alt = node.attributes["alt"] ?? "";
        if (alt.trim() !== "") {
          text += alt;
          first ??= node;
        }
        return;
      }
      case "td":
      case "th":
        if (text !== "" && !text.endsWith(" ")) text += " ";
        break;
      default:
    }
    const block = blockTags.has(node.tag);
    const folding = node.attributes["data-folded"] !== undefined;
    const cite = node.attributes["data-hint"] === "cite";
    if (block || folding) {
      end();
      if (paragraphs.has(node.tag)) blanks = Math.max(blanks, 1);
    }
    if (node.tag === "li") item = "- ";
    if (folding) fold += 1;
    if (cite) cited += 1;
    if (node.tag === "pre") pre += 1;
    for (const child of node.children) visit(child);
    if (node.tag === "a") appendTarget(node);
    if (block || folding) {
      end();
      if (paragraphs.has(node.tag)) blanks = Math.max(blanks, 1);
    }
    if (node.tag === "li") item = "";
    if (node.tag === "pre") pre -= 1;
    if (folding) fold -= 1;
    if (cite) cited -= 1;
  };
  const appendTarget = (node: Element): void => {
    const href = node.attributes["href"] ?? "";
    if (!/^https?:/.test(href)) return;
    const shown = ownText(node).trim();
    if (
      shown === "" ||
      shown.includes(href) ||
      href
        .replace(/^https?:\/\/(?:www\.)?/, "")
        .startsWith(shown.replace(/^https?:\/\/(?:www\.)?/, "").replace(/…$|\/$/, "")) ||
      href.length > 300
    )
      return;
    text += ` <${href}>`;
  };
  for (const child of root.children) visit(child);
  end();
  return lines;
}

/** Takes away everything from the beginning to the end of the line that begins with `last`; what stood around it stays around the rest. */
export function cutThrough(root: Element, last: Node): void {
  let place: "before" | "inLine" | "behind" = "before";
  const stays = (node: Node): boolean => {
    if (place === "behind") return true;
    if (node === last) place = "inLine";
    if (!isElement(node)) return false;
    const block = blockTags.has(node.tag);
    if (place === "inLine" && (block || node.tag === "br")) {
      place = "behind";
      return block;
    }
    keep(node);
    if (place === "inLine" && block) place = "behind";
    return node.children.length > 0;
  };
  const keep = (parent: Element): void => {
    parent.children.splice(0, parent.children.length, ...parent.children.filter(stays));
  };
  keep(root);
}

/** Text outside and inside folds. */
export function plainText(root: Element): { readonly text: string; readonly folded: string } {
  const open: string[] = [];
  const folded: string[] = [];
  for (const line of textLines(root)) (line.fold ? folded : open).push(line.text);
  return { text: trimLines(open), folded: trimLines(folded) };
}

/** All text below a node, at most 4,000 characters. */
export function ownText(node: Element): string {
  let text = "";
  const visit = (each: Node): void => {
    if (text.length > 4_000) return;
    if (isElement(each)) for (const child of each.children) visit(child);
    else text += each.text;
  };
  visit(node);
  return text;
}

/** Marks every link whose visible text names another host with data-true-host; tells whether there was one. */
export function markLinks(root: Element): boolean {
  let found = false;
  const visit = (node: Element): void => {
    if (node.tag === "a") {
      const host = hostOf(node.attributes["href"] ?? "");
      const shown = /(?:^|[\s(<])(?:https?:\/\/)?((?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24})(?=[\s/:?#)>]|$)/iu.exec(
        ownText(node)
          .slice(0, 500)
          .replace(/[\u200b-\u200f\u2060\ufeff]/g, "")
          .trim(),
      );
      if (host !== null && shown !== null) {
        const named = hostOf(`http://${shown[1] ?? ""}`);
        if (named !== null && !sameHost(named, host)) {
          node.attributes["data-true-host"] = host;
          found = true;
        }
      }
    }
    for (const child of node.children) if (isElement(child)) visit(child);
  };
  visit(root);
  return found;
}

function sameHost(shown: string, host: string): boolean {
  const one = shown.replace(/^www\./, "");
  const other = host.replace(/^www\./, "");
  return one === other || other.endsWith(`.${one}`);
}

function hostOf(href: string): string | null {
  if (!/^https?:/i.test(href)) return null;
  try {
    return new URL(href).hostname;
  } catch {
    return null;
  }
}

function trimLines(lines: readonly string[]): string {
  let end = lines.length;
  while (end > 0 && lines[end - 1] === "") end -= 1;
  let start = 0;
  while (start < end && lines[start] === "") start += 1;
  return lines.slice(start, end).join("\n");
}

function escaped(text: string, quotes: boolean): string {
  if (!/[&<>"]/.test(text)) return text;
  return text.replace(/[&<>"]/g, (character) =>
    character === "&" ? "&amp;" : character === "<" ? "&lt;" : character === ">" ? "&gt;" : quotes ? "&quot;" : '"',
  );
}
