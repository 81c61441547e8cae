// The words of mails that no person writes, in the brand's or the agent's language. Called by reactions.ts; pure.

type Language = "de" | "en";

/** What an acknowledgement says. `neutral`: the sender may be somebody else, so nothing of what they sent is repeated. */
export const acknowledgement = (
  language: Language,
  brand: string,
  number: number,
  subject: string | null,
): { readonly subject: string; readonly text: string } => {
  if (language === "de")
    return {
      subject: subject === null ? "Wir haben Ihre Nachricht erhalten" : `Re: ${subject}`,
      text: `Guten Tag,\n\nIhre Nachricht ist bei uns angekommen. Ihr Anliegen hat die Nummer ${number}; wir melden uns so bald wie möglich.\n\nDiese Bestätigung wurde automatisch versendet. Sie können einfach darauf antworten, wenn Sie etwas ergänzen möchten.\n\n${brand}`,
    };
  return {
    subject: subject === null ? "We have received your message" : `Re: ${subject}`,
    text: `Hello,\n\nyour message has reached us. Your concern has the number ${number}; we will answer as soon as we can.\n\nThis confirmation was sent automatically. Simply answer it if you want to add something.\n\n${brand}`,
  };
};

/** Leads the reader of a mail of ours back into a chat: whom, until when, and where in the mail's text. Without its proof, which is made when the mail leaves. */
export interface ChatLink {
  readonly channelId: string;
  /** The visitor's. */
  readonly address: string;
  /** Where the mail goes, as the visitor gave it. */
  readonly email: string;
  /** As `linkUntil` in visitors/actions.ts gives it. */
  readonly until: string;
  /** Where the mark begins, in the units of JavaScript's strings. */
  readonly at: number;
}

const chatMarks = { de: "[Link zum Chat]", en: "[link to the chat]" } as const;

/** Where in a mail's text the link of an answer to a question stands: see `ratingLines`. */
export interface RatingLink {
  /** The question's. */
  readonly id: string;
  readonly score: number;
  /** Where the mark begins, in the units of JavaScript's strings. */
  readonly at: number;
}

const ratingMark = (score: number): string => `[Link ${score}]`;

/**
 * A text as it leaves: with a link in each place that was counted for one, as long as its mark stands there. Nobody else's words become links, also when they
 * are a mark's.
 */
export const withLinks = (
  text: string,
  ratings: readonly { readonly at: number; readonly score: number; readonly link: string }[],
  chat: { readonly at: number; readonly link: string } | null,
): string => {
  const places = [
    ...ratings.map(({ at, score, link }) => ({ at, link, marks: [ratingMark(score)] })),
    ...(chat === null ? [] : [{ ...chat, marks: Object.values(chatMarks) }]),
  ];
  // From the end, so that the places before stay where they are.
  return places
    .toSorted((a, b) => b.at - a.at)
    .reduce((whole, { at, link, marks }) => {
      const mark = marks.find((each) => whole.startsWith(each, at));
      return mark === undefined ? whole : whole.slice(0, at) + link + whole.slice(at + mark.length);
    }, text);
};

/** Words with the places of links in them. */
interface Linked {
  readonly text: string;
  readonly links: readonly RatingLink[];
}

const joined = (pieces: readonly (string | Linked)[], between = ""): Linked =>
  pieces.reduce<Linked>(
    (before, piece, index) => {
      const { text, links } = typeof piece === "string" ? { text: piece, links: [] } : piece;
      const start = before.text + (index === 0 ? "" : between);
      return {
        text: start + text,
        links: [...before.links, ...links.map((link) => ({ ...link, at: link.at + start.length }))],
      };
    },
    { text: "", links: [] },
  );

/** What was said in a chat and not seen there, as a mail. `page`: where the chat is for whoever the mail does not lead back; null: it does, by a mark at `linkAt`. */
export const collected = (
  language: Language,
  facts: {
    readonly brand: string;
    readonly subject: string;
    readonly words: readonly {
      readonly authorName: string;
      readonly text: string;
      /** The question for a rating that it asks, by its id: the answers stand below it. Null: it asks none. */
      readonly asksRating: string | null;
      readonly files: readonly { readonly name: string }[];
    }[];
    /** Names of files that do not come with the mail. */
    readonly left: readonly string[];
    readonly page: string | null;
  },
): {
  readonly subject: string;
  readonly text: string;
  readonly linkAt: number;
  readonly ratingLinks: readonly RatingLink[];
} => {
  // Whoever speaks several times in a row is named once.
  const file = language === "de" ? "Datei" : "File";
  const said = joined(
    facts.words.map(({ authorName, text, asksRating, files }, index) => {
      const asked = asksRating === null ? text : joined([text, ratingLines(language, asksRating)], "\n\n");
      const whole = joined([...(asked === "" ? [] : [asked]), ...files.map(({ name }) => `${file}: ${name}`)], "\n");
      return facts.words[index - 1]?.authorName === authorName ? whole : joined([`${authorName}:\n`, whole]);
    }),
    "\n\n",
  );
  const left =
    facts.left.length === 0
      ? ""
      : language === "de"
        ? `\n\nNicht in dieser E-Mail, sondern im Chat: ${facts.left.join(", ")}`
        : `\n\nNot in this e-mail but in the chat: ${facts.left.join(", ")}`;
  const [above, below]: [readonly (string | Linked)[], string] =
    language === "de"
      ? [
          ["Guten Tag,\n\nim Chat haben wir Ihnen geantwortet:\n\n", said, `${left}\n\nWeiter im Chat: `],
          "Oder antworten Sie einfach auf diese E-Mail.",
        ]
      : [
          ["Hello,\n\nwe have answered you in the chat:\n\n", said, `${left}\n\nGo on in the chat: `],
          "Or simply answer this e-mail.",
        ];
  const before = joined(above);
  return {
    subject: `Re: ${facts.subject}`,
    text: `${before.text}${facts.page ?? chatMarks[language]}\n${below}\n\n${facts.brand}`,
    linkAt: before.text.length,
    ratingLinks: before.links,
  };
};

/** Asks how content somebody was with how their concern was settled: in a few words, and as a whole mail in which the links of that question stand. */
export const ratingQuestion = (
  language: Language,
  brand: string,
  concern: { readonly number: number; readonly subject: string },
  id: string,
): {
  readonly subject: string;
  readonly text: string;
  readonly mail: string;
  readonly ratingLinks: readonly RatingLink[];
} => {
  const text =
    language === "de"
      ? `Ihr Anliegen Nummer ${concern.number} bei ${brand} ist gelöst. Wie zufrieden waren Sie mit uns?`
      : `Your concern number ${concern.number} at ${brand} is settled. How content were you with us?`;
  const mail = joined([text, ratingLines(language, id), brand], "\n\n");
  return { subject: `Re: ${concern.subject}`, text, mail: mail.text, ratingLinks: mail.links };
};

/**
 * The answers to choose from, for who reads it as text: each with a mark in the place of its link, which is put in when it leaves (`withLinks`). So nobody
 * finds the links where messages are kept.
 */
const ratingLines = (language: Language, id: string): Linked => {
  const words = {
    de: ["schlecht", "mäßig", "in Ordnung", "gut", "sehr gut"],
    en: ["bad", "poor", "all right", "good", "very good"],
  }[language];
  const lines = [5, 4, 3, 2, 1].map((score) =>
    joined([`${score} – ${words[score - 1]}: `, { text: ratingMark(score), links: [{ id, score, at: 0 }] }]),
  );
  const below =
    language === "de"
      ? "Ein Klick öffnet eine Seite, auf der Sie Ihre Antwort absenden. Dort können Sie auch sagen, dass Sie nicht mehr gefragt werden möchten."
      : "A click opens a page on which you send your answer. There you can also say that you do not want to be asked any more.";
  return joined([joined(lines, "\n"), below], "\n\n");
};

/** Why an agent is told something by mail. */
export type Why = "mentioned" | "answered" | "followed" | "rated" | "near" | "over" | "ruled";

/** What an agent is told by mail: a mention, or a customer's answer in a concern of theirs or one they follow. An answer to it goes to the customer. */
export const notice = (
  language: Language,
  why: Why,
  facts: { readonly subject: string; readonly author: string; readonly text: string },
): { readonly subject: string; readonly text: string } => {
  const heads: Readonly<Record<Language, Readonly<Record<Why, string>>>> = {
    de: {
      mentioned: `${facts.author} hat Sie in einer Notiz erwähnt.`,
      answered: `${facts.author} hat geantwortet.`,
      followed: `${facts.author} hat in einem Anliegen geantwortet, das Sie beobachten.`,
      rated: `${facts.author} hat bewertet, wie das Anliegen gelöst wurde.`,
      near: `Eine Zusage (${facts.author}) ist bald fällig.`,
      over: `Eine Zusage (${facts.author}) wurde nicht eingehalten.`,
      ruled: `„${facts.author}“ weist Sie auf dieses Anliegen hin.`,
    },
    en: {
      mentioned: `${facts.author} mentioned you in a note.`,
      answered: `${facts.author} has answered.`,
      followed: `${facts.author} has answered in a concern that you follow.`,
      rated: `${facts.author} has rated how the concern was settled.`,
      near: `A promise (${facts.author}) is due soon.`,
      over: `A promise (${facts.author}) was not kept.`,
      ruled: `“${facts.author}” points you to this concern.`,
    },
  };
  const head = heads[language][why];
  const foot =
    language === "de"
      ? "Wenn Sie auf diese Mail antworten, geht Ihre Antwort an den Kunden; was hier steht, geht nicht mit."
      : "If you answer this mail, your answer goes to the customer; what stands here does not go with it.";
  return { subject: facts.subject, text: `${head}\n\n${facts.text.slice(0, 4_000)}\n\n${foot}` };
};

/**
 * Why an agent's answer by mail was refused. noToken: it did not go to the address that the news came with; notAllowed: its author may not answer
 * there (any more); empty: nothing but the news stood in it; repeatsNotice: something of it is for colleagues only; cannotSend: no way to the customer.
 */
export type WhyRefused = "noToken" | "notAllowed" | "empty" | "repeatsNotice" | "cannotSend";

/** Tells an agent that their answer by mail did not go to the customer. Nothing of the concern is in it but its number. */
export const answerRefused = (
  language: Language,
  why: WhyRefused,
  number: number,
): { readonly subject: string; readonly text: string } => {
  const reasons: Readonly<Record<Language, Readonly<Record<WhyRefused, string>>>> = {
    de: {
      noToken:
        "Sie ging nicht an die persönliche Antwortadresse, mit der die Benachrichtigung kam. Nur daran erkennen wir, dass sie für den Kunden ist.",
      notAllowed: "Sie dürfen in diesem Anliegen nicht oder nicht mehr antworten.",
      empty: "Es stand nichts darin als die Benachrichtigung selbst.",
      repeatsNotice:
        "Es steht etwas darin, das nur für Mitarbeiter bestimmt ist, oder eine ganze Mail hängt daran. Das geht nie an Kunden.",
      cannotSend: "An den Kunden kann auf diesem Weg gerade nichts gesendet werden.",
    },
    en: {
      noToken:
        "It did not go to the personal answer address that the news came with. Only by that do we know that it is for the customer.",
      notAllowed: "You may not, or no longer, answer in this concern.",
      empty: "Nothing stood in it but the news itself.",
      repeatsNotice:
        "Something in it is meant for colleagues only, or a whole mail is attached. That never goes to customers.",
      cannotSend: "Nothing can be sent to the customer by this way at the moment.",
    },
  };
  const reason = reasons[language][why];
  if (language === "de")
    return {
      subject: "Ihre Antwort ging nicht an den Kunden",
      text: `Ihre Antwort per E-Mail zum Anliegen ${number} ging nicht an den Kunden.\n\n${reason}\n\nSie steht im Anliegen, wo nur Kollegen sie sehen. Öffnen Sie das Anliegen am Desk und antworten Sie dort${why === "notAllowed" ? ", oder bitten Sie jemanden, der es darf" : ""}.\n\nDiese Mail wurde automatisch versendet; eine Antwort auf sie erreicht den Kunden nicht.`,
    };
  return {
    subject: "Your answer did not go to the customer",
    text: `Your answer by e-mail to concern ${number} did not go to the customer.\n\n${reason}\n\nIt stands in the concern, where only colleagues see it. Open the concern at the desk and answer there${why === "notAllowed" ? ", or ask somebody who may" : ""}.\n\nThis mail was sent automatically; an answer to it does not reach the customer.`,
  };
};

/** The note of an agent who passed a mail on without a word of their own. */
export const passedOn = (language: Language): string =>
  language === "de" ? "Von mir weitergeleitet." : "Forwarded by me.";
