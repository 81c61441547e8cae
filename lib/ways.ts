// Which of several ways to reach somebody is the best now, and why; the others with what stands against them. Pure: the same in the server, which
// knows the ways, and in the browser, which knows who is here. Called by modules/concerns/reads-open.ts and web/state/composing.ts.

/** What lasts longer than a moment and stands against a way. */
export type Hindrance =
  /** The channel is switched off. */
  | "channelOff"
  /** It is not set so that something could leave by it. */
  | "cannotSend"
  /** There is no address for it. */
  | "noAddress"
  /** What went there came back for good. */
  | "suppressed"
  /** Nobody may be written to there who has not written first. */
  | "notFirst";

/** What the rule looks at. Times are instants in UTC. */
export interface WayFacts {
  readonly value: string;
  /** Decides between ways that are equal in everything else. */
  readonly channelName: string;
  readonly hindrance: Hindrance | null;
  /** The address is the person's own; false: it belonged to another record that was joined to theirs. */
  readonly own: boolean;
  /** The last message asks for the answer there; "unsure": and nobody vouches for who wrote that. */
  readonly asked: "sure" | "unsure" | null;
  /** The last message came from there. */
  readonly wroteHere: boolean;
  /** By this kind of channel the person wants to be answered. */
  readonly wished: boolean;
  /** The address was marked as the one to prefer. */
  readonly preferred: boolean;
  readonly verified: boolean;
  /** What is said there waits until they fetch it: it reaches them only while they are here. */
  readonly kept: boolean;
  /** It rings where they are. */
  readonly atOnce: boolean;
  /** What a message costs, in hundredths of the currency; null: nothing is known of a price. */
  readonly cents: number | null;
  /** Until when may be written; null: always. */
  readonly closesAt: string | null;
  /** When something last came from there or went there; "": never. */
  readonly usedAt: string;
}

/** What is so just now. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly urgent: boolean;
  /** The addresses at which the person sits and reads. */
  readonly here: readonly string[];
}

/** Why a way is offered; the strongest that is true of it. */
export type WayReason =
  | "here"
  | "atOnce"
  | "arrives"
  | "wished"
  | "replyTo"
  | "lastUsed"
  | "preferred"
  | "verified"
  | "known"
  | "cheaper"
  | "merged";
export type WayBlock = Hindrance | "windowClosed";

export interface Judgement {
  readonly reason: WayReason;
  readonly blocked: WayBlock | null;
}

/** Why a way cannot be used at this time; null: it can. */
export const blockOf = (way: Pick<WayFacts, "hindrance" | "closesAt">, now: number): WayBlock | null =>
  way.hindrance ?? (way.closesAt !== null && Date.parse(way.closesAt) <= now ? "windowClosed" : null);

/**
 * The ways, best first, each with its reason and what stands against it:
 *
 * 1. what can be used before what cannot;
 * 2. the person's own addresses before those of a record that was joined to theirs: these only somebody chooses;
 * 3. where they are now;
 * 4. when it is urgent: what rings where they are, then what arrives without being fetched, at addresses that have been shown to be theirs;
 * 5. how they want to be answered;
 * 6. where the last message wants its answer (when its sender is sure), where it came from, where it wants its answer (when nobody vouches for that);
 * 7. the address marked as preferred, then verified ones, then others;
 * 8. of ways that are equal so far the cheaper one; then the one used last, then by name.
 *
 * The same facts give the same order, whatever order they came in.
 */
export const rankWays = <W extends WayFacts>(ways: readonly W[], moment: Moment): (W & Judgement)[] => {
  const judged = ways.map((way) => judge(way, moment));
  const ordered = judged.toSorted((a, b) => compareKeys(a.key, b.key) || compareCosts(a.way, b.way));
  const usable = ordered.filter(({ blocked }) => blocked === null);
  // What waits to be fetched is worth a word only where it is there to be passed over.
  const passesOver = moment.urgent && usable.some(({ way, reason }) => way.own && way.kept && reason !== "here");
  return ordered.map(({ way, key, reason, blocked, rank }) => {
    const isPlain = blocked === null && reason !== "merged" && reason !== "here";
    const isCheaper = usable.some(
      (other) => compareKeys(key, other.key) === 0 && (way.cents ?? 0) < (other.way.cents ?? 0),
    );
    const said = isPlain && passesOver && rank === 1 ? "arrives" : isPlain && isCheaper ? "cheaper" : reason;
    return { ...way, reason: said, blocked };
  });
};

interface Judged<W> {
  readonly way: W;
  readonly reason: WayReason;
  readonly blocked: WayBlock | null;
  /** How soon it reaches them when that matters: 0 at once, 1 without being fetched, 2 otherwise. */
  readonly rank: number;
  /** What comes before what, most important first. */
  readonly key: readonly number[];
}

const judge = <W extends WayFacts>(way: W, { now, urgent, here }: Moment): Judged<W> => {
  const blocked = blockOf(way, now);
  const isHere = blocked === null && way.own && here.includes(way.value);
  const isShown = way.verified || way.wroteHere || way.asked === "sure" || way.preferred;
  const rank = !urgent || !isShown ? 2 : way.atOnce ? 0 : way.kept ? 2 : 1;
  const [place, usual] = usualReason(way);
  const reason: WayReason = !way.own
    ? "merged"
    : isHere
      ? "here"
      : rank === 0
        ? "atOnce"
        : way.wished
          ? "wished"
          : usual;
  return {
    way,
    reason,
    blocked,
    rank,
    key: [Number(blocked !== null), Number(!way.own), Number(!isHere), rank, Number(!way.wished), place],
  };
};

/** What speaks for an address when nothing of the moment does, and its place among the others. */
const usualReason = (way: WayFacts): readonly [number, WayReason] =>
  way.asked === "sure"
    ? [0, "replyTo"]
    : way.wroteHere
      ? [1, "lastUsed"]
      : way.asked === "unsure"
        ? [2, "replyTo"]
        : way.preferred
          ? [3, "preferred"]
          : way.verified
            ? [4, "verified"]
            : [5, "known"];

const compareKeys = (a: readonly number[], b: readonly number[]): number => {
  for (const [index, one] of a.entries()) {
    const difference = one - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

const compareCosts = (a: WayFacts, b: WayFacts): number =>
  (a.cents ?? 0) - (b.cents ?? 0) ||
  compare(b.usedAt, a.usedAt) ||
  compare(a.channelName, b.channelName) ||
  compare(a.value, b.value);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
