// Keys as data: which command a key press means, with sequences like "g i". Pure; called by web/commands/listen.ts.

/** What of a KeyboardEvent matters. */
export interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** How long after "g" the second key may come, in milliseconds. */
export const sequenceMs = 1_200;

/** A press in the notation of commands: "j", "Ctrl+k", "?", "Ctrl+Enter", "Shift+n". Command on a Mac counts as Ctrl. */
export const notation = (press: Press): string => {
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const shifted = press.shiftKey && /^[a-z]$/.test(key) ? "Shift+" : "";
  const held = press.ctrlKey || press.metaKey ? "Ctrl+" : press.altKey ? "Alt+" : shifted;
  return held + key;
};

/** What a press means after the ones before: a command's id, "more" when a sequence has begun, or null. */
export const meaning = (
  commands: readonly { readonly id: string; readonly keys: readonly string[] }[],
  before: string,
  press: string,
): string | null => {
  const typed = before === "" ? press : `${before} ${press}`;
  const exact = commands.find((command) => command.keys.includes(typed));
  if (exact) return exact.id;
  if (commands.some((command) => command.keys.some((keys) => keys.startsWith(`${typed} `)))) return "more";
  if (before !== "") return meaning(commands, "", press);
  // A letter means the same with Shift, unless some command says otherwise.
  return press.startsWith("Shift+") ? meaning(commands, "", press.slice("Shift+".length)) : null;
};

/** True for keys that may act while somebody writes: with Ctrl, and Escape. */
export const worksWhileWriting = (press: string): boolean => press.startsWith("Ctrl+") || press === "Escape";

/** The key that sends what is being written; not while a letter is still being put together (input methods). */
export const sends = (press: Press & { readonly isComposing: boolean }): boolean =>
  press.key === "Enter" && (press.ctrlKey || press.metaKey) && !press.isComposing;

/** A key as people read it: "Ctrl K", "G I", "Enter". On a Mac Ctrl is shown as the command sign. */
export const shownKeys = (keys: string, mac: boolean): readonly string[] =>
  keys
    .split(" ")
    .flatMap((part) =>
      part.split("+").map((one) => (one === "Ctrl" && mac ? "⌘" : one.length === 1 ? one.toUpperCase() : one)),
    );
