// A chat's customer who gave a name after their first words stood there twice: as a visitor, and by the name under which a mail had gone to them.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message, Party } from "#contract/concerns.ts";
import { people, saidBy } from "#web/state/parties.ts";

const frieda = { customerId: "frieda", customerName: "Frieda Ahrens" } as Parameters<typeof people>[1];
const chat = "visitor-utceaaaabbbb";
const party = (id: string, customerId: string | null, name: string, part: Partial<Party> = {}): Party =>
  ({
    id,
    customerId,
    name,
    kind: "email",
    value: `${id}@kunde.test`,
    role: "participant",
    seesFrom: 1,
    ...part,
  }) as Party;

test("each person takes part once: the customer by the name they have now, in their weightiest role", () => {
  const parties = [
    party("mail", "frieda", "frieda@kunde.test"),
    party("chat", "frieda", chat, { value: chat, role: "requester" }),
    party("office", "otto", ""),
    party("home", "otto", "Otto Brandt"),
    party("one", null, "Ines"),
    party("two", null, "Ines"),
  ];
  assert.deepEqual(
    people(parties, frieda).map(({ name, role }) => [name, role]),
    [
      ["Frieda Ahrens", "requester"],
      ["Otto Brandt", "participant"],
      ["Ines", "participant"],
      ["Ines", "participant"],
    ],
  );
  assert.equal(people([party("office", "otto", "")], frieda)[0]?.name, "office@kunde.test");
});

test("what was said before the name stands under it, but never what another visitor or an agent said", () => {
  const author = (part: object): Message["author"] => ({ kind: "customer", id: "frieda", name: chat, ...part });
  assert.equal(saidBy(author({}), frieda), "Frieda Ahrens");
  assert.equal(saidBy(author({ id: "other" }), frieda), chat);
  assert.equal(saidBy(author({ name: "F. Ahrens" }), frieda), "F. Ahrens");
  assert.equal(saidBy(author({ kind: "agent" }), frieda), chat);
  assert.equal(saidBy(author({}), undefined), chat);
});
