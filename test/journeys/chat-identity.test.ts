// Users whom a site signs in to its chat: whom it believes, what it refuses, whose history is shown to whom, and which customer they are (threats E1 to E4, E6).
import assert from "node:assert/strict";
import { createHmac, createPrivateKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { api } from "#contract/api.ts";
import type { Brand, Channel } from "#contract/brands.ts";
import { setUpCentre } from "#test/centre.ts";
import { addChat, answerIn, openPage, signedBy, type VisitorPage } from "#test/chat.ts";
import type { Desk } from "#test/desk.ts";
import { exampleWith, examplesOf } from "#test/guide.ts";
import { startTestServer, type TestServer } from "#test/server.ts";
import { lacking } from "#tools/test/peers.ts";

const run = promisify(execFile);

let server: TestServer;
let ada: Desk;
let brand: Brand;
let chat: Channel;
let otherChat: Channel;
let secret: string;
let otherSecret: string;
const elliptic = generateKeyPairSync("ec", { namedCurve: "P-256" });
const publicPem = elliptic.publicKey.export({ type: "spki", format: "pem" });
const pages: VisitorPage[] = [];

const addKey = async (channel: Channel, publicKey: string | null = null) =>
  ada.call(api.visitors.addKey, { params: { id: channel.id }, body: { name: "2026", publicKey } });

before(async () => {
  server = await startTestServer({ env: { LOG_LEVEL: "error" } });
  ({ desk: ada, brand } = await setUpCentre(server.url));
  chat = await addChat(ada, brand.id);
  otherChat = await addChat(ada, brand.id);
  secret = (await addKey(chat)).secret ?? "";
  otherSecret = (await addKey(otherChat)).secret ?? "";
});

after(async () => {
  for (const page of pages) page.close();
  await server?.stop();
});

const page = async (channel = chat): Promise<VisitorPage> => {
  const fresh = await openPage(server.url, channel.id);
  pages.push(fresh);
  return fresh;
};
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const now = (): number => Math.floor(Date.now() / 1_000);
const claimsOf = (sub: unknown, more: object = {}): object => ({
  aud: chat.id,
  sub,
  jti: crypto.randomUUID(),
  iat: now(),
  exp: now() + 120,
  ...more,
});
const hmac = (head: object, claims: object, key: string | Buffer): string => {
  const text = `${part(head)}.${part(claims)}`;
  return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
};
const token = (sub: unknown, more: object = {}, key = secret): string =>
  hmac({ alg: "HS256", typ: "JWT" }, claimsOf(sub, more), key);
const elliptically = (sub: string, head: object = {}, key: KeyObject = elliptic.privateKey): string => {
  const text = `${part({ alg: "ES256", ...head })}.${part(claimsOf(sub))}`;
  return `${text}.${sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
};
const signIn = async (word: string, more: { joins?: string | null } = {}, channel = chat) => {
  const at = await page(channel);
  const identity = signedBy(word, more);
  const welcome = await at.hello({ identity });
  return { at, welcome, session: welcome.token ?? identity.session };
};
const texts = (words: readonly { readonly text: string }[]): string[] => words.map(({ text }) => text);
const customerOf = async (concernId: string) => {
  const { concern } = await ada.call(api.concerns.open, { params: { id: concernId } });
  return ada.call(api.customers.get, { params: { id: concern.row.customerId } });
};

test("a signed user is the same visitor in every browser, and the desk sees who signed for them", async () => {
  const first = await signIn(
    token("4711", { name: "Jana Krause", email: "jana@kunde.test", email_verified: true, locale: "de-DE" }),
  );
  assert.deepEqual(
    [first.welcome.signed, first.welcome.name, first.welcome.email, first.welcome.proved],
    [true, "Jana Krause", "jana@kunde.test", true],
  );
  const { concernId } = await first.at.tell("Mein Router blinkt rot.");
  await answerIn(ada, concernId, "Ich sehe nach.");
  await first.at.message("Ich sehe nach.");
  const phone = await signIn(token("4711"));
  assert.deepEqual(texts(phone.welcome.messages), ["Mein Router blinkt rot.", "Ich sehe nach."]);
  assert.equal(phone.welcome.name, "Jana Krause", "what the site says nothing of stays");
  await phone.at.tell("Jetzt grün.", { concernId });
  await first.at.message("Jetzt grün.");
  const customer = await customerOf(concernId);
  assert.equal(customer.name, "Jana Krause");
  assert.deepEqual(
    customer.addresses
      .map(({ kind, value, verifiedBy }) => `${kind} ${kind === "chat" ? "" : value} ${verifiedBy}`)
      .toSorted(),
    ["chat  session", "email jana@kunde.test signature", "signed 4711 signature"],
  );
  // By the token of its session alone, as after a break; and no more when it has signed out, while the other stays.
  const back = await page();
  assert.equal((await back.hello({ token: first.session })).concerns[0]?.id, concernId);
  first.at.say({ type: "leave" });
  assert.equal(await first.at.closed, 4000);
  const gone = await page();
  assert.deepEqual((await gone.hello({ token: first.session })).concerns, []);
  const stays = await page();
  assert.equal((await stays.hello({ token: phone.session })).concerns[0]?.id, concernId);
});

test("an app, which has no origin, signs its user in as the site does, and sees what was said there; a page elsewhere does not come in", async () => {
  const { at } = await signIn(token("kd-app"));
  const { concernId } = await at.tell("Vom Rechner");
  const app = await openPage(server.url, chat.id, "");
  pages.push(app);
  const welcome = await app.hello({ identity: signedBy(token("kd-app")) });
  assert.deepEqual([welcome.signed, texts(welcome.messages)], [true, ["Vom Rechner"]]);
  await app.tell("Vom Telefon", { concernId });
  await at.message("Vom Telefon");
  await assert.rejects(openPage(server.url, chat.id, "https://elsewhere.test"), /403/);
});

test("everything that is not the site's own fresh word for this channel is refused by one code, and nothing is shown", async () => {
  await addKey(chat, publicPem);
  const known = await signIn(token("hans"));
  await known.at.tell("Geheim: 0815");
  const used = token("hans");
  await signIn(used);
  const text = `${part({ alg: "HS256" })}.${part(claimsOf("hans"))}`;
  const foreign = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const wrong: Readonly<Record<string, string>> = {
    "no algorithm": `${part({ alg: "none" })}.${part(claimsOf("hans"))}.`,
    "no algorithm, signed": hmac({ alg: "none" }, claimsOf("hans"), secret),
    "another algorithm": hmac({ alg: "HS512" }, claimsOf("hans"), secret),
    "the public key as a secret": hmac({ alg: "HS256" }, claimsOf("hans"), publicPem),
    "the public key's bytes as a secret": hmac(
      { alg: "HS256" },
      claimsOf("hans"),
      elliptic.publicKey.export({ type: "spki", format: "der" }),
    ),
    "ES256 by another key": elliptically("hans", {}, foreign),
    "ES256 over an HMAC": `${part({ alg: "ES256" })}.${part(claimsOf("hans"))}.${createHmac("sha256", secret).update("x").digest("base64url")}`,
    "zeros for ES256 (CVE-2022-21449)": `${part({ alg: "ES256" })}.${part(claimsOf("hans"))}.${Buffer.alloc(64).toString("base64url")}`,
    "another channel's secret": token("hans", {}, otherSecret),
    "an empty secret": token("hans", {}, ""),
    "for another channel": token("hans", { aud: otherChat.id }),
    "for several": token("hans", { aud: [chat.id, otherChat.id] }),
    "for nobody": token("hans", { aud: undefined }),
    expired: token("hans", { iat: now() - 400, exp: now() - 120 }),
    "for a day": token("hans", { exp: now() + 86_400 }),
    "from the future": token("hans", { iat: now() + 200, exp: now() + 300 }),
    "without an end": token("hans", { exp: undefined }),
    "an end that is text": token("hans", { exp: String(now() + 100) }),
    "without a beginning": token("hans", { iat: undefined }),
    "not yet": token("hans", { nbf: now() + 200 }),
    "without an id of its own": token("hans", { jti: undefined }),
    "of nobody": token(undefined),
    "of an empty user": token(""),
    "of a user that is an object": token({ toString: "hans" }),
    "of a user with a mark of direction": token("ha\u202ens"),
    "of too long a user": token("x".repeat(256)),
    said: used,
    "changed after signing": `${text}.${createHmac("sha256", secret).update(`${text}x`).digest("base64url")}`,
    "a signature of another spelling": `${token("hans")}=`,
    "with extensions": hmac({ alg: "HS256", crit: ["b64"], b64: false }, claimsOf("hans"), secret),
    "with an unknown key": hmac({ alg: "HS256", kid: "../../etc/passwd" }, claimsOf("hans"), secret),
    "with a key of its own": hmac(
      { alg: "HS256", kid: "x", jwk: { kty: "oct", k: "AAAA" } },
      claimsOf("hans"),
      "\0\0\0",
    ),
    huge: token("hans", { name: "x".repeat(30_000) }),
    "one part": "hans",
    empty: "",
    dots: "...",
    "no JSON": `${Buffer.from("{").toString("base64url")}.e30.e30`,
    "JSON that is a list": `${part([])}.${part([])}.e30`,
  };
  for (const [what, word] of Object.entries(wrong)) {
    const thief = await page();
    await assert.rejects(thief.hello({ identity: signedBy(word) }), /identityRefused/, what);
    assert.equal(thief.words.length, 1, what);
    // Who was refused is nobody, and may still come without being signed in.
    assert.deepEqual((await thief.hello()).concerns, [], what);
    thief.close();
  }
  // A refused word takes away whoever sat there.
  await assert.rejects(known.at.hello({ identity: signedBy("x") }), /identityRefused/);
  known.at.say({ type: "ping" });
  assert.equal(await known.at.closed, 1008);
});

test("a word signs in once, on whichever node; only the page that said it may say it again, when the answer was lost", async () => {
  const word = token("einmal");
  const identity = signedBy(word);
  const [first, again] = [await page(), await page()];
  await first.hello({ identity });
  assert.equal((await again.hello({ identity })).signed, true);
  const pagesAtOnce = await Promise.all(Array.from({ length: 8 }, () => page()));
  const other = token("zweimal");
  const met = await Promise.allSettled(pagesAtOnce.map((each) => each.hello({ identity: signedBy(other) })));
  assert.equal(met.filter(({ status }) => status === "fulfilled").length, 1);
});

test("ES256 signs in as well, by PEM and by JWK; a private key and other curves are refused, and a removed key opens nothing", async () => {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { key } = await addKey(chat, JSON.stringify(pair.publicKey.export({ format: "jwk" })));
  assert.equal((await signIn(elliptically("elli"))).welcome.signed, true);
  assert.equal((await signIn(elliptically("elli", { kid: key.id }, pair.privateKey))).welcome.signed, true);
  await assert.rejects(signIn(elliptically("elli", { kid: key.id })), /identityRefused/, "the other key");
  const keys = await ada.call(api.visitors.keys, { params: { id: chat.id } });
  assert.ok(keys.find((each) => each.id === key.id)?.usedAt);
  assert.ok(!JSON.stringify(keys).includes(secret), "a secret is told once");
  const pem = pair.privateKey.export({ type: "pkcs8", format: "pem" });
  await assert.rejects(addKey(chat, pem), /keyIsPrivate/);
  await assert.rejects(addKey(chat, JSON.stringify(createPrivateKey(pem).export({ format: "jwk" }))), /keyIsPrivate/);
  const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey.export({
    type: "spki",
    format: "pem",
  });
  for (const none of [p384, "{", "-----BEGIN PUBLIC KEY-----", "null"])
    await assert.rejects(addKey(chat, none), /keyNotP256/);
  await ada.call(api.visitors.removeKey, { params: { id: chat.id, keyId: key.id } });
  await assert.rejects(signIn(elliptically("elli", {}, pair.privateKey)), /identityRefused/);
});

test("an unsigned chat becomes the signed user's, also where they are signed in already, and its token opens nothing more", async () => {
  const visitor = await page();
  const unsigned = await visitor.hello();
  const { concernId } = await visitor.tell("Noch ohne Anmeldung.");
  const elsewhere = await page();
  await elsewhere.hello({ token: unsigned.token });
  const { at, welcome } = await signIn(token("vera", { name: "Vera" }), { joins: unsigned.token });
  assert.deepEqual(texts(welcome.messages), ["Noch ohne Anmeldung."]);
  assert.equal(await elsewhere.closed, 1013, "pages of whom they were begin anew");
  const kept = await page();
  assert.deepEqual((await kept.hello({ token: unsigned.token })).concerns, []);
  await answerIn(ada, concernId, "Guten Tag, Vera.");
  await at.message("Guten Tag, Vera.");
  const said = await at.tell("Jetzt angemeldet.", { concernId });
  assert.equal(said.concernId, concernId);
  const customer = await customerOf(concernId);
  assert.equal(customer.name, "Vera");
  assert.ok(customer.addresses.some(({ kind, value }) => kind === "signed" && value === "vera"));
  // Another browser, unsigned first, while this one is open: both have both.
  const second = await page();
  const before = await second.hello();
  const other = await second.tell("Vom Telefon.");
  const phone = await signIn(token("vera"), { joins: before.token });
  assert.deepEqual(texts(phone.welcome.messages).toSorted(), [
    "Guten Tag, Vera.",
    "Jetzt angemeldet.",
    "Noch ohne Anmeldung.",
    "Vom Telefon.",
  ]);
  assert.equal(await at.closed, 1013, "it says hello again, and has the other concern");
  await phone.at.tell("Noch etwas.", { concernId: other.concernId });
  // What an agent takes out of a concern that they began unsigned is shown as everybody's is, and they stay who they are.
  const split = await ada.call(api.moving.split, {
    params: { id: concernId },
    body: { key: crypto.randomUUID(), messages: { from: said.id }, subject: "Anderes" },
  });
  const anew = await phone.at.word("welcome", ({ afresh }) => afresh);
  assert.deepEqual([anew.signed, anew.name, anew.token], [true, "Vera", null]);
  assert.deepEqual(
    anew.concerns
      .flatMap((one) => one.continued.map(({ side, concernId: to }) => `${one.id} ${side} ${to}`))
      .toSorted(),
    [`${concernId} from ${split.to.id}`, `${split.to.id} to ${concernId}`].toSorted(),
  );
});

test("two signed people are never joined: whoever comes next at a browser starts clean", async () => {
  const anna = await signIn(token("anna", { name: "Anna" }));
  const { concernId } = await anna.at.tell("Annas Rechnung");
  // The next user at the same browser, with Anna's token as what was there before, in either place.
  for (const more of [{ joins: anna.session }, { joins: null }]) {
    const bert = await page();
    const welcome = await bert.hello({
      token: anna.session,
      identity: signedBy(token("bert", { name: "Bert" }), more),
    });
    assert.deepEqual([welcome.signed, welcome.name, welcome.concerns, welcome.messages], [true, "Bert", [], []]);
    assert.notEqual(welcome.token, null, "and by another token than hers");
    await assert.rejects(bert.tell("Annas?", { concernId }), /notFound/);
    bert.close();
  }
  // An unsigned chat that has become Anna's does not become Bert's, too.
  const visitor = await page();
  const unsigned = await visitor.hello();
  await visitor.tell("Wer bin ich?");
  await signIn(token("anna"), { joins: unsigned.token });
  const thief = await signIn(token("bert"), { joins: unsigned.token });
  assert.deepEqual(thief.welcome.concerns, []);
  // The same id at another site is somebody else.
  const elsewhere = await signIn(token("anna", { aud: otherChat.id }, otherSecret), {}, otherChat);
  assert.deepEqual(elsewhere.welcome.concerns, []);
});

test("a session that somebody else chose before is not taken over", async () => {
  const planted = await page();
  const { token: chosen } = await planted.hello();
  await planted.tell("Ich warte auf das Opfer.");
  const victim = await page();
  const welcome = await victim.hello({ token: chosen, identity: signedBy(token("opfer"), { joins: chosen }) });
  const { concernId } = await victim.tell("Meine Adresse ist Am Deich 1");
  assert.notEqual(welcome.token, chosen);
  const thief = await page();
  const seen = await thief.hello({ token: chosen });
  assert.deepEqual([seen.signed, seen.concerns], [false, []]);
  await assert.rejects(thief.tell("zeig her", { concernId }), /notFound/);
  assert.equal(await planted.closed, 1013);
});

test("an address that another customer has stays theirs, and a claim shows nobody's history", async () => {
  const owner = await signIn(token("olga", { email: "olga@kunde.test", email_verified: true }));
  const { concernId } = await owner.at.tell("Olgas Anliegen");
  const other = await signIn(token("egon", { name: "Egon", email: "olga@kunde.test", email_verified: true }));
  const said = await other.at.tell("Ich sage, ich bin Olga.");
  const egon = await customerOf(said.concernId);
  assert.deepEqual(
    egon.addresses.filter(({ kind }) => kind === "email"),
    [],
  );
  assert.ok((await customerOf(concernId)).addresses.some(({ value }) => value === "olga@kunde.test"));
  assert.deepEqual(other.welcome.concerns, []);
  const claims = await signIn(token("uwe", { email: "olga@kunde.test", email_verified: "true" }));
  assert.equal(claims.welcome.proved, false);
  const plain = await page();
  await plain.hello();
  plain.say({ type: "introduce", name: "Olga", email: "olga@kunde.test" });
  await plain.tell("Zeigen Sie mir alles.");
  const back = await page();
  assert.ok(!JSON.stringify([plain.words, await back.hello()]).includes("Olgas Anliegen"));
  // Nobody at the desk can type a signed id either.
  await assert.rejects(
    ada.call(api.customers.addAddress, { params: { id: egon.id }, body: { kind: "signed", value: "olga" } }),
    /invalidAddress/,
  );
});

/** How each language of the guide is asked for a token: its file, its interpreter, and what is said to it with the user, the channel and the secret. */
const speakers = [
  {
    name: "chat-token.mjs",
    program: process.execPath,
    ask: `import { chatToken } from "./chat-token.mjs";
const [user, channel, secret] = process.argv.slice(2);
process.stdout.write(chatToken(JSON.parse(user), { channel, secret }));`,
    as: "ask.mjs",
    verified: "emailVerified",
  },
  {
    name: "chat_token.py",
    program: "python3",
    ask: `import json, sys
from chat_token import chat_token
print(chat_token(json.loads(sys.argv[1]), sys.argv[2], sys.argv[3]), end="")`,
    as: "ask.py",
    verified: "email_verified",
  },
  {
    name: "chat_token.php",
    program: "php",
    ask: `<?php
require __DIR__ . "/chat_token.php";
echo chat_token(json_decode($argv[1], true), $argv[2], $argv[3]);`,
    as: "ask.php",
    verified: "email_verified",
  },
] as const;

test("the guide's own examples sign in, in every language it speaks", { skip: lacking("python", "php") }, async () => {
  const examples = await examplesOf("widget.md");
  assert.deepEqual(
    examples.flatMap(({ code }) => /chat[-_]token\.(?:mjs|py|php)$/m.exec(code)?.[0] ?? []),
    speakers.map(({ name }) => name),
  );
  const folder = await mkdtemp(join(tmpdir(), "draht-guide-"));
  try {
    for (const { name, program, ask, as, verified } of speakers) {
      await writeFile(join(folder, name), exampleWith(examples, name).code);
      await writeFile(join(folder, as), ask);
      const user = { id: `aus ${name}`, name: "Mia Öz", email: "mia@kunde.test", [verified]: true };
      const { stdout } = await run(program, [join(folder, as), JSON.stringify(user), chat.id, secret]);
      const { welcome } = await signIn(stdout);
      assert.deepEqual([welcome.signed, welcome.name, welcome.proved], [true, "Mia Öz", true], name);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
