// Decides about deliveries: when to try again, when to give up, which failures close an address. Called by concerns/actions-outbox.ts and actions-receipts.ts; pure.
import type { DeliveryResult, InboundReceipt } from "#contract/channel.ts";
import type { DeliveryState } from "#contract/concerns.ts";
import type { Reason } from "#contract/reasons.ts";

const minuteMs = 60_000;
/** Pauses after the first, second … failed try; then every four hours until it is given up (RFC 5321 section 4.5.4.1). */
const pausesMs = [1, 2, 5, 10, 20, 40, 60, 120, 240].map((minutes) => minutes * minuteMs);

/** How long to wait after so many tries; what the provider asks for counts, up to a day. */
export const pauseMs = (attempts: number, askedMs: number | null): number =>
  Math.max(
    pausesMs[Math.min(Math.max(attempts, 1), pausesMs.length) - 1] ?? 0,
    Math.min(askedMs ?? 0, 24 * 60 * minuteMs),
  );

const mostFilePauseMs = 5 * minuteMs;

/** A worker had a delivery in hand and could not begin for reasons of our own; the other side was not asked, so this is no try. */
export interface NotTried {
  readonly kind: "notTried";
}
const notTriedPauseMs = 5_000;

/** After this time without having left, a message is marked: putting off unknown senders takes minutes, not an hour. */
export const lateMs = 60 * minuteMs;

/** What to do with a provider's answer. `bad`: shown and marked; `reopens`: somebody has to act. */
export interface Verdict {
  readonly state: Extract<DeliveryState, "sent" | "waiting" | "failed" | "unknown">;
  readonly nextTryAt: string | null;
  readonly code: string | null;
  readonly reason: Reason | null;
  readonly detail: string;
  readonly providerId: string | null;
  readonly bad: boolean;
  readonly reopens: boolean;
  /** The claim used up no try: the pauses do not grow by it. */
  readonly uncounted: boolean;
}

/** Judges what became of a claim, a provider's answer as a rule. A try that would come after `giveUpAt` is not made any more. */
export const judge = (
  result: DeliveryResult | NotTried,
  delivery: { readonly attempts: number; readonly giveUpAt: string },
  now: Date,
): Verdict => {
  const reason = ("reason" in result ? result.reason : undefined) ?? null;
  const nothing = {
    nextTryAt: null,
    code: null,
    reason,
    providerId: null,
    bad: false,
    reopens: false,
    uncounted: false,
  };
  switch (result.kind) {
    case "accepted": {
      const refused = result.refused.map((each) => `${each.recipient}: ${each.code} ${each.detail}`).join("; ");
      return {
        ...nothing,
        state: "sent",
        detail: [result.detail, refused]
          .filter((part) => part !== "")
          .join(" — ")
          .slice(0, 2_000),
        providerId: result.providerId,
        code: result.refused[0]?.code ?? null,
        bad: refused !== "",
        reopens: refused !== "",
      };
    }
    case "refused":
      return { ...nothing, state: "failed", code: result.code, detail: result.detail, bad: true, reopens: true };
    case "unknown":
      return { ...nothing, state: "unknown", detail: result.detail, bad: true };
    case "notTried": {
      const next = new Date(now.getTime() + notTriedPauseMs).toISOString();
      return next > delivery.giveUpAt
        ? gaveUp(nothing, delivery.attempts, null, "")
        : { ...nothing, state: "waiting", nextTryAt: next, detail: "", uncounted: true };
    }
    case "tryLater": {
      const usual = pauseMs(delivery.attempts, result.afterMs);
      // What waits for the virus scanner is called when that is done; this is for the call that came a moment too early.
      const pause = reason?.code === "fileWaiting" ? Math.min(usual, mostFilePauseMs) : usual;
      const next = new Date(now.getTime() + pause);
      return next.toISOString() > delivery.giveUpAt
        ? gaveUp(nothing, delivery.attempts, result.code, result.detail)
        : { ...nothing, state: "waiting", nextTryAt: next.toISOString(), code: result.code, detail: result.detail };
    }
  }
};

const gaveUp = (
  nothing: Omit<Verdict, "state" | "detail">,
  count: number,
  code: string | null,
  detail: string,
): Verdict => ({
  ...nothing,
  state: "failed",
  code,
  reason: { code: "gaveUp", facts: { count } },
  detail,
  bad: true,
  reopens: true,
});

/** No such mailbox, no such domain, no address at all, moved, no mail taken there, switched off (RFC 3463, RFC 7505). */
const hardCodes = new Set(["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"]);
/** These may speak of anything: the words beside them decide. */
const vagueCodes = new Set(["5.1.0", "5.1.4", "550", "551", "553"]);
/** What a relay says of its customer, us: our sender address, our password, our standing, its own rules. */
const aboutUs =
  /relay|sender|\bfrom\b|log ?in|sign ?in|authenti|\bspf\b|dkim|dmarc|policy|spam|junk|block|black|reputation|\bip\b|\brdns\b|reverse|denied|permi(?:t|ss)|allowed|authori[sz]ed|not you/i;

/**
 * True when a refusal of a recipient says that the address itself is bad for good, not the message, the mailbox's size, our own address or our
 * standing. `words` are the other side's own. One wrong setting of ours must never close the addresses of everybody who was written to.
 */
export const isHard = (code: string | null, words: string): boolean =>
  code !== null && (hardCodes.has(code) || (vagueCodes.has(code) && !aboutUs.test(words)));

/**
 * Does a receipt prove that it comes from where the delivery went? By the delivery's own token always. Where the channel asks for tokens, one without
 * may be anybody's who knows the Message-ID: it is believed while nobody but the recipient can know it. Where none can be asked for, the Message-ID and
 * the recipient have to do, and it must be certain who is meant.
 */
export const isBelieved = (
  receipt: Pick<InboundReceipt, "asksForToken">,
  proof: { readonly byToken: boolean; readonly certain: boolean; readonly alone: boolean },
): boolean => proof.byToken || (proof.certain && (!receipt.asksForToken || proof.alone));

const order: readonly DeliveryState[] = ["held", "waiting", "sending", "unknown", "sent", "delivered", "read"];

/** The state after a receipt; null: the receipt says nothing new (it is late, or the message was never sent). */
export const afterReceipt = (state: DeliveryState, receipt: Pick<InboundReceipt, "state">): DeliveryState | null => {
  if (state === "withdrawn" || state === "held") return null;
  if (receipt.state === "failed") return state === "failed" ? null : "failed";
  if (receipt.state === "delayed")
    return state === "failed" || state === "delivered" || state === "read" ? null : state;
  return state === "failed" || order.indexOf(receipt.state) <= order.indexOf(state) ? null : receipt.state;
};
