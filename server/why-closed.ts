// What customers are told when it is closed: that it is, and why today is not a day like others. Called by server/chat-now.ts.
import type { Hours } from "#contract/hours.ts";
import { inBoth } from "#lib/inBoth.ts";
import { reasonAt } from "#modules/hours/model.ts";
import { words, type Language } from "#server/words.ts";

/** One sentence in the reader's language, for a time at which it is closed by these hours: "Today is Corpus Christi: we are closed." */
export const whyClosed = (language: Language, hours: Hours, at: Date): string => {
  const reason = reasonAt(hours, at);
  if (reason === null) return words(language, "chatNow.closed");
  return reason.kind === "holiday"
    ? words(language, "chatNow.holiday", { name: words(language, `holidays.${reason.holiday}`) })
    : words(language, "chatNow.closedFor", { name: inBoth(reason.name)[language] });
};
