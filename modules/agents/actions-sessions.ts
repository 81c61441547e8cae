// Sign-in, sign-out and the check of every call. Called by agents/routes.ts, and `sessionOf` by platform/http and server/live through server/app.ts.
import type { AgentActor } from "#contract/actor.ts";
import { system } from "#contract/actor.ts";
import type { Me } from "#contract/agents.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { AgentId, BrandId } from "#contract/ids.ts";
import { begin, tryAgain, tryFrom, wasGood } from "#modules/agents/actions-brake.ts";
import { firstPreferences, idleMs, longestMs, normalEmail } from "#modules/agents/model.ts";
import { asAgentActor, type AgentRecord } from "#modules/agents/reads.ts";
import {
  anySession,
  deleteOldSessions,
  deleteSession,
  insertSession,
  sessionByHash,
  touchSession,
} from "#modules/agents/store-sessions.ts";
import { agentById, asAgent, passwordOf, setPassword } from "#modules/agents/store.ts";
import { say } from "#modules/audit/actions.ts";
import { hashPassword, verifyPassword } from "#platform/auth/password.ts";
import { csrfToken, isSessionToken, newSession, sessionHash } from "#platform/auth/session.ts";
import type { Db } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "wake" | "mac">;

const minuteMs = 60_000;

/** Who is signed in, and what their page must send back in X-Csrf. */
export interface SignedIn {
  readonly who: AgentActor;
  readonly csrf: string;
}

interface Known extends SignedIn {
  readonly expiresAtMs: number;
  readonly checkedAtMs: number;
}

/** What this process remembers of one database's sessions; the truth is the table. */
interface Memory {
  readonly sessions: Map<string, Known>;
}
const memories = new WeakMap<Db, Memory>();
const memoryOf = (db: Db): Memory => {
  const memory = memories.get(db) ?? { sessions: new Map<string, Known>() };
  memories.set(db, memory);
  return memory;
};

/** A session that was looked up is believed this long. What ends one in this process ends it at once; in another, after this time at most. */
const believedMs = 3_000;
const mostRemembered = 5_000;

/** The signed-in agent as the desk sees itself. */
export const asMe = (world: Pick<World, "mac">, record: AgentRecord, token: string): Me => ({
  agent: asAgent(record),
  email: record.email,
  brandIds: [...record.brandIds],
  // Somebody who chose before there was this much to choose keeps the beginning of the rest.
  preferences: { ...firstPreferences(record.preferences.language), ...record.preferences },
  csrf: csrfToken(world.mac, token),
});

/**
 * Begins a session. Wrong name, wrong password and no access any more are one answer after the same work. Refuses with tooManyAttempts
 * (facts.seconds) while the brake holds. A session the caller already had is ended: the token always changes with the sign-in.
 */
export const signIn = async (
  world: Acting,
  input: {
    readonly email: string;
    readonly password: string;
    readonly remoteIp: string;
    readonly token: string | null;
  },
): Promise<{ me: Me; token: string } | Refusal> => {
  const memory = memoryOf(world.db);
  const email = normalEmail(input.email);
  const trying = tryFrom(world, email, input.remoteIp);
  const now = world.now();
  const begun = await begin(world, trying);
  if (begun.waitMs > 0) return refuse("tooManyAttempts", { seconds: Math.ceil(begun.waitMs / 1000) });
  const known = await passwordOf(world.db, email);
  const verdict = await verifyPassword(known?.password ?? null, input.password);
  if (known === null || !verdict.ok || !known.active) {
    await world.db.transaction((tx) =>
      say(world, tx, system, [{ kind: "session.refused", data: { reason: "wrongCredentials" } }]),
    );
    return refuse("wrongCredentials");
  }
  await wasGood(world, trying, begun);
  const rehashed = verdict.rehash ? await hashPassword(input.password) : null;
  const session = newSession();
  const record = await world.db.transaction(async (tx) => {
    const found = await agentById(tx, known.id);
    if (!found?.active) return null;
    if (rehashed !== null) await setPassword(tx, found.id, rehashed);
    if (input.token !== null && isSessionToken(input.token)) await deleteSession(tx, sessionHash(input.token));
    const at = now.getTime();
    await insertSession(tx, {
      hash: session.hash,
      agentId: found.id,
      at: iso(at),
      expiresAt: iso(at + longestMs),
      idleSince: iso(at - idleMs),
    });
    await say(world, tx, asAgentActor(found), [{ kind: "session.began", data: { agentId: found.id } }]);
    return found;
  });
  if (record === null) return refuse("wrongCredentials");
  if (input.token !== null) memory.sessions.delete(sessionHash(input.token));
  return { me: asMe(world, record, session.token), token: session.token };
};

/** Ends a session; one that is over already is ended too. */
export const signOut = async (world: Pick<World, "db">, token: string): Promise<void> => {
  const hash = sessionHash(token);
  await deleteSession(world.db, hash);
  memoryOf(world.db).sessions.delete(hash);
};

/** Brands of an agent who is signed in anywhere (none: all of them), null: they are not. Asked where no cookie comes along, of whoever an address was made for. */
export const brandsOfSignedIn = async (
  world: Pick<World, "db" | "now">,
  agentId: string,
): Promise<readonly BrandId[] | null> => {
  const nowMs = world.now().getTime();
  return (await anySession(world.db, agentId, iso(nowMs), iso(nowMs - idleMs)))?.brandIds ?? null;
};

/** Who calls with this token; null when the session is unknown, idle for 12 hours, 30 days old, or its agent has no access any more. Remembered for 3 seconds. */
export const sessionOf = async (world: Pick<World, "db" | "now" | "mac">, token: string): Promise<SignedIn | null> => {
  if (!isSessionToken(token)) return null;
  const { sessions } = memoryOf(world.db);
  const hash = sessionHash(token);
  const nowMs = world.now().getTime();
  const known = sessions.get(hash);
  if (known && nowMs - known.checkedAtMs < believedMs && nowMs >= known.checkedAtMs && known.expiresAtMs > nowMs)
    return known;
  const row = await sessionByHash(world.db, hash, iso(nowMs), iso(nowMs - idleMs));
  if (row === null) {
    sessions.delete(hash);
    return null;
  }
  const who: AgentActor = { kind: "agent", id: row.agentId, name: row.name, role: row.role, brandIds: row.brandIds };
  if (nowMs - Date.parse(row.seenAt) > minuteMs) await touchSession(world.db, hash, iso(nowMs));
  if (sessions.size >= mostRemembered) sessions.clear();
  const signedIn = { who, csrf: csrfToken(world.mac, token) };
  sessions.set(hash, { ...signedIn, expiresAtMs: Date.parse(row.expiresAt), checkedAtMs: nowMs });
  return signedIn;
};

/**
 * Checks a password that a signed-in agent types again, behind the same brake as sign-in: an open desk is no place to guess from.
 * Refuses with tooManyAttempts or wrongCredentials; null: it fits.
 */
export const checkPassword = async (
  world: Pick<World, "db" | "now" | "mac">,
  record: Pick<AgentRecord, "id" | "email">,
  password: string,
): Promise<Refusal | null> => {
  const trying = tryAgain(world, record.id);
  const begun = await begin(world, trying);
  if (begun.waitMs > 0) return refuse("tooManyAttempts", { seconds: Math.ceil(begun.waitMs / 1000) });
  const known = await passwordOf(world.db, record.email);
  const { ok } = await verifyPassword(known?.password ?? null, password);
  if (!ok) return refuse("wrongCredentials", {}, "current");
  await wasGood(world, trying, begun);
  return null;
};

/** Removes sessions that are over from the table; says how many. */
export const removeOldSessions = (world: Pick<World, "db" | "now">): Promise<number> => {
  const nowMs = world.now().getTime();
  return deleteOldSessions(world.db, iso(nowMs), iso(nowMs - idleMs));
};

/** Forgets what is remembered of an agent's sessions, so that the next call asks the table. The server calls it when an agent.changed event arrives. */
export const forgetSessions = (world: Pick<World, "db">, agentId: AgentId): void => {
  const { sessions } = memoryOf(world.db);
  for (const [hash, known] of sessions) if (known.who.id === agentId) sessions.delete(hash);
};

const iso = (ms: number): string => new Date(ms).toISOString();
