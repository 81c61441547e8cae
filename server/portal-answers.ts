// What somebody sends from a dialogue's page: judged as a form, told to the flow. Used by server/portal.ts.
import type { Who } from "#contract/actor.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { FlowAnswer } from "#contract/flow-runs.ts";
import { normalise } from "#modules/customers/model.ts";
import { becomeConcern, tellRun } from "#modules/flows/actions-running.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import type { RunContact, RunFile, RunRecord } from "#modules/flows/model-runs.ts";
import { filesToSend, keepVisitorFile } from "#modules/visitors/actions-files.ts";
import { untried, type Tried } from "#portal/dialogue.ts";
import { answerId, answerIn, formNames, shownOf } from "#portal/fields.ts";
import type { QuestionView } from "#portal/view.ts";
import { sound, type Sent } from "#server/portal-forms.ts";
import type { Holder } from "#server/portal-places.ts";
import type { Dialogue } from "#server/portal-views.ts";
import { words } from "#server/words.ts";

/** Longest words that are told. */
const mostWords = 4_000;

/** A form that was not taken, and its status; null: it was, or there was nothing to take any more. */
export type Untaken = { readonly status: number; readonly tried: Tried } | null;

interface Answering {
  readonly world: FlowWorld;
  readonly who: Who;
  readonly run: RunRecord;
  readonly holder: Holder;
  readonly dialogue: Dialogue;
  readonly sent: Sent;
  readonly fileBytes: number;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The id of what this form says: made by its page. A form without one says it once for each time it is sent. */
const idIn = (fields: URLSearchParams): string => {
  const given = fields.get(formNames.id) ?? "";
  return uuid.test(given) ? given : crypto.randomUUID();
};

/** Tells the flow what the form says. */
export const answerDialogue = async (answering: Answering): Promise<Untaken> => {
  const { run, dialogue, sent } = answering;
  const what = sent.fields.get(formNames.what) ?? "";
  if (what === "contact") return dialogue.view.now.kind === "contact" ? giveContact(answering) : null;
  if (run.state.over !== null) return null;
  if (what === "human") return askForHuman(answering);
  const asked = Number(sent.fields.get(formNames.asked) ?? Number.NaN);
  const question = dialogue.asks.get(asked);
  // No form of ours asks what was never asked.
  if (question === undefined) return null;
  if (what === "skip" && question.optional)
    return tell(answering, question, { by: "skip" }, words(run.state.language, "portal.skip"));
  return question.field.kind === "file" ? giveFiles(answering, question) : giveAnswer(answering, question);
};

const wrong = (
  { run }: Pick<Answering, "run">,
  field: string,
  key: string,
  given: Partial<Tried> = {},
  facts: Readonly<Record<string, number>> = {},
): Untaken => ({
  status: 400,
  tried: { ...untried, ...given, wrong: { field, sentence: words(run.state.language, key, facts) } },
});

const tell = async (
  { world, who, run, holder, sent }: Answering,
  question: QuestionView,
  answer: FlowAnswer,
  shown: string,
  files: readonly RunFile[] = [],
): Promise<Untaken> => {
  await tellRun(world, who, {
    runId: run.id,
    holder: holder.hash,
    id: idIn(sent.fields),
    input: { kind: "answer", asked: question.asked, answer },
    shown,
    files,
  });
  return null;
};

const giveAnswer = (answering: Answering, question: QuestionView): Promise<Untaken> | Untaken => {
  const { run, sent } = answering;
  const given = sound(sent.fields.get(formNames.answer) ?? "");
  if (given.length > mostWords)
    return wrong(
      answering,
      answerId,
      "portal.tooLongWords",
      { answer: given.slice(0, mostWords) },
      { most: mostWords },
    );
  const fields = new URLSearchParams(sent.fields);
  fields.set(formNames.answer, given);
  const answer = answerIn(question, fields);
  if (answer === null)
    return wrong(answering, answerId, question.field.kind === "options" ? "portal.noChoice" : "portal.noAnswer");
  return tell(answering, question, answer, shownOf(run.state, question, answer));
};

const fileRefused = (answering: Answering, { refused, facts }: Refusal): Untaken => ({
  status: 400,
  tried: {
    ...untried,
    wrong: { field: answerId, sentence: words(answering.run.state.language, `errors.${refused}`, facts) },
  },
});

const giveFiles = async (answering: Answering, question: QuestionView): Promise<Untaken> => {
  const { world, holder, sent, fileBytes } = answering;
  if (question.field.kind !== "file") return null;
  if (sent.files.length === 0) return wrong(answering, answerId, "portal.noFile");
  if (sent.files.length > question.field.most)
    return wrong(answering, answerId, "portal.tooManyFiles", {}, { most: question.field.most });
  const ids: string[] = [];
  for (const file of sent.files) {
    const kept = await keepVisitorFile(world, holder.hash, { id: crypto.randomUUID(), ...file });
    if (isRefusal(kept)) return fileRefused(answering, kept);
    ids.push(kept.id);
  }
  const limits = { fileBytes, filesPerMessage: question.field.most, messageBytes: fileBytes * question.field.most };
  const files = await filesToSend(world, holder.hash, ids, limits);
  if (isRefusal(files)) return fileRefused(answering, files);
  const answer = { by: "files", files: files.map(({ id, name }) => ({ id, name })) } as const;
  return tell(answering, question, answer, files.map(({ name }) => name).join(", "), files);
};

/** How they want to be answered; or what is wrong with it. */
const contactIn = (
  answering: Answering,
): { readonly contact: RunContact; readonly words: string } | { readonly untaken: Untaken } => {
  const { fields } = answering.sent;
  const field = (name: string): string => sound(fields.get(name) ?? "").trim();
  const said = field("words").replaceAll("\r\n", "\n");
  const given = { words: said, email: field("email"), phone: field("phone") };
  const shown = { ...given, words: said.slice(0, mostWords) };
  const not = (name: string, key: string, facts = {}) => ({
    untaken: wrong(answering, name, key, { contact: shown }, facts),
  });
  if (said.length > mostWords) return not("words", "portal.tooLongWords", { most: mostWords });
  const email = given.email === "" ? "" : normalise("email", given.email);
  if (email === null) return not("email", "portal.badEmail");
  const phone = given.phone === "" ? "" : normalise("phone", given.phone);
  if (phone === null) return not("phone", "portal.badPhone");
  if (email === "" && phone === "" && !answering.dialogue.view.reachable) return not("email", "portal.noContact");
  return { contact: { name: "", email, phone }, words: said };
};

const given = ({ email, phone }: RunContact): boolean => email !== "" || phone !== "";

const askForHuman = async (answering: Answering): Promise<Untaken> => {
  const { world, who, run, holder, sent } = answering;
  const read = contactIn(answering);
  if ("untaken" in read) return read.untaken;
  await tellRun(world, who, {
    runId: run.id,
    holder: holder.hash,
    id: idIn(sent.fields),
    input: { kind: "human" },
    shown: read.words || words(run.state.language, "portal.wantsHuman"),
    ...(given(read.contact) ? { contact: read.contact } : {}),
  });
  return null;
};

const giveContact = async (answering: Answering): Promise<Untaken> => {
  const { world, who, run, holder } = answering;
  const read = contactIn(answering);
  if ("untaken" in read) return read.untaken;
  await becomeConcern(world, who, {
    runId: run.id,
    holder: holder.hash,
    said: null,
    contact: read.contact,
  });
  return null;
};
