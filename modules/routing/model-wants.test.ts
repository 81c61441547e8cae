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
  type CallWish,
  type Concern,
  type Seen,
  type Setting,
} from "#modules/routing/model-wants.ts";
import { bookQueue, bookWith, idOf } from "#test/routing-book.ts";
import { plainAgent } from "#test/routing.ts";

const at = (minutes: number): string => new Date(minutes * 60_000).toISOString();
const conditions = bookQueue(0).when;
const book = bookWith([
  bookQueue(1, { when: { ...conditions, channelKinds: ["webchat"] } }),
  bookQueue(2, { when: { ...conditions, channelKinds: ["email"], priorities: ["urgent"] } }),
  bookQueue(3, { when: { ...conditions, channelKinds: ["email"] }, keepSeconds: 3_600 }),
  bookQueue(4, { when: { ...conditions, channelKinds: ["phone"] } }),
  bookQueue(5, { when: { ...conditions, topicId: idOf(99) } }),
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

/** Somebody calls and waits. */
const ringing: CallWish = {
  kind: "voice",
  since: at(0),
  notBefore: null,
  talking: false,
  queueId: null,
  skills: {},
  agentId: null,
  hand: null,
  later: false,
};
const phone: Concern = { ...mail, channelKind: "phone", call: ringing };
const asks = (call: Partial<CallWish>, also: Partial<Concern> = {}): Concern => ({
  ...phone,
  ...also,
  call: { ...ringing, ...call },
});

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

test("a call is voice since it waits, of the queue that was asked for; it is held while they talk, whatever the concern says, and finished when it ends", () => {
  const { compare, item, there, accept } = centre();
  there("anna");
  assert.deepEqual(compare(asks({ queueId: idOf(5), since: at(3) }, { waitingSince: at(4) }), 4), ["arrived"]);
  assert.deepEqual([item()?.kind, item()?.queueId, item()?.arrivedAtMs], ["voice", idOf(5), 180_000]);
  accept();
  const mine = { assigneeId: "anna", status: "open" };
  // Her device rings: nobody talks yet, and she keeps it.
  assert.deepEqual(compare(asks({ queueId: idOf(5) }, mine), 5), []);
  const talk = { talking: true, agentId: "anna" as never, queueId: idOf<never>(5) };
  assert.deepEqual(compare(asks(talk, { ...mine, waitingSince: null, lastMessageAt: at(6) }), 6), []);
  const quiet = asks(talk, { ...mine, status: "waiting", waitingSince: null, lastMessageAt: at(6) });
  assert.deepEqual(compare(quiet, 7), [], "the concern waits for the customer, who is on the telephone");
  assert.deepEqual(compare({ ...quiet, status: "resolved" }, 8), [], "nor does it end when it is settled meanwhile");
  const seen = seenOf(quiet, setting);
  assert.equal(restOf(item() ?? assert.fail(), seen ?? assert.fail(), 1_000), null, "it never rests");
  assert.deepEqual(compare({ ...quiet, status: "open", call: null }, 9), ["finished"]);
  assert.equal(item(), null);
});

test("a call that nobody took has left; what it leaves behind is called back, by whoever takes calls", () => {
  const { compare, item, there, accept } = centre();
  assert.deepEqual(compare(phone, 0), ["arrived"]);
  assert.deepEqual(compare({ ...phone, call: null }, 1), ["left", "arrived"]);
  assert.deepEqual([item()?.kind, item()?.arrivedAtMs], ["callback", 0]);
  assert.deepEqual(compare({ ...phone, call: null }, 2), [], "compared again it stays what it is");
  there("anna");
  accept();
  const mine: Concern = { ...phone, call: null, assigneeId: "anna", status: "open" };
  assert.deepEqual(compare(mine, 3), []);
  // She calls them: it is her call now, and over with it.
  const dialled = { ...mine, call: { ...ringing, talking: true, agentId: "anna" as never, since: at(4) } };
  assert.deepEqual(compare(dialled, 4), ["becameOtherKind"]);
  assert.deepEqual([item()?.kind, item()?.holding?.agentId], ["voice", "anna"]);
  assert.deepEqual(compare({ ...mine, waitingSince: null }, 5), ["finished"]);
  // Only noted: nobody waits.
  assert.deepEqual(compare(phone, 6), ["arrived"]);
  assert.deepEqual(compare({ ...phone, call: null, waitingSince: null, status: "resolved" }, 7), ["left"]);
});

test("an agent who dials has the call from the beginning, also where somebody's mail waited; what they dialled is no chat that goes on", () => {
  const { compare, item, there } = centre();
  there("anna");
  there("ben");
  const dialled = { talking: true, agentId: "ben" as never, since: at(5) };
  const quiet: Concern = { ...mail, status: "open", waitingSince: null };
  assert.deepEqual(compare({ ...quiet, call: { ...ringing, ...dialled } }, 5), ["arrived", "given"]);
  assert.deepEqual([item()?.kind, item()?.holding?.agentId], ["voice", "ben"]);
  assert.deepEqual(compare({ ...quiet, assigneeId: "ben" }, 6), ["finished"]);
  assert.deepEqual(compare(mail, 7), ["arrived"]);
  assert.equal(item()?.offer?.agentId, "anna");
  assert.deepEqual(compare({ ...mail, call: { ...ringing, ...dialled } }, 8), ["given", "becameOtherKind"]);
  assert.deepEqual([item()?.kind, item()?.holding?.agentId], ["voice", "ben"]);
  // Still unanswered: what is left is the mail, for Ben, who has it.
  assert.deepEqual(compare({ ...mail, assigneeId: "ben", status: "open" }, 9), ["finished", "arrived", "given"]);
  assert.equal(item()?.kind, "mail");
});

test("a call goes from who has it to a colleague, or to the head of its queue when its agent is lost; done once, nothing more is wanted", () => {
  const { compare, item, there, accept, tell } = centre();
  there("anna");
  compare(phone, 0);
  accept();
  const talk = { talking: true, agentId: "anna" as never };
  const mine = { assigneeId: "anna", status: "open" };
  compare(asks(talk, mine), 1);
  there("ben");
  const to = asks({ ...talk, hand: { from: "anna" as never, to: "ben" as never } }, mine);
  assert.deepEqual(compare(to, 2), ["given"]);
  assert.equal(item()?.holding?.agentId, "ben");
  assert.deepEqual(compare({ ...to, assigneeId: "ben" }, 2), []);
  // Another one waits for longer; Ben's browser is gone.
  tell({
    what: "arrived",
    item: {
      id: "other",
      number: 50,
      kind: "voice",
      queueId: idOf(4),
      arrivedAtMs: 60_000,
      dueAtMs: null,
      importance: 0,
      requires: { [brandSkill("b")]: 1 },
      prefers: {},
      facts: {},
      preferredAgentIds: [],
    },
  });
  const lost = asks({ hand: { from: "ben" as never, to: null } }, { ...mine, assigneeId: "ben" });
  tell({ what: "presenceChanged", agentId: "anna", state: "away", reason: "", untilMs: null });
  assert.deepEqual(compare(lost, 4), ["transferred", "promiseChanged"]);
  assert.equal(item()?.state === "held", false);
  assert.ok(
    (item()?.dueAtMs ?? Infinity) <= (item()?.arrivedAtMs ?? 0),
    "before everybody who came later or was promised more",
  );
  assert.deepEqual(compare(asks({}, { ...mine, assigneeId: null, dueAt: at(30) }), 5), [], "it stays at the head");
});

test("who is called back keeps the place; later than now it is nobody's work, and comes with its old place when it is time", () => {
  const { compare, item, there, accept } = centre();
  compare(phone, 0);
  assert.deepEqual(compare(asks({ kind: "callback" }), 1), ["becameOtherKind"]);
  assert.deepEqual([item()?.kind, item()?.arrivedAtMs], ["callback", 0]);
  const later = { kind: "callback" as const, notBefore: at(60), later: true };
  assert.deepEqual(compare(asks(later), 2), ["left"]);
  assert.deepEqual(compare(asks(later), 3), []);
  assert.deepEqual(compare(asks({ ...later, later: false }), 60), ["arrived"]);
  assert.equal(item()?.arrivedAtMs, 0);
  there("anna");
  accept();
  // Not reached; the next try is later.
  assert.deepEqual(compare(asks(later, { assigneeId: "anna", status: "open" }), 61), ["finished"]);
});
