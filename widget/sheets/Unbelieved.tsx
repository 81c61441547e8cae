/** @jsxImportSource preact */
// The site's sign-in is not believed: nothing is shown of anybody, and the visitor chooses how to go on. Called by main.tsx.
import type english from "#locales/en.json";

export interface UnbelievedProps {
  /** Null: the site has no fresh word to give. */
  readonly again: (() => void) | null;
  readonly without: () => void;
  readonly words: Pick<(typeof english)["widget"], "unbelieved">;
}

export const Unbelieved = ({ again, without, words }: UnbelievedProps) => (
  <div class="body unbelieved">
    <p role="alert">{words.unbelieved.why}</p>
    <div class="choices">
      {again ? (
        <button type="button" class="strong" onClick={again}>
          {words.unbelieved.again}
        </button>
      ) : null}
      <button type="button" class={again ? "quiet" : "strong"} onClick={without}>
        {words.unbelieved.without}
      </button>
    </div>
  </div>
);
