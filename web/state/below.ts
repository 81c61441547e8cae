// Decides what stands below an answer: the signature and the repeated message, as they will be sent. Pure; called by the composer.
import type { Brand } from "#contract/brands.ts";
import type { Below, DraftQuote, Message } from "#contract/concerns.ts";
import { mostQuoted, quoteHead, signatureOf } from "#lib/below.ts";
import type { Opened } from "#web/state/apply.ts";

/** The repeated message as the composer shows it. */
export interface ShownQuote {
  readonly messageId: Message["id"];
  readonly author: string;
  readonly at: string;
  readonly head: string;
  readonly text: string;
  readonly edited: boolean;
}

/** `missing`: why nothing is repeated (null in a first message, where nothing could be); "leftOut" by choice, "newcomer": somebody addressed may not see it, "nothing" to repeat. */
export interface ShownBelow {
  readonly signature: string;
  readonly quote: ShownQuote | null;
  readonly missing: "leftOut" | "newcomer" | "nothing" | null;
}

/** What will be sent below an answer to these people. The zone is the reader's (IANA). */
export const shownBelow = (
  opened: Pick<Opened, "concern" | "messages">,
  facts: {
    readonly agent: { readonly name: string; readonly signature: string };
    readonly brand: Brand;
    readonly addressed: readonly string[];
    readonly choice: DraftQuote;
    readonly timeZone: string;
  },
): ShownBelow => {
  const { agent, brand, addressed, choice, timeZone } = facts;
  const signature = signatureOf(agent, brand);
  const edited = choice !== null && choice !== "none" ? choice : null;
  const said = opened.messages.filter((message) => message.direction === "in");
  const message = edited === null ? answeredOf(said) : said.find((one) => one.id === edited.messageId);
  if (message === undefined || message.text.trim() === "") return { signature, quote: null, missing: "nothing" };
  if (choice === "none") return { signature, quote: null, missing: "leftOut" };
  const sees = (value: string): boolean =>
    opened.concern.parties.some(
      (party) => party.value.toLowerCase() === value.toLowerCase() && party.seesFrom <= message.seq,
    );
  if (!addressed.every(sees)) return { signature, quote: null, missing: "newcomer" };
  const quoted = { authorName: message.author.name, at: message.at, text: edited?.text ?? message.text };
  return {
    signature,
    quote: {
      messageId: message.id,
      author: message.author.name,
      at: message.at,
      head: quoteHead(opened.concern.row.language ?? brand.language, quoted, timeZone),
      text: quoted.text.slice(0, mostQuoted),
      edited: edited !== null,
    },
    missing: null,
  };
};

// As the server chooses: a person's message before a machine's, and never what a machine answered.
const answeredOf = (said: readonly Message[]): Message | undefined =>
  said.findLast((one) => one.automatic === null) ??
  said.findLast((one) => ["auto-generated", "bulk", "list"].includes(one.automatic ?? ""));

/** What will be sent below a first message. */
export const belowFirst = (agent: { readonly name: string; readonly signature: string }, brand: Brand): ShownBelow => ({
  signature: signatureOf(agent, brand),
  quote: null,
  missing: null,
});

/** The same as the server takes it. */
export const belowOf = ({ signature, quote }: ShownBelow): Below => ({
  signature,
  quote:
    quote === null ? null : { messageId: quote.messageId, head: quote.head, text: quote.edited ? quote.text : null },
});
