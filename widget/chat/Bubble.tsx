/** @jsxImportSource preact */
// One message on the screen: what was said, by whom, when and how it came. Called by Thread.tsx. Text becomes text nodes and links, never HTML.
import { fill } from "#widget/words.ts";
import type { Waiting } from "./chats.ts";
import { Icon } from "./Icon.tsx";
import { clock, words } from "./speech.ts";
import { piecesOf, withoutTurns } from "./text.ts";
import type { Line } from "./times.ts";

const Text = ({ text }: { readonly text: string }) => (
  <p class="text" dir="auto">
    {piecesOf(text).map(({ text: piece, href }, index) =>
      href === null ? (
        piece
      ) : (
        <a key={index} href={href} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">
          {piece}
          <span class="spoken"> {words().newWindow}</span>
        </a>
      ),
    )}
  </p>
);

/** A message the server has. `isSent`: the last of the visitor's own, which says that it arrived. */
export const Bubble = ({ line, isSent }: { readonly line: Line; readonly isSent: boolean }) => {
  const { message, first, last } = line;
  const isOurs = message.by === "us";
  const name = withoutTurns(message.name);
  return (
    <li class={`line by-${message.by}${first ? " is-first" : ""}${last ? " is-last" : ""}`}>
      {isOurs && first ? (
        <span class="face" aria-hidden="true">
          {name.slice(0, 1) || "·"}
        </span>
      ) : null}
      <div class="bubble">
        {first && isOurs && name ? (
          <span class="name" dir="auto">
            {name}
          </span>
        ) : (
          <span class="spoken">{isOurs ? name : words().yourself}</span>
        )}
        <Text text={message.text} />
        {/* Files, answers to choose from and forms stand here when the server speaks of them. */}
      </div>
      {last ? (
        <p class="meta">
          <time dateTime={message.at}>{clock().time(message.at)}</time>
          {message.way === "chat" ? null : (
            <span class="way">
              <Icon name="mail" />
              {message.way === "email" ? words().byMail : words().otherWay}
            </span>
          )}
          {isSent ? (
            <span class="way">
              <Icon name="check" />
              {words().sent}
            </span>
          ) : null}
        </p>
      ) : null}
    </li>
  );
};

/** What stands there before anybody has said anything. */
export const Greeting = ({ brand, text }: { readonly brand: string; readonly text: string }) => (
  <div class="line by-us is-first is-last greeting">
    <span class="face" aria-hidden="true">
      {brand.slice(0, 1) || "·"}
    </span>
    <div class="bubble">
      <Text text={text} />
    </div>
  </div>
);

export interface WaitingProps {
  readonly entry: Waiting;
  readonly isLast: boolean;
  readonly isUp: boolean;
  readonly again: () => void;
  readonly drop: () => void;
}

const reasonOf = (code: string): string => {
  const reasons: Readonly<Record<string, string>> = words().refused;
  return reasons[code] ?? words().refused.other;
};

/** Something said that has not been taken yet. */
export const WaitingBubble = ({ entry, isLast, isUp, again, drop }: WaitingProps) => (
  <li class={`line by-you is-waiting is-first${isLast || entry.failed !== null ? " is-last" : ""}`}>
    <div class="bubble">
      <span class="spoken">{words().yourself}</span>
      <Text text={entry.text} />
    </div>
    {entry.failed === null ? (
      isLast ? (
        <p class="meta">
          <span class="way">
            <Icon name="wait" />
            {isUp ? words().sending : words().waiting}
          </span>
        </p>
      ) : null
    ) : (
      <p class="meta is-failed">
        {fill(words().notSent, { reason: reasonOf(entry.failed) })}
        <button type="button" class="link" onClick={again}>
          {words().again}
        </button>
        <button type="button" class="link" onClick={drop}>
          {words().drop}
        </button>
      </p>
    )}
  </li>
);
