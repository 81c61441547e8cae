// Keys as data: which command a key press means, with sequences like "g i". Pure; called by web/commands/listen.ts.

const signs: Readonly<Record<string, string>> = { ArrowDown: "↓", ArrowUp: "↑", Escape: "Esc" };

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

/**
 * A press in the notation of commands: "j", "Ctrl+k", "?", "Shift+j", "Shift+ArrowDown". Command on a Mac counts as Ctrl. Shift is named with
 * letters and named keys only: which sign needs it is the keyboard's affair.
 */
export const notation = (press: Press): string => {
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const held = press.ctrlKey || press.metaKey ? "Ctrl+" : press.altKey ? "Alt+" : "";
  const shifted = held === "" && press.shiftKey && (key.length > 1 || key !== key.toUpperCase());
  return held + (shifted ? "Shift+" : "") + key;
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
  // A letter means the same with Shift, unless some command says otherwise.
  const plain = press.startsWith("Shift+") ? press.slice("Shift+".length) : null;
  if (before !== "") {
    const held = plain === null ? undefined : commands.find((command) => command.keys.includes(`${before} ${plain}`));
    return held?.id ?? meaning(commands, "", press);
  }
  return plain === null ? null : meaning(commands, "", plain);
};

/**
 * The command that a sequence means which has just been pressed to its end, whether or not it can be done; null: the sequence is nobody's. Its last key is no key of its own then.
 */
export const ofSequence = <T extends { readonly keys: readonly string[] }>(
  commands: readonly T[],
  before: string,
  press: string,
): T | null => {
  if (before === "") return null;
  const plain = press.startsWith("Shift+") ? press.slice("Shift+".length) : press;
  for (const last of [press, plain])
    for (const command of commands) if (command.keys.includes(`${before} ${last}`)) return command;
  return null;
};

/** True for a key that begins a sequence of some command. */
export const begins = (commands: readonly { readonly keys: readonly string[] }[], press: string): boolean =>
  commands.some((command) => command.keys.some((keys) => keys.startsWith(`${press} `)));

/** True for keys that may act while somebody writes: with Ctrl, but for those of the text itself, and Escape. */
export const worksWhileWriting = (press: string): boolean =>
  (press.startsWith("Ctrl+") && press !== "Ctrl+a") || press === "Escape";

/** The key that sends what is being written; not while a letter is still being put together (input methods). */
export const sends = (press: Press & { readonly isComposing: boolean }): boolean =>
  press.key === "Enter" && (press.ctrlKey || press.metaKey) && !press.isComposing;

/** True for keys that put something into a text or take something out. */
export const changesText = (press: Press): boolean => {
  const withCommand = (press.ctrlKey || press.metaKey) && !press.altKey;
  return (press.key.length === 1 && !withCommand) || ["Enter", "Backspace", "Delete"].includes(press.key);
};

/** True for keys that mean the list only when it has the focus, or nothing has: elsewhere they scroll and select text. */
export const belongsToList = (press: string): boolean => press.includes("Arrow") || press === "Ctrl+a";

/** A key as people read it: "Ctrl K", "G I", "Enter", "Shift ↓". On a Mac Ctrl is shown as the command sign. */
export const shownKeys = (keys: string, mac: boolean): readonly string[] =>
  keys
    .split(" ")
    .flatMap((part) =>
      part
        .split("+")
        .map((one) => (one === "Ctrl" && mac ? "⌘" : one.length === 1 ? one.toUpperCase() : (signs[one] ?? one))),
    );
