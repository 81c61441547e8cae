// Flows in the chat, in plain words and by voice: the suite that every medium runs. A chat's users press and fill in; who writes reads the words, and writes some; who calls
// hears sentences, and presses keys or speaks.
import assert from "node:assert/strict";
import type { FlowAnswer, FlowInput, FlowView } from "#contract/flow-runs.ts";
import type { FlowLanguage } from "#contract/flows.ts";
import { spokenText } from "#lib/spoken/text.ts";
import { mailWords } from "#lib/spoken/mail.ts";
import { digitByDigit, decimal } from "#lib/spoken/numbers.ts";
import { dayWords } from "#lib/spoken/times.ts";
import { render, type Showing } from "#modules/flows/model-render.ts";
import { readKeys, readSpeech, voiced, type Voiced } from "#modules/flows/model-voice.ts";
import { inWords } from "#test/flows.ts";
import { flowMediumSuite, type FlowMediumSubject, type Meant } from "#test/suites/flow-medium.ts";

const chat: FlowMediumSubject<FlowView> = {
  medium: "chat",
  show: render,
  read: (view) =>
    view.parts
      .flatMap((part) =>
        part.kind === "ask"
          ? [
              part.again ?? "",
              part.text,
              ...(part.field.kind === "options" ? part.field.options.map(({ label }) => label) : []),
            ]
          : Object.values(part).map(String),
      )
      .join("\n"),
  answer: (view, meant): FlowInput => {
    if ("human" in meant) return { kind: "human" };
    const part = view.parts.at(-1);
    assert.ok(part?.kind === "ask", "a question is shown last");
    const options = part.field.kind === "options" ? part.field.options : [];
    const answer = ((): FlowAnswer => {
      if ("option" in meant) return { by: "pick", id: options.find(({ label }) => label === meant.option)?.id ?? "" };
      if ("time" in meant) return { by: "pick", id: options[meant.time]?.id ?? "" };
      if ("yes" in meant) return { by: "pick", id: options[meant.yes ? 0 : 1]?.id ?? "" };
      if ("files" in meant) return { by: "files", files: [...meant.files] };
      if ("skip" in meant) return { by: "skip" };
      return { by: "value", value: meant.value };
    })();
    return { kind: "answer", asked: part.asked, answer };
  },
};

/** Whoever writes plain words sees nothing but the text, and answers as people do: by the number of a line, by words, in their language's notation. */
const textAnswer = (text: string, meant: Meant, { language }: Showing): FlowInput => {
  const written = text.split("\n");
  const line = (label: string): string => {
    const found = written.map((each) => /^(\d+)\. (.+)$/u.exec(each)).find((each) => each?.[2] === label);
    assert.ok(found, `a line with "${label}" is there`);
    return found[1] ?? "";
  };
  if ("option" in meant) return inWords(`${line(meant.option)}.`);
  if ("time" in meant) {
    const times = written.filter((each) => /^\d+\. /.test(each));
    assert.ok(times.length > meant.time, "the times are listed");
    return inWords(language === "de" ? `Nummer ${meant.time + 1} bitte` : `number ${meant.time + 1} please`);
  }
  if ("yes" in meant) {
    assert.match(text, language === "de" ? /„ja“ oder „nein“/ : /“yes” or “no”/);
    return inWords(
      meant.yes ? (language === "de" ? "Ja, danke!" : "yep") : language === "de" ? "nee, leider nicht" : "nope",
    );
  }
  if ("files" in meant) return { kind: "answer", asked: null, answer: { by: "files", files: [...meant.files] } };
  if ("skip" in meant) {
    const hint = language === "de" ? "weiter" : "skip";
    assert.ok(text.includes(hint), "it is said how to leave it open");
    return inWords(hint);
  }
  if ("human" in meant) {
    const hint = language === "de" ? "Mensch" : "human";
    assert.ok(text.includes(hint), "it is said how to get to somebody");
    return inWords(`${hint}!`);
  }
  if (meant.of === "number") {
    const number = new Intl.NumberFormat(language === "de" ? "de-DE" : "en-GB", { maximumFractionDigits: 2 }).format(
      Number(meant.value),
    );
    return inWords(`${number} €`);
  }
  if (meant.of === "day") {
    const format = new Intl.DateTimeFormat(language === "de" ? "de-DE" : "en-GB", {
      dateStyle: "long",
      timeZone: "UTC",
    });
    return inWords(format.format(new Date(`${meant.value}T00:00:00Z`)));
  }
  return inWords(meant.value);
};

const text: FlowMediumSubject<string> = {
  medium: "text",
  show: (outputs, showing) => render(outputs, showing).text,
  read: (words) => words,
  answer: textAnswer,
};

/** What is heard, sound by sound. */
const heard = ({ utterances }: Voiced): string => utterances.map(({ text: words }) => words).join("\n");

/** The key that what was said gives for it. */
const keyFor = (shown: Voiced, label: string): string => {
  const said = shown.utterances.map(({ text: words }) => words).find((words) => words.startsWith(`${label}:`));
  const key = /(\d+)\.$/.exec(said ?? "")?.[1];
  assert.ok(key, `a key for "${label}" is said`);
  return key;
};

/** Words that recognition understood. Numbers, days and addresses as people say them. */
const saidBy = (shown: Voiced, meant: Meant, language: FlowLanguage): string => {
  const german = language === "de";
  const { question } = shown;
  assert.ok(question !== null);
  if ("option" in meant) return german ? `äh, ${meant.option} bitte` : `${meant.option} please`;
  if ("time" in meant)
    return german
      ? `die Nummer ${["eins", "zwei", "drei"][meant.time]}`
      : `number ${["one", "two", "three"][meant.time]}`;
  if ("yes" in meant) return meant.yes ? (german ? "ja genau" : "yes please") : german ? "nein danke" : "no thanks";
  if ("skip" in meant) return german ? "weiter" : "skip";
  if ("human" in meant) return german ? "ich möchte mit einem Mitarbeiter sprechen" : "I want to talk to a human";
  assert.ok("value" in meant, "files are not said");
  if (meant.of === "number") return `${decimal(meant.value, language)} euro`;
  if (meant.of === "day") {
    const [year = 0, month = 1, day = 1] = meant.value.split("-").map(Number);
    return spokenDay({ year, month, day }, language);
  }
  if (meant.value.includes("@")) return mailWords(meant.value, language);
  return /^[+\d ]+$/.test(meant.value) ? digitByDigit(meant.value.replace("+", "00"), language) : meant.value;
};
/** As recognition writes days: the number in digits, the month by its name. */
const spokenDay = (
  { year, month, day }: { year: number; month: number; day: number },
  language: FlowLanguage,
): string =>
  dayWords({ year: null, month, day }, language, "en").replace(/^\p{Ll}+(?= )|\p{Ll}+(?:-\p{Ll}+)?$/u, () =>
    language === "de" ? `${day}.` : `${day}th ${year}`,
  ) + (language === "de" ? ` ${year}` : "");

const bySpeech = (shown: Voiced, meant: Meant, { language }: Showing): FlowInput => {
  assert.ok(shown.question !== null, "a question is open");
  const read = readSpeech(shown.question, { text: saidBy(shown, meant, language), confidence: 0.8 }, language);
  assert.ok(read.is === "input");
  return read.input;
};

/** The keys that a caller presses for it, by what was said; null: it cannot be pressed. */
const keysFor = (shown: Voiced, meant: Meant): string | null => {
  if ("option" in meant) return keyFor(shown, meant.option);
  if ("time" in meant) return String(meant.time + 1);
  if ("yes" in meant) return meant.yes ? "1" : "2";
  if ("skip" in meant) return "#";
  if ("human" in meant) return /Stern-Taste und dann|star key and then/.test(heard(shown)) ? "*0" : "0";
  assert.ok("value" in meant, "files have no keys");
  if (meant.of === "number") return `${meant.value.replace(".", "*")}#`;
  if (meant.of === "day") return meant.value.split("-").toReversed().join("");
  const digits = meant.value.replace("+", "00").replaceAll(" ", "");
  if (!/^\d+$/.test(digits)) return null;
  return /Raute|hash/.test(heard(shown)) ? `${digits}#` : digits;
};

/** Pressed one by one: only the last comes to something. */
const byKeys = (shown: Voiced, meant: Meant, showing: Showing): FlowInput => {
  const keys = keysFor(shown, meant);
  const { question } = shown;
  if (keys === null) return bySpeech(shown, meant, showing);
  assert.ok(question !== null);
  for (let pressed = 1; pressed < keys.length; pressed++)
    assert.equal(readKeys(question, keys.slice(0, pressed), false).is, "more", `${keys.slice(0, pressed)} of ${keys}`);
  const read = readKeys(question, keys, false);
  assert.ok(read.is === "input", keys);
  return read.input;
};

const voice = (way: "by keys" | "by words", answer: typeof byKeys): FlowMediumSubject<Voiced> => ({
  medium: "voice",
  way,
  withoutFiles: true,
  show: (outputs, showing) => {
    const said = voiced(outputs, { ...showing, listens: way === "by words" });
    for (const { text: words, language } of said.utterances)
      assert.doesNotMatch(spokenText(words, language), /\d|https?:/, "it can be said as it is");
    return said;
  },
  read: heard,
  answer,
});

flowMediumSuite(voice("by keys", byKeys));
flowMediumSuite(voice("by words", bySpeech));
flowMediumSuite(chat);
flowMediumSuite(text);
