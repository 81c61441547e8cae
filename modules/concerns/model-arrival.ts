// Decides what of an arriving message can be kept as it is. Called by concerns/actions.ts; pure.
import type { Assurance, InboundMessage, Person } from "#contract/channel.ts";
import type { Reason } from "#contract/reasons.ts";
import { cleanSubject, storable } from "#modules/concerns/model.ts";

/** Whom a message is from when its sender cannot be read: an address nobody can have (RFC 2606), so that nothing is ever sent there. */
export const unknownSender = "unknown@sender.invalid";

/**
 * A mail that has our own address as its sender, as a form on a website or a scanner writes it: its sender is whom it wants answered, and nothing
 * vouches for that. Without an answer address nobody is known behind it. A loop stays what it is.
 */
export const behindOurName = (message: InboundMessage, isOurs: (value: string) => boolean): InboundMessage => {
  if (message.automatic === "loop" || !isOurs(message.from.value)) return message;
  const { replyTo } = message;
  const asked = replyTo !== null && replyTo.value !== "" && !isOurs(replyTo.value);
  return {
    ...message,
    from: asked ? replyTo : message.from,
    // What the checks say, they say of our own domain: only that it was misused is worth knowing of a stranger.
    assurance: message.assurance === "failed" ? "failed" : "none",
    verdicts: message.assurance === "failed" ? message.verdicts : [],
    warnings: [
      ...message.warnings.filter((warning) => warning !== "replyToDiffers"),
      asked ? "ownSender" : "ownSenderOnly",
    ],
  };
};

/** Concerns that one sender may begin at one brand within an hour; what comes beyond is gathered in one. A sender nobody vouches for gets fewer. */
export const mostBegun = (assurance: Assurance): number =>
  assurance === "proved" || assurance === "aligned" ? 60 : 20;
export const mostBegunMs = 3_600_000;
/** For so long further mail of a flood goes into the concern that gathers it. */
export const gatheringMs = 24 * 3_600_000;

/** For so long mails of unknown senders are counted together, by channel. */
export const mostUnknownMs = 600_000;

const mostKeys = 100;
const longestKey = 1_000;
const mostPersons = 500;

/** Every text of a message as PostgreSQL and JSON can carry it; keys and persons within their limits. */
export const cleanMessage = (message: InboundMessage): InboundMessage => ({
  ...message,
  from: person(message.from),
  replyTo: message.replyTo === null ? null : person(message.replyTo),
  to: message.to.slice(0, mostPersons).map(person),
  cc: message.cc.slice(0, mostPersons).map(person),
  verdicts: message.verdicts.map((verdict) => ({
    ...verdict,
    ...(verdict.reason === undefined ? {} : { reason: storableReason(verdict.reason) }),
    detail: storable(verdict.detail),
  })),
  subject: message.subject === null ? null : storable(message.subject),
  text: storable(message.text),
  ...(message.greeting === undefined ? {} : { greeting: storable(message.greeting) }),
  foldedText: storable(message.foldedText),
  html: message.html === null ? null : storable(message.html),
  thread: {
    ...message.thread,
    references: keys(message.thread.references),
    own: keys(message.thread.own),
    number: safeNumber(message.thread.number),
  },
  forwarded:
    message.forwarded === null
      ? null
      : {
          ...message.forwarded,
          from: person(message.forwarded.from),
          subject: message.forwarded.subject === null ? null : storable(message.forwarded.subject),
          text: storable(message.forwarded.text),
          html: message.forwarded.html === null ? null : storable(message.forwarded.html),
        },
  warnings: message.warnings.map(storable),
});

const storableReason = (reason: Reason): Reason => ({
  ...reason,
  facts: Object.fromEntries(
    Object.entries(reason.facts).map(([name, fact]) => [name, typeof fact === "string" ? storable(fact) : fact]),
  ) as never,
});

/** Does a forwarded mail say from whom it came? */
export const isReadable = (forwarded: { readonly from: Person }): boolean => forwarded.from.value !== "";

const person = (given: Person): Person => ({
  name: given.name === null ? null : storable(given.name).slice(0, 320),
  value: storable(given.value).slice(0, 320),
});

const keys = (given: readonly string[]): string[] =>
  [...new Set(given.filter((key) => key.length > 0 && key.length <= longestKey).map(storable))].slice(0, mostKeys);

const safeNumber = (number: number | null): number | null =>
  number !== null && Number.isSafeInteger(number) && number > 0 ? number : null;

/** Programs answer at once; within this time of our mail to that address. */
export const answersAtOnceMs = 10 * 60_000;
/** A marked automatic answer that names nothing is of what we wrote within this time: servers repeat absence notes after a week or two at most (RFC 3834). */
export const answersWithinMs = 14 * 24 * 3_600_000;

/** A mail of ours that went to the sender's address in that concern. */
export interface Written {
  readonly leftAt: string;
  readonly subject: string | null;
}

/**
 * Is it an absence note of a program that marks it in no way? Its subject begins as such notes do, it came within minutes of a mail of ours to that very
 * address, carries no file, repeats nothing, and its subject is not what the concern is about: whoever writes "Abwesend am Freitag" and goes on
 * writing under that subject is a person.
 */
export const isAbsenceNote = (
  message: Pick<InboundMessage, "seemsAway" | "automatic" | "subject" | "sentAt" | "text" | "foldedText" | "html">,
  files: number,
  receivedAt: string,
  subject: string,
  written: readonly Written[],
): boolean => {
  if (message.seemsAway !== true || message.automatic !== null || files > 0 || message.text.trim() === "") return false;
  if (/^>/m.test(`${message.text}\n${message.foldedText}`) || message.html?.includes('data-folded="quote"'))
    return false;
  const own = cleanSubject(message.subject).toLowerCase();
  if ([subject, ...written.map((each) => each.subject)].some((each) => cleanSubject(each).toLowerCase() === own))
    return false;
  const atOnce = (at: string | null, leftAt: string): boolean => {
    const later = at === null ? -1 : Date.parse(at) - Date.parse(leftAt);
    return later >= 0 && later <= answersAtOnceMs;
  };
  // What is fetched late is timed by its own clock, which may be wrong: then it is a person's.
  return written.some(({ leftAt }) => atOnce(receivedAt, leftAt) || atOnce(message.sentAt, leftAt));
};
