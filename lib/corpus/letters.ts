// Writes the texts: what a customer says first and later, what an agent answers, what colleagues note. Called by threads.ts.
import { english } from "#lib/corpus/english.ts";
import { german } from "#lib/corpus/german.ts";
import { write, type Slots } from "#lib/corpus/grammar.ts";
import type { Language, Person } from "#lib/corpus/people.ts";
import { codeFrom, type Random } from "#lib/corpus/random.ts";
import type { TopicWords, Words } from "#lib/corpus/words.ts";

/** Who and what a thread's texts speak of. */
export interface Scene {
  readonly customer: Person;
  readonly topic: TopicWords;
  /** The agent who answers. */
  readonly agent: string;
  /** Handles that notes mention. */
  readonly handles: readonly string[];
  /** When it is said, in milliseconds since 1970. */
  readonly atMs: number;
}

const wordsOf: Readonly<Record<Language, Words>> = { de: german, en: english };

/** The topics of a language with their weights. */
export const topicsOf = (language: Language): readonly TopicWords[] => wordsOf[language].topics;

const dayMs = 86_400_000;
const two = (n: number): string => String(n).padStart(2, "0");

const dateIn = (language: Language, atMs: number): string => {
  const date = new Date(atMs);
  return language === "de"
    ? `${date.getUTCDate()}.${date.getUTCMonth() + 1}.`
    : `${date.getUTCDate()} ${(english.months[date.getUTCMonth()] ?? "").slice(0, 3)}`;
};

const fromAlphabet = (random: Random, length: number): string =>
  codeFrom(random, length, "ABCDEFGHJKLMNPRSTUVWXYZ23456789");

/** One value for each thing within one text: a customer has one router and speaks of one invoice. */
const slotsFor = (random: Random, scene: Scene): Slots => {
  const { customer, topic } = scene;
  const words = wordsOf[customer.language];
  const device = random.zipf(words.devices);
  const tariff = random.zipf(words.tariffs);
  const serial = `${random.pick(["SN", "C2", "EK", "G5"])}${fromAlphabet(random, 9)}`;
  const invoice = `${random.pick(["R", "RE-", "24-", "EK"])}${codeFrom(random, 7, "0123456789")}`;
  const full = random.pick([50, 100, 250, 500, 1000]);
  const make: Readonly<Record<string, () => string>> = {
    first: () => customer.first,
    last: () => customer.last,
    title: () => customer.title,
    number: () => customer.customerNumber,
    street: () => customer.street,
    city: () => customer.city.replace(/^\d+ /, ""),
    phone: () => customer.phone,
    company: () => customer.company ?? "",
    dear: () => (customer.title === "Frau" ? "Sehr geehrte" : "Sehr geehrter"),
    agent: () => scene.agent,
    handle: () => random.pick(scene.handles),
    device: () => device,
    tariff: () => tariff,
    serial: () => serial,
    invoice: () => invoice,
    mac: () => codeFrom(random, 12).replace(/..(?=.)/g, "$&:"),
    fullspeed: () => String(full),
    speed: () => String(Math.max(1, Math.round(full * random.next() * 0.4))),
    days: () => String(random.between(2, 19)),
    iban: () => codeFrom(random, 4, "0123456789"),
    code: () =>
      random.pick([
        `${random.pick(["E", "F", "ERR ", "INF-", "T3-", "NW-"])}${random.between(100, 7999)}`,
        `0x${codeFrom(random, 6)}`,
        `INC${codeFrom(random, 6, "0123456789")}`,
      ]),
    amount: () =>
      `${random.between(4, 189)}${customer.language === "de" ? "," : "."}${random.pick(["00", "99", "90", "49", "50", "95"])}${customer.language === "de" ? "" : " pounds"}`,
    time: () => `${random.between(7, 22)}:${random.pick(["00", "15", "30", "45"])}`,
    date: () => dateIn(customer.language, scene.atMs + random.between(-14, 14) * dayMs),
    month: () => words.months[(new Date(scene.atMs).getUTCMonth() + 12 - random.int(3)) % 12] ?? "",
    channel: () => random.zipf(words.channels),
    compound: () => random.pick(words.compoundHeads) + random.pick(words.compoundTails),
    when: () => write(random, random.pick(words.whens), slots),
  };
  const slots: Slots = (name) => {
    const given = make[name];
    if (!given) throw new Error(`no slot ${name} (topic ${topic.key})`);
    return given();
  };
  return slots;
};

const neighbours = "qwertzuiopasdfghjklyxcvbnm";

/** The text with some of the mistakes of somebody in a hurry: letters swapped, doubled, lost, or from the next key. */
const withTypos = (random: Random, text: string, perLetter: number): string => {
  let result = "";
  for (let i = 0; i < text.length; i += 1) {
    const letter = text.charAt(i);
    if (!/[a-zäöü]/.test(letter) || !random.chance(perLetter)) {
      result += letter;
      continue;
    }
    const kind = random.int(4);
    if (kind === 0 && i + 1 < text.length && /[a-z]/.test(text.charAt(i + 1))) {
      result += text.charAt(i + 1) + letter;
      i += 1;
    } else if (kind === 1) result += letter + letter;
    else if (kind === 2) result += neighbours.charAt((neighbours.indexOf(letter) + 1) % neighbours.length);
  }
  return result;
};

/** A template written out, without the gaps that empty alternatives leave. */
const written = (random: Random, template: string, slots: Slots): string =>
  write(random, template, slots)
    .replace(/ {2,9}/g, " ")
    .replace(/ (?=[.,!?](?:\s|$))/g, "")
    .trim();

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** How somebody writes: their hurry decides over mistakes, capitals and politeness. */
const styled = (random: Random, text: string): string => {
  const hurry = random.next();
  let result = hurry < 0.7 ? withTypos(random, text, hurry < 0.4 ? 0.0006 : 0.008) : text;
  if (hurry < 0.05) result = result.toLowerCase();
  if (random.chance(0.15))
    result = result.replace(/ä/g, "ae").replace(/ö/g, "oe").replace(/ü/g, "ue").replace(/ß/g, "ss");
  return result;
};

const several = (random: Random, list: readonly string[], count: number): string[] => {
  const rest = [...list];
  const taken: string[] = [];
  while (taken.length < count && rest.length > 0) taken.push(rest.splice(random.int(rest.length), 1)[0] as string);
  return taken;
};

/** What the concern is about, in the customer's words. */
export const subjectOf = (random: Random, scene: Scene): string =>
  styled(random, capital(written(random, random.zipf(scene.topic.subjects), slotsFor(random, scene))));

/** A customer's first message, with greeting and signature. Most are short, some are long. */
export const firstLetter = (random: Random, scene: Scene): string => {
  const words = wordsOf[scene.customer.language];
  const slots = slotsFor(random, scene);
  const say = (template: string): string => written(random, template, slots);
  const length = Math.min(14, Math.floor(random.around(2.2, 0.8)));
  const opening = say(random.pick(words.openings));
  const problem = say(random.pick(scene.topic.problem));
  const body = [
    opening === "" ? problem : `${opening} ${capital(problem)}`,
    several(random, scene.topic.detail, Math.min(length, random.between(0, 4)))
      .map(say)
      .join(" "),
    several(random, words.asides, Math.max(0, length - 2))
      .map(say)
      .join(" "),
    random.chance(0.85) ? several(random, scene.topic.ask, random.between(1, 2)).map(say).join(" ") : "",
  ].filter((part) => part !== "");
  const greeting = random.zipf(words.greetings);
  const text = [
    ...(greeting === "" ? [] : [greeting]),
    ...body.map((part, i) =>
      i === 0 && greeting.endsWith(",") && scene.customer.language === "de" ? part : capital(part),
    ),
  ].join("\n\n");
  return styled(random, `${text}\n\n${random.zipf(words.closings)}\n${say(random.zipf(words.signatures))}\n`);
};

/** A later message of the customer: more about it, a question for news, thanks, or an afterthought. */
export const laterLetter = (random: Random, scene: Scene, kind: "more" | "nudge" | "thanks" | "extra"): string => {
  const words = wordsOf[scene.customer.language];
  const slots = slotsFor(random, scene);
  const say = (template: string): string => capital(written(random, template, slots));
  const from = { more: scene.topic.more, nudge: words.nudges, thanks: words.thanks, extra: words.extras }[kind];
  const parts = [
    random.chance(0.6) && kind !== "extra" ? random.zipf(words.greetings) : "",
    several(random, from, kind === "more" ? random.between(1, 2) : 1)
      .map(say)
      .join(" "),
    kind === "more" && random.chance(0.5) ? say(random.pick(scene.topic.detail)) : "",
    kind === "more" && random.chance(0.25) ? say(random.pick(words.asides)) : "",
  ];
  const closing = random.chance(0.8)
    ? `${random.zipf(words.closings)}\n${scene.customer.first}${random.chance(0.6) ? ` ${scene.customer.last}` : ""}`
    : "";
  return styled(random, `${[...parts, closing].filter((part) => part !== "").join("\n\n")}\n`);
};

/** An agent's answer: a question back, or what was found and done. No signature: the brand's is added. */
export const answerLetter = (random: Random, scene: Scene, kind: "question" | "answer"): string => {
  const words = wordsOf[scene.customer.language];
  const slots = slotsFor(random, scene);
  const say = (template: string): string => written(random, template, slots);
  const core = say(random.pick(kind === "question" ? scene.topic.question : scene.topic.answer));
  const opening = say(random.pick(words.agentOpenings));
  const begun = opening === "" ? core : `${opening} ${capital(core)}`;
  return [
    say(random.pick(words.agentGreetings)),
    scene.customer.language === "de" ? begun : capital(begun),
    random.pick(words.agentClosings),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
};

/** What is said in a chat: as short as people are there, without greeting line and signature. `reply`: what somebody says to a question. */
export const chatLine = (
  random: Random,
  scene: Scene,
  kind: "first" | "reply" | "thanks" | "question" | "answer",
): string => {
  const { customer, topic } = scene;
  const words = wordsOf[customer.language];
  const slots = slotsFor(random, scene);
  const say = (template: string): string => capital(written(random, template, slots));
  const german = customer.language === "de";
  if (kind === "thanks") return styled(random, say(random.pick(words.thanks)));
  if (kind === "reply") return styled(random, say(random.pick(random.chance(0.4) ? topic.detail : topic.more)));
  if (kind === "first") {
    const hello = random.zipf(german ? ["Hallo, ", "", "Moin, ", "Guten Tag, "] : ["Hi, ", "", "Hello, "]);
    const problem = written(random, random.pick(topic.problem), slots);
    const ask = random.chance(0.5) ? ` ${say(random.pick(topic.ask))}` : "";
    return styled(random, `${hello === "" ? capital(problem) : hello + problem}${ask}`);
  }
  const core = written(random, random.pick(kind === "question" ? topic.question : topic.answer), slots);
  const name = `${customer.title} ${customer.last}`;
  const hello = kind === "question" ? (german ? `Guten Tag ${name}, ` : `Hello ${name}, `) : "";
  return hello === "" ? capital(core) : hello + core;
};

/** A note among colleagues. */
export const noteText = (random: Random, scene: Scene): string =>
  capital(written(random, random.pick(scene.topic.note), slotsFor(random, scene)));

/** What is put in front of a quoted mail. */
export const quoteHead = (language: Language, atMs: number, author: string): string => {
  const date = new Date(atMs);
  return language === "de"
    ? `Am ${two(date.getUTCDate())}.${two(date.getUTCMonth() + 1)}.${date.getUTCFullYear()} um ${two(date.getUTCHours())}:${two(date.getUTCMinutes())} schrieb ${author}:`
    : `On ${date.getUTCDate()} ${english.months[date.getUTCMonth()]} ${date.getUTCFullYear()}, at ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}, ${author} wrote:`;
};
