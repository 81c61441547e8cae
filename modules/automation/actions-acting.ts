// Takes what happened to one concern through the rules and does what those say that fit, in the transaction at hand. Called by automation/actions-events.ts and
// automation/actions-timers.ts.
import type { Who } from "#contract/actor.ts";
import type { AutomationRule, Cause, Condition, Happening } from "#contract/automation.ts";
import type { AutomationRuleId, MessageId } from "#contract/ids.ts";
import { say } from "#modules/audit/actions.ts";
import { actedAfter, lastSeqOf } from "#modules/audit/reads.ts";
import { perform, type Done } from "#modules/automation/actions-doing.ts";
import { happeningsBetween, heldBy, through, type Facts, type Parents } from "#modules/automation/model.ts";
import { answeredSince, hasRun, insertRun, lastRunAfter } from "#modules/automation/store.ts";
import { allTopics } from "#modules/brands/reads.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import { fieldValuesOf, spokenWords } from "#modules/concerns/reads-ruled.ts";
import { customerById } from "#modules/customers/reads.ts";
import { openAt } from "#modules/hours/model.ts";
import { allHours, hoursOf } from "#modules/hours/reads.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** What a rule needs beside the world: how long an answer is held so that it can be taken back. */
export type RulingWorld = World & { readonly undoMs: number };

/** What happened to a concern that is locked. */
export interface Ruled {
  readonly rules: readonly AutomationRule[];
  readonly state: ConcernState;
  readonly happened: readonly Happening[];
  /** Time has set this rule off. */
  readonly only: AutomationRuleId | null;
  readonly by: Facts["by"];
  readonly messageId: MessageId | null;
  /** One deed of somebody sets a rule off once, however many entries speak of it. */
  readonly deed: string;
  readonly about: string;
}

const dayMs = 24 * 3_600_000;

/** Does it, each rule at most once for the deed. `skip`: rules that are only noted as failed, because they broke before. Gives the concern as it is then, and which rules acted. */
export const rule = async (
  world: RulingWorld,
  tx: Tx,
  ruled: Ruled,
  broken: (rule: AutomationRule, attempt: () => Promise<Done>) => Promise<Done | "broken">,
): Promise<{ readonly state: ConcernState; readonly acted: readonly AutomationRuleId[] }> => {
  const { rules, by, deed, about } = ruled;
  const [facts, topics, seq] = await Promise.all([
    factsOf(world, tx, ruled),
    allTopics(tx),
    lastSeqOf(tx, ruled.state.id),
  ]);
  const parents: Parents = new Map(topics.map(({ id, parentId }) => [id, parentId]));
  const acted: AutomationRuleId[] = [];
  const at = world.now().toISOString();
  const state = await through(
    rules,
    { happened: ruled.happened, only: ruled.only, state: ruled.state },
    async (one, cause, now) => {
      const held = heldBy(one, { ...facts, row: now }, parents);
      if (held === null || (await hasRun(tx, now.id, one.id, deed)) || (await isSpent(tx, one, now, by, about)))
        return null;
      const who: Who = { kind: "helper", id: one.id, name: one.name };
      const since = new Date(Date.parse(at) - dayMs).toISOString();
      const mayAnswer = async (): Promise<boolean> => !(await answeredSince(tx, now.id, one.id, since));
      const came = await broken(one, () =>
        perform(world, tx, { who, undoMs: world.undoMs, mayAnswer }, now, one.actions),
      );
      const done: Done = came === "broken" ? failed(one, now) : came;
      acted.push(one.id);
      // What changed nothing is not worth a word, but it ends what is below where it says so.
      if (done.deeds.length > 0) {
        await insertRun(tx, {
          id: world.newId(),
          ruleId: one.id,
          concernId: now.id,
          deed,
          cause,
          about,
          afterSeq: seq,
          at,
          deeds: done.deeds,
          answered: done.spoke.out,
        });
        await say(world, tx, who, [told(one, cause, held, now, done)]);
      }
      return { state: done.state, happened: happeningsBetween(now, done.state, done.spoke), stops: done.stops };
    },
  );
  return { state, acted };
};

/** A rule that broke, as a fault of ours does: none of it was done. */
const failed = (one: AutomationRule, state: ConcernState): Done => ({
  state,
  deeds: one.actions.map((action) => ({ action, refused: { code: "internal", facts: {} } })),
  agentIds: [],
  sent: [],
  spoke: { note: false, out: false },
  stops: false,
});

const told = (
  { id, name }: AutomationRule,
  cause: Cause,
  held: readonly Condition[],
  state: ConcernState,
  { deeds, agentIds }: Done,
) => ({
  kind: "automation.ran" as const,
  brandId: state.brandId,
  concernId: state.id,
  customerId: state.customerId,
  data: {
    by: { kind: "rule" as const, ruleId: id, name, cause, conditions: [...held] },
    deeds: [...deeds],
    agentIds: [...agentIds],
  },
});

/**
 * What the program does by itself (a snooze that ends, a promise that comes near, time that has passed) may follow from what a rule did. So it sets each rule
 * off once, for each promise, until a person has done something about the concern again.
 */
const isSpent = async (
  tx: Tx,
  { id }: AutomationRule,
  state: ConcernState,
  by: Facts["by"],
  about: string,
): Promise<boolean> => {
  if (by !== "program") return false;
  const last = await lastRunAfter(tx, state.id, id, about);
  return last !== null && !(await actedAfter(tx, state.id, last));
};

/** Only what some condition asks is looked up. */
const factsOf = async (world: World, tx: Tx, { rules, state, by, messageId }: Ruled): Promise<Omit<Facts, "row">> => {
  const asked = new Set(
    rules
      .filter(({ on }) => on)
      .flatMap(({ all, any }) => [...all, ...any])
      .map(({ what }) => what),
  );
  const asks = (...whats: Condition["what"][]): boolean => whats.some((what) => asked.has(what));
  const [message, fields, customer, hours] = await Promise.all([
    asks("words", "sure", "machine") ? spokenWords(tx, state.id, messageId) : null,
    asks("field") ? fieldValuesOf(tx, state.id) : {},
    asks("field", "organisation", "language") ? customerById(tx, state.customerId, null) : null,
    asks("open") ? allHours(tx) : [],
  ]);
  const own = hoursOf(hours, { id: "", brandId: state.brandId });
  return {
    fields,
    customer: {
      language: customer?.language ?? null,
      organisation: customer?.organisation?.name ?? null,
      tierId: state.tierId,
      fields: customer?.fields ?? {},
    },
    message,
    isOpen: own === null || openAt(own, world.now()),
    by,
  };
};
