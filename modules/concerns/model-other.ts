// Judges whether a customer's message is about something else than the concern it came into, and says why. It only proposes: agents decide. Called by actions.ts; pure.
// Precision first: whoever is shown a wrong proposal ten times looks at none any more (docs/subsystems/moving.md has the measured figures).
import type { Proposal } from "#contract/concerns.ts";

/** What is known of the concern before the message. */
export interface Before {
  readonly subject: string;
  /** What was said there, newest first, without what was quoted. */
  readonly texts: readonly string[];
  /** When something was said there last. */
  readonly lastAt: string;
  /** We had answered and nothing was open: the concern waited for the customer, or was resolved or closed. */
  readonly wasQuiet: boolean;
}

type Reason = Proposal["reasons"][number];

const dayMs = 24 * 3_600_000;
/** A quiet concern that is answered after so long is often a new matter. */
const longPauseMs = 5 * dayMs;
/** Fewer words than these say nothing about the matter. */
const leastWords = 4;
const leastKnown = 5;

/** Says itself that it is about something else. bounded: run over the first 4,000 characters, each alternative is a fixed phrase. */
const plainly =
  /\b(?:(?:noch )?(?:et)?was (?:ganz |völlig )?anderes(?: noch)?(?! (?:probier|versuch|tun|mach|unternehm|anschließ|bestell))|(?:ganz |völlig )?anderes (?:thema|anliegen|problem)|andere[rns]? (?:sache|angelegenheit|frage|punkt|baustelle)|unabhängig davon|hat (?:damit )?nichts (?:damit )?zu tun|zweites anliegen|neues anliegen|themawechsel|(?:something|sth) (?:completely |entirely )?(?:else|different)(?! (?:to|i can) (?:try|do))|(?:a |another |on a )(?:different|separate|unrelated|new) (?:matter|issue|topic|question|subject|note|problem|request)|another (?:matter|issue|topic|problem|request)|unrelated(?: to this)?,|separately,)/i;

/** May begin another matter, or go on with this one. Not \b, to which "ü" is no letter: "übrigens" would begin nowhere. bounded: as above. */
const perhaps =
  /(?<!\p{L})(?:noch (?:eine|ne) (?:andere |weitere )?(?:frage|bitte|sache)|noch (?:et)?was|eine weitere (?:frage|bitte|sache)|außerdem|übrigens|nebenbei|bei der gelegenheit|zusätzlich (?:möchte|wollte|habe|brauche)|another (?:question|thing)|one more (?:question|thing)|by the way|also,? i|in addition,? i|while i(?:'|’)m at it|besides,)/iu;

/** "nothing else", "anything else", "nichts anderes": no other matter. bounded: as above. */
const denied =
  /\b(?:(?:sonst )?nichts anderes|nothing else|anything else|was soll ich (?:noch )?anderes|kein anderes)\b/gi;

/** A number that is named for what it is: "Vertrag 2024-88", "order no. 4711". bounded: at most 12 characters between name and number. */
const named =
  /\b(vertrag|vertrags|kunden|bestell|auftrags|rechnungs|rechnung|bestellung|auftrag|ticket|contract|order|invoice|customer)[a-zäöü]{0,10}[ .:#-]{0,3}(?:nr\.?|nummer|no\.?|number|id)?[ .:#-]{0,3}((?=[a-z0-9/-]{0,14}\d)[a-z0-9][a-z0-9/-]{3,14})/gi;

/** What a number is of, in one word for both languages. */
const kindOf = (name: string): string => {
  const word = name.toLowerCase();
  if (word.startsWith("vertrag") || word === "contract") return "contract";
  if (word.startsWith("bestell") || word.startsWith("auftrag") || word === "order") return "order";
  if (word.startsWith("rechnung") || word === "invoice") return "invoice";
  return word.startsWith("kunde") || word === "customer" ? "customer" : word;
};

const numbersIn = (text: string): Map<string, Set<string>> => {
  const found = new Map<string, Set<string>>();
  for (const [, name = "", number = ""] of text.matchAll(named)) {
    const kind = kindOf(name);
    found.set(kind, (found.get(kind) ?? new Set()).add(number.toLowerCase().replace(/[/-]/g, "")));
  }
  return found;
};

/** A number of a kind of which the concern has named others, but not this one; null: none. */
const otherNumber = (text: string, before: string): string | null => {
  const known = numbersIn(before);
  for (const [kind, numbers] of numbersIn(text)) {
    const there = known.get(kind);
    if (there === undefined || [...numbers].some((number) => there.has(number))) continue;
    return [...numbers][0] ?? null;
  }
  return null;
};

const common = new Set(
  `aber alle allem allen aller alles also anderen andere auch auf aus bald beim bereits bitte dabei dafür daher damit danke dann darf dass davon dazu deine denn dessen deshalb
  diese diesem diesen dieser dieses doch dort durch einem einen einer eines einfach einmal endlich erst etwas euch euer eure frage fragen freundlichen freundliche frau ganz
  gegen gerade gern gerne gestern gibt gleich grüße grüßen gruß guten habe haben hallo hatte hätte heute herr hier hoffe ihnen ihre ihrem ihren ihrer immer jetzt jede jeden kann kein keine können
  könnte könnten leider liebe lieben mache machen mehr mein meine meinem meinen meiner mich mir möchte morgen muss müssen nach nachricht nicht nichts noch nochmal nummer nur oder ohne
  schnelle schon sehr sein seine seit sich sind sollte sondern sonst soll später team tage tagen über übrigens außerdem unser unsere unter viel viele vielen vielleicht vom von vorher war waren warum
  weil weiter weitere wenn werde werden wieder wird wirklich wissen wollte wollen worden wurde würde würden zeit zum zur zwei zwischen anliegen sache thema
  about after again another anything because been before best could dear does doing done else from good have hello help here hope into just know like mail make many much need never
  next only other over please question regards same should since some something soon still tell than thank thanks that their them then there these they thing this those today tomorrow
  very want wanted well were what when where which while will with without would yesterday your yours issue matter also`.split(
    /\s+/,
  ),
);

/** Words that say what a text is about, cut to their first six letters, so that forms of one word are one. */
const topicWords = (text: string): Set<string> =>
  new Set(
    (
      text
        .slice(0, 4_000)
        .toLowerCase()
        .match(/\p{L}{4,}/gu) ?? []
    )
      .filter((word) => !common.has(word))
      .map((word) => word.slice(0, 6)),
  );

/** Do two words share a part, as "Rechnung" and "Monatsrechnung" do? */
const isNear = (word: string, all: string): boolean => all.includes(word.slice(0, 5));

/**
 * Why this message may open another concern; null: it does not seem to. Counted are what the message says itself, another number of the same kind, words
 * that have nothing to do with what was said, and a long pause after we had answered. One of them alone is enough only if it says so plainly.
 */
export const seemsOther = (
  message: { readonly text: string; readonly subject: string | null; readonly at: string },
  before: Before,
): Proposal | null => {
  const text = message.text.slice(0, 4_000).replace(denied, " ");
  const said = [before.subject, ...before.texts].join("\n").slice(0, 40_000);
  const words = topicWords(text);
  const known = said.toLowerCase();
  const knownWords = topicWords(said);
  const shared = [...words].filter((word) => knownWords.has(word) || isNear(word, known));
  const reasons: Reason[] = [];
  const phrase = plainly.exec(text);
  const hint = phrase === null ? perhaps.exec(text) : null;
  if (phrase !== null || hint !== null)
    reasons.push({ code: "phrase", detail: (phrase ?? hint)?.[0].trim().toLowerCase() ?? "" });
  const number = otherNumber(text, said);
  if (number !== null) reasons.push({ code: "number", detail: number });
  const differs = words.size >= leastWords && knownWords.size >= leastKnown && shared.length === 0;
  const nearly = words.size >= leastWords && knownWords.size >= leastKnown && shared.length * 4 <= words.size;
  if (differs || (nearly && (phrase !== null || number !== null)))
    reasons.push({
      code: "words",
      detail: newWords(text.replace(phrase?.[0] ?? "", " "), knownWords, known)
        .slice(0, 3)
        .join(", "),
    });
  const paused = before.wasQuiet && Date.parse(message.at) - Date.parse(before.lastAt) >= longPauseMs;
  if (paused)
    reasons.push({
      code: "pause",
      detail: String(Math.floor((Date.parse(message.at) - Date.parse(before.lastAt)) / dayMs)),
    });
  const enough =
    (phrase !== null && (nearly || differs || words.size < leastWords || knownWords.size < leastKnown)) ||
    (hint !== null && differs) ||
    (number !== null && (paused || nearly || phrase !== null || hint !== null)) ||
    (differs && paused);
  return enough ? { reasons } : null;
};

/** The first whole words that nothing of the concern has said. */
const newWords = (text: string, known: ReadonlySet<string>, said: string): string[] => [
  ...new Set(
    (text.match(/\p{L}{4,}/gu) ?? []).filter((word) => {
      const stem = word.toLowerCase().slice(0, 6);
      return !common.has(word.toLowerCase()) && !known.has(stem) && !isNear(stem, said);
    }),
  ),
];
