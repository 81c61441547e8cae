// What every medium must keep that carries flows: whatever it shows and however its users answer, the same answers lead to the same values, the same ways and
// the same end. A medium brings two functions, what its users see and what they do; the interpreter knows of neither. Called by modules/flows/media.test.ts and
// by whoever renders flows elsewhere.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { flowState, type FlowInput, type FlowOutput, type FlowState } from "#contract/flow-runs.ts";
import type { FlowDocument, FlowLanguage, FlowMedium } from "#contract/flows.ts";
import { step } from "#modules/flows/model.ts";
import type { Showing } from "#modules/flows/model-render.ts";
import { asks, both, ends, everyStep, everyStepAround, flowOf, wellDone } from "#test/flows.ts";

/** What somebody wants to say, before they do it in their medium's way. */
export type Meant =
  /** Something to choose, by the words it is shown with. */
  | { readonly option: string }
  /** One of the times, from 0. */
  | { readonly time: number }
  | { readonly yes: boolean }
  /** A number with a point, a day as 2026-11-30, digits, an address, free words. */
  | { readonly value: string; readonly of: "number" | "day" | "text" }
  | { readonly files: readonly { readonly id: string; readonly name: string }[] }
  | { readonly skip: true }
  /** By the medium's own visible way to somebody of us. */
  | { readonly human: true };

/** A medium as its users have it. */
export interface FlowMediumSubject<Shown> {
  readonly medium: FlowMedium;
  /** Which way of answering, where a medium has several. */
  readonly way?: string;
  /** Nothing can be sent there but words and keys: questions for files are left open. */
  readonly withoutFiles?: true;
  /** What is seen of what the flow says. */
  readonly show: (outputs: readonly FlowOutput[], showing: Showing) => Shown | Promise<Shown>;
  /** Everything that can be read there, in one text. */
  readonly read: (shown: Shown) => string;
  /** What becomes of it when somebody answers what is shown last. Throws when that cannot be done there. */
  readonly answer: (shown: Shown, meant: Meant, showing: Showing) => FlowInput | Promise<FlowInput>;
}

interface Talk {
  readonly state: FlowState;
  /** All that was said to them, and every output, in their order. */
  readonly read: readonly string[];
  readonly outputs: readonly FlowOutput[];
}

/** Talks with a flow as this medium's users do. Effects are done at once, as `wellDone` has them. */
const talk = async <Shown>(
  subject: FlowMediumSubject<Shown>,
  document: FlowDocument,
  language: FlowLanguage,
  answers: readonly Meant[],
): Promise<Talk> => {
  const around = everyStepAround({ medium: subject.medium });
  const showing: Showing = { medium: subject.medium, language, zone: around.zone };
  const all: FlowOutput[] = [];
  const read: string[] = [];
  let state: FlowState | null = null;
  const tell = async (input: FlowInput): Promise<Shown> => {
    const said: FlowOutput[] = [];
    for (let next: FlowInput | undefined = input; next !== undefined;) {
      const stepped = step(document, state, next, around);
      // What is kept between two inputs is JSON, and nothing else.
      state = flowState.parse(JSON.parse(JSON.stringify(stepped.state)));
      said.push(...stepped.outputs);
      const effect = stepped.outputs.find((each) => each.kind === "effect");
      next = effect && { kind: "outcome", effect: effect.effect, outcome: wellDone(effect.what) };
    }
    all.push(...said);
    const shown = await subject.show(said, showing);
    read.push(subject.read(shown));
    return shown;
  };
  let shown = await tell({ kind: "begin", language, values: {} });
  for (const meant of answers) shown = await tell(await subject.answer(shown, meant, showing));
  assert.ok(state !== null);
  return { state, read, outputs: all };
};

const file = { id: "0f8fad5b-d9cb-469f-a165-70867728950e", name: "router.jpg" };

/** The same with a picture that may be left out. */
const everyStepWithoutFiles: FlowDocument = {
  ...everyStep,
  steps: everyStep.steps.map((each) => (each.id === "photo" && each.do === "ask" ? { ...each, optional: true } : each)),
};

/** The whole of `everyStep`, as it is meant. */
const everyAnswer = (language: FlowLanguage, withoutFiles: boolean): readonly Meant[] => [
  { option: language === "de" ? "Störung" : "Outage" },
  { value: "123456", of: "text" },
  { yes: false },
  { value: "1234.50", of: "number" },
  { value: "2026-11-28", of: "day" },
  { value: "Seit gestern ist alles dunkel.", of: "text" },
  { value: "9876", of: "text" },
  { skip: true },
  withoutFiles ? { skip: true } : { files: [file] },
  { value: "kim@example.org", of: "text" },
  { value: "123456", of: "text" },
  { time: 1 },
  { value: "+49 30 123456", of: "text" },
  { time: 2 },
];

/** The ways that everybody takes who answers so. */
const everyWay = (withoutFiles: boolean): readonly string[] => [
  "hello next",
  "topic fault",
  "number next",
  "line next",
  "speedKnown case1",
  "half next",
  "faults next",
  "article next",
  "helped next",
  "amount next",
  "since next",
  "words next",
  "pin next",
  "extra skip",
  withoutFiles ? "photo skip" : "photo next",
  "who next",
  "page next",
  "onward next",
  "visit next",
  "pause next",
  "call end",
];

const waysOf = (outputs: readonly FlowOutput[]): readonly string[] =>
  outputs.flatMap((output) => (output.kind === "passed" ? [`${output.step} ${output.exit}`] : []));

const endOf = (outputs: readonly FlowOutput[]) => outputs.findLast((output) => output.kind === "end")?.ending;

const wellSpoken = { de: /Worum geht es\?/, en: /What is it about\?/ } as const;

export const flowMediumSuite = <Shown>(subject: FlowMediumSubject<Shown>): void => {
  const withoutFiles = subject.withoutFiles === true;
  suite(`flows in the medium "${subject.medium}"${subject.way === undefined ? "" : `, ${subject.way}`}`, () => {
    for (const language of ["de", "en"] as const)
      test(`every kind of step, in ${language}: the same answers come to the same`, async () => {
        const { state, read, outputs } = await talk(
          subject,
          withoutFiles ? everyStepWithoutFiles : everyStep,
          language,
          everyAnswer(language, withoutFiles),
        );
        assert.deepEqual(waysOf(outputs), everyWay(withoutFiles));
        assert.deepEqual(state.values, {
          topic: "fault",
          number: "123456",
          speed: 100,
          town: "Köln",
          halfSpeed: 50,
          label: language === "de" ? "Anschluss 123456" : "Line 123456",
          sure: true,
          helped: false,
          amount: 1234.5,
          since: "2026-11-28",
          words: "Seit gestern ist alles dunkel.",
          pin: "9876",
          ...(withoutFiles ? {} : { photo: [file.id] }),
          email: "kim@example.org",
          visitAt: "2026-12-02T13:30:00.000Z",
          phone: "+4930123456",
        });
        const ending = endOf(outputs);
        assert.ok(ending?.as === "callback");
        assert.deepEqual([ending.phone, ending.at], ["+4930123456", "2026-12-03T08:00:00.000Z"]);
        assert.equal(state.over, "callback");
        const all = read.join("\n");
        assert.match(all, wellSpoken[language]);
        for (const words of language === "de"
          ? ["Internet in Köln gestört", "Router neu starten", "Hat das geholfen?"]
          : ["Internet down in Cologne", "Restart your router", "Did that help?"])
          assert.ok(all.includes(words), `"${words}" is shown`);
        assert.ok(!all.includes("9876"), "a secret is never said");
      });

    test("an answer that is not taken: they are told why, asked again, and go on", async () => {
      const document = flowOf([asks("amount", { kind: "number", min: 10, max: 50, decimals: 0 }, "end"), ends()]);
      const { state, read, outputs } = await talk(subject, document, "de", [
        { value: "5", of: "number" },
        { value: "20", of: "number" },
      ]);
      assert.match(read[1] ?? "", /mindestens 10[^]*amount\?/u);
      assert.equal(state.over, "solved");
      assert.equal(state.values["amount"], 20);
      assert.deepEqual(waysOf(outputs), ["amount next", "end end"]);
    });

    test("too many answers that are not taken go on at the question's own way", async () => {
      const document = flowOf([
        asks("amount", { kind: "number", min: 10, max: 50, decimals: 0 }, "end", { tries: 2, failed: "other" }),
        ends(),
        ends("other", both("Schade."), false),
      ]);
      const { state, outputs } = await talk(subject, document, "en", [
        { value: "5", of: "number" },
        { value: "500", of: "number" },
      ]);
      assert.equal(state.over, "ended");
      assert.deepEqual(waysOf(outputs), ["amount failed", "other end"]);
    });

    test("somebody of us, at any question", async () => {
      const kinds = [
        {
          kind: "choice",
          options: [
            { id: "a", label: both("Anna") },
            { id: "b", label: both("Berta") },
          ],
        },
        { kind: "yesNo" },
        { kind: "number", min: null, max: null, decimals: 2 },
        { kind: "text", form: "any", minLength: 1, maxLength: 100 },
        { kind: "text", form: "email", minLength: 1, maxLength: 100 },
        { kind: "date", fromDays: null, toDays: null },
        { kind: "file", most: 1 },
      ] as const;
      for (const language of ["de", "en"] as const)
        for (const kind of kinds) {
          const document = flowOf([asks("it", structuredClone(kind) as never, "end"), ends()]);
          const { state, read, outputs } = await talk(subject, document, language, [{ human: true }]);
          assert.equal(state.over, "handedOver", kind.kind);
          const ending = endOf(outputs);
          assert.ok(ending?.as === "handedOver" && ending.why === "asked");
          assert.deepEqual(waysOf(outputs), ["it human"]);
          assert.match(read.at(-1) ?? "", language === "de" ? /übernimmt/ : /takes over/);
        }
    });

    test("what a person says of options comes to the option, each of them", async () => {
      const names = ["Rechnung und Zahlung", "Störung melden", "Tarif wechseln", "Umzug", "Etwas anderes"];
      const options = names.map((name, at) => ({ id: `o${at}`, label: both(name) }));
      const document = flowOf([asks("it", { kind: "choice", options }, "end"), ends()]);
      for (const [at, option] of names.entries()) {
        const { state } = await talk(subject, document, "de", [{ option }]);
        assert.equal(state.values["it"], `o${at}`);
      }
    });
  });
};
