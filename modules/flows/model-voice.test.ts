// Keys and understood words, case by case, and for whatever keys there can be; what is said of links, files and secrets.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { FlowInput, FlowQuestion } from "#contract/flow-runs.ts";
import type { FlowLanguage } from "#contract/flows.ts";
import { digitsHeard, numberHeard } from "#lib/spoken/heard.ts";
import { cardinal, decimal, digitByDigit, digitGroups } from "#lib/spoken/numbers.ts";
import { likelyWords, readKeys, readSpeech, voiced } from "#modules/flows/model-voice.ts";
import { fc } from "#test/chance.ts";
import { asks, both, dialogue, ends, flowOf } from "#test/flows.ts";

type Answer = Parameters<typeof asks>[1];

const asking = (answer: Answer, more: Parameters<typeof asks>[3] = {}): FlowQuestion => {
  const said = dialogue(flowOf([asks("it", answer, "end", more), ends()]), { medium: "voice" }).outputs();
  const found = said.find((output) => output.kind === "ask");
  assert.ok(found?.kind === "ask");
  return found.question;
};
const options = (count: number): Answer => ({
  kind: "choice",
  options: Array.from({ length: count }, (_, at) => ({
    id: `o${at + 1}`,
    label: both(`Option ${String.fromCharCode(65 + at)}`),
  })),
});
const digits = (minLength: number, maxLength: number): Answer => ({
  kind: "text",
  form: "digits",
  minLength,
  maxLength,
});
const phone: Answer = { kind: "text", form: "phone", minLength: 1, maxLength: 40 };
const date: Answer = { kind: "date", fromDays: null, toDays: null };
const number = (decimals: number, min: number | null = 0): Answer => ({ kind: "number", min, max: 5_000, decimals });
const free: Answer = { kind: "text", form: "any", minLength: 1, maxLength: 100 };

/** What keys come to, in short: more, again, human, skip, or what was answered. */
const short = (question: FlowQuestion, keys: string, over = false): string => {
  const read = readKeys(question, keys, over);
  if (read.is !== "input") return read.is;
  return shortInput(read.input);
};
const shortInput = (input: FlowInput): string => {
  if (input.kind !== "answer") return input.kind;
  const { answer } = input;
  return answer.by === "skip"
    ? "skip"
    : answer.by === "pick"
      ? `=${answer.id}`
      : answer.by === "files"
        ? "files"
        : `=${answer.by === "words" ? answer.text : answer.value}`;
};

suite("keys of a telephone", () => {
  test("each kind of question", () => {
    const cases: readonly (readonly [Answer, boolean, Readonly<Record<string, string>>])[] = [
      // A key, or at its end "!": no more came in time.
      [
        options(3),
        false,
        { "": "more", "!": "again", "2": "=o2", "0": "human", "*": "again", "7": "=7", "#": "=", "1!": "=o1" },
      ],
      [options(12), false, { "1": "more", "1#": "=o1", "1!": "=o1", "12": "=o12", "2": "=o2", "0": "human" }],
      [{ kind: "yesNo" }, true, { "1": "=yes", "2": "=no", "3": "=3", "#": "skip", "0": "human", "*": "again" }],
      [
        digits(8, 8),
        false,
        {
          "3": "more",
          "3041287": "more",
          "30412877": "=30412877",
          "3041!": "=3041",
          "3041#": "=3041",
          "*": "more",
          "*!": "again",
          "*0": "human",
          "12*": "more",
          "12*3": "more",
          "12*30412877": "=30412877",
          "0": "more",
          "0#": "human",
          "0!": "human",
          "#": "=",
        },
      ],
      [digits(1, 8), true, { "0#": "=0", "12#": "=12", "#": "skip", "12!": "=12" }],
      [
        phone,
        false,
        { "030123456#": "=030123456", "0": "more", "0!": "human", "00493012345!": "=00493012345", "*0": "human" },
      ],
      [
        number(2),
        false,
        {
          "12*50#": "=12.50",
          "12*": "more",
          "12*#": "=12",
          "*": "more",
          "*0": "human",
          "12*5*": "more",
          "12*5*7#": "=7",
          "0#": "=0",
          "7!": "=7",
        },
      ],
      [number(0, 5), false, { "12#": "=12", "12*": "more", "12*3#": "=3", "0#": "human" }],
      [
        date,
        false,
        {
          "03122026": "=2026-12-03",
          "0312#": "=03.12.",
          "031226#": "=03.12.26",
          "32132026": "=32.13.2026",
          "0": "more",
          "5#": "=5",
        },
      ],
      [free, true, { "0": "human", "#": "skip", "*": "again", "5": "more", "5#": "=5" }],
      [{ kind: "file", most: 1 }, false, { "0": "human", "#": "=", "*": "again" }],
    ];
    for (const [answer, optional, keys] of cases) {
      const question = asking(answer, { optional });
      for (const [pressed, wanted] of Object.entries(keys))
        assert.equal(
          short(question, pressed.replace("!", ""), pressed.endsWith("!")),
          wanted,
          `${answer.kind}: "${pressed}"`,
        );
    }
  });

  test("whatever is pressed: an answer to that question, or not yet; with time gone, never more waiting; a way to somebody of us is always there", () => {
    const kinds = [
      options(2),
      options(12),
      { kind: "yesNo" },
      digits(1, 8),
      digits(8, 8),
      phone,
      date,
      number(0),
      number(2, null),
      free,
      { kind: "file", most: 2 },
    ] as const;
    for (const kind of kinds)
      for (const optional of [true, false]) {
        const question = asking(kind, { optional });
        fc.assert(
          fc.property(fc.stringMatching(/^[0-9*#]{0,20}$/), fc.boolean(), (keys, over) => {
            const read = readKeys(question, keys, over);
            assert.ok(!(over && read.is === "more"), keys);
            if (read.is === "more") assert.ok(read.withinMs >= 1_000 && read.withinMs <= 10_000);
            if (read.is === "input" && read.input.kind === "answer") assert.equal(read.input.asked, question.asked);
          }),
          { numRuns: 25 },
        );
        assert.ok([short(question, "0"), short(question, "*0")].includes("human"), kind.kind);
      }
    assert.equal(short(asking(options(2)), "A;DROP"), "again");
  });

  test("nobody is told of keys that are not there, and everybody of the way to somebody of us", () => {
    for (const [language, human] of [
      ["de", /mit jemandem zu sprechen/],
      ["en", /speak to somebody/],
    ] as const)
      for (const answer of [
        options(3),
        { kind: "yesNo" },
        digits(4, 4),
        phone,
        date,
        number(2),
        free,
        { kind: "file", most: 1 },
      ] as const) {
        const { utterances, question } = voiced([{ kind: "ask", question: asking(answer) }], {
          language,
          zone: "Europe/Berlin",
        });
        assert.match(utterances.at(-1)?.text ?? "", human);
        assert.ok(question !== null && utterances.every(({ bargeIn }) => bargeIn));
      }
    const said = (answer: Answer, listens: boolean): string =>
      voiced([{ kind: "ask", question: asking(answer) }], { language: "de", zone: "UTC", listens })
        .utterances.map(({ text }) => text)
        .join(" ");
    assert.doesNotMatch(said(options(2), false), /sagen Sie/i);
    assert.match(said(options(2), true), /Oder sagen Sie es/);
    assert.match(said(free, false), /nicht eingeben/);
    assert.match(said({ kind: "file", most: 1 }, true), /Datei können Sie am Telefon nicht senden/);
    assert.match(said(digits(8, 8), false), /die 8 Ziffern/);
  });
});

suite("words that were understood", () => {
  const said = (
    answer: Answer,
    text: string,
    language: FlowLanguage = "de",
    confidence: number | null = null,
  ): string => {
    const read = readSpeech(asking(answer), { text, confidence }, language);
    return read.is === "again" ? "again" : shortInput(read.input);
  };

  test("numbers and addresses are written down, repeating is no answer, hardly understood is not understood", () => {
    assert.equal(said(digits(8, 8), "äh dreißig einundvierzig achtundzwanzig siebenundsiebzig"), "=30412877");
    assert.equal(said(digits(8, 8), "three oh four one double two seven seven", "en"), "=30412277");
    assert.equal(said(digits(8, 8), "30 41 28 77"), "=30 41 28 77");
    assert.equal(said(number(2), "zweihundertdrei Komma fünf"), "=203.5");
    assert.equal(said(number(2), "one thousand two hundred and three", "en"), "=1203");
    assert.equal(said({ ...phone, form: "email" }, "kim punkt maier ät example punkt org"), "=kim.maier@example.org");
    assert.equal(said(free, "Wie bitte?"), "again");
    assert.equal(said(options(2), "say that again", "en"), "again");
    assert.equal(said(options(2), "Option B", "de", 0.2), "again");
    assert.equal(said(options(2), "  "), "again");
    assert.equal(said(free, "Was soll das"), "=Was soll das");
    assert.deepEqual(likelyWords(asking({ kind: "yesNo" }), { language: "en", zone: "UTC" }), ["Yes", "No"]);
  });

  test("what is said of numbers is understood again", () => {
    for (const language of ["de", "en"] as const) {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 999_999_999 }), fc.integer({ min: 1, max: 99 }), (whole, hundredths) => {
          assert.equal(numberHeard(cardinal(whole, language), language), String(whole));
          const written = `-${whole + 1}.${String(hundredths).padStart(2, "0")}`;
          assert.equal(numberHeard(decimal(written, language), language), written);
        }),
      );
      fc.assert(
        fc.property(fc.stringMatching(/^\d{1,20}$/), (run) => {
          assert.equal(digitsHeard(digitByDigit(run, language)), run);
          assert.equal(digitsHeard(`meine ${digitGroups(run, language)}, please`), run);
        }),
      );
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 10, max: 99 }), { minLength: 1, maxLength: 8 }), (pairs) => {
          // "zwanzig drei" is two numbers in German, and one in English: pairs there never end with a bare ten.
          const usable = pairs.map((pair) => (pair % 10 === 0 ? pair + 1 : pair));
          assert.equal(digitsHeard(usable.map((pair) => cardinal(pair, language)).join(" ")), usable.join(""));
        }),
      );
    }
    for (const none of ["", "hallo", "ich habe eine Frage", "zwei oder drei", "7"])
      assert.equal(numberHeard(none, "de"), null);
    assert.equal(digitsHeard("keine ahnung"), null);
  });
});

suite("what cannot be heard", () => {
  test("an address of the net: the flow's own words for voices, or where it is to be found", () => {
    const link = (text: Parameters<typeof ends>[1]) =>
      voiced(
        dialogue(
          flowOf([
            {
              id: "page",
              do: "sendLink",
              text: text ?? both(""),
              link: { to: "page", url: "https://www.help.example/a/b?c=d" },
              by: { way: "here" },
              next: "end",
            },
            ends(),
          ]),
          { medium: "voice" },
        ).outputs(),
        { language: "de", zone: "UTC" },
      ).utterances.map(({ text: words }) => words);
    assert.deepEqual(link(both("Alles Weitere hier:", "More here:")), [
      "Alles Weitere hier.",
      "Sie finden das auf help.example.",
      "Danke.",
    ]);
    assert.deepEqual(link({ ...both("Hier:"), by: { voice: both("Das steht auf unserer Seite.") } }), [
      "Das steht auf unserer Seite.",
      "Danke.",
    ]);
  });

  test("a secret is not said back, whatever keys gave it", () => {
    const flow = dialogue(
      flowOf([
        asks("pin", digits(4, 4), "tell", { secret: true }),
        { id: "tell", do: "say", text: both("Ihre Geheimzahl ist {pin}."), next: "end" },
        ends(),
      ]),
      { medium: "voice" },
    );
    const { question } = voiced(flow.outputs(), { language: "de", zone: "UTC" });
    assert.ok(question);
    const read = readKeys(question, "9876", false);
    assert.ok(read.is === "input");
    const { utterances, question: open } = voiced(flow.tell(read.input), { language: "de", zone: "UTC" });
    assert.doesNotMatch(JSON.stringify(utterances), /9876/);
    assert.equal(open, null);
    assert.ok(utterances.every(({ bargeIn }) => !bargeIn));
    assert.equal(flow.state().values["pin"], "9876");
  });
});
