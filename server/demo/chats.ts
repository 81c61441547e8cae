// Concerns that begin in the chat, as scripts: most are settled there, some go on by mail because the visitor has left. Called by background.ts.
import type { GivenPart } from "#contract/parts.ts";
import { chatLine, laterLetter, noteText, answerLetter, topicsOf, type Scene } from "#lib/corpus/letters.ts";
import { clients } from "#lib/corpus/mail.ts";
import { personFor, type Person } from "#lib/corpus/people.ts";
import { randomFrom, type Random } from "#lib/corpus/random.ts";
import { nextChange, openAt } from "#modules/hours/model.ts";
import { demoBrands } from "#server/demo/cast.ts";
import { ratesFor } from "#server/demo/scores.ts";
import type { Script, Step } from "#server/demo/script.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Who chats has a number of their own among all people: whoever writes mails is somebody else. */
const firstVisitor = 5_000;
const visitors = 140;

/** What agents ask by a part, and what customers then say. */
interface AskedPart {
  readonly part: GivenPart;
  readonly answer: (random: Random, customer: Person, atMs: number) => readonly string[];
}

const choices = (question: string, options: readonly string[]): AskedPart => ({
  part: { kind: "choices", question, options: [...options] },
  answer: (random) => [random.pick(options)],
});

const dayAt = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

const german: Readonly<Record<string, AskedPart>> = {
  internet: choices("Welche Lampe leuchtet am Router?", ["Grün", "Orange", "Rot", "Gar keine"]),
  tv: choices("Was sehen Sie auf dem Bildschirm?", ["Nur Schwarz", "Klötzchen", "Eine Fehlermeldung"]),
  technik: choices("Wann dürfen wir kommen?", ["Vormittags", "Nachmittags", "Am Samstag"]),
  rechnung: {
    part: {
      kind: "form",
      title: "Zu Ihrer Rechnung",
      fields: [
        { label: "Rechnungsnummer", type: "text", required: true, options: [] },
        { label: "Strittiger Betrag in Euro", type: "number", required: true, options: [] },
      ],
    },
    answer: (random) => [`R${random.between(1_000_000, 9_999_999)}`, `${random.between(4, 89)}.90`],
  },
  vertrag: {
    part: {
      kind: "form",
      title: "Zu Ihrem Vertrag",
      fields: [
        { label: "Kundennummer", type: "text", required: true, options: [] },
        { label: "Ab wann?", type: "date", required: true, options: [] },
        { label: "Rückruf", type: "choice", required: false, options: ["Gern", "Nicht nötig"] },
      ],
    },
    answer: (random, { customerNumber }, atMs) => [
      customerNumber,
      dayAt(atMs + random.between(10, 60) * dayMs),
      random.pick(["Gern", "Nicht nötig", ""]),
    ],
  },
};
const english: Readonly<Record<string, AskedPart>> = {
  internet: choices("Which light is on at the router?", ["Green", "Amber", "Red", "None"]),
  technik: choices("When may we come?", ["In the morning", "In the afternoon", "After hours"]),
  rechnung: {
    part: {
      kind: "form",
      title: "About your invoice",
      fields: [
        { label: "Invoice number", type: "text", required: true, options: [] },
        { label: "Amount in question", type: "number", required: true, options: [] },
      ],
    },
    answer: (random) => [`24-${random.between(1_000_000, 9_999_999)}`, `${random.between(10, 190)}.50`],
  },
};
const asked = { de: german, en: english };
const usual: Readonly<Record<"de" | "en", AskedPart>> = {
  de: choices("Wie erreichen wir Sie am besten?", ["Hier im Chat", "Per E-Mail", "Am Telefon"]),
  en: choices("How do we reach you best?", ["Here in the chat", "By e-mail", "By telephone"]),
};

const articles: Readonly<Record<"de" | "en", Readonly<Record<string, GivenPart>>>> = {
  de: {
    internet: {
      kind: "article",
      title: "Router richtig neu starten",
      summary: "In zwei Minuten: erst den Strom, dann das Kabel. Hilft bei den meisten Störungen nach einem Update.",
      url: "https://www.elbkabel.example/hilfe/router-neu-starten",
    },
    tv: {
      kind: "article",
      title: "Sendersuchlauf starten",
      summary: "So finden Sie alle Sender wieder, Schritt für Schritt für die gängigen Geräte.",
      url: "https://www.elbkabel.example/hilfe/sendersuchlauf",
    },
    rechnung: {
      kind: "article",
      title: "Die erste Rechnung, Zeile für Zeile",
      summary: "Warum sie höher ist als die folgenden, und was eine anteilige Grundgebühr ist.",
      url: "https://www.elbkabel.example/hilfe/erste-rechnung",
    },
  },
  en: {
    internet: {
      kind: "article",
      title: "Testing your line over a cable",
      summary: "Ten minutes, three measurements, and what the figures mean.",
      url: "https://www.harbourfibre.example/help/line-test",
    },
  },
};

export interface ChatOptions {
  readonly seed: string;
  readonly language: "de" | "en";
  readonly topic: string;
  readonly startMs: number;
  readonly agents: readonly { readonly name: string; readonly handle: string }[];
}

/** The chat of that number. */
export const chatScript = (index: number, options: ChatOptions): Script => {
  const { seed, language, startMs, agents } = options;
  const random = randomFrom(seed, "chat", index);
  const customer = personFor(seed, firstVisitor + Math.floor(visitors * random.next() ** 1.4), language);
  const topics = topicsOf(language);
  const topic = topics.find((each) => each.key === options.topic) ?? random.weighted(topics);
  const area = topic.key.split(".")[0] ?? "";
  const agent = random.pick(agents);
  const by = agent.handle;
  const scene = (atMs: number): Scene => ({
    customer,
    topic,
    agent: agent.name,
    handles: agents.map(({ handle }) => handle),
    atMs,
  });
  const steps: Step[] = [];
  let thanked = false;
  let at = startMs;
  /** So many minutes later. */
  const later = (low: number, high: number): number => (at += random.between(low * 60, high * 60) * 1_000);
  const { hours } = demoBrands[language === "en" ? "harbour" : "elb"];
  /** At once where it is open, else within the first minutes of the next opening. */
  const staffed = (): void => {
    if (!openAt(hours, new Date(at))) at = (nextChange(hours, new Date(at))?.getTime() ?? at) + random.int(90_000);
  };

  const wasStaffed = openAt(hours, new Date(startMs));
  const hasLeft = !wasStaffed || random.chance(0.3);
  const email = hasLeft || random.chance(0.6) ? customer.address : "";
  const introducing = { kind: "introduce", email } as const;
  const shown = email !== "" && random.chance(0.4) ? ({ shown: true } as const) : {};
  // Some say who they are under "Your details" before they say anything else; the others when they are asked.
  const isFirst = random.chance(0.4);
  if (isFirst) steps.push({ ...introducing, atMs: at });
  steps.push({ kind: "say", atMs: isFirst ? later(0.1, 0.5) : at, text: chatLine(random, scene(at), "first") });
  later(0.3, 1);
  if (!isFirst || "shown" in shown) steps.push({ ...introducing, atMs: at, ...shown });
  if (!wasStaffed) staffed();
  // Some have left because nobody came; most leave their address and go.
  const isSlow = hasLeft && random.chance(0.25);
  later(0.5, isSlow ? 40 : hasLeft ? 1 : 2.5);
  steps.push({ kind: "change", atMs: at, by, topic: topic.key, assignee: by, change: { status: "open" } });
  if (!hasLeft) {
    const question = (random.chance(0.75) ? asked[language][area] : undefined) ?? usual[language];
    later(0.5, 2);
    const isAsked = random.chance(0.6);
    const words = chatLine(random, scene(at), "question");
    const greets = language === "de" ? "Guten Tag, das sehen wir uns an." : "Hello, let us have a look.";
    steps.push({
      kind: "out",
      atMs: at,
      by,
      chat: "here",
      text: isAsked ? greets : words,
      statusAfter: "waiting",
      ...(isAsked ? { parts: [question.part] } : {}),
    });
    later(0.4, 3);
    steps.push(
      isAsked
        ? { kind: "say", atMs: at, text: "", answers: question.answer(random, customer, at) }
        : { kind: "say", atMs: at, text: chatLine(random, scene(at), "reply") },
    );
    if (random.chance(0.15)) {
      later(0.3, 1);
      steps.push({ kind: "note", atMs: at, by, text: noteText(random, scene(at)) });
    }
  }
  later(1, isSlow ? 25 : hasLeft ? 2 : 5);
  const article = random.chance(0.3) ? articles[language][area] : undefined;
  steps.push({
    kind: "out",
    atMs: at,
    by,
    chat: hasLeft ? "left" : "here",
    text: chatLine(random, scene(at), "answer"),
    statusAfter: "waiting",
    ...(article === undefined ? {} : { parts: [article] }),
  });
  if (hasLeft && random.chance(0.65)) {
    later(20, 900);
    const isDone = random.chance(0.3);
    thanked = isDone;
    steps.push({ kind: "in", atMs: at, text: laterLetter(random, scene(at), isDone ? "thanks" : "more") });
    if (!isDone) {
      later(10, 200);
      staffed();
      steps.push({
        kind: "out",
        atMs: at,
        by,
        text: answerLetter(random, scene(at), "answer"),
        statusAfter: "waiting",
      });
    }
  } else if (!hasLeft && random.chance(0.75)) {
    later(0.3, 2);
    thanked = true;
    steps.push({ kind: "say", atMs: at, text: chatLine(random, scene(at), "thanks") });
  }
  later(2, hasLeft ? 3_000 : 15);
  staffed();
  steps.push({ kind: "change", atMs: at, by, change: { status: "resolved" } });
  steps.push({ kind: "change", atMs: at + 14 * dayMs, by: "omar", change: { status: "closed" } });
  const rates = ratesFor(random, language, topic.key, thanked);
  return {
    key: `chat-${index}`,
    brand: language === "en" ? "harbour" : "elb",
    customer: { name: `${customer.first} ${customer.last}`, address: customer.address },
    ...(customer.company === null ? {} : { organisation: customer.company }),
    chat: { visitor: customer.address },
    ...(rates === undefined ? {} : { rates }),
    subject: "",
    client: random.zipf(clients),
    steps,
  };
};
