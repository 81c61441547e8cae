/** @jsxImportSource preact */
// The place of what most visitors never see, which comes with a file of its own. Called by App.tsx, Thread.tsx and Parts.tsx.
import { useEffect, useRef, useState } from "preact/hooks";
import type { SheetPlace } from "#widget/sheets/main.tsx";
import { fetchSheets, type Sheets } from "./fetched.ts";
import { language, words } from "./speech.ts";

export interface SheetProps {
  /** Draws it, whenever something may have changed. */
  readonly draw: (sheets: Sheets, at: SheetPlace) => void;
  /** Called when the file is not to be had now; left out: the visitor may try again. */
  readonly failed?: () => void;
}

export const Sheet = ({ draw, failed }: SheetProps) => {
  const [state, setState] = useState<Sheets | "loading" | "failed">("loading");
  const [tries, setTries] = useState(0);
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let isGone = false;
    setState("loading");
    fetchSheets().then(
      (sheets) => isGone || setState(sheets),
      () => isGone || (failed ?? (() => setState("failed")))(),
    );
    return () => {
      isGone = true;
    };
    // oxlint-disable-next-line react/exhaustive-deps -- fetched when it comes, and again when it is asked for
  }, [tries]);
  useEffect(() => {
    if (typeof state === "object" && ref.current) draw(state, { place: ref.current, language: language() });
  });
  useEffect(() => {
    const place = ref.current;
    return () => {
      if (typeof state === "object" && place) state.hide(place);
    };
  }, [state]);
  return (
    <>
      {typeof state === "object" ? null : state === "loading" ? (
        <p class="emoji-note">{words().fetching}</p>
      ) : (
        <button type="button" class="link" onClick={() => setTries(tries + 1)}>
          {words().files.failed}
        </button>
      )}
      <div ref={ref} class="sheet" />
    </>
  );
};
