// Whether the page says that the link is lost: after a short grace, until it is up again. Called by the shell's banner.
import { linkState } from "#web/state/desk.ts";
import { saveAll } from "#web/state/drafts.ts";
import { createStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";

/** A break shorter than this is not worth a word. Milliseconds. */
const graceMs = 500;

/** True while the banner stands. */
export const linkLostShown = createStore(false);

let timer: ReturnType<typeof setTimeout> | undefined;

linkState.watch(() => {
  const state = linkState.get();
  clearTimeout(timer);
  if (state === "lost" && !linkLostShown.get()) timer = setTimeout(() => linkLostShown.set(true), graceMs);
  if (state !== "up" || !linkLostShown.get()) return;
  linkLostShown.set(false);
  toast(t("shell.linkBack"));
  saveAll();
});
