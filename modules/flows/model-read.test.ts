// What people write, and what it is taken for: both languages, both notations, mistakes, sentences around, and what is nothing of the kind.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlowQuestion } from "#contract/flow-runs.ts";
import type { FlowLanguage, FlowValue } from "#contract/flows.ts";
import { readAnswer, type ReadPlace } from "#modules/flows/model-read.ts";
import { both } from "#test/flows.ts";

/** Tuesday, 1 December 2026, 14:00 in Berlin. */
const place = (language: FlowLanguage = "de"): ReadPlace => ({
  language,
  medium: "text",
  zone: "Europe/Berlin",
  now: "2026-12-01T13:00:00.000Z",
  values: {},
});

type Kind = FlowQuestion["answer"];
/** The value that is read, or "!" with the reason. */
const read = (kind: Kind, text: string, language: FlowLanguage = "de"): FlowValue => {
  const found = readAnswer(kind, { by: "words", text }, place(language));
  return "refusal" in found ? `!${found.refusal}` : found.value;
};
const table = (
  kind: Kind,
  rows: readonly (readonly [text: string, wanted: FlowValue, language?: FlowLanguage])[],
): void => {
  const wrong = rows
    .map(([text, wanted, language]) => ({ text, wanted, found: read(kind, text, language) }))
    .filter(({ wanted, found }) => wanted !== found);
  assert.deepEqual(wrong, []);
};

const choice: Kind = {
  kind: "choice",
  options: [
    {
      id: "bill",
      label: both("Rechnung und Zahlung", "Billing"),
      words: { de: ["Mahnung", "Lastschrift"], en: ["invoice", "payment"] },
    },
    { id: "fault", label: both("Störung", "Outage"), words: { de: ["geht nicht", "kaputt"], en: ["broken", "down"] } },
    { id: "move", label: both("Umzug", "Moving house") },
    { id: "tariff", label: both("Tarif wechseln", "Change of tariff") },
    { id: "quit", label: both("Kündigung", "Cancellation") },
  ],
};

test("options by their number", () => {
  table(choice, [
    ["2", "fault"],
    ["2.", "fault"],
    [" 2 ) ", "fault"],
    ["zwei", "fault"],
    ["Nummer zwei bitte", "fault"],
    ["die zweite", "fault"],
    ["Option 3", "move"],
    ["ich nehme die 4", "tariff"],
    ["das letzte", "quit"],
    ["the second one", "fault", "en"],
    ["number two please", "fault", "en"],
    ["the last one", "quit", "en"],
    ["one", "bill", "en"],
    ["3rd", "move", "en"],
    ["6", "!unreadable"],
    ["0", "!unreadable"],
    ["-1", "bill"],
    ["1 2", "!unreadable"],
    ["23", "!unreadable"],
  ]);
});

test("options by words: labels, other words, mistakes, sentences; a clear winner only", () => {
  table(choice, [
    ["Störung", "fault"],
    ["STÖRUNG!!!", "fault"],
    ["Stoerung", "fault"],
    ["stoehrung", "fault"],
    ["Strörung", "fault"],
    ["umzgu", "move"],
    ["Rechnung", "bill"],
    ["rechung", "bill"],
    ["Ich habe eine Frage zu meiner Rechnung.", "bill"],
    ["mein internet geht nicht", "fault"],
    ["der Router ist kaputt", "fault"],
    ["Tarif", "tariff"],
    ["Tarifwechsel", "tariff"],
    ["tarifwechseln", "tariff"],
    ["moving house", "move", "en"],
    ["I am moving", "move", "en"],
    ["cancelation", "quit", "en"],
    ["my invoice is wrong", "bill", "en"],
    ["Rechnung oder Störung", "!ambiguous"],
    ["nicht die Rechnung", "!unreadable"],
    ["Banane", "!unreadable"],
    ["???", "!unreadable"],
    ["", "!empty"],
    ["   \n ", "!empty"],
    [
      "Guten Tag, ich schreibe Ihnen, weil ich in der letzten Woche eine Mahnung bekommen habe, obwohl alles bezahlt ist.",
      "bill",
    ],
  ]);
});

test("options that are alike need more than what they share", () => {
  const alike: Kind = {
    kind: "choice",
    options: [
      { id: "mobile", label: both("Vertrag Mobilfunk") },
      { id: "net", label: both("Vertrag Internet") },
      { id: "people", label: both("50 Mbit") },
      { id: "more", label: both("100 Mbit") },
    ],
  };
  table(alike, [
    ["Vertrag", "!ambiguous"],
    ["Internet", "net"],
    ["Vertrag Interent", "net"],
    ["mobilfunk", "mobile"],
    ["50", "people"],
    ["100 mbit", "more"],
    ["100", "more"],
  ]);
});

test("yes and no as people say them", () => {
  const kind: Kind = { kind: "yesNo" };
  for (const yes of [
    "ja",
    "Ja!",
    "jo",
    "JA BITTE",
    "jep",
    "klar",
    "genau",
    "stimmt",
    "auf jeden Fall",
    "ja, das ist richtig",
    "natürlich",
    "gern",
    "y",
    "yes",
    "yes please",
    "yeah",
    "sure",
    "of course",
    "that is correct",
    "👍",
    "okay",
    "1",
  ])
    assert.equal(read(kind, yes), true, yes);
  for (const no of [
    "nein",
    "Nein danke",
    "nö",
    "noe",
    "nee",
    "ne",
    "leider nicht",
    "auf keinen Fall",
    "eher nicht",
    "das stimmt nicht",
    "nicht richtig",
    "no",
    "No thanks",
    "nope",
    "nah",
    "not really",
    "that's not right",
    "👎",
    "2",
    "nicht",
  ])
    assert.equal(read(kind, no), false, no);
  table(kind, [
    ["ja nein", "!ambiguous"],
    ["vielleicht", "!unreadable"],
    ["weiß nicht genau, was Sie meinen", false],
    ["Banane", "!unreadable"],
    ["der Kundendienst war gestern schon da und hat alles geprüft", "!unreadable"],
  ]);
});

test("numbers in both notations, in words, within sentences", () => {
  const amount: Kind = { kind: "number", min: null, max: null, decimals: 2 };
  table(amount, [
    ["1.234,50", 1234.5],
    ["1,234.50", 1234.5],
    ["1.234,50", 1234.5, "en"],
    ["1234,5", 1234.5],
    ["1234.5", 1234.5],
    ["1.234", 1234],
    ["1,234", 1234],
    ["1.234", 1234, "en"],
    ["1'234.50", 1234.5],
    ["1 234,50 €", 1234.5],
    ["€ 12,50", 12.5],
    ["EUR 1.234.567,89", 1234567.89],
    ["12,50€", 12.5],
    ["3 Euro 50", 3.5],
    ["3 Euro und 50 Cent", 3.5],
    ["-5", -5],
    ["−5,5", -5.5],
    ["minus fünf", -5],
    [",5", 0.5],
    ["es waren 42 Euro", 42],
    ["Das waren 42.", 42],
    ["zwölf", 12],
    ["fünfundzwanzig", 25],
    ["ein", 1],
    ["twenty five", 25, "en"],
    ["about thirty", 30, "en"],
    ["12 oder 13", "!ambiguous"],
    ["12 12", 12],
    ["1.23.45", "!notANumber"],
    ["1,2345", "!tooManyDecimals"],
    ["viel", "!notANumber"],
    ["1e5", "!ambiguous"],
    ["NaN", "!notANumber"],
    ["Infinity", "!notANumber"],
    ["99999999999999999999999", "!notANumber"],
  ]);
  const whole: Kind = { kind: "number", min: 1, max: 5_000, decimals: 0 };
  table(whole, [
    ["1,234", 1234],
    ["1.234", 1234],
    ["2,5", "!tooManyDecimals"],
    ["3,0", 3],
    ["0", "!tooSmall"],
    ["-3", "!tooSmall"],
    ["5001", "!tooLarge"],
  ]);
  const fine: Kind = { kind: "number", min: null, max: null, decimals: 4 };
  table(fine, [
    ["1,234", 1.234],
    ["1,234", 1234, "en"],
    ["1.234", 1.234, "en"],
    ["1.234", 1234],
  ]);
});

test("days: dates in every form, by name, by weekday, by distance", () => {
  const ahead: Kind = { kind: "date", fromDays: 0, toDays: 400 };
  table(ahead, [
    ["heute", "2026-12-01"],
    ["morgen", "2026-12-02"],
    ["Morgen Vormittag", "2026-12-02"],
    ["übermorgen", "2026-12-03"],
    ["tomorrow", "2026-12-02", "en"],
    ["the day after tomorrow", "2026-12-03", "en"],
    ["3.12.", "2026-12-03"],
    ["am 3.12. bitte", "2026-12-03"],
    ["3.12.2026", "2026-12-03"],
    ["03.12.26", "2026-12-03"],
    ["3. Dezember", "2026-12-03"],
    ["3. Dez. 2026", "2026-12-03"],
    ["3 December 2026", "2026-12-03", "en"],
    ["December 3rd", "2026-12-03", "en"],
    ["December 3, 2026", "2026-12-03", "en"],
    ["the 3rd of december", "2026-12-03", "en"],
    ["2026-12-03", "2026-12-03"],
    ["5. März", "2027-03-05"],
    ["15.1.", "2027-01-15"],
    ["Freitag", "2026-12-04"],
    ["nächsten Freitag", "2026-12-04"],
    ["next friday", "2026-12-04", "en"],
    ["next tuesday", "2026-12-08", "en"],
    ["Freitag morgen", "2026-12-04"],
    ["in drei Tagen", "2026-12-04"],
    ["in 2 weeks", "2026-12-15", "en"],
    ["in einer Woche", "2026-12-08"],
    ["20/12/2026", "2026-12-20", "en"],
    ["12/20/2026", "2026-12-20", "en"],
    ["gestern", "!tooEarly"],
    ["30.11.2026", "!tooEarly"],
    ["3.12.2029", "!tooLate"],
    ["31.2.", "!notADay"],
    ["irgendwann", "!notADay"],
    ["3.12. oder 4.12.", "!ambiguous"],
    ["03/04/2027", "!ambiguous", "en"],
  ]);
  const past: Kind = { kind: "date", fromDays: -40_000, toDays: 0 };
  table(past, [
    ["3.12.", "2025-12-03"],
    ["gestern", "2026-11-30"],
    ["vorgestern", "2026-11-29"],
    ["Freitag", "2026-11-27"],
    ["letzten Freitag", "2026-11-27"],
    ["vor zwei Wochen", "2026-11-17"],
    ["3 days ago", "2026-11-28", "en"],
    ["24.5.71", "1971-05-24"],
    ["24. Mai 1971", "1971-05-24"],
    ["seit dem 3. November", "2026-11-03"],
    ["morgen", "!tooLate"],
  ]);
});

test("today is the day it is there, not in Greenwich", () => {
  const kind: Kind = { kind: "date", fromDays: null, toDays: null };
  const late = { ...place(), now: "2026-12-01T23:30:00.000Z" };
  assert.deepEqual(readAnswer(kind, { by: "words", text: "heute" }, late), { value: "2026-12-02" });
  assert.deepEqual(readAnswer(kind, { by: "words", text: "heute" }, { ...late, zone: "No/Where" }), {
    value: "2026-12-01",
  });
});

const form = (name: "email" | "phone" | "digits" | "postcode" | "any", minLength = 1, maxLength = 200): Kind => ({
  kind: "text",
  form: name,
  minLength,
  maxLength,
});

test("addresses, numbers, digits and postcodes within sentences", () => {
  table(form("email"), [
    ["kim@example.org", "kim@example.org"],
    ["Meine Adresse ist Kim.Lee@Example.ORG.", "Kim.Lee@example.org"],
    ["<kim@example.org>", "kim@example.org"],
    ["kim@example.org oder lee@example.org", "!ambiguous"],
    ["kim at example.org", "!notAnEmail"],
    ["kim@", "!notAnEmail"],
  ]);
  table(form("phone"), [
    ["+49 30 123456", "+4930123456"],
    ["0049 (0)30 / 123 456", "+4930123456"],
    ["030/123456", "+4930123456"],
    ["0170 1234567", "+491701234567"],
    ["ruf mich an: 0170-123 45 67, danke", "+491701234567"],
    ["+49 (0) 30 123456", "+4930123456"],
    ["123", "!notAPhone"],
    ["keine", "!notAPhone"],
    ["030 123456 oder 0170 1234567", "!ambiguous"],
  ]);
  const swiss = readAnswer(
    form("phone"),
    { by: "words", text: "044 123 45 67" },
    { ...place(), zone: "Europe/Zurich" },
  );
  assert.deepEqual(swiss, { value: "+41441234567" });
  const elsewhere = readAnswer(
    form("phone"),
    { by: "words", text: "044 123 45 67" },
    { ...place(), zone: "Asia/Tokyo" },
  );
  assert.deepEqual(elsewhere, { value: "0441234567" }, "which country's it is nobody knows");
  table(form("digits", 6, 9), [
    ["123456", "123456"],
    ["007123456", "007123456"],
    ["Meine Kundennummer ist 123 456 789.", "123456789"],
    ["123-456", "123456"],
    ["eins zwei drei vier fünf sechs", "123456"],
    ["12345", "!tooShort"],
    ["1234567890", "!tooLong"],
    ["123456 und 654321", "!ambiguous"],
    ["Kundennummer 123456, seit 2019", "123456"],
    ["weiß ich nicht", "!notDigits"],
  ]);
  table(form("postcode"), [
    ["80331", "80331"],
    ["80331 München", "80331"],
    ["D-80331", "80331"],
    ["1010 Wien", "1010"],
    ["sw1a 1aa", "SW1A 1AA"],
    ["München", "!notAPostcode"],
  ]);
  table(form("any", 3, 10), [
    ["  abc  ", "abc"],
    ["ab", "!tooShort"],
    ["abcdefghijk", "!tooLong"],
    ["👩‍👩‍👧‍👧👩‍👩‍👧‍👧", "!tooLong"],
    ["a\u0007bc", "abc"],
  ]);
});

test("what a form, a button or a key gives", () => {
  const amount: Kind = { kind: "number", min: 0, max: null, decimals: 2 };
  const given = (kind: Kind, value: string): FlowValue => {
    const found = readAnswer(kind, { by: "value", value }, place());
    return "refusal" in found ? `!${found.refusal}` : found.value;
  };
  assert.equal(given(amount, "1234.5"), 1234.5);
  assert.equal(given(amount, "1.234"), "!tooManyDecimals", "a form's point is a point");
  assert.equal(given(amount, "1.234,50"), 1234.5, "who types into a form without a program writes as people do");
  assert.equal(given({ kind: "date", fromDays: null, toDays: null }, "2026-12-03"), "2026-12-03");
  assert.equal(given({ kind: "date", fromDays: null, toDays: null }, "2026-02-30"), "!notADay");
  assert.equal(given({ kind: "yesNo" }, "yes"), true);
  assert.equal(given(choice, "fault"), "fault");
  const pick = (kind: Kind, id: string) => readAnswer(kind, { by: "pick", id }, place());
  assert.deepEqual(pick(choice, "2"), { value: "fault" }, "a key");
  assert.deepEqual(pick(choice, "constructor"), { refusal: "unreadable", facts: {} });
  const files = [{ id: "0f8fad5b-d9cb-469f-a165-70867728950e", name: "a" }];
  assert.deepEqual(readAnswer(choice, { by: "files", files }, place()), { refusal: "onlyWords", facts: {} });
  assert.deepEqual(readAnswer({ kind: "file", most: 1 }, { by: "files", files: [...files, ...files] }, place()), {
    refusal: "tooManyFiles",
    facts: { most: 1 },
  });
  assert.deepEqual(readAnswer({ kind: "file", most: 1 }, { by: "words", text: "hier" }, place()), {
    refusal: "noFile",
    facts: {},
  });
});

test("a code among words, and times by their words", () => {
  const code: Kind = { kind: "code", digits: 6 };
  table(code, [
    ["123456", "123456"],
    ["Der Code ist 123 456.", "123456"],
    ["1234", "!wrongCode"],
    ["keiner da", "!wrongCode"],
  ]);
  const time: Kind = {
    kind: "time",
    offered: [
      { id: "t1", at: "2026-12-02T09:00:00.000Z" },
      { id: "t2", at: "2026-12-02T13:30:00.000Z" },
      { id: "t3", at: "2026-12-03T08:00:00.000Z" },
    ],
  };
  table(time, [
    ["2", "2026-12-02T13:30:00.000Z"],
    ["Donnerstag", "2026-12-03T08:00:00.000Z"],
    ["thursday please", "2026-12-03T08:00:00.000Z", "en"],
    ["Mittwoch 14:30", "2026-12-02T13:30:00.000Z"],
    ["Mittwoch", "!ambiguous"],
    ["nie", "!unreadable"],
  ]);
});
