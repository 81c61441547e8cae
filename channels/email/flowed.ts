// Undoes format=flowed (RFC 3676). Used by body.ts.

/** Joins soft-broken lines of equal quote depth; quoted lines get "> " marks back. One pass over the lines. */
export function unflow(text: string, deleteSpace: boolean): string {
  const joined: string[] = [];
  let open: string[] = [];
  let openDepth = -1;
  const close = (): void => {
    if (openDepth >= 0) joined.push((openDepth > 0 ? `${">".repeat(openDepth)} ` : "") + open.join(""));
    open = [];
    openDepth = -1;
  };
  for (const line of text.split("\n")) {
    let depth = 0;
    while (line[depth] === ">") depth += 1;
    let content = line.slice(depth);
    if (content.startsWith(" ")) content = content.slice(1);
    const signature = content === "-- ";
    const soft = content.endsWith(" ") && !signature;
    if (openDepth >= 0 && (openDepth !== depth || signature)) close();
    open.push(soft && deleteSpace ? content.slice(0, -1) : content);
    openDepth = depth;
    if (!soft) close();
  }
  close();
  return joined.join("\n");
}
