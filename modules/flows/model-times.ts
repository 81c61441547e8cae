// The next times within opening hours that somebody can choose from. Pure; asked by server/flow-effects.ts.
import { nextChange, openAt, type OpenHours } from "#modules/hours/model.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** Times begin at a quarter of an hour, and lie within so many days. */
const gridMs = 15 * minuteMs;
const mostDays = 14;

/** What is wanted: see a flow's step "schedule". */
export interface Wanted {
  readonly minutes: number;
  readonly offers: number;
  readonly afterMinutes: number;
}

const onGrid = (ms: number): number => Math.ceil(ms / gridMs) * gridMs;

/** The beginnings of times that lie whole within one open stretch, in their order, none overlapping; at most `offers`. Null hours: it is always open. */
export const timesIn = (hours: OpenHours | null, now: Date, { minutes, offers, afterMinutes }: Wanted): string[] => {
  const until = now.getTime() + mostDays * dayMs;
  const lengthMs = minutes * minuteMs;
  const times: string[] = [];
  let at = onGrid(now.getTime() + afterMinutes * minuteMs);
  while (times.length < offers && at <= until) {
    const begins = new Date(at);
    if (hours !== null && !openAt(hours, begins)) {
      const opens = nextChange(hours, begins);
      if (opens === null) break;
      at = onGrid(opens.getTime());
      continue;
    }
    const closes = hours === null ? null : nextChange(hours, begins);
    if (closes !== null && at + lengthMs > closes.getTime()) {
      at = onGrid(closes.getTime());
      // What closes on the grid is closed then; otherwise the next quarter is looked at.
      continue;
    }
    times.push(begins.toISOString());
    at = onGrid(at + lengthMs);
  }
  return times;
};
