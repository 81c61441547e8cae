// Takes what was signed out of a CMS envelope (RFC 5652, S/MIME "signed-data"). Whether the signature is right is not judged. Used by body.ts.

/** One BER element: `end` is where the next one begins. */
interface Element {
  readonly tag: number;
  readonly start: number;
  /** Where the content ends. */
  readonly stop: number;
  readonly end: number;
}

const sequence = 0x30;
const explicit = 0xa0;
const octets = 0x04;
const octetsInPieces = 0x24;
const signedData = Buffer.from("06092a864886f70d010702", "hex");
const mostDepth = 12;
/** Writers cut into pieces of a kilobyte and more. */
const mostPieces = 100_000;

/** The bytes that were signed, a MIME entity as a rule; null when this is no signed-data, is damaged, or holds the signature alone. */
export function signedContent(bytes: Buffer): Buffer | null {
  const outer = element(bytes, 0, bytes.length, 0);
  if (outer?.tag !== sequence) return null;
  const kind = bytes.subarray(outer.start, outer.start + signedData.length);
  if (!kind.equals(signedData)) return null;
  const wrapped = inside(bytes, outer)[1];
  const data = wrapped?.tag === explicit ? inside(bytes, wrapped)[0] : undefined;
  if (data?.tag !== sequence) return null;
  // version, digestAlgorithms, encapContentInfo { contentType, [0] content }
  const encapsulated = inside(bytes, data)[2];
  if (encapsulated?.tag !== sequence) return null;
  const content = inside(bytes, encapsulated)[1];
  const held = content?.tag === explicit ? inside(bytes, content)[0] : undefined;
  if (held === undefined) return null;
  const pieces: Buffer[] = [];
  return gather(bytes, held, 0, pieces) ? Buffer.concat(pieces) : null;
}

function gather(bytes: Buffer, from: Element, depth: number, into: Buffer[]): boolean {
  if (from.tag === octets) {
    into.push(bytes.subarray(from.start, from.stop));
    return true;
  }
  if (from.tag !== octetsInPieces || depth > mostDepth) return false;
  return inside(bytes, from).every((each) => gather(bytes, each, depth + 1, into));
}

function inside(bytes: Buffer, outer: Element): Element[] {
  const found: Element[] = [];
  for (let at = outer.start; at < outer.stop && found.length < mostPieces;) {
    const next = element(bytes, at, outer.stop, 0);
    if (next === null) break;
    found.push(next);
    at = next.end;
  }
  return found;
}

/** Reads one element at `at`; the indefinite length of streamed BER (X.690 section 8.1.3.6) is resolved. Null: it does not fit. */
function element(bytes: Buffer, at: number, limit: number, depth: number): Element | null {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined || at + 2 > limit || depth > mostDepth) return null;
  // Tags of more than one byte do not occur here.
  if ((tag & 0x1f) === 0x1f) return null;
  if (first === 0x80) return indefinite(bytes, tag, at + 2, limit, depth);
  let length = first;
  let start = at + 2;
  if (first > 0x80) {
    const count = first & 0x7f;
    if (count > 4 || start + count > limit) return null;
    length = bytes.readUIntBE(start, count);
    start += count;
  }
  return start + length > limit ? null : { tag, start, stop: start + length, end: start + length };
}

function indefinite(bytes: Buffer, tag: number, start: number, limit: number, depth: number): Element | null {
  for (let at = start; at + 2 <= limit;) {
    if (bytes[at] === 0 && bytes[at + 1] === 0) return { tag, start, stop: at, end: at + 2 };
    const next = element(bytes, at, limit, depth + 1);
    if (next === null) return null;
    at = next.end;
  }
  return null;
}
