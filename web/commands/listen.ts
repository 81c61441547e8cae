// Turns key presses into commands while the desk is shown; called by the shell.
import { useEffect } from "react";
import type { Command } from "#web/commands/command.ts";
import { commands } from "#web/commands/commands.ts";
import type { Context } from "#web/commands/context.ts";
import {
  begins,
  belongsToList,
  meaning,
  notation,
  ofSequence,
  sequenceMs,
  worksWhileWriting,
} from "#web/commands/keys.ts";
import { toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";

const whyNotSeconds = 5;

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
      const known = ofSequence(commands, since, typed);
      const meant = owned ? null : meaning(able, since, typed);
      // A sequence that begins is waited for even if nothing of it can be done: its second key would do something else.
      const isMore = meant === "more" || (meant === null && begins(commands, typed));
      pressedAt = press.timeStamp;
      before = isMore && known === null ? typed : "";
      if (known !== null && ofSequence(able, since, typed) === null) {
        press.preventDefault();
        tellWhyNot(known, now);
        return;
      }
      if (isMore) press.preventDefault();
      if (meant === null || isMore) return;
      press.preventDefault();
      able.find((command) => command.id === meant)?.run(now, typed);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [context]);
};

/** Says that a command cannot be done now, and why if it knows. */
const tellWhyNot = ({ title, why }: Command, context: Context): void => {
  const name = t(title);
  const words = why === undefined ? t("keys.cannot", { name }) : t("keys.cannotFor", { name, why: t(why(context)) });
  toast(words, { tone: "failed", seconds: whyNotSeconds });
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
