// What is said of what is written, judged by the dictionaries, by a reader of number words of its own, and by whatever text there can be.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { mailHeard, mailWords } from "#lib/spoken/mail.ts";
import { moneyWords } from "#lib/spoken/money.ts";
import { cardinal, decimal, digitGroups, ordinal, phoneNumber, type SpokenLanguage } from "#lib/spoken/numbers.ts";
import { spelled } from "#lib/spoken/spelled.ts";
import { spokenText } from "#lib/spoken/text.ts";
import { clockWords, dayWords, durationWords, yearWords } from "#lib/spoken/times.ts";
import { fc } from "#test/chance.ts";

const languages = ["de", "en"] as const;

/** Reads number words by what each language's grammar says of them, and by nothing of the program's. */
const understood = (words: string, language: SpokenLanguage): number => {
  const values = new Map(
    (language === "de"
      ? "null:0 eine:1 eins:1 ein:1 zwei:2 drei:3 vier:4 fünf:5 sechs:6 sieben:7 acht:8 neun:9 zehn:10 elf:11 zwölf:12 dreizehn:13 vierzehn:14 fünfzehn:15 sechzehn:16 siebzehn:17 achtzehn:18 neunzehn:19 zwanzig:20 dreißig:30 vierzig:40 fünfzig:50 sechzig:60 siebzig:70 achtzig:80 neunzig:90 hundert:100 tausend:1000 Millionen:1000000 Million:1000000 Milliarden:1000000000 Milliarde:1000000000"
      : "zero:0 one:1 two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 ten:10 eleven:11 twelve:12 thirteen:13 fourteen:14 fifteen:15 sixteen:16 seventeen:17 eighteen:18 nineteen:19 twenty:20 thirty:30 forty:40 fifty:50 sixty:60 seventy:70 eighty:80 ninety:90 hundred:100 thousand:1000 million:1000000 billion:1000000000"
    )
      .split(" ")
      .map((each) => [each.split(":")[0] ?? "", Number(each.split(":")[1])] as const),
  );
  const names = [...values.keys()].toSorted((a, b) => b.length - a.length);
  let rest = words.replaceAll(/[\s-]/g, "");
  let [all, part] = [0, 0];
  while (rest !== "") {
    const and = language === "de" ? "und" : "and";
    if (rest.startsWith(and)) {
      rest = rest.slice(3);
      continue;
    }
    const name = names.find((each) => rest.startsWith(each));
    assert.ok(name, `"${rest}" of "${words}" begins with a number`);
    rest = rest.slice(name.length);
    const value = values.get(name) ?? 0;
    if (value === 100) part *= 100;
    else if (value >= 1_000) {
      all += part * value;
      part = 0;
    } else part += value;
  }
  return all + part;
};

suite("numbers that are said", () => {
  test("every number up to 2,000 and many larger ones are understood again", () => {
    for (const language of languages) {
      for (let number = 0; number <= 2_000; number++)
        assert.equal(understood(cardinal(number, language), language), number);
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 999_999_999_999 }), (number) => {
          assert.equal(understood(cardinal(number, language), language), number);
        }),
      );
    }
  });

  test("as the dictionaries have them", () => {
    assert.deepEqual(
      [1, 21, 101, 1_001, 16_017, 1_000_000, 2_000_001].map((number) => cardinal(number, "de")),
      [
        "eins",
        "einundzwanzig",
        "einhunderteins",
        "eintausendeins",
        "sechzehntausendsiebzehn",
        "eine Million",
        "zwei Millionen eins",
      ],
    );
    assert.deepEqual(
      [1, 21, 101, 1_001, 99_999, -4].map((number) => cardinal(number, "en")),
      [
        "one",
        "twenty-one",
        "one hundred and one",
        "one thousand and one",
        "ninety-nine thousand nine hundred and ninety-nine",
        "minus four",
      ],
    );
    assert.deepEqual(
      [1, 3, 7, 8, 19, 20, 31, 101, 100].map((number) => ordinal(number, "de", "er")),
      [
        "erster",
        "dritter",
        "siebter",
        "achter",
        "neunzehnter",
        "zwanzigster",
        "einunddreißigster",
        "einhunderterster",
        "einhundertster",
      ],
    );
    assert.deepEqual(
      [1, 2, 3, 5, 8, 9, 12, 20, 31, 100].map((number) => ordinal(number, "en")),
      ["first", "second", "third", "fifth", "eighth", "ninth", "twelfth", "twentieth", "thirty-first", "one hundredth"],
    );
    assert.equal(decimal("-12.05", "de"), "minus zwölf Komma null fünf");
    assert.equal(decimal("3.5", "en"), "three point five");
  });

  test("numbers that are names, in groups: no digit is lost, none is moved", () => {
    assert.equal(digitGroups("30412877", "de"), "drei null, vier eins, zwei acht, sieben sieben");
    assert.equal(digitGroups("20095", "en"), "two zero, zero nine five");
    assert.equal(phoneNumber("+4940123456", "de"), "plus vier neun, vier null, eins zwei, drei vier, fünf sechs");
    const words = "null eins zwei drei vier fünf sechs sieben acht neun".split(" ");
    fc.assert(
      fc.property(fc.stringMatching(/^\d{1,30}$/), (digits) => {
        const said = digitGroups(digits, "de").split(/[ ,]+/);
        assert.equal(said.map((word) => words.indexOf(word)).join(""), digits);
      }),
    );
  });

  test("amounts, days, times of day and durations", () => {
    assert.deepEqual(
      [1999, 100, 150, 99, 1, 0, -1250, 10_100].map((cents) => moneyWords(cents, "EUR", "de")),
      [
        "neunzehn Euro neunundneunzig",
        "ein Euro",
        "ein Euro fünfzig",
        "neunundneunzig Cent",
        "ein Cent",
        "null Euro",
        "minus zwölf Euro fünfzig",
        "einhundertein Euro",
      ],
    );
    assert.deepEqual(
      [1999, 100, 99].map((cents) => moneyWords(cents, "GBP", "en")),
      ["nineteen pounds ninety-nine", "one pound", "ninety-nine pence"],
    );
    assert.equal(dayWords({ year: null, month: 12, day: 3 }, "de", "en"), "dritten Dezember");
    assert.equal(dayWords({ year: 2026, month: 12, day: 3 }, "en"), "December the third, twenty twenty-six");
    assert.deepEqual(
      [1989, 2000, 2005, 2026, 1900].map((year) => yearWords(year, "de")),
      [
        "neunzehnhundertneunundachtzig",
        "zweitausend",
        "zweitausendfünf",
        "zweitausendsechsundzwanzig",
        "neunzehnhundert",
      ],
    );
    assert.deepEqual(
      [1989, 2000, 2005, 2026, 1900, 1905].map((year) => yearWords(year, "en")),
      [
        "nineteen eighty-nine",
        "two thousand",
        "two thousand and five",
        "twenty twenty-six",
        "nineteen hundred",
        "nineteen oh five",
      ],
    );
    assert.deepEqual(
      [clockWords(1, 0, "de"), clockWords(14, 30, "de"), clockWords(0, 5, "de")],
      ["ein Uhr", "vierzehn Uhr dreißig", "null Uhr fünf"],
    );
    assert.deepEqual(
      [clockWords(0, 0, "en"), clockWords(12, 0, "en"), clockWords(14, 30, "en"), clockWords(9, 5, "en")],
      ["midnight", "twelve noon", "two thirty p m", "nine oh five a m"],
    );
    assert.deepEqual(
      [60_000, 3_900_000, 45_000, 0].map((ms) => durationWords(ms, "de")),
      ["eine Minute", "eine Stunde und fünf Minuten", "fünfundvierzig Sekunden", "null Sekunden"],
    );
    assert.equal(durationWords(7_320_000, "en"), "two hours and two minutes");
  });
});

suite("names that are spelled", () => {
  test("by DIN 5009 and by ICAO", () => {
    assert.equal(spelled("Kö7", "de"), "K wie Köln, Ö wie Umlaut Offenbach, sieben");
    assert.equal(spelled("ß-w", "de"), "Eszett, Bindestrich, W wie Wuppertal");
    assert.equal(spelled("O'Neil 2", "en").split(", ").at(1), "apostrophe");
    assert.equal(spelled("qz", "en"), "Q as in Quebec, Z as in Zulu");
    for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
      for (const language of languages) {
        const [said = "", word = ""] = spelled(letter, language).split(language === "de" ? " wie " : " as in ");
        assert.deepEqual([said, word[0]], [letter, letter]);
      }
  });

  test("a mail address that is said is understood again", () => {
    assert.equal(mailWords("kim.m-1@example.org", "de"), "kim Punkt m Bindestrich eins ät example Punkt org");
    const part = fc
      .stringMatching(/^[a-z]{2,8}[0-9]?$/)
      .filter((word) => !/^(?:at|dot|plus|minus|dash|punkt|ett|aet)$/.test(word));
    fc.assert(
      fc.property(
        part,
        part,
        part,
        fc.constantFrom(".", "-", "_", "+"),
        fc.constantFrom(...languages),
        (one, two, host, sign, language) => {
          const address = `${one}${sign}${two}@${host.replaceAll(/\d/g, "")}.org`;
          assert.equal(mailHeard(`${mailWords(address, language)}`), address);
        },
      ),
    );
    assert.equal(mailHeard("Meine Adresse ist Kim Punkt Maier ät example Punkt org."), "kim.maier@example.org");
    assert.equal(mailHeard("ich weiß nicht"), null);
    assert.equal(mailHeard("at at at dot"), null);
  });
});

suite("texts that are said", () => {
  const said = {
    de: {
      "Offen sind 59,00 €, bis zum 15. Dezember 2026.":
        "Offen sind neunundfünfzig Euro, bis zum fünfzehnten Dezember zweitausendsechsundzwanzig.",
      "Ihre Kundennummer: 30412877": "Ihre Kundennummer: drei null, vier eins, zwei acht, sieben sieben",
      "PLZ 20095, Nr. 7": "Postleitzahl zwei null, null neun fünf, Nummer sieben",
      "Donnerstag, 3. Dezember um 09:00": "Donnerstag, den dritten Dezember um neun Uhr",
      "Der 3. Versuch. Drücken Sie die 1. Danach nichts.": "Der dritte Versuch. Drücken Sie die eins. Danach nichts.",
      "Mo.–Fr. 9–17 Uhr": "Montag bis Freitag neun bis siebzehn Uhr",
      "1 Std., 15 Min., 100 Mbit/s, 3 %": "eine Stunde, fünfzehn Minuten, einhundert Megabit pro Sekunde, drei Prozent",
      "z. B. 1.234,5 oder z.B. -5":
        "zum Beispiel eintausendzweihundertvierunddreißig Komma fünf oder zum Beispiel minus fünf",
      "Rufen Sie +49 40 123456 an": "Rufen Sie plus vier neun, vier null, eins zwei, drei vier, fünf sechs an",
      "Mehr unter https://help.example/a?b=1, dort steht es.": "Mehr unter, dort steht es.",
      "kim@example.org & Co.": "kim ät example Punkt org und Co.",
      X7K2: "X, sieben, K, zwei",
      "Zeile eins\nZeile zwei": "Zeile eins. Zeile zwei",
      "5-8 Tage (ungefähr) 👍": "fünf bis acht Tage, ungefähr,",
    },
    en: {
      "£19.99 is due on 3 December 2026 at 14:30.":
        "nineteen pounds ninety-nine is due on December the third, twenty twenty-six at two thirty p m.",
      "€1,234.50 and 0.5 GB": "one thousand two hundred and thirty-four euros fifty and zero point five gigabytes",
      "December 3, 2026 at 9 am": "December the third, twenty twenty-six at nine a m",
      "Your code is 4711.": "Your code is four seven, one one.",
      "the 22nd of 3 items, e.g. 1,000,000": "the twenty-second of three items, for example one million",
      "Call 020 7946 0958": "Call zero two zero, seven nine, four six, zero nine, five eight",
      "Press * or #": "Press star or hash",
    },
  } as const;
  for (const language of languages)
    test(`in ${language}`, () => {
      for (const [text, words] of Object.entries(said[language])) assert.equal(spokenText(text, language), words, text);
    });

  const pieces = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 30 }),
    fc.constantFrom(
      "3.12.",
      "12:30",
      "€",
      "1.234,50",
      "Uhr",
      "+49",
      "Nr.",
      "[[h@loU]]",
      "<break/>",
      "a@b.de",
      "-",
      "–",
      "\u0001",
      "0",
      "½",
      "٣",
      "²",
    ),
    fc.integer().map(String),
  );
  const texts = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(" "));

  test("whatever is written: no digit and no sign is left, and said again it stays so", () => {
    for (const language of languages)
      fc.assert(
        fc.property(texts, (text) => {
          const once = spokenText(text, language);
          assert.doesNotMatch(once, /[^\p{L}\p{M} .,;:!?'’-]/u);
          assert.ok(once.length <= 60 * text.length + 10);
          assert.equal(spokenText(once, language), once);
        }),
        { numRuns: 400 },
      );
  });

  test("megabytes cost no more than what is looked at", () => {
    for (const text of [
      "1".repeat(2_000_000),
      "3.".repeat(1_000_000),
      "a@".repeat(1_000_000),
      " 0-".repeat(700_000),
      "Mo–".repeat(500_000),
      "9 000".repeat(400_000),
      "A-1".repeat(400_000),
    ])
      for (const language of languages) {
        const before = process.cpuUsage();
        spokenText(text, language);
        const { user } = process.cpuUsage(before);
        assert.ok(user < 1_500_000, `${text.slice(0, 10)}: ${user} µs`);
      }
  });
});
