// The search on a real PostgreSQL: what was meant is found, marked as data, and only by those who may see it.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { AgentActor } from "#contract/actor.ts";
import type { ConcernId, CustomerId, MessageId } from "#contract/ids.ts";
import { searchResult, type SearchResult } from "#contract/search.ts";
import { searchEverything } from "#modules/concerns/reads-search.ts";
import type { FieldChanges } from "#contract/fields.ts";
import { change as changeConcern } from "#modules/concerns/actions-change.ts";
import { changeCustomer, createCustomer } from "#modules/customers/actions-desk.ts";
import { foldWords, forgetMessage, indexConcern, indexMessage } from "#modules/search/actions.ts";
import { fold, skeleton, wordsOf } from "#modules/search/model.ts";
import { byTime, byWords } from "#modules/search/store.ts";
import { raw, sql } from "#platform/db/db.ts";
import { concernCalled } from "#test/outbox.ts";
import { addCast, deliver, mail, openTestWorld, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
let customerId: CustomerId;
let minutes = 0;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
  customerId = world.newId() as CustomerId;
  await world.db.run(
    sql`INSERT INTO customer (id, name, created_at) VALUES (${customerId}, 'Jemand', ${world.now().toISOString()})`,
  );
});
after(() => world.close());

interface Written {
  readonly id: ConcernId;
  readonly number: number;
  readonly messageId: MessageId;
}

/** A concern with one message, stored and indexed in one transaction, a minute after the one before. */
const write = async (
  subject: string,
  text: string,
  over: { readonly other?: boolean; readonly tags?: readonly string[]; readonly customerId?: string } = {},
): Promise<Written> => {
  minutes += 1;
  const at = new Date(world.now().getTime() + minutes * 60_000).toISOString();
  const id = world.newId() as ConcernId;
  const messageId = world.newId() as MessageId;
  const brandId = over.other ? cast.otherBrandId : cast.brandId;
  return world.db.transaction(async (tx) => {
    const { number } = await tx.one<{ number: number }>(sql`
      INSERT INTO concern (id, brand_id, subject, status, tags, customer_id, customer_name, channels, snippet, last_message_at, created_at)
      VALUES (${id}, ${brandId}, ${subject}, 'open', ${over.tags ?? []}, ${over.customerId ?? customerId}, 'Jemand', ${["email"]}, ${text.slice(0, 160)}, ${at}, ${at}) RETURNING number`);
    await tx.run(
      sql`INSERT INTO message (id, concern_id, seq, direction, author_kind, author_name, at) VALUES (${messageId}, ${id}, 1, 'in', 'customer', 'Jemand', ${at})`,
    );
    await tx.run(sql`INSERT INTO message_body (message_id, text) VALUES (${messageId}, ${text})`);
    await indexMessage(world, tx, { messageId, concernId: id, brandId, at, subject, text, language: null });
    return { id, number, messageId };
  });
};

const find = async (q: string, who: AgentActor = cast.omar, limit = 20): Promise<SearchResult> => {
  const result = await searchEverything(world, who, q, limit);
  searchResult.parse(result);
  return result;
};
const ids = async (q: string, who?: AgentActor): Promise<string[]> =>
  (await find(q, who)).concerns.map((found) => found.row.id);
const marked = (parts: readonly { readonly text: string; readonly hit: boolean }[]): string[] =>
  parts.filter((part) => part.hit).map((part) => part.text);

test("a word in quotation marks of any kind is found by itself", async () => {
  const quoted = await write("Anzeige", "Auf dem Schirm steht «Quellsignal verloren», davor stand da „Bitte warten“.");
  assert.ok((await ids("quellsignal")).includes(quoted.id));
  assert.ok((await ids("bitte warten")).includes(quoted.id));
});

test("umlauts either way, compounds by their parts, slips of the finger, both ways", async () => {
  const umlaut = await write("Umzug", "Frau Größmann zieht um.");
  const spelled = await write("Umzug", "Herr Groessmann zieht auch um.");
  const compound = await write("Sendung", "Das Gerät liegt noch im Zielpaketzentrum Hamburg.");
  const slip = await write("Frage", "Ich habe eine Fage zur Rechung vom Mai.");
  for (const fold of [false, true]) {
    if (fold) assert.ok((await foldWords(world)) > 0);
    const where = fold ? "after folding" : "before folding";
    for (const q of ["grossmann", "Größmann", "groessmann", "GROSSMANN"])
      assert.deepEqual(new Set(await ids(q)), new Set([umlaut.id, spelled.id]), `${q} ${where}`);
    assert.deepEqual(await ids("paketzentrum"), [compound.id], where);
    assert.deepEqual(await ids("paketzentrun"), [], "a slip in a part is not looked for inside words");
    assert.deepEqual(await ids("Zielpaketzentrun"), [compound.id], where);
    assert.deepEqual(await ids("rechnung"), [slip.id], `the customer's slip ${where}`);
    assert.deepEqual(await ids("geräte hamburg"), [compound.id], "inflected, and all words must fit");
    assert.deepEqual(await ids("gerät berlin"), []);
  }
  const { concerns, alsoSearched } = await find("paketzentrum");
  assert.deepEqual(marked(concerns[0]?.excerpt ?? []), ["Zielpaketzentrum"]);
  assert.equal(concerns[0]?.messageId, compound.messageId);
  assert.deepEqual(alsoSearched, ["zielpaketzentrum"]);
  assert.equal(await foldWords(world), 0, "nothing is left to fold");
});

test("newest first, one line for each concern", async () => {
  const older = await write("Alpha", "Das Wort Nebelhorn kommt hier vor.");
  const newer = await write("Beta", "Auch hier: Nebelhorn, Nebelhorn.");
  assert.deepEqual(await ids("nebelhorn"), [newer.id, older.id]);
  const again = world.newId() as MessageId;
  const at = new Date(world.now().getTime() + 10_000 * 60_000).toISOString();
  await world.db.transaction(async (tx) => {
    await tx.run(
      sql`INSERT INTO message (id, concern_id, seq, direction, author_kind, author_name, at) VALUES (${again}, ${older.id}, 2, 'in', 'customer', 'Jemand', ${at})`,
    );
    await tx.run(sql`INSERT INTO message_body (message_id, text) VALUES (${again}, 'Noch einmal Nebelhorn')`);
    await indexMessage(world, tx, {
      language: null,
      messageId: again,
      concernId: older.id,
      brandId: cast.brandId,
      at,
      subject: null,
      text: "Noch einmal Nebelhorn",
    });
  });
  const found = await find("nebelhorn");
  assert.deepEqual(
    found.concerns.map((one) => [one.row.id, one.messageId]),
    [
      [older.id, again],
      [newer.id, newer.messageId],
    ],
  );
  await world.db.transaction((tx) => forgetMessage(tx, again));
  assert.deepEqual(await ids("nebelhorn"), [newer.id, older.id]);
});

test("subjects, also those an agent gave later; numbers; tags", async () => {
  const concern = await write("Kabelsalat im Keller", "Ohne weitere Worte.", { tags: ["feuerwehr"] });
  const found = await find("kabelsalat");
  assert.deepEqual(marked(found.concerns[0]?.subject ?? []), ["Kabelsalat"]);
  const at = world.now().toISOString();
  await world.db.transaction((tx) =>
    indexConcern(world, tx, {
      concernId: concern.id,
      brandId: cast.brandId,
      at,
      subject: "Quastenflosser",
      fields: [],
    }),
  );
  const renamed = await find("Quastenflosser");
  assert.deepEqual(
    renamed.concerns.map((one) => [one.row.id, one.messageId]),
    [[concern.id, null]],
  );
  for (const q of [String(concern.number), `#${concern.number}`, `[#${concern.number}]`])
    assert.equal((await ids(q))[0], concern.id, q);
  assert.deepEqual(await ids("#feuerwehr"), [concern.id]);
  assert.deepEqual(await ids("#nichts"), []);
});

test("other brands' concerns are not there: not by word, number, tag or customer", async () => {
  const foreign = await write("Geheimsache", "Das Codewort heißt Kupferkessel.", { other: true, tags: ["geheim"] });
  for (const q of ["kupferkessel", "Geheimsache", String(foreign.number), "#geheim", "kupferkesse"]) {
    assert.deepEqual(await ids(q, cast.anna), [], q);
    assert.equal((await ids(q, cast.eva)).includes(foreign.id), q !== "x", q);
  }
  assert.deepEqual((await find("kupferkessel", cast.anna)).customers, []);
  assert.deepEqual((await find("kupferkesse", cast.eva)).alsoSearched, ["kupferkessel"]);
  assert.deepEqual((await find("kupferkesse", cast.anna)).alsoSearched, [], "not even the word");
});

test("customers by name and address, and their concerns behind what messages said", async () => {
  const person = await createCustomer(world, cast.anna, {
    name: "Heidrun Außerwöger",
    kind: "email",
    value: "heidrun@wald.example",
  });
  assert.ok("id" in person);
  const theirs = await write("Ohne Namen", "Hier steht kein Name.", { customerId: person.id });
  const found = await find("ausserwoger");
  assert.deepEqual(
    found.customers.map((one) => [one.id, marked(one.name)]),
    [[person.id, ["Außerwöger"]]],
  );
  assert.deepEqual(
    found.concerns.map((one) => one.row.id),
    [theirs.id],
  );
  assert.deepEqual(
    (await find("ausserwoeger")).customers.map((one) => one.id),
    [person.id],
  );
  assert.deepEqual(
    (await find("heidrun@wald")).customers.map((one) => one.id),
    [person.id],
  );
});

test("a number is found however it is written, and by its end", async () => {
  const dashed = await write("Mahnung", "Sie mahnen Rechnung 2024-0017-88 an, bezahlt am 12.03.2026.");
  const spaced = await write("Vertrag", "Mein Vertrag: KD 4711 0815, seit Jahren.");
  const joined = await write("Vertrag", "Vertragsnummer KD47110816 bitte kündigen.");
  const serial = await write("Gerät", "Seriennummer EK7Q-2291, neu!");
  for (const q of [
    "2024-0017-88",
    "2024 0017 88",
    "2024001788",
    "2024/0017/88",
    "rechnung 2024001788",
    "1788",
    "0017-88",
  ])
    assert.deepEqual(await ids(q), [dashed.id], q);
  for (const q of ["KD 4711 0815", "KD-4711-0815", "kd47110815", "47110815", "4711-0815", "vertrag 0815"])
    assert.deepEqual(await ids(q), [spaced.id], q);
  for (const q of ["KD 4711 0816", "KD-47110816", "47110816", "110816"]) assert.deepEqual(await ids(q), [joined.id], q);
  for (const q of ["EK7Q2291", "ek7q 2291", "EK7Q-2291"]) assert.deepEqual(await ids(q), [serial.id], q);
  assert.deepEqual(await ids("2024001789"), []);
  assert.deepEqual(await ids("router 1788"), [], "the other words must fit as well");
  const [found] = (await find("2024 0017 88")).concerns;
  assert.deepEqual(marked(found?.excerpt ?? []), ["2024-0017-88"]);
});

test("customers are found by contract number and organisation, concerns by their fields", async () => {
  const person = await createCustomer(world, cast.anna, {
    name: "Wolfhard Ziesemer",
    kind: "email",
    value: "wz@werft.example",
  });
  assert.ok("id" in person);
  const theirs = await write("Ohne Nummer", "Hier steht keine.", { customerId: person.id });
  assert.ok(
    "id" in
      (await changeCustomer(world, cast.anna, person.id, {
        organisation: "Größmann Werft AG",
        fields: { Vertragsnummer: "VN-3041 28/77", Hinweis: "wünscht Rückruf", Hausnotruf: true },
      })),
  );
  const shown = async (q: string) =>
    (await find(q)).customers
      .filter((one) => one.id === person.id)
      .map(({ fact }) => [fact?.name, marked(fact?.value ?? [])]);
  for (const q of ["VN-3041 28/77", "vn30412877", "3041-2877", "30412877", "2877", "Ziesemer 2877"]) {
    assert.deepEqual(await shown(q), [["Vertragsnummer", ["VN-3041 28/77"]]], q);
    if (!q.includes("Ziesemer")) assert.ok((await ids(q)).includes(theirs.id), `${q}: their concerns are shown`);
  }
  assert.deepEqual(await shown("grossmann werft"), [[null, ["Größmann", "Werft"]]]);
  assert.deepEqual(await shown("ziesemer rueckruf"), [["Hinweis", ["Rückruf"]]]);
  assert.deepEqual(await shown("ziesemer 9999"), []);
  assert.ok("id" in (await changeCustomer(world, cast.anna, person.id, { fields: { Vertragsnummer: null } })));
  assert.deepEqual(await shown("30412877"), [], "what is taken away is found no longer");

  const device = await write("Router", "Er blinkt.");
  const change = (fields: FieldChanges) => changeConcern(world, cast.anna, { id: device.id, change: { fields } });
  await change({ Gerät: "FritzBox 7590", Auftrag: "A-2026-4455" });
  for (const q of ["fritzbox", "20264455", "A 2026 4455"]) assert.deepEqual(await ids(q), [device.id], q);
  const [hit] = (await find("4455")).concerns;
  assert.equal(hit?.messageId, null);
  assert.deepEqual(marked(hit?.excerpt ?? []), ["A-2026-4455"]);
  await change({ Gerät: null });
  assert.deepEqual(await ids("fritzbox"), []);
  assert.ok((await ids("router")).includes(device.id));
});

test("what was stored before codes had words of their own is found by them after the migration", async () => {
  const old = await write("Alt", "Rechnung RE-2019-0042-1 und IBAN DE89 3704 0044 0532 0130 00, am 01.02.2019.");
  const person = await createCustomer(world, cast.anna, { name: "Alte Kundin", kind: "email", value: "alt@k.example" });
  assert.ok("id" in person);
  await changeCustomer(world, cast.anna, person.id, { fields: { Vertrag: "AB-99/8877" } });
  const [now] = await world.db.rows<{ words: string }>(
    sql`SELECT words::text AS words FROM message_search WHERE message_id = ${old.messageId}`,
  );
  assert.ok(now?.words.includes("#124009102er"));
  await world.db.run(
    sql`UPDATE message_search SET words = to_tsvector('simple', 'alt') WHERE message_id = ${old.messageId}`,
  );
  await world.db.run(sql`UPDATE customer SET facts = '' WHERE id = ${person.id}`);
  const file = readFileSync(join(import.meta.dirname, "../../db/migrations/0031_search_facts.sql"), "utf8");
  const statements = file
    .split("\n")
    .filter((line) => !line.startsWith("--"))
    .join("\n")
    .split(";");
  for (const statement of statements.filter((text) => text.trim().startsWith("UPDATE")))
    await world.db.run(raw(statement));
  for (const q of ["201900421", "re201900421", "3704 0044 0532 0130 00"]) assert.deepEqual(await ids(q), [old.id], q);
  assert.deepEqual(
    (await find("998877")).customers.map((one) => one.id),
    [person.id],
  );
});

test("words that every message has are found at once, together with others or alone", async () => {
  for (let i = 0; i < 60; i += 1)
    await write(
      `Nummer ${i}`,
      `Das Internet ist und bleibt der Grund, Meldung ${i} ${i === 7 ? "Siebenschläfer" : ""}`,
    );
  await world.db.run(sql`ANALYZE message_search`);
  world.pass(11 * 60_000);
  assert.equal((await ids("internet")).length, 20);
  assert.equal((await ids("der")).length, 20, "a word of no meaning, alone");
  assert.equal((await ids("der siebenschläfer internet")).length, 1);
  assert.equal((await ids("internet grund meldung")).length, 20);
});

test("walking back in time and the index of words find the same", async () => {
  for (const query of ["'internet'", "'internet' & 'grund'", "'siebenschlaf' | 'meldung'", "'nirgend'"])
    for (const brandIds of [null, [cast.brandId], [cast.otherBrandId]])
      assert.deepEqual(
        await byTime(world.db, query, brandIds, 10_000, 100),
        await byWords(world.db, query, brandIds, 100),
        `${query} ${String(brandIds?.length)}`,
      );
  assert.equal((await byTime(world.db, "'internet'", null, 5, 100)).length, 5, "no further back than it may");
});

test("whatever is typed or written is data", async () => {
  const nasty = [
    "' OR 1=1 --",
    "a & b | !c",
    "'x':*",
    "\\",
    "%_%",
    "(((",
    "<script>alert(1)</script>",
    "\u0000kabel\u0000",
    "\u202Eabc",
    "😀😀",
    "ß",
    "İstanbul",
    "'",
    "a".repeat(200),
    "x ".repeat(100),
    "#",
    "[#999999999999999]",
    "#'); DROP TABLE concern; --",
    "99999999999999999999",
  ];
  const file = join(import.meta.dirname, "../../../shared/corpora/blns/blns.json");
  const given = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as string[]) : [];
  for (const q of [...nasty, ...given].map((text) => text.trim().slice(0, 200)).filter((text) => text !== ""))
    await find(q);
  const strange = await write("<img src=x onerror=alert(1)>", `${nasty.join(" ").replaceAll("\u0000", "")} Zauberwort`);
  const { concerns } = await find("zauberwort");
  assert.equal(concerns[0]?.row.id, strange.id);
  assert.equal(concerns[0]?.subject.map((part) => part.text).join(""), "<img src=x onerror=alert(1)>");
});

test("a text of any size or make can be indexed", async () => {
  const large = Array.from({ length: 200_000 }, (_, i) => i.toString(36)).join(" ");
  for (const text of [
    large,
    "x".repeat(500_000),
    "ÄÖÜ€".repeat(50_000),
    "a-b-c-".repeat(30_000),
    "http://a.example/?q=".repeat(8_000),
  ])
    await write("groß", text);
  assert.ok((await ids("groß")).length > 0);
});

test("the program folds words as the database does", async () => {
  const text =
    "Größe STRASSE Łódź Søren Ærø naïve Çà ÀÉÎÕÜ Straße œuvre İstanbul Đorđe Ångström ñandú Übergrößenträger Žižek ﬁnden";
  const words = wordsOf(text);
  const rows = await world.db.rows<{ word: string; folded: string; sound: string }>(
    sql`SELECT w AS word, fold(w) AS folded, skeleton(w) AS sound FROM unnest(${words}::text[]) AS w`,
  );
  for (const row of rows) {
    assert.equal(row.folded, row.word, "a folded word is folded for the database too");
    assert.equal(row.sound, skeleton(row.word));
  }
  for (const word of text.split(" ").filter((each) => !each.includes("ﬁ")))
    assert.equal(
      (await world.db.one<{ folded: string }>(sql`SELECT fold(${word}) AS folded`)).folded,
      fold(word),
      word,
    );
});

// What is folded away below a mail's own words was found by nobody, also when it stood nowhere else: a place to hide something in.
void test("the first mail is found by what it repeats below its own words, an answer only by what of it stands nowhere else", async () => {
  const from = "verborgen@kunde.example";
  const own = ["mid:verborgen@kunde.example"];
  const folded = "Am Montag schrieb Netz:\n> Ihre Vertragsnummer lautet Zwiebelfisch";
  await deliver(
    world,
    cast.channel,
    mail(from, { subject: "Gefaltet", text: "Bitte prüfen.", foldedText: folded, thread: { own } }),
  );
  const { id } = await concernCalled(world, "Gefaltet");
  const [found, ...others] = (await find("Zwiebelfisch")).concerns;
  assert.ok(found && others.length === 0);
  assert.equal(found.row.id, id);
  assert.deepEqual(marked(found.excerpt), ["Zwiebelfisch"]);
  const first = found.messageId;
  await deliver(
    world,
    cast.channel,
    mail(from, { subject: "Gefaltet", text: "Noch etwas.", foldedText: folded, thread: { references: own } }),
  );
  assert.equal((await find("Zwiebelfisch")).concerns[0]?.messageId, first, "the answer that repeats it is no hit");
  // A colleague's mail that went round us, wrapped anew by the customer's program, above what is known already.
  const round =
    "Am Dienstag, 3. März 2026 um 9:10 schrieb Netz\n<netz@kunde.example>:\n> Der Techniker bringt die\n> Fledermaus mit.\n>\n>> Ihre Vertragsnummer\n>> lautet Zwiebelfisch";
  await deliver(
    world,
    cast.channel,
    mail(from, { subject: "Gefaltet", text: "Siehe unten.", foldedText: round, thread: { references: own } }),
  );
  const [added] = (await find("Fledermaus")).concerns;
  assert.equal(added?.row.id, id);
  assert.deepEqual(marked(added.excerpt), ["Fledermaus"]);
  assert.equal((await find("Zwiebelfisch")).concerns[0]?.messageId, first);
  assert.deepEqual((await find("schrieb Dienstag")).concerns, [], "who wrote when is no hit");
});
