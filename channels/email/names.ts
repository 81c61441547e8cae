// Cleans what strangers call themselves, their files and their subjects. Used by every file of the reading half.

// Control characters, line and paragraph separators, bidirectional embeddings, overrides and isolates.
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;
const bidirectional = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const invisible =
  /[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]/g;
const reservedDevice = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;

/** A person's name on one line, without control, bidirectional and zero-width characters, at most 200 characters; null when nothing is left. */
export function personName(decoded: string): string | null {
  const name = oneLine(decoded.slice(0, 2_000).replace(/[\u200b\u2060\ufeff]/g, ""), 200);
  return name === "" ? null : name;
}

/** A subject on one line without control and bidirectional characters, at most 998 characters (RFC 5322 section 2.1.1); null when it is empty. */
export function subjectLine(decoded: string): string | null {
  const subject = oneLine(decoded.slice(0, 4_000), 998);
  return subject === "" ? null : subject;
}

/**
 * A file's name for showing only: the last path part, no control, bidirectional or invisible characters, no character that
 * Windows forbids, no leading or trailing dots and blanks, at most 150 characters with the real extension kept.
 */
export function fileName(decoded: string, fallback: string): string {
  const plain = decoded
    .slice(0, 4_000)
    .normalize("NFC")
    .replace(control, "")
    .replace(bidirectional, "")
    .replace(invisible, "");
  const last = plain.slice(Math.max(plain.lastIndexOf("/"), plain.lastIndexOf("\\")) + 1).replace(/[<>:"|?*%]/g, "_");
  const bare = trimEnds(last);
  if (bare === "") return fallback;
  const safe = reservedDevice.test(bare) ? `_${bare}` : bare;
  return shorten(safe, 150);
}

/** Text as it is kept: line ends are "\n" and U+0000, which PostgreSQL cannot hold, is gone. Nothing else changes. */
export function bodyText(decoded: string): string {
  let text = decoded;
  if (text.includes("\r")) text = text.replace(/\r\n?/g, "\n");
  if (text.includes("\u0000")) text = text.replaceAll("\u0000", "");
  return text.isWellFormed() ? text : text.toWellFormed();
}

function oneLine(text: string, limit: number): string {
  const flat = text
    .replace(control, " ")
    .replace(bidirectional, "")
    .replace(/[ \t]{2,}/g, " ")
    .trim();
  return flat.length <= limit ? flat.toWellFormed() : `${flat.slice(0, limit - 1).toWellFormed()}…`;
}

function trimEnds(name: string): string {
  let start = 0;
  let end = name.length;
  while (start < end && (name[start] === "." || name[start] === " ")) start += 1;
  while (end > start && (name[end - 1] === "." || name[end - 1] === " ")) end -= 1;
  return name.slice(start, end);
}

function shorten(name: string, limit: number): string {
  if (name.length <= limit) return name.toWellFormed();
  const dot = name.lastIndexOf(".");
  const extension = dot > 0 && name.length - dot <= 12 ? name.slice(dot) : "";
  return `${name.slice(0, limit - 1 - extension.length)}…${extension}`.toWellFormed();
}
