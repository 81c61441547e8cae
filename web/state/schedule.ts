// Decisions about answers for a chosen time, in the reader's own zone. Pure; called by the composer and the message card.
import type { Message } from "#contract/concerns.ts";

const two = (value: number): string => String(value).padStart(2, "0");

/** A moment as the two fields of a form hold it: "2026-11-30" and "08:00" on this machine's clock. */
export const fieldsOf = (at: Date): { readonly day: string; readonly time: string } => ({
  day: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
  time: `${two(at.getHours())}:${two(at.getMinutes())}`,
});

/** The moment that two fields name on this machine's clock; null while they name none. An hour that the clock skips is the one after it. */
export const momentOf = (day: string, time: string): Date | null => {
  const date = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  const clock = /^(\d{2}):(\d{2})$/.exec(time);
  if (!date || !clock) return null;
  const at = new Date(Number(date[1]), Number(date[2]) - 1, Number(date[3]), Number(clock[1]), Number(clock[2]));
  return Number.isNaN(at.getTime()) || at.getDate() !== Number(date[3]) ? null : at;
};

/** Has a person written since that answer was? Messages as the thread has them. */
export const writtenSince = (messages: readonly Message[], answer: Message): boolean =>
  messages.some((one) => one.direction === "in" && one.automatic === null && one.seq > answer.seq);

/** Answers that wait for their time. */
export const scheduledIn = (messages: readonly Message[]): readonly Message[] =>
  messages.filter((one) => one.scheduled !== null);
