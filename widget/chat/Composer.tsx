/** @jsxImportSource preact */
// Where the visitor writes. What is written is kept until it is said, also through a reload. Called by App.tsx.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ChatLimits } from "#contract/chat.ts";
import type { Memory } from "#widget/memory.ts";
import { fill } from "#widget/words.ts";
import { Emoji } from "./Emoji.tsx";
import { ChosenFiles } from "./Files.tsx";
import type { Chosen } from "./files.ts";
import { Icon } from "./Icon.tsx";
import type { Session } from "./session.ts";
import { size, words } from "./speech.ts";
import { useFiles } from "./useFiles.ts";

/** As contract/chat.ts has it, which the browser does not load. */
export const longestText = 4_000;
const tellFrom = 300;

export interface ComposerProps {
  /** What is written belongs to this talk. */
  readonly talk: string;
  readonly drafts: Memory;
  readonly memory: Memory;
  readonly session: Session;
  /** What files may be sent; null: not known yet. */
  readonly limits: ChatLimits | null;
  readonly say: (text: string, files: readonly Chosen[]) => void;
  readonly typing: (on: boolean) => void;
}

export const Composer = ({ talk, drafts, memory, session, limits, say, typing }: ComposerProps) => {
  const name = `draft.${talk}`;
  const [text, setText] = useState(() => drafts.read(name) ?? "");
  const [shown, setShown] = useState<"" | "emoji" | "files">("");
  const fieldRef = useRef<HTMLTextAreaElement>(null);
  const left = longestText - text.length;
  const area = (): HTMLElement | null => fieldRef.current?.closest<HTMLElement>(".panel") ?? null;
  const chosen = useFiles({ talk, drafts, session, limits, area });
  const canSay = (text.trim() !== "" || chosen.files.length > 0) && left >= 0;
  const isTouched = matchMedia("(pointer: coarse)").matches;
  const toggle = (which: "emoji" | "files"): void => setShown(shown === which ? "" : which);

  const write = (value: string): void => {
    setText(value);
    if (value === "") drafts.forget(name);
    else drafts.keep(name, value);
    typing(value.trim() !== "");
  };
  const send = (): void => {
    if (!canSay) return;
    say(text.trim(), chosen.hand());
    write("");
    setShown("");
    fieldRef.current?.focus();
  };
  const put = (sign: string): void => {
    const { current } = fieldRef;
    if (!current) return;
    current.setRangeText(sign, current.selectionStart, current.selectionEnd, "end");
    write(current.value);
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
        if (event.key !== "Escape" || shown === "") return;
        event.stopPropagation();
        setShown("");
        fieldRef.current?.focus();
      }}
    >
      {chosen.isOver ? <p class="drop">{words().files.drop}</p> : null}
      <ChosenFiles files={chosen.files} load={session.chosen} remove={chosen.remove} />
      {chosen.trouble === "" ? null : (
        <p class="wrong" role="alert">
          {chosen.trouble}
        </p>
      )}
      {shown === "files" && limits !== null ? (
        <fieldset class="attach" aria-label={words().files.attach} aria-describedby="draht-limits">
          <button type="button" class="quiet" onClick={() => chosen.choose(false)}>
            <Icon name="file" />
            {words().files.choose}
          </button>
          {isTouched ? (
            <button type="button" class="quiet" onClick={() => chosen.choose(true)}>
              <Icon name="camera" />
              {words().files.camera}
            </button>
          ) : null}
          <p id="draht-limits">
            {fill(words().files.limits, { count: limits.filesPerMessage, size: size(limits.fileBytes) })}
            {isTouched ? "" : ` ${words().files.limitsMore}`}
          </p>
        </fieldset>
      ) : null}
      {shown === "emoji" ? <Emoji memory={memory} put={put} /> : null}
      <div class="field">
        {limits === null ? null : (
          <button
            type="button"
            class="plain"
            aria-label={words().files.attach}
            title={words().files.attach}
            aria-expanded={shown === "files"}
            onClick={() => toggle("files")}
          >
            <Icon name="clip" />
          </button>
        )}
        <button
          type="button"
          class="plain"
          aria-label={words().chooseEmoji}
          title={words().chooseEmoji}
          aria-expanded={shown === "emoji"}
          onClick={() => toggle("emoji")}
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
          onPaste={(event) => {
            if (chosen.take(event.clipboardData?.files)) event.preventDefault();
          }}
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
