// Decides how long somebody waits who fails again and again (guessed passwords). The agents' module keeps the counts in the database and asks here.
import ipaddr from "ipaddr.js";

/** How failures are counted: after `free` of them within `windowMs` each further one doubles the wait, from `firstMs` to at most `longestMs`. */
export interface BrakeLimits {
  readonly free: number;
  readonly windowMs: number;
  readonly firstMs: number;
  readonly longestMs: number;
}

/** Failures in a row, and the time of the last one. */
export interface Failures {
  readonly failures: number;
  readonly atMs: number;
}

const pauseMs = (limits: BrakeLimits, failures: number): number =>
  failures < limits.free ? 0 : Math.min(limits.longestMs, limits.firstMs * 2 ** Math.min(40, failures - limits.free));

const isRecent = (limits: BrakeLimits, known: Failures, nowMs: number): boolean =>
  nowMs - known.atMs <= limits.windowMs + pauseMs(limits, known.failures);

/** Milliseconds until the next try; 0: go on. */
export const waitMs = (limits: BrakeLimits, known: Failures, nowMs: number): number =>
  isRecent(limits, known, nowMs) ? Math.max(0, known.atMs + pauseMs(limits, known.failures) - nowMs) : 0;

/** How many failures there are with one more; those from before the window are forgotten. */
export const oneMore = (limits: BrakeLimits, known: Failures, nowMs: number): number =>
  isRecent(limits, known, nowMs) ? known.failures + 1 : 1;

/** What counts as one place: an IPv4 address, or the /64 that one IPv6 customer has (RFC 6177). */
export const placeOf = (remoteIp: string): string => {
  if (!ipaddr.isValid(remoteIp)) return remoteIp;
  const address = ipaddr.process(remoteIp);
  return address instanceof ipaddr.IPv4 ? address.toString() : `${address.parts.slice(0, 4).join(":")}/64`;
};
