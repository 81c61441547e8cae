// The widget's files beside the chat's, each fetched when it is first wanted. Called by Emoji.tsx, Sheet.tsx and main.tsx.
import type { showEmoji } from "#widget/emoji/main.tsx";
import type { startPush } from "#widget/push/main.ts";
import type {
  hide,
  showConfirm,
  showIntroduce,
  showMove,
  showPreChat,
  showRating,
  showUnbelieved,
  showWish,
  sound,
} from "#widget/sheets/main.tsx";

/** Their names; written in by the build (tools/widget.ts). */
declare const EMOJI_FILE: string;
declare const SHEETS_FILE: string;
declare const PUSH_FILE: string;

export interface Sheets {
  readonly showPreChat: typeof showPreChat;
  readonly showConfirm: typeof showConfirm;
  readonly showIntroduce: typeof showIntroduce;
  readonly showMove: typeof showMove;
  readonly showWish: typeof showWish;
  readonly sound: typeof sound;
  readonly showRating: typeof showRating;
  readonly showUnbelieved: typeof showUnbelieved;
  readonly hide: typeof hide;
}

/** Gives how to have a file; it rejects when it cannot be had now, and tries again when asked again. */
const fetcher = <F>(name: string): (() => Promise<F>) => {
  let fetched: Promise<F> | null = null;
  let tries = 0;
  return () => {
    const again = tries > 0 ? `?${tries}` : "";
    tries += 1;
    // A browser may remember that a file could not be fetched: another try asks for another address.
    fetched ??= import(/* @vite-ignore */ new URL(name + again, import.meta.url).href) as Promise<F>;
    fetched.catch(() => (fetched = null));
    return fetched;
  };
};

export const fetchEmoji = fetcher<{ readonly showEmoji: typeof showEmoji }>(EMOJI_FILE);
export const fetchSheets = fetcher<Sheets>(SHEETS_FILE);
export const fetchPush = fetcher<{ readonly startPush: typeof startPush }>(PUSH_FILE);
