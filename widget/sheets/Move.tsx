/** @jsxImportSource preact */
// How the chat goes on at another browser: a code for a phone's camera, and the same as a link, until it has been opened there. Called by main.tsx.
import { useEffect, useRef } from "preact/hooks";
import type { ToWidget } from "#contract/chat.ts";
import type english from "#locales/en.json";

export interface MoveProps {
  readonly moved: (ToWidget & { readonly type: "moved" }) | "there";
  readonly title: string;
  readonly close: () => void;
  readonly words: Pick<(typeof english)["widget"], "move" | "newWindow">;
}

export const Move = ({ moved, title, close, words }: MoveProps) => {
  const shownRef = useRef<HTMLElement>(null);
  useEffect(() => {
    shownRef.current?.focus();
  }, [moved]);
  return (
    <section class="move" ref={shownRef} tabIndex={-1} aria-label={title}>
      <output>{moved === "there" ? words.move.there : ""}</output>
      {moved === "there" ? null : (
        <>
          <p>{words.move.how}</p>
          {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- drawn here, and no file that a strict policy would have to allow */}
          <svg viewBox={`0 0 ${moved.size} ${moved.size}`} role="img" aria-label={words.move.picture}>
            <rect width={moved.size} height={moved.size} class="light" />
            <path d={moved.path} class="dark" shape-rendering="crispEdges" />
          </svg>
          <a href={moved.url} target="_blank" rel="noopener noreferrer">
            {words.move.link}
            <span class="spoken"> {words.newWindow}</span>
          </a>
        </>
      )}
      <button type="button" class="quiet" onClick={close}>
        {words.move.close}
      </button>
    </section>
  );
};
