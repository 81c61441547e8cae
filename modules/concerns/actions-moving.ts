// Taking messages from one concern into another of the same customer: into a new one (split), into one that is there (move), all of them (merge).
// Called by concerns/routes-moving.ts and the demo world. Taking it back: actions-moving-back.ts.
import { asActor, type AgentActor } from "#contract/actor.ts";
import type { ConcernRow, Move } from "#contract/concerns.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { ConcernId, MessageId, PartyId } from "#contract/ids.ts";
import type { ChosenMessages } from "#contract/moving.ts";
import { promised } from "#modules/concerns/actions-promises.ts";
import { say, type Said } from "#modules/audit/actions.ts";
import { lockFor } from "#modules/concerns/actions-locks.ts";
import { failureAfter, moveSaid, rearrange, saidOfRows, type Side } from "#modules/concerns/actions-places.ts";
import { linked } from "#modules/concerns/actions-saving.ts";
import {
  cleanSubject,
  emptyConcern,
  lineOf,
  rowOf,
  subjectFor,
  undoable,
  withStatus,
  type ConcernState,
} from "#modules/concerns/model.ts";
import { byTime, retold, standsBehind, waitsIn, type Line } from "#modules/concerns/model-moving.ts";
import { rowById, rowByNumber } from "#modules/concerns/reads.ts";
import {
  insertMove,
  linesOf,
  moveAllDrafts,
  moveByKey,
  moveDrafts,
  setMergedInto,
} from "#modules/concerns/store-moving.ts";
import { insertConcern, updateConcern } from "#modules/concerns/store-saving.ts";
import { lastOfCustomer, linkBetween, lockKey, partiesOf, upsertLink } from "#modules/concerns/store.ts";
import { indexConcern } from "#modules/search/actions.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** Both concerns as they are now. */
export interface MovedBetween {
  readonly from: ConcernRow;
  readonly to: ConcernRow;
}

/**
 * Begins a new concern with some messages of another one. Every message keeps its channel, address, time, delivery state and files, and what refers to it
 * goes with it. The new one has the customer, brand, assignee, team, language and priority of the old one. Refuses moveNothing (none of them is there) and
 * moveAll (nothing would be left). Once under a key.
 */
export const split = (
  world: World,
  who: AgentActor,
  input: {
    readonly id: ConcernId;
    readonly key: string;
    readonly messages: ChosenMessages;
    readonly subject: string | null;
  },
): Promise<MovedBetween | Refusal> =>
  world.db.transaction(async (tx) => {
    const known = await again(tx, who, input.key, input.id);
    if (known !== null) return known;
    const source = await lockFor(tx, who, input.id, "concern.change");
    if (isRefusal(source)) return source;
    const lines = await linesOf(tx, source.id);
    const moving = chosenOf(lines, input.messages);
    const [first] = moving;
    if (first === undefined) return refuse("moveNothing", undefined, "messages");
    if (leavesNothing(lines, moving)) return refuse("moveAll", undefined, "messages");
    const fresh: ConcernState = {
      ...emptyConcern({
        id: world.newId() as ConcernId,
        brandId: source.brandId,
        subject: input.subject === null ? subjectOf(source, moving) : lineOf(input.subject, 500),
        customerId: source.customerId,
        customerName: source.customerName,
        tierId: source.tierId,
        language: source.language,
        at: first.at,
        status: source.status === "new" ? "new" : "open",
        teamId: source.teamId,
        assigneeId: source.assigneeId,
      }),
      priority: source.priority,
    };
    return carryOut(world, tx, who, {
      key: input.key,
      what: "split",
      source,
      lines,
      moving,
      target: fresh,
      there: null,
    });
  });

/**
 * Takes messages into another concern of the same customer and brand, where they stand by their time; `messages` null: all of them. A concern of which
 * nothing is left is merged: closed, linked, and what still comes for it goes on in the other one. Refuses moveToItself, notFound (number),
 * moveOtherCustomer, moveOtherBrand, concernMerged and moveNothing. Once under a key.
 */
export const move = (
  world: World,
  who: AgentActor,
  input: {
    readonly id: ConcernId;
    readonly key: string;
    readonly messages: ChosenMessages | null;
    readonly number: number;
  },
): Promise<MovedBetween | Refusal> =>
  world.db.transaction(async (tx) => {
    const known = await again(tx, who, input.key, input.id);
    if (known !== null) return known;
    const found = await rowByNumber(tx, input.number);
    if (found?.id === input.id) return refuse("moveToItself", undefined, "number");
    const pair = await lockTwo(tx, who, input.id, found?.id ?? null);
    if (isRefusal(pair)) return pair;
    const { source, target } = pair;
    if (target.customerId !== source.customerId) return refuse("moveOtherCustomer", undefined, "number");
    if (target.brandId !== source.brandId) return refuse("moveOtherBrand", undefined, "number");
    if (target.mergedInto) return refuse("concernMerged", undefined, "number");
    const lines = await linesOf(tx, source.id);
    const moving = input.messages === null ? lines : chosenOf(lines, input.messages);
    if (!moving.some(isSaid)) return refuse("moveNothing", undefined, "messages");
    const isAll = leavesNothing(lines, moving);
    return carryOut(world, tx, who, {
      key: input.key,
      what: isAll ? "merge" : "move",
      source,
      lines,
      // What was taken back, and what only the program said, stays behind no more than the rest.
      moving: isAll ? lines : moving,
      target,
      there: await linesOf(tx, target.id),
    });
  });

/** Both, locked in the order of their ids, when this agent may change both. */
const lockTwo = async (
  tx: Tx,
  who: AgentActor,
  id: ConcernId,
  other: ConcernId | null,
): Promise<{ readonly source: ConcernState; readonly target: ConcernState } | Refusal> => {
  const locked = new Map<string, ConcernState | Refusal>();
  for (const each of [id, ...(other === null ? [] : [other])].toSorted())
    locked.set(each, await lockFor(tx, who, each, "concern.change"));
  const source = locked.get(id) ?? refuse("notFound");
  if (isRefusal(source)) return source;
  const target = other === null ? undefined : locked.get(other);
  if (target === undefined) return refuse("notFound", undefined, "number");
  return isRefusal(target) ? { ...target, field: "number" } : { source, target };
};

/** What was done under this key before; null: nothing. From now on nobody else does anything under it. */
const again = async (tx: Tx, who: AgentActor, key: string, id: ConcernId): Promise<MovedBetween | Refusal | null> => {
  await lockKey(tx, key);
  const known = await moveByKey(tx, key);
  if (known === undefined) return null;
  if (known === null || known.actor.id !== who.id || known.fromId !== id)
    return refuse("invalidInput", undefined, "key");
  if (known.undone) return refuse("takenBack");
  const [from, to] = [await rowById(tx, known.fromId), await rowById(tx, known.toId)];
  return from === null || to === null ? refuse("notFound") : { from, to };
};

/** Said by somebody and still standing: what a concern is about. */
const isSaid = (line: Line): boolean =>
  !line.withdrawn && line.direction !== "system" && !(line.automatic && line.direction === "out");

const leavesNothing = (lines: readonly Line[], moving: readonly Line[]): boolean => {
  const gone = new Set(moving.map(({ id }) => id));
  return !lines.some((line) => isSaid(line) && !gone.has(line.id));
};

/** The chosen messages in their order, and the mails by which colleagues were told of them: an answer to such a mail goes where the message is. */
const chosenOf = (lines: readonly Line[], chosen: ChosenMessages): Line[] => {
  const begin = "from" in chosen ? lines.findIndex(({ id, withdrawn }) => id === chosen.from && !withdrawn) : -1;
  const named = new Set<string>("only" in chosen ? chosen.only : []);
  const isChosen = (line: Line, index: number): boolean =>
    "from" in chosen ? begin !== -1 && index >= begin : named.has(line.id) && !line.withdrawn;
  const ids = new Set(lines.filter(isChosen).map(({ id }) => id));
  if (!lines.some((line) => ids.has(line.id) && isSaid(line))) return [];
  return lines.filter(
    (line) => ids.has(line.id) || (line.direction === "system" && line.answersId !== null && ids.has(line.answersId)),
  );
};

/** The first message's own subject where it is another one than the concern's, else how it begins. */
const subjectOf = (source: ConcernState, moving: readonly Line[]): string => {
  const first = moving.find((line) => line.direction === "in") ?? moving.find(isSaid);
  const own = cleanSubject(first?.subject ?? null);
  return own !== "" && own !== source.subject ? own : subjectFor(null, first?.text ?? "");
};

interface Moving {
  readonly key: string;
  readonly what: Move["what"];
  readonly source: ConcernState;
  readonly lines: readonly Line[];
  readonly moving: readonly Line[];
  readonly target: ConcernState;
  /** What stands in the target; null: it is to be made. */
  readonly there: readonly Line[] | null;
}

/** What the concern that gives becomes, and the one that takes. */
const rowsAfter = (
  { what, source, moving, target, there }: Moving,
  orders: { readonly from: readonly Line[]; readonly to: readonly Line[] },
  at: string,
): { readonly from: ConcernState; readonly to: ConcernState } => {
  const here = waitsIn(source);
  const thereToo = waitsIn(target);
  const left = retold(source, orders.from, here);
  const taken = retold(target, orders.to, (line) => (line.concernId === source.id ? here(line) : thereToo(line)));
  const from = what === "merge" ? withStatus({ ...left, waitingSince: null }, "closed", at) : left;
  if (there !== null || taken.waitingSince !== null) return { from, to: taken };
  const isDone = source.status === "resolved" || source.status === "closed";
  const answered = moving.some((line) => line.direction === "out" && !line.automatic && !line.planned);
  return { from, to: withStatus(taken, isDone ? source.status : answered ? "waiting" : "open", at) };
};

const carryOut = async (world: World, tx: Tx, who: AgentActor, it: Moving): Promise<MovedBetween> => {
  const { key, what, source, lines, moving, there } = it;
  const at = world.now().toISOString();
  const ids = new Set<string>(moving.map(({ id }) => id));
  const orders = { from: lines.filter(({ id }) => !ids.has(id)), to: byTime(there ?? [], moving) };
  const told = rowsAfter(it, orders, at);
  const promises = {
    from: await promised(world, tx, source, told.from, at),
    to: await promised(world, tx, there === null ? null : it.target, told.to, at, source.promiseRevision),
  };
  const rows = { from: promises.from.state, to: promises.to.state };
  const last = await lastOfCustomer(tx, source.id);
  const saw = await sawFirst(tx, source.id, lines, ids);
  const target = there === null ? { ...rows.to, ...(await insertConcern(tx, rows.to)) } : it.target;
  const giving: Side = { state: source, order: orders.from };
  const taking: Side = { state: target, order: orders.to };
  const joined = await rearrange(world, tx, giving, taking, moving, {});
  if (what === "merge") await moveAllDrafts(tx, source.id, target.id);
  else
    await moveDrafts(
      tx,
      source.id,
      target.id,
      moving.map(({ id }) => id),
      last !== null && ids.has(last.id),
    );
  const failed = await failureAfter(world, tx, source, target);
  const from = { ...rows.from, deliveryFailed: failed.from };
  const to = { ...(there === null ? target : rows.to), deliveryFailed: failed.to };
  await updateConcern(tx, source, from);
  if (there !== null || to.deliveryFailed) await updateConcern(tx, target, to);
  if (what === "merge") await setMergedInto(tx, source.id, target.id);
  if (there === null)
    await indexConcern(world, tx, {
      concernId: to.id,
      brandId: to.brandId,
      at: to.createdAt,
      subject: to.subject,
      fields: [],
    });
  const link = await linkOf(tx, what, source, target);
  const firstAt = moving.find(isSaid)?.at ?? moving[0]?.at ?? at;
  await insertMove(tx, {
    key,
    what,
    actor: asActor(who),
    at,
    fromId: source.id,
    toId: target.id,
    firstAt,
    moved: {
      count: moving.filter(isSaid).length,
      messages: standsBehind(lines, ids),
      native: (there ?? []).map((line) => line.id),
      made: there === null,
      linked: link !== null,
      parties: joined.map(({ id }) => id),
      saw,
      from: { before: undoable(source), after: undoable(from) },
      to: there === null ? null : { before: undoable(it.target), after: undoable(to) },
    },
  });
  const said: Said[] = [
    ...saidOfRows(source, from, what === "merge" ? "merged" : "moved"),
    ...(there === null ? [created(to)] : saidOfRows(target, to, "moved")),
    // What was merged away is neither kept nor late: it goes on in the other.
    ...(what === "merge" ? [] : promises.from.said),
    ...promises.to.said.map((one) => ({ ...one, concernId: to.id })),
    ...joined.map(({ norm: _norm, ...party }) => ({
      ...about(to),
      kind: "concern.partyJoined" as const,
      data: { party },
    })),
    ...moveSaid(
      world,
      who,
      { key, what, at: firstAt, ids: moving.filter(isSaid).map(({ id }) => id) },
      from,
      to,
      false,
    ),
    ...(link === null
      ? []
      : linked(link.earlier === source.id ? from : to, link.earlier === source.id ? to : from, link.kind)),
  ];
  await say(world, tx, who, said);
  const both = { from: await rowById(tx, source.id), to: await rowById(tx, target.id) };
  if (both.from === null || both.to === null) throw new Error("a concern went while it was locked");
  return { from: both.from, to: both.to };
};

const about = (state: ConcernState) =>
  ({ brandId: state.brandId, concernId: state.id, customerId: state.customerId }) as const;

const created = (state: ConcernState): Said => ({
  ...about(state),
  kind: "concern.created",
  data: { row: rowOf(state) },
});

/** Of whom in the concern the first message they may see is among those that go. */
const sawFirst = async (
  tx: Tx,
  id: ConcernId,
  lines: readonly Line[],
  gone: ReadonlySet<string>,
): Promise<Record<PartyId, MessageId>> => {
  const saw: Record<PartyId, MessageId> = {};
  for (const party of await partiesOf(tx, id)) {
    const first = lines.find((line) => line.seq >= party.seesFrom);
    if (first !== undefined && gone.has(first.id)) saw[party.id] = first.id;
  }
  return saw;
};

/** Links the two where they are not linked yet; null: they were. */
const linkOf = async (
  tx: Tx,
  what: Move["what"],
  source: ConcernState,
  target: ConcernState,
): Promise<{ readonly earlier: ConcernId; readonly kind: "split" | "merged" | "related" } | null> => {
  if ((await linkBetween(tx, source.id, target.id)) !== null) return null;
  const kind = what === "merge" ? "merged" : what === "split" ? "split" : "related";
  const [earlier, other] =
    kind === "related" && source.number > target.number ? [target.id, source.id] : [source.id, target.id];
  await upsertLink(tx, earlier, other, kind);
  return { earlier, kind };
};
