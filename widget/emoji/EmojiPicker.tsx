/** @jsxImportSource preact */
// Emoji to choose from: those used last, in groups, or searched by a word. With the arrows one goes through them. Called by main.tsx.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Memory } from "#widget/memory.ts";
import english from "#locales/en.json" with { type: "json" };
import { count, type Language } from "#widget/words.ts";
import { emojiIn, found, type Emoji, type EmojiGroup } from "./data.ts";
import { noteEmoji, recentEmoji } from "./recent.ts";

export interface EmojiPickerProps {
  readonly language: Language;
  readonly words: typeof english.widget.emoji;
  readonly memory: Memory;
  readonly put: (sign: string) => void;
}

interface Row {
  readonly id: EmojiGroup | "recent" | "found";
  readonly list: readonly Emoji[];
}

/** What is shown: what was searched, or everything with what was used last before it. */
const rowsOf = (language: Language, asked: string, recent: readonly string[]): readonly Row[] => {
  const groups = emojiIn(language);
  const all = groups.flatMap(({ list }) => list);
  if (asked.trim() !== "") return [{ id: "found", list: found(all, asked) }];
  const bySign = new Map(all.map((one) => [one.sign, one]));
  const last = recent.flatMap((sign) => bySign.get(sign) ?? []);
  return [
    ...(last.length === 0 ? [] : [{ id: "recent" as const, list: last }]),
    ...groups.map(({ group, list }) => ({ id: group, list })),
  ];
};

/** The sign that an arrow leads to from another; null: it leads nowhere. By what stands where, whatever the width. */
const next = (buttons: readonly HTMLElement[], from: HTMLElement, key: string): HTMLElement | null => {
  const at = buttons.indexOf(from);
  const isRight = getComputedStyle(from).direction === "rtl";
  const step = (by: number): HTMLElement | null => buttons[at + by] ?? null;
  if (key === "ArrowRight") return step(isRight ? -1 : 1);
  if (key === "ArrowLeft") return step(isRight ? 1 : -1);
  if (key === "Home") return buttons[0] ?? null;
  if (key === "End") return buttons.at(-1) ?? null;
  if (key !== "ArrowDown" && key !== "ArrowUp") return null;
  const here = from.getBoundingClientRect();
  const beyond = (key === "ArrowDown" ? buttons.slice(at + 1) : buttons.slice(0, at).toReversed()).map((button) => ({
    button,
    box: button.getBoundingClientRect(),
  }));
  const row = beyond.find(({ box }) => Math.abs(box.top - here.top) > 4)?.box.top;
  const inRow = beyond.filter(({ box }) => row !== undefined && Math.abs(box.top - row) < 4);
  return (
    inRow.toSorted((a, b) => Math.abs(a.box.left - here.left) - Math.abs(b.box.left - here.left))[0]?.button ?? null
  );
};

export const EmojiPicker = ({ language, words, memory, put }: EmojiPickerProps) => {
  const [asked, setAsked] = useState("");
  // As they were when it was opened: what one clicks on does not move away.
  const [recent] = useState(() => recentEmoji(memory));
  const gridRef = useRef<HTMLDivElement>(null);
  const searchRef = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!matchMedia("(pointer: coarse)").matches) searchRef.current?.focus();
  }, []);
  const buttons = (): HTMLElement[] => [...(gridRef.current?.querySelectorAll<HTMLElement>("button") ?? [])];
  const choose = (sign: string): void => {
    noteEmoji(memory, sign);
    put(sign);
  };
  const rows = rowsOf(language, asked, recent);
  const all = rows.flatMap(({ list }) => list);
  return (
    <fieldset class="emoji" aria-label={words.title}>
      <div class="emoji-head">
        <input
          ref={searchRef}
          type="search"
          aria-label={words.search}
          placeholder={words.search}
          value={asked}
          onInput={({ currentTarget }) => setAsked(currentTarget.value)}
          onKeyDown={(event) => {
            const [first] = buttons();
            if (event.key === "Enter") {
              event.preventDefault();
              const [one] = all;
              if (asked.trim() !== "" && one) choose(one.sign);
            } else if (event.key === "ArrowDown" && first) {
              event.preventDefault();
              first.focus();
            }
          }}
        />
        <output class="spoken">{asked.trim() === "" ? "" : count(words.found, all.length)}</output>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- the arrows belong to the buttons inside */}
      <div
        class="emoji-grid"
        ref={gridRef}
        onKeyDown={(event) => {
          const from = event.target;
          if (!(from instanceof HTMLElement)) return;
          const to = next(buttons(), from, event.key);
          if (to === null) {
            if (event.key === "ArrowUp") searchRef.current?.focus();
            return;
          }
          event.preventDefault();
          to.focus();
        }}
      >
        {rows.map(({ id, list }, place) => (
          <section key={id} aria-label={words.groups[id]}>
            <h3>{words.groups[id]}</h3>
            {list.length === 0 ? <p>{words.none}</p> : null}
            {list.map(({ sign, label }, index) => (
              <button
                key={sign}
                type="button"
                tabIndex={place === 0 && index === 0 ? 0 : -1}
                aria-label={label}
                title={label}
                onClick={() => choose(sign)}
              >
                {sign}
              </button>
            ))}
          </section>
        ))}
      </div>
    </fieldset>
  );
};
