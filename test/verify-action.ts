// The proof that events tell everything: what a desk knew before an action, brought up to date with the events of the action by the browser's own
// reducer, equals what a desk knows that asks afresh. Used by test/journeys/verify-action.test.ts for every action.
import { eventSchema } from "#contract/events.ts";
import assert from "node:assert/strict";
import type { AgentActor } from "#contract/actor.ts";
import { isRefusal } from "#contract/errors.ts";
import { openConcern } from "#modules/concerns/reads-open.ts";
import { allAgents, allTeams, asAgent } from "#modules/agents/reads.ts";
import { allTiers } from "#modules/customers/reads-tiers.ts";
import { allBrands, allChannels, allTopics, kindsWithCosts } from "#modules/brands/reads.ts";
import { callsFor, callsOfConcern } from "#modules/calls/reads.ts";
import { allFields } from "#modules/fields/reads.ts";
import { rulesFor as automationFor } from "#modules/automation/reads.ts";
import { rulesFor } from "#modules/promises/reads.ts";
import { noticesFrom } from "#modules/notices/reads.ts";
import { messageViews, rowsByIds } from "#modules/concerns/reads.ts";
import type { ConcernId } from "#contract/ids.ts";
import { channelKinds } from "#server/connected.ts";
import { allConcerns, type TestWorld } from "#test/world.ts";
import {
  apply,
  emptyState,
  mergeDraft,
  mergeMessages,
  mergeOpened,
  mergeReference,
  mergeRows,
  type DeskState,
} from "#web/state/apply.ts";
import { mergeCalls } from "#web/state/applyCalls.ts";

/** What a desk of this agent knows that has every concern in its lists and open. */
export const freshDesk = async (world: TestWorld, who: AgentActor): Promise<DeskState> => {
  const ids = (await allConcerns(world.db)).map((concern) => concern.id);
  let state = mergeReference(mergeRows(emptyState(who.id), await rowsByIds(world.db, ids)), {
    agents: (await allAgents(world.db)).map(asAgent),
    teams: await allTeams(world.db),
    brands: await allBrands(world.db),
    channels: await allChannels(world.db),
    kinds: await kindsWithCosts({ db: world.db, channelKinds: channelKinds() }),
    topics: await allTopics(world.db),
    tiers: await allTiers(world.db),
    fields: await allFields(world.db),
    notices: await noticesFrom(world.db, world.now().toISOString()),
    promises: await rulesFor(world),
    automation: (await automationFor(world)).rules,
  });
  for (const id of ids) {
    const opened = await openConcern(world, who, id);
    if (!isRefusal(opened)) state = mergeOpened(state, opened);
    const calls = await callsOfConcern(world.db, who, id);
    if (!isRefusal(calls)) state = mergeCalls(state, calls);
  }
  state = mergeCalls(state, await callsFor(world.db, who));
  return { ...state, cursor: (await world.events()).at(-1)?.seq ?? 0 };
};

/** The bodies that events only announce are fetched, as the desk does. */
const fetched = async (world: TestWorld, who: AgentActor, state: DeskState): Promise<DeskState> => {
  let next = state;
  for (const [id, opened] of Object.entries(state.opened)) {
    if (opened.stale) {
      const again = await openConcern(world, who, id as ConcernId);
      if (!isRefusal(again)) next = mergeOpened(next, again);
      continue;
    }
    if (opened.incomplete.length > 0)
      next = mergeMessages(next, id, await messageViews(world, world.db, opened.incomplete));
    if (opened.staleDrafts.length === 0) continue;
    const again = await openConcern(world, who, id as ConcernId);
    if (isRefusal(again)) continue;
    for (const kind of opened.staleDrafts)
      next = mergeDraft(next, id, kind, again.drafts.find((draft) => draft.kind === kind) ?? null);
  }
  return next;
};

const sorted = <T>(items: readonly T[], key: (item: T) => string): T[] =>
  items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));

const byId = <T extends { readonly id: string }>(items: readonly T[]): T[] => sorted(items, ({ id }) => id);

/** What has to be equal: not the cursor, not the ways (they come with the customer), not the order of sets. */
const comparable = (state: DeskState, opened: readonly string[]): unknown => ({
  rows: state.rows,
  agents: byId(state.agents),
  teams: byId(state.teams),
  brands: byId(state.brands),
  channels: byId(state.channels),
  kinds: state.kinds,
  topics: byId(state.topics),
  tiers: state.tiers,
  fields: byId(state.fields),
  notices: byId(state.notices),
  promises: state.promises,
  automation: state.automation,
  calls: Object.fromEntries(
    Object.entries(state.calls).filter(([, call]) => opened.some((id) => id === call.concernId)),
  ),
  opened: Object.fromEntries(
    opened.map((id) => {
      const it = state.opened[id as ConcernId];
      return [
        id,
        it === undefined
          ? null
          : {
              row: it.concern.row,
              fields: it.concern.fields,
              followers: it.concern.followers.toSorted(),
              moves: it.concern.moves,
              links: sorted(it.concern.links, (link) => link.concernId),
              parties: sorted(it.concern.parties, (party) => party.id),
              firstReplyAt: it.concern.firstReplyAt,
              resolvedAt: it.concern.resolvedAt,
              messages: it.messages,
              drafts: sorted(it.drafts, (draft) => draft.kind),
            },
      ];
    }),
  ),
});

/**
 * Acts between two looks of an agent and compares. `must`: kinds of event that have to be among those said; with none, something must have been said.
 * Returns what the action returned.
 */
export const verifyAction = async <T>(
  world: TestWorld,
  who: AgentActor,
  act: () => Promise<T>,
  must: readonly string[] = [],
): Promise<T> => {
  const old = await freshDesk(world, who);
  const result = await act();
  if (isRefusal(result)) assert.fail(`the action was refused: ${JSON.stringify(result)}`);
  const events = await world.events(old.cursor);
  for (const event of events) eventSchema(event.kind).parse(event.data);
  const kinds = events.map((event) => event.kind as string);
  assert.ok(kinds.length > 0, "an action that changes something says so");
  for (const kind of must) assert.ok(kinds.includes(kind), `${kind} is among ${kinds.join(", ")}`);
  const applied = await fetched(world, who, events.reduce(apply, old));
  const twice = await fetched(world, who, [...events, ...events].reduce(apply, old));
  const fresh = await freshDesk(world, who);
  const opened = Object.keys(old.opened);
  assert.deepEqual(comparable(applied, opened), comparable(fresh, opened));
  assert.deepEqual(comparable(twice, opened), comparable(fresh, opened), "events heard twice change nothing");
  return result;
};
