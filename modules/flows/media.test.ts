// Flows in the chat and in plain words: the suite that every medium runs. A chat's users press and fill in; who writes reads the words, and writes some.
import assert from "node:assert/strict";
import type { FlowAnswer, FlowInput, FlowView } from "#contract/flow-runs.ts";
import { render, type Showing } from "#modules/flows/model-render.ts";
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

flowMediumSuite(chat);
flowMediumSuite(text);
