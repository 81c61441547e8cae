// Flows by voice: what is said of what a flow says, and what the keys of a telephone and the words that were understood answer. Called by the switchboard; pure. The
// interpreter knows nothing of it.
import type { FlowAnswer, FlowInput, FlowOutput, FlowQuestion } from "#contract/flow-runs.ts";
import type { FlowLanguage } from "#contract/flows.ts";
import { digitsHeard, numberHeard } from "#lib/spoken/heard.ts";
import { mailHeard } from "#lib/spoken/mail.ts";
import { isCalendarDay } from "#lib/timeZone.ts";
import { wordsIn } from "./model-choice.ts";
import { questionPart, spoken, type Showing } from "./model-render.ts";
import { hintWords, variantsOf } from "./model-words.ts";
import { hasKeys, keysOf, voiceWays, zeroIsHuman } from "./model-voice-ways.ts";

/** Something to be said; one sound. `text` as it is written: lib/spoken makes of it how it is said. */
export interface Utterance {
  readonly text: string;
  readonly language: FlowLanguage;
  /** A key, or words, cut it off. */
  readonly bargeIn: boolean;
}

/** What is said, in its order, and the question that is open after it; null: none is. */
export interface Voiced {
  readonly utterances: readonly Utterance[];
  readonly question: FlowQuestion | null;
}

/** What keys come to. */
export type KeysRead =
  /** Not yet anything: so long is waited for the next key, reckoned from the last one (of the first: from the end of what was said). Then it is read again, as `over`. */
  | { readonly is: "more"; readonly withinMs: number }
  | { readonly is: "input"; readonly input: FlowInput }
  /** The question is said again; the keys so far are forgotten. Also when nobody pressed anything: whoever asks counts how often. */
  | { readonly is: "again" };

/** Reads the keys pressed since the question was asked, after each of them and, as `over`, when no more came in time. */
export type ReadKeys = (question: FlowQuestion, keys: string, over: boolean) => KeysRead;

/** How it is said. `listens`: words are understood here, and callers are told so. */
export interface Voicing {
  readonly language: FlowLanguage;
  readonly zone: string;
  readonly listens?: boolean;
}

/** How long the first key is waited for, the next ones, and one after a number that could be the beginning of a longer one or a star. */
const waits = { firstMs: 7_000, nextMs: 4_000, shortMs: 2_500 } as const;

/**
 * What is said of these outputs: each sentence that is said again elsewhere is an utterance of its own, so that its sound is made once. Keys cut off whatever leads to a
 * question; what a flow says at its end is heard.
 */
export const voiced = (outputs: readonly FlowOutput[], voicing: Voicing): Voiced => {
  const showing: Showing = { medium: "voice", language: voicing.language, zone: voicing.zone };
  let question: FlowQuestion | null = null;
  const texts = outputs.flatMap((output): readonly string[] => {
    if (output.kind === "end") question = null;
    if (output.kind === "link") return linkWords(output, showing);
    if (output.kind !== "ask") return [spoken(output, showing)];
    const { question: asked } = output;
    question = asked;
    const { again, text, field, optional } = questionPart(asked, showing);
    return [again ?? "", text, ...voiceWays(field, optional, voicing.language, voicing.listens === true)];
  });
  const bargeIn = question !== null;
  return {
    utterances: texts
      .filter((text) => text.trim() !== "")
      .map((text) => ({ text, language: voicing.language, bargeIn })),
    question,
  };
};

/** An address cannot be listened to: a flow that has words of its own for voices says those, any other where it is to be found. */
const linkWords = (output: Extract<FlowOutput, { kind: "link" }>, showing: Showing): readonly string[] => {
  const words = spoken(output, showing).trim();
  const own = variantsOf(output.text.text).some(({ medium, words: each }) => medium === "voice" && each.trim() !== "");
  if (own || !URL.canParse(output.url)) return [words];
  const said = words.replace(/\s*:$/, ".");
  return [said, hintWords("linkHost", { host: new URL(output.url).hostname.replace(/^www\./, "") }, showing.language)];
};

/** Fields do not depend on language or zone where keys are concerned. */
const fieldOf = (question: FlowQuestion) =>
  questionPart(question, { medium: "voice", language: "de", zone: "UTC" }).field;

/**
 * Reads keys. Options: their number; yes 1, no 2. Digits end with "#", by their number where it is known, or when no more come; in a number "*" is the point. "#" by itself
 * leaves open what may be. "*" says the question again, and forgets what was pressed. "0" goes to somebody of us, where it could be an answer "*0".
 */
export const readKeys: ReadKeys = (question, keys, over) => {
  const field = fieldOf(question);
  const answer = (given: FlowAnswer): KeysRead => ({
    is: "input",
    input: { kind: "answer", asked: question.asked, answer: given },
  });
  const human: KeysRead = { is: "input", input: { kind: "human" } };
  const again: KeysRead = { is: "again" };
  if (keys === "") return over ? again : { is: "more", withinMs: waits.firstMs };
  if (!/^[0-9*#]{1,60}$/.test(keys)) return again;
  if (field.kind === "options" || !hasKeys(field)) {
    if (keys.startsWith("0") && zeroIsHuman(field)) return human;
    if (keys.startsWith("*")) return again;
  } else {
    const starred = starOf(keys, field.kind === "number" && field.decimals > 0);
    if (starred === "human") return human;
    if (starred === "waits") return over ? again : { is: "more", withinMs: waits.shortMs };
    if (starred !== keys) return readKeys(question, starred, over);
  }
  if (keys === "#") return answer(question.optional ? { by: "skip" } : { by: "value", value: "" });
  const ended = keys.endsWith("#") || over;
  const typed = keys.replace(/#.*$/, "");
  if (field.kind === "options") {
    const longer = field.options.length >= Number(typed) * 10 && typed.length === 1;
    if (!ended && longer) return { is: "more", withinMs: waits.shortMs };
    // What is no option is read as words, and refused as such.
    return answer({ by: "pick", id: field.options[Number(typed) - 1]?.id ?? typed });
  }
  if (!hasKeys(field)) return ended ? answer({ by: "value", value: typed }) : { is: "more", withinMs: waits.nextMs };
  const most = keysOf(field);
  if (!ended && typed.length < (most ?? Number.POSITIVE_INFINITY)) return { is: "more", withinMs: waits.nextMs };
  if (typed === "0" && !isAnswer(field)) return human;
  return answer(typedAnswer(field, typed));
};

type Field = ReturnType<typeof fieldOf>;

/** May "0" be the whole answer? */
const isAnswer = (field: Field): boolean =>
  (field.kind === "number" && (field.min ?? 0) <= 0) ||
  (field.kind === "text" && field.form === "digits" && field.minLength <= 1);

/**
 * What a star means among digits: at the end it waits for what follows; before a 0 that was to be somebody of us; else what was pressed before it is forgotten. In a
 * number with decimals the first star behind a digit is the point.
 */
const starOf = (keys: string, points: boolean): string => {
  const point = points ? /^\d+\*/.exec(keys) : null;
  const from = point === null ? 0 : point[0].length;
  const star = keys.lastIndexOf("*");
  if (star < from) return keys;
  const rest = keys.slice(star + 1);
  return rest === "" ? "waits" : rest.startsWith("0") ? "human" : rest;
};

const typedAnswer = (field: Field, typed: string): FlowAnswer => {
  if (field.kind === "number") return { by: "value", value: typed.replace("*", ".").replace(/\.$/, "") };
  if (field.kind !== "date") return { by: "value", value: typed };
  const [, day = "", month = "", year = ""] = /^(\d\d)(\d\d)(\d{4}|\d\d)?$/.exec(typed) ?? [];
  const whole = `${year}-${month}-${day}`;
  if (isCalendarDay(whole)) return { by: "value", value: whole };
  // Without its year, or with half of it, it is read as people write it.
  return { by: "words", text: day === "" ? typed : `${day}.${month}.${year}` };
};

/** Words that ask for the question once more, and for nothing else. */
const repeatPhrases = new Set([
  "wie bitte",
  "was",
  "pardon",
  "sorry",
  "wiederholen",
  "bitte wiederholen",
  "noch einmal",
  "noch einmal bitte",
  "nochmal",
  "nochmal bitte",
  "repeat",
  "repeat that",
  "say it again",
  "say that again",
  "again",
  "once more",
  "please repeat",
]);

/** Below that nobody would stake an answer on what was understood. */
const leastConfidence = 0.35;

/** Reads what was understood of an answer that was spoken. */
export type ReadSpeech = (
  question: FlowQuestion,
  understood: { readonly text: string; readonly confidence: number | null },
  language: FlowLanguage,
) => Exclude<KeysRead, { is: "more" }>;

/** What words that were understood come to. Numbers and addresses are written before they are read as every other answer is; nothing, or hardly anything, understood: again. */
export const readSpeech: ReadSpeech = (question, understood, language) => {
  const words = wordsIn(understood.text);
  const unsure = understood.confidence !== null && understood.confidence < leastConfidence;
  if (words.length === 0 || unsure || repeatPhrases.has(words.join(" "))) return { is: "again" };
  const text = writtenDown(question, understood.text.slice(0, 4_000), language);
  return { is: "input", input: { kind: "answer", asked: question.asked, answer: { by: "words", text } } };
};

const writtenDown = ({ answer }: FlowQuestion, text: string, language: FlowLanguage): string => {
  if (answer.kind === "number") return numberHeard(text, language) ?? text;
  if (answer.kind === "code") return digitsHeard(text) ?? text;
  if (answer.kind !== "text" || answer.form === "any") return text;
  return (answer.form === "email" ? mailHeard(text) : digitsHeard(text)) ?? text;
};

/** What is likely to be said to a question, for whoever listens: its options' labels and other words, yes and no. At most 60 phrases. */
export const likelyWords = (question: FlowQuestion, { language, zone }: Voicing): readonly string[] => {
  const { field } = questionPart(question, { medium: "voice", language, zone });
  if (field.kind !== "options") return [];
  const own =
    question.answer.kind === "choice" ? question.answer.options.flatMap(({ words }) => words?.[language] ?? []) : [];
  return [...new Set([...field.options.map(({ label }) => label), ...own])].slice(0, 60);
};
