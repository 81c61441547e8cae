// What is to be seen in somebody's work: which offers ring, what is held in which order, what ran out, how full somebody is. Pure; called by work.ts and the screens.
import type { Result } from "#contract/endpoint.ts";
import type { routing } from "#contract/routing-endpoints.ts";
import type { RoutingBook, WorkKind } from "#contract/routing-book.ts";
import type { WorkRow } from "#contract/routing.ts";

export type MyWork = Result<typeof routing.mine>;

/** An offer of its own: the same piece that comes again rings again. */
export const offerKey = ({ id, token }: Pick<WorkRow, "id" | "token">): string => `${id} ${token}`;

const inOrder = (a: WorkRow, b: WorkRow): number =>
  a.urgencyAt.localeCompare(b.urgencyAt) || a.arrivedAt.localeCompare(b.arrivedAt) || a.id.localeCompare(b.id);

/** The offers to answer, the most urgent first; those that are answered already are not among them. */
export const offersOf = (now: MyWork | null, answered: ReadonlySet<string>): readonly WorkRow[] =>
  (now?.work ?? []).filter((row) => row.state === "offered" && !answered.has(offerKey(row))).toSorted(inOrder);

/** What is held: first what is worked on, by urgency, then what rests, then what is parked. */
export const heldOf = (now: MyWork | null): readonly WorkRow[] =>
  (now?.work ?? [])
    .filter((row) => row.state === "held")
    .toSorted((a, b) => restOrder[a.rest] - restOrder[b.rest] || inOrder(a, b));

const restOrder = { none: 0, dormant: 1, parked: 2 } as const;

/** The piece after the open one among those that are worked on (all, when none is); from elsewhere the first. */
export const nextPiece = (held: readonly WorkRow[], open: number | null): WorkRow | undefined => {
  const active = held.filter((row) => row.rest === "none");
  const among = active.length > 0 ? active : held;
  const at = among.findIndex((row) => row.number === open);
  const next = among[(at + 1) % Math.max(1, among.length)];
  return next?.number === open ? undefined : next;
};

/** A word may take a moment to come: an offer that is gone so shortly before its end ran out. In milliseconds. */
const nearMs = 1_000;

/** Offers that are gone, that nobody of mine answered, and whose time was over. */
export const missedOffers = (
  before: readonly WorkRow[],
  after: readonly WorkRow[],
  answered: ReadonlySet<string>,
  nowMs: number,
): readonly WorkRow[] => {
  const there = new Map(after.map((row) => [row.id, row]));
  return before.filter((row) => {
    if (row.state !== "offered" || answered.has(offerKey(row)) || row.until === null) return false;
    const now = there.get(row.id);
    const gone = now === undefined || (now.state === "offered" && now.token !== row.token);
    return gone && Date.parse(row.until) <= nowMs + nearMs;
  });
};

/** When something of mine ends by itself next: an offer, a wrap-up, what is parked or kept; null: nothing does. In milliseconds since 1970. */
export const changesAt = (now: MyWork | null, nowMs: number): number | null => {
  const ends = [now?.presence.until ?? null, ...(now?.work ?? []).map((row) => row.until)]
    .flatMap((at) => (at === null ? [] : [Date.parse(at)]))
    .filter((at) => at > nowMs);
  // A day or more ahead a timer would not hold, and the desk has heard of it long before.
  const next = Math.min(...ends);
  return next - nowMs < 86_400_000 ? next : null;
};

/** How much of an offer's time is left: seconds, and the share of the whole from 1 to 0. */
export const leftOf = (
  row: Pick<WorkRow, "until" | "queueId">,
  book: RoutingBook | null,
  nowMs: number,
): { readonly seconds: number; readonly share: number } => {
  if (row.until === null) return { seconds: 0, share: 0 };
  const leftMs = Math.max(0, Date.parse(row.until) - nowMs);
  const wholeMs = (book?.queues.find(({ id }) => id === row.queueId)?.offerSeconds ?? 20) * 1000;
  return { seconds: Math.ceil(leftMs / 1000), share: Math.min(1, leftMs / wholeMs) };
};

/** So many seconds as they are spoken: by ten, so that nothing chatters. */
export const spokenSeconds = (seconds: number): number => Math.ceil(seconds / 10) * 10;

/** How many of each kind are held and worked on, in the order of the kinds' weight for a person. */
export const kindsHeld = (held: readonly WorkRow[]): readonly { readonly kind: WorkKind; readonly count: number }[] => {
  const counts = new Map<WorkKind, number>();
  for (const row of held) if (row.rest === "none") counts.set(row.kind, (counts.get(row.kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => ({ kind, count }));
};

/** A reason's name; empty: none, or one that is no more. */
export const reasonName = (book: RoutingBook | null, reason: string): string =>
  book?.reasons.find(({ id }) => id === reason)?.name ?? "";

/** Who is available can take something by themselves. */
export const isThere = (now: MyWork | null): boolean => now?.presence.state === "available";
