// What steps, ways and findings of a flow are called. Called by the screens of flows.
import type { FlowDocument, FlowFinding, FlowLanguage, FlowStep } from "#contract/flows.ts";
import { stepOf } from "#web/state/flowEdit.ts";
import { exitsOf, firstWords, spoken, type Exit } from "#web/state/flowSteps.ts";
import { language, t, words } from "#web/state/words.ts";

/** In which of a flow's languages it is shown to whoever writes it: their own, if it speaks that. */
export const shownLanguage = (document: FlowDocument): FlowLanguage =>
  document.languages.includes(language()) ? language() : (document.languages[0] ?? "de");

/** A step in a few words: what it says, else what it does. */
export const stepWords = (document: FlowDocument, step: FlowStep): string => {
  const said = firstWords(step, shownLanguage(document));
  if (said !== "") return said;
  switch (step.do) {
    case "lookUp":
      return `${step.service} ${step.path}`;
    case "set":
      return step.values.map(({ into }) => into).join(", ");
    case "wait":
      return step.until.by === "opening"
        ? t("flowEditor.waitOpening")
        : t("flowEditor.waitMinutes", { count: step.until.minutes });
    case "branch":
    case "incidents":
    case "verify":
      return t(`flowEditor.does.${step.do}`);
    default:
      return t("flowEditor.saysNothing");
  }
};

/** A step by its kind and its words: in lists to choose from, and spoken. */
export const stepName = (document: FlowDocument, step: FlowStep): string =>
  `${t(`flowEditor.kinds.${step.do}`)}: ${stepWords(document, step)}`;

export const stepNameOf = (document: FlowDocument, id: string | null): string => {
  const step = stepOf(document, id);
  return step === undefined ? (id ?? "") : stepName(document, step);
};

/** What a way out is called. */
export const exitWords = (document: FlowDocument, step: FlowStep, exit: Exit): string => {
  const { key } = exit;
  switch (key.by) {
    case "option": {
      const option =
        step.do === "ask" && step.answer.kind === "choice"
          ? step.answer.options.find(({ id }) => id === key.id)
          : undefined;
      const label = option === undefined ? "" : spoken(option.label, shownLanguage(document));
      return label === "" ? t("flowEditor.unnamedOption") : label;
    }
    case "case":
      return t("flowEditor.exits.case", { place: key.index + 1 });
    case "next":
      if (step.do === "ask" && step.answer.kind === "choice") return t("flowEditor.exits.others");
      if (step.do === "lookUp") return t("flowEditor.exits.found");
      if (step.do === "incidents") return t("flowEditor.exits.said");
      if (step.do === "verify") return t("flowEditor.exits.verified");
      return t("flowEditor.exits.next");
    case "failed":
      return step.do === "ask" ? t("flowEditor.exits.tooOften") : t("flowEditor.exits.failed");
    case "none":
      return step.do === "incidents" ? t("flowEditor.exits.noIncident") : t("flowEditor.exits.noTime");
    case "missing":
    case "otherwise":
      return t(`flowEditor.exits.${key.by}`);
  }
};

/** What is wrong, in a sentence: ways, texts and languages by what they are called here. */
export const findingWords = (document: FlowDocument, finding: FlowFinding): string => {
  const step = stepOf(document, finding.step);
  const { way, what, language: spokenIn, ...facts } = finding.facts;
  const exit = step === undefined ? undefined : exitsOf(step).find(({ counted }) => counted === way);
  const named = {
    ...facts,
    ...(way === undefined ? {} : { way: step && exit ? exitWords(document, step, exit) : String(way) }),
    ...(what === undefined ? {} : { what: partWords(document, step, String(what)) }),
    ...(spokenIn === undefined ? {} : { language: words(`languages.${spokenIn}`) ?? spokenIn }),
  };
  return words(`flows.findings.${finding.code}`, named) ?? finding.code;
};

/** A part of a step: "option blue, voice" is the option's label and the telephone. */
const partWords = (document: FlowDocument, step: FlowStep | undefined, what: string): string =>
  what
    .split(", ")
    .map((part) => {
      const option = /^option (\S+)$/u.exec(part)?.[1];
      if (option === undefined) return words(`flowEditor.parts.${part}`) ?? words(`flowEditor.media.${part}`) ?? part;
      const at = step?.do === "ask" && step.answer.kind === "choice" ? step.answer.options : [];
      const index = at.findIndex(({ id }) => id === option);
      const label = at[index] === undefined ? "" : spoken(at[index].label, shownLanguage(document));
      return label === "" ? t("flowEditor.option", { place: index + 1 }) : label;
    })
    .join(", ");
