// Whether words ask for somebody of us. Called by the interpreter before anything else is read of an answer; pure.
import type { FlowQuestion } from "#contract/flow-runs.ts";
import { fold } from "#lib/fold.ts";
import { exactOption, type ReadPlace } from "./model-read.ts";

const set = (words: string): ReadonlySet<string> => new Set(words.split(" "));

/** Words that mean one of us by themselves. Folded: no accents, "ß" as "ss". */
const ours = set(
  "mensch menschen mitarbeiter mitarbeiterin mitarbeitern berater beraterin sachbearbeiter sachbearbeiterin kundenberater kundenberaterin kundendienstmitarbeiter ansprechpartner ansprechpartnerin supportmitarbeiter servicemitarbeiter telefonist operator agent agents human humans person representative rep advisor adviser colleague",
);
/** Words that mean one of us only where somebody wants to speak with them. */
const maybeOurs = set(
  "jemand jemanden jemandem kollege kollegen kollegin kolleginnen team support service kundenservice kundendienst hotline zentrale leuten someone somebody anyone people staff sb",
);
const speaking = set(
  "sprechen reden telefonieren schreiben chatten verbinden verbinde durchstellen weiterleiten sprech red speak talk talking speaking chat connect transfer",
);
/** Words that change nothing of what is wanted. Whatever else stands there says that it is about something else. */
const fillers = set(
  "bitte gern gerne jetzt sofort endlich direkt lieber nur einfach mal doch hallo hi hey guten tag danke ich will moechte mochte wuerde wurde hatte haette brauche kann konnte koennte darf wir wollen mich mir mit zu zum einen einem einer eine ein den dem die der von ihnen euch eurem ihrem echten echter echte echtem richtigen richtiger richtiges lebenden lebendigen realen aus vom gibt es hier ist da geben sie lassen " +
    "please i id d m want wanna would like to need can could may let me us with a an the real live actual now just rather get give of your you from speak is there here hello thanks thank",
);

/**
 * Do the words ask for somebody of us, and for nothing else? An option that is called so is that option; "0" asks for it only where no number is asked. A
 * sentence in which people are only mentioned ("Ihr Mitarbeiter war sehr nett") is none.
 */
export const asksForHuman = (text: string, question: FlowQuestion | null, place: ReadPlace): boolean => {
  const words = fold(text.slice(0, 200))
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  if (text.length > 160 || words.length === 0 || words.length > 14) return false;
  if (question?.answer.kind === "choice" && exactOption(question.answer, text, { ...place, values: question.values }))
    return false;
  if (words.length === 1 && words[0] === "0") return question === null || !takesNumbers(question.answer);
  const speaks = words.some((word) => speaking.has(word));
  const rest = words.filter((word) => !fillers.has(word) && !speaking.has(word));
  if (rest.length === 0) return false;
  return rest.every((word) => ours.has(word) || (speaks && maybeOurs.has(word)));
};

const takesNumbers = (answer: FlowQuestion["answer"]): boolean =>
  answer.kind === "number" || answer.kind === "code" || (answer.kind === "text" && answer.form !== "email");
