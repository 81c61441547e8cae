// What each word of the server makes of what the page knows: nothing twice, nothing lost, in the server's order.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ChatMessage } from "#contract/chat.ts";
import { apply, begunThreads, concernOf, nothing, see, unread, waitingIn, type Chats, type Waiting } from "./chats.ts";
import { concern, message, welcome } from "./testWorld.ts";

const texts = (chats: Chats, id: string): string[] => (chats.messages[id] ?? []).map(({ text }) => text);
const entry = (id: string, more: Partial<Waiting> = {}): Waiting => ({
  id,
  thread: "t",
  concernId: null,
  text: id,
  at: 1,
  files: [],
  failed: null,
  ...more,
});
const tail = (from: number, to: number): ChatMessage[] =>
  Array.from({ length: to - from + 1 }, (_, index) => message("a", from + index));

test("a welcome brings everything, news are added, and the newest concern is first", () => {
  let chats = apply(
    nothing,
    welcome({ concerns: [concern("a"), concern("b", { lastAt: "2026-11-25T11:00:00.000Z" })], messages: tail(1, 2) }),
    0,
  );
  assert.deepEqual(
    chats.concerns.map(({ id }) => id),
    ["b", "a"],
  );
  chats = apply(
    chats,
    {
      type: "news",
      concerns: [concern("a", { lastAt: "2026-11-25T12:00:00.000Z" })],
      messages: [message("a", 3)],
      upTo: 12,
    },
    0,
  );
  assert.deepEqual(texts(chats, "a"), ["a 1", "a 2", "a 3"]);
  assert.equal(chats.concerns[0]?.id, "a");
  assert.equal(chats.upTo, 12);
});

test("whatever order words come in, and however often, each message is there once and in the server's order", () => {
  const all = tail(1, 12);
  const words = fc.array(
    fc.subarray(all, { minLength: 1 }).map((messages) => ({ type: "news", concerns: [], messages, upTo: 1 }) as const),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(words, (some) => {
      const chats = some.reduce<Chats>((before, word) => apply(before, word, 0), nothing);
      const wanted = all.filter(({ id }) => some.some(({ messages }) => messages.some((one) => one.id === id)));
      assert.deepEqual(chats.messages["a"] ?? [], wanted);
    }),
  );
});

test("a resume that may have left a hole drops what was before it, and that can be fetched again", () => {
  const before = apply(nothing, welcome({ concerns: [concern("a")], messages: tail(1, 3) }), 0);
  assert.equal(before.whole["a"], true);
  const after = apply(before, welcome({ concerns: [concern("a")], messages: tail(60, 109) }), 0);
  assert.deepEqual([after.messages["a"]?.length, after.messages["a"]?.[0]?.seq, after.whole["a"]], [50, 60, false]);
  const earlier = apply(after, { type: "earlier", concernId: "a", messages: tail(10, 59), end: false }, 0);
  assert.deepEqual([earlier.messages["a"]?.length, earlier.messages["a"]?.[0]?.seq], [100, 10]);
  // Fifty of which one is known leave no hole.
  const joined = apply(before, welcome({ concerns: [concern("a")], messages: tail(3, 52) }), 0);
  assert.equal(joined.messages["a"]?.length, 52);
});

test("unread is what is ours and has not been seen; what was seen here does not come back with an older word", () => {
  const chats = apply(
    nothing,
    welcome({ concerns: [concern("a", { seenSeq: 1 })], messages: [...tail(1, 3), message("a", 4, { by: "you" })] }),
    0,
  );
  assert.equal(unread(chats), 2);
  const seen = see(chats, "a", 4);
  assert.equal(unread(seen), 0);
  assert.equal(see(seen, "a", 3), seen);
  const later = apply(seen, { type: "news", concerns: [concern("a", { seenSeq: 1 })], messages: [], upTo: 11 }, 0);
  assert.equal(unread(later), 0);
});

test("typing is believed for a while, and ends with the answer", () => {
  const chats = apply(nothing, { type: "typing", concernId: "a", on: true }, 1_000);
  assert.deepEqual(chats.typing, { a: 11_000 });
  assert.deepEqual(apply(chats, { type: "typing", concernId: "a", on: false }, 1_000).typing, {});
  const answered = apply(chats, { type: "news", concerns: [], messages: [message("a", 1)], upTo: 1 }, 1_000);
  assert.deepEqual(answered.typing, {});
});

test("an entry is shown in its talk until one of the server's messages is it", () => {
  const outbox = [entry("x"), entry("y", { thread: "other" }), entry("z", { concernId: "a" })];
  const fresh = { concernId: null, thread: "t" };
  assert.deepEqual(
    waitingIn(nothing, outbox, fresh).map(({ id }) => id),
    ["x"],
  );
  assert.deepEqual(begunThreads(nothing, outbox), ["other", "t"]);
  const chats: Chats = { ...nothing, threads: { t: "a" } };
  assert.equal(concernOf(chats, fresh), "a");
  assert.deepEqual(
    waitingIn(chats, outbox, fresh).map(({ id }) => id),
    ["x", "z"],
  );
  assert.deepEqual(begunThreads(chats, outbox), ["other"]);
  const told = apply(
    chats,
    { type: "news", concerns: [], messages: [message("a", 1, { by: "you", said: "x" })], upTo: 1 },
    0,
  );
  assert.deepEqual(
    waitingIn(told, outbox, fresh).map(({ id }) => id),
    ["z"],
  );
});
