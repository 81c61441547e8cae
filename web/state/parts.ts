// What can be sent into a chat beside words. Pure; called by screens/concerns/Composer.tsx, InsertParts.tsx and commands/concern.ts.
import type { KindOfChannel } from "#contract/channel-form.ts";
import type { Way } from "#web/state/apply.ts";

export const partKinds = ["choices", "form", "article"] as const;
export type PartKind = (typeof partKinds)[number];

/** Can a kind of channel carry them? */
export const takesParts = (kinds: readonly KindOfChannel[], kind: Way["channelKind"]): boolean =>
  kinds.find((one) => one.kind === kind)?.can?.parts === true;

/** The best way by which they can go now; null: there is none. */
export const wayForParts = (ways: readonly Way[], kinds: readonly KindOfChannel[]): Way | null =>
  ways.find((way) => way.blocked === null && way.reason !== "merged" && takesParts(kinds, way.channelKind)) ?? null;

const mostOptions = 12;
const longestOption = 80;

/** The options of a text with one in each line: trimmed, each once, at most twelve. */
export const optionsIn = (text: string): readonly string[] =>
  [
    ...new Set(
      text
        .split("\n")
        .map((line) => line.trim().slice(0, longestOption).trim())
        .filter((line) => line !== ""),
    ),
  ].slice(0, mostOptions);
