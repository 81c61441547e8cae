/** @jsxImportSource preact */
// The chat's head: whose it is, the way back to the visitor's concerns, what the visitor can set, and the end. Called by App.tsx.
import { fill } from "#widget/words.ts";
import { Icon } from "./Icon.tsx";
import { words } from "./speech.ts";

export interface HeaderProps {
  readonly brand: string;
  readonly title: string;
  /** Null: there is nowhere to go back to. */
  readonly back: (() => void) | null;
  /** Unread messages of other concerns than the one shown. */
  readonly elsewhere: number;
  /** Null: the brand has no telephone that pages can call. */
  readonly call: (() => void) | null;
  readonly you: (() => void) | null;
  /** Null: the chat is the whole page. */
  readonly close: (() => void) | null;
}

export const Header = ({ brand, title, back, elsewhere, call, you, close }: HeaderProps) => (
  // Keys, so that a button stays the button it is when another comes before it: the focus, or a press under way, would be another one's.
  <header class="head">
    {back ? (
      <button key="back" type="button" class="plain" aria-label={words().back} title={words().back} onClick={back}>
        <Icon name="back" />
        {elsewhere > 0 ? <span class="dot" /> : null}
      </button>
    ) : (
      <span key="mark" class="mark" aria-hidden="true">
        {brand.slice(0, 1) || "·"}
      </span>
    )}
    <h2 key="title" class="title" id="draht-title" dir="auto">
      {title || (brand ? fill(words().title, { brand }) : words().name)}
    </h2>
    {call ? (
      <button key="call" type="button" class="plain" aria-label={words().callUs} title={words().callUs} onClick={call}>
        <Icon name="call" />
      </button>
    ) : null}
    {you ? (
      <button
        key="you"
        type="button"
        class="plain"
        aria-label={words().you.open}
        title={words().you.open}
        onClick={you}
      >
        <Icon name="person" />
      </button>
    ) : null}
    {close ? (
      <button
        key="close"
        type="button"
        class="plain"
        aria-label={words().button.close}
        title={words().button.close}
        onClick={close}
      >
        <Icon name="close" />
      </button>
    ) : null}
  </header>
);
