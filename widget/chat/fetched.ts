// The widget's files beside the chat's, each fetched when it is first wanted. Called by Emoji.tsx, Sheet.tsx and main.tsx.
import { render } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Fragment, jsx, jsxs } from "preact/jsx-runtime";
import type { Given } from "#widget/given.ts";
import type { StartCall } from "#widget/call/main.ts";
import type { give as giveEmoji, showEmoji } from "#widget/emoji/main.tsx";
import type { startPush } from "#widget/push/main.ts";
import type {
  give,
  hide,
  showConfirm,
  showForm,
  showIntroduce,
  showPreChat,
  showRating,
  showUnbelieved,
  showYou,
  sound,
} from "#widget/sheets/main.tsx";

/** Their names; written in by the build (tools/widget.ts). */
declare const EMOJI_FILE: string;
declare const SHEETS_FILE: string;
declare const PUSH_FILE: string;
declare const CALL_FILE: string;

export interface Sheets {
  readonly give: typeof give;
  readonly showPreChat: typeof showPreChat;
  readonly showConfirm: typeof showConfirm;
  readonly showIntroduce: typeof showIntroduce;
  readonly showForm: typeof showForm;
  readonly showYou: typeof showYou;
  readonly sound: typeof sound;
  readonly showRating: typeof showRating;
  readonly showUnbelieved: typeof showUnbelieved;
  readonly hide: typeof hide;
}

/** For whichever of them draws by it. */
const preact: Given = { Fragment, jsx, jsxs, render, useEffect, useId, useRef, useState };

/** Gives how to have a file; it rejects when it cannot be had now, and tries again when asked again. */
const fetcher = <F>(name: string): (() => Promise<F>) => {
  let fetched: Promise<F> | null = null;
  let tries = 0;
  return () => {
    const again = tries > 0 ? `?${tries}` : "";
    tries += 1;
    // A browser may remember that a file could not be fetched: another try asks for another address.
    fetched ??= import(/* @vite-ignore */ new URL(name + again, import.meta.url).href).then(
      (file: F & { readonly give?: (preact: Given) => void }) => {
        file.give?.(preact);
        return file;
      },
    );
    fetched.catch(() => (fetched = null));
    return fetched;
  };
};

export const fetchEmoji = fetcher<{ readonly give: typeof giveEmoji; readonly showEmoji: typeof showEmoji }>(
  EMOJI_FILE,
);
export const fetchSheets = fetcher<Sheets>(SHEETS_FILE);
export const fetchCall = fetcher<{ readonly start: StartCall }>(CALL_FILE);
export const fetchPush = fetcher<{ readonly startPush: typeof startPush }>(PUSH_FILE);
