// Times of waiting as people who look after queues read them: short, and the same width while they run. Called by the floor and the wallboard.
import { duration } from "#web/state/words.ts";

/** So many seconds as "0:45", "12:05", "1:05 h", and from two days on "3 days". */
export const span = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  if (whole < 3_600) return `${Math.floor(whole / 60)}:${two(whole % 60)}`;
  if (whole < 172_800) return `${Math.floor(whole / 3_600)}:${two(Math.floor((whole % 3_600) / 60))} h`;
  return duration(whole * 1_000);
};

/** How a share stands to what it is meant to be; null: there is none. */
export const standing = (share: number | null, target: number): "met" | "missed" | null =>
  share === null ? null : Math.round(share) >= target ? "met" : "missed";
