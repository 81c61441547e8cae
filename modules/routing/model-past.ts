// What customers waited for on a past day, as the log tells it: the pieces of work that routing would have had. Called by routing/reads-preview.ts; pure.
import type { Message } from "#contract/concerns.ts";
import type { Actor, EventData, EventKind } from "#contract/events.ts";
import { workKindOf, type WorkKind } from "#contract/routing-book.ts";
import { usualMsOf, type WorkFacts } from "#modules/routing/model-book.ts";

/** The kinds of entries that tell it. */
export const pastKinds = [
  "concern.created",
  "concern.changed",
  "message.added",
] as const satisfies readonly EventKind[];

/** An entry of one concern, in the log's order. */
export interface PastEntry {
  readonly at: string;
  readonly kind: (typeof pastKinds)[number];
  readonly actor: Actor;
  readonly data: unknown;
}

/** A customer waits, until somebody answers or settles it. A chat is one piece for as long as its customer writes again soon after an answer. */
export interface PastPiece {
  readonly concernId: string;
  readonly kind: WorkKind;
  readonly arrivedAtMs: number;
  readonly dueAtMs: number | null;
  readonly facts: WorkFacts;
  /** Whose concern it was when it came. */
  readonly assigneeId: string | null;
  /** Who had answered last in it. */
  readonly lastAgentId: string | null;
  /** First answered or settled by an agent; null: by nobody, so far. */
  readonly answered: { readonly atMs: number; readonly agentId: string } | null;
  /** The last answer that belongs to it. */
  readonly lastMs: number | null;
  /** Ended without an agent; null: it did not. */
  readonly leftAtMs: number | null;
}

/** A chat whose customer writes again within so long after an answer goes on. */
export const chatGoesOnMs = 15 * 60_000;

/** What is known of the concern after an entry. */
interface Known {
  readonly brandId: string;
  readonly status: string;
  readonly priority: string;
  readonly topicId: string | null;
  readonly teamId: string | null;
  readonly language: string | null;
  readonly assigneeId: string | null;
  readonly waitingSince: string | null;
  readonly dueAt: string | null;
  readonly channels: readonly WorkChannel[];
}
type WorkChannel = Parameters<typeof workKindOf>[0];

const keys = [
  "brandId",
  "status",
  "priority",
  "topicId",
  "teamId",
  "language",
  "assigneeId",
  "waitingSince",
  "dueAt",
  "channels",
] as const satisfies readonly (keyof Known)[];

const patched = (known: Known | null, patch: Partial<Readonly<Record<keyof Known, unknown>>>): Known => {
  const next: Record<string, unknown> = { ...known };
  for (const key of keys) if (patch[key] !== undefined) next[key] = patch[key];
  return next as unknown as Known;
};

const waits = (known: Known | null): known is Known & { readonly waitingSince: string } =>
  known?.waitingSince != null && (known.status === "new" || known.status === "open");

type Draft = { -readonly [K in keyof PastPiece]: PastPiece[K] };

/** The pieces of one concern, in their order. Entries of one instant are one change. Empty: the log does not know how it began. */
export const piecesOf = (concernId: string, entries: readonly PastEntry[]): readonly PastPiece[] => {
  const pieces: Draft[] = [];
  let known: Known | null = null;
  let channel: WorkChannel | null = null;
  let lastAgentId: string | null = null;
  for (const moment of byInstant(entries)) {
    const atMs = Date.parse(moment[0]?.at ?? "");
    const before = known as Known | null;
    let answeredBy: string | null = null;
    let doneBy: string | null = null;
    for (const { kind, actor, data } of moment) {
      if (actor.kind === "agent") doneBy = actor.id;
      if (kind === "message.added") {
        const { direction, author, channelKind } = (data as { readonly message: Message }).message;
        if (direction === "in" && channelKind !== null) channel = channelKind;
        if (direction === "out" && author.kind === "agent") answeredBy = author.id;
      } else if (kind === "concern.created") known = patched(null, (data as EventData<"concern.created">).row);
      else if (known !== null) known = patched(known, (data as EventData<"concern.changed">).patch);
    }
    if (known === null) continue;
    const last = pieces.at(-1);
    if (waits(before) && !waits(known) && last !== undefined) end(last, atMs, answeredBy ?? doneBy);
    else if (answeredBy !== null && last !== undefined && last.answered !== null) goOn(last, atMs);
    if (waits(known) && (!waits(before) || before.waitingSince !== known.waitingSince))
      begin(pieces, {
        concernId,
        known,
        since: Date.parse(known.waitingSince),
        channel: channel ?? known.channels.at(-1) ?? null,
        lastAgentId,
      });
    else if (waits(known) && last !== undefined && last.answered === null)
      last.dueAtMs = known.dueAt === null ? null : Date.parse(known.dueAt);
    if (answeredBy !== null) lastAgentId = answeredBy;
  }
  return pieces;
};

const byInstant = (entries: readonly PastEntry[]): PastEntry[][] => {
  const moments: PastEntry[][] = [];
  for (const entry of entries)
    if (moments.at(-1)?.[0]?.at === entry.at) moments.at(-1)?.push(entry);
    else moments.push([entry]);
  return moments;
};

const end = (piece: Draft, atMs: number, agentId: string | null): void => {
  if (agentId === null) {
    // A chat that was answered before has not left because its last words need no answer.
    if (piece.answered === null) piece.leftAtMs = atMs;
    return;
  }
  piece.answered ??= { atMs, agentId };
  piece.lastMs = atMs;
};

const goOn = (piece: Draft, atMs: number): void => {
  if (piece.kind === "chat" && piece.lastMs !== null && atMs - piece.lastMs <= chatGoesOnMs) piece.lastMs = atMs;
};

const begin = (
  pieces: Draft[],
  {
    concernId,
    known,
    since,
    channel,
    lastAgentId,
  }: {
    readonly concernId: string;
    readonly known: Known;
    readonly since: number;
    readonly channel: WorkChannel | null;
    readonly lastAgentId: string | null;
  },
): void => {
  if (channel === null) return;
  const kind = workKindOf(channel);
  const last = pieces.at(-1);
  if (last?.arrivedAtMs === since) {
    // The answer was taken back, or it woke again: it still waits for what it waited for.
    last.answered = null;
    last.lastMs = null;
    last.leftAtMs = null;
    return;
  }
  if (last !== undefined && kind === "chat" && last.kind === "chat" && last.lastMs !== null)
    if (since - last.lastMs <= chatGoesOnMs) return;
  const { brandId, topicId, priority, language, teamId, dueAt, assigneeId } = known;
  pieces.push({
    concernId,
    kind,
    arrivedAtMs: since,
    dueAtMs: dueAt === null ? null : Date.parse(dueAt),
    facts: { brandId, topicId, channelKind: channel, priority, language, teamId, tierId: null },
    assigneeId,
    lastAgentId,
    answered: null,
    lastMs: null,
    leftAtMs: null,
  });
};

/** An agent did something in a concern. */
export interface PastAct {
  readonly atMs: number;
  readonly concernId: string;
}

/** How long writing an answer takes at most; who did nothing for longer was elsewhere. */
const mostWritingMs = 30 * 60_000;
const leastWritingMs = 15_000;

/**
 * For how long the agent wrote at the first answer: since it came, or since they last did something in another concern, whichever was later. Null: nobody
 * knows, because the agent did nothing before it, or nothing for half an hour.
 */
export const writingMsOf = (piece: PastPiece, actsOf: ReadonlyMap<string, readonly PastAct[]>): number | null => {
  const { answered } = piece;
  if (answered === null) return null;
  const before = actsOf
    .get(answered.agentId)
    ?.findLast(({ atMs, concernId }) => atMs < answered.atMs && concernId !== piece.concernId);
  if (before === undefined) return null;
  const tookMs = answered.atMs - Math.max(before.atMs, piece.arrivedAtMs);
  return tookMs > mostWritingMs ? null : Math.max(tookMs, leastWritingMs);
};

/** The one in the middle of what is known of a kind; what is usual when nothing is. */
export const middleOf = (kind: WorkKind, known: readonly number[]): number =>
  known.length === 0 ? usualMsOf(kind) : (known.toSorted((a, b) => a - b)[known.length >> 1] as number);
