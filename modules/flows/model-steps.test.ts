// What each kind of step does, what is kept and compared, and where a dialogue ends that would not end.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { FlowInput } from "#contract/flow-runs.ts";
import type { FlowDocument } from "#contract/flows.ts";
import { flowLimits, step } from "#modules/flows/model.ts";
import { shownAnswer } from "#modules/flows/model-render.ts";
import {
  around,
  asks,
  begin,
  beginWith,
  both,
  dialogue,
  effectOf,
  endAs,
  ends,
  everyStep,
  everyStepAround,
  flowOf,
  inWords,
  free,
  kinds,
  lookUp,
  number,
  yesNo,
  type StepInput,
} from "#test/flows.ts";

suite("who they are", () => {
  const document = flowOf([
    { id: "who", do: "verify", failed: "no", next: "known" },
    { id: "known", do: "branch", cases: [{ all: [{ what: "verified", not: false }], next: "end" }], otherwise: "no" },
    ends(),
    ends("no", both("n"), false),
  ]);

  test("whoever is shown to be somebody passes at once", () => {
    const talk = dialogue(document, { verified: "kim@example.org" });
    assert.equal(talk.state().over, "solved");
    assert.equal(talk.state().values["email"], "kim@example.org");
  });

  test("to have shown one address does not show another", () => {
    const first: FlowInput = beginWith({ email: "lee@example.org" });
    const talk = dialogue(document, { verified: "kim@example.org" }, first);
    assert.deepEqual(effectOf(talk.outputs()).what, { do: "sendCode", email: "lee@example.org" });
    assert.equal(dialogue(document, { verified: "LEE@example.org" }, first).state().over, "solved");
  });

  test("an address is asked, a code is tried, and five wrong ones are enough", () => {
    const talk = dialogue(document);
    assert.equal(talk.words(), "Wie lautet Ihre E-Mail-Adresse?");
    talk.say("kim at example");
    talk.say("kim@example.org");
    talk.tell({ kind: "outcome", effect: 1, outcome: { of: "sendCode", became: "sent" } });
    assert.match(talk.words(), /kim@example\.org/);
    for (let n = 1; n <= 5; n++) {
      assert.equal(talk.state().awaiting?.for, "answer", `the ${n}. time`);
      talk.say("000000");
      assert.deepEqual(effectOf(talk.outputs()).what, { do: "tryCode", email: "kim@example.org", code: "000000" });
      talk.tell({ kind: "outcome", effect: 1 + n, outcome: { of: "tryCode", became: "wrong" } });
    }
    assert.equal(talk.state().over, "ended");
    assert.equal(talk.state().tried[0]?.became, "failed");
  });

  test("the right code shows it, for the rest of the dialogue", () => {
    const talk = dialogue(document);
    talk.say("kim@example.org");
    talk.tell({ kind: "outcome", effect: 1, outcome: { of: "sendCode", became: "sent" } });
    talk.say("Der Code ist 123 456");
    talk.tell({ kind: "outcome", effect: 2, outcome: { of: "tryCode", became: "verified" } });
    assert.equal(talk.state().over, "solved");
  });

  test("no code can be sent: they are told, and it goes on", () => {
    const talk = dialogue(document);
    talk.say("kim@example.org");
    talk.tell({ kind: "outcome", effect: 1, outcome: { of: "sendCode", became: "refused" } });
    assert.match(talk.words(), /keinen Code/);
    assert.equal(talk.state().over, "ended");
  });
});

suite("calls, times, links, waiting", () => {
  const callback = (when: "next" | "choose"): FlowDocument =>
    flowOf([
      {
        id: "call",
        do: "callback",
        text: both("Wir rufen an."),
        phone: "phone",
        when,
        queueId: null,
        topicId: null,
        subject: both("Rückruf"),
      },
    ]);

  test("a number that is known is not asked", () => {
    const talk = dialogue(callback("next"), {}, beginWith({ phone: "030 123456" }));
    const ending = endAs(talk.outputs());
    assert.ok(ending?.as === "callback");
    assert.deepEqual([ending.phone, ending.at], ["+4930123456", null]);
    assert.match(talk.words(), /\+4930123456/);
  });

  test("no time to choose: they are told, and called all the same", () => {
    const talk = dialogue(callback("choose"));
    talk.say("030 123456");
    talk.tell({ kind: "outcome", effect: 1, outcome: { of: "times", times: [] } });
    const ending = endAs(talk.outputs());
    assert.ok(ending?.as === "callback" && ending.at === null);
    assert.match(talk.words(), /keine Zeit[^]*sobald jemand frei/u);
  });

  test("no number: to somebody of us", () => {
    const talk = dialogue(callback("next"));
    for (let n = 0; n < 3; n++) talk.say("weiß nicht");
    const ending = endAs(talk.outputs());
    assert.ok(ending?.as === "handedOver" && ending.why === "stuck");
  });

  test("times are chosen among those that are offered; none goes its own way", () => {
    const document = flowOf([
      {
        id: "when",
        do: "schedule",
        text: both("Wann?"),
        into: "at",
        minutes: 30,
        offers: 3,
        afterMinutes: 60,
        none: "no",
        next: "end",
      },
      ends(),
      ends("no", both("n"), false),
    ]);
    const talk = dialogue(document);
    const times = ["2026-12-02T09:00:00.000Z", "2026-12-03T09:00:00.000Z"];
    talk.tell({ kind: "outcome", effect: 1, outcome: { of: "times", times } });
    talk.say("Donnerstag");
    assert.equal(talk.state().values["at"], times[1]);
    const none = dialogue(document);
    none.tell({ kind: "outcome", effect: 1, outcome: { of: "times", times: [] } });
    assert.equal(none.state().over, "ended");
  });

  test("a link by mail; where that fails a page is shown instead, and the way on is not", () => {
    const link = (to: "page" | "here"): FlowDocument =>
      flowOf([
        {
          id: "link",
          do: "sendLink",
          text: both("Hier:"),
          link: to === "page" ? { to, url: "https://help.example/x" } : { to },
          by: { way: "mail", email: "email" },
          next: "end",
        },
        ends(),
      ]);
    const first = beginWith({ email: "kim@example.org" });
    const sent = dialogue(link("page"), {}, first);
    sent.tell({ kind: "outcome", effect: 1, outcome: { of: "mailLink", became: "sent" } });
    assert.match(sent.words(), /unterwegs an kim@example\.org/);
    const refused = dialogue(link("page"), {}, first);
    refused.tell({ kind: "outcome", effect: 1, outcome: { of: "mailLink", became: "refused" } });
    assert.match(refused.words(), /nicht verschickt[^]*https:\/\/help\.example\/x/u);
    const nowhere = dialogue(link("here"));
    assert.ok(!kinds(nowhere.outputs()).includes("link"));
    assert.match(nowhere.words(), /nicht verschickt/);
  });

  test("waiting until it opens: at once when it is open, and what is said meanwhile is noted", () => {
    const document = flowOf([{ id: "wait", do: "wait", until: { by: "opening" }, next: "end" }, ends()]);
    assert.equal(dialogue(document).state().over, "solved");
    const talk = dialogue(document, { open: false, opensAt: "2026-12-02T07:00:00.000Z" });
    assert.deepEqual(effectOf(talk.outputs()).what, { do: "timer", until: "2026-12-02T07:00:00.000Z" });
    talk.say("noch etwas");
    assert.match(talk.words(), /notiert[^]*2\. Dezember/u);
    assert.deepEqual(talk.tell({ kind: "rested" }), [], "who waits for us has not left");
    talk.tell({ kind: "outcome", effect: 1, outcome: { of: "timer" } });
    assert.equal(talk.state().over, "solved");
  });
});

suite("what is out of order, and articles", () => {
  const document = flowOf([
    { id: "faults", do: "incidents", words: ["internet"], none: "none", next: "end" },
    ends(),
    ends("none", both("n"), false),
  ]);
  test("says the notices of these words, in the language there is", () => {
    const talk = dialogue(document, {
      notices: [
        { de: "Telefon aus", en: "" },
        { de: "INTERNET gestört", en: "" },
        { de: "", en: "Internet slow" },
      ],
    });
    assert.equal(talk.words(), "INTERNET gestört\n\nInternet slow\n\nDanke.");
    assert.equal(dialogue(document, { notices: [{ de: "Telefon aus", en: "" }] }).state().over, "ended");
  });
});

suite("who leaves", () => {
  const left = (document: FlowDocument, ...answers: readonly (string | FlowInput)[]): boolean | null => {
    const talk = dialogue(document);
    for (const each of answers) talk.tell(typeof each === "string" ? inWords(each) : each);
    const ending = endAs(talk.tell({ kind: "rested" }));
    return ending?.as === "left" ? ending.leaves : null;
  };
  const article: StepInput = {
    id: "read",
    do: "article",
    title: both("Lesen"),
    summary: both("s"),
    url: "https://help.example/x",
    next: "yes",
  };

  test("leaves something to answer only with free words or files that nothing answered", () => {
    const plain = flowOf([asks("yes", yesNo, "again"), asks("again", yesNo, "end"), ends()]);
    assert.equal(left(plain), false);
    assert.equal(left(plain, "ja"), false);
    assert.equal(left(plain, "hä"), false, "a slip is nothing to answer");
    assert.equal(left(plain, "bei mir geht seit gestern gar nichts"), true, "words that were not understood are");
    const words = flowOf([asks("words", free, "yes"), asks("yes", yesNo, "end"), ends()]);
    assert.equal(left(words, "Mein Router blinkt rot"), true);
    const answered = flowOf([asks("words", free, "read"), article, asks("yes", yesNo, "end"), ends()]);
    assert.equal(left(answered, "Mein Router blinkt rot"), false, "an article came since");
    const files = flowOf([asks("photo", { kind: "file", most: 1 }, "yes"), asks("yes", yesNo, "end"), ends()]);
    const photo: FlowInput = {
      kind: "answer",
      asked: null,
      answer: { by: "files", files: [{ id: "0f8fad5b-d9cb-469f-a165-70867728950e", name: "a" }] },
    };
    assert.equal(left(files, photo), true);
  });
});

suite("values", () => {
  test("conditions by the type of what is compared with", () => {
    const taken = (value: unknown, is: string, than: unknown): boolean => {
      const document = flowOf([
        {
          id: "b",
          do: "branch",
          cases: [{ all: [{ what: "value", name: "x", is, than }], next: "end" }],
          otherwise: "no",
        } as never,
        ends(),
        ends("no", both("n"), false),
      ]);
      return (
        dialogue(document, {}, { ...begin, values: value === undefined ? {} : { x: value } } as FlowInput).state()
          .over === "solved"
      );
    };
    const rows: readonly (readonly [unknown, string, unknown, boolean])[] = [
      [5, "equal", 5, true],
      ["5", "equal", 5, true],
      ["5,0", "equal", 5, false],
      [5, "equal", "5", true],
      ["Ja ", "equal", "ja", true],
      [true, "equal", true, true],
      ["true", "equal", true, true],
      [1, "equal", true, false],
      [undefined, "equal", "", false],
      [undefined, "notEqual", "a", true],
      [5, "less", 6, true],
      ["10", "more", 9, true],
      ["b", "more", "a", false],
      ["2026-12-01", "less", "2026-12-02", true],
      ["2026-12-01T10:00:00.000Z", "atLeast", "2026-12-01", true],
      [undefined, "atMost", 5, false],
      [5, "atMost", 5, true],
      [5, "atLeast", 5, true],
      ["Köln-Deutz", "contains", "koln", true],
      [["a", "b"], "contains", "B", true],
      ["abc", "contains", ["x", "c"], true],
      ["abc", "contains", "", false],
      [undefined, "empty", null, true],
      [" ", "empty", null, true],
      [[], "empty", null, true],
      [0, "empty", null, false],
      [false, "filled", null, true],
      [["a"], "equal", ["a"], true],
      [["a"], "equal", "a", false],
    ];
    assert.deepEqual(
      rows.filter(([value, is, than, wanted]) => taken(value, is, than) !== wanted),
      [],
    );
  });

  test("reckoning: what is no number, or divided by nothing, is kept as nothing", () => {
    const result = (left: number | string, how: string, right: number | string, values: Record<string, unknown> = {}) =>
      dialogue(
        flowOf([
          {
            id: "s",
            do: "set",
            values: [{ into: "y", from: { by: "reckon", left, how, right } }],
            next: "end",
          } as never,
          ends(),
        ]),
        {},
        beginWith({ y: 1, ...values }),
      ).state().values["y"];
    assert.equal(result(0.1, "+", 0.2), 0.3);
    assert.equal(result(19.99, "*", 3), 59.97);
    assert.equal(result("a", "-", "b", { a: "10", b: 4 }), 6);
    assert.equal(result(1, "/", 0), undefined);
    assert.equal(result("constructor", "+", 1), undefined);
    assert.equal(result("a", "+", 1, { a: "viel" }), undefined);
    assert.equal(result(1e15, "*", 1e15), undefined);
  });

  test("a secret is said nowhere: not in texts, not in what was made of it, not in what was tried", () => {
    const document = flowOf([
      asks("pin", { kind: "text", form: "digits", minLength: 4, maxLength: 4 }, "set", { secret: true }),
      {
        id: "set",
        do: "set",
        values: [
          { into: "copy", from: { by: "text", text: both("PIN {pin}") } },
          { into: "double", from: { by: "reckon", left: "pin", how: "*", right: 2 } },
        ],
        next: "say",
      },
      { id: "say", do: "say", text: both("{pin} {copy} {double} {pin, select, 99 {ja} other {nein}}"), next: "look" },
      lookUp({ path: "/pins/{pin}" }),
      ends("bad"),
      ends("end", both("Ende {copy}")),
    ]);
    const talk = dialogue(document);
    const outputs = talk.say("4321");
    assert.equal(talk.words(), "••• ••• ••• nein");
    assert.deepEqual(talk.state().secret, ["pin", "copy", "double"]);
    const said = JSON.stringify(outputs.filter(({ kind }) => kind !== "effect"));
    assert.ok(!/4321|8642/.test(said));
    const { what } = effectOf(outputs);
    assert.ok(what.do === "lookUp" && what.path === "/pins/4321", "a service may be asked with it");
    talk.tell({ kind: "outcome", effect: 1, outcome: { of: "lookUp", became: "failed" } });
    assert.ok(!/4321|8642/.test(JSON.stringify([talk.outputs(), talk.state().tried])));
  });

  test("values that every flow has are there, and cannot be set over", () => {
    const document = flowOf([
      { id: "s", do: "set", values: [{ into: "brand", from: { by: "value", value: "Andere" } }], next: "end" },
      ends("end", both("{brand} {opensAt}")),
    ]);
    const talk = dialogue(document);
    assert.equal(talk.words(), "Kabelwerk ");
  });

  test("fifty values are kept and no more; names of what every object has are names like any", () => {
    const steps: StepInput[] = Array.from({ length: 10 }, (_, at) => ({
      id: `s${at}`,
      do: "set",
      values: Array.from({ length: 6 }, (_x, n) => ({ into: `v${at}x${n}`, from: { by: "value", value: n } })),
      next: at === 9 ? "end" : `s${at + 1}`,
    }));
    const talk = dialogue(flowOf([...steps, ends()]));
    assert.equal(Object.keys(talk.state().values).length, 50);
    const odd = dialogue(
      flowOf([
        { id: "s", do: "set", values: [{ into: "constructor", from: { by: "value", value: "x" } }], next: "end" },
        ends("end", both("{constructor}{toString}")),
      ]),
    );
    assert.equal(odd.words(), "x");
  });
});

suite("limits", () => {
  test("a ring without an answer ends with somebody of us", () => {
    const ring = flowOf([
      { id: "a", do: "say", text: both("a"), next: "b" },
      { id: "b", do: "say", text: both("b"), next: "a" },
    ]);
    const talk = dialogue(ring);
    const ending = endAs(talk.outputs());
    assert.ok(ending?.as === "handedOver" && ending.why === "stuck");
    assert.equal(talk.outputs().filter(({ kind }) => kind === "passed").length, flowLimits.withoutAnswer);
  });

  test("a ring of look-ups ends, too", () => {
    const ring = flowOf([lookUp({ path: "/x", next: "look", takes: [], failed: "look", missing: "look" })]);
    let stepped = step(ring, null, begin, around());
    let asked = 0;
    for (let at = stepped.state.awaiting; at?.for === "effect"; at = stepped.state.awaiting) {
      asked += 1;
      stepped = step(
        ring,
        stepped.state,
        { kind: "outcome", effect: at.effect, outcome: { of: "lookUp", became: "failed" } },
        around(),
      );
    }
    assert.equal(asked, flowLimits.withoutAnswer);
    assert.equal(stepped.state.over, "handedOver");
    assert.equal(stepped.state.tried.length, 100);
  });

  test("two thousand steps in all are enough for anybody", () => {
    const ring = flowOf([asks("a", yesNo, "b"), { id: "b", do: "say", text: both("b"), next: "a" }]);
    const talk = dialogue(ring);
    let answers = 0;
    while (talk.state().over === null && answers < 5_000) {
      talk.say("ja");
      answers += 1;
    }
    assert.equal(answers, flowLimits.inAll / 2);
    assert.equal(talk.state().over, "handedOver");
  });

  test("ways that lead nowhere, and no way to begin, lead to somebody of us", () => {
    for (const document of [
      flowOf([], { start: null }),
      flowOf([], { start: "gone" }),
      flowOf([{ id: "a", do: "say", text: both("a"), next: null }]),
      flowOf([{ id: "a", do: "say", text: both("a"), next: "gone" }]),
    ]) {
      const ending = endAs(dialogue(document).outputs());
      assert.ok(ending?.as === "handedOver" && ending.why === "stuck");
    }
  });
});

test("it goes on in another language, and says what is open again", () => {
  const talk = dialogue(flowOf([asks("it", yesNo, "end", { text: both("Passt das?", "Is that fine?") }), ends()]));
  const before = talk.state().asked;
  talk.tell({ kind: "moved", language: "en" });
  assert.equal(talk.words(), "Is that fine?");
  assert.equal(talk.state().asked, before);
  const german = dialogue(flowOf([asks("it", yesNo, "end"), ends()], { languages: ["de"] }));
  german.tell({ kind: "moved", language: "en" });
  assert.equal(german.state().language, "de", "a flow speaks no language it has no words in");
});

test("values are shown as people read them, and secrets to nobody", () => {
  const talk = dialogue(everyStep, everyStepAround());
  const [, , asked] = talk.outputs();
  assert.ok(asked?.kind === "ask");
  const showing = { medium: "chat", language: "en", zone: "Europe/Berlin" } as const;
  assert.equal(shownAnswer(asked.question, "fault", showing), "Outage");
  assert.equal(shownAnswer({ ...asked.question, secret: true }, "fault", showing), "•••");
  assert.equal(shownAnswer({ ...asked.question, answer: yesNo }, true, showing), "Yes");
  assert.equal(shownAnswer({ ...asked.question, answer: number }, 1234.5, showing), "1,234.5");
  assert.equal(shownAnswer({ ...asked.question, answer: free }, "2026-12-03", showing), "3 December 2026");
});
