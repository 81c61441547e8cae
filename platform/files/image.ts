// Reads the size of raster images from their headers and refuses what should not be decoded. sniff.ts calls it.

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Above this a decoder could be made to eat the browser's memory (a 30,000 × 30,000 PNG is 40 kB on the wire). */
export const maxPixels = 50_000_000;

const u16 = (b: Uint8Array, at: number): number => ((b[at] ?? 0) << 8) | (b[at + 1] ?? 0);
const u16le = (b: Uint8Array, at: number): number => (b[at] ?? 0) | ((b[at + 1] ?? 0) << 8);
const u24le = (b: Uint8Array, at: number): number => u16le(b, at) | ((b[at + 2] ?? 0) << 16);
const u32 = (b: Uint8Array, at: number): number => u16(b, at) * 65_536 + u16(b, at + 2);
const ascii = (b: Uint8Array, at: number, length: number): string =>
  String.fromCharCode(...b.subarray(at, at + length));

/** PNG (RFC 2083): IHDR is the first chunk. */
const png = (b: Uint8Array): ImageSize | null =>
  b.length >= 33 && u32(b, 8) === 13 && ascii(b, 12, 4) === "IHDR" ? { width: u32(b, 16), height: u32(b, 20) } : null;

/** GIF89a: the logical screen; frames larger than it are cut by browsers. */
const gif = (b: Uint8Array): ImageSize | null =>
  b.length >= 14 && /^GIF8[79]a$/.test(ascii(b, 0, 6)) ? { width: u16le(b, 6), height: u16le(b, 8) } : null;

/** JPEG (ITU T.81): the first start-of-frame among the segments. */
const jpeg = (b: Uint8Array): ImageSize | null => {
  let at = 2;
  for (let segments = 0; segments < 1_000 && at + 9 < b.length; segments += 1) {
    if (b[at] !== 0xff) return null;
    const marker = b[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc)
      return { height: u16(b, at + 5), width: u16(b, at + 7) };
    if (marker === 0xda || marker === 0xd9) return null;
    const length = u16(b, at + 2);
    if (length < 2) return null;
    at += 2 + length;
  }
  return null;
};

/** WebP (RFC 9649): VP8, VP8L or VP8X right after the RIFF header. */
const webp = (b: Uint8Array): ImageSize | null => {
  if (b.length < 30 || ascii(b, 0, 4) !== "RIFF" || ascii(b, 8, 4) !== "WEBP") return null;
  const kind = ascii(b, 12, 4);
  if (kind === "VP8 ")
    return b[23] === 0x9d && b[24] === 0x01 && b[25] === 0x2a
      ? { width: u16le(b, 26) & 0x3fff, height: u16le(b, 28) & 0x3fff }
      : null;
  if (kind === "VP8L") {
    if (b[20] !== 0x2f) return null;
    const bits = (b[21] ?? 0) | ((b[22] ?? 0) << 8) | ((b[23] ?? 0) << 16) | ((b[24] ?? 0) << 24);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  return kind === "VP8X" ? { width: u24le(b, 24) + 1, height: u24le(b, 27) + 1 } : null;
};

const readers: Readonly<Record<string, (b: Uint8Array) => ImageSize | null>> = {
  "image/png": png,
  "image/gif": gif,
  "image/jpeg": jpeg,
  "image/webp": webp,
};

/** The types that may ever be shown inline. */
export const isRaster = (mediaType: string): boolean => Object.hasOwn(readers, mediaType);

/** Width and height of a png, jpeg, gif or webp; null when the header does not hold together or it has more than 50 million pixels. */
export const imageSize = (mediaType: string, bytes: Uint8Array): ImageSize | null => {
  const size = readers[mediaType]?.(bytes) ?? null;
  return size !== null && size.width > 0 && size.height > 0 && size.width * size.height <= maxPixels ? size : null;
};
