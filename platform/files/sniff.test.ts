// What bytes are taken for, and that nothing in a file can run or hide.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { imageSize } from "#platform/files/image.ts";
import { disposition, fileResponse, openFile, safeFileName, signFile } from "#platform/files/signed.ts";
import { sniff } from "#platform/files/sniff.ts";

const be32 = (n: number): number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const png = (width: number, height: number, tail = ""): Buffer =>
  Buffer.concat([
    Buffer.from([
      0x89,
      0x50,
      0x4e,
      0x47,
      13,
      10,
      26,
      10,
      ...be32(13),
      0x49,
      0x48,
      0x44,
      0x52,
      ...be32(width),
      ...be32(height),
      8,
      6,
      0,
      0,
      0,
      1,
      2,
      3,
      4,
    ]),
    Buffer.from([
      ...be32(0),
      0x49,
      0x44,
      0x41,
      0x54,
      0x35,
      0xaf,
      6,
      0x1e,
      ...be32(0),
      0x49,
      0x45,
      0x4e,
      0x44,
      0xae,
      0x42,
      0x60,
      0x82,
    ]),
    Buffer.from(tail),
  ]);
const gif = (width: number, height: number, tail = ""): Buffer =>
  Buffer.concat([
    Buffer.from("GIF89a"),
    Buffer.from([width & 255, width >> 8, height & 255, height >> 8, 0, 0, 0, 0x3b]),
    Buffer.from(tail),
  ]);
const jpeg = (width: number, height: number, tail = ""): Buffer =>
  Buffer.concat([
    Buffer.from([
      0xff,
      0xd8,
      0xff,
      0xe0,
      0,
      16,
      0x4a,
      0x46,
      0x49,
      0x46,
      0,
      1,
      1,
      0,
      0,
      1,
      0,
      1,
      0,
      0,
      0xff,
      0xc0,
      0,
      11,
      8,
      height >> 8,
      height & 255,
      width >> 8,
      width & 255,
      1,
      1,
      0x11,
      0,
      0xff,
      0xd9,
    ]),
    Buffer.from(tail),
  ]);
const webp = (width: number, height: number): Buffer => {
  const bits = ((width - 1) & 0x3fff) | (((height - 1) & 0x3fff) << 14);
  return Buffer.concat([
    Buffer.from("RIFF"),
    Buffer.from([26, 0, 0, 0]),
    Buffer.from("WEBPVP8L"),
    Buffer.from([14, 0, 0, 0, 0x2f, bits & 255, (bits >> 8) & 255, (bits >> 16) & 255, (bits >>> 24) & 255]),
    Buffer.alloc(9),
  ]);
};

test("raster images are known with their size", async () => {
  for (const [mediaType, bytes] of [
    ["image/png", png(640, 480)],
    ["image/gif", gif(640, 480)],
    ["image/jpeg", jpeg(640, 480)],
    ["image/webp", webp(640, 480)],
  ] as const) {
    assert.deepEqual(await sniff(bytes), { mediaType, image: { width: 640, height: 480 } });
  }
});

test("a picture too large to decode, or of no size, is no picture", async () => {
  for (const bytes of [
    png(30_000, 30_000),
    png(0, 10),
    png(0xffffffff, 0xffffffff),
    gif(65_535, 65_535),
    jpeg(0, 5),
    png(10, 10).subarray(0, 30),
  ]) {
    assert.deepEqual(await sniff(bytes), { mediaType: "application/octet-stream", image: null });
  }
  assert.deepEqual(imageSize("image/png", png(7_000, 7_000)), { width: 7_000, height: 7_000 });
});

test("markup is never a picture, whatever it begins with", async () => {
  for (const text of [
    "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "<?xml version='1.0'?><svg/>",
    "\ufeff  <html><script>1</script>",
    "<!DOCTYPE html>",
    "<script>alert(1)</script>",
    "<!-- --><svg/>",
    "GIF89a/*<svg/onload=alert(1)>*/=1;",
    "<b onmouseover=x>",
  ]) {
    const found = await sniff(Buffer.from(text));
    assert.equal(found.image, null, text);
    assert.ok(!found.mediaType.startsWith("image/"), `${text}: ${found.mediaType}`);
  }
});

test("a picture that is also something else is neither", async () => {
  for (const tail of [
    "<script>alert(1)</script>",
    "<HtMl><body>",
    "<!DOCTYPE x>",
    "%PDF-1.4",
    "<?php echo 1;",
    "PK\u0005\u0006\0\0",
  ]) {
    for (const bytes of [png(4, 4, tail), gif(4, 4, tail), jpeg(4, 4, tail)])
      assert.deepEqual(await sniff(bytes), { mediaType: "application/octet-stream", image: null }, tail);
  }
  assert.equal(
    (await sniff(jpeg(4, 4, "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF/></x:xmpmeta>"))).mediaType,
    "image/jpeg",
    "photographs carry XMP",
  );
});

test("texts, documents and noise", async () => {
  assert.equal((await sniff(Buffer.from("Received: from a by b\r\n\r\nGrüße"))).mediaType, "text/plain");
  assert.equal((await sniff(Buffer.from("Gr\xfc\xdfe aus K\xf6ln, 10 % {Rabatt}", "latin1"))).mediaType, "text/plain");
  assert.equal((await sniff(Buffer.from("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "latin1"))).mediaType, "application/pdf");
  assert.equal((await sniff(Buffer.from([1, 2, 3, 0, 5]))).mediaType, "application/octet-stream");
  assert.equal((await sniff(new Uint8Array(0))).mediaType, "application/octet-stream");
});

const mac = (purpose: string, text: string): string =>
  createHmac("sha256", "secret").update(`${purpose}:${text}`).digest("hex");
const hash = "a".repeat(64);
const now = new Date("2026-11-24T02:00:00Z");

test("a signed address opens until it ends, and not when a letter was changed", () => {
  const file = {
    hash,
    name: "Rechnung März.pdf",
    mediaType: "application/pdf",
    inline: false,
    whole: false,
    expiresAt: now.getTime() + 1000,
    holder: "anna",
  };
  const token = signFile(file, mac);
  assert.match(token, /^[\w.-]+$/);
  assert.deepEqual(openFile(token, mac, now), file);
  assert.equal(openFile(token, mac, new Date(now.getTime() + 1000)), null);
  assert.equal(openFile(`${token}x`, mac, now), null);
  assert.equal(
    openFile(
      token.replace(/^./, (c) => (c === "W" ? "X" : "W")),
      mac,
      now,
    ),
    null,
  );
  assert.equal(
    openFile(token, (p, t) => `${mac(p, t)}0`, now),
    null,
  );
  for (const bad of ["", ".", "a.b", "%", "x".repeat(5000)]) assert.equal(openFile(bad, mac, now), null);
});

test("names cannot hide their ending, leave a folder or break the header", () => {
  assert.equal(safeFileName("../../etc/passwd"), "_.._etc_passwd");
  assert.equal(safeFileName("invoice\u202Efdp.exe"), "invoicefdp.exe");
  assert.equal(safeFileName("a\r\nSet-Cookie: x=1"), "aSet-Cookie_ x=1");
  assert.equal(safeFileName("..."), "file");
  assert.equal(safeFileName("CON.txt"), "_CON.txt");
  assert.ok(safeFileName(`${"ß".repeat(500)}.pdf`).endsWith(".pdf"));
  for (const hostile of ['x"; filename="evil.html', "a\\b", "\ud800", "日本語.txt", "é'()*.png", "%41.txt"])
    assert.match(
      disposition("attachment", hostile),
      /^attachment; filename="[ !#$&-[\]-~]*"; filename\*=UTF-8''[\w.%~!-]*$/,
    );
});

const collected = join(import.meta.dirname, "../../../shared/corpora/payloads-patt/upload-names.json");

test(
  "the collected names of files stay one name on one line",
  { skip: existsSync(collected) ? false : "the collections are not here" },
  () => {
    const names = (JSON.parse(readFileSync(collected, "utf8")) as readonly { readonly payload: string }[]).flatMap(
      ({ payload }) => [
        payload,
        `bild${payload}`,
        `bild.png${payload}`,
        decodeURIComponent(payload.replaceAll(/%(?![0-9a-f]{2})/gi, "%25")),
      ],
    );
    assert.ok(names.length > 300, `${names.length} names`);
    for (const name of names) {
      const safe = safeFileName(name);
      assert.ok(
        safe !== "" && !/[/\\\u0000-\u001f\u007f:*?"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069]/.test(safe),
        JSON.stringify([name, safe]),
      );
      assert.ok(!/^\.|[. ]$/.test(safe), JSON.stringify([name, safe]));
      assert.match(
        disposition("attachment", name),
        /^attachment; filename="[ !#$&-[\]-~]*"; filename\*=UTF-8''[\w.%~!-]*$/,
      );
    }
  },
);

test("only raster images are ever inline, and every file is boxed in", () => {
  for (const mediaType of [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/svg+xml",
    "text/html",
    "text/xml",
    "application/pdf",
    "text/plain",
    "application/xhtml+xml",
    "video/mp4",
  ]) {
    const headers = fileResponse(
      { hash, name: "x", mediaType, inline: true, expiresAt: now.getTime() + 5_000 },
      3,
      now,
    );
    const raster = /png|jpeg|gif|webp/.test(mediaType);
    assert.equal(headers["content-disposition"]?.startsWith("inline"), raster, mediaType);
    assert.equal(headers["cross-origin-resource-policy"], raster ? "cross-origin" : "same-site");
    if (/html|xml|plain/.test(mediaType)) assert.equal(headers["content-type"], "application/octet-stream");
    assert.match(headers["content-security-policy"] ?? "", /^sandbox; default-src 'none'/);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.match(headers["cache-control"] ?? "", /max-age=5,/);
  }
});
