// Macros: what people keep to do in one step, and the doing. Called by automation/routes.ts and the demo world.
import type { AgentActor } from "#contract/actor.ts";
import type { Macro, MacroInput } from "#contract/automation.ts";
import type { ConcernRow } from "#contract/concerns.ts";
import { isRefusal, refuse, type ErrorCode, type Refusal } from "#contract/errors.ts";
import type { ConcernId, MacroId, MessageId } from "#contract/ids.ts";
import { storable } from "#lib/text.ts";
import { allTeams, teamsFor } from "#modules/agents/reads.ts";
import { say } from "#modules/audit/actions.ts";
import { perform } from "#modules/automation/actions-doing.ts";
import type { RulingWorld } from "#modules/automation/actions-acting.ts";
import { mayChange, mayShare, mayUse } from "#modules/automation/policy.ts";
import { asMacro } from "#modules/automation/reads-macros.ts";
import {
  countLike,
  lockMacro,
  macroById,
  putMacro,
  removeMacroRow,
  type MacroRow,
} from "#modules/automation/store-macros.ts";
import { each, onceUnder, openKey } from "#modules/concerns/actions-many.ts";
import { rowOf } from "#modules/concerns/model.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "wake">;

/** Enough for anybody to find their way: own ones, and those of each team and of everybody. */
const mostMacros = 100;

/** Keeps a macro. Refuses notAllowed (for others only who supervises), unknownTeam, tooManyMacros. */
export const createMacro = (world: Acting, who: AgentActor, input: MacroInput): Promise<Macro | Refusal> =>
  world.db.transaction(async (tx) => keep(world, tx, who, null, rowFrom(world.newId() as MacroId, who, input, 1)));

/** Changes a macro. Refuses what `createMacro` refuses, notFound for one this agent may not use, and staleVersion when somebody else has changed it since. */
export const changeMacro = (
  world: Acting,
  who: AgentActor,
  id: MacroId,
  { version, ...input }: MacroInput & { readonly version: number },
): Promise<Macro | Refusal> =>
  world.db.transaction(async (tx) => {
    const before = await changeable(tx, who, id);
    if (isRefusal(before)) return before;
    if (before.version !== version) return refuse("staleVersion");
    const made = rowFrom(id, who, input, version + 1);
    // Who makes a shared one their own has it; else it stays its maker's.
    return keep(world, tx, who, before, input.share.with === "me" ? made : { ...made, agentId: before.agentId });
  });

/** Takes a macro away. */
export const removeMacro = (world: Acting, who: AgentActor, id: MacroId): Promise<{ done: true } | Refusal> =>
  world.db.transaction(async (tx) => {
    const before = await changeable(tx, who, id);
    if (isRefusal(before)) return before;
    await removeMacroRow(tx, id);
    await tell(world, tx, who, [before]);
    return { done: true };
  });

const keep = async (
  world: Acting,
  tx: Tx,
  who: AgentActor,
  before: MacroRow | null,
  row: MacroRow,
): Promise<Macro | Refusal> => {
  const shared = isShared(row) || (before !== null && isShared(before));
  if (shared && !mayShare(who)) return refuse("notAllowed");
  if (row.teamId !== null && !(await allTeams(tx)).some(({ id }) => id === row.teamId))
    return refuse("unknownTeam", undefined, "share.teamId");
  if ((await countLike(tx, row)) >= mostMacros) return refuse("tooManyMacros", { most: mostMacros });
  await putMacro(tx, row);
  await tell(world, tx, who, before === null ? [row] : [before, row]);
  return asMacro(who, row);
};

const isShared = ({ teamId, forEverybody }: MacroRow): boolean => forEverybody || teamId !== null;

const changeable = async (tx: Tx, who: AgentActor, id: MacroId): Promise<MacroRow | Refusal> => {
  const row = await lockMacro(tx, id);
  const teamIds = (await teamsFor(tx, who)).map((team) => team.id);
  if (row === null || !mayUse(who, teamIds, row)) return refuse("notFound");
  return mayChange(who, row) ? row : refuse("notAllowed");
};

const rowFrom = (
  id: MacroId,
  who: AgentActor,
  { name, key, share, actions }: MacroInput,
  version: number,
): MacroRow => ({
  id,
  agentId: who.id,
  teamId: share.with === "team" ? share.teamId : null,
  forEverybody: share.with === "everybody",
  name: storable(name).trim() || "–",
  key,
  actions,
  version,
});

const tell = (world: Acting, tx: Tx, who: AgentActor, rows: readonly MacroRow[]): Promise<void> =>
  say(world, tx, who, [{ kind: "macro.changed", data: { agentId: who.id, shared: rows.some(isShared) } }]);

/** What came of a macro. What could not be done of it in a concern stands there beside what could. */
export interface MacroOutcome {
  readonly changed: ConcernRow[];
  readonly refused: { id: ConcernId; code: ErrorCode; facts: Record<string, string | number> }[];
  /** Answers that can still be taken back. */
  readonly sent: MessageId[];
}

/**
 * Does what a macro says to each of these concerns, in a transaction of its own and once under the key, however often it is sent; `undoMany` takes back what is
 * taken back of changes to many. Refuses notFound for a macro this agent may not use, and what `openKey` refuses.
 */
export const runMacro = async (
  world: RulingWorld,
  who: AgentActor,
  input: { readonly id: MacroId; readonly key: string; readonly ids: readonly ConcernId[] },
): Promise<MacroOutcome | Refusal> => {
  const macro = await macroById(world.db, input.id);
  const teamIds = (await teamsFor(world.db, who)).map(({ id }) => id);
  if (macro === null || !mayUse(who, teamIds, macro)) return refuse("notFound");
  const { key } = input;
  const ids = [...new Set(input.ids)];
  const wrong = await openKey(world, who, { key, ids, wanted: { macroId: macro.id } });
  if (wrong !== null) return wrong;
  const refused: MacroOutcome["refused"] = [];
  const sent: MessageId[] = [];
  const outcome = await each(ids, async (id) => {
    // What a transaction that was tried again had found is forgotten.
    const found: { refused: MacroOutcome["refused"]; sent: readonly MessageId[] } = { refused: [], sent: [] };
    const state = await onceUnder(world, who, { key, id }, async (tx, before) => {
      const done = await perform(
        world,
        tx,
        { who, undoMs: world.undoMs, mayAnswer: () => Promise.resolve(true) },
        before,
        macro.actions,
      );
      found.refused = done.deeds.flatMap((one) => (one.refused === null ? [] : [{ id, ...one.refused }]));
      found.sent = done.sent;
      if (done.deeds.length === 0) return before;
      await say(world, tx, who, [
        {
          kind: "automation.ran",
          brandId: before.brandId,
          concernId: id,
          customerId: before.customerId,
          data: {
            by: { kind: "macro", macroId: macro.id, name: macro.name },
            deeds: [...done.deeds],
            agentIds: [...done.agentIds],
          },
        },
      ]);
      // Another object also where only something beside the row was done: then it is not done again under this key.
      return done.state === before ? { ...before } : done.state;
    });
    refused.push(...found.refused);
    sent.push(...found.sent);
    return state;
  });
  if (isRefusal(outcome)) return outcome;
  return {
    changed: outcome.changed.map(rowOf),
    refused: [...outcome.refused.map((one) => ({ ...one, facts: { ...one.facts } })), ...refused],
    sent,
  };
};
