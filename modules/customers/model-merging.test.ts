// What speaks for two customers being one, what a merge makes of them, and that taking it apart gives back what was there.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Customer } from "#contract/customers.ts";
import {
  changedSince,
  conflictsOf,
  likenessOf,
  mergedParts,
  partsOf,
  provedBoth,
  unmergedParts,
  type Likeness,
  type Parts,
  type PartsChange,
} from "#modules/customers/model-merging.ts";
import { fc } from "#test/chance.ts";

const like = (part: Partial<Likeness>): Likeness => ({ name: "Hanna Krüger", addresses: [], claims: [], ...part });
const mailbox = (norm: string, alike = `mail:${norm}`) => ({ kind: "email" as const, norm, alike });
const number = (kind: "phone" | "whatsapp", norm: string) => ({ kind, norm, alike: `number:${norm.slice(-9)}` });
const said = (norm: string, signed = false) => ({ ...mailbox(norm), signed });
const kindsOf = (found: ReturnType<typeof likenessOf>) =>
  found && [found.sure, ...found.evidence.map(({ kind }) => kind)];

test("a name alone proposes nothing; with an address that is claimed it is likely, without the name possible", () => {
  const one = like({ addresses: [mailbox("hanna@mail.example")] });
  assert.equal(likenessOf(one, like({ addresses: [mailbox("h@other.example")] })), null);
  const visitor = { claims: [said("hanna@mail.example")] };
  assert.deepEqual(kindsOf(likenessOf(one, like(visitor))), ["likely", "claimed", "sameName"]);
  assert.deepEqual(kindsOf(likenessOf(like({ ...visitor, name: "Jan" }), one)), ["possible", "claimed"]);
  assert.deepEqual(kindsOf(likenessOf(like(visitor), like(visitor))), ["likely", "sameClaim", "sameName"]);
  // Named and had by the one, named by the other: one reason, not the same in two sentences.
  assert.deepEqual(kindsOf(likenessOf({ ...one, ...visitor }, like(visitor))), ["likely", "claimed", "sameName"]);
});

test("one number in two spellings or kinds, one mailbox under two addresses", () => {
  const one = like({ addresses: [number("phone", "+491701234567")] });
  const other = like({ name: "hanna  KRUEGER", addresses: [number("whatsapp", "01701234567")] });
  assert.deepEqual(kindsOf(likenessOf(one, other)), ["likely", "sameNumber", "sameName"]);
  const tagged = like({ name: "J", addresses: [mailbox("hanna+shop@mail.example", "mail:hanna@mail.example")] });
  assert.deepEqual(kindsOf(likenessOf(tagged, like({ addresses: [mailbox("hanna@mail.example")] }))), [
    "possible",
    "sameMailbox",
  ]);
});

test("only what a site has signed for both is certain; an address is no name", () => {
  const one = like({ claims: [{ ...said("4711", true), kind: "id", alike: "" }] });
  assert.deepEqual(kindsOf(likenessOf(one, one)), ["certain", "signedId", "sameName"]);
  const half = like({ claims: [{ ...said("4711"), kind: "id", alike: "" }], name: "x" });
  assert.deepEqual(kindsOf(likenessOf(one, half)), ["possible", "sameClaim"]);
  const called = (norm: string) => like({ name: "a@b.example", addresses: [mailbox(norm, "mail:same@b.example")] });
  assert.deepEqual(kindsOf(likenessOf(called("same+a@b.example"), called("same+b@b.example"))), [
    "possible",
    "sameMailbox",
  ]);
});

const customer = (part: Partial<Customer>): Customer => ({
  id: "0195d1f0-0000-7000-8000-000000000001" as Customer["id"],
  name: "Hanna",
  language: null,
  wish: null,
  organisation: null,
  tierId: null,
  agentId: null,
  fields: {},
  addresses: [],
  createdAt: "2026-03-02T09:00:00.000Z",
  version: 1,
  ...part,
});
const address = (value: string, verifiedAt: string | null = null) =>
  ({ id: value, kind: "email", value, verifiedAt }) as unknown as Customer["addresses"][number];

test("conflicts are the parts in which both say something else; who is called by an address has no name that differs", () => {
  const one = customer({ language: "de", fields: { Tarif: "250", Kunde: 7 } });
  const other = customer({ name: "Johanna", language: "en", fields: { Tarif: "500", Ort: "Kiel" } });
  assert.deepEqual(conflictsOf(one, other), [
    { part: "name", one: "Hanna", other: "Johanna" },
    { part: "language", one: "de", other: "en" },
    { part: "field:Tarif", one: "250", other: "500" },
  ]);
  assert.deepEqual(conflictsOf(customer({}), customer({ name: "x@y.z", addresses: [address("X@y.z")] })), []);
  assert.equal(
    provedBoth(customer({ addresses: [address("a", "t")] }), customer({ addresses: [address("b")] })),
    false,
  );
  assert.equal(
    provedBoth(customer({ addresses: [address("a", "t")] }), customer({ addresses: [address("b", "t")] })),
    true,
  );
  // Two chats in two browsers were said to speak against it: of those everybody has one for each browser.
  const browser = (value: string) => ({ ...address(value, "t"), kind: "chat" as const });
  assert.equal(provedBoth(customer({ addresses: [browser("a")] }), customer({ addresses: [browser("b")] })), false);
});

test("the kept one's parts stand, but for those taken, those it lacks, and a name that is only an address", () => {
  const one = customer({ name: "h@x.y", addresses: [address("h@x.y")], language: "de", fields: { Tarif: "250" } });
  const other = customer({ name: "Hanna", language: "en", fields: { Tarif: "500", Ort: "Kiel" } });
  assert.deepEqual(mergedParts(one, other, ["field:Tarif"]), {
    name: "Hanna",
    language: "de",
    "field:Tarif": "500",
    "field:Ort": "Kiel",
  });
  assert.deepEqual(partsOf(other), { name: "Hanna", language: "en", "field:Tarif": "500", "field:Ort": "Kiel" });
});

test("what was changed since a merge is whose the agent says", () => {
  const merge: PartsChange = { id: "m", before: { name: "A", language: "de" }, after: { name: "B", language: "de" } };
  const now = { kept: { name: "B", language: "en" }, gone: { name: "B" } };
  assert.deepEqual(changedSince(merge, [], now.kept, now.gone), [
    { part: "language", before: "de", gone: null, now: "en" },
  ]);
  const apart = (whose?: "kept" | "gone" | "both") =>
    unmergedParts(merge, [], now, whose === undefined ? {} : { language: whose });
  assert.deepEqual(apart().kept, { name: "A", language: "en" });
  assert.deepEqual(apart().gone, { name: "B" });
  assert.deepEqual(
    [apart("gone").kept, apart("gone").gone],
    [
      { name: "A", language: "de" },
      { name: "B", language: "en" },
    ],
  );
  assert.deepEqual(
    [apart("both").kept, apart("both").gone],
    [
      { name: "A", language: "en" },
      { name: "B", language: "en" },
    ],
  );
});

const values = fc.constantFrom("1", "2", "3");
const partsDrawn = fc
  .dictionary(fc.constantFrom("field:a", "field:b", "field:c"), values)
  .map((f): Parts => ({ name: "N", ...f }));
const steps = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant("merge" as const),
      gone: partsDrawn,
      take: fc.subarray(["field:a", "field:b", "field:c"]),
    }),
    fc.record({ do: fc.constant("edit" as const), part: fc.constantFrom("field:a", "field:b", "field:c") }),
    fc.record({ do: fc.constant("undo" as const), which: fc.nat(5) }),
  ),
  { maxLength: 12 },
);

// Any number of merges into one customer, edits between them, taken apart in any order: whoever was merged has what they had, and the kept one what they
// would have if nobody had ever been merged, with the agent's own edits (each a value of its own).
test("in whatever order merges are taken apart, everybody has their own again", () => {
  fc.assert(
    fc.property(partsDrawn, steps, (start, all) => {
      let kept = start;
      let alone = start;
      let merges: (PartsChange & { readonly gone: Parts })[] = [];
      const undo = (index: number): void => {
        const merge = merges[index];
        if (merge === undefined) return;
        const later = merges.slice(index + 1);
        const apart = unmergedParts(merge, later, { kept, gone: merge.gone }, {});
        assert.deepEqual(apart.gone, merge.gone);
        kept = apart.kept;
        merges = [
          ...merges.slice(0, index),
          ...later.map((one) => ({
            ...one,
            before: apart.later.find(({ id }) => id === one.id)?.before ?? one.before,
          })),
        ];
      };
      for (const [at, step] of all.entries()) {
        if (step.do === "edit") {
          kept = { ...kept, [step.part]: `edit ${at}` };
          alone = { ...alone, [step.part]: `edit ${at}` };
        } else if (step.do === "undo") undo(step.which % Math.max(1, merges.length));
        else {
          const after = {
            ...step.gone,
            ...kept,
            ...Object.fromEntries(step.take.flatMap((p) => (p in step.gone ? [[p, step.gone[p] ?? ""]] : []))),
          };
          merges = [...merges, { id: `m${at}`, before: kept, after, gone: step.gone }];
          kept = after;
        }
      }
      while (merges.length > 0) undo(0);
      assert.deepEqual(kept, alone);
    }),
    { numRuns: 400 },
  );
});
