// Addresses of files that work without a cookie and end, and the headers under which nothing in a file can run. The file route calls it.
import { timingSafeEqual } from "node:crypto";
import { isRaster } from "#platform/files/image.ts";

/** What a signed address lets its holder have. */
export interface SignedFile {
  readonly hash: string;
  readonly name: string;
  readonly mediaType: string;
  /** Asked for inline; granted to raster images only. */
  readonly inline: boolean;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Whom it was given to: the caller asks whether they may still have anything. */
  readonly holder: string;
  /** As it came, also where there is a copy without secrets. */
  readonly whole?: boolean;
}

/** `world.mac`: HMAC for a purpose. */
type Mac = (purpose: string, text: string) => string;

const purpose = "file-address";

/** The last part of an address: what is granted and its proof, safe in a path. */
export const signFile = (file: SignedFile, mac: Mac): string => {
  const text = Buffer.from(
    JSON.stringify([
      file.hash,
      file.name,
      file.mediaType,
      file.inline ? 1 : 0,
      file.expiresAt,
      file.holder,
      ...(file.whole === true ? [1] : []),
    ]),
  ).toString("base64url");
  return `${text}.${mac(purpose, text)}`;
};

/** What the token grants, or null when it is forged, changed or over. */
export const openFile = (token: string, mac: Mac, now: Date): SignedFile | null => {
  const dot = token.indexOf(".");
  if (dot < 0 || token.length > 4_000) return null;
  const text = token.slice(0, dot);
  const expected = Buffer.from(mac(purpose, text));
  const given = Buffer.from(token.slice(dot + 1));
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return null;
  const [hash, name, mediaType, inline, expiresAt, holder, whole] = JSON.parse(
    Buffer.from(text, "base64url").toString("utf8"),
  ) as [string, string, string, 0 | 1, number, string, 1?];
  return expiresAt > now.getTime()
    ? { hash, name, mediaType, inline: inline === 1, expiresAt, holder, whole: whole === 1 }
    : null;
};

const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** A name that cannot leave a folder, hide its ending or break a header: no controls, no direction marks, no separators; at most 120 characters, ending kept. */
export const safeFileName = (name: string): string => {
  const clean = name
    .toWellFormed()
    .normalize("NFC")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/gu, "")
    .replaceAll(/[\\/:*?"<>|]/g, "_")
    .replaceAll(/\s+/g, " ")
    .replace(/^[. ]+/, "")
    .replace(/[. ]+$/, "");
  const named = clean === "" ? "file" : reserved.test(clean) ? `_${clean}` : clean;
  const letters = Array.from(named);
  if (letters.length <= 120) return named;
  const ending = /\.[\p{L}\p{N}]{1,10}$/u.exec(named)?.[0] ?? "";
  return `${letters.slice(0, 120 - ending.length).join("")}${ending}`;
};

/** Content-Disposition (RFC 6266) with an ASCII name for old clients and the true one in UTF-8 (RFC 8187). */
export const disposition = (kind: "attachment" | "inline", name: string): string => {
  const safe = safeFileName(name);
  const plain = safe
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^\x20-\x7e]/g, "_")
    .replaceAll(/["\\%]/g, "_");
  const encoded = encodeURIComponent(safe).replaceAll(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
};

/** Headers for the bytes of a file. Only png, jpeg, gif and webp are ever inline; everything else is a download that no browser interprets. */
export const fileResponse = (
  file: Pick<SignedFile, "hash" | "name" | "mediaType" | "inline" | "expiresAt">,
  sizeBytes: number | null,
  now: Date,
): Record<string, string> => {
  const raster = isRaster(file.mediaType);
  const shown = raster && file.inline;
  const plain =
    raster || file.mediaType === "application/pdf" || /^(?:audio|video)\/[\w.+-]{1,60}$/.test(file.mediaType);
  return {
    "content-type": plain ? file.mediaType : "application/octet-stream",
    ...(sizeBytes === null ? {} : { "content-length": String(sizeBytes) }),
    "content-disposition": disposition(shown ? "inline" : "attachment", file.name),
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    // A message's frame has an opaque origin, so an image in it counts as asked for from elsewhere; its address is the permission.
    "cross-origin-resource-policy": raster && file.inline ? "cross-origin" : "same-site",
    "referrer-policy": "no-referrer",
    "cache-control": `private, max-age=${Math.max(0, Math.floor((file.expiresAt - now.getTime()) / 1000))}, immutable`,
    etag: `"${file.hash}"`,
  };
};
