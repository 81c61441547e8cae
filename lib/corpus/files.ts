// Small files that mails carry: pictures, documents, logs, invitations. Real formats, made byte by byte. Used by threads.ts and the demo world.
import { codeFrom, type Random } from "#lib/corpus/random.ts";

export interface CorpusFile {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** Shown inside the HTML under this Content-ID; null: attached. */
  readonly inlineId: string | null;
}

const utf8 = new TextEncoder();

const joined = (...parts: readonly Uint8Array[]): Uint8Array => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};

const be32 = (n: number): Uint8Array => Uint8Array.of(n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255);

// CRC-32 (ISO 3309), as PNG wants it.
const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
const crc = (bytes: Uint8Array): number => {
  let c = 0xffffffff;
  for (const byte of bytes) c = (crcTable[(c ^ byte) & 255] ?? 0) ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
};

const chunk = (type: string, data: Uint8Array): Uint8Array => {
  const body = joined(utf8.encode(type), data);
  return joined(be32(data.length), body, be32(crc(body)));
};

/** zlib (RFC 1950) with stored blocks: no compression, any program reads it. */
const stored = (data: Uint8Array): Uint8Array => {
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let at = 0; at < data.length || at === 0; at += 65535) {
    const part = data.subarray(at, at + 65535);
    const last = at + 65535 >= data.length ? 1 : 0;
    parts.push(
      Uint8Array.of(last, part.length & 255, part.length >> 8, ~part.length & 255, (~part.length >> 8) & 255),
      part,
    );
  }
  let a = 1;
  let b = 0;
  for (const byte of data) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  parts.push(be32(((b << 16) | a) >>> 0));
  return joined(...parts);
};

/** A picture in 16 colours, 4 bits a pixel: what a phone's photo of a router would be, in small. `paint` gives 0 to 15. */
export const png = (
  width: number,
  height: number,
  palette: readonly (readonly [number, number, number])[],
  paint: (x: number, y: number) => number,
): Uint8Array => {
  const rowLength = Math.ceil(width / 2) + 1;
  const rows = new Uint8Array(rowLength * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * rowLength + 1 + (x >> 1);
      rows[at] = (rows[at] ?? 0) | ((paint(x, y) & 15) << (x % 2 === 0 ? 4 : 0));
    }
  }
  const header = joined(be32(width), be32(height), Uint8Array.of(4, 3, 0, 0, 0));
  const colours = Uint8Array.from({ length: 48 }, (_, i) => palette[Math.floor(i / 3)]?.[i % 3] ?? 0);
  return joined(
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("PLTE", colours),
    chunk("IDAT", stored(rows)),
    chunk("IEND", new Uint8Array(0)),
  );
};

const boxColours: readonly (readonly [number, number, number])[] = [
  [226, 221, 210],
  [206, 198, 184],
  [40, 42, 46],
  [62, 66, 72],
  [210, 48, 40],
  [60, 170, 90],
  [240, 180, 40],
  [90, 94, 102],
  [250, 250, 248],
  [180, 170, 150],
  [120, 110, 96],
  [30, 30, 32],
  [150, 60, 50],
  [80, 130, 190],
  [235, 232, 226],
  [16, 16, 18],
];

/** A router on a shelf with lamps on it. */
const photo = (random: Random): CorpusFile => {
  const width = random.between(96, 260);
  const height = random.between(64, 168);
  const top = Math.floor(height * 0.35);
  const left = Math.floor(width * 0.15);
  const lamps = Array.from({ length: 5 }, () => random.pick([4, 5, 5, 6, 7]));
  const grain = random.int(997) + 7;
  const paint = (x: number, y: number): number => {
    const noise = (x * 31 + y * 17 + ((x * y) % grain)) % 11 === 0;
    if (y > height * 0.78) return noise ? 10 : 9;
    if (x < left || x > width - left || y < top) return noise ? 1 : 0;
    const lamp = Math.floor((x - left) / Math.max(1, (width - 2 * left) / 5));
    const inLamp = y > top + 8 && y < top + 13 && (x - left) % Math.max(6, Math.floor((width - 2 * left) / 5)) < 5;
    return inLamp ? (lamps[lamp] ?? 5) : noise ? 3 : 2;
  };
  return {
    name: random.pick([
      `IMG_${random.between(1000, 9999)}.png`,
      `IMG-${random.between(20240101, 20241231)}-WA000${random.int(9)}.png`,
      "Router.png",
      "foto.png",
      `Screenshot_${random.between(1, 40)}.png`,
    ]),
    mediaType: "image/png",
    bytes: png(width, height, boxColours, paint),
    inlineId: null,
  };
};

/** One page with some lines of text (PDF 1.4, Helvetica). Characters beyond Latin-1 become "?". */
export const pdf = (lines: readonly string[]): Uint8Array => {
  const escaped = lines.map((line) => line.replace(/[\\()]/g, "\\$&").replace(/[^\x20-\x7e\xa0-\xff]/g, "?"));
  const stream = `BT /F1 11 Tf 56 780 Td 16 TL ${escaped.map((line) => `(${line}) Tj T*`).join(" ")} ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>",
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
  ];
  let text = "%PDF-1.4\n";
  const offsets = objects.map((object, i) => {
    const offset = text.length;
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = text.length;
  text += `xref\n0 6\n0000000000 65535 f \n${offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("")}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 255);
};

const invoice = (random: Random): CorpusFile => {
  const number = codeFrom(random, 7, "0123456789");
  const items = Array.from(
    { length: random.between(2, 14) },
    (_, i) =>
      `${i + 1}   ${random.pick(["Grundgebühr", "TV-Paket", "Gerätemiete", "Technikereinsatz", "Rabatt", "Verbindungen", "Sonstiges"])}   ${random.between(1, 89)},${random.pick(["00", "99", "50"])} EUR`,
  );
  return {
    name: random.pick([
      `Rechnung_${number}.pdf`,
      `R${number}.pdf`,
      "Rechnung.pdf",
      "Kontoauszug.pdf",
      `Scan ${number}.pdf`,
    ]),
    mediaType: "application/pdf",
    bytes: pdf([`Rechnung ${number}`, "", ...items]),
    inlineId: null,
  };
};

const log = (random: Random): CorpusFile => {
  const lines = Array.from(
    { length: random.between(12, 90) },
    () =>
      `${codeFrom(random, 2, "012")}:${codeFrom(random, 2, "012345")}:${codeFrom(random, 2, "012345")} ${random.pick(["DOCSIS T3 time-out", "SYNC lost", "DHCP renew", "down", "ranging", "ok", "uncorrectable codewords"])} ${codeFrom(random, 4, "0123456789")} ms ${codeFrom(random, 12)}`,
  );
  return {
    name: random.pick(["speedtest.txt", "log.txt", "modem-log.txt", "messprotokoll.csv"]),
    mediaType: "text/plain",
    bytes: utf8.encode(lines.join("\r\n")),
    inlineId: null,
  };
};

/** A file a customer of a cable operator would attach. */
export const someFile = (random: Random): CorpusFile => random.pick([photo, photo, invoice, log])(random);

/** The operator's logo in a signature: small, shown inside the HTML. */
export const logo = (random: Random, contentId: string): CorpusFile => {
  const colour = random.int(14);
  return {
    name: "image001.png",
    mediaType: "image/png",
    bytes: png(64, 20, boxColours, (x, y) => ((x * 3 + y * 5) % 17 < 6 ? colour : 8)),
    inlineId: contentId,
  };
};

/** An invitation (RFC 5545) as an engineer's calendar sends it. */
export const invitation = (fromIso: string, toIso: string, summary: string, organiser: string): CorpusFile => {
  const stamp = (iso: string): string => iso.replace(/[-:]/g, "").replace(/\.\d+/, "");
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Elb//Tour 3//DE",
    "METHOD:REQUEST",
    "BEGIN:VEVENT",
    `UID:${stamp(fromIso)}-tour@elb.example`,
    `DTSTAMP:${stamp(fromIso)}`,
    `DTSTART:${stamp(fromIso)}`,
    `DTEND:${stamp(toIso)}`,
    `SUMMARY:${summary}`,
    `ORGANIZER:mailto:${organiser}`,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ];
  return { name: "termin.ics", mediaType: "text/calendar", bytes: utf8.encode(lines.join("\r\n")), inlineId: null };
};
