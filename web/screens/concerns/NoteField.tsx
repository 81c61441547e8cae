// The field of a note: plain text, with colleagues offered after an "@".
import { useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { Face } from "#web/kit/Marks.tsx";
import { mentionable, mentionAt } from "#web/state/composing.ts";
import { deskState } from "#web/state/desk.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";

export const NoteField = ({
  value,
  focus,
  onChange,
}: {
  readonly value: string;
  readonly focus: number;
  readonly onChange: (text: string) => void;
}) => {
  const field = useRef<HTMLTextAreaElement>(null);
  /** Where the caret belongs once the text is there. */
  const placeAt = useRef<number | null>(null);
  const list = useId();
  const [caret, setCaret] = useState(0);
  const [at, setAt] = useState(0);
  const [closed, setClosed] = useState(false);
  const agents = useStore(deskState, (state) => state.agents);
  const mention = closed ? null : mentionAt(value, caret);
  const offered = mention ? mentionable(agents, mention.query).slice(0, 6) : [];
  const chosen = offered[Math.min(at, offered.length - 1)];
  useEffect(() => field.current?.focus(), [focus]);

  const take = (handle: string): void => {
    if (!mention) return;
    const next = `${value.slice(0, mention.from)}@${handle} ${value.slice(caret).replace(/^ /, "")}`;
    const end = mention.from + handle.length + 2;
    placeAt.current = end;
    onChange(next);
    setClosed(true);
  };
  // As soon as the text stands there, and not a frame later: whoever types on would write on both sides of the caret.
  useLayoutEffect(() => {
    const end = placeAt.current;
    if (end === null) return;
    placeAt.current = null;
    field.current?.setSelectionRange(end, end);
    setCaret(end);
  }, [value]);

  return (
    <div className="note-field">
      <textarea
        ref={field}
        className="editor-plain"
        aria-label={t("composer.noteText")}
        placeholder={t("composer.notePlaceholder")}
        value={value}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={list}
        aria-activedescendant={chosen ? `${list}-${chosen.id}` : undefined}
        onChange={(typing) => {
          setClosed(false);
          setAt(0);
          setCaret(typing.target.selectionStart);
          onChange(typing.target.value);
        }}
        onSelect={(selecting) => setCaret(selecting.currentTarget.selectionStart)}
        onKeyDown={(press) => {
          if (offered.length === 0 || !chosen) return;
          if (press.key === "ArrowDown" || press.key === "ArrowUp") {
            press.preventDefault();
            setAt((now) => (now + (press.key === "ArrowDown" ? 1 : offered.length - 1)) % offered.length);
          } else if ((press.key === "Enter" && !press.ctrlKey && !press.metaKey) || press.key === "Tab") {
            press.preventDefault();
            take(chosen.handle);
          } else if (press.key === "Escape") {
            press.preventDefault();
            press.stopPropagation();
            setClosed(true);
          }
        }}
      />
      {/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/no-noninteractive-element-to-interactive-role -- no element of HTML is a list of completions whose focus stays in the field */}
      <ul
        id={list}
        role="listbox"
        className="mentions popover"
        aria-label={t("composer.mention")}
        hidden={offered.length === 0}
      >
        {offered.map((agent) => (
          <li
            key={agent.id}
            id={`${list}-${agent.id}`}
            role="option"
            aria-selected={agent === chosen}
            className="menu-item"
            data-focused={agent === chosen || undefined}
            onMouseDown={(press) => {
              press.preventDefault();
              take(agent.handle);
            }}
          >
            <Face small name={agent.name} />
            <span className="menu-label">{agent.name}</span>
            <small>@{agent.handle}</small>
          </li>
        ))}
      </ul>
      {/* oxlint-enable jsx-a11y/prefer-tag-over-role, jsx-a11y/no-noninteractive-element-to-interactive-role */}
    </div>
  );
};
