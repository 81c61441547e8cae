// The demo's flows by the very interpreter: whole in both languages, and every way out of every step can be gone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { FlowInput, FlowOutput, FlowState, FlowSurroundings } from "#contract/flow-runs.ts";
import type { FlowDocument, FlowStep } from "#contract/flows.ts";
import { checkFlow } from "#modules/flows/model-check.ts";
import { step } from "#modules/flows/model.ts";
import { spoken } from "#modules/flows/model-render.ts";
import { readKeys, voiced } from "#modules/flows/model-voice.ts";
import { spokenText } from "#lib/spoken/text.ts";
import { demoFlows, flowFile } from "#server/demo/flows.ts";
import { foreground } from "#server/demo/cast.ts";
import { startLineService, type LineService } from "#server/demo/line-service.ts";

const now = "2026-12-01T09:00:00.000Z";
const token = "probe";
const email = foreground.juergen.address;
let line: LineService;
before(async () => {
  line = await startLineService({ token, now: () => new Date(now), measuringMs: 0 });
});
after(() => line.stop());

const asked = async (path: string, shown = token): Promise<{ readonly status: number; readonly body: never }> => {
  const answer = await fetch(new URL(path, line.url), { headers: { authorization: `Bearer ${shown}` } });
  return { status: answer.status, body: (await answer.json()) as never };
};

const surroundings = (over: Partial<FlowSurroundings> = {}): FlowSurroundings => ({
  now,
  zone: "Europe/Berlin",
  medium: "chat",
  brandId: "00000000-0000-4000-8000-000000000001",
  brand: "Elbkabel",
  open: true,
  someoneThere: true,
  opensAt: null,
  closesAt: "2026-12-01T19:00:00.000Z",
  verified: null,
  notices: [],
  ...over,
});

/** Of the address that stands in his contract. */
const postcode = foreground.juergen.fields.Ort.slice(0, 5);

/** How things may be around a dialogue. */
const grounds: readonly FlowSurroundings[] = [
  surroundings(),
  surroundings({
    closesAt: null,
    notices: [{ de: "Störung beim Fernsehen in Altona", en: "Television outage in Altona" }],
  }),
  surroundings({ someoneThere: false, medium: "text" }),
  surroundings({
    open: false,
    someoneThere: false,
    closesAt: null,
    opensAt: "2026-12-02T07:00:00.000Z",
    medium: "voice",
  }),
  surroundings({ open: false, someoneThere: false, closesAt: null, medium: "page", verified: email }),
];

/** Every way by which a step can be left, as the interpreter counts them. */
const exitsOf = (one: FlowStep): readonly string[] => {
  switch (one.do) {
    case "ask": {
      const own = one.answer.kind === "choice" ? one.answer.options.map(({ id }) => id) : ["next"];
      return [...own, "failed", ...(one.optional ? ["skip"] : [])];
    }
    case "branch":
      return [...one.cases.map((_, at) => `case${at + 1}`), "otherwise"];
    case "lookUp":
      return ["next", "missing", "failed"];
    case "incidents":
      return ["next", "none"];
    case "verify":
      return ["next", "failed"];
    case "handOver":
    case "callback":
    case "end":
      return ["end"];
    default:
      return ["next"];
  }
};

const words = (text: string, question: number): FlowInput => ({
  kind: "answer",
  asked: question,
  answer: { by: "words", text },
});

/** What the service really answers there for those who have a story; asked once. */
const known = new Map<string, Promise<readonly never[]>>();
const answersTo = (path: string): Promise<readonly never[]> => {
  const { juergen } = foreground;
  const ask = async (): Promise<readonly never[]> => {
    const numbers = Object.values(foreground).flatMap(({ fields }) =>
      "Kundennummer" in fields ? [fields.Kundennummer] : [],
    );
    const all = await Promise.all(numbers.map((number) => asked(path.replace(juergen.fields.Kundennummer, number))));
    return all.filter(({ status }) => status === 200).map(({ body }) => body);
  };
  const answers = known.get(path) ?? ask();
  known.set(path, answers);
  return answers;
};

/** What may be said or come back where a dialogue waits. */
const inputsFor = async (state: FlowState, outputs: readonly FlowOutput[]): Promise<readonly FlowInput[]> => {
  const last = outputs.findLast(({ kind }) => kind === "ask" || kind === "effect");
  if (last?.kind === "ask") {
    const { answer, asked: number } = last.question;
    const pick = (id: string): FlowInput => ({ kind: "answer", asked: number, answer: { by: "pick", id } });
    const wrong = words("ähm qwertz", number);
    if (answer.kind === "choice") return [wrong, ...answer.options.map(({ id }) => pick(id))];
    if (answer.kind === "yesNo") return [wrong, pick("yes"), pick("no")];
    if (answer.kind === "time") return answer.offered.map(({ id }) => pick(id)).slice(0, 1);
    if (answer.kind === "date") return [wrong, words("in zwei Wochen", number), words("2026-12-14", number)];
    if (answer.kind === "code") return [words("123456", number)];
    if (answer.kind === "text" && answer.form === "phone") return [words("040 5550123", number)];
    if (answer.kind === "text" && answer.form === "email") return [words("weiß nicht", number), words(email, number)];
    if (answer.kind === "text" && answer.form === "postcode")
      return [words("weiß nicht", number), words(postcode, number)];
    if (answer.kind === "text" && answer.form === "digits")
      return [words("weiß nicht", number), words(foreground.juergen.fields.Kundennummer, number)];
    return [words("x", number), words("Mein Anschluss zieht um", number)];
  }
  if (last?.kind !== "effect" || state.awaiting === null) return [];
  const outcome = (of: Extract<FlowInput, { kind: "outcome" }>["outcome"]): FlowInput => ({
    kind: "outcome",
    effect: last.effect,
    outcome: of,
  });
  const { what } = last;
  if (what.do === "sendCode")
    return (["sent", "refused"] as const).map((became) => outcome({ of: "sendCode", became }));
  if (what.do === "tryCode")
    return (["verified", "wrong", "over"] as const).map((became) => outcome({ of: "tryCode", became }));
  if (what.do === "times") return [[], ["2026-12-02T09:00:00.000Z"]].map((times) => outcome({ of: "times", times }));
  assert.ok(what.do === "lookUp", what.do);
  const bodies = await answersTo(what.path);
  return [
    ...bodies.map((body) => outcome({ of: "lookUp", became: "found", body })),
    outcome({ of: "lookUp", became: "found", body: {} }),
    outcome({ of: "lookUp", became: "missing" }),
    outcome({ of: "lookUp", became: "failed" }),
  ];
};

/** Goes every way there is; says which were gone, how it can end, and everything that was said. */
const explore = async (document: FlowDocument) => {
  const gone = new Set<string>();
  const endings = new Set<string>();
  const said = new Set<string>();
  const seen = new Set<string>();
  const goOn = async (state: FlowState, outputs: readonly FlowOutput[], ground: FlowSurroundings): Promise<void> => {
    for (const output of outputs) {
      if (output.kind === "passed") gone.add(`${output.step} ${output.exit}`);
      if (output.kind === "end") endings.add("why" in output.ending ? output.ending.why : output.ending.as);
      said.add(spoken(output, { medium: ground.medium, language: state.language, zone: ground.zone }));
    }
    const { awaiting, values } = state;
    const place = awaiting === null ? null : { ...awaiting, asked: 0, effect: 0 };
    const key = JSON.stringify([place, values, state.language, grounds.indexOf(ground)]);
    if (awaiting === null || seen.has(key)) return;
    seen.add(key);
    for (const input of await inputsFor(state, outputs)) {
      const next = step(document, state, input, ground);
      await goOn(next.state, next.outputs, ground);
    }
  };
  for (const ground of grounds)
    for (const language of document.languages) {
      const begun = step(document, null, { kind: "begin", language, values: {} }, ground);
      await goOn(begun.state, begun.outputs, ground);
    }
  return { gone, endings, said };
};

for (const { key } of demoFlows) {
  const { text, document } = flowFile(key);

  test(`${key}: its file is as the program writes it, and the check finds nothing`, () => {
    assert.equal(text, `${JSON.stringify(document, null, 2)}\n`);
    assert.deepEqual(checkFlow(document, { services: ["Elbkabel Netz"] }), []);
    assert.notDeepEqual(
      checkFlow({ ...document, start: null }, { services: ["Elbkabel Netz"] }),
      [],
      "it can find something",
    );
  });

  test(`${key}: every way out of every step can be gone, and nothing that is said has a hole in it`, async () => {
    const { gone, endings, said } = await explore(document);
    const missing = document.steps
      .flatMap((one) => exitsOf(one).map((exit) => `${one.id} ${exit}`))
      .filter((way) => !gone.has(way));
    assert.deepEqual(missing, []);
    assert.ok(!endings.has("stuck"), "it never gets stuck");
    assert.ok(endings.has("solved") && endings.has("step"), [...endings].join());
    const holes = [...said].filter((one) => /[{}–]|undefined|NaN|Invalid/.test(one));
    assert.deepEqual(holes, []);
  });
}

test("the line service knows the demo's customers, shows nothing without its token, and says the same again", async () => {
  const { juergen, aylin, walter } = foreground;
  const state = async (number: string): Promise<unknown> => (await asked(`/lines/${number}`)).body;
  assert.deepEqual(await state(juergen.fields.Kundennummer), {
    customerNumber: juergen.fields.Kundennummer,
    state: "noisy",
    modem: { seen: true },
    signal: { downstreamDbmv: -9.5 },
    measuredAt: now,
  });
  assert.deepEqual(await state(aylin.fields.Kundennummer), await state(aylin.fields.Kundennummer));
  const { lastPayment, ...account } = (await asked(`/accounts/${walter.fields.Kundennummer}`)).body as {
    readonly lastPayment: { readonly amount: number; readonly on: string };
  };
  assert.deepEqual(account, {
    customerNumber: walter.fields.Kundennummer,
    currency: "EUR",
    balance: -12.5,
    dueOn: "2026-12-15",
    directDebit: true,
  });
  assert.ok([29, 39, 59].includes(lastPayment.amount) && lastPayment.on === "2026-11-15");
  const contact = (address: string) => asked(`/accounts/${juergen.fields.Kundennummer}/contact?email=${address}`);
  assert.deepEqual((await contact(email.toUpperCase())).body, { customerNumber: juergen.fields.Kundennummer });
  assert.equal((await contact(walter.address)).status, 404);
  assert.equal((await asked(`/accounts/${juergen.fields.Kundennummer}/contact`)).status, 404, "it never says which");
  const lives = (number: string, code: string) => asked(`/accounts/${number}/contact?postcode=${code}`);
  assert.equal((await lives(juergen.fields.Kundennummer, postcode)).status, 200);
  assert.equal((await lives(walter.fields.Kundennummer, postcode)).status, 404);
  for (const path of ["/lines/1", "/lines/", "/", "/accounts/__proto__", "/lines/%2e%2e/accounts"])
    assert.equal((await asked(path)).status, 404, path);
  assert.equal((await asked(`/lines/${juergen.fields.Kundennummer}`, "other")).status, 401);
});

test("by voice, what is owed is told to nobody by a customer number alone, and nothing that is said needs eyes", async () => {
  const { document } = flowFile("balance");
  const place = surroundings({ medium: "voice" });
  const ears = { language: "de", zone: place.zone } as const;
  let last = step(document, null, { kind: "begin", language: "de", values: {} }, place);
  const press = (keys: string): string => {
    const { question } = voiced(last.outputs, ears);
    assert.ok(question);
    const read = readKeys(question, keys, true);
    assert.ok(read.is === "input", keys);
    last = step(document, last.state, read.input, place);
    return wanted();
  };
  const wanted = (): string => {
    const effect = last.outputs.find((output) => output.kind === "effect");
    return effect?.kind === "effect" && effect.what.do === "lookUp" ? effect.what.path : "";
  };
  const answered = async (): Promise<string> => {
    const effect = last.outputs.find((output) => output.kind === "effect");
    assert.ok(effect?.kind === "effect");
    const { status, body } = await asked(wanted());
    const outcome =
      status === 404
        ? ({ of: "lookUp", became: "missing" } as const)
        : ({ of: "lookUp", became: "found", body } as const);
    last = step(document, last.state, { kind: "outcome", effect: effect.effect, outcome }, place);
    return voiced(last.outputs, ears)
      .utterances.map(({ text, language }) => spokenText(text, language))
      .join(" ");
  };
  const number = foreground.juergen.fields.Kundennummer;
  assert.equal(press(number), "", "nothing is asked of the service by the number alone");
  press("20095");
  assert.match(await answered(), /passen bei uns nicht zusammen/);
  press(number);
  assert.equal(press(postcode), `/accounts/${number}/contact?postcode=${postcode}`);
  await answered();
  assert.equal(wanted(), `/accounts/${number}`);
  const said = await answered();
  assert.match(said, /Offen sind neunundfünfzig Euro\. .* bis zum fünfzehnten Dezember/);
  assert.ok(!said.includes(postcode));
});
