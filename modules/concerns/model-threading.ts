// Decides to which concern an arriving message belongs, and who may come in by it. Called by actions.ts; pure.
import type { Assurance, InboundMessage, Person } from "#contract/channel.ts";
import type { AgentId, ConcernId, MessageId, PartyId } from "#contract/ids.ts";
import { burstDelayMs, mostParties } from "#modules/concerns/model.ts";

/** Length of the proof at the end of a reply token: 80 bits of HMAC-SHA256. */
const proofLength = 16;
const randomLength = 26;

/** World's `mac` and a comparison in constant time. */
export interface Proof {
  readonly mac: (purpose: string, text: string) => string;
  readonly same: (a: string, b: string) => boolean;
}

/** The proof that binds the random part of a reply token to one concern and to one party or agent. */
const proofOf = (mac: Proof["mac"], random: string, concernId: string, holderId: string): string =>
  mac("reply", random + concernId + holderId).slice(0, proofLength);

/** A reply token as it stands in an address: 26 random characters and the proof. */
export const replyToken = (mac: Proof["mac"], random: string, concernId: string, holderId: string): string =>
  random + proofOf(mac, random, concernId, holderId);

/** The random parts of what look like reply tokens, under which the stored ones are looked up; at most 20. */
export const randomParts = (tokens: readonly string[]): string[] =>
  tokens
    .filter((token) => token.length === randomLength + proofLength)
    .slice(0, 20)
    .map((token) => token.slice(0, randomLength));

/** A stored reply token. */
export interface TokenRow {
  readonly token: string;
  readonly concernId: ConcernId;
  readonly partyId: PartyId | null;
  readonly agentId: AgentId | null;
}

/** Is one of the given tokens this row's, with the right proof? */
export const isProved = (proof: Proof, given: readonly string[], row: TokenRow): boolean => {
  const right = replyToken(proof.mac, row.token, row.concernId, row.partyId ?? row.agentId ?? "");
  return given.some((token) => proof.same(token, right));
};

/** One thing that ties a message to a concern, as the database has it. */
export interface Clue {
  /**
   * token: a stored reply token, proved already; reference: a key it answers; number: of the subject; overtaken: its answer came before it;
   * burst: the sender's newest concern.
   */
  readonly via: "token" | "reference" | "number" | "overtaken" | "burst";
  readonly concernId: ConcernId;
  /** A reference to something we sent: its key holds 128 random bits of ours. */
  readonly ours: boolean;
  readonly agentId: AgentId | null;
  /** The sender's address takes part in that concern already. */
  readonly senderIsParty: boolean;
  /** A token that was given to this very sender, at this address or at another of theirs in that concern. */
  readonly senderHolds: boolean;
  /** How sure we were of who sent the message whose key it is, or that answers it; null: it is no such key, or of our own message. */
  readonly assurance: Assurance | null;
  /** A concern of another brand than the one that was written to. */
  readonly foreign: boolean;
  /** The message whose key it is, or that answers it; null: of none. */
  readonly messageId: MessageId | null;
  /** Concerns in which that message stood before it was moved to this one. */
  readonly movedFrom: readonly ConcernId[];
}

/**
 * Where a message goes. `otherSender`: somebody else writes into a thread that was given to another. `proves`: it came by the sender's own token, so
 * the address is theirs.
 */
export type Placed =
  | {
      readonly kind: "thread";
      readonly concernId: ConcernId;
      readonly via: Clue["via"];
      readonly otherSender: boolean;
      readonly proves?: true;
      /** The message it answers, as far as that is known. */
      readonly answers?: MessageId | null;
    }
  | {
      readonly kind: "agent";
      readonly concernId: ConcernId;
      readonly agentId: AgentId;
      readonly answers?: MessageId | null;
    }
  | { readonly kind: "new"; readonly relatedTo: ConcernId | null };

/** Has the sender shown that the address is theirs? */
export const isSure = (assurance: Assurance): boolean => assurance === "proved" || assurance === "aligned";

/**
 * The first clue that counts, in this order:
 * 1. a proved token: whoever holds it was given it, by us or by its holder. Only its holder is believed by it: in another's name it vouches for
 *    nobody, and a false sender gets a concern of their own;
 * 2. a key of ours: whoever was addressed, copied or passed it on knows it, and nobody else; so it opens the thread and proves nothing; a sender who
 *    is shown to be false gets a concern of their own;
 * 3. a key of somebody else (their own earlier mail, Outlook's thread index): lets in only who takes part already, and is as sure as when that
 *    was written: whoever was copied knows the key, and must not write in the name of a sender who could prove it until now;
 * 4. a number in the subject: everybody can guess it, so only a party of that concern whose address is sure;
 * 5. an answer to it that came before it, by the same rule as 3;
 * 6. the sender's own concern of a moment ago.
 * A concern of another brand takes in nothing but by its token: the brand that was written to must see the mail as well. It is related.
 * A token says who writes. Where the message it answers has been moved to another concern, that is where it belongs.
 */
export const place = (assurance: Assurance, clues: readonly Clue[]): Placed => {
  const token = clues.find((clue) => clue.via === "token");
  if (token) {
    const { agentId } = token;
    const answered = clues.find(
      (clue) =>
        clue.via === "reference" &&
        (clue.concernId === token.concernId || (!clue.foreign && clue.movedFrom.includes(token.concernId))),
    );
    const concernId = answered?.concernId ?? token.concernId;
    const at = { concernId, answers: answered?.messageId ?? null };
    const isParty = (concernId === token.concernId ? token : answered)?.senderIsParty === true;
    if (agentId !== null) return { kind: "agent", ...at, agentId };
    // Who holds a token of the concern they answered from is marked in the other one, unless they take part there, too.
    if (token.senderHolds)
      return {
        kind: "thread",
        ...at,
        via: "token",
        otherSender: concernId !== token.concernId && !isParty,
        proves: true,
      };
    if (assurance === "failed") return { kind: "new", relatedTo: concernId };
    // Who answers to all writes with another's token: in the thread, but marked unless the address is theirs for sure.
    return { kind: "thread", ...at, via: "token", otherSender: !isParty || !isSure(assurance) };
  }
  const here = clues.filter((clue) => !clue.foreign);
  const elsewhere = clues.find((clue) => clue.foreign && clue.via === "reference" && clue.senderIsParty);
  const answered = here.find((clue) => clue.via === "reference" && clue.ours);
  if (assurance === "failed") return { kind: "new", relatedTo: answered?.concernId ?? null };
  if (answered)
    return {
      kind: "thread",
      concernId: answered.concernId,
      via: "reference",
      otherSender: !answered.senderIsParty,
      answers: answered.messageId,
    };
  const known = here.find(
    (clue) =>
      clue.senderIsParty &&
      ((clue.via === "number" && isSure(assurance)) ||
        ((clue.via === "reference" || clue.via === "overtaken") &&
          (isSure(assurance) || clue.assurance === assurance))),
  );
  if (known)
    return {
      kind: "thread",
      concernId: known.concernId,
      via: known.via,
      otherSender: false,
      answers: known.via === "reference" ? known.messageId : null,
    };
  const burst = here.find((clue) => clue.via === "burst");
  return burst
    ? { kind: "thread", concernId: burst.concernId, via: "burst", otherSender: false }
    : { kind: "new", relatedTo: isSure(assurance) ? (elsewhere?.concernId ?? null) : null };
};

/** Addresses behind which many people stand: gateways for fax and calls, forms, shops. */
const gateways =
  /^(?:no-?reply|do-?not-?reply|(?:fax|fax2mail|faxserver|faxgateway|e-?fax|voice-?mail|voice-?box|anrufbeantworter|mailbox|scan|scanner|(?:kontakt|web|anfrage)?-?(?:form|forms|formular|formmail)|notify|notifications?|benachrichtigung|benachrichtigungen|alerts?|shop|orders?|bestellung|bestellungen|system|robot|bot|daemon|root|www-data|wordpress)\d{0,6}(?:\+|$))/i;

const isGateway = (address: string): boolean => gateways.test(address.slice(0, Math.max(0, address.lastIndexOf("@"))));

/** May a message without any thread join the sender's concern of a moment ago? Not from a machine or gateway, not when it was long under way. */
export const mayBeBurst = (
  message: Pick<InboundMessage, "automatic" | "assurance" | "sentAt" | "from">,
  receivedAt: string,
): boolean =>
  message.automatic === null &&
  !isGateway(message.from.value) &&
  message.assurance !== "failed" &&
  (message.sentAt === null || Math.abs(Date.parse(receivedAt) - Date.parse(message.sentAt)) <= burstDelayMs);

/** The message before it in what may be one burst. */
export interface BurstMessage {
  readonly at: string;
  readonly subject: string | null;
  /** Where it is to be answered. */
  readonly answerTo: string | null;
}

/** Whatever one sender sends within seconds is sent at once, and nobody changes the subject between. */
const atOnceMs = 5_000;

/** Is it the same person's, about the same thing? Not when it is to be answered elsewhere, nor when the subject is plainly another. */
export const continuesBurst = (
  message: Pick<InboundMessage, "from" | "replyTo" | "subject">,
  receivedAt: string,
  last: BurstMessage,
): boolean => {
  const answerTo = (message.replyTo?.value || message.from.value).toLowerCase();
  if (last.answerTo !== null && last.answerTo.toLowerCase() !== answerTo) return false;
  return (
    Math.abs(Date.parse(receivedAt) - Date.parse(last.at)) <= atOnceMs || !plainlyOther(message.subject, last.subject)
  );
};

// Other numbers ("Fax from …", "Order 4712"), or no word in common. Who writes no subject the second time goes on.
const plainlyOther = (one: string | null, other: string | null): boolean => {
  const parts = (subject: string | null): readonly string[] =>
    (subject ?? "")
      .slice(0, 500)
      .toLowerCase()
      .match(/\p{N}+|\p{L}{4,}/gu) ?? [];
  const differ = (of: RegExp): boolean => {
    const here = parts(one).filter((part) => of.test(part));
    const there = parts(other).filter((part) => of.test(part));
    return here.length > 0 && there.length > 0 && !here.some((part) => there.includes(part));
  };
  return differ(/^\p{N}/u) || differ(/^\p{L}/u);
};

/** The address without the detail after "+" (RFC 5233). */
export const withoutDetail = (norm: string): string => {
  const at = norm.lastIndexOf("@");
  const plus = norm.indexOf("+");
  return plus > 0 && plus < at ? norm.slice(0, plus) + norm.slice(at) : norm;
};

/**
 * Whom a message brings in besides its sender: further recipients, when the sender is sure, and never ourselves.
 * A mail without a sure sender brings in nobody: anybody could have written it.
 */
export const newcomers = (
  message: Pick<InboundMessage, "assurance" | "automatic" | "to" | "cc">,
  senderNorm: string,
  own: readonly string[],
  normalise: (value: string) => string | null,
): readonly (Person & { readonly norm: string })[] => {
  if (!isSure(message.assurance) || message.automatic !== null) return [];
  const ours = new Set(own);
  const found = new Map<string, Person & { readonly norm: string }>();
  for (const person of [...message.to, ...message.cc]) {
    const norm = normalise(person.value);
    if (norm === null || norm === senderNorm || found.has(norm) || ours.has(norm) || ours.has(withoutDetail(norm)))
      continue;
    if (found.size >= mostParties) break;
    found.set(norm, { ...person, norm });
  }
  return [...found.values()];
};
