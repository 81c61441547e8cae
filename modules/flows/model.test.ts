// The interpreter: what a dialogue does with what it is told, in order and out of it.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { FlowInput, FlowSurroundings } from "#contract/flow-runs.ts";
import { openQuestion } from "#modules/flows/model.ts";
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
  flowOf,
  free,
  inWords,
  kinds,
  lookUp,
  number,
  pick,
  wellDone,
  yesNo,
} from "#test/flows.ts";

suite("answers", () => {
  const two = flowOf([asks("one", yesNo, "two"), asks("two", yesNo, "three"), asks("three", number, "end"), ends()]);

  test("a button pressed twice is one answer", () => {
    const talk = dialogue(two);
    talk.tell(pick("yes", 1));
    const after = talk.state();
    assert.deepEqual(talk.tell(pick("yes", 1)), []);
    assert.deepEqual(talk.state(), after);
  });

  test("another answer to a question that is answered: they are told so, and the open one is asked again", () => {
    const talk = dialogue(two);
    talk.tell(pick("yes", 1));
    const after = talk.state();
    assert.deepEqual(kinds(talk.tell(pick("no", 1))), ["say", "ask"]);
    assert.match(talk.words(), /schon beantwortet[^]*two\?/u);
    assert.deepEqual(talk.state(), after);
    assert.equal(after.values["one"], true);
  });

  test("two answers at once are the answers to two questions where a medium knows no numbers", () => {
    const talk = dialogue(two);
    talk.say("ja");
    talk.say("nein");
    talk.say("7");
    assert.deepEqual(talk.state().values, { one: true, two: false, three: 7 });
    assert.equal(talk.state().over, "solved");
  });

  test("a bad answer sent twice counts once; a good one behind it is taken", () => {
    const talk = dialogue(two);
    talk.say("Banane", 1);
    assert.equal(talk.state().asked, 2);
    assert.deepEqual(talk.say("Banane", 1), []);
    assert.equal(talk.state().asked, 2);
    talk.say("ja", 1);
    assert.equal(talk.state().values["one"], true);
  });

  test("an answer to a question that was never asked is nothing", () => {
    const talk = dialogue(two);
    assert.deepEqual(talk.tell(pick("yes", 9)), []);
    assert.deepEqual(talk.state().values, {});
  });

  test("a question's own words for what is not understood stand instead of the others", () => {
    const talk = dialogue(flowOf([asks("one", yesNo, "end", { sorry: both("Wie bitte?") }), ends()]));
    talk.say("Banane");
    assert.equal(talk.words(), "Wie bitte?\n\none?");
  });

  test("options go their own ways; one that leads nowhere goes to somebody of us", () => {
    const options = [
      { id: "a", label: both("Anna"), next: "end" },
      { id: "b", label: both("Berta"), next: null },
      { id: "c", label: both("Cäsar") },
    ];
    const document = flowOf([
      asks("it", { kind: "choice", options }, "other"),
      ends(),
      ends("other", both("o"), false),
    ]);
    for (const [id, over] of [
      ["a", "solved"],
      ["b", "handedOver"],
      ["c", "ended"],
    ] as const) {
      const talk = dialogue(document);
      const outputs = talk.tell(pick(id));
      assert.equal(talk.state().over, over, id);
      assert.deepEqual(outputs[0], { kind: "passed", step: "it", exit: id });
    }
  });

  test("skipping keeps nothing, and is refused where an answer is needed", () => {
    const document = flowOf([asks("one", number, "two", { optional: true }), asks("two", number, "end"), ends()]);
    const talk = dialogue(document, {}, beginWith({ one: 5 }));
    talk.say("weiter");
    assert.deepEqual(talk.state().values, {});
    talk.tell({ kind: "answer", asked: null, answer: { by: "skip" } });
    assert.match(talk.words(), /Bitte geben Sie eine Antwort/);
  });

  test("the open question can be asked for, and stands as it was asked", () => {
    const talk = dialogue(two);
    const [asked] = talk.outputs();
    assert.ok(asked?.kind === "ask");
    assert.deepEqual(openQuestion(two, talk.state(), around()), asked.question);
    talk.tell({ kind: "stopped" });
    assert.equal(openQuestion(two, talk.state(), around()), null);
  });
});

suite("somebody of us", () => {
  const document = flowOf([asks("it", free, "end"), ends()]);
  const told = (more: Partial<FlowSurroundings>): string => {
    const talk = dialogue(document, more);
    talk.say("Bitte einen Menschen");
    assert.equal(talk.state().over, "handedOver");
    return talk.words();
  };

  test("they are told honestly who is there", () => {
    assert.match(told({}), /übernimmt jetzt/);
    assert.match(told({ someoneThere: false }), /niemand frei/);
    assert.match(told({ someoneThere: false, open: false }), /nicht da\b[^]*sobald/u);
    assert.match(
      told({ someoneThere: false, open: false, opensAt: "2026-12-02T07:00:00.000Z" }),
      /Mittwoch, 2\. Dezember um 08:00/,
    );
  });

  test("a step hands over with all it names, and says its own words first", () => {
    const topicId = "01890a5d-ac96-774b-bcce-b302099a8057";
    const talk = dialogue(
      flowOf([
        {
          id: "over",
          do: "handOver",
          text: both("Ich gebe weiter."),
          topicId,
          queueId: topicId,
          skills: [{ skillId: topicId, level: 3 }],
          priority: "urgent",
          subject: both("Von {brand}"),
        },
      ] as never),
    );
    assert.match(talk.words(), /^Ich gebe weiter\.\n\nJemand aus unserem Team/);
    const ending = endAs(talk.outputs());
    assert.ok(ending?.as === "handedOver" && ending.why === "step");
    assert.deepEqual([ending.topicId, ending.queueId, ending.priority], [topicId, topicId, "urgent"]);
    assert.deepEqual(ending.subject?.values, { brand: "Kabelwerk" });
  });

  test("after somebody of us has spoken nothing is ever said, whatever comes", () => {
    const slow = flowOf([asks("number", number, "look"), lookUp(), ends("bad"), ends()]);
    const talk = dialogue(slow);
    talk.say("5");
    const { effect, what } = effectOf(talk.outputs());
    assert.deepEqual(talk.tell({ kind: "stopped" }), [{ kind: "end", ending: { as: "stopped" } }]);
    const after = talk.state();
    for (const input of [
      { kind: "outcome", effect, outcome: wellDone(what) },
      inWords("hallo?"),
      { kind: "human" },
      { kind: "moved", language: "en" },
      { kind: "rested" },
      { kind: "stopped" },
      begin,
      { kind: "slow", effect },
    ] as FlowInput[])
      assert.deepEqual(talk.tell(input), [], input.kind);
    assert.deepEqual(talk.state(), after);
  });
});

suite("what is done outside", () => {
  const document = flowOf(
    [
      asks("number", number, "look"),
      lookUp({ patience: both("Ich sehe nach.") }),
      asks("good", yesNo, "end"),
      ends("bad", both("b"), false),
      ends(),
    ].map((each) => (each.id === "look" ? { ...each, next: "good" } : each)),
  );

  test("an outcome counts once, and only the one that is waited for", () => {
    const talk = dialogue(document);
    talk.say("5");
    const { effect } = effectOf(talk.outputs());
    const outcome: FlowInput = {
      kind: "outcome",
      effect,
      outcome: { of: "lookUp", became: "found", body: { speed: 16 } },
    };
    assert.deepEqual(talk.tell({ ...outcome, effect: effect + 1 }), []);
    assert.deepEqual(kinds(talk.tell(outcome)), ["passed", "ask"]);
    const after = talk.state();
    assert.deepEqual(talk.tell(outcome), []);
    assert.deepEqual(talk.state(), after);
    assert.equal(after.values["speed"], 16);
    assert.deepEqual(after.tried, [{ step: "look", at: around().now, what: "lookUp", name: "lines", became: "found" }]);
  });

  test("missing, failed, and an outcome of another kind go their ways", () => {
    for (const [outcome, exit] of [
      [{ of: "lookUp", became: "missing" }, "missing"],
      [{ of: "lookUp", became: "failed" }, "failed"],
      [{ of: "timer" }, "failed"],
    ] as const) {
      const talk = dialogue(document);
      talk.say("5");
      const [first] = talk.tell({ kind: "outcome", effect: 1, outcome });
      assert.deepEqual(first, { kind: "passed", step: "look", exit });
    }
  });

  test("what is said meanwhile is answered by patience once, and heard by the next question", () => {
    const talk = dialogue(document);
    talk.say("5");
    talk.say("hallo?");
    assert.equal(talk.words(), "Ich sehe nach.");
    assert.deepEqual(talk.say("ja"), []);
    assert.deepEqual(talk.tell({ kind: "slow", effect: 1 }), [], "they were asked for patience already");
    assert.deepEqual(talk.state().unheard, ["hallo?", "ja"]);
    talk.tell({ kind: "outcome", effect: 1, outcome: { of: "lookUp", became: "found", body: {} } });
    assert.equal(talk.state().values["good"], true);
    assert.equal(talk.state().unanswered, true, "the words before it answered nothing");
    assert.equal(talk.state().over, "solved");
    assert.ok(!talk.outputs().some(({ kind }) => kind === "ask"), "what is answered already is not asked");
  });

  test("words that answer nothing are not lost sight of: the question is asked, and they count as left", () => {
    const talk = dialogue(document);
    talk.say("5");
    talk.say("mein Keller steht unter Wasser");
    talk.tell({ kind: "outcome", effect: 1, outcome: { of: "lookUp", became: "found", body: {} } });
    assert.equal(talk.words(), "good?");
    assert.deepEqual(endAs(talk.tell({ kind: "rested" })), { as: "left", leaves: true });
  });

  test("a person is called for also while it is busy", () => {
    const talk = dialogue(document);
    talk.say("5");
    talk.say("Mitarbeiter!");
    assert.equal(talk.state().over, "handedOver");
  });

  test("patience is said when it takes long, once, and not in mails", () => {
    const talk = dialogue(document);
    talk.say("5");
    talk.tell({ kind: "slow", effect: 1 });
    assert.equal(talk.words(), "Ich sehe nach.");
    assert.deepEqual(talk.tell({ kind: "slow", effect: 1 }), []);
    const mail = dialogue(document, { medium: "text" });
    mail.say("5");
    assert.deepEqual(mail.tell({ kind: "slow", effect: 1 }), []);
  });

  test("a button pressed twice before a look-up is not said meanwhile", () => {
    const document = flowOf([
      asks(
        "number",
        {
          kind: "choice",
          options: [
            { id: "a", label: both("A") },
            { id: "b", label: both("B") },
          ],
        },
        "look",
      ),
      lookUp(),
      ends("bad"),
      ends(),
    ]);
    const talk = dialogue(document);
    talk.tell(pick("a", 1));
    assert.deepEqual(talk.tell(pick("a", 1)), []);
    assert.deepEqual(talk.tell(inWords("a", 1)), []);
    assert.deepEqual(talk.state().unheard, []);
  });

  test("a look-up's words: values are encoded, stay in their part, and a missing one is no look-up", () => {
    const pathOf = (value: string, more: Parameters<typeof lookUp>[0] = {}) => {
      const talk = dialogue(flowOf([asks("number", free, "look"), lookUp(more), ends("bad"), ends()]));
      talk.tell({ kind: "answer", asked: null, answer: { by: "words", text: value } });
      const found = talk.outputs().find((each) => each.kind === "effect");
      return found?.kind === "effect" && found.what.do === "lookUp" ? found.what : talk.state().tried[0]?.became;
    };
    const path = (value: string): unknown => {
      const found = pathOf(value);
      return typeof found === "object" ? found.path : found;
    };
    assert.equal(path("12/../../admin?x=1#y"), "/lines/12%2F..%2F..%2Fadmin%3Fx%3D1%23y");
    assert.equal(path("größe 1"), "/lines/gr%C3%B6%C3%9Fe%201");
    assert.equal(path(".."), "failed");
    assert.equal(path("."), "failed");
    assert.equal(path("%2e%2e"), "/lines/%252e%252e");
    const full = pathOf("a&b", {
      query: { q: "{number}", none: "{nothing}" },
      method: "POST",
      body: { text: 'say "{number}"', left: "{nothing}" },
    });
    assert.ok(typeof full === "object");
    assert.equal(full.path, "/lines/a%26b?q=a%26b");
    assert.deepEqual(full.body, { text: 'say "a&b"' });
    assert.equal(pathOf("5", { path: "/lines/{nothing}" }), "failed");
  });

  test("what is taken of an answer: own properties only, and no more than can be kept", () => {
    const takes = [
      "/a/b",
      "/list/1",
      "/__proto__/polluted",
      "/constructor/name",
      "/toString",
      "/list/length",
      "/deep~1er/~0",
      "",
      "/big",
      "/names",
      "/mixed",
      "/nothing",
    ].map((pointer, at) => ({ pointer, into: `v${at}` }));
    const talk = dialogue(flowOf([lookUp({ path: "/x", takes }), ends("bad"), ends()]), {}, {
      ...begin,
      values: { v11: "old" },
    } as FlowInput);
    const body = JSON.parse(
      JSON.stringify({
        a: { b: 1 },
        list: ["x", true],
        "deep/er": { "~": "t" },
        big: "x".repeat(9_000),
        names: ["a", "b"],
        mixed: [1, {}],
        nothing: null,
      }),
    ) as never;
    talk.tell({ kind: "outcome", effect: 1, outcome: { of: "lookUp", became: "found", body } });
    assert.deepEqual(talk.state().values, { v0: 1, v1: true, v6: "t", v8: "x".repeat(2_000), v9: ["a", "b"] });
  });
});
