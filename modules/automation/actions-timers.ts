// Rules that wait for time: winding their timers with what happens to a concern, looking through what was there before, and acting when it is time. Called by
// automation/actions-events.ts and server/jobs.ts, there on one node at a time; on several each thing would happen once all the same.
import type { AutomationRule, Stretch } from "#contract/automation.ts";
import type { AutomationRuleId, ConcernId } from "#contract/ids.ts";
import type { OwnedHours } from "#contract/hours.ts";
import { waitsSince } from "#modules/audit/reads.ts";
import { rule, type RulingWorld } from "#modules/automation/actions-acting.ts";
import { answers } from "#modules/automation/model.ts";
import {
  dropTimers,
  dueTimers,
  lockUnswept,
  putOff,
  putSwept,
  putTimer,
  rulesOf,
  sinces,
  sweepAgain,
  timersOf,
} from "#modules/automation/store.ts";
import { holdAnswers, lockForRule } from "#modules/concerns/actions-ruled.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import { rowById } from "#modules/concerns/reads.ts";
import { concernsIn } from "#modules/concerns/reads-ruled.ts";
import { afterOpen } from "#modules/hours/model.ts";
import { allHours, hoursOf } from "#modules/hours/reads.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

const minuteMs = 60_000;
const dueAtOnce = 100;
const sweptAtOnce = 200;
/** One that broke is tried again after so long. */
const againMs = 5 * minuteMs;

type Timed = AutomationRule & { readonly when: Extract<AutomationRule["when"], { by: "time" }> };
const isTimed = (one: AutomationRule): one is Timed => one.on && one.when.by === "time";

/** Since when each stretch has lasted in a concern; null: it does not. */
const anchorsOf = async (tx: Tx, state: ConcernState): Promise<Record<Stretch, string | null>> => ({
  customer: state.status === "waiting" ? ((await waitsSince(tx, state.id)) ?? state.lastMessageAt) : null,
  us: state.status === "resolved" || state.status === "closed" ? null : state.waitingSince,
  resolved: state.status === "resolved" ? state.resolvedAt : null,
});

/** When a rule is due that waits since then; null: never within 400 days. */
const dueOf = ({ when }: Timed, hours: readonly OwnedHours[], state: ConcernState, anchor: string): string | null => {
  const own = when.counted === "clock" ? null : hoursOf(hours, { id: "", brandId: state.brandId });
  const due = afterOpen(own, Date.parse(anchor), when.minutes * minuteMs);
  return due === null ? null : new Date(due).toISOString();
};

/** Winds a concern's timers: what begins, what goes on, what has ended. The caller holds the concern's lock. */
export const arm = async (
  world: Pick<World, "now">,
  tx: Tx,
  state: ConcernState,
  rules: readonly AutomationRule[],
): Promise<void> => {
  const timed = rules.filter(isTimed);
  const [anchors, hours, kept, begun] = await Promise.all([
    anchorsOf(tx, state),
    timed.some(({ when }) => when.counted === "service") ? allHours(tx) : [],
    timersOf(tx, state.id),
    sinces(tx),
  ]);
  const now = world.now().toISOString();
  const ended: AutomationRuleId[] = [];
  for (const one of timed) {
    const before = kept.find(({ ruleId }) => ruleId === one.id);
    const anchor = anchors[one.when.since];
    const dueAt = anchor === null ? null : dueOf(one, hours, state, anchor);
    if (anchor === null || dueAt === null) {
      if (before !== undefined) ended.push(one.id);
    } else if (before?.anchor !== anchor) {
      const since = begun.find(({ ruleId }) => ruleId === one.id)?.since ?? now;
      const isOld = dueAt < since;
      await putTimer(tx, state.id, {
        ruleId: one.id,
        anchor,
        dueAt: isOld ? null : dueAt,
        state: isOld ? "old" : "waits",
      });
    } else if (before.state === "waits" ? before.dueAt !== dueAt : before.state === "passed")
      // Something has changed: its conditions may hold now.
      await putTimer(tx, state.id, {
        ruleId: one.id,
        anchor,
        dueAt: before.state === "waits" ? dueAt : now,
        state: "waits",
      });
  }
  if (ended.length > 0) await dropTimers(tx, state.id, ended);
};

/** Opening hours are others: what is counted by them is counted anew. */
export const sweepServiceTime = (tx: Tx, rules: readonly AutomationRule[]): Promise<void> =>
  sweepAgain(
    tx,
    rules
      .filter(isTimed)
      .filter(({ when }) => when.counted === "service")
      .map(({ id }) => id),
  );

/** Looks through concerns of before for rules that have begun to wait. Goes on where it was after a kill. Says how many concerns it looked at. */
export const sweepTimers = async (world: World): Promise<number> => {
  let seen = 0;
  for (;;) {
    const some = await world.db.transaction(async (tx) => {
      const next = await lockUnswept(tx);
      if (next === null || next.sweptTo === null) return null;
      const rules = await rulesOf(tx);
      const one = rules.filter(isTimed).find(({ id }) => id === next.ruleId);
      if (one === undefined) {
        await putSwept(tx, next.ruleId, null);
        return 0;
      }
      // Of what was settled longer ago than the rule waits everything is old.
      const from = new Date(Date.parse(next.since) - (one.when.minutes * minuteMs + longestClosedMs)).toISOString();
      const ids = await concernsIn(tx, one.when.since, from, next.sweptTo, sweptAtOnce);
      for (const id of ids) {
        const state = await lockForRule(tx, id);
        if (state !== null) await arm(world, tx, state, [one]);
      }
      await putSwept(tx, next.ruleId, ids.length < sweptAtOnce ? null : (ids.at(-1) as ConcernId));
      return ids.length;
    });
    if (some === null) return seen;
    seen += some;
  }
};

/** Service time may stretch over so long a time on the clock. */
const longestClosedMs = 400 * 24 * 60 * minuteMs;

/**
 * Acts for the rules whose time has come: never before it, and once, because what was done is written down with it. One that breaks holds up no other. Says how
 * many were looked at.
 */
export const actByTime = async (world: RulingWorld): Promise<number> => {
  let seen = 0;
  for (;;) {
    const due = await dueTimers(world.db, world.now().toISOString(), dueAtOnce);
    for (const one of due)
      try {
        await world.db.transaction((tx) => actOne(world, tx, one.ruleId, one.concernId));
      } catch (error) {
        world.log.error("automation.failed", {
          rule: one.ruleId,
          error: error instanceof Error ? error.message : "unknown",
        });
        await putOff(world.db, one, new Date(world.now().getTime() + againMs).toISOString());
      }
    seen += due.length;
    if (due.length < dueAtOnce) return seen;
  }
};

const actOne = async (world: RulingWorld, tx: Tx, ruleId: AutomationRuleId, concernId: ConcernId): Promise<void> => {
  const rules = (await rulesOf(tx)).filter(({ on }) => on);
  const one = rules.filter(isTimed).find(({ id }) => id === ruleId);
  if (one === undefined) return dropTimers(tx, concernId, [ruleId]);
  const row = await rowById(tx, concernId);
  if (row !== null && rules.some(answers)) await holdAnswers(tx, row);
  const state = await lockForRule(tx, concernId);
  if (state === null) return dropTimers(tx, concernId, [ruleId]);
  // By what is so now: hours may be others, and what is in the log already may not have been wound yet.
  await arm(world, tx, state, [one]);
  const timer = (await timersOf(tx, concernId)).find((each) => each.ruleId === ruleId);
  if (timer?.dueAt == null || timer.dueAt > world.now().toISOString()) return;
  const { state: after, acted } = await rule(
    world,
    tx,
    {
      rules,
      state,
      happened: [],
      only: one.id,
      by: "program",
      messageId: null,
      deed: `${one.when.since} ${timer.anchor}`,
      about: "",
    },
    (_one, attempt) => attempt(),
  );
  await putTimer(tx, concernId, { ...timer, dueAt: null, state: acted.includes(one.id) ? "acted" : "passed" });
  await arm(
    world,
    tx,
    after,
    rules.filter(({ id }) => id !== one.id),
  );
};
