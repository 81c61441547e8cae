// A small centre for the routing engine and a short way to tell it things. Used by modules/routing/model*.test.ts.
import assert from "node:assert/strict";
import { openHall, type Hall } from "#modules/routing/model.ts";
import type {
  AgentFacts,
  Arrival,
  Decision,
  Happening,
  QueueRules,
  Rows,
  Rules,
} from "#modules/routing/model-shapes.ts";
import { plainArrival, plainRules } from "#test/routing.ts";

/** A hall with agents who are available, and a short way to tell it things. Instants are milliseconds from 0. */
export const centre = (queues: readonly QueueRules[], agents: readonly AgentFacts[], also: Partial<Rules> = {}) => {
  let hall: Hall = openHall(plainRules(queues, also));
  let numbers = 0;
  const tell = (happening: Happening): readonly Decision[] => hall.happen(happening);
  const arrive = (id: string, atMs: number, item: Partial<Arrival> = {}): readonly Decision[] => {
    numbers += 1;
    return tell({ what: "arrived", atMs, item: plainArrival(id, numbers, atMs, item) });
  };
  const offerOf = (itemId: string): { agentId: string; token: number } | null => {
    const row = hall.rows().items.find(({ id }) => id === itemId);
    return row?.offer === null || row === undefined ? null : { agentId: row.offer.agentId, token: row.token };
  };
  const accept = (itemId: string, atMs: number): readonly Decision[] => {
    const offer = offerOf(itemId);
    assert.ok(offer, `${itemId} is offered to nobody`);
    return tell({ what: "accepted", atMs, itemId, ...offer });
  };
  const decline = (itemId: string, atMs: number): readonly Decision[] => {
    const offer = offerOf(itemId);
    assert.ok(offer, `${itemId} is offered to nobody`);
    return tell({ what: "declined", atMs, itemId, ...offer });
  };
  const presence = (
    agentId: string,
    atMs: number,
    state: "available" | "away" | "offline" | "busy",
  ): readonly Decision[] => tell({ what: "presenceChanged", atMs, agentId, state, reason: "", untilMs: null });
  for (const agent of agents) {
    tell({ what: "agentChanged", atMs: 0, agent });
    presence(agent.id, 0, "available");
  }
  return {
    tell,
    arrive,
    accept,
    decline,
    presence,
    offeredTo: (itemId: string) => offerOf(itemId)?.agentId ?? null,
    item: (itemId: string) => hall.rows().items.find(({ id }) => id === itemId),
    passes: (atMs: number) => tell({ what: "timePassed", atMs }),
    hall: () => hall,
    restart: (rules: Rules) => (hall = openHall(rules, JSON.parse(JSON.stringify(hall.rows())) as Rows)),
  };
};

export const what = (decisions: readonly Decision[]): string[] => decisions.map((each) => each.what);
export const only = <W extends Decision["what"]>(
  decisions: readonly Decision[],
  kind: W,
): Extract<Decision, { what: W }> => {
  const found = decisions.filter((each) => each.what === kind);
  assert.equal(found.length, 1, `${found.length} times ${kind} in ${JSON.stringify(decisions)}`);
  return found[0] as Extract<Decision, { what: W }>;
};
