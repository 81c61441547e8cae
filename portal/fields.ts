// A question as the fields of a form, and what was filled in as the answer a flow is told. Called by dialogue.ts and server/portal.ts.
import type { FlowAnswer, FlowField } from "#contract/flow-runs.ts";
import { html, type Html } from "#portal/html.ts";
import type { QuestionView } from "#portal/view.ts";
import type { Reader } from "#portal/words.ts";

/** The id of the field that answers, on the page; what is wrong leads there. */
export const answerId = "answer";

/** Which fields of the form an answer stands in. */
export const formNames = {
  proof: "proof",
  id: "id",
  asked: "asked",
  /** What is done: "answer", "skip", "human", "language", "chat", "leave", "take". */
  what: "what",
  pick: "pick",
  answer: "answer",
  file: "file",
} as const;

const hints = ({ say, language }: Reader, field: FlowField, mostBytes: number): string | null => {
  if (field.kind === "date") {
    const shown = (day: string): string =>
      new Date(`${day}T00:00:00Z`).toLocaleDateString(language === "de" ? "de-DE" : "en-GB", {
        day: "numeric",
        month: "long",
        year: "numeric",
        timeZone: "UTC",
      });
    const { from, to } = field;
    if (from !== null && to !== null) return say("portal.dayBetween", { from: shown(from), to: shown(to) });
    if (from !== null) return say("portal.dayFrom", { from: shown(from) });
    return to === null ? null : say("portal.dayTo", { to: shown(to) });
  }
  if (field.kind === "file") {
    const size = Math.floor(mostBytes / 1_000_000);
    return say(field.most === 1 ? "portal.fileOne" : "portal.fileMany", { most: field.most, size });
  }
  return field.kind === "text" && field.form === "code" ? say("portal.codeDigits", { digits: field.maxLength }) : null;
};

const attributes = (question: QuestionView): { readonly type: string; readonly more: Html } => {
  const { field, secret } = question;
  switch (field.kind) {
    case "number":
      return {
        type: "text",
        more: html` inputmode="${field.decimals === 0 ? "numeric" : "decimal"}" maxlength="40" class="short"
        autocomplete="off"`,
      };
    case "date":
      return {
        type: "date",
        more: html`${field.from !== null && html` min="${field.from}"`}${field.to !== null && html` max="${field.to}"`}
        class="short"`,
      };
    case "text": {
      const kinds = {
        any: { type: secret ? "password" : "text", more: html` autocomplete="off"` },
        email: { type: "email", more: html` autocomplete="email" spellcheck="false"` },
        phone: { type: "tel", more: html` autocomplete="tel"` },
        digits: {
          type: secret ? "password" : "text",
          more: html` inputmode="numeric" autocomplete="off" class="short"`,
        },
        code: { type: "text", more: html` inputmode="numeric" autocomplete="one-time-code" class="short"` },
        postcode: { type: "text", more: html` autocomplete="postal-code" class="short"` },
      } as const;
      // A little more than may be said: what is too long is told, not cut off in silence.
      return { ...kinds[field.form], more: html`${kinds[field.form].more} maxlength="${field.maxLength + 100}"` };
    }
    case "options":
    case "file":
      return { type: "text", more: html`` };
  }
};

/** Longer than this, what is written gets lines. */
const oneLine = 200;

/** Splits a question into what leads to it and the sentence that asks. */
export const askedIn = (text: string): { readonly before: string; readonly asks: string } => {
  const at = text.trimEnd().lastIndexOf("\n");
  return at === -1
    ? { before: "", asks: text.trim() }
    : { before: text.slice(0, at).trim(), asks: text.slice(at + 1).trim() };
};

/** The fields, with the question as what names them. `given`: what stood in the field and was not taken; `wrong`: why. */
export const fieldsOf = (
  reader: Reader,
  question: QuestionView,
  tried: { readonly given: string; readonly wrong: string | null },
  mostBytes: number,
): Html => {
  const { field } = question;
  const { asks } = askedIn(question.text);
  const { given, wrong } = tried;
  const hint = hints(reader, field, mostBytes);
  const below = html`${hint !== null && html`<p class="hint" id="hint">${hint}</p>`}${
    wrong !== null && html`<p class="fault" id="fault">${wrong}</p>`
  }`;
  const described = [hint === null ? "" : "hint", wrong === null ? "" : "fault"].filter((id) => id !== "").join(" ");
  const marks = html`${described !== "" && html` aria-describedby="${described}"`}${wrong !== null && html` aria-invalid="true"`}`;
  if (field.kind === "options")
    return html`<fieldset${marks}><legend><h1 dir="auto">${asks}</h1></legend>${below}
${field.options.map(({ id, label }, at) => html`<button class="choice" name="${formNames.pick}" value="${id}" ${at === 0 && html` id="${answerId}"`} dir="auto">${label}</button>`)}</fieldset>`;
  const title = html`<h1 dir="auto"><label for="${answerId}">${asks}</label></h1>`;
  if (field.kind === "file")
    return html`${title}${below}<input
        type="file"
        id="${answerId}"
        name="${formNames.file}"
        ${field.most > 1 && html` multiple`}${marks}
      />`;
  if (field.kind === "text" && field.form === "any" && field.maxLength > oneLine && !question.secret)
    return html`${title}${below}<textarea
        id="${answerId}"
        name="${formNames.answer}"
        rows="5"
        maxlength="${field.maxLength + 100}"
        dir="auto"
        ${marks}
      >
${given}</textarea>`;
  const { type, more } = attributes(question);
  return html`${title}${below}<input
      type="${type}"
      id="${answerId}"
      name="${formNames.answer}"
      value="${type === "password" ? "" : given}"
      dir="auto"
      ${more}${marks}
    />`;
};

/** A question without its text: what it takes to read an answer. */
export type Answerable = Pick<QuestionView, "field">;

/** The answer in a form; null: nothing was filled in. Files are read where they are received. */
export const answerIn = (question: Answerable, form: URLSearchParams): FlowAnswer | null => {
  const picked = form.get(formNames.pick);
  if (question.field.kind === "options") return picked === null ? null : { by: "pick", id: picked.slice(0, 40) };
  const text = (form.get(formNames.answer) ?? "").replaceAll("\r\n", "\n").trim();
  if (text === "") return null;
  if (question.field.kind === "date" && /^\d{4}-\d{2}-\d{2}$/.test(text)) return { by: "value", value: text };
  return { by: "words", text: text.slice(0, 4_000) };
};

/** What the customer sees of their own answer; a secret shows nothing of itself. */
export const shownOf = (
  { language }: Pick<Reader, "language">,
  question: Pick<QuestionView, "field" | "secret">,
  answer: FlowAnswer,
): string => {
  if (question.secret) return "••••";
  if (answer.by === "pick")
    return question.field.kind === "options"
      ? (question.field.options.find(({ id }) => id === answer.id)?.label ?? answer.id)
      : answer.id;
  if (answer.by === "value") return language === "de" ? answer.value.split("-").toReversed().join(".") : answer.value;
  if (answer.by === "files") return answer.files.map(({ name }) => name).join(", ");
  return answer.by === "words" ? answer.text : "";
};
