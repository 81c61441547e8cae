// What running flows want done outside, and when they have rested: claimed by any process under a lease, told once. Called by server/flow-effects.ts and server/jobs.ts.
import type { FlowInput, FlowOutcome } from "#contract/flow-runs.ts";
import type { FlowRunId } from "#contract/ids.ts";
import { mayMailStranger } from "#modules/concerns/actions-code-mail.ts";
import { normalise } from "#modules/customers/model.ts";
import { advance, asHelper, holdRun } from "#modules/flows/actions-running.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import type { RunRecord, Told } from "#modules/flows/model-runs.ts";
import {
  claimEffects,
  endCode,
  endEffect,
  forgetCodes,
  forgetPassed,
  forgetRuns,
  holdsEffect,
  isResting,
  keepCode,
  renewEffects,
  restingRuns,
  runById,
  takeTry,
  type ClaimedEffect,
} from "#modules/flows/store-running.ts";
import { sameText } from "#platform/secret.ts";
import type { World } from "#platform/world.ts";

/** An effect in the hands of whoever claimed it, by the token of its lease. */
export interface Claim extends ClaimedEffect {
  readonly lease: string;
}

/** Takes what is due. What is not told of by the end of its lease is given again: after a kill too. */
export const claimDue = async (
  world: Pick<World, "db" | "now" | "newId">,
  claim: { readonly leaseMs: number; readonly limit: number },
): Promise<Claim[]> => {
  const lease = world.newId();
  const now = world.now();
  const until = new Date(now.getTime() + claim.leaseMs).toISOString();
  const rows = await claimEffects(world.db, { now: now.toISOString(), until, lease, limit: claim.limit });
  return rows.map((row) => ({ ...row, lease }));
};

/** Keeps what is in hand: it is given to nobody else for so long from now. */
export const keepClaims = async (
  world: Pick<World, "db" | "now">,
  claims: readonly Claim[],
  leaseMs: number,
): Promise<void> => {
  const leases = [...new Set(claims.map(({ lease }) => lease))];
  if (leases.length > 0) await renewEffects(world.db, leases, new Date(world.now().getTime() + leaseMs).toISOString());
};

/**
 * Tells what an effect came to, once: whoever lost its lease tells nothing (null), and a run that went on meanwhile takes no notice.
 */
export const tellOutcome = (world: FlowWorld, claim: Claim, outcome: FlowOutcome): Promise<Told | null> =>
  world.db.transaction(async (tx) => {
    const held = await holdRun(tx, claim.runId);
    if (held === null || !(await endEffect(tx, claim.runId, claim.number, claim.lease))) return null;
    return advance(world, tx, asHelper(held.run), held, { kind: "outcome", effect: claim.number, outcome }, null);
  });

/** It takes longer than a moment: the customer is told so. */
export const tellSlow = (world: FlowWorld, claim: Claim): Promise<Told | null> =>
  world.db.transaction(async (tx) => {
    const held = await holdRun(tx, claim.runId);
    if (held === null || !(await holdsEffect(tx, claim.runId, claim.number, claim.lease))) return null;
    return advance(world, tx, asHelper(held.run), held, { kind: "slow", effect: claim.number }, null);
  });

/** Tells runs that nothing was said in them for so long; says how many were told. One that fails keeps the others from nothing. */
export const tellRested = async (world: FlowWorld, limit: number): Promise<number> => {
  let told = 0;
  let failure: Error | null = null;
  for (const runId of await restingRuns(world.db, world.now().toISOString(), limit))
    try {
      told += await world.db.transaction(async (tx) => {
        const held = await holdRun(tx, runId);
        if (held === null || !(await isResting(tx, runId, world.now().toISOString()))) return 0;
        await advance(world, tx, asHelper(held.run), held, { kind: "rested" }, null);
        return 1;
      });
    } catch (error) {
      failure ??= error instanceof Error ? error : new Error("a run could not be told", { cause: error });
    }
  if (failure !== null) throw failure;
  return told;
};

/** How long a code holds, and how often it may be tried. */
const codeMs = 10 * 60_000;
const mostTries = 5;
const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** Six digits that nobody can know who has not the centre's secret: the same at each try to mail them. */
const digitsOf = (world: Pick<World, "mac">, claim: Pick<Claim, "runId" | "number">, email: string): string => {
  let number = 0n;
  for (const letter of world.mac("flow-code", `${claim.runId}\n${claim.number}\n${email}`).slice(0, 24))
    number = number * 32n + BigInt(Math.max(0, alphabet.indexOf(letter)));
  return String(number % 1_000_000n).padStart(6, "0");
};

const hashOf = (world: Pick<World, "mac">, runId: FlowRunId, email: string, code: string): string =>
  world.mac("flow-code-hash", `${runId}\n${email}\n${code}`);

/**
 * Makes the code that is mailed for an effect and keeps it in place of the one before. Null: no mail goes there (no address, ours, an agent's, one that sends mail back, one that has had
 * enough); whoever asked hears the same.
 */
export const makeCode = (
  world: FlowWorld,
  claim: Claim,
  given: string,
): Promise<{ readonly code: string; readonly run: RunRecord } | null> =>
  world.db.transaction(async (tx) => {
    const run = await runById(tx, claim.runId);
    const email = normalise("email", given);
    if (run === null || email === null) return null;
    const code = digitsOf(world, claim, email);
    const nowMs = world.now().getTime();
    await keepCode(tx, {
      runId: claim.runId,
      email,
      codeHash: hashOf(world, claim.runId, email, code),
      tries: mostTries,
      at: new Date(nowMs).toISOString(),
      expiresAt: new Date(nowMs + codeMs).toISOString(),
    });
    return (await mayMailStranger(world, tx, email)) ? { code, run } : null;
  });

/** May a mail with a link go there? Counts it. */
export const mayMailLink = (world: FlowWorld, claim: Claim, given: string): Promise<RunRecord | null> =>
  world.db.transaction(async (tx) => {
    const run = await runById(tx, claim.runId);
    const email = normalise("email", given);
    return run !== null && email !== null && (await mayMailStranger(world, tx, email)) ? run : null;
  });

/** Tries the code that somebody said and tells what that came to, in one transaction: a kill between the two takes no try away, and no code that was right. */
export const tellCode = (
  world: FlowWorld,
  claim: Claim & { readonly what: { readonly do: "tryCode" } },
): Promise<Told | null> =>
  world.db.transaction(async (tx) => {
    const held = await holdRun(tx, claim.runId);
    if (held === null || !(await endEffect(tx, claim.runId, claim.number, claim.lease))) return null;
    const email = normalise("email", claim.what.email) ?? "";
    const tried = await takeTry(tx, claim.runId, email, world.now().toISOString());
    const right = tried !== null && sameText(tried.codeHash, hashOf(world, claim.runId, email, claim.what.code));
    if (right) await endCode(tx, claim.runId);
    const became = right ? "verified" : tried !== null && tried.left > 0 ? "wrong" : "over";
    const run = right ? { ...held.run, verified: email } : held.run;
    const input: FlowInput = { kind: "outcome", effect: claim.number, outcome: { of: "tryCode", became } };
    return advance(world, tx, asHelper(run), { ...held, run }, input, null);
  });

const dayMs = 24 * 3_600_000;
/** What was said in runs that are no concerns, and the numbers of ways taken, are kept for so long. */
const keptDays = 30;
const numbersDays = 366;

/** Forgets what nobody needs any more; says how many dialogues. */
export const forgetOldRuns = async (world: Pick<World, "db" | "now">): Promise<number> => {
  const nowMs = world.now().getTime();
  const ago = (days: number): string => new Date(nowMs - days * dayMs).toISOString();
  await forgetPassed(world.db, ago(numbersDays));
  await forgetCodes(world.db, ago(0));
  let forgotten = 0;
  for (;;) {
    const some = await world.db.transaction((tx) => forgetRuns(tx, ago(keptDays), ago(0), 500));
    forgotten += some;
    if (some < 500) return forgotten;
  }
};
