// How the form of a channel is filled in.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FormField, SimpleField } from "#contract/channel-form.ts";
import { askedFields, listOf, rowsIn, startSettings, withRowMoved, withValue } from "./channelForm.ts";

const inner: readonly SimpleField[] = [
  { name: "from", kind: "choice", start: "now", options: ["now", "days"], when: null },
  { name: "days", kind: "number", start: 30, when: { name: "from", is: "days" } },
];
const fields: readonly FormField[] = [
  { name: "address", kind: "text", start: "", optional: false, when: null },
  { name: "imap", kind: "group", fields: [...inner], optional: true, when: null },
];

test("a form begins with every field at its start and groups switched off", () => {
  assert.deepEqual(startSettings(fields), { address: "", imap: null });
  assert.deepEqual(startSettings(inner), { from: "now", days: 30 });
  const rules: FormField = { name: "rules", kind: "group", fields: [...inner], optional: false, when: null };
  assert.deepEqual(
    startSettings([rules]),
    { rules: { from: "now", days: 30 } },
    "one that is always asked is at its start",
  );
});

test("a field that hangs on a choice is asked only under it", () => {
  const asked = (from: string): readonly string[] =>
    askedFields(inner, { ...startSettings(inner), from }).map(({ name }) => name);
  assert.deepEqual([asked("now"), asked("days")], [["from"], ["from", "days"]]);
});

// A mailbox that was connected before one could choose how to sign in lost its password's field.
test("what hangs on a choice that the channel does not know yet is asked as under the choice's start", () => {
  const later: readonly SimpleField[] = [
    { name: "signIn", kind: "choice", start: "password", options: ["password", "oauth"], when: null },
    { name: "password", kind: "secret", start: null, when: { name: "signIn", is: "password" } },
  ];
  assert.deepEqual(
    askedFields(later, { host: "h" }).map(({ name }) => name),
    ["signIn", "password"],
  );
});

test("rows begin with none, are moved within their places, and nothing else becomes one", () => {
  assert.deepEqual(startSettings([{ name: "rules", kind: "rows", fields: [...inner], most: 3, when: null }]), {
    rules: [],
  });
  assert.deepEqual(rowsIn([{ a: 1 }, "x", null]), [{ a: 1 }]);
  assert.deepEqual(rowsIn(undefined), []);
  const rows = [{ a: 1 }, { a: 2 }, { a: 3 }];
  assert.deepEqual(withRowMoved(rows, 0, 1), [{ a: 2 }, { a: 1 }, { a: 3 }]);
  assert.deepEqual(withRowMoved(rows, 2, 1), [{ a: 1 }, { a: 3 }, { a: 2 }]);
  for (const [from, to] of [
    [0, -1],
    [2, 3],
    [7, 0],
  ] as const)
    assert.equal(withRowMoved(rows, from, to), rows);
});

test("a value is set where its path leads, and lists are read by line and comma", () => {
  assert.deepEqual(withValue({ address: "a", imap: null }, ["imap", "days"], 7), { address: "a", imap: { days: 7 } });
  assert.deepEqual(listOf(" a, b\n\nc "), ["a", "b", "c"]);
});
