// Turns key presses into commands while the desk is shown; called by the shell.
import { useEffect } from "react";
import type { Command } from "#web/commands/command.ts";
import { commands } from "#web/commands/commands.ts";
import type { Context } from "#web/commands/context.ts";
import { belongsToList, meaning, notation, sequenceMs, worksWhileWriting } from "#web/commands/keys.ts";

/** Listens for keys. `context` is asked at each press. */
export const useCommandKeys = (context: () => Context | null): void => {
  useEffect(() => {
    let before = "";
    let pressedAt = 0;
    const pressed = (press: KeyboardEvent): void => {
      if (press.defaultPrevented || press.isComposing || ["Shift", "Control", "Alt", "Meta"].includes(press.key))
        return;
      const typed = notation(press);
      if (isBusyElsewhere(press.target, typed)) return;
      const now = context();
      if (!now) return;
      const able = commands.filter((command) => command.can(now));
      const since = press.timeStamp - pressedAt < sequenceMs ? before : "";
      // A key with Shift that is some command's own means nothing else while that cannot be done.
      const owned = since === "" && typed.startsWith("Shift+") && hasKey(commands, typed) && !hasKey(able, typed);
      const meant = owned ? null : meaning(able, since, typed);
      pressedAt = press.timeStamp;
      before = meant === "more" ? typed : "";
      if (meant === null) return;
      press.preventDefault();
      able.find((command) => command.id === meant)?.run(now, typed);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [context]);
};

const hasKey = (all: readonly Command[], key: string): boolean =>
  all.some((command) => command.keys.some((keys) => keys === key || keys.startsWith(`${key} `)));

/** Keys belong to what is focused first: to text fields, menus and dialogs; Enter and Space to buttons and links. */
const isBusyElsewhere = (target: EventTarget | null, typed: string): boolean => {
  if (!(target instanceof HTMLElement)) return false;
  // A menu that has been left holds the focus for some moments more; keys pressed then are no longer for it.
  if (target.closest("[data-exiting]")) return false;
  const writes =
    target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select, [role=textbox]");
  if (writes) return !worksWhileWriting(typed) || typed === "Escape";
  if (belongsToList(typed) && target !== document.body && target.closest("[data-keys=list]") === null) return true;
  if (target.closest("[role=dialog], [role=menu], [role=listbox]:not([data-keys=desk])"))
    return !typed.startsWith("Ctrl+");
  return (
    (typed === "Enter" || typed === " ") &&
    target.matches("button, a, summary, [role=button], [role=tab], [role=option], [role=row]")
  );
};
