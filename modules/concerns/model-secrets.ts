// Covers card numbers and session secrets in an arriving message (threat: what a customer sends by mistake lies about for ever). Called by
// actions-arrival.ts; pure.
import type { InboundMessage } from "#contract/channel.ts";
import { coverHtml, coverText, type Secret } from "#lib/secrets.ts";

/**
 * On a message whose original is given only by `showSecret`: a card number, a session secret or a link of ours was covered, or a file of it has some. Of our own link
 * nothing is kept beside the message: it is nobody's here to use.
 */
const marks = ["cardHidden", "secretHidden", "fileSecrets", "ownLinkHidden"];

export const hidesSecrets = (warnings: readonly string[]): boolean => warnings.some((each) => marks.includes(each));

/**
 * Links of our mails, also as other programs write them into theirs: who repeats our mail below an answer repeats them. By one a question of ours is answered,
 * the other opens a chat.
 */
const ourLinks = [
  /((?:\/|%2f)rating(?:\/|%2f)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([a-z2-7]{32})/gi,
  /((?:#|%23)visitor-[a-z2-7]{12}\.[0-9a-z]{1,12})\.([a-z2-7]{32})/gi,
];

/** The message without what was found in it, with the marks that say so, and what it was. `fileSecrets`: a file of it is flagged. */
export const withoutSecrets = (
  message: InboundMessage,
  fileSecrets: boolean,
): { readonly message: InboundMessage; readonly secrets: readonly Secret[] } => {
  const found: Secret[] = [];
  let hasOurLink = false;
  const withoutLinks = (given: string): string =>
    ourLinks.reduce(
      (text, link) =>
        text.replaceAll(link, (_, before: string) => {
          hasOurLink = true;
          return `${before}.[•••]`;
        }),
      given,
    );
  const text = <T extends string | null>(given: T): T => {
    if (given === null) return given;
    const covered = coverText(withoutLinks(given));
    found.push(...covered.found);
    return covered.text as T;
  };
  const html = (given: string | null): string | null => {
    if (given === null) return null;
    // In attributes, too.
    const covered = coverHtml(withoutLinks(given));
    found.push(...covered.found);
    return covered.text;
  };
  const { forwarded } = message;
  const covered = {
    ...message,
    subject: text(message.subject),
    text: text(message.text),
    foldedText: text(message.foldedText),
    html: html(message.html),
    ...(message.parts === undefined ? {} : { parts: deep(message.parts, text) }),
    forwarded: forwarded && {
      ...forwarded,
      subject: text(forwarded.subject),
      text: text(forwarded.text),
      html: html(forwarded.html),
    },
  };
  // The same number in text and HTML, or with other blanks, is one.
  const known = new Map(found.toReversed().map((each) => [each.value.replace(/[\s.-]/g, ""), each]));
  const secrets = [...known.values()]
    .toReversed()
    .slice(0, mostKept)
    .map((each) => ({ ...each, value: each.value.slice(0, longestKept) }));
  const warnings = [
    ...message.warnings,
    ...(secrets.some((each) => each.kind === "card") ? ["cardHidden"] : []),
    ...(secrets.some((each) => each.kind !== "card") ? ["secretHidden"] : []),
    ...(fileSecrets ? ["fileSecrets"] : []),
    ...(hasOurLink ? ["ownLinkHidden"] : []),
  ];
  return { message: { ...covered, warnings: [...new Set(warnings)] }, secrets };
};

/** Every text of it changed, at whatever depth. */
const deep = <T>(given: T, change: (text: string) => string): T =>
  (typeof given === "string"
    ? change(given)
    : Array.isArray(given)
      ? given.map((each: unknown) => deep(each, change))
      : typeof given === "object" && given !== null
        ? Object.fromEntries(Object.entries(given).map(([key, each]: [string, unknown]) => [key, deep(each, change)]))
        : given) as T;

/** So many are kept beside the message, each so long; the original has all. */
const mostKept = 100;
const longestKept = 8_000;
