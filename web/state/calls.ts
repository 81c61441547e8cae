// Calls that live, as this desk knows them: fetched when it begins and when its link comes back, then kept by what the log says; and what I want done with
// them. Called by the bar of calls, their cards, the floor and the commands.
import { calls as endpoints } from "#contract/call-endpoints.ts";
import type { Call, CallWish } from "#contract/calls.ts";
import type { Result } from "#contract/endpoint.ts";
import type { DeskState } from "#web/state/apply.ts";
import { livingCalls, mergeCalls, type Calls } from "#web/state/applyCalls.ts";
import { call } from "#web/state/client.ts";
import type { Outcome, Problem } from "#web/state/client.ts";
import { deskState, linkState } from "#web/state/desk.ts";
import { tellProblem } from "#web/state/problems.ts";
import { createStore, useStore, type Store } from "#web/state/store.ts";

/** Calls by their ids, as the desk's state has them: those that live, and those of open concerns. */
export const knownCalls: Pick<Store<Calls>, "get" | "watch"> = {
  get: () => deskState.get().calls,
  watch: (heard) => {
    let before = deskState.get().calls;
    return deskState.watch(() => {
      const { calls } = deskState.get();
      if (calls === before) return;
      before = calls;
      heard();
    });
  },
};

/** The calls, for what is painted. */
export const useCalls = <T>(select: (calls: Calls) => T): T => useStore(deskState, ({ calls }) => select(calls));

/** Takes calls in; one known in a newer version stays. */
export const takeInCalls = (some: readonly Call[]): void => deskState.set((state) => mergeCalls(state, some));

/** Are there telephones at all? */
export const hasTelephone = ({ channels }: Pick<DeskState, "channels"> = deskState.get()): boolean =>
  channels.some(({ kind }) => kind === "phone");

let asks = 0;

/** Fetches the calls that live now. What was known as living and is not among them has ended meanwhile. */
export const loadLiving = async (): Promise<void> => {
  if (!hasTelephone()) return;
  asks += 1;
  const turn = asks;
  const before = livingCalls(knownCalls.get());
  const outcome: Outcome<Result<typeof endpoints.living>> = await call(endpoints.living, {});
  if (!outcome.ok || turn !== asks) return;
  const there = new Set<string>(outcome.value.map(({ id }) => id));
  const gone = before.filter((one) => !there.has(one.id));
  deskState.set((state) => {
    const calls = Object.fromEntries(Object.entries(state.calls).filter(([, one]) => !gone.includes(one)));
    return mergeCalls(gone.length === 0 ? state : { ...state, calls }, outcome.value);
  });
};

/** Follows calls for as long as the desk stands. Gives the way to stop. */
export const followCalls = (): (() => void) => {
  let had = hasTelephone();
  void loadLiving();
  const stops = [
    linkState.watch(() => {
      if (linkState.get() === "up") void loadLiving();
    }),
    deskState.watch(() => {
      const has = hasTelephone();
      if (has && !had) void loadLiving();
      had = has;
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
};

/** What I want of a call that is on its way, so that its button shows it at once. */
export const wishesUnderWay = createStore<readonly { readonly callId: string; readonly what: CallWish["what"] }[]>([]);

/** Wants something done with a call; resolves when it was done or refused. A refusal is told, unless `quiet`. */
export const wishOfCall = async (id: Call["id"], wish: CallWish, quiet = false): Promise<Problem | null> => {
  const mine = { callId: id, what: wish.what };
  wishesUnderWay.set((all) => [...all, mine]);
  const outcome = await call(endpoints.wish, { params: { id }, body: { id: crypto.randomUUID(), wish } });
  wishesUnderWay.set((all) => all.filter((one) => one !== mine));
  if (outcome.ok) return null;
  if (!quiet) tellProblem(outcome.problem);
  return outcome.problem;
};

/** Calls a customer. Gives what was wrong, null: it is being dialled. */
export const dial = async (
  body: Pick<Call, "channelId"> & {
    readonly concernId: NonNullable<Call["concernId"]>;
    readonly customerId: NonNullable<Call["customerId"]>;
  } & {
    readonly number: string;
  },
): Promise<Problem | null> => {
  const outcome = await call(endpoints.dial, { body: { id: crypto.randomUUID(), ...body } });
  if (!outcome.ok) return outcome.problem;
  takeInCalls([outcome.value]);
  return null;
};
