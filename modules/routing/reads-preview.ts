// How the work of a past day would have gone with another book. Called by routing/routes-book.ts.
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { RoutingBook, WorkKind } from "#contract/routing-book.ts";
import type { PlayedDay } from "#contract/routing-endpoints.ts";
import { dayAfter, instantOf, isTimeZone } from "#lib/timeZone.ts";
import { actsBetween, concernsBetween, numberAt, ofConcerns, type Act } from "#modules/audit/reads.ts";
import { mayHaveWaited, standingsIn } from "#modules/concerns/reads-work.ts";
import { factsFor, groundWith, opensAt, readGround, type Ground } from "#modules/routing/reads-ground.ts";
import { isLive, judgeBook } from "#modules/routing/model-book.ts";
import {
  middleOf,
  pastKinds,
  piecesOf,
  writingMsOf,
  type PastAct,
  type PastEntry,
  type PastPiece,
} from "#modules/routing/model-past.ts";
import { playDay, type DayAgent, type DayPiece, type DayToPlay } from "#modules/routing/model-preview.ts";
import type { PresenceState } from "#modules/routing/model-shapes.ts";
import { importanceOf } from "#modules/routing/model-wants.ts";
import { knownThings } from "#modules/routing/reads-book.ts";
import { stretchesBetween, waitsOf, type PastWait } from "#modules/routing/store-preview.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** At most so many pieces that came on the day, and as many concerns that may have waited before it, are played: an answer within some seconds. */
const mostPieces = 5_000;
const mostBefore = 1_000;
const mostActs = 200_000;
const atOnce = 200;
/** Numbers of the log are in the order of time but for what was written at once. */
const slackMs = 60_000;

/**
 * Plays what came on that day of that time zone by a drafted book, with the agents who were there and what they are set up for today. Writes nothing. Refuses
 * what `judgeBook` refuses ("book.queues.0.name"), and as invalidInput a zone or day there is not, and one that has not begun.
 */
export const previewOf = async (
  world: Pick<World, "db" | "now">,
  given: { readonly book: RoutingBook; readonly day: string; readonly zone: string },
): Promise<PlayedDay | Refusal> => {
  const { db } = world;
  const book = judgeBook(given.book, await knownThings(db));
  if (isRefusal(book)) return { ...book, field: `book.${book.field}` };
  if (!isTimeZone(given.zone)) return refuse("invalidInput", {}, "zone");
  const fromMs = instantOf({ day: given.day, minute: 0 }, given.zone);
  const now = world.now().getTime();
  if (fromMs >= now) return refuse("invalidInput", {}, "day");
  const toMs = Math.min(now, instantOf({ day: dayAfter(given.day, 1), minute: 0 }, given.zone));
  const ground: Ground = groundWith(await readGround(db), book);
  const time = { fromMs, toMs, from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
  const { concernIds, acts } = await traces(db, time);
  const past: StandingPiece[] = [];
  const waits = new Map<string, PastWait>();
  for (let begin = 0; begin < concernIds.length; begin += atOnce) {
    const ids = concernIds.slice(begin, begin + atOnce);
    const entries = Map.groupBy(await ofConcerns(db, ids, pastKinds), ({ concernId }) => concernId);
    const standings = await standingsIn(db, ids);
    for (const [id, those] of entries)
      for (const piece of piecesOf(id, those as unknown as readonly PastEntry[])) {
        const { tierId, agentId } = standings.get(id) ?? { tierId: null, agentId: null };
        past.push({ ...piece, facts: { ...piece.facts, tierId }, accountAgentId: agentId });
      }
    for (const wait of await waitsOf(db, ids)) waits.set(keyOf(wait.concernId, Date.parse(wait.arrivedAt)), wait);
  }
  const { pieces, more } = dayPieces(past, waits, acts, ground, time);
  const day: DayToPlay = {
    fromMs,
    toMs,
    book,
    parents: ground.parents,
    pieces,
    agents: await dayAgents(db, ground, acts, time),
    openings: openingsOf(ground, time),
  };
  const playing = playDay(day);
  let turn = playing.next();
  while (turn.done !== true) {
    await new Promise((resolve) => setImmediate(resolve));
    turn = playing.next();
  }
  return { ...turn.value, more };
};

/** A piece with what counts for its customer today: the log of that day does not tell it. */
interface StandingPiece extends PastPiece {
  readonly accountAgentId: string | null;
}

interface Time {
  readonly fromMs: number;
  readonly toMs: number;
  readonly from: string;
  readonly to: string;
}

const keyOf = (concernId: string, arrivedAtMs: number): string => `${concernId} ${arrivedAtMs}`;

/** What the log has of the day: concerns in which something happened or may have waited, and what each agent did. */
const traces = async (
  tx: Tx,
  { fromMs, toMs, from, to }: Time,
): Promise<{ readonly concernIds: readonly string[]; readonly acts: ReadonlyMap<string, readonly PastAct[]> }> => {
  const first = await numberAt(tx, new Date(fromMs - slackMs).toISOString());
  const last = await numberAt(tx, new Date(toMs + slackMs).toISOString());
  const touched = await concernsBetween(tx, first, last, pastKinds, 2 * mostPieces);
  const before = await mayHaveWaited(tx, from, to, mostBefore);
  const acts = (await actsBetween(tx, first, last, mostActs)).filter(({ at }) => at >= from && at < to);
  const actOf = ({ at, concernId }: Act): PastAct => ({ atMs: Date.parse(at), concernId });
  return {
    concernIds: [...new Set([...touched, ...before])].toSorted(),
    acts: new Map([...Map.groupBy(acts, ({ agentId }) => agentId)].map(([id, theirs]) => [id, theirs.map(actOf)])),
  };
};

/** The pieces of the day, with those that waited already when it began. `more`: not all that came are among them. */
const dayPieces = (
  past: readonly StandingPiece[],
  waits: ReadonlyMap<string, PastWait>,
  acts: ReadonlyMap<string, readonly PastAct[]>,
  ground: Ground,
  { fromMs, toMs }: Time,
): { readonly pieces: readonly DayPiece[]; readonly more: boolean } => {
  const known = past.map((piece) => {
    const wait = waits.get(keyOf(piece.concernId, piece.arrivedAtMs));
    return { piece, wait, writingMs: writingMsOf(piece, acts) };
  });
  const writing = new Map<WorkKind, number[]>();
  for (const { piece, writingMs } of known)
    if (writingMs !== null) writing.set(piece.kind, [...(writing.get(piece.kind) ?? []), writingMs]);
  const of = ({ piece, wait, writingMs }: (typeof known)[number]): DayPiece | null => {
    const { kind, arrivedAtMs, concernId, assigneeId, lastAgentId, accountAgentId, facts } = piece;
    const answered =
      wait === undefined
        ? piece.answered
        : wait.answeredAt === null || wait.agentId === null
          ? null
          : { atMs: Date.parse(wait.answeredAt), agentId: wait.agentId };
    const leftAtMs = wait === undefined ? piece.leftAtMs : wait.leftAt === null ? null : Date.parse(wait.leftAt);
    const overMs = Math.min(answered?.atMs ?? Infinity, leftAtMs ?? Infinity);
    if (arrivedAtMs >= toMs || (arrivedAtMs < fromMs && overMs < fromMs)) return null;
    const wroteMs = writingMs ?? middleOf(kind, writing.get(kind) ?? []);
    const talkedMs = piece.answered === null || piece.lastMs === null ? 0 : piece.lastMs - piece.answered.atMs;
    const serving = (id: string | null): string[] => (id !== null && ground.serves(id, facts.brandId) ? [id] : []);
    return {
      id: keyOf(concernId, arrivedAtMs),
      kind,
      facts,
      arrivedAtMs,
      dueAtMs: piece.dueAtMs,
      importance: importanceOf[facts.priority] ?? 0,
      preferredAgentIds: [...new Set([assigneeId, lastAgentId, accountAgentId].flatMap(serving))],
      givenTo: isLive(kind) ? null : (serving(assigneeId)[0] ?? null),
      handleMs: wait !== undefined && wait.heldMs > 0 ? wait.heldMs : wroteMs + talkedMs,
      answerMs: wait === undefined ? wroteMs : 0,
      leavesAtMs: leftAtMs,
      was: answered !== null && answered.atMs < toMs ? answered : null,
    };
  };
  const all = known
    .flatMap((one) => of(one) ?? [])
    .toSorted((a, b) => a.arrivedAtMs - b.arrivedAtMs || (a.id < b.id ? -1 : 1));
  const came = all.filter(({ arrivedAtMs }) => arrivedAtMs >= fromMs);
  const before = all.filter(({ arrivedAtMs }) => arrivedAtMs < fromMs);
  return { pieces: [...before, ...came.slice(0, mostPieces)], more: came.length > mostPieces };
};

/** Everybody who works here, as routing knew them; who was never there for it, between the first and the last thing they did. */
const dayAgents = async (
  tx: Tx,
  ground: Ground,
  acts: ReadonlyMap<string, readonly PastAct[]>,
  { fromMs, toMs, from, to }: Time,
): Promise<readonly DayAgent[]> => {
  const known = Map.groupBy(await stretchesBetween(tx, [...ground.agents.keys()], from, to), ({ agentId }) => agentId);
  return [...ground.agents.values()].map((agent): DayAgent => {
    const facts = factsFor(ground, agent);
    const stretches = (known.get(agent.id) ?? [])
      .map(({ beganAt, endedAt, state }) => ({
        fromMs: Math.max(fromMs, Date.parse(beganAt)),
        toMs: endedAt === null ? toMs : Math.min(toMs, Date.parse(endedAt)),
        // The work after a piece of work is the engine's own to give.
        state: (state === "wrapUp" ? "available" : state) as PresenceState,
      }))
      .filter((stretch) => stretch.state !== "offline" && stretch.toMs > stretch.fromMs);
    const theirs = acts.get(agent.id);
    const [first, last] = [theirs?.[0], theirs?.at(-1)];
    if (known.has(agent.id) || first === undefined || last === undefined) return { ...facts, stretches };
    return { ...facts, stretches: [{ fromMs: first.atMs, toMs: last.atMs + 1, state: "available" }] };
  });
};

const openingsOf = (ground: Ground, { fromMs, toMs }: Time): DayToPlay["openings"] => {
  const openings: { queueId: string; atMs: number; open: boolean }[] = [];
  const stands = new Map<string, boolean>();
  for (let atMs: number | null = fromMs; atMs !== null && atMs < toMs;) {
    const { open, nextMs } = opensAt(ground, new Date(atMs));
    for (const [queueId, isOpen] of open)
      if ((stands.get(queueId) ?? true) !== isOpen) openings.push({ queueId, atMs, open: isOpen });
    for (const [queueId, isOpen] of open) stands.set(queueId, isOpen);
    atMs = nextMs;
  }
  return openings;
};
