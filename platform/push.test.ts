// What is pushed is what a browser can read and a push service lets in: against the example of RFC 8291 and a push service in small.
import assert from "node:assert/strict";
import { createECDH } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import tls from "node:tls";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { decrypted, startPushService, type PushService } from "#channels/webchat/sim.ts";
import { isPushTarget, newPushKeys, sendPush, type Push } from "#platform/push.ts";
import { makeCertificates } from "#test/peers/certificates.ts";

let folder: string;
let service: PushService;
const trusted = tls.getCACertificates("default");
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "draht-push-"));
  const { authority, good } = await makeCertificates(folder);
  tls.setDefaultCACertificates([...trusted, authority]);
  service = await startPushService({
    cert: await readFile(good.certificate, "utf8"),
    key: await readFile(good.key, "utf8"),
  });
});
after(async () => {
  tls.setDefaultCACertificates(trusted);
  await service?.close();
  await rm(folder, { recursive: true, force: true });
});

const keys = newPushKeys();
const push = (more: Partial<Push> = {}): Push => ({
  target: service.subscribe(keys.publicKey),
  text: "Grüße",
  topic: "abc",
  keepSeconds: 60,
  keys,
  contact: "mailto:ops@kabel.test",
  ...more,
});
const send = (more: Partial<Push> = {}) =>
  sendPush(push(more), { allowInside: [new URL(service.origin).host] }, Date.parse("2026-11-30T10:00:00Z"));

void test("the sim reads the example of RFC 8291 (section 5), so that it is no mirror of our own mistakes", () => {
  const body = Buffer.from(
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
    "base64url",
  );
  const browser = {
    privateKey: Buffer.from("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", "base64url"),
    publicKey: Buffer.from(
      "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
      "base64url",
    ),
    auth: Buffer.from("BTBZMqHH6r4Tts7J_aSIgg", "base64url"),
  };
  assert.equal(decrypted(body, browser), "When I grow up, I want to be a watermelon");
});

void test("a push is signed for its service, readable by its browser alone, and as long as any other", async () => {
  assert.deepEqual(await send(), { kind: "taken" });
  assert.deepEqual(await send({ text: "x".repeat(3_800) }), { kind: "taken" });
  const [short, long] = service.taken;
  assert.deepEqual(
    [short?.text, short?.ttlSeconds, short?.topic, short?.urgency, short?.contact],
    ["Grüße", 60, "abc", "normal", "mailto:ops@kabel.test"],
  );
  assert.equal(short?.bytes, long?.bytes);
  // By another centre's keys than the browser named nothing comes in.
  assert.deepEqual(await send({ keys: newPushKeys() }), { kind: "refused", why: "403" });
  assert.deepEqual(service.faults, ["another key than the subscription's"]);
});

void test("what a push service says is understood", async () => {
  const cases = [
    [{ status: 404 }, { kind: "gone", why: "404" }],
    [{ status: 410 }, { kind: "gone", why: "410" }],
    [{ status: 413 }, { kind: "refused", why: "413" }],
    [
      { status: 429, headers: { "retry-after": "7" } },
      { kind: "later", afterMs: 7_000, why: "429" },
    ],
    [
      { status: 503, headers: { "retry-after": "Mon, 30 Nov 2026 10:01:00 GMT" } },
      { kind: "later", afterMs: 60_000, why: "503" },
    ],
    [{ status: 500 }, { kind: "later", afterMs: null, why: "500" }],
    [
      { status: 307, headers: { location: `${service.origin}/elsewhere` } },
      { kind: "gone", why: "tooManyRedirects" },
    ],
  ] as const;
  for (const [answer, expected] of cases) {
    service.behave(answer);
    const before = service.answered.length;
    assert.deepEqual(await send(), expected);
    assert.equal(service.answered.length, before + 1, "and it is asked once");
  }
  service.behave(null);
});

void test("a hostile address leads nowhere: inside, in whichever disguise, and not by a name that means inside", async () => {
  const keyed = push().target;
  const answered = service.answered.length;
  const { port } = new URL(service.origin);
  for (const host of [
    "127.0.0.1",
    "localhost",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "10.0.0.1",
    "169.254.169.254",
    "2130706433",
  ]) {
    const target = { ...keyed, endpoint: `https://${host}:${port}/push/x` };
    const sent = await sendPush(push({ target }), {}, 0);
    assert.deepEqual(sent, { kind: "gone", why: "inside" }, host);
  }
  const rebound = { resolve: async () => ["203.0.113.5", "10.0.0.1"] };
  const target = { ...keyed, endpoint: "https://push.example/x" };
  assert.deepEqual(await sendPush(push({ target }), rebound, 0), { kind: "gone", why: "inside" });
  assert.equal(service.answered.length, answered, "nobody knocked");
});

void test("what can be no subscription is none", () => {
  const good = push().target;
  assert.ok(isPushTarget(good));
  const offCurve = Buffer.alloc(65, 1).fill(4, 0, 1).toString("base64url");
  for (const wrong of [
    { endpoint: good.endpoint.replace("https:", "http:") },
    { endpoint: "https://me:secret@push.example/x" },
    { endpoint: "javascript:alert(1)" },
    { endpoint: "" },
    { endpoint: `https://push.example/${"x".repeat(1_000)}` },
    { p256dh: offCurve },
    { p256dh: createECDH("secp256k1").generateKeys("base64url") },
    { p256dh: good.p256dh.slice(0, 40) },
    { p256dh: "!" },
    { auth: "AAAA" },
    { auth: `${good.auth}AAAA` },
  ])
    assert.ok(!isPushTarget({ ...good, ...wrong }), JSON.stringify(wrong));
});

void test("a pair of keys is one, each time another", () => {
  for (let n = 0; n < 300; n += 1) {
    const { publicKey, privateKey } = newPushKeys();
    const pair = createECDH("prime256v1");
    pair.setPrivateKey(Buffer.from(privateKey, "base64url"));
    assert.equal(pair.getPublicKey("base64url"), publicKey);
    assert.equal(Buffer.from(publicKey, "base64url").length, 65);
    assert.equal(Buffer.from(privateKey, "base64url").length, 32);
  }
});
