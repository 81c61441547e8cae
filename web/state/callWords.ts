// Calls in words: who, how it stands, what became of it, what of a callback. Pure but for the language spoken; called by the bar of calls, cards and the floor.
import type { Call, CallbackState, CallParty } from "#contract/calls.ts";
import { barsOf } from "#lib/voiceQuality.ts";
import { nameWords } from "#web/state/names.ts";
import type { Measured } from "#web/state/softphoneQuality.ts";
import { dayAndTime, listed, number, t } from "#web/state/words.ts";
import { lengthWords } from "#web/state/workWords.ts";

/** Whom the call is with: the customer as we know them, else what it says of itself, else its number. */
export const callerWords = ({ name, number: dialled, by }: Call, customerName: string | null): string =>
  customerName !== null && customerName !== ""
    ? nameWords(customerName)
    : name !== ""
      ? nameWords(name)
      : (dialled ?? t(by === "web" ? "calls.unknown" : "calls.withheld"));

/** A number as people read it: in groups, the country first. */
export const numberWords = (value: string): string =>
  /^\+\d+$/u.test(value) ? value.replace(/^(\+49|\+\d{2})(\d{2,3})(\d+)$/u, "$1 $2 $3") : value;

/** What a call is doing, for who is in it. */
export const stateWords = (call: Call, side: CallParty | null): string => {
  if (call.state === "ended") return t("calls.states.ended");
  if (side?.state === "ringing" && call.state !== "dialling") return t("calls.states.connecting");
  return t(call.state === "talking" && call.held ? "calls.states.held" : `calls.states.${call.state}`);
};

/** Since when what is shown of it runs: talking, else waiting, else since it began. */
export const runsSince = (call: Call): string => call.talkedFrom ?? call.waitingSince ?? call.startedAt;

const secondsBetween = (from: string, to: string): number => Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);

/** How long they waited for somebody before it was talked, or in vain; null: not at all. */
export const waitedSeconds = ({ waitingSince, talkedFrom, endedAt }: Call): number | null => {
  const until = talkedFrom ?? endedAt;
  return waitingSince === null || until === null ? null : secondsBetween(waitingSince, until);
};

/** How long it was talked; null: not at all, or it is still talked. */
export const talkedSeconds = ({ talkedFrom, endedAt }: Call): number | null =>
  talkedFrom === null || endedAt === null ? null : secondsBetween(talkedFrom, endedAt);

/** What there is to say of a call in a line: what became of it, how long it waited and was talked, with whom. */
export const courseWords = (call: Call, names: (agentId: string) => string): readonly string[] => {
  const [waited, talked] = [waitedSeconds(call), talkedSeconds(call)];
  const who = [
    ...new Set(
      call.parties.flatMap(({ as, agentId, name, state, cause }) =>
        as === "agent" && agentId !== null && (state !== "ended" || cause === "normal" || agentId === call.agentId)
          ? [names(agentId)]
          : as === "outside"
            ? [numberWords(name)]
            : [],
      ),
    ),
  ];
  return [
    // How long it was talked says that it was.
    ...(call.end === null || (call.end === "talked" && talked !== null) ? [] : [t(`calls.ends.${call.end}`)]),
    ...(waited === null || waited < 1 ? [] : [t("calls.card.waitedFor", { time: lengthWords(waited) })]),
    ...(talked === null ? [] : [t("calls.card.talkedFor", { time: lengthWords(talked) })]),
    ...(who.length === 0 || call.talkedFrom === null ? [] : [t("calls.card.withWho", { names: listed(who) })]),
  ];
};

/** Where a callback stands, in one line, with its tries. */
export const callbackWords = (callback: CallbackState): readonly string[] => {
  const { number: to, at, state, tries, lastTryAt, lastCause, expiresAt } = callback;
  const shown = numberWords(to);
  const first =
    state === "waiting" && at !== null
      ? t("calls.callback.waitingAt", { number: shown, time: dayAndTime(at) })
      : t(`calls.callback.${state}`, { number: shown });
  return [
    first,
    ...(tries === 0 ? [] : [t("calls.callback.tries", { count: tries })]),
    ...(lastTryAt === null || lastCause === null || state === "done"
      ? []
      : [t("calls.callback.last", { time: dayAndTime(lastTryAt), cause: t(`calls.causes.${lastCause}`) })]),
    ...(state === "waiting" ? [t("calls.callback.until", { time: dayAndTime(expiresAt) })] : []),
  ];
};

/** How it sounds: bars, a word, and all of it for who wants to know. */
export const soundWords = (
  heard: Measured | null,
): { readonly bars: 0 | 1 | 2 | 3 | 4; readonly word: string; readonly all: string } => {
  if (heard === null) return { bars: 0, word: t("calls.quality.none"), all: t("calls.quality.none") };
  const bars = barsOf(heard.mos);
  const word = t(`calls.quality.${bars}`);
  const way = heard.rttMs === null ? "" : t("calls.quality.way", { rtt: number(Math.round(heard.rttMs)) });
  const [loss, jitter] = [number(Math.round(heard.lossPercent * 10) / 10), number(Math.round(heard.jitterMs))];
  return { bars, word, all: t("calls.quality.detail", { words: word, loss, jitter, way }) };
};
