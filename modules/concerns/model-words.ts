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

/** What was said in a chat and not seen there, as a mail. `link`: leads back into the chat. */
export const collected = (
  language: Language,
  facts: {
    readonly brand: string;
    readonly subject: string;
    readonly words: readonly { readonly authorName: string; readonly text: string }[];
    readonly link: string;
  },
): { readonly subject: string; readonly text: string } => {
  // Whoever speaks several times in a row is named once.
  const said = facts.words
    .map(({ authorName, text }, index) =>
      facts.words[index - 1]?.authorName === authorName ? text : `${authorName}:\n${text}`,
    )
    .join("\n\n");
  if (language === "de")
    return {
      subject: `Re: ${facts.subject}`,
      text: `Guten Tag,\n\nim Chat haben wir Ihnen geantwortet:\n\n${said}\n\nWeiter im Chat: ${facts.link}\nOder antworten Sie einfach auf diese E-Mail.\n\n${facts.brand}`,
    };
  return {
    subject: `Re: ${facts.subject}`,
    text: `Hello,\n\nwe have answered you in the chat:\n\n${said}\n\nGo on in the chat: ${facts.link}\nOr simply answer this e-mail.\n\n${facts.brand}`,
  };
};

/** Why an agent is told something by mail. */
export type Why = "mentioned" | "answered" | "followed";

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
    },
    en: {
      mentioned: `${facts.author} mentioned you in a note.`,
      answered: `${facts.author} has answered.`,
      followed: `${facts.author} has answered in a concern that you follow.`,
    },
  };
  const head = heads[language][why];
  const foot =
    language === "de"
      ? "Wenn Sie auf diese Mail antworten, geht Ihre Antwort an den Kunden; was hier steht, geht nicht mit."
      : "If you answer this mail, your answer goes to the customer; what stands here does not go with it.";
  return { subject: facts.subject, text: `${head}\n\n${facts.text.slice(0, 4_000)}\n\n${foot}` };
};

/** The note of an agent who passed a mail on without a word of their own. */
export const passedOn = (language: Language): string =>
  language === "de" ? "Von mir weitergeleitet." : "Forwarded by me.";
