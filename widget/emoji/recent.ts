// The emoji used last, in the visitor's browser. Called by EmojiPicker.tsx.
import type { Memory } from "#widget/memory.ts";

const mostRecent = 16;

/** The signs used last, the newest first. */
export const recentEmoji = (memory: Memory): readonly string[] => {
  const kept = memory.read("emoji");
  return kept === null ? [] : kept.split(" ");
};

/** Notes that one was used. */
export const noteEmoji = (memory: Memory, sign: string): void =>
  void memory.keep(
    "emoji",
    [sign, ...recentEmoji(memory).filter((one) => one !== sign)].slice(0, mostRecent).join(" "),
  );
