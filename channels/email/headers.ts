// Reads header blocks (RFC 5322), encoded words (RFC 2047) and parameters (RFC 2045, RFC 2231). Used by mime.ts and its readers.
import { decodeText } from "./charset.ts";

/** Most header bytes of one part that are looked at, and most fields kept of it. */
const maxHeaderBytes = 256 * 1024;
const maxFields = 2_000;

/** Header fields in order; names in lower case, values unfolded and otherwise untouched. */
export interface Headers {
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  readonly truncated: boolean;
}

/** A header value with parameters, such as Content-Type; value and parameter names in lower case. */
export interface Parameters {
  readonly value: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Reads the fields between start and end. Lines that are no field are skipped; a folded line belongs to the field above it. */
export function readHeaders(bytes: Buffer, start: number, end: number): Headers {
  const stop = Math.min(end, start + maxHeaderBytes);
  const text = decodeText(bytes.subarray(start, stop), null, "header");
  const fields: { name: string; value: string }[] = [];
  let truncated = stop < end;
  let parts: string[] = [];
  const flush = (): void => {
    if (parts.length === 0) return;
    const line = parts.length === 1 ? (parts[0] ?? "") : parts.join("");
    parts = [];
    const colon = line.indexOf(":");
    if (colon < 1) return;
    const name = line.slice(0, colon).trimEnd().toLowerCase();
    if (name.length > 100 || /[^\u0021-\u007e]/.test(name)) return;
    fields.push({ name, value: trimBlanks(line.slice(colon + 1)) });
  };
  for (let from = 0; from < text.length;) {
    const feed = text.indexOf("\n", from);
    const until = feed === -1 ? text.length : feed;
    const line = text.slice(from, text[until - 1] === "\r" && until > from ? until - 1 : until).replaceAll("\r", " ");
    from = until + 1;
    const first = line.charCodeAt(0);
    if ((first === 0x20 || first === 0x09) && parts.length > 0) {
      parts.push(line);
      continue;
    }
    flush();
    if (fields.length >= maxFields) {
      truncated = true;
      break;
    }
    parts.push(line);
  }
  flush();
  return { fields, truncated };
}

/** The first field of that name, null when there is none. */
export function field(headers: Headers, name: string): string | null {
  for (const each of headers.fields) if (each.name === name) return each.value;
  return null;
}

/** All fields of that name in the order they stand. */
export function allFields(headers: Headers, name: string): readonly string[] {
  const values: string[] = [];
  for (const each of headers.fields) if (each.name === name) values.push(each.value);
  return values;
}

/** Replaces RFC 2047 encoded words; adjacent words in one charset are joined before decoding. What is broken stays as it is. */
export function decodeWords(value: string): string {
  if (!value.includes("=?")) return value;
  const word = /=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=/g;
  let decoded = "";
  let position = 0;
  let charset = "";
  let pending: Buffer[] = [];
  const flush = (): void => {
    if (pending.length > 0) decoded += decodeText(Buffer.concat(pending), charset, "header");
    pending = [];
  };
  for (let match = word.exec(value); match !== null; match = word.exec(value)) {
    const between = value.slice(position, match.index);
    const label = (match[1] ?? "").replace(/\*.*$/, "").toLowerCase();
    if (pending.length === 0 || between.trim() !== "") {
      flush();
      decoded += between;
    } else if (label !== charset) {
      flush();
    }
    charset = label;
    pending.push(decodeWord(match[2] ?? "", match[3] ?? ""));
    position = word.lastIndex;
  }
  flush();
  return decoded + value.slice(position);
}

function decodeWord(encoding: string, text: string): Buffer {
  if (encoding === "b" || encoding === "B") return Buffer.from(text, "base64");
  return decodeQuoted(Buffer.from(text.replaceAll("_", " "), "utf8"));
}

/** Quoted-printable (RFC 2045 section 6.7) in one pass; broken escapes stay as they stand. */
export function decodeQuoted(input: Buffer): Buffer {
  if (!input.includes(0x3d)) return input;
  const output = Buffer.allocUnsafe(input.length);
  let length = 0;
  for (let index = 0; index < input.length; index += 1) {
    const byte = input[index] ?? 0;
    if (byte !== 0x3d) {
      output[length++] = byte;
      continue;
    }
    const high = hexDigit(input[index + 1]);
    const low = hexDigit(input[index + 2]);
    if (high >= 0 && low >= 0) {
      output[length++] = high * 16 + low;
      index += 2;
      continue;
    }
    let next = index + 1;
    while (
      next < input.length &&
      next < index + 200 &&
      (input[next] === 0x20 || input[next] === 0x09 || input[next] === 0x0d)
    )
      next += 1;
    if (next >= input.length) break;
    if (input[next] === 0x0a) index = next;
    else output[length++] = byte;
  }
  return output.subarray(0, length);
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  if (byte >= 0x41 && byte <= 0x46) return byte - 0x37;
  if (byte >= 0x61 && byte <= 0x66) return byte - 0x57;
  return -1;
}

/** Splits "type; name=value" with quoted strings, comments, RFC 2231 continuations and the first of doubled parameters. */
export function readParameters(raw: string | null): Parameters {
  const found = new Map<string, string>();
  const source = (raw ?? "").slice(0, 16_384);
  const pieces = splitParameters(source);
  const value = (pieces[0] ?? "").trim().toLowerCase();
  for (const piece of pieces.slice(1, 200)) {
    const equals = piece.indexOf("=");
    if (equals < 1) continue;
    const name = piece.slice(0, equals).trim().toLowerCase();
    if (!found.has(name)) found.set(name, piece.slice(equals + 1));
  }
  const parameters: Record<string, string> = Object.create(null) as Record<string, string>;
  const continued = new Map<string, { index: number; text: string; encoded: boolean }[]>();
  for (const [name, text] of found) {
    const star = name.indexOf("*");
    if (star === -1) {
      parameters[name] = text;
      continue;
    }
    const base = name.slice(0, star);
    const rest = name.slice(star + 1);
    const encoded = rest === "" || rest.endsWith("*");
    const index = Number.parseInt(rest, 10);
    const list = continued.get(base) ?? [];
    list.push({ index: Number.isNaN(index) ? 0 : index, text, encoded });
    continued.set(base, list);
  }
  for (const [base, list] of continued) parameters[base] = joinContinued(list);
  return { value, parameters };
}

function joinContinued(list: { index: number; text: string; encoded: boolean }[]): string {
  list.sort((one, other) => one.index - other.index);
  const first = list[0];
  let charset: string | null = null;
  const bytes: Buffer[] = [];
  for (const piece of list) {
    let text = piece.text;
    if (piece === first && piece.encoded) {
      const quoted = /^([^']{0,60})'[^']{0,40}'/.exec(text);
      if (quoted !== null) {
        charset = quoted[1] ?? null;
        text = text.slice(quoted[0].length);
      }
    }
    bytes.push(
      piece.encoded
        ? decodeQuoted(Buffer.from(text.replaceAll("=", "=3D").replaceAll("%", "="), "utf8"))
        : Buffer.from(text, "utf8"),
    );
  }
  return decodeText(Buffer.concat(bytes), charset, "header");
}

// Cuts at ";" outside quotes and comments, removes comments and quotes.
function splitParameters(source: string): string[] {
  const pieces: string[] = [];
  let piece = "";
  let quoted = false;
  let depth = 0;
  // Blanks up to here stood in quotes and belong to the value.
  let kept = 0;
  for (let index = 0; index < source.length; index += 1) {
    const character = source[index] ?? "";
    if (quoted) {
      const next = source[index + 1];
      if (character === "\\" && (next === '"' || next === "\\")) {
        piece += next;
        index += 1;
      } else if (character === '"') {
        quoted = false;
        kept = piece.length;
      } else piece += character;
    } else if (depth > 0) {
      if (character === "(") depth += 1;
      else if (character === ")") depth -= 1;
    } else if (character === '"') quoted = true;
    else if (character === "(" && (piece === "" || /\s$/.test(piece.slice(-1)) || !piece.includes("="))) depth = 1;
    else if (character === ";") {
      pieces.push(trimValue(piece, kept));
      piece = "";
      kept = 0;
    } else piece += character;
  }
  pieces.push(trimValue(piece, kept));
  return pieces;
}

function trimValue(piece: string, kept: number): string {
  let end = piece.length;
  while (end > kept && /\s/.test(piece[end - 1] ?? "")) end -= 1;
  const plain = piece.slice(0, end);
  const equals = plain.indexOf("=");
  return equals === -1 ? plain.trim() : `${plain.slice(0, equals)}=${plain.slice(equals + 1).trimStart()}`;
}

function trimBlanks(text: string): string {
  return text.trim();
}
