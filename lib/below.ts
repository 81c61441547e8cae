// What stands below a mail's own words: signature and the repeated message. Pure; the browser shows what the server sends.

/** The message an answer answers, as far as it is repeated below it. */
export interface Quoted {
  readonly authorName: string;
  readonly at: string;
  readonly text: string;
}

type Language = "de" | "en";
const tags: Readonly<Record<Language, string>> = { de: "de-DE", en: "en-GB" };

/** Characters of a message that are repeated at most. */
export const mostQuoted = 20_000;

/** The person's own lines and the house's signature with {agent} and {brand} filled in; "" when both are empty. */
export const signatureOf = (
  agent: { readonly name: string; readonly signature: string },
  brand: { readonly name: string; readonly signature: string },
): string => {
  // One pass: a name that holds "{brand}" stays what it is.
  const filled = brand.signature.replace(/\{(agent|brand)\}/g, (_whole, word: string) =>
    word === "agent" ? agent.name : brand.name,
  );
  return [agent.signature.trim(), filled.trim()].filter((part) => part !== "").join("\n");
};

/** The line above a repeated message: who wrote it and when. Without a zone (IANA) only the day, in UTC. */
export const quoteHead = (language: Language, quoted: Quoted, timeZone: string | null): string => {
  const when = new Intl.DateTimeFormat(tags[language], {
    dateStyle: "long",
    ...(timeZone === null ? {} : { timeStyle: "short" as const }),
    timeZone: timeZone ?? "UTC",
  }).format(new Date(quoted.at));
  return language === "de" ? `Am ${when} schrieb ${quoted.authorName}:` : `On ${when} ${quoted.authorName} wrote:`;
};

/** Signature (RFC 3676 section 4.3) and repeated message, each of its lines behind "> ". A part that is empty is left out. */
export const belowText = (
  signature: string,
  quote: { readonly head: string; readonly text: string } | null,
): string => {
  const parts: string[] = [];
  if (signature !== "") parts.push(`-- \n${signature}`);
  if (quote !== null && quote.text.trim() !== "") {
    const lines = quote.text
      .slice(0, mostQuoted)
      .trimEnd()
      .split("\n")
      .map((line) => `> ${line}`);
    parts.push(`${quote.head}\n${lines.join("\n")}`);
  }
  return parts.join("\n\n");
};
