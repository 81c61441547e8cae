// Tokens of a provider's sign-in service: asked for once, kept while they hold, renewed before they end; and what is said when there is none.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { ChannelSecrets, TransportIo } from "#contract/channel.ts";
import { client, startSignInService, type SignInService } from "#test/peers/oauth.ts";
import { createTokens, type OAuthAccess } from "./oauth.ts";
import { emailSettings } from "./settings.ts";
import { mailbox } from "./testSettings.ts";
import { statusOfTrouble } from "./trouble.ts";

const user = "service@kabel.test";
let service: SignInService;
let nowMs = 0;
let kept: Map<string, string>;

before(async () => {
  service = await startSignInService(user);
});
after(() => service.close());
beforeEach(() => {
  service.behave({ lastsSeconds: 3_600, rotates: false, instead: null });
  nowMs = Date.parse("2026-11-25T10:00:00Z");
  kept = new Map();
});

const secrets: ChannelSecrets = {
  read: async (name) => kept.get(name) ?? null,
  keep: async (name, value) => void kept.set(name, value),
};
const io = (): TransportIo => ({ now: () => new Date(nowMs), log: () => undefined, secrets });

const access = (change: Partial<OAuthAccess> = {}): OAuthAccess => ({
  tokenUrl: service.tokenUrl,
  ...client,
  refreshToken: service.consent(user),
  scope: "https://mail.example/",
  ...change,
});

/** How many requests the work made. */
const counted = async (work: () => Promise<unknown>): Promise<number> => {
  const before = service.asked.length;
  await work();
  return service.asked.length - before;
};

test("however many ask at once, the provider is asked once; then the token serves until shortly before its end", async () => {
  const tokens = createTokens();
  const mine = access();
  const got = new Set<string>();
  const get = async (): Promise<void> => void got.add(await tokens.get(mine, io()));
  assert.equal(await counted(() => Promise.all(Array.from({ length: 30 }, get))), 1);
  nowMs += 3_539_000;
  assert.equal(await counted(get), 0);
  assert.equal(got.size, 1);
  nowMs += 1_001;
  assert.equal(await counted(() => Promise.all([get(), get()])), 1);
  assert.equal(got.size, 2);
  // Another mailbox has another token.
  assert.equal(await counted(() => tokens.get(access(), io())), 1);
  // One that does not say how long it lasts is not trusted for long.
  service.behave({ lastsSeconds: null });
  const short = access();
  await tokens.get(short, io());
  nowMs += 300_000;
  assert.equal(await counted(() => tokens.get(short, io())), 1);
});

test("a token that a server does not take is replaced, once for everybody", async () => {
  const tokens = createTokens();
  const mine = access();
  const first = await tokens.get(mine, io());
  tokens.forget(mine, first);
  const second = await tokens.get(mine, io());
  assert.notEqual(first, second);
  tokens.forget(mine, first);
  assert.equal(await tokens.get(mine, io()), second, "who comes late with the old one forgets nothing");
});

test("without a refresh token the application signs in itself", async () => {
  assert.ok(await createTokens().get(access({ refreshToken: null }), io()));
  assert.equal(service.asked.at(-1), "client_credentials");
});

test("a new refresh token is kept over a restart; what was kept and is void gives way to what was filled in", async () => {
  service.behave({ rotates: true });
  const mine = access();
  await createTokens().get(mine, io());
  const [rotated = ""] = kept.values();
  assert.match(rotated, /^refresh-/);
  assert.notEqual(rotated, mine.refreshToken);
  // The old one ends, as Microsoft's do after 90 days; the server was started anew meanwhile.
  service.revoke(mine.refreshToken ?? "");
  assert.ok(await createTokens().get(mine, io()));
  const renewed = access();
  const fresh = new Map(kept);
  await createTokens().get(renewed, io());
  assert.equal(kept.size, fresh.size + 1, "another one that is filled in begins anew");
  for (const name of kept.keys()) kept.set(name, "refresh-void");
  assert.ok(await createTokens().get(renewed, io()));
});

const troubleOf = async (
  of: OAuthAccess,
  tokens = createTokens(),
): Promise<{ status: string | null; words: string }> => {
  try {
    await tokens.get(of, io());
  } catch (error) {
    return { status: statusOfTrouble(error), words: error instanceof Error ? error.message : "" };
  }
  return assert.fail("it gave a token");
};

test("a refusal is said in the provider's words without a secret, and is not asked for again at once", async () => {
  const tokens = createTokens();
  const ended = access({ refreshToken: "refresh-abgelaufen" });
  const said = await troubleOf(ended, tokens);
  assert.equal(said.status, "4.7.14");
  assert.match(said.words, /^the sign-in service 127\.0\.0\.1:\d+ refuses: invalid_grant: … has expired$/);
  assert.equal(await counted(() => troubleOf(ended, tokens)), 0);
  nowMs += 5_001;
  assert.equal(await counted(() => troubleOf(ended, tokens)), 1);
  const wrong = await troubleOf(access({ clientSecret: "anderes-geheimnis" }));
  assert.equal(wrong.status, "4.7.14");
  assert.match(wrong.words, /invalid_client: the secret … is wrong/);
});

test("a service that is away, in trouble, or no such service at all is said as that", async () => {
  assert.equal((await troubleOf(access({ tokenUrl: "http://127.0.0.1:1/token" }))).status, "4.4.3");
  const instead = async (answer: Parameters<SignInService["behave"]>[0]["instead"]): Promise<string | null> => {
    service.behave({ instead: answer ?? null });
    return (await troubleOf(access())).status;
  };
  assert.equal(await instead((response) => void response.writeHead(503).end("{}")), "4.4.3");
  assert.equal(await instead((response) => void response.writeHead(500).end("<html>oops")), "4.4.3");
  assert.equal(await instead((response) => void response.socket?.destroy()), "4.4.3");
  assert.equal(await instead((response) => void response.writeHead(200).end("<html>welcome")), "4.7.14");
  assert.equal(await instead((response) => void response.writeHead(200).end("{}")), "4.7.14");
  // Nobody is sent on to with the secret in the hand, and no answer is endless.
  assert.equal(
    await instead((response) => void response.writeHead(307, { location: service.tokenUrl }).end()),
    "4.4.3",
  );
  assert.equal(await instead((response) => void response.writeHead(200).end(`"${"x".repeat(200_000)}"`)), "4.4.3");
  const silent = createTokens({ answerMs: 50, restMs: 0 });
  service.behave({ instead: () => undefined });
  assert.equal((await troubleOf(access(), silent)).status, "4.4.3");
});

test("settings say where secrets may go, and that who signs in by the service has to name it", () => {
  const server = { host: "h", port: 1, security: "tls", user: null, password: null } as const;
  const fits = (change: object): boolean => emailSettings.safeParse({ ...mailbox(), ...change }).success;
  const smtp = { ...server, signIn: "oauth", maxConnections: 1 };
  assert.ok(!fits({ smtp }));
  assert.ok(fits({ smtp, oauth: access() }));
  assert.ok(fits({ smtp: { ...smtp, signIn: "password" } }));
  for (const tokenUrl of [
    "http://login.example/token",
    "http://127.0.0.1.example/token",
    "file:///token",
    "login.example",
  ])
    assert.ok(!fits({ smtp, oauth: access({ tokenUrl }) }), tokenUrl);
  assert.ok(fits({ smtp, oauth: access({ tokenUrl: "https://login.example/token" }) }));
});
