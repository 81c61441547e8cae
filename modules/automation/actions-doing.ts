// Does what rules and macros say to a concern that is locked: what can be done is done, what cannot is said. Called by automation/actions-events.ts,
// automation/actions-macros.ts; every change goes through modules/concerns.
import type { AgentActor, Who } from "#contract/actor.ts";
import type { Action, Deed } from "#contract/automation.ts";
import type { Change } from "#contract/concerns.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { AgentId, MessageId } from "#contract/ids.ts";
import { changeFor, filledIn } from "#modules/automation/model.ts";
import { brandById } from "#modules/brands/reads.ts";
import { changeLocked, followLocked, snoozeLocked } from "#modules/concerns/actions-change.ts";
import { answerByMacro, answerByRule, meantBy, noteByRule } from "#modules/concerns/actions-ruled.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import { allHours, hoursOf } from "#modules/hours/reads.ts";
import { afterOpen } from "#modules/hours/model.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** Who does it, and how. `mayAnswer`: a rule says no when it has answered in this concern today. */
export interface Doing {
  readonly who: Who;
  readonly undoMs: number;
  readonly mayAnswer: () => Promise<boolean>;
}

/** What came of it. Actions that changed nothing are no deeds. */
export interface Done {
  readonly state: ConcernState;
  readonly deeds: readonly Deed[];
  /** Who is told. */
  readonly agentIds: readonly AgentId[];
  readonly sent: readonly MessageId[];
  readonly spoke: { readonly note: boolean; readonly out: boolean };
  readonly stops: boolean;
}

/** What one action came to: the concern as it is then; the same object: nothing was to be done. */
interface Outcome {
  readonly state: ConcernState;
  readonly did?: boolean;
  readonly agentIds?: readonly AgentId[];
  readonly sent?: MessageId | null;
}

/** Does the actions in their order. Changes that stand side by side are one, unless it is refused: then each is tried for itself. */
export const perform = async (
  world: World,
  tx: Tx,
  doing: Doing,
  before: ConcernState,
  actions: readonly Action[],
): Promise<Done> => {
  let state = before;
  const deeds: Deed[] = [];
  const agentIds = new Set<AgentId>();
  const sent: MessageId[] = [];
  const spoke = { note: false, out: false };
  const take = (action: Action, outcome: Outcome | Refusal): void => {
    if (isRefusal(outcome)) {
      deeds.push({ action, refused: { code: outcome.refused, facts: { ...outcome.facts } } });
      return;
    }
    if (outcome.state === state && outcome.did !== true) return;
    state = outcome.state;
    deeds.push({ action, refused: null });
    spoke.note ||= action.do === "note";
    spoke.out ||= action.do === "reply";
    for (const id of outcome.agentIds ?? []) agentIds.add(id);
    if (outcome.sent) sent.push(outcome.sent);
  };
  for (const group of grouped(actions, doing.who)) {
    if ("change" in group) {
      const whole = await changeLocked(world, tx, doing.who, state, group.change, null);
      if (!isRefusal(whole)) {
        const was = state;
        state = whole;
        for (const action of group.actions)
          if (moves(was, whole, action, doing.who)) deeds.push({ action, refused: null });
        continue;
      }
      for (const action of group.actions) {
        const alone = changeFor(action, doing.who.kind === "agent" ? doing.who.id : null) as Change;
        const changed = await changeLocked(world, tx, doing.who, state, alone, null);
        take(action, isRefusal(changed) ? changed : { state: changed });
      }
    } else take(group.action, await doOne(world, tx, doing, state, group.action));
  }
  return { state, deeds, agentIds: [...agentIds], sent, spoke, stops: actions.some((one) => one.do === "stop") };
};

type Group = { readonly change: Change; readonly actions: readonly Action[] } | { readonly action: Action };

const grouped = (actions: readonly Action[], who: Who): readonly Group[] => {
  const me = who.kind === "agent" ? who.id : null;
  const groups: Group[] = [];
  for (const action of actions) {
    const wanted = changeFor(action, me) as Change | null;
    const last = groups.at(-1);
    if (wanted === null) groups.push({ action });
    else if (last !== undefined && "change" in last && Object.keys(wanted).every((key) => !(key in last.change)))
      groups[groups.length - 1] = { change: { ...last.change, ...wanted }, actions: [...last.actions, action] };
    else groups.push({ change: wanted, actions: [action] });
  }
  return groups;
};

/** Is something of what the action says otherwise than before? */
const moves = (before: ConcernState, after: ConcernState, action: Action, who: Who): boolean => {
  if (action.do === "addTags" || action.do === "removeTags") {
    const has = (state: ConcernState, tag: string): boolean => state.tags.includes(tag.trim());
    return action.tags.some((tag) => has(before, tag) !== has(after, tag));
  }
  const keys = Object.keys(changeFor(action, who.id) ?? {}) as (keyof ConcernState)[];
  return keys.some((key) => before[key] !== after[key]);
};

const doOne = async (
  world: World,
  tx: Tx,
  doing: Doing,
  state: ConcernState,
  action: Action,
): Promise<Outcome | Refusal> => {
  const { who } = doing;
  switch (action.do) {
    case "snooze": {
      const until = await lasting(world, tx, state, action);
      if (until === null) return refuse("timeInPast", undefined, "until");
      const asleep = await snoozeLocked(world, tx, who, state, until);
      return isRefusal(asleep) ? asleep : { state: asleep };
    }
    case "note": {
      const said = await noteByRule(world, tx, who, state, await filled(tx, state, action.text));
      return { state: said.state };
    }
    case "reply":
      return answer(world, tx, doing, state, action.text);
    case "follow": {
      const agentId = action.agentId === "me" ? who.id : action.agentId;
      const moved = await followLocked(world, tx, who, state, agentId as AgentId, true);
      return isRefusal(moved) ? moved : { state, did: moved };
    }
    case "notify": {
      const agentIds = await meantBy(tx, state, action);
      return { state, did: agentIds.length > 0, agentIds };
    }
    default:
      return { state };
  }
};

const minuteMs = 60_000;

/** When so many minutes have passed from now on; null: never within a year. */
const lasting = async (
  world: World,
  tx: Tx,
  state: ConcernState,
  { minutes, counted }: Extract<Action, { do: "snooze" }>,
): Promise<string | null> => {
  const hours = counted === "clock" ? null : hoursOf(await allHours(tx), { id: "", brandId: state.brandId });
  const until = afterOpen(hours, world.now().getTime(), minutes * minuteMs);
  return until === null ? null : new Date(until).toISOString();
};

const filled = async (tx: Tx, state: ConcernState, text: string): Promise<string> => {
  const brand = await brandById(tx, state.brandId);
  return filledIn(text, {
    name: state.customerName,
    number: String(state.number),
    subject: state.subject,
    brand: brand?.name ?? "",
  });
};

const answer = async (
  world: World,
  tx: Tx,
  { who, undoMs, mayAnswer }: Doing,
  state: ConcernState,
  template: string,
): Promise<Outcome | Refusal> => {
  if (!(await mayAnswer())) return refuse("answeredToday");
  const text = await filled(tx, state, template);
  if (who.kind !== "agent") {
    const said = await answerByRule(world, tx, who, state, { text, undoMs });
    return isRefusal(said) ? said : { state: said };
  }
  const said = await answerByMacro(world, tx, who satisfies AgentActor, state, { text, undoMs });
  return isRefusal(said) ? said : { state: said.state, sent: said.messageId };
};
