// Passwords, session tokens and the brake.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { hash } from "@node-rs/argon2";
import { oneMore, placeOf, waitMs, type Failures } from "#platform/auth/brake.ts";
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

test("the brake: free tries, then doubling waits, forgotten after the window", () => {
  const limits = { free: 3, windowMs: 60_000, firstMs: 1_000, longestMs: 8_000 };
  const start = 1_000_000;
  const waits: number[] = [];
  let known: Failures = { failures: 0, atMs: 0 };
  for (let i = 0; i < 8; i += 1) {
    known = { failures: oneMore(limits, known, start), atMs: start };
    waits.push(waitMs(limits, known, start));
  }
  assert.deepEqual(waits, [0, 0, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
  assert.equal(waitMs(limits, known, start + 7_999), 1);
  assert.equal(waitMs(limits, known, start + 8_000), 0);
  assert.equal(oneMore(limits, known, start + 9_000), 9, "waiting it out does not forgive");
  assert.equal(oneMore(limits, known, start + 68_001), 1, "forgotten after the window");
  assert.equal(waitMs(limits, { failures: 10_000, atMs: start }, start), 8_000, "no wait grows beyond the longest");
});

test("one place: an IPv4 address however it is written, or the network that one IPv6 customer has", () => {
  assert.equal(placeOf("192.0.2.7"), "192.0.2.7");
  assert.equal(placeOf("::ffff:192.0.2.7"), "192.0.2.7");
  assert.equal(placeOf("2001:db8:1:2:3:4:5:6"), placeOf("2001:db8:1:2::1"));
  assert.notEqual(placeOf("2001:db8:1:2::1"), placeOf("2001:db8:1:3::1"));
  assert.equal(placeOf("unknown"), "unknown");
});
