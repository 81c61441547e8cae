// Addresses as chips: typed, completed by name or address, pasted in bulk, taken away by Backspace. What does not look like an address is said at once.
import { useId, useState } from "react";
import type { ReactNode } from "react";
import { Button, Label, Tag, TagGroup, TagList } from "react-aria-components";
import type { AddressKind } from "#contract/channel.ts";
import { Icon } from "#web/kit/Icon.tsx";
import { Face } from "#web/kit/Marks.tsx";
import { useSuggestions } from "#web/screens/concerns/useSuggestions.ts";
import { addressIn, looksLikeAddress, splitAddresses, withTyped } from "#web/state/composing.ts";
import { nameWords } from "#web/state/names.ts";
import { t } from "#web/state/words.ts";

export const Recipients = ({
  label,
  value,
  onChange,
  typed,
  onTyped,
  action,
  focus = false,
  kind = "email",
}: {
  readonly label: string;
  readonly value: readonly string[];
  readonly onChange: (value: readonly string[]) => void;
  /** What was begun and is no recipient yet. Its keeper counts it in when it is sent, and it is there again when the field is. */
  readonly typed: string;
  readonly onTyped: (typed: string) => void;
  /** Stands at the end of the line. */
  readonly action?: ReactNode;
  /** What kind of address is asked for. */
  readonly kind?: AddressKind;
  /** The caret begins here. */
  readonly focus?: boolean;
}) => {
  const field = useId();
  const list = useId();
  /** Where the arrows stand; null: at the first, unless what was typed is an address already. */
  const [at, setAt] = useState<number | null>(null);
  const [closed, setClosed] = useState(false);
  const offered = useSuggestions(kind, closed ? "" : typed, value);
  const chosen = at === null ? (looksLikeAddress(typed.trim(), kind) ? undefined : offered[0]) : offered[at];
  const add = (text: string): void => {
    const all = withTyped(value, text);
    if (typed !== "") onTyped("");
    setAt(null);
    if (all !== value) onChange(all);
  };
  return (
    <div className="recipients">
      {/* An empty group would be a stop of the Tab key at which there is nothing. */}
      {value.length === 0 ? (
        <span className="way-label">{label}</span>
      ) : (
        <TagGroup
          className="tags"
          selectionMode="none"
          onRemove={(keys) => onChange(value.filter((one) => !keys.has(one)))}
        >
          <Label className="way-label">{label}</Label>
          <TagList className="tag-list" items={value.map((one) => ({ id: one }))}>
            {(item) => (
              <Tag
                className="tag"
                textValue={nameWords(item.id)}
                data-wrong={!looksLikeAddress(item.id, kind) || undefined}
              >
                {nameWords(item.id)}
                <Button
                  slot="remove"
                  className="tag-remove"
                  aria-label={t("composer.removeAddress", { address: nameWords(item.id) })}
                >
                  <Icon name="close" size="small" />
                </Button>
              </Tag>
            )}
          </TagList>
        </TagGroup>
      )}
      <span className="recipient-place">
        <input
          id={field}
          className="recipient-field"
          role="combobox"
          aria-label={t("composer.addAddress", { field: label })}
          aria-autocomplete="list"
          aria-expanded={offered.length > 0}
          aria-controls={list}
          aria-activedescendant={chosen ? `${list}-${offered.indexOf(chosen)}` : undefined}
          value={typed}
          autoComplete="off"
          inputMode={kind === "email" ? "email" : kind === "phone" || kind === "whatsapp" ? "tel" : "text"}
          autoFocus={focus}
          onChange={(typing) => {
            setClosed(false);
            setAt(null);
            const before = typing.target.value.slice(0, -1);
            // Mail addresses hold no spaces; other addresses do.
            const ends = kind === "email" ? /[,;\s]$/ : /[,;]$/;
            if (ends.test(typing.target.value) && looksLikeAddress(addressIn(before), kind)) add(before);
            else onTyped(typing.target.value);
          }}
          onPaste={(paste) => {
            const text = paste.clipboardData.getData("text");
            if (splitAddresses(text).length < 2) return;
            paste.preventDefault();
            add(text);
          }}
          onBlur={() => add(typed)}
          onKeyDown={(press) => {
            if ((press.key === "ArrowDown" || press.key === "ArrowUp") && offered.length > 0) {
              press.preventDefault();
              const now = chosen ? offered.indexOf(chosen) : -1;
              const by = press.key === "ArrowDown" ? 1 : -1;
              setAt((now + by + offered.length) % offered.length);
            } else if (press.key === "Tab" && !press.shiftKey && chosen) {
              press.preventDefault();
              add(chosen.value);
            } else if (press.key === "Escape" && offered.length > 0) {
              press.preventDefault();
              press.stopPropagation();
              setClosed(true);
            } else if (press.key === "Enter" && !press.ctrlKey && !press.metaKey) {
              press.preventDefault();
              add(chosen?.value ?? typed);
            } else if (press.key === "Backspace" && typed === "" && value.length > 0) onChange(value.slice(0, -1));
          }}
        />
        {/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/no-noninteractive-element-to-interactive-role -- no element of HTML is a list of completions whose focus stays in the field */}
        <ul
          id={list}
          role="listbox"
          className="suggestions popover"
          aria-label={t("composer.suggested")}
          hidden={offered.length === 0}
        >
          {offered.map((one, index) => (
            <li
              key={one.value}
              id={`${list}-${index}`}
              role="option"
              aria-selected={one === chosen}
              className="menu-item"
              data-focused={one === chosen || undefined}
              onMouseDown={(press) => {
                press.preventDefault();
                add(one.value);
              }}
            >
              <Face small name={nameWords(one.name)} />
              <span className="menu-label">
                {nameWords(one.name)}
                {one.name === one.value ? null : <small>{one.value}</small>}
              </span>
            </li>
          ))}
        </ul>
        {/* oxlint-enable jsx-a11y/prefer-tag-over-role, jsx-a11y/no-noninteractive-element-to-interactive-role */}
      </span>
      {action}
    </div>
  );
};
