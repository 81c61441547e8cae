// When people write: by hour, weekday and season, and all at once when the picture goes black. Used by threads.ts and the demo world.
import type { Random } from "#lib/corpus/random.ts";

// Share of a day's mails by hour (UTC+1 is not modelled: an operator's day is what counts), loosely as in call-centre series.
const hours = [3, 2, 1, 1, 1, 2, 8, 22, 44, 58, 62, 55, 44, 46, 52, 50, 46, 44, 46, 50, 52, 40, 22, 9];
// Sunday first.
const weekdays = [0.55, 1.35, 1.2, 1.1, 1.05, 1.0, 0.75];
// Moves and price rises in January and July, outages in the storms of autumn.
const months = [1.25, 1.0, 1.0, 0.95, 0.9, 0.95, 1.1, 0.95, 1.0, 1.1, 1.15, 1.05];

const most = Math.max(...hours) * Math.max(...weekdays) * Math.max(...months);
const hourMs = 3_600_000;

const rateAt = (ms: number): number => {
  const at = new Date(ms);
  return (hours[at.getUTCHours()] ?? 0) * (weekdays[at.getUTCDay()] ?? 0) * (months[at.getUTCMonth()] ?? 0);
};

/** A moment from `fromMs` up to `toMs`, drawn by how busy each hour is. */
export const arrivalMs = (random: Random, fromMs: number, toMs: number): number => {
  for (let tries = 0; tries < 400; tries += 1) {
    const at = fromMs + random.next() * (toMs - fromMs);
    if (random.next() * most < rateAt(at)) return Math.floor(at);
  }
  return Math.floor(fromMs + random.next() * (toMs - fromMs));
};

/** The same moment, or the next one in which the centre is staffed: Monday to Saturday, 8 to 20. */
export const whenStaffed = (random: Random, ms: number): number => {
  let at = ms;
  while (new Date(at).getUTCDay() === 0 || new Date(at).getUTCHours() < 8 || new Date(at).getUTCHours() >= 20)
    at += hourMs / 2;
  return at === ms ? ms : at + random.int(hourMs);
};

/** Minutes after the beginning of an outage at which somebody writes: a steep rise, a long tail. */
export const surgeMinutes = (random: Random): number => Math.min(180, random.around(14, 0.8));
