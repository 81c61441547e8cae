// Looks for paths that a document or a comment names and the repository lacks. Called by check.ts.
import { basename, dirname, join, normalize } from "node:path/posix";
import type { Breach, File } from "./check.ts";

/** Folders that come and go while the program runs; a document may name what will be in them. */
const living = /^(?:node_modules|data|dist|\.cache|\.git)(?:\/|$)/;

/**
 * Paths in backticks (outside code blocks) of documents, and paths in comments, that name no file or folder, seen from the root or from the
 * file. Bare names of our own kinds of file ("store.ts") count as well: some file must bear them.
 */
export function missingPaths(files: readonly File[]): readonly Breach[] {
  const known = new Set<string>();
  for (const { path } of files) for (let part = path; part !== "."; part = dirname(part)) known.add(part);
  const tops = new Set([...known].filter((path) => !path.includes("/")));
  const bare = new Set([...known].map((path) => basename(path)));
  const comments = files.flatMap((file) =>
    commentedPaths(file)
      .filter(({ path }) => !living.test(path))
      .filter(({ path }) =>
        path.includes("/")
          ? !known.has(normalize(path)) &&
            !known.has(normalize(join(dirname(file.path), path))) &&
            !endsOne(known, path)
          : !bare.has(path),
      )
      .map(({ path, line }): Breach => ({ law: "paths", path: file.path, line, says: `${path} does not exist` })),
  );
  const documents = files
    .filter((file) => file.path.endsWith(".md"))
    .flatMap((file) =>
      quotedPaths(file.text)
        .map(({ path, line }) => ({ line, path: path.replace(/^#/, "").replace(/:\d+$/, "").replace(/\/$/, "") }))
        .filter(({ path }) => !living.test(path) && (tops.has(path.split("/")[0] ?? "") || looksLikeFile(path)))
        .filter(({ path }) => path.includes("/") || !bare.has(path))
        .filter(({ path }) => !known.has(normalize(path)) && !known.has(normalize(join(dirname(file.path), path))))
        .map(({ path, line }): Breach => ({ law: "paths", path: file.path, line, says: `\`${path}\` does not exist` })),
    );
  return [...documents, ...comments];
}

/** "concerns/store.ts" for "modules/concerns/store.ts": a comment may leave out the first folders. */
const endsOne = (known: ReadonlySet<string>, path: string): boolean =>
  [...known].some((each) => each.endsWith(`/${path}`));

/** Names of our own files in the comments of TypeScript and SQL: nothing with a placeholder, a pattern or an address around it. */
function commentedPaths(file: File): readonly { readonly path: string; readonly line: number }[] {
  const mark = /\.tsx?$/.test(file.path) ? /^\s*(?:\/\/|\/?\*)|\s\/\/ / : file.path.endsWith(".sql") ? /--/ : null;
  if (mark === null || file.path.startsWith("test/laws/")) return [];
  return file.text.split("\n").flatMap((content, index) => {
    const begin = mark.exec(content);
    if (begin === null) return [];
    const said = content.slice(begin.index);
    return [...said.matchAll(/(?<![\w./*<{@#-])#?([\w-]+(?:\/[\w.-]+)*\.(?:ts|tsx|mjs|sql|md))(?![\w*]|\.\w)/g)]
      .map((match) => ({ path: match[1] ?? "", line: index + 1 }))
      .filter(({ path }) => !/NNNN/.test(path));
  });
}

/** Words in backticks, with a slash or the ending of a source file, that hold nothing but a plain path: no pattern, no placeholder, no command. */
function quotedPaths(text: string): readonly { readonly path: string; readonly line: number }[] {
  let fenced = false;
  return text.split("\n").flatMap((content, index) => {
    if (content.trimStart().startsWith("```")) fenced = !fenced;
    if (fenced) return [];
    return [...content.matchAll(/`(#?[\w.-]+(?:\/[\w.-]+)*\/?(?::\d+)?)`/g)]
      .map((match) => ({ path: match[1] ?? "", line: index + 1 }))
      .filter(({ path }) => (path.includes("/") || /\w\.(?:ts|tsx|mjs|sql)$/.test(path)) && !/NNNN|\.\.\./.test(path));
  });
}

function looksLikeFile(path: string): boolean {
  return /\.(?:ts|tsx|mjs|json|md|sql|css|html)$/.test(path);
}
