// Passwords, session tokens and the brake.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { hash } from "@node-rs/argon2";
import { createBrake } from "#platform/auth/brake.ts";
import { hashPassword, judgePassword, verifyPassword } from "#platform/auth/password.ts";
import { csrfToken, isCsrfToken, isSessionToken, newSession, sessionHash } from "#platform/auth/session.ts";

test("a password fits its own hash only, in whichever form its letters were typed", async () => {
  const stored = await hashPassword("Größenwahn 7 Türme");
  assert.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.notEqual(await hashPassword("Größenwahn 7 Türme"), stored);
  assert.deepEqual(await verifyPassword(stored, "Größenwahn 7 Türme"), { ok: true, rehash: false });
  assert.deepEqual(await verifyPassword(stored, "Größenwahn 7 Türme".normalize("NFD")), { ok: true, rehash: false });
  assert.equal((await verifyPassword(stored, "Größenwahn 7 Türm")).ok, false);
  assert.equal((await verifyPassword(null, "nobody has this password")).ok, false);
  assert.equal((await verifyPassword("rubbish", "x")).ok, false);
  assert.equal((await verifyPassword(await hashPassword(""), "x".repeat(100_000))).ok, false);
});

test("a hash of older settings fits and asks to be made anew", async () => {
  const old = await hash("correct horse battery", { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
  assert.deepEqual(await verifyPassword(old, "correct horse battery"), { ok: true, rehash: true });
  assert.deepEqual(await verifyPassword(old, "wrong"), { ok: false, rehash: false });
});

test("a name that nobody has takes as long as one that somebody has", async () => {
  const stored = await hashPassword("correct horse battery");
  await verifyPassword(null, "x");
  const time = async (against: string | null): Promise<number> => {
    const before = process.cpuUsage();
    for (let i = 0; i < 4; i += 1) await verifyPassword(against, "wrong");
    const { user } = process.cpuUsage(before);
    return user;
  };
  const [known, nobody] = [await time(stored), await time(null)];
  assert.ok(nobody > known / 3, `${nobody} against ${known} µs`);
});

test("weak passwords are told, good ones pass", () => {
  for (const weak of ["short", "123456789", "ÄÖÜäöüß€1"]) assert.equal(judgePassword(weak), "tooShort", weak);
  for (const weak of [
    "1234567890",
    "Passwort2026!",
    "aaaaaaaaaaaa",
    "qwertzuiop",
    "!!Sommer2026",
    "abcabcabcabc",
    "password1!",
    "0000111122",
  ])
    assert.equal(judgePassword(weak), "common", weak);
  assert.equal(judgePassword("grossmann12", ["Anna Großmann", "grossmann@example.org"]), "common");
  assert.equal(judgePassword("x".repeat(300)), "tooLong");
  for (const good of ["correct horse battery", "Größenwahn 7 Türme", "x7#kPq9!vLm2"])
    assert.equal(judgePassword(good, ["Anna Großmann"]), null, good);
});

test("a session's token is never what is stored, and its proof is its own", () => {
  const mac = (purpose: string, text: string): string =>
    createHmac("sha256", "k").update(`${purpose}:${text}`).digest("hex");
  const [a, b] = [newSession(), newSession()];
  assert.ok(isSessionToken(a.token) && !isSessionToken("x") && !isSessionToken(`${a.token}'`));
  assert.notEqual(a.token, b.token);
  assert.equal(sessionHash(a.token), a.hash);
  assert.ok(!a.hash.includes(a.token));
  assert.ok(isCsrfToken(mac, a.token, csrfToken(mac, a.token)));
  assert.ok(!isCsrfToken(mac, a.token, csrfToken(mac, b.token)) && !isCsrfToken(mac, a.token, undefined));
});

test("the brake: free tries, then doubling waits, forgotten after the window or a success", () => {
  const brake = createBrake({ free: 3, windowMs: 60_000, firstMs: 1_000, longestMs: 8_000 });
  const at = (ms: number): Date => new Date(1_000_000 + ms);
  const waits: number[] = [];
  for (let i = 0; i < 8; i += 1) {
    brake.failed("a", at(0));
    waits.push(brake.waitMs("a", at(0)));
  }
  assert.deepEqual(waits, [0, 0, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
  assert.equal(brake.waitMs("b", at(0)), 0);
  assert.equal(brake.waitMs("a", at(7_999)), 1);
  assert.equal(brake.waitMs("a", at(8_000)), 0);
  brake.failed("a", at(9_000));
  assert.equal(brake.waitMs("a", at(9_000)), 8_000, "waiting it out does not forgive");
  assert.equal(brake.waitMs("a", at(9_000 + 68_001)), 0);
  assert.equal(brake.size(), 0, "forgotten after the window");
  for (let i = 0; i < 5; i += 1) brake.failed("a", at(0));
  brake.succeeded("a");
  assert.equal(brake.waitMs("a", at(0)), 0);
});

test("the brake's memory is bounded and the busiest key is not the one that goes", () => {
  const brake = createBrake({ free: 1, windowMs: 60_000, firstMs: 1_000, longestMs: 8_000, maxKeys: 100 });
  for (let i = 0; i < 1_000; i += 1) {
    brake.failed(`key ${i}`, new Date(i));
    brake.failed("attacked", new Date(i));
  }
  assert.equal(brake.size(), 100);
  assert.ok(brake.waitMs("attacked", new Date(1_000)) > 0);
});
