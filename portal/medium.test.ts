// A dialogue's page as a medium: the HTML that is sent is read and filled in as a browser without programs does it, and comes to the same as every other medium.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { FlowAnswer, FlowInput } from "#contract/flow-runs.ts";
import { render, type Showing } from "#modules/flows/model-render.ts";
import { dialoguePage } from "#portal/dialogue.ts";
import { answerIn, formNames } from "#portal/fields.ts";
import { html, textOf } from "#portal/html.ts";
import type { DialogueView, Part, QuestionView } from "#portal/view.ts";
import { paragraphs } from "#portal/words.ts";
import { words } from "#server/words.ts";
import { formsIn, sentBy, wordsIn, type PageField, type PageForm } from "#test/pages.ts";
import { flowMediumSuite, type Meant } from "#test/suites/flow-medium.ts";

const reader = (language: "de" | "en") => ({
  language,
  say: (key: string, facts?: Readonly<Record<string, string | number>>) => words(language, key, facts),
});

interface Shown {
  readonly page: string;
  /** As the server knows it, which reads what comes back. */
  readonly question: QuestionView | null;
}

const pageOf = (parts: ReturnType<typeof render>["parts"], language: "de" | "en"): Shown => {
  const said = parts.filter((part): part is Part => part.kind !== "ask");
  const asked = parts.find((part) => part.kind === "ask") ?? null;
  const question = asked?.kind === "ask" ? asked : null;
  const view: DialogueView = {
    brand: "Kabel",
    flow: "Ablauf",
    said: said.length === 0 ? [] : [{ by: "us", parts: said }],
    earlier: 0,
    now: question === null ? { kind: "over", as: "ended" } : { kind: "asks", question },
    reachable: false,
    chat: false,
    mostBytes: 25_000_000,
    path: "/help/kabel/ablauf/run",
    flowPath: "/help/kabel/ablauf",
    startPath: "/help/kabel/",
    proof: "proof",
    id: crypto.randomUUID(),
  };
  return { page: dialoguePage(reader(language), ["/style.css"], view), question };
};

const press = (form: PageForm, fits: (button: PageField) => boolean): PageField =>
  form.fields.find((field) => field.tag === "button" && fits(field)) ?? assert.fail("there is no such button");

/** How somebody of that language types a number into a field of text. */
const typed = (value: string, language: "de" | "en"): string => (language === "de" ? value.replace(".", ",") : value);

const answer = ({ page, question }: Shown, meant: Meant, { language }: Showing): FlowInput => {
  const forms = formsIn(page);
  if ("human" in meant) {
    const form =
      forms.find(({ fields }) => fields.some(({ value }) => value === "human")) ?? assert.fail("no way to us");
    const sent = sentBy(
      form,
      press(form, () => true),
      { words: "", email: "kim@example.org", phone: "" },
    );
    assert.equal(sent.get(formNames.what), "human");
    return { kind: "human" };
  }
  const form =
    forms.find(({ fields }) => fields.some(({ name }) => name === formNames.asked)) ?? assert.fail("no question");
  assert.ok(question !== null);
  const given = (sent: URLSearchParams): FlowInput => {
    assert.equal(sent.get(formNames.proof), "proof");
    const answered = sent.get(formNames.what) === "skip" ? ({ by: "skip" } as const) : answerIn(question, sent);
    return { kind: "answer", asked: Number(sent.get(formNames.asked)), answer: answered ?? assert.fail("no answer") };
  };
  const choices = form.fields.filter(({ name }) => name === formNames.pick);
  const next = () => press(form, ({ value }) => value === "answer");
  if ("option" in meant)
    return given(
      sentBy(
        form,
        press(form, ({ label }) => label === meant.option),
      ),
    );
  if ("yes" in meant)
    return given(
      sentBy(
        form,
        press(form, ({ value }) => value === (meant.yes ? "yes" : "no")),
      ),
    );
  if ("time" in meant) return given(sentBy(form, choices[meant.time] ?? assert.fail("no such time")));
  if ("skip" in meant)
    return given(
      sentBy(
        form,
        press(form, ({ value }) => value === "skip"),
      ),
    );
  if ("files" in meant) {
    assert.ok(form.isMultipart && form.fields.some(({ type }) => type === "file"));
    const files: FlowAnswer = { by: "files", files: [...meant.files] };
    return { kind: "answer", asked: question.asked, answer: files };
  }
  const field = form.fields.find(({ name }) => name === formNames.answer) ?? assert.fail("no field");
  // A browser's own calendar gives a day in this form alone.
  assert.equal(field.type === "date", meant.of === "day");
  const value = meant.of === "number" ? typed(meant.value, language) : meant.value;
  return given(sentBy(form, next(), { [formNames.answer]: value }));
};

flowMediumSuite<Shown>({
  medium: "page",
  show: (outputs, showing) => pageOf(render(outputs, showing).parts, showing.language),
  read: ({ page }) => wordsIn(page),
  answer,
});

suite("pages", () => {
  test("what is put into a page is text, wherever it stands", () => {
    const evil = `"><script>alert(1)</script>&'`;
    const shown = "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&#39;";
    assert.equal(textOf(html`<p title="${evil}">${evil}</p>`), `<p title="${shown}">${shown}</p>`);
    assert.equal(textOf(html`${[html`<b>${evil}</b>`]}${null}${false}${0}`), `<b>${shown}</b>0`);
  });

  test("addresses of pages can be pressed, others are words", () => {
    const made = textOf(paragraphs("Mehr: https://kabel.test/a?b=1&c=2).\njavascript:alert(1) http://[x\n\nEnde"));
    assert.ok(made.includes(`<a href="https://kabel.test/a?b=1&amp;c=2"`), made);
    assert.equal(made.split("<a ").length, 2, made);
    assert.equal(made.split("<p ").length, 3, made);
  });
});
