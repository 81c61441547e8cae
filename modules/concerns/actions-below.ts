// What stands below an answer: the usual, or what its author saw and chose. Called by actions-send.ts and actions-reply.ts.
import type { Brand } from "#contract/brands.ts";
import type { Below, DraftQuote } from "#contract/concerns.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { MessageId } from "#contract/ids.ts";
import { belowText } from "#lib/below.ts";
import { lineOf, storable, type ConcernState } from "#modules/concerns/model.ts";
import { foldedPart } from "#modules/concerns/model-compose.ts";
import { partiesOf, quotable, type LastInbound, type NewParty } from "#modules/concerns/store.ts";
import type { Tx } from "#platform/db/db.ts";

/** The folded text of an answer, and the message whose formatting may be repeated with it. */
export interface Folded {
  readonly text: string;
  readonly quoteOf: MessageId | null;
}

/** May everybody addressed see this message? */
export const maySee = (
  parties: readonly NewParty[],
  addressed: readonly string[],
  message: { readonly seq: number },
): boolean => addressed.every((norm) => parties.some((party) => party.norm === norm && party.seesFrom <= message.seq));

/** Signature and the last message, when everybody addressed may see it. */
export const usualBelow = (signature: string, last: LastInbound | null, seen: boolean, brand: Brand): Folded => ({
  text: foldedPart(signature, seen ? last : null, brand.language),
  quoteOf: seen && last !== null ? last.id : null,
});

/** Exactly what its author saw. Refuses with notFound when the message is none of the concern's, quoteNotSeen when somebody addressed may not see it. */
export const chosenBelow = async (
  tx: Tx,
  state: ConcernState,
  addressed: readonly string[],
  below: Below,
): Promise<Folded | Refusal> => {
  const signature = storable(below.signature).trim();
  const { quote } = below;
  if (quote === null) return { text: belowText(signature, null), quoteOf: null };
  const message = await quotable(tx, state.id, quote.messageId);
  if (message === null) return refuse("notFound", undefined, "below.quote.messageId");
  if (!maySee(await partiesOf(tx, state.id), addressed, message))
    return refuse("quoteNotSeen", undefined, "below.quote");
  const text = quote.text === null ? message.text : storable(quote.text);
  return {
    text: belowText(signature, { head: lineOf(quote.head, 500), text }),
    quoteOf: quote.text === null ? quote.messageId : null,
  };
};

/** The same choice as a draft keeps it. */
export const draftQuoteOf = (below: Below | undefined): DraftQuote => {
  if (below === undefined) return null;
  if (below.quote === null) return "none";
  return below.quote.text === null ? null : { messageId: below.quote.messageId, text: below.quote.text };
};
