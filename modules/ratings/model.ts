// Decides whether a customer is asked how a concern was settled, and what a link to the answer is. Called by ratings/actions.ts and server/start.ts; pure.
import type { Status } from "#contract/concerns.ts";
import type { RatingRule } from "#contract/ratings.ts";

/** As long as nobody has said otherwise: nobody is asked. */
export const noRule: RatingRule = { enabled: false, delayMinutes: 60, windowDays: 14, pauseDays: 30, reopens: false };

const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;
/** So long after its time a question still makes sense, for example when the server was away; never after its own window. */
const latestMs = 3 * dayMs;

/** When a question is due that belongs to a resolution. */
export const dueAfter = (resolvedAt: string, { delayMinutes }: RatingRule): number =>
  Date.parse(resolvedAt) + delayMinutes * minuteMs;

/** What is known when the time to ask has come. */
export interface Asking {
  readonly now: number;
  readonly dueAt: number;
  readonly status: Status;
  /** Everything of it went to another concern. */
  readonly isMerged: boolean;
  /** Somebody answered. */
  readonly answered: boolean;
  readonly tags: readonly string[];
  /** What the customer said last was said by a machine. */
  readonly isMachine: boolean;
  /** The address is shown to be the customer's, and can be written to. */
  readonly sure: boolean;
  /** They do not want to be asked. */
  readonly silent: boolean;
  /** When the same customer or address was asked last; null: never. */
  readonly lastAskedAt: number | null;
  readonly rule: RatingRule;
}

const noCustomers = ["spam", "flood", "automatic"];

/** Why somebody is not asked; null: they are. "early": the concern was opened and settled again, so that its time is still to come. */
export const notAsked = (
  a: Asking,
):
  | "off"
  | "reopened"
  | "merged"
  | "early"
  | "unanswered"
  | "spam"
  | "machine"
  | "unsure"
  | "silent"
  | "recently"
  | "late"
  | null => {
  if (!a.rule.enabled) return "off";
  if (a.isMerged) return "merged";
  if (a.status !== "resolved" && a.status !== "closed") return "reopened";
  if (a.now < a.dueAt) return "early";
  if (!a.answered) return "unanswered";
  if (a.tags.some((tag) => noCustomers.includes(tag.toLowerCase()))) return "spam";
  if (a.isMachine) return "machine";
  if (!a.sure) return "unsure";
  if (a.silent) return "silent";
  if (a.lastAskedAt !== null && a.now - a.lastAskedAt < a.rule.pauseDays * dayMs) return "recently";
  return a.now - a.dueAt > Math.min(latestMs, a.rule.windowDays * dayMs) ? "late" : null;
};

/** The proof in a link, by the centre's secret. */
type Mac = (purpose: string, text: string) => string;
const proofOf = (mac: Mac, id: string): string => mac("rating", id).slice(0, 32);

/** What a link to a question carries: its id, and the proof that we gave it out. Always the same; how long it is taken stands with the question. */
export const tokenFor = (mac: Mac, id: string): string => `${id}.${proofOf(mac, id)}`;

const form = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.([\w-]{32})$/;

/** The question a link speaks of; null: it is none of ours. */
export const ratingIdIn = (
  by: { readonly mac: Mac; readonly same: (a: string, b: string) => boolean },
  token: string,
): string | null => {
  const [, id = "", proof = ""] = form.exec(token) ?? [];
  return id !== "" && by.same(proof, proofOf(by.mac, id)) ? id : null;
};
