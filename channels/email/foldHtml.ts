// Wraps quoted parts and signatures of sanitised HTML into <div data-folded>. Used by html.ts.
import { divide } from "./quote.ts";
import { element, isElement, ownText, textLines, type Element, type Node } from "./tree.ts";

const structural = new Set([
  "tbody",
  "thead",
  "tfoot",
  "tr",
  "td",
  "th",
  "li",
  "dt",
  "dd",
  "caption",
  "colgroup",
  "col",
]);

/** Marks in place what the mail program or the text says is quoted or a signature; answers between quotes keep everything open. */
export function foldTree(root: Element): void {
  const lines = textLines(root);
  if (lines.length === 0) return;
  const division = divide(lines.map((line) => (line.cited ? `> ${line.text}` : line.text)));
  const hinted = firstHint(root);
  const answered = answeredBelow(lines);
  const quoteNode = division.quote < lines.length ? (lines[division.quote]?.node ?? null) : null;
  const start = answered ? null : earlier(root, hinted, quoteNode === null ? null : blockAbove(quoteNode));
  const signatures = hints(root, "signature");
  if (start !== null && textBefore(root, start)) foldFrom(start, "quote");
  for (const signature of signatures)
    if (!isFolded(signature) && textBefore(root, signature) && short(signature)) foldNodes([signature], "signature");
  if (signatures.length === 0 && division.visible < division.quote && !answered)
    foldSignature(lines.slice(division.visible, division.quote));
}

// Text that is not cited below some that is: the quote is part of the answer.
function answeredBelow(
  lines: readonly { readonly text: string; readonly cited: boolean; readonly node: Node | null }[],
): boolean {
  let cited = false;
  for (const line of lines) {
    if (line.cited && line.text !== "") cited = true;
    else if (cited && line.text.trim() !== "" && !(line.node !== null && underHint(line.node, ["signature", "rest"])))
      return true;
  }
  return false;
}

function underHint(node: Node, names: readonly string[]): boolean {
  for (let above: Element | null = isElement(node) ? node : node.parent; above !== null; above = above.parent) {
    const hint = above.attributes["data-hint"];
    if (hint !== undefined && names.includes(hint)) return true;
  }
  return false;
}

function firstHint(root: Element): Element | null {
  const found = walk(root, (node) => ["quote", "rest", "cite", "prefix"].includes(node.attributes["data-hint"] ?? ""));
  return found[0] ?? null;
}

function hints(root: Element, name: string): Element[] {
  return walk(root, (node) => node.attributes["data-hint"] === name).slice(0, 10);
}

function walk(root: Element, wanted: (node: Element) => boolean): Element[] {
  const found: Element[] = [];
  const visit = (node: Element): void => {
    for (const child of node.children) {
      if (!isElement(child)) continue;
      if (wanted(child)) found.push(child);
      visit(child);
    }
  };
  visit(root);
  return found;
}

// The one that stands first in the document.
function earlier(root: Element, one: Element | null, other: Node | null): Node | null {
  if (one === null || other === null) return one ?? other;
  let first: Node | null = null;
  const visit = (node: Node): void => {
    if (first !== null) return;
    if (node === one || node === other) {
      first = node;
      return;
    }
    if (isElement(node)) for (const child of node.children) visit(child);
  };
  visit(root);
  return first;
}

// The outermost block in which the node's line is the first thing.
function blockAbove(node: Node): Node {
  let block: Node = node;
  for (;;) {
    const parent: Element | null = block.parent;
    if (parent === null || parent.parent === null) return block;
    const before = parent.children.slice(0, parent.children.indexOf(block));
    if (before.some((child) => (isElement(child) ? ownText(child) : child.text).trim() !== "")) return block;
    block = parent;
  }
}

function textBefore(root: Element, stop: Node): boolean {
  let text = false;
  let done = false;
  const visit = (node: Node): void => {
    if (done || node === stop) {
      done = true;
      return;
    }
    if (isElement(node)) for (const child of node.children) visit(child);
    else if (node.text.trim() !== "") text = true;
  };
  visit(root);
  return text;
}

// Folds the node and all that follows in the document, level by level.
function foldFrom(start: Node, kind: "quote" | "signature"): void {
  let node: Node = start;
  let include = true;
  for (let parent: Element | null = node.parent; parent !== null; parent = parent.parent) {
    const index = parent.children.indexOf(node);
    foldNodes(parent.children.slice(include ? index : index + 1), kind);
    node = parent;
    include = false;
  }
}

function foldSignature(lines: readonly { readonly node: Node | null }[]): void {
  const first = lines.find((line) => line.node !== null)?.node ?? null;
  const last = lines.findLast((line) => line.node !== null)?.node ?? null;
  if (first === null || last === null) return;
  const block = blockAbove(first);
  const parent = block.parent;
  if (parent === null) return;
  const from = parent.children.indexOf(block);
  let until = from;
  for (let index = from; index < parent.children.length; index += 1) {
    const child = parent.children[index];
    if (child !== undefined && isElement(child) && child.attributes["data-folded"] !== undefined) break;
    until = index;
    if (child !== undefined && contains(child, last)) break;
  }
  const chosen = parent.children.slice(from, until + 1);
  if (chosen.some((child) => contains(child, last))) foldNodes(chosen, "signature");
}

function contains(node: Node, wanted: Node): boolean {
  for (let above: Node | null = wanted; above !== null; above = above.parent) if (above === node) return true;
  return false;
}

function foldNodes(nodes: readonly Node[], kind: "quote" | "signature"): void {
  let group: Node[] = [];
  const close = (): void => {
    wrap(group, kind);
    group = [];
  };
  for (const node of nodes) {
    if (isElement(node) && structural.has(node.tag)) {
      close();
      foldNodes(node.children.slice(), kind);
    } else if (isElement(node) && node.attributes["data-folded"] !== undefined) close();
    else group.push(node);
  }
  close();
}

function wrap(group: readonly Node[], kind: "quote" | "signature"): void {
  const first = group[0];
  const parent = first?.parent ?? null;
  if (first === undefined || parent === null) return;
  if (
    !group.some((node) =>
      isElement(node) ? node.tag === "img" || node.tag === "hr" || node.children.length > 0 : node.text.trim() !== "",
    )
  )
    return;
  const holder = element("div", { "data-folded": kind });
  holder.parent = parent;
  parent.children.splice(parent.children.indexOf(first), group.length, holder);
  for (const node of group) {
    node.parent = holder;
    holder.children.push(node);
  }
}

function isFolded(node: Element): boolean {
  for (let above: Element | null = node; above !== null; above = above.parent)
    if (above.attributes["data-folded"] !== undefined) return true;
  return false;
}

function short(node: Element): boolean {
  return ownText(node).length < 3_000;
}
