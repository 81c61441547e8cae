// Looks for paths that a document names and the repository lacks. Called by check.ts.
import { dirname, join, normalize } from "node:path/posix";
import type { Breach, File } from "./check.ts";

/** Folders that come and go while the program runs; a document may name what will be in them. */
const living = /^(?:node_modules|data|dist|\.cache|\.git)(?:\/|$)/;

/** Paths in backticks (outside code blocks) that name no file or folder, seen from the root or from the document. */
export function missingPaths(files: readonly File[]): readonly Breach[] {
  const known = new Set<string>();
  for (const { path } of files) for (let part = path; part !== "."; part = dirname(part)) known.add(part);
  const tops = new Set([...known].filter((path) => !path.includes("/")));
  return files
    .filter((file) => file.path.endsWith(".md"))
    .flatMap((file) =>
      quotedPaths(file.text)
        .map(({ path, line }) => ({ line, path: path.replace(/^#/, "").replace(/:\d+$/, "").replace(/\/$/, "") }))
        .filter(({ path }) => !living.test(path) && (tops.has(path.split("/")[0] ?? "") || looksLikeFile(path)))
        .filter(({ path }) => !known.has(normalize(path)) && !known.has(normalize(join(dirname(file.path), path))))
        .map(({ path, line }): Breach => ({ law: "paths", path: file.path, line, says: `\`${path}\` does not exist` })),
    );
}

/** Words in backticks with a slash that hold nothing but a plain path: no pattern, no placeholder, no command. */
function quotedPaths(text: string): readonly { readonly path: string; readonly line: number }[] {
  let fenced = false;
  return text.split("\n").flatMap((content, index) => {
    if (content.trimStart().startsWith("```")) fenced = !fenced;
    if (fenced) return [];
    return [...content.matchAll(/`(#?[\w.-]+(?:\/[\w.-]+)*\/?(?::\d+)?)`/g)]
      .map((match) => ({ path: match[1] ?? "", line: index + 1 }))
      .filter(({ path }) => path.includes("/") && !/NNNN|\.\.\./.test(path));
  });
}

function looksLikeFile(path: string): boolean {
  return /\.(?:ts|tsx|mjs|json|md|sql|css|html)$/.test(path);
}
