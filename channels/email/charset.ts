// Bytes to text for mail bodies and headers, mislabelled ones included. Used by headers.ts and body.ts.
import { isAscii, isUtf8 } from "node:buffer";

const decoders = new Map<string, TextDecoder | null>();

// Labels found in mail that the WHATWG Encoding Standard does not list.
const aliases: Readonly<Record<string, string>> = {
  "ansi_x3.4": "windows-1252",
  ansi: "windows-1252",
  cp1252: "windows-1252",
  "latin-1": "windows-1252",
  "8859_1": "windows-1252",
  "iso-8859-8-e": "iso-8859-8",
  "iso-2022-jp-1": "iso-2022-jp",
  "iso-2022-jp-2": "iso-2022-jp",
  cp50220: "iso-2022-jp",
  cp50221: "iso-2022-jp",
  cp50222: "iso-2022-jp",
  cp932: "shift_jis",
  ms932: "shift_jis",
  "windows-932": "shift_jis",
  cp936: "gbk",
  "windows-936": "gbk",
  "gb18030-2000": "gb18030",
  cp949: "euc-kr",
  uhc: "euc-kr",
  cp950: "big5",
  "windows-950": "big5",
  big5hkscs: "big5",
  "tis-620": "windows-874",
  cp874: "windows-874",
  koi8: "koi8-r",
  cp1250: "windows-1250",
  cp1251: "windows-1251",
  cp1253: "windows-1253",
  cp1254: "windows-1254",
  cp1257: "windows-1257",
  utf8mb4: "utf-8",
  unicode: "utf-8",
};

const asciiLike = new Set([
  "",
  "us-ascii",
  "ascii",
  "utf-8",
  "utf8",
  "unknown-8bit",
  "x-unknown",
  "unknown",
  "default",
  "x-user-defined",
  "7bit",
  "8bit",
  "binary",
]);
const latinLike = new Set([
  "iso-8859-1",
  "iso8859-1",
  "latin1",
  "windows-1252",
  "cp1252",
  "iso-8859-15",
  "us-ascii",
  "ascii",
]);

/** Where the text came from: HTML in UTF-7 is refused, it has been used to smuggle markup past filters. */
export type TextKind = "plain" | "html" | "header";

/**
 * Decodes bytes by their label and never throws. A wrong label is corrected where the bytes prove it: valid UTF-8 labelled
 * Latin is UTF-8, and broken UTF-8 is read as windows-1252, the commonest cause. Labels that mean nothing count as absent.
 */
export function decodeText(bytes: Uint8Array, label: string | null, kind: TextKind): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const name = (label ?? "")
    .trim()
    .toLowerCase()
    .replace(/^["']|["']$/g, "");
  if (name === "utf-7" || name === "unicode-1-1-utf-7" || name === "x-unicode-1-1-utf-7") {
    return kind === "plain" ? decodeUtf7(buffer.toString("latin1")) : buffer.toString("latin1");
  }
  const stateful =
    name.startsWith("iso-2022") ||
    name.startsWith("hz") ||
    name.startsWith("cp5022") ||
    name.startsWith("utf-16") ||
    name.startsWith("utf16");
  if (!stateful && isAscii(buffer)) {
    const text = buffer.toString("latin1");
    return kind !== "header" && text.includes("\u001b$") ? (decoder("iso-2022-jp")?.decode(buffer) ?? text) : text;
  }
  if (asciiLike.has(name) || latinLike.has(name)) {
    if (isUtf8(buffer)) return withoutMark(buffer.toString("utf8"));
    if (name === "utf-8" || name === "utf8") return mostlyUtf8(buffer);
    return latin(buffer, name === "iso-8859-15" ? name : "windows-1252");
  }
  const known = decoder(name);
  if (known === null) return isUtf8(buffer) ? withoutMark(buffer.toString("utf8")) : latin(buffer, "windows-1252");
  return known.decode(buffer);
}

// A few broken sequences in much good UTF-8 are damage; otherwise the label lied.
function mostlyUtf8(buffer: Buffer): string {
  const text = withoutMark(buffer.toString("utf8"));
  let broken = 0;
  let foreign = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0xfffd) broken += 1;
    else if (code > 0x7f) foreign += 1;
  }
  return broken > foreign ? latin(buffer, "windows-1252") : text;
}

function latin(buffer: Buffer, name: string): string {
  return decoder(name)?.decode(buffer) ?? buffer.toString("latin1");
}

function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function decoder(name: string): TextDecoder | null {
  const cached = decoders.get(name);
  if (cached !== undefined) return cached;
  const made = makeDecoder(name);
  if (decoders.size < 100) decoders.set(name, made);
  return made;
}

function makeDecoder(name: string): TextDecoder | null {
  for (const candidate of [name, aliases[name], name.replace(/^x-|^cs/, ""), name.replaceAll("_", "-")]) {
    if (candidate === undefined || candidate === "" || candidate.length > 40) continue;
    try {
      return new TextDecoder(candidate);
    } catch {
      continue;
    }
  }
  return null;
}

// RFC 2152, for plain text only.
function decodeUtf7(text: string): string {
  return text.replace(/\+([A-Za-z0-9+/]*)-?/g, (_whole, digits: string) => {
    if (digits === "") return "+";
    const units = Buffer.from(digits, "base64");
    const even = units.subarray(0, units.length - (units.length % 2));
    return Buffer.from(even).swap16().toString("utf16le");
  });
}
