// Reads what the laws ask of a source file out of its syntax tree. Called by check.ts.
import { parseSync } from "vite";

/** A TypeScript file as the laws see it. Lines count from 1. */
export type Source = {
  /** What it imports or re-exports, types included. */
  readonly imports: readonly { readonly specifier: string; readonly line: number }[];
  /** Lines with a default export. */
  readonly defaultExports: readonly number[];
  readonly regexes: readonly {
    readonly pattern: string;
    readonly flags: string;
    readonly line: number;
    readonly bounded: boolean;
  }[];
  /** Dotted names that are read (`Date.now`, `document.write`), JSX attributes, and `new Date()` without arguments. */
  readonly names: readonly { readonly name: string; readonly line: number }[];
};

type Node = { readonly type: string; readonly start: number; readonly [key: string]: unknown };

/** Parses a file; throws when it is no valid TypeScript. */
export function readSource(path: string, text: string): Source {
  const parsed = parseSync(path, text);
  if (parsed.errors.length > 0) throw new Error(`${path}: ${parsed.errors[0]?.message ?? "does not parse"}`);
  const lineOf = lineCounter(text);
  const imports: Source["imports"][number][] = [];
  const defaultExports: number[] = [];
  const regexes: Source["regexes"][number][] = [];
  const names: Source["names"][number][] = [];
  const boundedLines = new Set(
    parsed.comments.filter((comment) => /\bbounded: \S/.test(comment.value)).map((comment) => lineOf(comment.end)),
  );
  walk(parsed.program as unknown as Node, (node) => {
    const line = lineOf(node.start);
    const source = node["source"];
    if (isNode(source) && source.type === "Literal" && typeof source["value"] === "string")
      imports.push({ specifier: source["value"], line });
    if (node.type === "ExportDefaultDeclaration") defaultExports.push(line);
    if (node.type === "ExportSpecifier" && nameOf(node["exported"]) === "default") defaultExports.push(line);
    const regex = node["regex"];
    if (node.type === "Literal" && typeof regex === "object" && regex !== null) {
      const { pattern, flags } = regex as { readonly pattern: string; readonly flags: string };
      regexes.push({ pattern, flags, line, bounded: boundedLines.has(line) || boundedLines.has(line - 1) });
    }
    if (node.type === "MemberExpression") {
      const property = nameOf(node["property"]);
      if (property !== undefined) names.push({ name: `${nameOf(node["object"]) ?? ""}.${property}`, line });
    }
    if (node.type === "CallExpression") names.push({ name: `${nameOf(node["callee"]) ?? ""}()`, line });
    if (node.type === "JSXAttribute") names.push({ name: `<${nameOf(node["name"]) ?? ""}>`, line });
    if (node.type === "NewExpression" && Array.isArray(node["arguments"]) && node["arguments"].length === 0)
      names.push({ name: `new ${nameOf(node["callee"]) ?? ""}()`, line });
  });
  return { imports, defaultExports, regexes, names };
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const value of Object.values(node)) {
    for (const item of Array.isArray(value) ? value : [value]) if (isNode(item)) walk(item, visit);
  }
}

function isNode(value: unknown): value is Node {
  return (
    typeof value === "object" && value !== null && "type" in value && typeof value.type === "string" && "start" in value
  );
}

function nameOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  const name = value["name"] ?? value["value"];
  return typeof name === "string" ? name : undefined;
}

function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
