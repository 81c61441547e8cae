// Plans whole threads (who says what when) and single mails, each from a seed and a number alone. Used by the demo world, tests and the benches.
import { someFile, logo, type CorpusFile } from "#lib/corpus/files.ts";
import {
  answerLetter,
  firstLetter,
  laterLetter,
  noteText,
  quoteHead,
  subjectOf,
  topicsOf,
  type Scene,
} from "#lib/corpus/letters.ts";
import { clients, writeMail, type Client, type Letter } from "#lib/corpus/mail.ts";
import { personFor, type Language, type Person } from "#lib/corpus/people.ts";
import { codeFrom, randomFrom, type Random } from "#lib/corpus/random.ts";
import { whenStaffed } from "#lib/corpus/times.ts";

/** One thing that happens in a thread, so many milliseconds after its beginning. `agent`: place in the list of agents that was given. */
export type Step = { readonly afterMs: number; readonly text: string } & (
  | { readonly kind: "in"; readonly files: readonly CorpusFile[] }
  | { readonly kind: "out"; readonly agent: number; readonly isQuestion: boolean }
  | { readonly kind: "note"; readonly agent: number }
);

export interface ThreadPlan {
  readonly customer: Person;
  /** Path in the tree of topics. */
  readonly topic: string;
  readonly subject: string;
  readonly client: Client;
  readonly steps: readonly Step[];
  /** The customer said that it is settled, or nobody has anything to add. */
  readonly isSettled: boolean;
}

export interface ThreadOptions {
  readonly language?: Language;
  /** Exactly so many steps; without it 1 to 12, mostly few. */
  readonly length?: number;
  /** Topics to choose from (their paths); without it by how often they come up. */
  readonly topic?: string;
  readonly startMs: number;
  /** Handles and names of the agents; the thread is held by one and may pass to another. */
  readonly agents: readonly { readonly name: string; readonly handle: string }[];
  /** How many different customers there are; some write again and again. */
  readonly customers: number;
}

const minute = 60_000;

/** Which customer writes: a fifth of them write most, as everywhere. */
const customerIndex = (random: Random, customers: number): number => Math.floor(customers * random.next() ** 1.8);

const lengthOf = (random: Random): number => Math.max(1, Math.min(12, Math.round(random.around(4.2, 0.55))));

/** The thread of that number. */
export const threadFor = (seed: number | string, index: number, options: ThreadOptions): ThreadPlan => {
  const random = randomFrom(seed, "thread", index);
  const language = options.language ?? (random.chance(0.8) ? "de" : "en");
  const customer = personFor(seed, customerIndex(random, options.customers), language);
  const topics = topicsOf(language);
  const topic = topics.find((each) => each.key === options.topic) ?? random.weighted(topics);
  const holder = random.int(options.agents.length);
  const handles = options.agents.map((agent) => agent.handle);
  const scene = (atMs: number, agent: number): Scene => ({
    customer,
    topic,
    agent: options.agents[agent]?.name ?? "",
    handles,
    atMs,
  });
  const length = options.length ?? lengthOf(random);
  const subject = subjectOf(random, scene(options.startMs, holder));
  const client = random.zipf(clients);
  const steps: Step[] = [];
  let at = options.startMs;
  let agent = holder;
  const push = (step: Step): void => void steps.push(step);
  const since = (): number => at - options.startMs;
  push({ kind: "in", afterMs: 0, text: firstLetter(random, scene(at, agent)), files: filesOf(random, client, 0.18) });
  while (steps.length < length) {
    const last = steps.at(-1);
    const answered = last?.kind === "out";
    if (answered) {
      at += Math.min(9 * 1440, random.around(420, 1.1)) * minute;
      const ending = steps.length + 1 >= length && !last.isQuestion;
      const kind = ending && random.chance(0.6) ? "thanks" : random.chance(0.12) ? "nudge" : "more";
      push({
        kind: "in",
        afterMs: since(),
        text: laterLetter(random, scene(at, agent), kind),
        files: kind === "more" ? filesOf(random, client, 0.12) : [],
      });
    } else if (last?.kind === "in" && random.chance(0.06)) {
      at += random.between(2, 50) * minute;
      push({
        kind: "in",
        afterMs: since(),
        text: laterLetter(random, scene(at, agent), "extra"),
        files: filesOf(random, client, 0.3),
      });
    } else if (last?.kind === "in" && random.chance(0.2) && steps.length + 1 < length) {
      at = whenStaffed(random, at + Math.min(2000, random.around(60, 0.9)) * minute);
      push({ kind: "note", afterMs: since(), agent, text: noteText(random, scene(at, agent)) });
    } else {
      if (random.chance(0.15)) agent = random.int(options.agents.length);
      at = whenStaffed(random, at + Math.min(4000, random.around(110, 1)) * minute);
      const isQuestion = steps.length < length - 2 && random.chance(0.4);
      push({
        kind: "out",
        afterMs: since(),
        agent,
        isQuestion,
        text: answerLetter(random, scene(at, agent), isQuestion ? "question" : "answer"),
      });
    }
  }
  return { customer, topic: topic.key, subject, client, steps, isSettled: steps.length > 1 && random.chance(0.9) };
};

const filesOf = (random: Random, client: Client, probability: number): readonly CorpusFile[] => {
  const files: CorpusFile[] = [];
  while (files.length < 4 && random.chance(files.length === 0 ? probability : 0.25)) files.push(someFile(random));
  if (client === "outlook" && random.chance(0.25))
    files.push(logo(random, `image001.png@${codeFrom(random, 16, "0123456789ABCDEF")}`));
  return files;
};

/** The Message-ID (without angle brackets) under which the customer of a thread sends a step. */
export const messageIdOf = (seed: number | string, thread: number, step: number, address: string): string =>
  `${randomFrom(seed, "mid", thread, step).next().toString(36).slice(2, 12)}.${thread.toString(36)}.${step}@${address.split("@")[1] ?? "post.example"}`;

/** The mail program's subject of an answer. */
const answered = (client: Client, subject: string): string =>
  `${client === "outlook" || client === "gmx" ? "AW" : "Re"}: ${subject}`;

export interface MailOptions extends Omit<ThreadOptions, "startMs" | "agents"> {
  readonly to: { readonly name: string; readonly address: string };
  readonly atMs: number;
}

const oneAgent = [{ name: "Lena Hartwig", handle: "lena" }];
/** Of ten mails seven begin something and three add to one of the seven, as mail comes in over a day. */
const group = 10;
const firsts = 7;

/** The mail of that number and who sends it: a whole RFC 5322 message, 2 to 30 kB, mostly about 6. */
export const mailFor = (
  seed: number | string,
  index: number,
  options: MailOptions,
): { readonly from: string; readonly bytes: Uint8Array } => {
  const place = index % group;
  const isLater = place >= firsts;
  const thread = Math.floor(index / group) * firsts + (isLater ? (place - firsts) * 2 : place);
  const plan = threadFor(seed, thread, { ...options, startMs: options.atMs, agents: oneAgent, length: 1 });
  const { customer, client } = plan;
  const first = plan.steps[0];
  const messageId = messageIdOf(seed, thread, 0, customer.address);
  const random = randomFrom(seed, "mail", index);
  const later = isLater
    ? laterLetter(
        random,
        {
          customer,
          topic:
            topicsOf(customer.language).find((each) => each.key === plan.topic) ??
            random.pick(topicsOf(customer.language)),
          agent: "Lena Hartwig",
          handles: ["lena"],
          atMs: options.atMs,
        },
        "more",
      )
    : null;
  const letter: Letter = {
    from: { name: `${customer.first} ${customer.last}`, address: customer.address },
    to: [options.to],
    atMs: options.atMs,
    client,
    ...(later === null
      ? { subject: plan.subject, text: first?.text ?? "", messageId, files: first?.kind === "in" ? first.files : [] }
      : {
          subject: answered(client, plan.subject),
          text: later,
          quoted: {
            head: quoteHead(customer.language, options.atMs, `${customer.first} ${customer.last}`),
            text: first?.text ?? "",
          },
          messageId: messageIdOf(seed, thread, place, customer.address),
          inReplyTo: messageId,
          references: [messageId],
        }),
  };
  return { from: customer.address, bytes: writeMail(letter) };
};
