// What commands are about: selected rows before the open concern, and which of them they can be done to.
import assert from "node:assert/strict";
import { test } from "node:test";
import { command } from "#web/commands/commands.ts";
import { targets } from "#web/commands/concern.ts";
import type { Context } from "#web/commands/context.ts";

const row = (id: string, status = "open", assigneeId: string | null = null) => ({ id, status, assigneeId });
const context = (part: object): Context =>
  ({
    concern: null,
    list: [],
    selected: [],
    view: null,
    filter: null,
    me: { agent: { id: "me" } },
    ...part,
  }) as unknown as Context;
const can = (id: string, part: object): boolean => command(id).can(context(part));

test("selected rows go before the open concern; with neither there is nothing to do", () => {
  const concern = row("c");
  assert.deepEqual(
    targets(context({ concern, selected: [row("a"), row("b")] })).map((one) => one.id),
    ["a", "b"],
  );
  assert.deepEqual(
    targets(context({ concern })).map((one) => one.id),
    ["c"],
  );
  assert.deepEqual(targets(context({})), []);
});

test("resolving needs one that is not done, reopening one that is, taking over one that is not mine", () => {
  assert.ok(can("resolve", { selected: [row("a", "resolved"), row("b")] }));
  assert.ok(!can("resolve", { selected: [row("a", "resolved"), row("b", "closed")], concern: row("c") }));
  assert.ok(can("reopen", { selected: [row("a", "resolved")] }) && !can("reopen", { selected: [row("a")] }));
  assert.ok(!can("assignToMe", { selected: [row("a", "open", "me")] }));
  assert.ok(can("assignee", { selected: [row("a")] }) && !can("assignee", {}));
});

test("what speaks to one customer stays with the open concern", () => {
  for (const id of ["reply", "note", "snooze", "link", "linkDuplicate"]) {
    assert.ok(!can(id, { selected: [row("a")] }), id);
    assert.ok(can(id, { concern: row("c") }), id);
  }
});

test("views that come by themselves are neither changed nor moved; shared ones are moved by everybody", () => {
  const filter = { statuses: [] };
  const builtIn = { id: "all", key: "all", share: null, mayChange: false, filter };
  const shared = { id: "v", key: null, share: { with: "everybody" }, mayChange: false, filter };
  for (const id of ["editView", "removeView", "viewUp", "viewDown"]) assert.ok(!can(id, { view: builtIn }), id);
  assert.ok(can("viewUp", { view: shared }) && !can("editView", { view: shared }));
  assert.ok(can("editView", { view: { ...shared, mayChange: true } }));
});
