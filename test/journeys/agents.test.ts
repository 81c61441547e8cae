// Sign-in, sessions and agents on a real PostgreSQL: guesses are slowed, tokens are never kept, access that is taken away is gone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { system } from "#contract/actor.ts";
import { agent as agentShape, me as meShape } from "#contract/agents.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { AgentId, TeamId } from "#contract/ids.ts";
import { changeAgent, changePassword, createAgent, createTeam, type AgentInput } from "#modules/agents/actions.ts";
import { removeOldTries } from "#modules/agents/actions-brake.ts";
import { forgetSessions, removeOldSessions, sessionOf, signIn, signOut } from "#modules/agents/actions-sessions.ts";
import { agentByEmail, agentById, agentsByHandles, asAgentActor } from "#modules/agents/reads.ts";
import { sql } from "#platform/db/db.ts";
import { openTestWorld, type TestWorld } from "#test/world.ts";

const password = "correct horse battery";
let world: TestWorld;
/** The same database seen by another process: its memory is its own. */
let elsewhere: TestWorld;
before(async () => {
  world = await openTestWorld();
  elsewhere = await openTestWorld({ url: world.db.url });
});
after(async () => {
  await elsewhere.close();
  await world.close();
});

const done = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) assert.fail(`refused: ${value.refused}`);
  return value;
};
const refusedWith = (value: unknown): string | null => (isRefusal(value) ? value.refused : null);

let made = 0;
const input = (over: Partial<AgentInput> = {}): AgentInput => {
  made += 1;
  return {
    name: `Agent ${made}`,
    handle: `agent${made}`,
    email: `Agent${made}@staff.example`,
    role: "agent",
    active: true,
    teamIds: [],
    brandIds: [],
    password,
    ...over,
  };
};
const newAgent = async (over: Partial<AgentInput> = {}): Promise<{ id: AgentId; input: AgentInput }> => {
  const given = input(over);
  return { id: done(await createAgent(world, system, given)).id, input: given };
};
const enter = async (email: string, over: Partial<Parameters<typeof signIn>[1]> = {}): Promise<string> =>
  done(await signIn(world, { email, password, remoteIp: "192.0.2.1", token: null, ...over })).token;
const known = async (token: string): Promise<string | null> => (await sessionOf(world, token))?.who.name ?? null;

test("sign in, be known, sign out", async () => {
  const { id, input: given } = await newAgent();
  const result = done(
    await signIn(world, { email: ` ${given.email.toUpperCase()} `, password, remoteIp: "192.0.2.1", token: null }),
  );
  meShape.parse(result.me);
  const session = await sessionOf(world, result.token);
  assert.equal(session?.who.id, id);
  assert.equal(session?.csrf, result.me.csrf);
  const stored = await world.db.rows<{ hash: string }>(
    sql`SELECT encode(token_hash, 'escape') || encode(token_hash, 'hex') AS hash FROM session`,
  );
  assert.ok(stored.every((row) => !row.hash.includes(result.token)));
  await signOut(world, result.token);
  assert.equal(await known(result.token), null);
  assert.equal(await known("x".repeat(43)), null);
  assert.equal(await known("' OR 1=1 --"), null);
});

test("a token from before the sign-in is worth nothing after it", async () => {
  const { input: given } = await newAgent();
  const old = await enter(given.email);
  assert.ok(await known(old));
  const fresh = await enter(given.email, { token: old });
  assert.notEqual(fresh, old);
  assert.equal(await known(old), null);
  const planted = "A".repeat(43);
  const result = await enter(given.email, { token: planted });
  assert.notEqual(result, planted);
  assert.equal(await known(planted), null);
});

test("unknown name, wrong password and no access are one answer", async () => {
  const { input: given } = await newAgent();
  const { input: gone } = await newAgent({ active: false });
  const tries = [
    { email: given.email, password: "wrong horse battery" },
    { email: "nobody@staff.example", password },
    { email: gone.email, password },
    { email: given.email, password: "" },
  ];
  for (const [i, one] of tries.entries())
    assert.deepEqual(await signIn(world, { ...one, remoteIp: `198.51.100.${i}`, token: null }), {
      refused: "wrongCredentials",
    });
});

test("guesses are slowed down for account and address, without locking anybody else out", async () => {
  const { input: given } = await newAgent();
  const guess = (email: string, remoteIp: string): Promise<unknown> =>
    signIn(world, { email, password: "guess guess guess", remoteIp, token: null });
  for (let i = 0; i < 5; i += 1) assert.equal(refusedWith(await guess(given.email, "203.0.113.5")), "wrongCredentials");
  const braked = await signIn(world, { email: given.email, password, remoteIp: "203.0.113.5", token: null });
  assert.equal(refusedWith(braked), "tooManyAttempts", "also with the right password");
  assert.ok(Number((braked as Refusal).facts?.["seconds"]) >= 1);
  assert.ok(await enter(given.email, { remoteIp: "203.0.113.6" }), "from another address the agent gets in");
  world.pass(20 * 60_000);
  assert.ok(await enter(given.email, { remoteIp: "203.0.113.5" }), "the brake lets go");
  const names = ["nobody@staff.example", ...Array.from({ length: 40 }, (_, i) => `guess${i}@staff.example`)];
  const answers: (string | null)[] = [];
  for (const email of names) answers.push(refusedWith(await guess(email, "203.0.113.77")));
  assert.equal(answers.at(-1), "tooManyAttempts", "one address trying many names");
  const unknown = await Promise.all(Array.from({ length: 12 }, () => guess("parallel@staff.example", "203.0.113.90")));
  assert.equal(
    unknown.filter((answer) => refusedWith(answer) === "wrongCredentials").length,
    5,
    "guesses at once count each, known name or not",
  );
});

test("guesses count over all processes, however many come at once", async () => {
  const { input: given } = await newAgent();
  elsewhere.setNow(world.now().toISOString());
  const processes = [world, elsewhere];
  const guesses = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      signIn(processes[i % 2] ?? world, {
        email: given.email,
        password: "guess",
        remoteIp: "203.0.113.100",
        token: null,
      }),
    ),
  );
  assert.equal(guesses.filter((answer) => refusedWith(answer) === "wrongCredentials").length, 5);
  for (const each of processes)
    assert.equal(
      refusedWith(await signIn(each, { email: given.email, password, remoteIp: "203.0.113.100", token: null })),
      "tooManyAttempts",
    );
  const network = Array.from({ length: 12 }, (_, i) =>
    signIn(world, { email: given.email, password: "guess", remoteIp: `2001:db8:7:7::${i + 1}`, token: null }),
  );
  assert.equal(
    (await Promise.all(network)).filter((answer) => refusedWith(answer) === "wrongCredentials").length,
    5,
    "one IPv6 customer has as many addresses as they want",
  );
});

test("an attack on an account from everywhere does not lock out who is known where they sit", async () => {
  const { input: given } = await newAgent();
  const home = "198.51.100.20";
  assert.ok(await enter(given.email, { remoteIp: home }));
  // A thousand machines, each with few guesses: only the account tells.
  for (let i = 0; i < 125; i += 1) {
    await signIn(world, { email: given.email, password: "guess", remoteIp: `100.64.${i}.1`, token: null });
    world.pass(100);
  }
  const stranger = { email: given.email, password, remoteIp: "100.65.0.1", token: null };
  assert.equal(refusedWith(await signIn(world, stranger)), "tooManyAttempts", "the account is slowed for strangers");
  assert.ok(await enter(given.email, { remoteIp: home }), "not where its owner got in before");
  world.pass(31_000);
  assert.ok(await enter(given.email, { remoteIp: "100.65.0.2" }), "and for strangers half a minute at most");
  // Nor does a colleague's false typing in the same office.
  for (let i = 0; i < 40; i += 1)
    await signIn(world, { email: `niemand${i}@staff.example`, password: "guess", remoteIp: home, token: null });
  assert.ok(await enter(given.email, { remoteIp: home }));
});

test("a valid account does not buy guesses at others", async () => {
  const [{ input: mine }, { input: theirs }] = [await newAgent(), await newAgent()];
  const place = "203.0.113.140";
  let guessed = 0;
  for (let i = 0; i < 60; i += 1) {
    const one = { email: `x${i}@staff.example`, password: "guess", remoteIp: place, token: null };
    if (refusedWith(await signIn(world, one)) === "wrongCredentials") guessed += 1;
    await signIn(world, { email: mine.email, password, remoteIp: place, token: null });
  }
  assert.ok(guessed <= 31, `${guessed} guesses`);
  assert.ok(await enter(theirs.email, { remoteIp: "203.0.113.141" }));
});

test("what was counted is forgotten, and no name or address that was typed stands in the table", async () => {
  await signIn(world, { email: "mein-geheimes-wort", password: "x", remoteIp: "203.0.113.200", token: null });
  const rows = await world.db.rows<{ text: string }>(sql`SELECT t::text AS text FROM sign_in_try t`);
  assert.ok(rows.length > 0);
  assert.ok(rows.every(({ text }) => !text.includes("geheim") && !text.includes("203.0.113")));
  world.pass(31 * 24 * 3_600_000);
  assert.equal(await removeOldTries(world), rows.length);
});

test("a session is over when idle for 12 hours, and after 30 days however busy", async () => {
  const { input: given } = await newAgent();
  const token = await enter(given.email);
  const idle = await enter(given.email);
  world.pass(11 * 3_600_000);
  assert.ok(await known(token));
  world.pass(11 * 3_600_000);
  assert.ok(await known(token), "each call moves it");
  assert.equal(await known(idle), null);
  for (let hours = 22; hours < 30 * 24; hours += 11) {
    assert.ok(await known(token), `after ${hours} hours`);
    world.pass(11 * 3_600_000);
  }
  assert.equal(await known(token), null);
  assert.ok((await removeOldSessions(world)) >= 2);
  assert.equal(await known(token), null);
});

test("taking access away ends sessions here at once, and elsewhere when its event arrives", async () => {
  const { id, input: given } = await newAgent({ role: "supervisor" });
  const keep = { ...given, password: null };
  for (const change of [{ role: "agent" as const }, { active: false }, { password: "another good password" }]) {
    done(await changeAgent(world, system, id, { ...keep, role: "supervisor", active: true, password }));
    const token = await enter(given.email);
    elsewhere.setNow(world.now().toISOString());
    assert.ok(await known(token));
    assert.ok(await sessionOf(elsewhere, token));
    const [before] = (await world.events()).slice(-1);
    done(await changeAgent(world, system, id, { ...keep, ...change }));
    assert.equal(await known(token), null, JSON.stringify(change));
    const told = (await world.events(before?.seq)).some(
      (event) => event.kind === "agent.changed" && event.data.agent.id === id,
    );
    assert.ok(told);
    forgetSessions(elsewhere, id);
    assert.equal(await sessionOf(elsewhere, token), null);
  }
  done(await changeAgent(world, system, id, { ...keep, role: "supervisor", active: true, password }));
  const token = await enter(given.email);
  done(await changeAgent(world, system, id, { ...keep, role: "supervisor", name: "New Name" }));
  assert.equal(await known(token), "New Name", "a new name takes nothing away, and is known at once");
});

test("another process believes a session for three seconds at most", async () => {
  const { input: given } = await newAgent();
  const token = await enter(given.email);
  elsewhere.setNow(world.now().toISOString());
  assert.ok(await sessionOf(elsewhere, token));
  await signOut(world, token);
  elsewhere.pass(3_000);
  assert.equal(await sessionOf(elsewhere, token), null);
});

test("a new password ends the other sessions and wants the old one", async () => {
  const { id, input: given } = await newAgent();
  const [mine, other] = [await enter(given.email), await enter(given.email)];
  const who = asAgentActor((await agentById(world.db, id)) ?? assert.fail());
  assert.equal(
    refusedWith(await changePassword(world, who, { current: "wrong", next: "another good password", token: mine })),
    "wrongCredentials",
  );
  assert.equal(
    refusedWith(await changePassword(world, who, { current: password, next: "kurz", token: mine })),
    "passwordTooWeak",
  );
  done(await changePassword(world, who, { current: password, next: "another good password", token: mine }));
  assert.ok(await known(mine));
  assert.equal(await known(other), null);
  for (let i = 0; i < 5; i += 1)
    await changePassword(world, who, { current: "guess", next: "another good password", token: mine });
  assert.equal(
    refusedWith(await changePassword(world, who, { current: "another good password", next: password, token: mine })),
    "tooManyAttempts",
    "an open desk is no place to guess from",
  );
});

test("agents: unique, in teams that exist, and one admin always stays", async () => {
  const { id, input: given } = await newAgent();
  assert.equal(refusedWith(await createAgent(world, system, input({ handle: given.handle }))), "nameTaken");
  assert.equal(
    refusedWith(await createAgent(world, system, input({ email: given.email.toLowerCase() }))),
    "addressTaken",
  );
  assert.equal(refusedWith(await createAgent(world, system, input({ password: null }))), "passwordTooWeak");
  assert.equal(
    refusedWith(await createAgent(world, system, input({ teamIds: [world.newId() as TeamId] }))),
    "unknownTeam",
  );
  const team = done(await createTeam(world, system, "Technik"));
  assert.equal(refusedWith(await createTeam(world, system, "Technik")), "nameTaken");
  const changed = done(await changeAgent(world, system, id, { ...given, password: null, teamIds: [team.id, team.id] }));
  agentShape.parse(changed);
  assert.deepEqual(changed.teamIds, [team.id]);
  assert.deepEqual(done(await changeAgent(world, system, id, { ...given, password: null, teamIds: [] })).teamIds, []);
  assert.equal((await agentByEmail(world.db, given.email))?.id, id);
  assert.deepEqual(
    (await agentsByHandles(world.db, [given.handle.toUpperCase(), "nobody"])).map((one) => one.id),
    [id],
  );

  const admins = await Promise.all([newAgent({ role: "admin" }), newAgent({ role: "admin" })]);
  const demoted = await Promise.all(
    admins.map((one) => changeAgent(world, system, one.id, { ...one.input, password: null, role: "agent" })),
  );
  assert.deepEqual(
    demoted.map(refusedWith).filter((refusal) => refusal !== null),
    ["notAllowed"],
    "two at once cannot each be the last but one",
  );
});

test("checking a session that is remembered costs less than 0.2 ms", async () => {
  const { input: given } = await newAgent();
  const token = await enter(given.email);
  await known(token);
  const before = process.cpuUsage();
  for (let i = 0; i < 2_000; i += 1) await sessionOf(world, token);
  const { user, system: kernel } = process.cpuUsage(before);
  assert.ok((user + kernel) / 2_000 < 200, `${(user + kernel) / 2_000} µs`);
});
