// My own work as routing gives it: whether I am there, what is offered to me, what I hold, my day. Fetched anew at every hint; what I want is said as a
// wish, and what the server makes of it comes back the same way, in every window of mine. Called by the shell, the commands and the page of my work.
import { routing } from "#contract/routing-endpoints.ts";
import type { Result } from "#contract/endpoint.ts";
import type { Wish, WorkRow } from "#contract/routing.ts";
import { call } from "#web/state/client.ts";
import type { Outcome } from "#web/state/client.ts";
import type { ComposerKind } from "#web/state/composing.ts";
import { deskState, linkState, openConcern } from "#web/state/desk.ts";
import { keepHere, keptHere } from "#web/state/kept.ts";
import { tellProblem } from "#web/state/problems.ts";
import { followRoutingBook, hasRouting, routingBook } from "#web/state/routingBook.ts";
import { createStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { compose, returnTo, setUi } from "#web/state/ui.ts";
import { t } from "#web/state/words.ts";
import { changesAt, heldOf, missedOffers, nextPiece, offerKey, offersOf, type MyWork } from "#web/state/workParts.ts";

export type Waiting = Result<typeof routing.waiting>;

/** Null: not fetched, or nothing is routed here. */
export const myWork = createStore<MyWork | null>(null);
/** Offers that I have answered and the server has not yet; they ring no longer. */
export const answered = createStore<ReadonlySet<string>>(new Set());
/** The last offer that ran out before I answered; null: none, or I have read it. */
export const ranOut = createStore<WorkRow | null>(null);
/** What is open of it on this screen. */
export const workUi = createStore<{
  readonly presenceMenu: boolean;
  /** The offer whose reasons to decline are shown. */
  readonly declining: string | null;
  /** The piece of work that is handed on, or parked: its sheet is open. */
  readonly handing: WorkRow | null;
  readonly parking: WorkRow | null;
  /** All that can come of the piece that has just ended is shown. */
  readonly disposing: boolean;
}>({ presenceMenu: false, declining: null, handing: null, parking: null, disposing: false });

export const setWorkUi = (part: Partial<ReturnType<typeof workUi.get>>): void =>
  workUi.set((now) => ({ ...now, ...part }));

let loading = false;
let again = false;
let following = false;

/** Fetches my work; asked for again meanwhile, it is fetched once more. */
export const loadMyWork = async (): Promise<void> => {
  if (!following || !hasRouting(routingBook.get())) return;
  if (loading) {
    again = true;
    return;
  }
  loading = true;
  do {
    again = false;
    const outcome = await call(routing.mine, {});
    if (outcome.ok && following) takeInWork(outcome.value);
  } while (again);
  loading = false;
};

const takeInWork = (next: MyWork): void => {
  const before = myWork.get();
  const missed = before === null ? [] : missedOffers(before.work, next.work, answered.get(), Date.now());
  myWork.set(next);
  const known = new Set(next.work.map(offerKey));
  answered.set((now) =>
    [...now].some((key) => !known.has(key)) ? new Set([...now].filter((key) => known.has(key))) : now,
  );
  if (missed.length > 0) ranOut.set(missed.at(-1) ?? null);
};

/** Queues fill and empty without anything of mine: their numbers are fetched no more often than this. */
const queuesRestMs = 30_000;
const queuesShownRestMs = 5_000;
let shown = 0;

/** The numbers of my queues are on the screen and are kept fresh. Gives the way to stop. */
export const showQueues = (): (() => void) => {
  shown += 1;
  void loadMyWork();
  return () => void (shown -= 1);
};

/** Follows my work for as long as the desk stands. Gives the way to stop. */
export const followMyWork = (): (() => void) => {
  following = true;
  const stopBook = followRoutingBook();
  let before = deskState.get().hints;
  let queuesTimer: ReturnType<typeof setTimeout> | null = null;
  let turn: ReturnType<typeof setTimeout> | null = null;
  const stops = [
    deskState.watch(() => {
      const { hints } = deskState.get();
      if (hints.work !== before.work) void loadMyWork();
      else if (hints.floor !== before.floor)
        queuesTimer ??= setTimeout(
          () => {
            queuesTimer = null;
            void loadMyWork();
          },
          shown > 0 ? queuesShownRestMs : queuesRestMs,
        );
      before = hints;
    }),
    routingBook.watch(() => {
      if (hasRouting(routingBook.get())) void loadMyWork();
      else myWork.set(null);
    }),
    linkState.watch(() => {
      if (linkState.get() === "up") void loadMyWork();
    }),
    // What has an end changes then: the server's word of it may be lost with the link.
    myWork.watch(() => {
      if (turn !== null) clearTimeout(turn);
      const at = changesAt(myWork.get(), Date.now());
      turn = at === null ? null : setTimeout(() => void loadMyWork(), at - Date.now() + 700);
    }),
  ];
  return () => {
    following = false;
    stopBook();
    for (const stop of stops) stop();
    for (const timer of [queuesTimer, turn]) if (timer !== null) clearTimeout(timer);
    myWork.set(null);
    answered.set(new Set());
    ranOut.set(null);
  };
};

/** Says what I want; resolves when it was done or refused. A refusal is told. */
export const wishFor = async (wish: Wish): Promise<Outcome<unknown>> => {
  const outcome = await call(routing.wish, { body: { id: crypto.randomUUID(), wish } });
  if (!outcome.ok) tellProblem(outcome.problem);
  await loadMyWork();
  return outcome;
};

/** Is there, is not, or does something else. */
export const bePresent = (state: "available" | "busy" | "away" | "offline", reason = ""): void => {
  const { me } = deskState.get();
  if (me === null) return;
  if (state === "available") ranOut.set(null);
  void wishFor({ what: "presence", agentId: me, state, reason });
};

/** The offers that ring now, the first to be answered first. */
export const ringing = (): readonly WorkRow[] => offersOf(myWork.get(), answered.get());

const answer = async (row: WorkRow, wish: Wish): Promise<Outcome<unknown>> => {
  const key = offerKey(row);
  answered.set((now) => new Set([...now, key]));
  const outcome = await wishFor(wish);
  // Not said: it rings on.
  if (!outcome.ok) answered.set((now) => new Set([...now].filter((one) => one !== key)));
  return outcome;
};

/** Takes an offer: its concern opens with the caret in the answer. */
export const accept = async (row: WorkRow): Promise<void> => {
  setWorkUi({ declining: null });
  // On its way while the server decides.
  void openConcern(row.concernId);
  const outcome = await answer(row, { what: "accept", workId: row.id, token: row.token });
  if (outcome.ok) goAndAnswer(row.number, isTalked(row) ? "note" : "reply");
};

/** What is talked is answered by talking: beside it one notes. */
const isTalked = ({ kind }: WorkRow): boolean => kind === "voice" || kind === "callback";

/** Declines an offer; it goes to the next. */
export const decline = (row: WorkRow, reason: string): void => {
  setWorkUi({ declining: null });
  void answer(row, { what: "decline", workId: row.id, token: row.token, reason });
};

/** Goes to a concern and begins its answer, or a note, there. */
export const goAndAnswer = (number: number, by: ComposerKind = "reply"): void => {
  const open = /^\/desk\/[^/]+\/(\d+)/.exec(location.pathname)?.[1];
  if (open === String(number)) return compose(by);
  setUi({ answering: number, answeringBy: by });
  returnTo(number);
};

/** Goes to the piece I hold that comes after the open one, the most urgent first. */
export const goToNextPiece = (open: number | null): void => {
  const next = nextPiece(heldOf(myWork.get()), open);
  if (next) returnTo(next.number);
};

/** Takes a piece out of a queue that allows it. */
export const pull = async (row: WorkRow): Promise<void> => {
  const outcome = await wishFor({ what: "pull", workId: row.id });
  if (outcome.ok) goAndAnswer(row.number);
};

/** Takes what is most urgent of a queue, or of all that I may take from. */
export const takeNext = async (queueId?: string): Promise<void> => {
  const queues = (myWork.get()?.queues ?? []).filter(
    (queue) => queue.mayPull && queue.waiting > 0 && (queueId === undefined || queue.queueId === queueId),
  );
  const found = await Promise.all(queues.map((queue) => call(routing.waiting, { params: { id: queue.queueId } })));
  const first = found
    .flatMap((outcome) => (outcome.ok ? outcome.value.filter(({ state }) => state === "waiting") : []))
    .toSorted((a, b) => a.urgencyAt.localeCompare(b.urgencyAt))[0];
  const failed = found.find((outcome) => !outcome.ok);
  if (first) await pull(first);
  else if (failed && !failed.ok) tellProblem(failed.problem);
  else toast(t("routing.nothingWaits"));
};

/** Parks a piece I hold until then, or until I take it back. */
export const park = async (row: WorkRow, until: Date | null, said: string): Promise<void> => {
  const outcome = await wishFor({ what: "park", workId: row.id, until: until?.toISOString() ?? null });
  if (outcome.ok) toast(said, { undo: () => void takeBack(row) });
};

/** Takes back what I parked. */
export const takeBack = async (row: WorkRow): Promise<void> => {
  await wishFor({ what: "takeBack", workId: row.id });
};

/** Hands a piece on, with a note for whoever gets it. */
export const handOn = async (
  row: WorkRow,
  to: Extract<Wish, { what: "transfer" }>["to"],
  note: string,
  said: string,
): Promise<Outcome<unknown>> => {
  const outcome = await call(routing.wish, {
    body: { id: crypto.randomUUID(), wish: { what: "transfer", workId: row.id, to, note } },
  });
  if (outcome.ok) toast(said);
  void loadMyWork();
  return outcome;
};

/** Pieces whose outcome I do not want to be asked for. */
export const notAsked = createStore<readonly string[]>([]);

/** Says what became of the piece that has just ended; asked once. */
export const dispose = async (workId: string, dispositionId: string, said: string): Promise<void> => {
  notAsked.set((now) => [...now, workId]);
  const outcome = await call(routing.dispose, { params: { id: workId }, body: { dispositionId } });
  if (outcome.ok) toast(said);
  else {
    notAsked.set((now) => now.filter((id) => id !== workId));
    tellProblem(outcome.problem);
  }
  void loadMyWork();
};

/** The piece whose outcome is asked for; null: none, or it was put away. */
export const toDispose = (): MyWork["toDispose"] => {
  const asked = myWork.get()?.toDispose ?? null;
  const { book } = routingBook.get();
  return asked === null || (book?.dispositions.length ?? 0) === 0 || notAsked.get().includes(asked.id) ? null : asked;
};

/** Not where tests read this. */
const hasStorage = typeof document !== "undefined";
const putAwayKey = "draht.toldPutAway";
/** What I was told and have put away, on this machine. */
export const putAway = createStore<readonly string[]>(
  hasStorage ? (keptHere<readonly string[]>(putAwayKey) ?? []) : [],
);

/** Puts a word away that I was told; the last hundred are remembered. */
export const putToldAway = (id: string): void => {
  putAway.set((now) => [...now, id].slice(-100));
  keepHere(putAwayKey, putAway.get());
};

const soundKey = "draht.offerSound";
/** Whether an offer is heard on this machine; not until somebody wants it. */
export const offerSound = createStore<boolean>(hasStorage && keptHere<boolean>(soundKey) === true);

export const toggleOfferSound = (): void => {
  offerSound.set((now) => !now);
  keepHere(soundKey, offerSound.get());
};
