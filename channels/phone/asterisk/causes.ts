// Why a leg ended, from ITU-T Q.850 and SIP into our words and back. Called by the engine.
import type { LegCause } from "#contract/voice.ts";

/** Q.850 table 1, as RFC 3398 section 7.2.4.1 and the field use it. */
const words: Readonly<Record<number, LegCause>> = {
  0: "normal",
  1: "unknownNumber",
  2: "unreachable",
  3: "unreachable",
  6: "unreachable",
  16: "normal",
  17: "busy",
  18: "noAnswer",
  19: "noAnswer",
  20: "unreachable",
  21: "rejected",
  22: "unknownNumber",
  23: "normal",
  25: "unreachable",
  26: "normal",
  27: "unreachable",
  28: "unknownNumber",
  29: "notAllowed",
  31: "normal",
  44: "lost",
  50: "notAllowed",
  52: "notAllowed",
  53: "notAllowed",
  54: "notAllowed",
  55: "notAllowed",
  57: "notAllowed",
  58: "notAllowed",
  87: "notAllowed",
  102: "unreachable",
};

/** SIP says more than the cause that Asterisk makes of it (RFC 3261 section 21; RFC 3398 table in 8.2.6.1; 607, 608: RFC 8197, 8688). */
const statuses: Readonly<Record<number, LegCause>> = {
  401: "notAllowed",
  402: "notAllowed",
  403: "notAllowed",
  404: "unknownNumber",
  407: "notAllowed",
  408: "noAnswer",
  410: "unknownNumber",
  480: "noAnswer",
  484: "unknownNumber",
  486: "busy",
  487: "noAnswer",
  600: "busy",
  603: "rejected",
  604: "unknownNumber",
  607: "rejected",
  608: "rejected",
};

/** Of a leg that ended by itself. `sip`: the final status of a leg that was never answered; null when there was none. */
export const causeOf = (q850: number, sip: number | null, answered: boolean): LegCause => {
  if (answered) return q850 === 44 ? "lost" : "normal";
  if (sip !== null && sip >= 300) return statuses[sip] ?? (sip >= 400 ? "unreachable" : (words[q850] ?? "unreachable"));
  return words[q850] ?? "unreachable";
};

const numbers: Readonly<Record<LegCause, number>> = {
  normal: 16,
  busy: 17,
  noAnswer: 19,
  rejected: 21,
  unknownNumber: 1,
  unreachable: 34,
  notAllowed: 21,
  lost: 41,
  engineDown: 41,
};

/** What the other side is told when we hang up. */
export const q850Of = (cause: LegCause): number => numbers[cause];
