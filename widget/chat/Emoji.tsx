/** @jsxImportSource preact */
// The place of the emoji picker, which comes with a file of its own. Called by Composer.tsx.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Memory } from "#widget/memory.ts";
import { fetchEmoji } from "./fetched.ts";
import { language, words } from "./speech.ts";

export interface EmojiProps {
  readonly memory: Memory;
  readonly put: (sign: string) => void;
}

export const Emoji = ({ memory, put }: EmojiProps) => {
  const [state, setState] = useState<"loading" | "failed" | "shown">("loading");
  const [tries, setTries] = useState(0);
  const ref = useRef<HTMLDivElement>(null);
  // What the picker calls is always what the composer has now.
  const putRef = useRef(put);
  useEffect(() => {
    putRef.current = put;
  });
  useEffect(() => {
    let isGone = false;
    let hide = (): void => undefined;
    setState("loading");
    fetchEmoji().then(
      ({ showEmoji }) => {
        if (isGone || !ref.current) return;
        setState("shown");
        hide = showEmoji({
          place: ref.current,
          language: language(),
          memory,
          put: (sign) => putRef.current(sign),
        });
      },
      () => isGone || setState("failed"),
    );
    return () => {
      isGone = true;
      hide();
    };
  }, [memory, tries]);
  return (
    <>
      {state === "shown" ? null : (
        <p class="emoji-note">
          {state === "loading" ? words().fetching : words().emojiFailed}
          {state === "loading" ? null : (
            <button type="button" class="link" onClick={() => setTries(tries + 1)}>
              {words().again}
            </button>
          )}
        </p>
      )}
      <div ref={ref} />
    </>
  );
};
