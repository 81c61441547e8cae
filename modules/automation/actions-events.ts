// What rules do about an entry of the log. Called by automation/reactions.ts, at least once for each entry; each rule acts once.
import type { AnyEvent } from "#contract/events.ts";
import { rule, type RulingWorld } from "#modules/automation/actions-acting.ts";
import type { Done } from "#modules/automation/actions-doing.ts";
import { arm, sweepServiceTime } from "#modules/automation/actions-timers.ts";
import { aboutOf, answers, concerns, deedOf, happeningsOf } from "#modules/automation/model.ts";
import { rulesOf } from "#modules/automation/store.ts";
import { tagsBefore } from "#modules/audit/reads.ts";
import { holdAnswers, lockForRule } from "#modules/concerns/actions-ruled.ts";
import type { MessageId } from "#contract/ids.ts";
import type { Tx } from "#platform/db/db.ts";

/** How often a rule may break, by a fault of ours, at one entry before it is passed over there. */
const mostBroken = 3;

/** What broke in this process: how often which rule at which entry. */
const brokenAt = new Map<string, number>();

/**
 * Takes an entry through the rules, and winds the timers of those that wait for time. A rule that breaks is tried again with the whole entry, and after three
 * times passed over and noted as failed: it holds up nothing.
 */
export const actOn = async (world: RulingWorld, tx: Tx, event: AnyEvent): Promise<void> => {
  const rules = (await rulesOf(tx)).filter(({ on }) => on);
  if (rules.length === 0) return;
  if (event.kind === "hours.changed") return sweepServiceTime(tx, rules);
  const { concernId } = event;
  if (concernId === null || event.brandId === null) return;
  const happened = await happenedBy(tx, event);
  const acts = concerns(rules, happened);
  const waits = rules.some(({ when }) => when.by === "time");
  if (!acts && !waits) return;
  if (acts && rules.some(answers)) await holdAnswers(tx, { id: concernId, brandId: event.brandId });
  const state = await lockForRule(tx, concernId);
  if (state === null) return;
  const { state: after } = acts
    ? await rule(
        world,
        tx,
        {
          rules,
          state,
          happened,
          only: null,
          by: event.actor.kind === "agent" || event.actor.kind === "customer" ? event.actor.kind : "program",
          messageId: messageOf(event),
          deed: deedOf(event),
          about: aboutOf(event),
        },
        (one, attempt) => unbroken(`${event.seq} ${one.id}`, attempt),
      )
    : { state };
  if (waits) await arm(world, tx, after, rules);
};

/** A tag that goes is none that is added. */
const happenedBy = async (tx: Tx, event: AnyEvent): Promise<ReturnType<typeof happeningsOf>> => {
  const happened = happeningsOf(event);
  if (event.kind !== "concern.changed" || !happened.includes("tags") || event.concernId === null) return happened;
  const before = (await tagsBefore(tx, event.concernId, event.seq)) ?? [];
  return event.data.patch.tags?.some((tag) => !before.includes(tag)) === true
    ? happened
    : happened.filter((one) => one !== "tags");
};

const messageOf = (event: AnyEvent): MessageId | null =>
  event.kind === "message.added"
    ? event.data.message.id
    : event.kind === "message.scheduled"
      ? event.data.messageId
      : null;

/** Lets what breaks break the transaction, so that nothing of it stays; but not for ever. */
const unbroken = async (key: string, attempt: () => Promise<Done>): Promise<Done | "broken"> => {
  const times = brokenAt.get(key) ?? 0;
  if (times >= mostBroken) return "broken";
  try {
    const done = await attempt();
    brokenAt.delete(key);
    return done;
  } catch (error) {
    if (!isPassing(error)) {
      if (brokenAt.size > 1_000) brokenAt.clear();
      brokenAt.set(key, times + 1);
    }
    throw error;
  }
};

/** The database is away, or the transaction has to be tried again: no fault of the rule. By PostgreSQL's classes of errors (08, 40, 53, 57) and Node's own. */
const isPassing = (error: unknown): boolean => {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  return (
    /^(?:08|40|53|57)...$/.test(code) ||
    /^E[A-Z]+$/.test(code) ||
    (code === "" && /connect|terminat|away|closed/i.test(String(error)))
  );
};
