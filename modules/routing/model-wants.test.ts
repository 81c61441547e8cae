// What a concern wants of the routing, fact by fact; and that comparing twice wants nothing more.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConcernId } from "#contract/ids.ts";
import { rulesOf } from "#modules/routing/model-book.ts";
import { openHall, type Hall } from "#modules/routing/model.ts";
import type { Happening } from "#modules/routing/model-shapes.ts";
import {
  brandSkill,
  restOf,
  seenOf,
  wantsOf,
  type Concern,
  type Seen,
  type Setting,
} from "#modules/routing/model-wants.ts";
import { bookQueue, bookWith } from "#test/routing-book.ts";
import { plainAgent } from "#test/routing.ts";

const at = (minutes: number): string => new Date(minutes * 60_000).toISOString();
const conditions = bookQueue(0).when;
const book = bookWith([
  bookQueue(1, { when: { ...conditions, channelKinds: ["webchat"] } }),
  bookQueue(2, { when: { ...conditions, channelKinds: ["email"], priorities: ["urgent"] } }),
  bookQueue(3, { when: { ...conditions, channelKinds: ["email"] }, keepSeconds: 3_600 }),
]);
const setting: Setting = { book, parents: new Map(), serves: (agentId) => agentId !== "elsewhere" };

const mail: Concern = {
  id: "c" as ConcernId,
  brandId: "b",
  status: "new",
  priority: "normal",
  topicId: null,
  language: "de",
  teamId: null,
  assigneeId: null,
  waitingSince: at(0),
  lastMessageAt: at(0),
  dueAt: null,
  merged: false,
  channelKind: "email",
  lastAgentId: null,
  customersAgentId: null,
  tierId: null,
  accountAgentId: null,
};

/** A hall with two agents, and a concern that is compared with it again and again, as the leader does. */
const centre = () => {
  const hall: Hall = openHall(rulesOf(book));
  let now = 0;
  let seen: Seen | null = null;
  let id = 0;
  const tell = (happening: Record<string, unknown>) => hall.happen({ ...happening, atMs: now } as unknown as Happening);
  for (const agentId of ["anna", "ben"])
    tell({ what: "agentChanged", agent: plainAgent(agentId, { skills: { [brandSkill("b")]: 1 } }) });
  const compare = (concern: Concern | null, minutes: number, spoke = false): string[] => {
    now = minutes * 60_000;
    const item = seen === null ? null : hall.itemRow(String(id));
    const wanted = wantsOf(concern, item, item === null ? null : seen, spoke, setting, {
      id: String(id + 1),
      number: id,
    });
    for (const one of wanted) {
      if (one.what === "arrived") id += 1;
      const refused = tell(one).find(({ what }) => what === "refused");
      assert.equal(refused, undefined, JSON.stringify(refused));
    }
    seen = concern === null ? seen : (seenOf(concern, setting) ?? seen);
    return wanted.map(({ what }) => what);
  };
  return {
    compare,
    tell,
    item: () => hall.itemRow(String(id)),
    there: (agentId: string) =>
      tell({ what: "presenceChanged", agentId, state: "available", reason: "", untilMs: null }),
    accept: () => {
      const row = hall.itemRow(String(id));
      tell({ what: "accepted", itemId: String(id), agentId: row?.offer?.agentId, token: row?.token });
    },
  };
};

test("who waits is work once; an answer ends it, the next message is new work that its agent is asked for first", () => {
  const { compare, item, there, accept } = centre();
  there("anna");
  assert.deepEqual(compare(mail, 0), ["arrived"]);
  assert.deepEqual(compare(mail, 0), []);
  accept();
  const mine = { ...mail, status: "open", assigneeId: "anna" };
  assert.deepEqual(compare(mine, 2), []);
  assert.deepEqual(compare({ ...mine, status: "waiting", waitingSince: null }, 3), ["finished"]);
  assert.equal(item(), null);
  assert.deepEqual(compare({ ...mine, waitingSince: at(9), lastAgentId: "anna" }, 9), ["arrived", "given"]);
  assert.deepEqual([item()?.holding?.agentId, item()?.arrivedAtMs], ["anna", 540_000]);
});

test("what a person decides about who has it counts: given past an offer, to somebody who is away, and taken back", () => {
  const { compare, item, there } = centre();
  there("anna");
  compare(mail, 0);
  assert.equal(item()?.offer?.agentId, "anna");
  assert.deepEqual(compare({ ...mail, assigneeId: "ben" }, 1), ["given"]);
  assert.deepEqual([item()?.holding?.agentId, item()?.holding?.keptUntilMs], ["ben", 60_000 + 3_600_000]);
  assert.deepEqual(compare({ ...mail, assigneeId: null }, 2), ["transferred"]);
  assert.equal(item()?.offer?.agentId, "anna");
  // Somebody who may not see the brand is given nothing.
  assert.deepEqual(compare({ ...mail, assigneeId: "elsewhere" }, 3), []);
});

test("a chat goes on after an answer, rests, wakes, and is over after an hour; without anybody there its own agent does not hold it", () => {
  const { compare, item, there, accept, tell } = centre();
  const chat: Concern = { ...mail, channelKind: "webchat", assigneeId: "ben" };
  assert.deepEqual(compare(chat, 0), ["arrived"]);
  assert.equal(item()?.state, "waiting");
  there("anna");
  accept();
  const mine = { ...chat, status: "waiting", assigneeId: "anna", waitingSince: null, lastMessageAt: at(1) };
  assert.deepEqual(compare(mine, 1), []);
  const seen = seenOf(mine, setting);
  const row = item();
  assert.ok(seen !== null && row !== null);
  assert.equal(restOf(row, seen, 0), null);
  const rest = restOf(row, seen, 120_000);
  assert.deepEqual([rest?.atMs, rest?.wanted.what], [180_000, "fellAsleep"]);
  tell({ ...rest?.wanted });
  const over = restOf(item() ?? assert.fail(), seen, 120_000);
  assert.deepEqual([over?.atMs, over?.wanted.what], [60_000 + 120_000 + 3_600_000, "finished"]);
  assert.deepEqual(compare({ ...mine, status: "open", waitingSince: at(5) }, 5, true), ["woke"]);
  assert.equal(item()?.holding?.rest, "none");
  assert.deepEqual(compare({ ...mine, status: "resolved" }, 6), ["finished"]);
});

test("urgency, queue, language and channel follow the concern and keep its place; what is merged, moved or gone is no work", () => {
  const { compare, item } = centre();
  compare(mail, 0);
  assert.deepEqual(compare({ ...mail, priority: "high", dueAt: at(60) }, 1), ["promiseChanged"]);
  assert.deepEqual([item()?.importance, item()?.dueAtMs], [1, 3_600_000]);
  assert.deepEqual(compare({ ...mail, priority: "high", dueAt: at(60), language: "en" }, 2), ["factsChanged"]);
  const urgent = { ...mail, priority: "urgent", dueAt: at(60), language: "en" };
  assert.deepEqual(compare(urgent, 3), ["promiseChanged", "transferred"]);
  assert.equal(item()?.queueId, bookQueue(2).id);
  const asChat: Concern = { ...urgent, channelKind: "webchat" };
  assert.deepEqual(compare(asChat, 4), ["becameOtherKind", "transferred"]);
  assert.deepEqual([item()?.kind, item()?.arrivedAtMs], ["chat", 0]);
  assert.deepEqual(compare({ ...asChat, merged: true }, 5), ["left"]);
  assert.deepEqual(compare(mail, 6), ["arrived"]);
  assert.deepEqual(compare(null, 7), ["left"]);
});
