// What a notice may be, and which are shown. Called by notices/actions.ts and server/chat-now.ts; pure.
import { refuse, type Refusal } from "#contract/errors.ts";
import type { Notice, NoticeInput } from "#contract/notices.ts";
import { storable } from "#lib/text.ts";

/** Most notices that are shown at once: who has more to say says it in one. */
const mostShown = 3;

/** The notice as it is kept; refuses one without words (noticeEmpty), or that ends before it begins or is over already (noticeEnds). */
export const judgeNotice = (input: NoticeInput, now: Date): NoticeInput | Refusal => {
  const text = { de: storable(input.text.de).trim(), en: storable(input.text.en).trim() };
  if (text.de === "" && text.en === "") return refuse("noticeEmpty", {}, "text");
  if (input.until !== null) {
    const until = Date.parse(input.until);
    if (until <= Date.parse(input.from) || until <= now.getTime()) return refuse("noticeEnds", {}, "until");
  }
  return { ...input, text };
};

/** The notices of a brand that run at that time, the newest first. */
export const shownAt = (all: readonly Notice[], brandId: string, at: Date): readonly Notice[] =>
  all
    .filter((one) => one.brandId === brandId && runsAt(one, at))
    .toSorted((a, b) => Date.parse(b.from) - Date.parse(a.from) || (a.id < b.id ? 1 : -1))
    .slice(0, mostShown);

const runsAt = ({ from, until }: Pick<Notice, "from" | "until">, at: Date): boolean =>
  Date.parse(from) <= at.getTime() && (until === null || at.getTime() < Date.parse(until));
