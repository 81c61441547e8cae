/** @jsxImportSource preact */
// How content somebody was: five buttons, and a few words if they like. The first press counts; another one changes it, until its time is over. Called by main.tsx.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { ToWidget } from "#contract/chat.ts";
import { ratingTextLength, scores, type Score } from "#contract/score.ts";
import type english from "#locales/en.json";
import type { Session } from "#widget/chat/shapes.ts";

export interface RatingProps {
  readonly id: string;
  /** What the server knows of it; undefined: nothing was answered. */
  readonly given: (ToWidget & { readonly type: "rating" }) | undefined;
  readonly now: number;
  readonly rate: Session["rate"];
  readonly words: Pick<(typeof english)["widget"], "rating">;
}

export const Rating = ({ id, given, now, rate, words: { rating: words } }: RatingProps) => {
  const name = useId();
  const [text, setText] = useState<string | null>(null);
  /** What was pressed and is not confirmed yet; null: nothing. */
  const [said, setSaid] = useState<{ readonly score: Score; readonly text: string } | null>(null);
  const [isFailed, setFailed] = useState(false);
  const score = given?.score ?? null;
  const isTaken = score === said?.score && given?.text === said?.text.trim();
  const isOver = given !== undefined && given.untilMs <= now;
  const say = (next: Score, words: string): void => {
    setFailed(!rate(id, next, words));
    setSaid({ score: next, text: words });
  };
  const shown = said?.score ?? score;
  const written = text ?? given?.text ?? "";
  const status = isOver ? words.over : isFailed ? words.failed : said && isTaken ? words.thanks : "";
  const statusRef = useRef<HTMLOutputElement>(null);
  // What became of it comes below what was pressed, where the end of the talk may not be seen.
  useEffect(() => {
    if (status !== "") statusRef.current?.scrollIntoView({ block: "nearest" });
  }, [status]);
  return (
    <form
      class="part form-part rating"
      onSubmit={(event) => {
        event.preventDefault();
        if (shown !== null) say(shown, written);
      }}
    >
      <fieldset class="part" disabled={isOver}>
        <legend class="spoken">{words.title}</legend>
        {scores.toReversed().map((one) => (
          <button
            key={one}
            type="button"
            class="choice"
            aria-pressed={shown === one}
            onClick={() => say(one, given?.text ?? "")}
          >
            <b>{one}</b>
            {words.scores[one]}
          </button>
        ))}
      </fieldset>
      {shown === null || isOver ? null : (
        <div class="form-field">
          <label for={name}>{words.text}</label>
          <textarea
            id={name}
            rows={3}
            maxLength={ratingTextLength}
            dir="auto"
            value={written}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
          <button type="submit" class="strong">
            {words.send}
          </button>
        </div>
      )}
      <output class="saved" ref={statusRef}>
        {status}
      </output>
    </form>
  );
};
