// Reads answers: what a button, a form or a key gives, and what people write or say, in German and English, with their mistakes. Called by the interpreter; pure.
// Everything is cut before it is looked at: what it costs does not grow with what somebody sends.
import type { FlowAnswer, FlowQuestion, FlowRefusal } from "#contract/flow-runs.ts";
import type { AnswerKind, FlowLanguage, FlowMedium, FlowValue } from "#contract/flows.ts";
import { isMailAddress } from "#lib/mailAddress.ts";
import { cutTo, storable } from "#lib/text.ts";
import { dayAfter, isCalendarDay, isTimeZone, wallAt } from "#lib/timeZone.ts";
import { exactly, meaningOf, wordsIn, yesOrNo, type Meaning, type Meant } from "./model-choice.ts";
import { daysIn, type DayLimits } from "./model-days.ts";
import { digitRunsIn, numbersIn, phonesIn } from "./model-numbers.ts";
import { shownValue, variantsOf, wordsOf, type Facts } from "./model-words.ts";

/** Where and when an answer is read. `values`: what options' labels need. */
export interface ReadPlace {
  readonly language: FlowLanguage;
  readonly medium: FlowMedium;
  readonly zone: string;
  readonly now: string;
  readonly values: Readonly<Record<string, FlowValue>>;
}

export interface Taken {
  readonly value: FlowValue;
}
export interface Refused {
  readonly refusal: FlowRefusal;
  /** For its sentence. */
  readonly facts: Facts;
}
/** What an answer comes to. */
export type Read = Taken | Refused;

type Kind = FlowQuestion["answer"];
type Choice = Extract<AnswerKind, { kind: "choice" }>;

/** What is looked at of an answer, in characters: of free text, and of everything else. */
const most = { free: 4_000, other: 300 } as const;

const refuse = (refusal: FlowRefusal, facts: Facts = {}): Refused => ({ refusal, facts });
const take = (value: FlowValue): Taken => ({ value });

/** Reads an answer to such a question; never throws. Refuses with the reason that helps whoever answers. */
export const readAnswer = (kind: Kind, answer: FlowAnswer, place: ReadPlace): Read => {
  if (answer.by === "files") return readFiles(kind, answer.files);
  if (answer.by === "skip") return refuse("empty");
  if (answer.by === "pick") return readPick(kind, answer.id, place);
  const text = answer.by === "words" ? answer.text : answer.value;
  if (text.slice(0, most.free).trim() === "") return kind.kind === "file" ? refuse("noFile") : refuse("empty");
  if (answer.by === "value") {
    const picked = readPick(kind, text, place);
    if (!("refusal" in picked)) return picked;
    if (kind.kind === "number" && /^-?\d{1,16}(?:\.\d{1,16})?$/.test(text.trim()))
      return judgeNumber(kind, Number(text));
  }
  return readWords(kind, text, place);
};

const readFiles = (kind: Kind, files: readonly { readonly id: string }[]): Read => {
  if (kind.kind !== "file") return refuse("onlyWords");
  if (files.length === 0) return refuse("noFile");
  if (files.length > kind.most) return refuse("tooManyFiles", { most: kind.most });
  return take(files.map(({ id }) => id));
};

const readPick = (kind: Kind, id: string, place: ReadPlace): Read => {
  if (kind.kind === "choice" && kind.options.some((option) => option.id === id)) return take(id);
  if (kind.kind === "yesNo" && (id === "yes" || id === "no")) return take(id === "yes");
  const time = kind.kind === "time" ? kind.offered.find((each) => each.id === id) : undefined;
  if (time !== undefined) return take(time.at);
  // A key that was pressed, where nobody knows what it means: as if it had been said.
  return /^[0-9*#]{1,40}$/.test(id) && kind.kind !== "file" ? readWords(kind, id, place) : refuse("unreadable");
};

const readWords = (kind: Kind, whole: string, place: ReadPlace): Read => {
  const text = cutTo(storable(whole.slice(0, most.free)), most.other);
  switch (kind.kind) {
    case "choice":
      return meant(meaningOf(optionsOf(kind, place), text), (id) => id);
    case "time": {
      const times = kind.offered.map(({ id, at }) => ({
        id,
        phrases: [shownValue(at, "de", place.zone), shownValue(at, "en", place.zone)],
      }));
      return meant(meaningOf(times, text), (id) => kind.offered.find((each) => each.id === id)?.at ?? "");
    }
    case "yesNo": {
      const said = yesOrNo(text);
      return said === null ? refuse("unreadable") : said === "ambiguous" ? refuse(said) : take(said);
    }
    case "number": {
      const [number, other] = numbersIn(text, place.language, kind.decimals) ?? [];
      if (other !== undefined) return refuse("ambiguous");
      return number === undefined ? refuse("notANumber") : judgeNumber(kind, number);
    }
    case "text":
      return kind.form === "any" ? readFree(kind, whole) : readForm(kind, text, place);
    case "date":
      return readDay(kind, text, place);
    case "code": {
      const runs = digitRunsIn(text);
      const fitting = runs.filter((run) => run.length === kind.digits);
      const [run = runs.join("")] = fitting;
      return run.length === kind.digits && fitting.length < 2 ? take(run) : refuse("wrongCode");
    }
    case "file":
      return refuse("noFile");
  }
};

const meant = (meaning: Meaning, value: (id: string) => FlowValue): Read =>
  meaning === null ? refuse("unreadable") : meaning === "ambiguous" ? refuse(meaning) : take(value(meaning.id));

/** Options with everything that means them: their labels in each language, for this medium and all, and their other words. */
const optionsOf = ({ options }: Choice, { values, medium, zone }: ReadPlace): readonly Meant[] =>
  options.map(({ id, label, words }) => {
    const spoken = (["de", "en"] as const).filter((language) =>
      variantsOf(label).some((each) => each.language === language && each.words.trim() !== ""),
    );
    const labels = spoken.flatMap((language) => [
      wordsOf({ text: label, values }, language, medium, zone),
      wordsOf({ text: { de: label.de, en: label.en }, values }, language, medium, zone),
    ]);
    return {
      id,
      phrases: [...new Set([...labels, ...(words?.de ?? []), ...(words?.en ?? [])])].filter((each) => each !== ""),
    };
  });

/** Are these the very words of an option? */
export const exactOption = (choice: Choice, text: string, place: ReadPlace): boolean => {
  const found = exactly(optionsOf(choice, place), text);
  return found !== null && found !== "ambiguous";
};

const judgeNumber = ({ min, max, decimals }: Extract<AnswerKind, { kind: "number" }>, number: number): Read => {
  if (Math.abs(number) > 1e15)
    return refuse(number > 0 ? "tooLarge" : "tooSmall", number > 0 ? { max: max ?? 1e15 } : { min: min ?? -1e15 });
  if (Number(number.toFixed(decimals)) !== number) return refuse("tooManyDecimals", { decimals });
  if (min !== null && number < min) return refuse("tooSmall", { min });
  if (max !== null && number > max) return refuse("tooLarge", { max });
  return take(number === 0 ? 0 : number);
};

type TextKind = Extract<AnswerKind, { kind: "text" }>;

const judgeLength = ({ minLength, maxLength }: TextKind, text: string): Read => {
  const length = Array.from(text).length;
  if (length < minLength) return refuse("tooShort", { min: minLength });
  return length > maxLength ? refuse("tooLong", { max: maxLength }) : take(text);
};

/** Free words: as they are, without what no line shows. What is longer than is looked at is too long in any case. */
const readFree = (kind: TextKind, whole: string): Read => {
  const text = storable(whole.slice(0, most.free))
    .replaceAll("\r\n", "\n")
    .replaceAll(/[\u0001-\u0008\u000b-\u001f\u007f]/g, "")
    .trim();
  return text === "" ? refuse("empty") : judgeLength(kind, text);
};

const readForm = (kind: TextKind, text: string, { zone }: ReadPlace): Read => {
  if (kind.form === "email") {
    const found = [...new Set(addressesIn(text))];
    if (found.length > 1) return refuse("ambiguous");
    return found[0] === undefined ? refuse("notAnEmail") : judgeLength({ ...kind, minLength: 1 }, found[0]);
  }
  if (kind.form === "phone") {
    const found = phonesIn(text, zone);
    if (found.length > 1) return refuse("ambiguous");
    return found[0] === undefined ? refuse("notAPhone") : take(found[0]);
  }
  if (kind.form === "postcode") {
    const found = postcodeIn(text);
    return found === null ? refuse("notAPostcode") : judgeLength(kind, found);
  }
  const runs = [...new Set(digitRunsIn(text))];
  const fitting = runs.filter((run) => run.length >= kind.minLength && run.length <= kind.maxLength);
  if (fitting.length > 1) return refuse("ambiguous");
  const [run] = fitting.length === 1 ? fitting : runs;
  return run === undefined ? refuse("notDigits") : judgeLength(kind, run);
};

const addressesIn = (text: string): readonly string[] =>
  text
    .split(/[\s<>()"',;[\]]+/)
    .map((each) => each.replace(/^mailto:/i, "").replace(/[.!?:]+$/, ""))
    .filter(isMailAddress)
    .map((each) => {
      const at = each.lastIndexOf("@");
      return each.slice(0, at) + each.slice(at).toLowerCase();
    });

/** A postcode in a text: of German speaking countries by its digits, of Britain by its form, else a short text with a digit. */
const postcodeIn = (text: string): string | null => {
  const digits = [...text.matchAll(/(?<![\d.,])(?:[A-Z]{1,2}-)?(\d{4,5})(?!\d)/gi)].map(([, code = ""]) => code);
  if (digits.length > 0) return new Set(digits).size === 1 ? (digits[0] ?? null) : null;
  const british = /(?<![A-Z0-9])([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})(?![A-Z0-9])/i.exec(text);
  if (british) return `${british[1] ?? ""} ${british[2] ?? ""}`.toUpperCase();
  const whole = text.trim();
  return /^(?=.*\d)[A-Z0-9][A-Z0-9 -]{1,9}$/i.test(whole) ? whole.toUpperCase() : null;
};

type DateKind = Extract<AnswerKind, { kind: "date" }>;

const todayIn = ({ now, zone }: Pick<ReadPlace, "now" | "zone">): string => {
  const at = Date.parse(now);
  return wallAt(Number.isNaN(at) ? 0 : at, isTimeZone(zone) ? zone : "UTC").day;
};

/** The first and the last day that can be said, as far as there are any. */
export const dayLimits = (
  { fromDays, toDays }: DateKind,
  place: Pick<ReadPlace, "now" | "zone">,
): { readonly from?: string; readonly to?: string } => {
  const today = todayIn(place);
  return {
    ...(fromDays !== null && { from: dayAfter(today, fromDays) }),
    ...(toDays !== null && { to: dayAfter(today, toDays) }),
  };
};

const readDay = (kind: DateKind, text: string, place: ReadPlace): Read => {
  const { from = null, to = null } = dayLimits(kind, place);
  const limits: DayLimits = { from, to };
  const whole = text.trim();
  const [day, other] = isCalendarDay(whole) ? [whole] : daysIn(text, place.language, todayIn(place), limits);
  if (other !== undefined) return refuse("ambiguous");
  if (day === undefined) return refuse("notADay");
  if (from !== null && day < from) return refuse("tooEarly", { from });
  if (to !== null && day > to) return refuse("tooLate", { to });
  return take(day);
};

/** The phone number in a text, as "phone" answers are kept; null: none, or several. */
export const phoneIn = (text: string, zone: string): string | null => {
  const found = phonesIn(text.slice(0, most.other), zone);
  return found.length === 1 ? (found[0] ?? null) : null;
};

const skips = new Set([
  "weiter",
  "uberspringen",
  "ueberspringen",
  "auslassen",
  "keine angabe",
  "keine ahnung",
  "egal",
  "skip",
  "skip it",
  "next",
  "pass",
  "rather not say",
  "none",
  "keine",
]);

/** Do words leave a question open that may be left so? */
export const meansSkip = (text: string): boolean =>
  text.length <= 60 && (skips.has(wordsIn(text).join(" ")) || /^\s*[-–—]\s*$/.test(text));
