// Opens winmail.dat (MS-OXTNEF): files, text and HTML out of Outlook's own wrapping. Used by body.ts.
import { decodeText } from "./charset.ts";

/** A file found inside; the name is not cleaned yet. */
export interface TnefFile {
  readonly name: string;
  readonly type: string | null;
  readonly contentId: string | null;
  readonly bytes: Uint8Array;
}

/** What a winmail.dat holds. RTF bodies come as a file named message.rtf. */
export interface Tnef {
  readonly text: string | null;
  readonly html: string | null;
  readonly files: readonly TnefFile[];
}

const signature = 0x223e9f78;
const maxFiles = 200;
const maxProperties = 2_000;
const maxRtfBytes = 8 * 1024 * 1024;

interface Opening {
  name: string;
  type: string | null;
  contentId: string | null;
  bytes: Uint8Array | null;
}

/** Reads within the given bytes only, copies nothing it does not return, and gives null when it is no TNEF. Broken tails are ignored. */
export function readTnef(bytes: Buffer): Tnef | null {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== signature) return null;
  const found: Opening[] = [];
  let text: string | null = null;
  let html: string | null = null;
  let rtf: Buffer | null = null;
  let codepage: string | null = null;
  for (let at = 6; at + 9 <= bytes.length;) {
    const level = bytes.readUInt8(at);
    const attribute = bytes.readUInt32LE(at + 1) & 0xffff;
    const length = bytes.readUInt32LE(at + 5);
    const data = bytes.subarray(at + 9, at + 9 + length);
    if (level !== 1 && level !== 2) break;
    at += 9 + length + 2;
    if (level === 1) {
      if (attribute === 0x9007 && data.length >= 4) codepage = `windows-${data.readUInt32LE(0)}`;
      else if (attribute === 0x800c) text ??= ended(decodeText(data, codepage, "plain"));
      else if (attribute === 0x9003) {
        for (const property of readProperties(data)) {
          if (property.id === 0x1000) text = property.text(codepage) ?? text;
          else if (property.id === 0x1013) html = property.text(codepage) ?? html;
          else if (property.id === 0x1009) rtf = property.bytes;
        }
      }
      continue;
    }
    if (attribute === 0x9002) {
      if (found.length >= maxFiles) break;
      found.push({ name: "", type: null, contentId: null, bytes: null });
      continue;
    }
    const current = found.at(-1);
    if (current === undefined) continue;
    if (attribute === 0x8010)
      current.name = current.name === "" ? ended(decodeText(data, codepage, "header")) : current.name;
    else if (attribute === 0x800f) current.bytes = data;
    else if (attribute === 0x9005) {
      for (const property of readProperties(data)) {
        const value = property.text(codepage);
        if (property.id === 0x3707 && value !== null) current.name = value;
        else if (property.id === 0x370e && value !== null) current.type = value.toLowerCase();
        else if (property.id === 0x3712 && value !== null)
          current.contentId = value.replace(/^<|>$/g, "").slice(0, 300);
        else if (property.id === 0x3701 && current.bytes === null) current.bytes = property.bytes;
      }
    }
  }
  const files: TnefFile[] = found.flatMap(({ name, type, contentId, bytes: content }) =>
    content === null ? [] : [{ name, type: mediaType(type), contentId, bytes: content }],
  );
  if (html === null && rtf !== null) {
    const opened = decompressRtf(rtf);
    if (opened !== null) files.push({ name: "message.rtf", type: "application/rtf", contentId: null, bytes: opened });
  }
  return { text, html, files };
}

function mediaType(claimed: string | null): string | null {
  return claimed !== null && /^[a-z0-9.+-]{1,80}\/[a-z0-9.+-]{1,80}$/.test(claimed) ? claimed : null;
}

function ended(text: string): string {
  const end = text.indexOf("\u0000");
  return end === -1 ? text : text.slice(0, end);
}

interface Property {
  readonly id: number;
  readonly bytes: Buffer;
  readonly text: (codepage: string | null) => string | null;
}

// MS-OXTNEF section 2.1.3.4: counted, typed, padded to four bytes.
function readProperties(data: Buffer): Property[] {
  const properties: Property[] = [];
  if (data.length < 4) return properties;
  const count = Math.min(data.readUInt32LE(0), maxProperties);
  let at = 4;
  for (let index = 0; index < count && at + 4 <= data.length; index += 1) {
    const type = data.readUInt16LE(at);
    const id = data.readUInt16LE(at + 2);
    at += 4;
    if (id >= 0x8000) {
      // Named properties carry a GUID and a number or a name.
      if (at + 24 > data.length) break;
      const kind = data.readUInt32LE(at + 16);
      at += kind === 0 ? 24 : 24 + padded(data.readUInt32LE(at + 20));
    }
    const many = (type & 0x1000) !== 0;
    const base = type & 0x0fff;
    const fixed = fixedLength(base);
    let values = 1;
    if (many || fixed === null) {
      if (at + 4 > data.length) break;
      values = data.readUInt32LE(at);
      at += 4;
    }
    if (fixed !== null) {
      at += padded(fixed) * values;
      continue;
    }
    for (let value = 0; value < values && at + 4 <= data.length; value += 1) {
      const length = data.readUInt32LE(at);
      // PT_OBJECT values start with a 16 byte interface id.
      const skip = base === 0x000d ? 16 : 0;
      const bytes = data.subarray(Math.min(at + 4 + skip, data.length), at + 4 + length);
      properties.push({ id, bytes, text: (codepage) => propertyText(base, id, bytes, codepage) });
      at += 4 + padded(length);
      if (properties.length >= maxProperties) return properties;
    }
  }
  return properties;
}

function propertyText(type: number, id: number, bytes: Buffer, codepage: string | null): string | null {
  if (type === 0x001f) return ended(bytes.subarray(0, bytes.length & ~1).toString("utf16le"));
  if (type === 0x001e) return ended(decodeText(bytes, codepage, "plain"));
  return type === 0x0102 && id === 0x1013 ? decodeText(bytes, codepage, "html") : null;
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function fixedLength(type: number): number | null {
  switch (type) {
    case 0x0001:
      return 0;
    case 0x0002:
    case 0x000b:
      return 2;
    case 0x0003:
    case 0x0004:
    case 0x000a:
      return 4;
    case 0x0005:
    case 0x0006:
    case 0x0007:
    case 0x0014:
    case 0x0040:
      return 8;
    case 0x0048:
      return 16;
    default:
      return null;
  }
}

const rtfDictionary =
  "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/** LZFu (MS-OXRTFCP) to RTF, null when it is neither compressed nor plain RTF. At most 8 MB come out. */
export function decompressRtf(data: Buffer): Buffer | null {
  if (data.length < 16) return null;
  const size = data.readUInt32LE(4);
  const kind = data.readUInt32LE(8);
  if (kind === 0x414c454d) return data.subarray(16, 16 + Math.min(size, maxRtfBytes));
  if (kind !== 0x75465a4c || size > maxRtfBytes) return null;
  const window = Buffer.alloc(4_096);
  window.write(rtfDictionary, "latin1");
  let write = rtfDictionary.length;
  const output = Buffer.alloc(size);
  let length = 0;
  for (let at = 16; at < data.length && length < size;) {
    const control = data[at++] ?? 0;
    for (let bit = 0; bit < 8 && at < data.length && length < size; bit += 1) {
      if ((control & (1 << bit)) === 0) {
        const byte = data[at++] ?? 0;
        output[length++] = byte;
        window[write] = byte;
        write = (write + 1) & 0xfff;
        continue;
      }
      const word = ((data[at] ?? 0) << 8) | (data[at + 1] ?? 0);
      at += 2;
      let offset = word >> 4;
      if (offset === write) return output.subarray(0, length);
      for (let copy = (word & 0xf) + 2; copy > 0 && length < size; copy -= 1) {
        const byte = window[offset] ?? 0;
        offset = (offset + 1) & 0xfff;
        output[length++] = byte;
        window[write] = byte;
        write = (write + 1) & 0xfff;
      }
    }
  }
  return output.subarray(0, length);
}
