// How tall a message will stand: what the frame that shows its HTML reserves, because a frame without script cannot tell. Called by
// concerns/actions-arrival.ts and actions-send.ts; pure.

/** Characters that fit on a line where the frame is as wide as a desk gives it. */
const perLine = 54;
/** Pixels of a line in the frame. */
const linePx = 22;
const most = 10_000;

/** Height of a picture that does not say how tall it is: a part of the mail, or one from the net, which stays blocked at first. */
const ownPictureLines = 9;
const blockedPictureLines = 1;

/** How many lines a plain text takes, at most 10,000. */
export const linesOf = (text: string): number => {
  let lines = 0;
  for (let from = 0; lines < most;) {
    const end = text.indexOf("\n", from);
    lines += Math.max(1, Math.ceil(((end === -1 ? text.length : end) - from) / perLine));
    if (end === -1) break;
    from = end + 1;
  }
  return Math.min(most, lines);
};

/** Lines that follow a block as its margin. */
const margins: Readonly<Record<string, number>> = {
  p: 0.7,
  h1: 1.2,
  h2: 1,
  h3: 0.9,
  h4: 0.8,
  ul: 0.7,
  ol: 0.7,
  dl: 0.7,
  pre: 0.7,
  blockquote: 0.7,
  hr: 0.8,
};
const blocks = new Set([
  ...Object.keys(margins),
  ..."address article aside br center dd div dt figcaption figure footer h5 h6 header li main nav section table tbody td tfoot th thead tr".split(
    " ",
  ),
]);

/** How many lines of the frame sanitised HTML takes, about; cells of a row stand beside each other. At least 1, at most 10,000. */
export const linesOfHtml = (html: string): number => {
  let lines = 0;
  let characters = 0;
  const rows: { start: number; tallest: number }[] = [];
  const flush = (): void => {
    lines += Math.ceil(characters / perLine);
    characters = 0;
  };
  for (let at = 0; at < html.length && lines < most;) {
    const open = html.indexOf("<", at);
    characters += lettersIn(html, at, open === -1 ? html.length : open);
    const end = open === -1 ? -1 : html.indexOf(">", open);
    if (end === -1) break;
    at = end + 1;
    const closing = html[open + 1] === "/";
    const name = nameAt(html, closing ? open + 2 : open + 1);
    if (name === "img") lines += pictureLines(html.slice(open, end));
    if (!blocks.has(name)) continue;
    // An empty line that was meant: <br><br>, or a paragraph that holds nothing but a break.
    if (name === "br" && characters === 0) lines += 1;
    flush();
    if (closing) lines += margins[name] ?? 0;
    const row = rows.at(-1);
    if (name === "tr" && !closing) rows.push({ start: lines, tallest: 0 });
    else if (name === "tr" && row) {
      rows.pop();
      lines = row.start + row.tallest;
    } else if ((name === "td" || name === "th") && closing && row) {
      row.tallest = Math.max(row.tallest, lines - row.start);
      lines = row.start;
    }
  }
  flush();
  return Math.max(1, Math.min(most, Math.ceil(lines)));
};

/** Letters of a text, white space counted once however long it is. */
const lettersIn = (html: string, from: number, to: number): number => {
  let count = 0;
  let blank = true;
  for (let at = from; at < to; at += 1) {
    const space = html.charCodeAt(at) <= 32;
    if (!space || !blank) count += 1;
    blank = space;
  }
  return count === 1 && blank ? 0 : count;
};

const nameAt = (html: string, from: number): string => {
  let to = from;
  while (to < html.length && /[a-z0-9]/i.test(html[to] ?? "")) to += 1;
  return html.slice(from, to).toLowerCase();
};

const pictureLines = (tag: string): number => {
  const said = /\bheight="?(\d{1,4})(?![\d%])/.exec(tag)?.[1] ?? /\bheight:\s?(\d{1,4})px/.exec(tag)?.[1];
  if (said !== undefined) return Number(said) / linePx;
  return tag.includes("data-remote-src=") ? blockedPictureLines : ownPictureLines;
};
