// The reducer: total, idempotent, and right whatever overtakes what.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConcernRow, Draft, Message } from "#contract/concerns.ts";
import { eventKinds } from "#contract/events.ts";
import type { AnyEvent, EventData, EventKind } from "#contract/events.ts";
import {
  apply,
  emptyState,
  mergeDraft,
  mergeMessages,
  mergeOpened,
  mergeReference,
  mergeRows,
} from "#web/state/apply.ts";
import type { DeskState, OpenResult } from "#web/state/apply.ts";

const at = "2026-11-24T08:00:00.000Z";
const me = "00000000-0000-7000-8000-0000000000a1";
const concernId = "00000000-0000-7000-8000-0000000000c1";

const row = (version: number, part: Partial<ConcernRow> = {}): ConcernRow =>
  ({
    id: concernId,
    number: 7,
    brandId: "b",
    subject: "Internet",
    status: "open",
    priority: "normal",
    topicId: null,
    tags: [],
    assigneeId: null,
    teamId: null,
    customerId: "k",
    customerName: "Hanna",
    channels: ["email"],
    snippet: "",
    lastDirection: "in",
    lastMessageAt: at,
    waitingSince: null,
    snoozedUntil: null,
    deliveryFailed: false,
    messageCount: 1,
    language: "de",
    createdAt: at,
    version,
    ...part,
  }) as unknown as ConcernRow;

const delivery = (state: string): Message["deliveries"][number] =>
  ({
    id: "d1",
    recipient: "a@example.org",
    state,
    attempts: 1,
    nextTryAt: null,
    code: null,
    detail: "",
    history: [],
  }) as unknown as Message["deliveries"][number];

const message = (seq: number, part: Partial<Message> = {}): Message =>
  ({
    id: `m${seq}`,
    concernId,
    seq,
    direction: "in",
    author: { kind: "customer", id: null, name: "Hanna" },
    channelKind: "email",
    channelId: null,
    from: null,
    to: [],
    cc: [],
    replyTo: null,
    subject: null,
    text: `text ${seq}`,
    foldedText: "",
    html: null,
    files: [],
    deliveries: [],
    assurance: null,
    verdicts: [],
    warnings: [],
    automatic: null,
    mentions: [],
    proposal: null,
    scheduled: null,
    at,
    rawUrl: null,
    version: 1,
    ...part,
  }) as unknown as Message;

const openResult = (part: Partial<OpenResult> = {}): OpenResult => ({
  concern: {
    row: row(1),
    fields: {},
    followers: [],
    links: [],
    moves: [],
    parties: [],
    firstReplyAt: null,
    resolvedAt: null,
  },
  messages: [message(1)],
  earlier: false,
  drafts: [],
  ways: [],
  upTo: 10,
  ...part,
});

const event = <K extends EventKind>(seq: number, kind: K, data: unknown, id: string | null = concernId): AnyEvent =>
  ({
    seq,
    at,
    kind,
    actor: { kind: "agent", id: me, name: "Ada" },
    brandId: null,
    concernId: id,
    customerId: null,
    data: data as EventData<K>,
  }) as unknown as AnyEvent;

const start = (): DeskState => mergeOpened(emptyState(me as DeskState["me"]), openResult());

/** One plausible event of every kind. */
const samples: Readonly<Record<EventKind, unknown>> = {
  "concern.created": { row: row(1) },
  "concern.removed": { number: 1 },
  "concern.changed": { patch: { version: 2, status: "resolved" }, because: null },
  "concern.fieldsChanged": { fields: { Tarif: "250" }, changed: [{ key: "Tarif", before: null, after: "250" }] },
  "concern.followed": { agentId: me, following: true },
  "concern.linked": {
    link: { concernId: "other", number: 3, subject: "", status: "open", kind: "related", earlier: true },
  },
  "concern.unlinked": { other: "other" },
  "concern.partyJoined": {
    party: {
      id: "p1",
      customerId: null,
      name: "",
      kind: "email",
      value: "b@example.org",
      role: "participant",
      seesFrom: 2,
    },
  },
  "concern.firstReply": { at },
  "concern.resolvedAt": { at },
  "message.added": { message: message(2) },
  "message.fileChecked": { messageId: "m1", fileId: "f1", name: "a.pdf", held: null, version: 2 },
  "message.kept": { messageId: "m1" },
  "message.moved": {
    move: {
      key: "0195d1f0-0000-7000-8000-00000000000a",
      what: "split",
      side: "from",
      other: { concernId: "other", number: 3, subject: "" },
      count: 1,
      at,
      by: "Ada",
      movedAt: at,
    },
    messageIds: ["m1"],
    undone: false,
  },
  "message.scheduled": { messageId: "m1", scheduled: null, at, version: 2 },
  "message.secretShown": { messageId: "m1", what: "text", name: null },
  "message.withdrawn": { messageId: "m1" },
  "delivery.changed": { messageId: "m1", deliveryId: "d1", delivery: delivery("sent"), version: 2 },
  "draft.changed": {
    agentId: me,
    kind: "note",
    draft: {
      concernId,
      kind: "note",
      channelId: null,
      to: [],
      cc: [],
      text: "x",
      html: null,
      uploadIds: [],
      updatedAt: at,
    },
  },
  "customer.created": { customerId: "k" },
  "automation.rulesChanged": { rules: [] },
  "automation.ran": { by: { kind: "macro", macroId: "m", name: "VIP" }, deeds: [], agentIds: [] },
  "flow.stepped": { runId: "r" },
  "call.changed": { call: { id: "c", version: 2, endedAt: null, concernId: null } },
  "call.wished": { wishId: "w", callId: "c", wish: { what: "hangUp" }, supervises: false },
  "call.settled": { wishId: "w", callId: "c", agentId: me, refused: null },
  "flow.began": { runId: "r", flowId: "f", name: "Zählerstand", by: "entry" },
  "flow.ended": { runId: "r", flowId: "f", name: "Zählerstand", over: "handedOver", why: "asked" },
  "macro.changed": { agentId: me, shared: false },
  "customer.changed": { customerId: "k", what: ["name"], version: 2 },
  "promise.kept": { promise: "firstReply", ruleId: "r", rule: "Alles", dueAt: at },
  "promise.missed": { promise: "firstReply", ruleId: "r", rule: "Alles", dueAt: at },
  "promise.late": { promise: "firstReply", ruleId: "r", rule: "Alles", dueAt: at, lateMs: 1 },
  "promise.warned": { promise: "firstReply", ruleId: "r", rule: "Alles", dueAt: at, agentIds: [me] },
  "promise.escalated": { promise: "firstReply", ruleId: "r", rule: "Alles", dueAt: at, agentIds: [] },
  "promise.rulesChanged": { rules: [] },
  "promise.recounted": { recount: { at, earlier: 1, later: 0, begun: 0, ended: 0, open: 1 } },
  "work.wished": { wishId: "w", wish: { what: "pull", workId: "i" }, supervises: false },
  "work.settled": { wishId: "w", agentId: me, refused: null },
  "work.changed": { work: { id: "i", agentId: null }, why: "arrived" },
  "work.offered": { work: { id: "i", agentId: me }, because: {} },
  "work.returned": { workId: "i", agentId: me, why: "declined", reason: "" },
  "work.ended": { workId: "i", agentId: me, why: "finished" },
  "work.disposed": { workId: "i", agentId: me, name: "Gelöst" },
  "presence.changed": { agentId: me, presence: {} },
  "queue.changed": { queueId: "q", paused: true, open: true, overflows: false },
  "routing.bookChanged": { book: {}, revision: 2 },
  "routing.agentChanged": { agentId: me, work: {} },
  "team.told": { id: "t", teamId: null, text: "Gleich ruhiger" },
  "wallboard.changed": { id: "w", name: "Halle", removed: false },
  "flow.changed": { flowId: "f", name: "Bildausfall", what: "published", published: 2 },
  "flow.removed": { flowId: "f", name: "Bildausfall" },
  "service.changed": { serviceId: "s", name: "Netz" },
  "service.removed": { serviceId: "s", name: "Netz" },
  "rating.asked": { id: "r" },
  "rating.given": { id: "r", score: 5, text: "", changed: false },
  "customer.merged": { mergeId: "m", keptId: "k1", goneId: "k2" },
  "customer.unmerged": { mergeId: "m", keptId: "k1", goneId: "k2" },
  "customer.proposed": { customerId: "k1", otherId: "k2", sure: "likely" },
  "customer.declined": { customerId: "k1", otherId: "k2", declined: true },
  "customer.removed": { customerId: "k" },
  "organisation.changed": { organisationId: "o", what: ["tier"] },
  "tier.changed": { tiers: [{ id: "t", name: "Plus" }] },
  "agent.changed": { agent: { id: "a2", name: "Ben", handle: "ben", role: "agent", active: true, teamIds: [] } },
  "agent.mentioned": { agentId: me, messageId: "m1" },
  "team.changed": { team: { id: "t1", name: "Technik" } },
  "brand.changed": { brand: { id: "b", name: "B", signature: "", language: "de" } },
  "channel.changed": { channel: { id: "ch" } },
  "channelCost.changed": { cost: { kind: "email", cents: 7.5 } },
  "signingKey.changed": { channelId: "ch", keyId: "k", name: "2026", removed: false },
  "topic.changed": { topic: { id: "to", parentId: null, name: "T", teamId: null, whenClosed: "reopen" } },
  "topic.removed": { topicId: "to" },
  "hours.changed": { owner: { kind: "brand", id: "b" }, hours: null },
  "calendar.changed": { calendarId: "c", name: "Werk" },
  "calendar.fetched": { calendarId: "c", name: "Werk", fault: null },
  "calendar.removed": { calendarId: "c", name: "Werk" },
  "notice.changed": {
    notice: { id: "n", brandId: "b", text: { de: "Störung", en: "" }, from: at, until: null },
  },
  "notice.removed": { noticeId: "n" },
  "field.changed": {
    field: { id: "f", owner: "concern", key: "F", name: "F", kind: "text", choices: [], topicId: null, position: 1 },
  },
  "field.removed": { fieldId: "f" },
  "view.changed": { agentId: me },
  "session.began": { agentId: me },
  "session.refused": { reason: "password" },
  "intake.settled": { ids: [], as: "away" },
  "intake.refused": { reason: "loop", detail: "" },
};

test("every kind of event is applied, moves the cursor, and a second time changes nothing", () => {
  for (const [index, kind] of eventKinds.entries()) {
    const one = event(11 + index, kind, samples[kind]);
    const after = apply(start(), one);
    assert.equal(after.cursor, 11 + index, kind);
    assert.equal(apply(after, one), after, kind);
  }
});

test("an older version of a row never replaces a newer one", () => {
  const newer = mergeRows(start(), [row(5, { subject: "new" })]);
  assert.equal(mergeRows(newer, [row(4, { subject: "old" })]).rows[concernId]?.subject, "new");
  assert.equal(
    apply(newer, event(11, "concern.changed", { patch: { version: 5, subject: "old" }, because: null })).rows[concernId]
      ?.subject,
    "new",
  );
});

test("a patch reaches the row in the list and the row of the open concern", () => {
  const after = apply(
    start(),
    event(11, "concern.changed", { patch: { version: 2, status: "resolved" }, because: null }),
  );
  assert.equal(after.rows[concernId]?.status, "resolved");
  assert.equal(after.opened[concernId]?.concern.row.status, "resolved");
});

// The story: a list was fetched at event 10, event 11 came while the answer was on its way. The desk knew no such row
// yet and dropped the event; the answer then showed the old state for ever.
test("an event that overtakes the answer with its row is applied when the answer arrives", () => {
  const early = apply(
    emptyState(me as DeskState["me"]),
    event(11, "concern.changed", { patch: { version: 2, status: "waiting" }, because: null }),
  );
  assert.deepEqual([early.hints.lists, early.hints.rows], [0, [concernId]]);
  assert.equal(mergeRows(early, [row(1)]).rows[concernId]?.status, "waiting");
});

test("a message that overtakes the answer that opens its concern is shown, and its body asked for", () => {
  const early = apply(emptyState(me as DeskState["me"]), event(11, "message.added", { message: message(2) }));
  const opened = mergeOpened(early, openResult()).opened[concernId];
  assert.deepEqual(
    opened?.messages.map((one) => one.seq),
    [1, 2],
  );
  assert.deepEqual(opened?.incomplete, ["m2"]);
});

test("an event the answer included already is not applied again", () => {
  const early = apply(emptyState(me as DeskState["me"]), event(9, "message.withdrawn", { messageId: "m1" }));
  assert.equal(mergeOpened(early, openResult()).opened[concernId]?.messages.length, 1);
});

test("a body that arrives completes its message and keeps news of its delivery that came before", () => {
  let state = apply(
    start(),
    event(11, "message.added", { message: message(2, { direction: "out", deliveries: [delivery("held")] }) }),
  );
  state = apply(
    state,
    event(12, "delivery.changed", { messageId: "m2", deliveryId: "d1", delivery: delivery("sent"), version: 3 }),
  );
  state = mergeMessages(state, concernId, [message(2, { text: "body", deliveries: [delivery("held")], version: 2 })]);
  const last = state.opened[concernId]?.messages.at(-1);
  assert.equal(last?.text, "body");
  assert.equal(last?.deliveries[0]?.state, "sent");
  assert.deepEqual(state.opened[concernId]?.incomplete, []);
});

test("messages stand in their order whatever order they come in", () => {
  let state = apply(start(), event(11, "message.added", { message: message(3) }));
  state = apply(state, event(12, "message.added", { message: message(2) }));
  assert.deepEqual(
    state.opened[concernId]?.messages.map((one) => one.seq),
    [1, 2, 3],
  );
});

test("a message taken back disappears, also when its body was still awaited", () => {
  let state = apply(start(), event(11, "message.added", { message: message(2) }));
  state = apply(state, event(12, "message.withdrawn", { messageId: "m2" }));
  assert.deepEqual(
    state.opened[concernId]?.messages.map((one) => one.seq),
    [1],
  );
  assert.deepEqual(state.opened[concernId]?.incomplete, []);
});

test("only my own drafts are mine", () => {
  const others = { ...(samples["draft.changed"] as object), agentId: "somebody else" };
  assert.equal(apply(start(), event(11, "draft.changed", others)).opened[concernId]?.drafts.length, 0);
  assert.equal(
    apply(start(), event(11, "draft.changed", samples["draft.changed"])).opened[concernId]?.drafts.length,
    1,
  );
});

// The story: the event of the first save of an answer with files overtook the answer to that save. It names no signed
// addresses, so the desk took the draft for one without files, and the files vanished from under the writer's eyes.
test("a draft that names files this desk has not seen is not taken in without them, but asked for", () => {
  const data = samples["draft.changed"] as { draft: object };
  const withFile = {
    ...data,
    draft: { ...data.draft, text: "y", uploadIds: ["u1"], updatedAt: "2026-11-24T09:00:00.000Z" },
  };
  const stale = apply(apply(start(), event(11, "draft.changed", data)), event(12, "draft.changed", withFile)).opened[
    concernId
  ];
  assert.deepEqual(stale?.staleDrafts, ["note"]);
  assert.equal(stale?.drafts[0]?.text, "x", "until then the older one stands");

  const uploads = [{ uploadId: "u1", file: { id: "u1", name: "a" } }];
  const whole = { ...withFile.draft, uploads } as unknown as Draft;
  const known = mergeDraft(start(), concernId, "note", { ...whole, updatedAt: at });
  const after = apply(known, event(12, "draft.changed", withFile)).opened[concernId];
  assert.deepEqual([after?.staleDrafts, after?.drafts[0]?.text, after?.drafts[0]?.uploads], [[], "y", uploads]);
  const gone = apply(
    apply(known, event(12, "draft.changed", withFile)),
    event(13, "draft.changed", { ...data, draft: null }),
  );
  assert.deepEqual([gone.opened[concernId]?.drafts, gone.opened[concernId]?.staleDrafts], [[], []]);
});

test("following and not following leaves nobody", () => {
  let state = apply(start(), event(11, "concern.followed", { agentId: me, following: true }));
  state = apply(state, event(12, "concern.followed", { agentId: me, following: true }));
  assert.deepEqual(state.opened[concernId]?.concern.followers, [me]);
  state = apply(state, event(13, "concern.followed", { agentId: me, following: false }));
  assert.deepEqual(state.opened[concernId]?.concern.followers, []);
});

test("opening again after a while keeps the earlier pages that join on", () => {
  const far = mergeOpened(emptyState(null), openResult({ messages: [message(3), message(4)], earlier: true }));
  const more = mergeMessages(far, concernId, [message(1), message(2)], false);
  const again = mergeOpened(
    more,
    openResult({ messages: [message(3), message(4), message(5)], earlier: true, upTo: 12 }),
  );
  assert.deepEqual(
    again.opened[concernId]?.messages.map((one) => one.seq),
    [1, 2, 3, 4, 5],
  );
  assert.equal(again.opened[concernId]?.earlier, false);
  const gap = mergeOpened(more, openResult({ messages: [message(9)], earlier: true, upTo: 12 }));
  assert.deepEqual(
    gap.opened[concernId]?.messages.map((one) => one.seq),
    [9],
  );
  assert.equal(gap.opened[concernId]?.earlier, true);
  // The story: an answer was taken back, its place stayed empty, and the loaded pages before it were dropped.
  const late = mergeOpened(emptyState(null), openResult({ messages: [message(4), message(5)], earlier: true }));
  const whole = mergeMessages(late, concernId, [message(1), message(2)], false);
  const taken = mergeOpened(
    whole,
    openResult({ messages: [message(4), message(5), message(6)], earlier: true, upTo: 12 }),
  );
  assert.deepEqual(
    taken.opened[concernId]?.messages.map((one) => one.seq),
    [1, 2, 4, 5, 6],
  );
});

test("reference lists fetched late are brought up to date with what was heard meanwhile", () => {
  const early = apply(emptyState(null), event(11, "team.changed", { team: { id: "t1", name: "Netz" } }, null));
  const merged = mergeReference(early, {
    teams: [{ id: "t1", name: "Technik" } as unknown as DeskState["teams"][number]],
  });
  assert.deepEqual(
    merged.teams.map((team) => team.name),
    ["Netz"],
  );
});
