// Judges what bytes are by the bytes alone. The adapters of files.ts call it once per put.
import { isUtf8 } from "node:buffer";
import { imageSize, isRaster } from "#platform/files/image.ts";
import type { ImageSize } from "#platform/files/image.ts";

export interface Sniffed {
  readonly mediaType: string;
  readonly image: ImageSize | null;
}

const unknown: Sniffed = { mediaType: "application/octet-stream", image: null };

/** 1 for bytes that no text has: C0 controls but tab, line feed, form feed, return and escape (ISO-2022-JP). */
const notText = new Uint8Array(256);
for (let c = 0; c < 32; c += 1) notText[c] = [9, 10, 12, 13, 27].includes(c) ? 0 : 1;
notText[127] = 1;

const isText = (bytes: Uint8Array): boolean => {
  const head = Math.min(bytes.length, 65_536);
  for (let i = 0; i < head; i += 1) if (notText[bytes[i] ?? 0] === 1) return false;
  return isUtf8(bytes) || !bytes.subarray(head).includes(0);
};

/** Names after "<" that make a browser read markup. */
const markup =
  /^<(?:!doctype|html|head|body|script|svg|iframe|style|meta|object|embed|\?xml|\?php|!--|[a-z]{1,10}[\s/>])/i;
const dangerous = /^<(?:!doctype|html|script|iframe|object|embed|\?php)/i;

const textOf = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.max(0, Math.min(to, bytes.length) - from)).toString("latin1");

const textType = (bytes: Uint8Array): string => {
  const head = textOf(bytes, 0, 1_024).replace(/^(?:ï»¿)?\s*/, "");
  if (/^<\?xml|^<svg/i.test(head)) return "text/xml";
  if (markup.test(head) || /<(?:html|script|!doctype html|svg)/i.test(head)) return "text/html";
  return "text/plain";
};

const lessThan = 0x3c;

/** Does a picture also carry a page, a PDF or an archive (a polyglot)? */
const carriesMore = (bytes: Uint8Array): boolean => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = buffer.indexOf(lessThan); at >= 0; at = buffer.indexOf(lessThan, at + 1)) {
    const next = buffer[at + 1] ?? 0;
    // Only letters, "!" and "?" can open a tag; a short look keeps this cheap on pixels.
    if (next !== 0x21 && next !== 0x3f && (next | 0x20) < 0x61) continue;
    if (dangerous.test(textOf(buffer, at, at + 12))) return true;
  }
  return buffer.includes("%PDF-") || buffer.subarray(-66_000).includes("PK\u0005\u0006");
};

/** Says type and image size. Markup is never an image; a picture that carries something else, lies about its size or is too large is application/octet-stream. */
export const sniff = async (bytes: Uint8Array): Promise<Sniffed> => {
  if (bytes.length === 0) return unknown;
  const first = bytes[0] ?? 0;
  // Plain text, the raw mails above all, is told without asking file-type; "%", "{", "G" and "R" may open a PDF, an RTF, a GIF, a RIFF.
  const text = isText(bytes);
  if (text && (first === lessThan || (first !== 0x25 && first !== 0x7b && !/^(?:GIF8|RIFF)/.test(textOf(bytes, 0, 4)))))
    return { mediaType: textType(bytes), image: null };
  const { fileTypeFromBuffer } = await import("file-type");
  const found = (await fileTypeFromBuffer(bytes).catch(() => undefined))?.mime;
  if (found === undefined) return text ? { mediaType: textType(bytes), image: null } : unknown;
  if (isRaster(found)) {
    const image = imageSize(found, bytes);
    return image === null || carriesMore(bytes) ? unknown : { mediaType: found, image };
  }
  if (/xml|svg|html|javascript/.test(found) && !found.includes("openxml"))
    return { mediaType: "text/xml", image: null };
  return { mediaType: found, image: null };
};
