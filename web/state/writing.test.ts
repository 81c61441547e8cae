// What is being written first: whose it is, what replaces it, and what is there again after it was thrown away.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Draft } from "#contract/concerns.ts";
import { session } from "#web/state/session.ts";
import type { Session } from "#web/state/session.ts";
import {
  discardWaiting,
  discardWriting,
  doneWriting,
  isWritten,
  keepWriting,
  putBackWriting,
  restoreWriting,
  takeWaiting,
  waitingWritings,
  writing,
} from "#web/state/writing.ts";

/** The browser's storage, as much of it as is used here. */
const stored = new Map<string, string>();
let full = false;
Object.defineProperty(globalThis, "localStorage", {
  value: {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, text: string) => {
      if (full) throw new Error("QuotaExceededError");
      stored.set(name, text);
    },
    removeItem: (name: string) => stored.delete(name),
  },
});

const sits = (id: string): void => session.set({ kind: "signedIn", me: { agent: { id } } } as unknown as Session);
const taken = (text: string): Draft => ({ ...writing.get(), to: ["x@y.de"], text }) as unknown as Draft;

beforeEach(() => {
  full = false;
  stored.clear();
  for (const who of ["nobody else", "ada"]) {
    sits(who);
    restoreWriting();
  }
});

test("whoever signs in next in the same window sees nothing of what another was writing; that one finds it again", () => {
  keepWriting({ subject: "Kündigung", text: "Vertraulich" });
  putBackWriting(taken("auch das"), "Noch eins");
  sits("omar");
  restoreWriting();
  assert.equal(isWritten(writing.get()), false);
  assert.deepEqual(waitingWritings.get(), []);
  keepWriting({ text: "von Omar" });
  sits("ada");
  restoreWriting();
  assert.deepEqual([writing.get().subject, writing.get().text], ["Kündigung", "Vertraulich"]);
  assert.deepEqual(
    waitingWritings.get().map((one) => one.subject),
    ["Noch eins"],
  );
});

test("storage that is full or holds what nobody can read hinders no writing", () => {
  stored.set("draht.new.omar", "{half");
  sits("omar");
  restoreWriting();
  full = true;
  keepWriting({ text: "doch" });
  assert.equal(writing.get().text, "doch");
});

test("a first message taken back waits beside what is being written, and changes places with it", () => {
  assert.equal(putBackWriting(taken("allein"), "A"), true);
  assert.equal(writing.get().text, "allein");
  assert.equal(putBackWriting(taken("zurück"), "B"), false);
  assert.equal(writing.get().text, "allein", "what stands there stays");
  const [one] = waitingWritings.get();
  assert.ok(one);
  takeWaiting(one);
  assert.equal(writing.get().text, "zurück");
  assert.deepEqual(
    waitingWritings.get().map((each) => each.text),
    ["allein"],
  );
  const [other] = waitingWritings.get();
  assert.ok(other);
  const undo = discardWaiting(other);
  assert.deepEqual(waitingWritings.get(), []);
  undo();
  assert.equal(waitingWritings.get().length, 1);
});

test("what was thrown away comes back, and beside what was begun since", () => {
  keepWriting({ to: ["a@b.de"], subject: "Erstes" });
  const undo = discardWriting();
  assert.equal(isWritten(writing.get()), false);
  assert.equal(stored.size, 0, "nor does a reload bring it");
  undo();
  assert.deepEqual([writing.get().to, writing.get().subject], [["a@b.de"], "Erstes"]);
  const again = discardWriting();
  keepWriting({ text: "Zweites" });
  again();
  assert.equal(writing.get().text, "Zweites");
  assert.equal(waitingWritings.get()[0]?.subject, "Erstes");
});

test("what is sent goes, what was added while it left stays under a key of its own", () => {
  keepWriting({ text: "Guten Tag" });
  const sent = writing.get();
  keepWriting({ text: "Guten Tag, und noch etwas" });
  doneWriting(sent);
  assert.equal(writing.get().text, "Guten Tag, und noch etwas");
  assert.notEqual(writing.get().key, sent.key);
  doneWriting(writing.get());
  assert.equal(isWritten(writing.get()), false);
});
