/** @jsxImportSource preact */
// Where the visitor writes. What is written is kept until it is said, also through a reload. Called by App.tsx.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Memory } from "#widget/memory.ts";
import { fill } from "#widget/words.ts";
import { Icon } from "./Icon.tsx";
import { words } from "./speech.ts";

/** As contract/chat.ts has it, which the browser does not load. */
export const longestText = 4_000;
const tellFrom = 300;
const emoji = ["🙂", "😀", "😉", "😕", "👍", "🙏", "❤️", "🎉"];

export interface ComposerProps {
  /** What is written belongs to this talk. */
  readonly talk: string;
  readonly drafts: Memory;
  readonly say: (text: string) => void;
  readonly typing: (on: boolean) => void;
}

export const Composer = ({ talk, drafts, say, typing }: ComposerProps) => {
  const name = `draft.${talk}`;
  const [text, setText] = useState(() => drafts.read(name) ?? "");
  const [isChoosing, setChoosing] = useState(false);
  const fieldRef = useRef<HTMLTextAreaElement>(null);
  const left = longestText - text.length;
  const canSay = text.trim() !== "" && left >= 0;

  const write = (value: string): void => {
    setText(value);
    if (value === "") drafts.forget(name);
    else drafts.keep(name, value);
    typing(value.trim() !== "");
  };
  const send = (): void => {
    if (!canSay) return;
    say(text.trim());
    write("");
    setChoosing(false);
    fieldRef.current?.focus();
  };
  const put = (sign: string): void => {
    const { current } = fieldRef;
    if (!current) return;
    current.setRangeText(sign, current.selectionStart, current.selectionEnd, "end");
    write(current.value);
    current.focus();
  };

  // As high as what is written, to a limit that the style sheet says.
  useLayoutEffect(() => {
    const { current } = fieldRef;
    if (!current) return;
    current.style.blockSize = "auto";
    // While the chat is hidden nothing has a height.
    if (current.scrollHeight > 0) current.style.blockSize = `${current.scrollHeight}px`;
  }, [text]);

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape meant for what is inside is caught on its way up
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isChoosing) return;
        event.stopPropagation();
        setChoosing(false);
        fieldRef.current?.focus();
      }}
    >
      {isChoosing ? (
        <fieldset class="emoji" aria-label={words().emoji}>
          {emoji.map((sign) => (
            <button key={sign} type="button" onClick={() => put(sign)}>
              {sign}
            </button>
          ))}
        </fieldset>
      ) : null}
      <div class="field">
        <button
          type="button"
          class="plain"
          aria-label={words().emoji}
          title={words().emoji}
          aria-expanded={isChoosing}
          onClick={() => setChoosing(!isChoosing)}
        >
          <Icon name="smile" />
        </button>
        <textarea
          ref={fieldRef}
          rows={1}
          dir="auto"
          value={text}
          placeholder={words().write}
          aria-label={words().write}
          aria-describedby={left <= tellFrom ? "draht-left" : undefined}
          enterkeyhint="send"
          onInput={({ currentTarget }) => write(currentTarget.value)}
          onBlur={() => typing(false)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        <button type="submit" class="send" disabled={!canSay} aria-label={words().send} title={words().send}>
          <Icon name="send" />
        </button>
      </div>
      {left <= tellFrom ? (
        <p class={`left${left < 0 ? " is-over" : ""}`} id="draht-left">
          {left < 0 ? fill(words().tooLong, { count: -left }) : fill(words().left, { count: left })}
        </p>
      ) : null}
    </form>
  );
};
