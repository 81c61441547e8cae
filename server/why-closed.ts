// What customers are told when it is closed: that it is, and why today is not a day like others. Called by server/chat-now.ts.
import { inBoth } from "#lib/inBoth.ts";
import { reasonAt, type OpenHours } from "#modules/hours/model.ts";
import { words, type Language } from "#server/words.ts";

/** One sentence in the reader's language, for a time at which it is closed by these hours: "Today is Corpus Christi: we are closed." */
export const whyClosed = (language: Language, hours: OpenHours, at: Date): string => {
  const reason = reasonAt(hours, at);
  if (reason === null) return words(language, "chatNow.closed");
  switch (reason.kind) {
    case "holiday":
      return words(language, "chatNow.holiday", { name: words(language, `holidays.${reason.holiday}`) });
    case "calendar":
      return words(language, "chatNow.holiday", { name: inBoth(reason.name)[language] });
    case "exception":
      return words(language, "chatNow.closedFor", { name: inBoth(reason.name)[language] });
  }
};
