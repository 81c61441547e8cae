/** @jsxImportSource preact */
// One message on the screen: what was said, by whom, when and how it came. Called by Thread.tsx. Text becomes text nodes and links, never HTML.
import { fill } from "#widget/words.ts";
import type { Waiting } from "./chats.ts";
import { ChosenFiles, MessageFiles } from "./Files.tsx";
import { Icon } from "./Icon.tsx";
import { Parts, type Answering } from "./Parts.tsx";
import { clock, words } from "./speech.ts";
import { Text } from "./Text.tsx";
import { withoutTurns } from "./text.ts";
import type { Line } from "./times.ts";

export interface BubbleProps {
  readonly line: Line;
  /** In whose name it was said where nobody is named. */
  readonly brand: string;
  /** The last of the visitor's own says that it arrived, the last that somebody of us had before their eyes that it is read. */
  readonly mark: string | null;
  /** Fetches a file of it. */
  readonly load: (id: string) => Promise<Blob>;
  readonly answering: Answering;
}

/** A message the server has. */
export const Bubble = ({ line, brand, mark, load, answering }: BubbleProps) => {
  const { message, first, last } = line;
  const isOurs = message.by === "us";
  const name = withoutTurns(message.name || brand);
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
            {message.automatic ? fill(words().automatic, { brand: name }) : name}
          </span>
        ) : (
          <span class="spoken">{isOurs ? name : words().yourself}</span>
        )}
        {message.parts.length > 0 ? (
          <Parts parts={message.parts} answering={answering} />
        ) : message.text === "" ? null : (
          <Text text={message.text} />
        )}
        <MessageFiles files={message.files} load={load} />
      </div>
      {last || mark ? (
        <p class="meta">
          <time dateTime={message.at}>{clock().time(message.at)}</time>
          {message.way === "chat" ? null : (
            <span class="way">
              <Icon name="mail" />
              {message.way === "email" ? words().byMail : words().otherWay}
            </span>
          )}
          {mark ? (
            <span class="way">
              <Icon name="check" />
              {mark}
            </span>
          ) : null}
        </p>
      ) : null}
    </li>
  );
};

/** What stands there before anybody has said anything. */
export const Greeting = ({
  brand,
  text,
  isAutomatic,
}: {
  readonly brand: string;
  readonly text: string;
  readonly isAutomatic: boolean;
}) => (
  <div class="line by-us is-first is-last greeting">
    <span class="face" aria-hidden="true">
      {brand.slice(0, 1) || "·"}
    </span>
    <div class="bubble">
      {isAutomatic ? (
        <span class="name" dir="auto">
          {fill(words().automatic, { brand })}
        </span>
      ) : null}
      <Text text={text} />
    </div>
  </div>
);

export interface WaitingProps {
  readonly entry: Waiting;
  readonly isLast: boolean;
  readonly isUp: boolean;
  readonly progress: { readonly id: string; readonly share: number } | null;
  readonly load: (id: string) => Promise<Blob | null>;
  readonly again: () => void;
  readonly drop: () => void;
}

const reasonOf = (code: string): string => {
  const reasons: Readonly<Record<string, string>> = words().refused;
  return reasons[code] ?? words().refused.other;
};

/** Something said that has not been taken yet. */
export const WaitingBubble = ({ entry, isLast, isUp, progress, load, again, drop }: WaitingProps) => (
  <li class={`line by-you is-waiting is-first${isLast || entry.failed !== null ? " is-last" : ""}`}>
    <div class="bubble">
      <span class="spoken">{words().yourself}</span>
      {entry.text === "" ? null : <Text text={entry.text} />}
      <ChosenFiles files={entry.files} load={load} progress={progress} />
    </div>
    {entry.failed === null ? (
      isLast || entry.files.length > 0 ? (
        <p class="meta">
          <span class="way">
            <Icon name="wait" />
            {isUp ? words().sending : words().waiting}
          </span>
          {entry.files.length > 0 ? (
            <button type="button" class="link" onClick={drop}>
              {words().files.cancel}
            </button>
          ) : null}
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
