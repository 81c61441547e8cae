// Custom fields: defined, filled in, judged; values of others stay, names change, definitions go and values stay.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { everything, listFilter } from "#contract/concerns.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { Field, FieldChanges, FieldValue } from "#contract/fields.ts";
import type { ConcernId, CustomerId, FieldId, TopicId } from "#contract/ids.ts";
import { createTopic, removeTopic } from "#modules/brands/actions.ts";
import { change } from "#modules/concerns/actions-change.ts";
import { saveView } from "#modules/concerns/actions-views.ts";
import { listConcerns, viewsFor } from "#modules/concerns/reads-lists.ts";
import { historyOf, openConcern } from "#modules/concerns/reads-open.ts";
import { changeCustomer } from "#modules/customers/actions-desk.ts";
import { changeField, createField, removeField } from "#modules/fields/actions.ts";
import { allFields } from "#modules/fields/reads.ts";
import { verifyAction } from "#test/verify-action.ts";
import { addCast, allConcerns, deliver, mail, openTestWorld, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
let id: ConcernId;
let customerId: CustomerId;

const sure = <T>(value: T): Exclude<T, Refusal> => {
  if (isRefusal(value)) return assert.fail(JSON.stringify(value));
  return value as Exclude<T, Refusal>;
};
const refused = (value: unknown): Refusal => {
  assert.ok(isRefusal(value), `refused: ${JSON.stringify(value)}`);
  return value;
};
const define = async (part: Partial<Field>): Promise<Field> =>
  sure(
    await createField(world, cast.omar, {
      owner: "concern",
      kind: "text",
      name: "Feld",
      choices: [],
      topicId: null,
      ...part,
    }),
  );
const fill = (fields: FieldChanges) => change(world, cast.anna, { id, change: { fields } });
const filled = async () => sure(await openConcern(world, cast.anna, id)).concern.fields;

before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
  await deliver(world, cast.channel, mail("kunde@post.example"));
  const [made] = await allConcerns(world.db);
  assert.ok(made);
  id = made.id;
  customerId = made.customerId as CustomerId;
  await define({ name: "Gerät" });
  await define({ name: "Betrag", kind: "number" });
  await define({ name: "Seit", kind: "date" });
  await define({ name: "Anschluss", kind: "choice", choices: ["Kabel", " Kabel ", "DSL"] });
  await define({ name: "Vor Ort", kind: "yesNo" });
});
after(() => world.close());

test("each kind takes its values and refuses others in words that name field and remedy", async () => {
  await verifyAction(
    world,
    cast.anna,
    () =>
      fill({ Gerät: " FritzBox\u0000 7590 ", Betrag: 12.5, Seit: "2026-02-28", Anschluss: "DSL", "Vor Ort": false }),
    ["concern.fieldsChanged"],
  );
  assert.deepEqual(await filled(), {
    Gerät: "FritzBox 7590",
    Betrag: 12.5,
    Seit: "2026-02-28",
    Anschluss: "DSL",
    "Vor Ort": false,
  });
  for (const [fields, code] of [
    [{ Betrag: "zwölf" }, "fieldNotNumber"],
    [{ Betrag: Number.POSITIVE_INFINITY }, "fieldNotNumber"],
    [{ Seit: "2026-02-30" }, "fieldNotDate"],
    [{ Seit: "gestern" }, "fieldNotDate"],
    [{ Seit: 20260228 }, "fieldNotDate"],
    [{ Anschluss: "Glasfaser" }, "fieldNotChoice"],
    [{ "Vor Ort": "ja" }, "fieldNotYesNo"],
    [{ Gerät: 7590 }, "fieldNotText"],
  ] as const) {
    const no = refused(await fill({ ...fields, Neu: "geht nicht mit" }));
    assert.equal(no.refused, code, JSON.stringify(fields));
    assert.equal(no.field, `fields.${Object.keys(fields)[0]}`);
  }
  assert.equal(refused(await fill({ Anschluss: "Mond" })).facts?.["choices"], "Kabel, DSL");
  assert.equal(Object.hasOwn(await filled(), "Neu"), false, "nothing of a refused change is kept");
});

test("two agents who fill in two fields at once overwrite nothing; null and an empty text take away", async () => {
  await Promise.all([fill({ Betrag: 1 }), fill({ Gerät: "A" }), fill({ Seit: null }), fill({ "Ganz eigenes": "ja" })]);
  assert.deepEqual(await filled(), { Gerät: "A", Betrag: 1, Anschluss: "DSL", "Vor Ort": false, "Ganz eigenes": "ja" });
  await fill({ "Ganz eigenes": "  " });
  assert.equal(Object.hasOwn(await filled(), "Ganz eigenes"), false);
  const before = (await world.events()).length;
  sure(await fill({ Gerät: "A", Seit: null }));
  assert.equal((await world.events()).length, before, "what it already is says nothing");
});

test("the history says who changed which field from what to what", async () => {
  sure(await fill({ Gerät: "B" }));
  const { entries } = sure(await historyOf(world, cast.anna, id, null, 1));
  assert.deepEqual(
    entries.map(({ kind, actor, data }) => ({ kind, who: actor.name, changed: data["changed"] })),
    [
      {
        kind: "concern.fieldsChanged",
        who: "Anna Berg",
        changed: [{ key: "Gerät", before: "A", after: "B" }],
      },
    ],
  );
});

test("another name rewrites nothing, a definition that goes leaves its values, and names are free of each other", async () => {
  const fields = await allFields(world.db);
  const device = fields.find((field) => field.key === "Gerät");
  assert.ok(device);
  const renamed = sure(await changeField(world, cast.omar, device.id, { name: "Router", choices: [], topicId: null }));
  assert.deepEqual([renamed.key, renamed.name], ["Gerät", "Router"]);
  assert.equal((await filled())["Gerät"], "B");
  const taken = { owner: "concern", kind: "text", choices: [], topicId: null } as const;
  for (const name of ["ROUTER", "Gerät"])
    assert.equal(refused(await createField(world, cast.omar, { ...taken, name })).refused, "nameTaken", name);
  sure(await createField(world, cast.omar, { ...taken, owner: "customer", name: "Router" }));
  await removeField(world, cast.omar, device.id);
  assert.equal((await filled())["Gerät"], "B");
  sure(await fill({ Gerät: 7 }));
  assert.equal(refused(await removeField(world, cast.omar, world.newId() as FieldId)).refused, "notFound");
});

test("a choice needs choices; a field's topic has to be there and cannot go under it", async () => {
  const base = { owner: "concern", name: "Neu", choices: [], topicId: null } as const;
  assert.equal(
    refused(await createField(world, cast.omar, { ...base, kind: "choice" })).refused,
    "fieldWithoutChoices",
  );
  assert.equal(
    refused(await createField(world, cast.omar, { ...base, kind: "text", topicId: world.newId() as TopicId })).refused,
    "unknownTopic",
  );
  const topic = sure(
    await createTopic(world, cast.omar, { parentId: null, name: "Rechnung", teamId: null, whenClosed: "reopen" }),
  );
  sure(await createField(world, cast.omar, { ...base, kind: "text", topicId: topic.id }));
  assert.equal(refused(await removeTopic(world, cast.omar, topic.id)).refused, "topicInUse");
});

test("customers have fields of their own, judged alike", async () => {
  await define({ owner: "customer", name: "Vertrag seit", kind: "date" });
  assert.equal(
    refused(await changeCustomer(world, cast.anna, customerId, { fields: { "Vertrag seit": "neulich" } })).refused,
    "fieldNotDate",
  );
  const first = sure(
    await changeCustomer(world, cast.anna, customerId, {
      fields: { "Vertrag seit": "2020-01-01", Seit: "irgendwann" },
    }),
  );
  assert.deepEqual(
    first.fields,
    { "Vertrag seit": "2020-01-01", Seit: "irgendwann" },
    "a concern's field is not theirs",
  );
  const again = sure(await changeCustomer(world, cast.anna, customerId, { fields: { Seit: null } }));
  assert.deepEqual([again.fields, again.version], [{ "Vertrag seit": "2020-01-01" }, first.version + 1]);
  assert.equal(
    sure(await changeCustomer(world, cast.anna, customerId, { fields: { Seit: null } })).version,
    again.version,
    "nothing changed, nothing said",
  );
});

test("no thing grows without end", async () => {
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, "x"]));
  assert.equal(refused(await fill(many)).refused, "tooManyFields");
});

test("concerns are listed and counted by what stands in a field, however it is written, as long as it stands there", async () => {
  const found = async (key: string, value: FieldValue) => {
    const filter = { ...everything, field: { key, value } };
    return sure(await listConcerns(world, cast.anna, { filter, after: null, limit: 50 })).rows.map((row) => row.id);
  };
  sure(
    await fill({
      Gerät: "FritzBox Größe 7590",
      Betrag: 1012.5,
      "Vor Ort": true,
      Seit: "2026-03-02",
      Frei: "x",
      "Betrag lang": 0.1,
    }),
  );
  const share = { with: "me" as const };
  const filter = { ...everything, field: { key: "Betrag", value: 1012.5 } };
  const view = sure(await saveView(world, cast.anna, { name: "Betrag", filter, share }));
  const count = async () => (await viewsFor(world, cast.anna)).views.find((one) => one.id === view.id)?.count;
  for (const [key, value] of [
    ["Gerät", "fritzbox grosse 7590"],
    ["Betrag", 1012.5],
    ["Vor Ort", true],
    ["Seit", "2026-03-02"],
    ["Frei", "X"],
    ["Betrag lang", 0.1],
  ] as const)
    assert.deepEqual(await found(key, value), [id], key);
  for (const [key, value] of [
    ["Gerät", "FritzBox"],
    ["Betrag", 1012],
    ["Vor Ort", false],
    ["Nie", "x"],
  ] as const)
    assert.deepEqual(await found(key, value), [], key);
  assert.equal(await count(), 1);
  assert.deepEqual(
    refused(
      await listConcerns(world, cast.anna, {
        filter: { ...everything, field: { key: "Betrag", value: "viel" } },
        after: null,
        limit: 50,
      }),
    ),
    { refused: "fieldNotNumber", facts: { name: "Betrag", value: "viel" }, field: "fields.Betrag" },
  );
  sure(await fill({ Betrag: null }));
  assert.deepEqual(await found("Betrag", 1012.5), []);
  assert.equal(await count(), 0);
  assert.ok(listFilter.safeParse({ ...everything, field: { key: "a", value: "b" } }).success);
  for (const field of [
    { key: "", value: 1 },
    { key: "a", value: " " },
    { key: "a\u0000", value: 1 },
    { key: "a", value: "\ud800" },
    { key: "a" },
  ])
    assert.ok(!listFilter.safeParse({ ...everything, field }).success, JSON.stringify(field));
});
