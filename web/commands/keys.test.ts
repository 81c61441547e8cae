// Keys: every command can be reached, none twice, and sequences end where they should.
import assert from "node:assert/strict";
import { test } from "node:test";
import { commands } from "#web/commands/commands.ts";
import { finding } from "#web/state/finding.ts";
import { meaning, notation, shownKeys, worksWhileWriting } from "#web/commands/keys.ts";

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

test("no key means two commands that can be done at once, and no key hides a sequence", () => {
  const keys = commands.flatMap((command) => command.keys);
  const concern = { id: "c", assigneeId: null, status: "open", deliveryFailed: true };
  const context = { me: { agent: { id: "a", role: "admin" } }, settings: { demo: true }, concern, list: [] };
  for (const found of [null, { concernId: "c" }]) {
    finding.set(found as never);
    const able = commands.filter((command) => command.can(context as never)).flatMap((command) => command.keys);
    assert.deepEqual(
      able.filter((key, index) => able.indexOf(key) !== index),
      [],
    );
    assert.ok(able.includes("n") && able.includes("Shift+n") === (found !== null));
  }
  finding.set(null);
  const firsts = keys.filter((key) => key.includes(" ")).map((key) => key.split(" ")[0]);
  assert.deepEqual(
    firsts.filter((first) => keys.includes(first ?? "")),
    [],
  );
});

test("g waits for a second key; a wrong second key means what it means alone", () => {
  assert.equal(meaning(commands, "", "g"), "more");
  assert.equal(meaning(commands, "g", "m"), "goMine");
  assert.equal(meaning(commands, "g", "r"), "reply");
  assert.equal(meaning(commands, "", "x"), null);
});

test("Shift makes another key of a letter only where a command says so", () => {
  assert.equal(notation(press("N", { shiftKey: true })), "Shift+n");
  assert.equal(notation(press("#", { shiftKey: true })), "#");
  assert.equal(meaning(commands, "", "Shift+n"), "previousHit");
  assert.equal(meaning(commands, "", "Shift+e"), "resolve");
});

test("while somebody writes only keys with Ctrl and Escape act", () => {
  assert.ok(worksWhileWriting("Ctrl+k"));
  assert.ok(!worksWhileWriting("e"));
});

test("keys are shown as they stand on the keyboard", () => {
  assert.deepEqual(shownKeys("Ctrl+k", false), ["Ctrl", "K"]);
  assert.deepEqual(shownKeys("Ctrl+k", true), ["⌘", "K"]);
  assert.deepEqual(shownKeys("g i", false), ["G", "I"]);
});
