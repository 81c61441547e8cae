// Cuts a message into its parts (RFC 2045, RFC 2046) in linear time and within fixed limits. Used by inbound.ts; the only MIME parser here.
import { field, readHeaders, readParameters, decodeQuoted, decodeWords, type Headers } from "./headers.ts";
import { fileName } from "./names.ts";

/** What is cut into parts at most; beyond it the rest stays one part and `cut` tells so. */
export const mimeLimits = { depth: 24, parts: 1_000, boundary: 8_192 } as const;

/** One part: a leaf with encoded bytes, or a multipart with children. */
export interface Part {
  readonly headers: Headers;
  /** Lower case, e.g. "text/plain"; what the part claims. */
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly disposition: "attachment" | "inline" | null;
  /** The claimed file name as decoded and cleaned, null when the part has none. */
  readonly fileName: string | null;
  readonly contentId: string | null;
  readonly encoding: string;
  /** The body as it stands in the message, transfer encoding not undone. */
  readonly body: Buffer;
  readonly children: readonly Part[];
}

/** A whole message cut up. */
export interface Message {
  readonly root: Part;
  /** True when limits were reached: some parts were left uncut. The raw bytes are stored whole in any case. */
  readonly cut: boolean;
  /** True when a multipart had no boundary that fits. */
  readonly broken: boolean;
  /** Where the body begins in `bytes`. */
  readonly bodyStart: number;
  /** The bytes that were read: as given, or with CR line ends turned into LF. */
  readonly bytes: Buffer;
}

interface Cutting {
  readonly bytes: Buffer;
  parts: number;
  cut: boolean;
  broken: boolean;
}

/** Cuts the bytes into parts and never throws. Lone CR line ends are read as line ends when no LF is there. */
export function readMime(given: Uint8Array): Message {
  const view = Buffer.from(given.buffer, given.byteOffset, given.length);
  const bytes = view.includes(0x0a) || !view.includes(0x0d) ? view : lineFeeds(view);
  const cutting: Cutting = { bytes, parts: 0, cut: false, broken: false };
  const { end, body } = headerEnd(bytes, 0, bytes.length);
  const root = readPart(cutting, 0, end, body, bytes.length, 0, "text/plain");
  return { root, cut: cutting.cut, broken: cutting.broken, bodyStart: body, bytes };
}

/** The bytes of a leaf with its transfer encoding undone. */
export function decodeBody(part: Part): Buffer {
  switch (part.encoding) {
    case "base64":
      return decodeBase64(part.body);
    case "quoted-printable":
      return decodeQuoted(part.body);
    case "x-uuencode":
    case "uuencode":
    case "x-uue":
      return decodeUu(part.body);
    default:
      return part.body;
  }
}

function lineFeeds(view: Buffer): Buffer {
  const copy = Buffer.from(view);
  for (let index = copy.indexOf(0x0d); index !== -1; index = copy.indexOf(0x0d, index + 1)) copy[index] = 0x0a;
  return copy;
}

// `end`: where the last header line ends; `body`: where the first body line starts.
function headerEnd(bytes: Buffer, start: number, limit: number): { end: number; body: number } {
  if (bytes[start] === 0x0a) return { end: start, body: start + 1 };
  if (bytes[start] === 0x0d && bytes[start + 1] === 0x0a) return { end: start, body: start + 2 };
  for (let feed = bytes.indexOf(0x0a, start); feed !== -1 && feed < limit; feed = bytes.indexOf(0x0a, feed + 1)) {
    if (bytes[feed + 1] === 0x0a) return { end: feed + 1, body: Math.min(feed + 2, limit) };
    if (bytes[feed + 1] === 0x0d && bytes[feed + 2] === 0x0a) return { end: feed + 1, body: Math.min(feed + 3, limit) };
  }
  return { end: limit, body: limit };
}

function readPart(
  cutting: Cutting,
  start: number,
  headersEnd: number,
  bodyStart: number,
  end: number,
  depth: number,
  standard: string,
): Part {
  const { bytes } = cutting;
  cutting.parts += 1;
  const headers = readHeaders(bytes, start, headersEnd);
  if (headers.truncated) cutting.cut = true;
  const noHeaders = depth === 0 && headers.fields.length === 0;
  const contentType = readParameters(field(headers, "content-type"));
  const disposition = readParameters(field(headers, "content-disposition"));
  const type = /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+*-]+$/.test(contentType.value)
    ? contentType.value
    : contentType.value === "text"
      ? "text/plain"
      : contentType.value === ""
        ? standard
        : "application/octet-stream";
  const body = bytes.subarray(noHeaders ? start : Math.min(bodyStart, end), end);
  const claimedName = disposition.parameters["filename"] ?? contentType.parameters["name"] ?? null;
  const rawEncoding = field(headers, "content-transfer-encoding");
  const children = type.startsWith("multipart/")
    ? readChildren(cutting, Math.min(bodyStart, end), end, depth, type, contentType.parameters["boundary"] ?? null)
    : [];
  const contentId = field(headers, "content-id");
  return {
    headers,
    type: children.length === 0 && type.startsWith("multipart/") ? "text/plain" : type,
    parameters: contentType.parameters,
    disposition: disposition.value === "" ? null : disposition.value === "inline" ? "inline" : "attachment",
    fileName: claimedName === null || claimedName.trim() === "" ? null : fileName(decodeWords(claimedName), "file"),
    contentId: contentId === null ? null : contentId.trim().replace(/^<|>$/g, "").slice(0, 300),
    encoding: /[a-z0-9-]+/.exec((rawEncoding ?? "").toLowerCase().replace(/\([^)]*\)/g, ""))?.[0] ?? "",
    body,
    children,
  };
}

function readChildren(
  cutting: Cutting,
  start: number,
  end: number,
  depth: number,
  type: string,
  claimed: string | null,
): Part[] {
  if (depth >= mimeLimits.depth) {
    cutting.cut = true;
    return [];
  }
  const { bytes } = cutting;
  let boundary: Buffer | null = claimed === null ? null : Buffer.from(`--${claimed}`, "utf8");
  let loose = false;
  const first =
    boundary === null || boundary.length > mimeLimits.boundary + 2
      ? null
      : nextDelimiter(bytes, boundary, start, end, false);
  if (boundary === null || first === null || first.last) {
    cutting.broken = true;
    // Some programs write words behind the boundary; others use another boundary than they announced.
    loose = boundary !== null && nextDelimiter(bytes, boundary, start, end, true)?.last === false;
    if (!loose) boundary = guessBoundary(bytes, start, end);
  }
  if (boundary === null) return [];
  const standard = type === "multipart/digest" ? "message/rfc822" : "text/plain";
  const children: Part[] = [];
  let delimiter = nextDelimiter(bytes, boundary, start, end, loose);
  while (delimiter !== null && !delimiter.last) {
    const next = nextDelimiter(bytes, boundary, delimiter.end, end, loose);
    if (cutting.parts >= mimeLimits.parts) {
      cutting.cut = true;
      break;
    }
    const partEnd = next === null ? end : Math.max(delimiter.end, withoutLineEnd(bytes, next.start));
    const head = headerEnd(bytes, delimiter.end, partEnd);
    children.push(
      readPart(
        cutting,
        delimiter.end,
        Math.min(head.end, partEnd),
        Math.min(head.body, partEnd),
        partEnd,
        depth + 1,
        standard,
      ),
    );
    delimiter = next;
  }
  return children;
}

interface Delimiter {
  readonly start: number;
  readonly end: number;
  readonly last: boolean;
}

function nextDelimiter(bytes: Buffer, boundary: Buffer, from: number, end: number, loose: boolean): Delimiter | null {
  const range = bytes.subarray(0, end);
  for (let at = range.indexOf(boundary, from); at !== -1; at = range.indexOf(boundary, at + 1)) {
    if (at !== 0 && at !== from && bytes[at - 1] !== 0x0a) continue;
    let after = at + boundary.length;
    const last = bytes[after] === 0x2d && bytes[after + 1] === 0x2d;
    if (last) after += 2;
    while (after < end && (bytes[after] === 0x20 || bytes[after] === 0x09 || bytes[after] === 0x0d)) after += 1;
    if (loose && after > at + boundary.length && bytes[after] !== 0x0a)
      after = Math.max(after, range.indexOf(0x0a, after));
    if (after >= end) return { start: at, end, last };
    if (bytes[after] === 0x0a) return { start: at, end: after + 1, last };
  }
  return null;
}

function withoutLineEnd(bytes: Buffer, at: number): number {
  if (bytes[at - 1] !== 0x0a) return at;
  return bytes[at - 2] === 0x0d ? at - 2 : at - 1;
}

// A boundary that was lost or misspelt: the first line that starts with "--" and is followed by a Content- field.
function guessBoundary(bytes: Buffer, start: number, end: number): Buffer | null {
  let tries = 0;
  for (let at = start; at < end && tries < 200; tries += 1) {
    const feed = bytes.indexOf(0x0a, at);
    if (feed === -1 || feed >= end) return null;
    if (bytes[at] === 0x2d && bytes[at + 1] === 0x2d && feed - at > 3 && feed - at <= mimeLimits.boundary) {
      const follows = bytes.toString("latin1", feed + 1, Math.min(feed + 9, end)).toLowerCase();
      if (follows === "content-") return Buffer.from(bytes.toString("latin1", at, feed).trimEnd(), "latin1");
    }
    at = feed + 1;
  }
  return null;
}

/** Above this many bytes no string is made of the body, so that a large file costs its own size once. */
const largeBody = 256 * 1024;

function decodeBase64(body: Buffer): Buffer {
  const padding = body.indexOf(0x3d);
  if (body.length <= largeBody && (padding === -1 || body.length - padding < 8))
    return Buffer.from(body.toString("latin1"), "base64");
  // Skips what is no digit; "=" ends a group, so several texts behind one another, each with its own padding, are all read.
  const output = Buffer.allocUnsafe(Math.floor((body.length * 3) / 4) + 3);
  let length = 0;
  let group = 0;
  let digits = 0;
  for (let index = 0; index < body.length; index += 1) {
    const byte = body[index] ?? 0;
    const digit = base64Digits[byte] ?? 64;
    if (digit < 64) {
      group = (group << 6) | digit;
      digits += 1;
      if (digits === 4) {
        output[length++] = (group >> 16) & 0xff;
        output[length++] = (group >> 8) & 0xff;
        output[length++] = group & 0xff;
        group = 0;
        digits = 0;
      }
    } else if (byte === 0x3d) {
      length = endGroup(output, length, group, digits);
      group = 0;
      digits = 0;
    }
  }
  return output.subarray(0, endGroup(output, length, group, digits));
}

function endGroup(output: Buffer, at: number, group: number, digits: number): number {
  if (digits < 2) return at;
  output[at] = (group >> (digits === 2 ? 4 : 10)) & 0xff;
  if (digits === 2) return at + 1;
  output[at + 1] = (group >> 2) & 0xff;
  return at + 2;
}

const base64Digits = new Uint8Array(256).fill(64);
const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
for (let digit = 0; digit < digits.length; digit += 1) base64Digits[digits.charCodeAt(digit)] = digit;

function decodeUu(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (const line of body.toString("latin1").split("\n")) {
    const length = (line.charCodeAt(0) - 32) & 63;
    if (line === "" || line.startsWith("begin ") || line.startsWith("end") || Number.isNaN(length)) continue;
    const chunk = Buffer.alloc(Math.ceil(length / 3) * 3);
    for (let index = 1, at = 0; at < length; index += 4, at += 3) {
      const four = [0, 1, 2, 3].map((step) => ((line.charCodeAt(index + step) || 32) - 32) & 63) as [
        number,
        number,
        number,
        number,
      ];
      chunk.writeUIntBE((four[0] << 18) | (four[1] << 12) | (four[2] << 6) | four[3], at, 3);
    }
    chunks.push(chunk.subarray(0, length));
  }
  return Buffer.concat(chunks);
}
