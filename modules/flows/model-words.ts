// Makes words of what a flow says: ICU messages with the flow's values, and the sentences that every flow has, from the locales. Called by the interpreter
// (model.ts), the renderer (model-render.ts) and the check (model-check.ts); pure. Parsed messages are kept, as many as bound memory.
import { IntlMessageFormat } from "intl-messageformat";
import type { FlowSaid, FlowSentence } from "#contract/flow-runs.ts";
import { flowLanguages, type FlowLanguage, type FlowMedium, type FlowText, type FlowValue } from "#contract/flows.ts";
import { cutTo } from "#lib/text.ts";
import { instantOf, isCalendarDay, isTimeZone } from "#lib/timeZone.ts";
import german from "#locales/de.json" with { type: "json" };
import english from "#locales/en.json" with { type: "json" };

/** What fills a sentence in. */
export type Facts = Readonly<Record<string, string | number>>;
type Values = Readonly<Record<string, FlowValue>>;

/** As the runtime's Intl knows them. */
const tags: Readonly<Record<FlowLanguage, string>> = { de: "de-DE", en: "en-GB" };
const trees = { de: german.flows, en: english.flows } as const;

/** Longest words that are said at once, in characters; what is longer is cut. */
const mostSaid = 6_000;
/** Parsed messages and formats that are kept; then all are forgotten. */
const mostKept = 2_000;

/** An element of a parsed message, as far as it matters here (intl-messageformat's own types are richer). */
interface Element {
  readonly type: number;
  readonly value?: string;
  readonly style?: unknown;
  readonly options?: Readonly<Record<string, { readonly value: readonly Element[] }>>;
}
const kinds = { argument: 1, number: 2, date: 3, time: 4, select: 5, plural: 6 } as const;

type Parsed = { readonly elements: readonly Element[]; readonly names: ReadonlySet<string> } | { readonly bad: string };

const parsed = new Map<string, Parsed>();
const formatted = new Map<string, IntlMessageFormat>();
const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.PluralRules>();

const remember = <Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value => {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  if (known.size >= mostKept) known.clear();
  known.set(key, made);
  return made;
};

/** Tags are words like any others: nothing that is said here is ever HTML. */
const parse = (message: string, language: FlowLanguage): Parsed =>
  remember(parsed, `${language}\n${message}`, (): Parsed => {
    try {
      const format = new IntlMessageFormat(message, tags[language], undefined, { ignoreTag: true });
      const elements = format.getAst() as unknown as readonly Element[];
      const names = new Set<string>();
      for (const element of everyElement(elements)) if (element.value !== undefined) names.add(element.value);
      return { elements: renamed(elements), names };
    } catch (error) {
      return { bad: error instanceof Error ? error.message.slice(0, 100) : "" };
    }
  });

/** Elements that ask for a value, also those within plurals and selects. */
function* everyElement(elements: readonly Element[]): Generator<Element> {
  for (const element of elements) {
    if (element.type >= kinds.argument && element.type <= kinds.plural) yield element;
    for (const option of Object.values(element.options ?? {})) yield* everyElement(option.value);
  }
}

/** Each element asks for its value as its own kind ("number name"), so that one value can be said in several ways by one message. */
const renamed = (elements: readonly Element[]): readonly Element[] =>
  elements.map((element): Element => {
    const as = wayOf(element.type);
    if (as === null) return element;
    return {
      ...element,
      value: `${as} ${element.value ?? ""}`,
      ...(element.options && {
        options: Object.fromEntries(
          Object.entries(element.options).map(([key, option]) => [key, { ...option, value: renamed(option.value) }]),
        ),
      }),
    };
  });

type Way = "plain" | "number" | "time" | "select";
const wayOf = (type: number): Way | null => {
  if (type === kinds.argument) return "plain";
  if (type === kinds.number || type === kinds.plural) return "number";
  if (type === kinds.date || type === kinds.time) return "time";
  return type === kinds.select ? "select" : null;
};

const formatters = (zone: string) => ({
  getNumberFormat: (language: unknown, options?: Intl.NumberFormatOptions) => {
    const format = remember(
      formats,
      `n${String(language)}${JSON.stringify(options)}`,
      () => new Intl.NumberFormat(String(language), options),
    ) as Intl.NumberFormat;
    return { format: (value: number) => (Number.isNaN(value) ? "–" : format.format(value)) };
  },
  getDateTimeFormat: (language: unknown, options?: Intl.DateTimeFormatOptions) => {
    const format = remember(
      formats,
      `d${String(language)}${zone}${JSON.stringify(options)}`,
      () => new Intl.DateTimeFormat(String(language), { ...options, timeZone: zone }),
    ) as Intl.DateTimeFormat;
    return { format: (value: number) => (Number.isNaN(value) ? "–" : format.format(value)) };
  },
  getPluralRules: (language: unknown, options?: Intl.PluralRulesOptions) =>
    remember(
      formats,
      `p${String(language)}${JSON.stringify(options)}`,
      () => new Intl.PluralRules(String(language), options),
    ),
});

const sureZone = (zone: string): string => (isTimeZone(zone) ? zone : "UTC");

const isInstant = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z$/.test(text) && !Number.isNaN(Date.parse(text));

/** A value as people of that language write it: days and instants in full, numbers with their signs, lists with commas. */
export const shownValue = (value: FlowValue, language: FlowLanguage, zone: string): string => {
  const { getNumberFormat, getDateTimeFormat } = formatters(sureZone(zone));
  const tag = tags[language];
  if (typeof value === "number") return getNumberFormat(tag, { maximumFractionDigits: 6 }).format(value);
  if (typeof value === "boolean") return trees[language].hints[value ? "yes" : "no"];
  if (typeof value === "object") return value.join(", ");
  if (isCalendarDay(value)) {
    const format = formatters("UTC").getDateTimeFormat(tag, { dateStyle: "long" });
    return format.format(Date.parse(`${value}T12:00:00Z`));
  }
  if (!isInstant(value)) return value;
  return getDateTimeFormat(tag, {
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "2-digit",
    minute: "2-digit",
  }).format(Date.parse(value));
};

/** What a value is where a message asks for it so. What is not there, or is nothing of that kind, shows as a dash, or as nothing. */
const valueAs = (way: Way, value: FlowValue | undefined, language: FlowLanguage, zone: string): string | number => {
  if (way === "select") return value === undefined ? "" : String(value);
  if (way === "plain") return value === undefined ? "" : shownValue(value, language, zone);
  if (way === "number") return typeof value === "string" && value.trim() !== "" ? Number(value) : asNumber(value);
  if (typeof value !== "string") return Number.NaN;
  if (isCalendarDay(value)) return instantOf({ day: value, minute: 720 }, zone);
  return isInstant(value) ? Date.parse(value) : Number.NaN;
};
const asNumber = (value: FlowValue | undefined): number => (typeof value === "number" ? value : Number.NaN);

/** To make one costs a hundred times what saying it costs. */
const formatOf = (
  elements: readonly Element[],
  message: string,
  language: FlowLanguage,
  zone: string,
): IntlMessageFormat =>
  remember(
    formatted,
    `${language}\n${zone}\n${message}`,
    () =>
      new IntlMessageFormat(elements as never, tags[language], undefined, { formatters: formatters(zone) as never }),
  );

const filledIn = (message: string, values: Values, language: FlowLanguage, zone: string): string | null => {
  const known = parse(message, language);
  if ("bad" in known) return null;
  const given = Object.create(null) as Record<string, string | number>;
  for (const name of known.names) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    for (const way of ["plain", "number", "time", "select"] as const)
      given[`${way} ${name}`] = valueAs(way, value, language, zone);
  }
  try {
    return String(formatOf(known.elements, message, language, zone).format(given));
  } catch {
    return null;
  }
};

/** The words of a text in that language and medium, before they are filled in: the medium's own where it has some; another language's rather than none. */
const variantOf = (text: FlowText, language: FlowLanguage, medium: FlowMedium): readonly [string, FlowLanguage] => {
  for (const spoken of [language, ...flowLanguages.filter((each) => each !== language)])
    for (const words of [text.by?.[medium]?.[spoken], text[spoken]])
      if (words !== undefined && words.trim() !== "") return [words, spoken];
  return ["", language];
};

/** What is said, as words. Never throws: a message that is none is said as it stands. At most 6,000 characters. */
export const wordsOf = (
  text: FlowSaid | FlowSentence,
  language: FlowLanguage,
  medium: FlowMedium,
  zone: string,
): string => {
  const sure = sureZone(zone);
  if ("code" in text) return sentenceOf(trees[language].said[text.code], text.facts, language, sure);
  const [message, spoken] = variantOf(text.text, language, medium);
  return cutTo(filledIn(message, text.values, spoken, sure) ?? message, mostSaid);
};

/** A sentence of the locales with {facts} filled in; days and instants among them as people write them. */
const sentenceOf = (sentence: string, facts: Facts, language: FlowLanguage, zone: string): string =>
  cutTo(
    sentence.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
      Object.hasOwn(facts, name) ? shownValue(facts[name] ?? "", language, zone) : whole,
    ),
    mostSaid,
  );

/** Why an answer is not taken, as a sentence. */
export const refusalWords = (
  refusal: keyof typeof english.flows.refusals,
  facts: Facts,
  language: FlowLanguage,
  zone: string,
): string => sentenceOf(trees[language].refusals[refusal], facts, language, sureZone(zone));

/** How a question is answered in plain words, by a key, or without it. */
export const hintWords = (hint: keyof typeof english.flows.hints, facts: Facts, language: FlowLanguage): string =>
  sentenceOf(trees[language].hints[hint], facts, language, "UTC");

/** Every way in which a text stands: the language, the medium (null: for all) and its words. */
export const variantsOf = (
  text: FlowText,
): readonly { readonly language: FlowLanguage; readonly medium: FlowMedium | null; readonly words: string }[] =>
  flowLanguages.flatMap((language) => [
    { language, medium: null, words: text[language] },
    ...Object.entries(text.by ?? {}).map(([medium, said]) => ({
      language,
      medium: medium as FlowMedium,
      words: said[language],
    })),
  ]);

/** Names of the values that a text needs, in whatever language or medium. */
export const namesIn = (text: FlowText): readonly string[] => {
  const names = new Set<string>();
  for (const { language, words } of variantsOf(text)) {
    const known = parse(words, language);
    if (!("bad" in known)) for (const name of known.names) names.add(name);
  }
  return [...names];
};

/** What is wrong with a message; null: nothing. Also one that can be read but not be formatted ("{x, number, ::currency/XX}"). */
export const faultIn = (message: string, language: FlowLanguage): string | null => {
  const known = parse(message, language);
  if ("bad" in known) return known.bad;
  const values = Object.fromEntries([...known.names].map((name) => [name, 1]));
  return filledIn(message, values, language, "UTC") === null ? "format" : null;
};
