// The same change to many concerns: painted at once, sent in parts under one key, with progress when it takes long and one undo for all of it.
// Called by commands and pickers when rows are selected.
import { concerns } from "#contract/concern-endpoints.ts";
import { mostAtOnce } from "#contract/concerns.ts";
import type { ChangeOfMany, ConcernRow, SeenOfMany } from "#contract/concerns.ts";
import type { Result } from "#contract/endpoint.ts";
import { visiblePart } from "#web/state/actions.ts";
import { call } from "#web/state/client.ts";
import type { Outcome } from "#web/state/client.ts";
import { deskState, takeInRows, underway } from "#web/state/desk.ts";
import { problemWords, tellProblem } from "#web/state/problems.ts";
import { exactly, selection } from "#web/state/selection.ts";
import { advanceToast, dismiss, keepFor, toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";

type OutcomeOfMany = Result<typeof concerns.changeMany>;
type RefusedOne = OutcomeOfMany["refused"][number];

/** So many are sent at once: few enough that progress moves and stopping stops. */
const partSize = 25;
/** Work that is done sooner says nothing of how far it is. */
const quietMs = 1_000;
/** So long it can be taken back when it is done. */
const doneSeconds = 10;

/**
 * Changes all of these. `what` is what was done, in words, for the toast. Those that could not be changed stay selected, with the reason said;
 * a part whose answer was lost is sent again under the same key, which changes nothing twice.
 */
export const changeMany = (rows: readonly ConcernRow[], wanted: ChangeOfMany, what: string): Promise<void> => {
  if (rows.length > mostAtOnce) return tooMany();
  const was = seen(rows, wanted);
  paint(rows, wanted);
  return workOnMany(rows, what, { send: (key, ids) => sentTwiceAtMost(key, ids, wanted, was) });
};

const tooMany = (): Promise<void> =>
  Promise.resolve(tellProblem({ code: "tooManyAtOnce", facts: { most: mostAtOnce }, field: null, requestId: "" }));

/** Does something to all of these in parts under one key, and says so. `back`: what else is taken back with it. */
export const workOnMany = async (
  rows: readonly ConcernRow[],
  what: string,
  how: {
    readonly send: (key: string, ids: readonly ConcernRow["id"][]) => Promise<Outcome<OutcomeOfMany>>;
    readonly back?: () => Promise<void>;
  },
): Promise<void> => {
  if (rows.length > mostAtOnce) return tooMany();
  const key = crypto.randomUUID();
  const ids = rows.map((row) => row.id);
  const takeBack = async (): Promise<void> => {
    await undoMany(key);
    await how.back?.();
  };
  const before = lastWork;
  const work = Promise.withResolvers<void>();
  lastWork = work.promise;
  let stopped = false;
  let unwanted = false;
  let done = 0;
  const stop = (): void => void (stopped = true);
  let ended = false;
  // Offered at once and as long as it takes: what is under way then is taken back when its answer is here.
  const undo = (): void => {
    stopped = unwanted = true;
    if (ended) void takeBack();
  };
  const offered = toast(t("many.done", { count: rows.length, what }), { undo, seconds: Number.POSITIVE_INFINITY });
  let shown: number | null = null;
  const slow = setTimeout(() => {
    dismiss(offered);
    shown = toast(t("many.working"), { progress: { done, total: rows.length, stop }, ...(unwanted ? {} : { undo }) });
  }, quietMs);
  const changed: string[] = [];
  const refused: RefusedOne[] = [];
  let failed: Extract<Outcome<unknown>, { readonly ok: false }> | null = null;
  // What was begun before is what this was decided on, so it goes first.
  await before;
  for (let from = 0; from < ids.length && !stopped && failed === null; from += partSize) {
    const part = ids.slice(from, from + partSize);
    const outcome = await how.send(key, part);
    unpaint(part);
    if (outcome.ok) {
      takeInRows(outcome.value.changed);
      changed.push(...outcome.value.changed.map((row) => row.id));
      refused.push(...outcome.value.refused);
      done += part.length;
      if (shown !== null) advanceToast(shown, done);
    } else failed = outcome;
  }
  clearTimeout(slow);
  work.resolve();
  ended = true;
  if (shown !== null) dismiss(shown);
  unpaint(ids);
  if (unwanted && changed.length > 0) return takeBack();
  const left = ids.filter((id) => !changed.includes(id));
  if (left.length > 0) selection.set(exactly(left));
  for (const sentence of refusalWords(refused, deskState.get().rows)) toast(sentence, { tone: "failed" });
  if (failed) tellProblem(failed.problem);
  if (changed.length === rows.length && shown === null) return keepFor(offered, doneSeconds);
  dismiss(offered);
  if (changed.length > 0)
    toast(t("many.done", { count: changed.length, what }), { undo: () => void takeBack(), seconds: doneSeconds });
};

/** Ends when all that was begun is done. */
let lastWork: Promise<void> = Promise.resolve();

/** What stands on each row of what is to be changed, with what is still under way: what a colleague changes before it arrives is not overwritten. */
const seen = (rows: readonly ConcernRow[], wanted: ChangeOfMany): SeenOfMany =>
  Object.fromEntries(
    rows.map((row) => {
      const now = { ...row, ...underway.get()[row.id] };
      return [
        row.id,
        Object.fromEntries(guarded.filter((key) => wanted[key] !== undefined).map((key) => [key, now[key]])),
      ];
    }),
  );

const guarded = ["status", "priority", "topicId", "assigneeId", "teamId"] as const;

/** Takes a change to many back as a whole. */
const undoMany = async (key: string): Promise<void> => {
  const outcome = await call(concerns.undoMany, { params: { key } });
  if (!outcome.ok) return tellProblem(outcome.problem);
  takeInRows(outcome.value.changed);
  for (const sentence of refusalWords(outcome.value.refused, deskState.get().rows)) toast(sentence, { tone: "failed" });
  toast(t("many.undone", { count: outcome.value.changed.length }));
};

/** Why some were not changed: a sentence for each reason, with the numbers it is about. */
export const refusalWords = (
  refused: readonly RefusedOne[],
  rows: Readonly<Record<string, Pick<ConcernRow, "number">>>,
): readonly string[] => {
  // Who has taken it stands in the reason: each name is one of its own.
  const reasons = Map.groupBy(refused, (one) => `${one.code} ${JSON.stringify(one.facts)}`);
  return [...reasons.values()].map((all) => {
    const numbers = all.flatMap(({ id }) => (rows[id] ? [`#${rows[id].number}`] : []));
    const named = numbers.length > mostNamed ? [...numbers.slice(0, mostNamed), "…"] : numbers;
    return t("many.refused", {
      count: all.length,
      numbers: named.join(", "),
      reason: problemWords({
        code: all[0]?.code ?? "internal",
        facts: all[0]?.facts ?? {},
        field: null,
        requestId: "",
      }),
    });
  });
};

const mostNamed = 5;

const sentTwiceAtMost = async (
  key: string,
  ids: readonly ConcernRow["id"][],
  change: ChangeOfMany,
  seenThen: SeenOfMany,
): Promise<Outcome<OutcomeOfMany>> => {
  const was = Object.fromEntries(ids.map((id) => [id, seenThen[id] ?? {}]));
  const body = { key, ids: [...ids], change, was };
  const first = await call(concerns.changeMany, { body });
  return first.ok || !["offline", "unavailable", "overloaded"].includes(first.problem.code)
    ? first
    : call(concerns.changeMany, { body });
};

const paint = (rows: readonly ConcernRow[], wanted: ChangeOfMany): void =>
  underway.set((all) => ({
    ...all,
    ...Object.fromEntries(rows.map((row) => [row.id, { ...all[row.id], ...visiblePart(row, wanted) }])),
  }));

const unpaint = (ids: readonly string[]): void =>
  underway.set((all) => Object.fromEntries(Object.entries(all).filter(([id]) => !ids.includes(id))));
