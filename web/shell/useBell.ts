// What a call that rings does beside its card: a bell, the window's title, a notice of the system while the desk is hidden. One window rings: the one that is the
// telephone. Called by the bar of calls.
import { useEffect } from "react";
import type { Call } from "#contract/calls.ts";
import { command } from "#web/commands/commands.ts";
import { shownKeys } from "#web/commands/keys.ts";
import { mac } from "#web/kit/platform.ts";
import { ringNoMore, ringOn } from "#web/shell/ring.ts";
import { callerWords } from "#web/state/callWords.ts";
import { deskState } from "#web/state/desk.ts";
import { nameWords } from "#web/state/names.ts";
import { telephone } from "#web/state/softphoneNow.ts";
import { announce } from "#web/state/spoken.ts";
import { useStore } from "#web/state/store.ts";
import { ringTitle } from "#web/state/title.ts";
import { answered, myWork } from "#web/state/work.ts";
import { offersOf } from "#web/state/workParts.ts";
import { t } from "#web/state/words.ts";

const keysOf = (id: string): string => shownKeys(command(id).keys[0] ?? "", mac).join(" ");

/** `shown`: the calls at the top; those that ask ring. Offers of calls ring, too; their title and words are the card's own. */
export const useBell = (shown: readonly { readonly call: Call; readonly part: "asked" | "in" }[]): void => {
  const here = useStore(telephone, ({ role }) => role === "here");
  const done = useStore(answered, (now) => now);
  const offered = useStore(myWork, (now) => {
    const first = offersOf(now, done).find(({ kind }) => kind === "voice" || kind === "callback");
    return first === undefined ? null : nameWords(first.customerName);
  });
  const asks = shown.find(({ part }) => part === "asked")?.call ?? null;
  const row = useStore(deskState, (state) => (asks?.concernId ? state.rows[asks.concernId] : undefined));
  const asked = asks === null ? null : callerWords(asks, row?.customerName ?? null);
  const rings = asked ?? offered;
  useEffect(() => {
    if (asked === null) return undefined;
    const mine = t("calls.title", { name: asked });
    ringTitle.set(mine);
    announce(t("calls.ringsSpoken", { name: asked, accept: keysOf("call.take"), decline: keysOf("call.refuse") }));
    return () => ringTitle.set((now) => (now === mine ? null : now));
  }, [asked]);
  useEffect(() => {
    if (rings === null || !here) return undefined;
    ringOn();
    const notice = noticeOf(rings);
    return () => {
      ringNoMore();
      notice?.close();
    };
  }, [rings, here]);
};

/** A notice of the system while nobody sees the desk, where that was allowed; pressing it brings the window to the front. */
const noticeOf = (name: string): Notification | null => {
  if (
    document.visibilityState === "visible" ||
    !("Notification" in globalThis) ||
    Notification.permission !== "granted"
  )
    return null;
  const notice = new Notification(t("calls.noticeTitle", { name }), { tag: "draht.call", requireInteraction: true });
  notice.addEventListener("click", () => {
    focus();
    notice.close();
  });
  return notice;
};
