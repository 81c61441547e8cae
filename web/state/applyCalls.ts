// Calls on a desk: those that live, and those of concerns that are open. Used by apply.ts and by who shows calls.
import type { Call } from "#contract/calls.ts";
import type { AnyEvent, LoggedEvent } from "#contract/events.ts";

export type Calls = Readonly<Record<string, Call>>;

/** What is asked of the desk's state. */
interface Around {
  readonly calls: Calls;
  readonly opened: Readonly<Record<string, unknown>>;
  readonly recent: readonly AnyEvent[];
}

/** The calls after an entry: one that is over stays only where its concern is open. The same object when nothing is other. */
export const callsAfter = (
  { calls, opened }: Omit<Around, "recent">,
  { data: { call } }: LoggedEvent<"call.changed">,
): Calls => {
  if ((calls[call.id]?.version ?? 0) >= call.version) return calls;
  if (call.endedAt === null || (call.concernId !== null && opened[call.concernId] !== undefined))
    return { ...calls, [call.id]: call };
  if (calls[call.id] === undefined) return calls;
  const { [call.id]: _over, ...others } = calls;
  return others;
};

/** Takes in calls that were fetched: one that is known in a newer version stays, and what was said while they were fetched counts. */
export const mergeCalls = <S extends Around>(state: S, fetched: readonly Call[]): S => {
  const calls: Record<string, Call> = { ...state.calls };
  for (const call of fetched) if ((calls[call.id]?.version ?? 0) <= call.version) calls[call.id] = call;
  const said = state.recent.filter((event) => event.kind === "call.changed");
  return {
    ...state,
    calls: said.reduce<Calls>((now, event) => callsAfter({ calls: now, opened: state.opened }, event), calls),
  };
};

/** Calls that live, the oldest first. */
export const livingCalls = (calls: Calls): Call[] =>
  Object.values(calls)
    .filter(({ endedAt }) => endedAt === null)
    .toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
