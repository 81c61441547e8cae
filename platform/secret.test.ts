// The centre's secret: made once, readable by its owner only, proofs apart by purpose, seals that notice a change.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { newToken, openSecret, sameText, secretFrom } from "#platform/secret.ts";

const dir = mkdtempSync(join(tmpdir(), "draht-secret-"));
after(() => rmSync(dir, { recursive: true, force: true }));

test("made once with mode 0600, and the same ever after", () => {
  const first = openSecret(dir);
  assert.equal(statSync(join(dir, "secret")).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(dir), ["secret"]);
  assert.equal(openSecret(dir).mac("a", "b"), first.mac("a", "b"));
  assert.notEqual(openSecret(dir, "x".repeat(32)).mac("a", "b"), first.mac("a", "b"));
});

test("a damaged or short secret is refused with a sentence", () => {
  const broken = mkdtempSync(join(tmpdir(), "draht-secret-"));
  writeFileSync(join(broken, "secret"), "12");
  assert.throws(() => openSecret(broken), /damaged/);
  rmSync(broken, { recursive: true });
  assert.throws(() => openSecret(dir, "short"), /32 characters/);
});

test("proofs differ by purpose and text, also where the two could be shifted", () => {
  const { mac } = secretFrom(Buffer.alloc(32, 1));
  assert.match(mac("reply", "1"), /^[a-z2-7]{52}$/);
  assert.equal(new Set([mac("ab", "c"), mac("a", "bc"), mac("abc", ""), mac("", "abc"), mac("a:1", "b")]).size, 5);
});

test("what was sealed opens, and not with a changed letter or another secret", () => {
  const { seal, open } = secretFrom(Buffer.alloc(32, 1));
  const sealed = seal("Geheim ß");
  assert.equal(open(sealed), "Geheim ß");
  assert.notEqual(seal("Geheim ß"), sealed);
  assert.equal(open(seal("")), "");
  for (let at = 0; at < sealed.length - 1; at += 1)
    assert.throws(
      () => open(`${sealed.slice(0, at)}${sealed[at] === "A" ? "B" : "A"}${sealed.slice(at + 1)}`),
      `position ${at}`,
    );
  assert.throws(() => secretFrom(Buffer.alloc(32, 2)).open(sealed));
  assert.throws(() => open(""));
});

test("tokens are 26 letters of base32 and all different", () => {
  const tokens = new Set(Array.from({ length: 1000 }, newToken));
  assert.equal(tokens.size, 1000);
  for (const token of tokens) assert.match(token, /^[a-z2-7]{26}$/);
  assert.ok(sameText("a", "a") && !sameText("a", "b") && !sameText("a", "aa"));
});
