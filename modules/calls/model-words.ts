// The words by which calls stand in concerns, in their language. Called by calls/actions-concerns.ts; pure.
import type { CallRecord } from "#modules/calls/model-record.ts";

type Language = "de" | "en";

/** What a call's card says of itself to whoever cannot show one: who called whom. */
export const cardWords = (call: Pick<CallRecord, "language" | "direction" | "by" | "number" | "name">): string => {
  const de = call.language === "de";
  const who =
    call.name !== "" && call.name !== call.number
      ? `${call.name}${call.number === null ? "" : ` (${call.number})`}`
      : call.number;
  if (call.direction === "out") return de ? `Anruf bei ${who ?? "–"}` : `Call to ${who ?? "–"}`;
  if (call.by === "web")
    return `${de ? "Anruf über die Webseite" : "Call from the website"}${who === null ? "" : `: ${who}`}`;
  if (who === null) return de ? "Anruf mit unterdrückter Rufnummer" : "Call with a withheld number";
  return de ? `Anruf von ${who}` : `Call from ${who}`;
};

/** That somebody of us spoke with them. */
export const talkWords = (language: Language): string =>
  language === "de" ? "Telefongespräch" : "Telephone conversation";

/** A duration as a clock shows it: "0:34". */
const clock = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};

/** Words that were left; `said`: what recognition made of them. */
export const voicemailWords = (language: Language, seconds: number, said: string | null): string => {
  const head = `${language === "de" ? "Sprachnachricht" : "Voice message"} (${clock(seconds)})`;
  return said === null || said.trim() === "" ? head : `${head}\n\n${said.trim()}`;
};

/** What the file of words that were left is called. */
export const voicemailFile = (language: Language): string =>
  language === "de" ? "Sprachnachricht.wav" : "Voice message.wav";
