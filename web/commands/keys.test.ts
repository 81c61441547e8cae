// Keys: every command can be reached, none twice, and sequences end where they should.
import assert from "node:assert/strict";
import { test } from "node:test";
import { commands } from "#web/commands/commands.ts";
import type { Context } from "#web/commands/context.ts";
import {
  begins,
  belongsToList,
  meaning,
  notation,
  ofSequence,
  shownKeys,
  worksWhileWriting,
} from "#web/commands/keys.ts";
import { finding } from "#web/state/finding.ts";
import { unfiltered } from "#web/state/lists.ts";
import { emptyState } from "#web/state/apply.ts";
import { deskState } from "#web/state/desk.ts";
import { routingBook } from "#web/state/routingBook.ts";
import { myWork } from "#web/state/work.ts";

const press = (key: string, part: Partial<Parameters<typeof notation>[0]> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...part,
});

test("a press reads the same whatever the keyboard calls it", () => {
  assert.equal(notation(press("K", { ctrlKey: true, shiftKey: true })), "Ctrl+k");
  assert.equal(notation(press("k", { metaKey: true })), "Ctrl+k");
  assert.equal(notation(press("?", { shiftKey: true })), "?");
  assert.equal(notation(press("Enter")), "Enter");
});

test("Shift is a key of its own with letters and named keys, not with signs", () => {
  assert.equal(notation(press("J", { shiftKey: true })), "Shift+j");
  assert.equal(notation(press("J")), "j", "capitals by the caps lock are no Shift");
  assert.equal(notation(press("ArrowDown", { shiftKey: true })), "Shift+ArrowDown");
  assert.equal(notation(press("#", { shiftKey: true })), "#");
  assert.equal(notation(press("/", { shiftKey: true })), "/");
});

test("arrows and Ctrl+A belong to the list only where nothing else wants them", () => {
  assert.ok(belongsToList("ArrowDown") && belongsToList("Shift+ArrowUp") && belongsToList("Ctrl+a"));
  assert.ok(!belongsToList("j") && !belongsToList("Shift+j"));
  assert.ok(!worksWhileWriting("Ctrl+a"), "in a text field Ctrl+A is the text's");
});

test("no key means two commands that can be done at once, and no key hides a sequence", () => {
  const keys = commands.flatMap((command) => command.keys);
  const row = { id: "c", assigneeId: null, status: "open", deliveryFailed: true, channels: [] };
  const view = { id: "v", key: null, share: { with: "me" }, mayChange: true, filter: unfiltered };
  const filter = { ...unfiltered, tag: "vip" };
  const piece = { concernId: "c", queueId: "q", token: 1, urgencyAt: "", arrivedAt: "" };
  routingBook.set({
    book: { queues: [{ id: "q", mayPull: true }], reasons: [], dispositions: [{ id: "d", name: "done" }] },
  } as never);
  for (const found of [null, { concernId: "c" }])
    for (const concern of [null, row])
      for (const [state, rest] of [
        ["held", "none"],
        ["held", "parked"],
        ["waiting", "none"],
      ])
        for (const list of [[], [row]])
          for (const selected of list.length === 0 ? [[]] : [[], [row]]) {
            finding.set(found as never);
            const offer = { ...piece, id: "o", concernId: "o", state: "offered" };
            myWork.set({
              work: [{ ...piece, id: "p", state, rest, agentId: "a" }, offer],
              presence: { state: "available" },
              queues: [{ queueId: "q", mayPull: true }],
              toDispose: { id: "e" },
            } as never);
            const me = { agent: { id: "a", role: "admin" } };
            const context = {
              me,
              settings: { demo: true },
              concern,
              list,
              selected,
              view,
              filter,
            } as unknown as Context;
            const able = commands.filter((command) => command.can(context)).flatMap((command) => command.keys);
            assert.deepEqual(
              able.filter((key, index) => able.indexOf(key) !== index),
              [],
            );
            assert.equal(able.includes("n"), concern !== null);
            assert.equal(able.includes("Shift+n"), concern !== null && found !== null);
            assert.ok(able.includes("Shift+v u"), "the context has what filters and views need");
            for (const key of ["Ctrl+j", "Shift+x", "1", "q t"]) assert.ok(able.includes(key), key);
            assert.equal(able.includes("q h"), concern !== null);
            assert.equal(able.includes("q p"), concern !== null && state === "held" && rest === "none");
            assert.equal(able.includes("q r"), concern !== null && rest === "parked");
            assert.equal(able.includes("q z"), concern !== null && state === "waiting");
          }
  finding.set(null);
  routingBook.set({ book: { queues: [] } } as never);
  assert.deepEqual(
    commands.filter(
      (one) => one.group === "work" && one.can({ concern: null, me: { agent: { role: "admin" } } } as never),
    ),
    [],
    "nothing of it where nothing is routed",
  );
  myWork.set(null);
  const firsts = keys.filter((key) => key.includes(" ")).map((key) => key.split(" ")[0]);
  assert.deepEqual(
    firsts.filter((first) => keys.includes(first ?? "")),
    [],
  );
});

test("in a call its keys are added, what cannot be done has none, and none of them means anything else", () => {
  const party = (as: string, agentId: string | null, state: string) => ({
    legId: as,
    as,
    agentId,
    state,
    mode: null,
    muted: false,
  });
  const withCall = (parties: readonly unknown[]): void => {
    const call = { id: "c", version: 1, concernId: "k", agentId: "a", by: "trunk", direction: "in", state: "talking" };
    deskState.set({
      ...emptyState("a" as never),
      channels: [{ id: "p", kind: "phone" }] as never,
      calls: { c: { ...call, startedAt: "", endedAt: null, recordings: [], parties } } as never,
    });
  };
  const context = {
    me: { agent: { id: "a", role: "admin" } },
    settings: { demo: true },
    concern: { id: "k", assigneeId: null, status: "open", deliveryFailed: true, channels: [] },
    list: [],
    selected: [],
    view: null,
    filter: null,
  } as unknown as Context;
  const able = (): readonly string[] =>
    commands.filter((command) => command.can(context)).flatMap((command) => command.keys);
  withCall([party("customer", null, "connected"), party("agent", "a", "connected")]);
  const talking = able();
  assert.deepEqual(
    talking.filter((key, index) => talking.indexOf(key) !== index),
    [],
  );
  for (const key of ["Ctrl+m", ", h", ", k", ", t", ", c", ", x", ", d"]) assert.ok(talking.includes(key), key);
  for (const key of [", o", ", b", ", r", ", l"]) assert.ok(!talking.includes(key), key);
  withCall([party("customer", null, "held"), party("agent", "a", "connected"), party("agent", "b", "connected")]);
  const asking = able();
  for (const key of [", o", ", b", ", z"]) assert.ok(asking.includes(key), key);
  for (const key of [", h", ", t", ", c"]) assert.ok(!asking.includes(key), key);
  deskState.set(emptyState(null));
  assert.deepEqual(
    able().filter((key) => key.startsWith(", ")),
    [],
    "nothing of it where nothing is telephoned",
  );
});

test("g waits for a second key; a wrong second key means what it means alone", () => {
  assert.equal(meaning(commands, "", "g"), "more");
  assert.equal(meaning(commands, "g", "m"), "goMine");
  assert.equal(meaning(commands, "g", "r"), "reply");
  assert.equal(meaning(commands, "", "ö"), null);
});

// ", l" opened the sheet of links while nobody could be listened to.
test("a sequence belongs to its command whether or not that can be done; what is nobody's does not", () => {
  assert.ok(begins(commands, ",") && begins(commands, "q") && !begins(commands, "l"));
  assert.equal(ofSequence(commands, ",", "l")?.id, "call.listens");
  assert.equal(ofSequence(commands, ",", "Shift+l")?.id, "call.listens", "Shift may be held through a sequence");
  assert.equal(ofSequence(commands, "", "l"), null);
  assert.equal(ofSequence(commands, ",", "ö"), null);
});

test("Shift makes another key of a letter only where a command says so", () => {
  assert.equal(notation(press("N", { shiftKey: true })), "Shift+n");
  assert.equal(notation(press("#", { shiftKey: true })), "#");
  assert.equal(meaning(commands, "", "Shift+n"), "previousHit");
  assert.equal(meaning(commands, "", "Shift+e"), "resolve");
  assert.equal(meaning(commands, "Shift+v", "Shift+s"), "saveView", "Shift may be held through a sequence");
});

test("while somebody writes only keys with Ctrl and Escape act", () => {
  assert.ok(worksWhileWriting("Ctrl+k"));
  assert.ok(!worksWhileWriting("e"));
});

test("keys are shown as they stand on the keyboard", () => {
  assert.deepEqual(shownKeys("Ctrl+k", false), ["Ctrl", "K"]);
  assert.deepEqual(shownKeys("Ctrl+k", true), ["⌘", "K"]);
  assert.deepEqual(shownKeys("g i", false), ["G", "I"]);
  assert.deepEqual(shownKeys("Shift+ArrowDown", false), ["Shift", "↓"]);
});
