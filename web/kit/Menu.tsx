// A button that opens a menu, and a picker that is searched by typing. Called by the header, the composer and the admin pages.
import { useId, useRef, useState } from "react";
import type { ReactNode, RefObject } from "react";
import {
  Autocomplete,
  Dialog,
  Header,
  Input,
  ListBox,
  ListBoxSection,
  Menu,
  MenuItem,
  MenuTrigger,
  Popover,
  SearchField,
  Separator,
  useFilter,
} from "react-aria-components";
import { ChoiceItem, choiceText } from "#web/kit/ChoiceItem.tsx";
import type { Choice } from "#web/kit/ChoiceItem.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { ScrollBox } from "#web/kit/ScrollBox.tsx";
import type { IconName } from "#web/kit/Icon.tsx";
import { useTip } from "#web/kit/useTip.tsx";
import "#web/kit/menu.css";

/** One line of a menu; null draws a line between groups. */
export type MenuEntry = {
  readonly id: string;
  readonly label: string;
  readonly icon?: IconName;
  readonly keys?: string | undefined;
  readonly run: () => void;
  readonly danger?: boolean;
} | null;

/** Wraps its trigger (any button) and opens a menu below it. */
export const ActionMenu = ({
  trigger,
  label,
  entries,
  placement = "bottom start",
  focusFirst = false,
  ...opening
}: {
  readonly trigger: ReactNode;
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  readonly placement?: "bottom start" | "bottom end" | "top end" | "top start";
  readonly isOpen?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
  /** Opened by a key of its own, its first entry has the focus. */
  readonly focusFirst?: boolean;
}) => (
  <MenuTrigger {...opening}>
    {trigger}
    <Popover className="popover" placement={placement} offset={6}>
      <Menu
        className="menu"
        aria-label={label}
        {...(focusFirst ? { autoFocus: "first" as const } : {})}
        onAction={(id) => entries.find((entry) => entry?.id === id)?.run()}
      >
        {entries.map((entry, index) =>
          entry === null ? (
            <Separator key={`line-${index}`} className="menu-line" />
          ) : (
            <MenuItem
              key={entry.id}
              id={entry.id}
              className="menu-item"
              textValue={entry.label}
              data-danger={entry.danger || undefined}
            >
              {entry.icon ? <Icon name={entry.icon} /> : <span className="menu-gap" />}
              <span className="menu-label">{entry.label}</span>
              {entry.keys ? <kbd aria-hidden>{entry.keys}</kbd> : null}
            </MenuItem>
          ),
        )}
      </Menu>
    </Popover>
  </MenuTrigger>
);

/**
 * A picker: a button that says what is chosen, and a list that is narrowed by typing. `multiple` keeps it open.
 * `create` offers what was typed as a new choice, an entry of the list like the others. It may be opened by a command through `isOpen`.
 * A concern's header has eight: the button is the browser's own, and the list with its choices is made when it is first opened.
 */
export const Picker = ({
  label,
  button,
  className = "chip",
  tip,
  ...choosing
}: Choosing & {
  readonly button: ReactNode;
  /** Shown beside a button that is a picture only; with its key. */
  readonly tip?: { readonly words: string; readonly keys: string | undefined };
  readonly className?: string;
}) => {
  const { isOpen, onOpenChange } = choosing;
  const place = useRef<HTMLButtonElement>(null);
  const tipped = useTip(place, tip?.words, tip?.keys);
  const id = useId();
  const [made, setMade] = useState(false);
  if (isOpen && !made) setMade(true);
  return (
    <>
      <button
        ref={place}
        type="button"
        className={className}
        aria-label={label}
        aria-expanded={isOpen}
        {...(isOpen ? { "aria-controls": id } : {})}
        onClick={() => onOpenChange(!isOpen)}
        {...(tip ? tipped.handlers : {})}
      >
        {button}
      </button>
      {tip ? tipped.tip : null}
      {made ? <ChoosingPopover {...choosing} id={id} label={label} place={place} /> : null}
    </>
  );
};

interface Choosing {
  readonly label: string;
  /** Asked for while the list is open. */
  readonly choices: () => readonly Choice[];
  readonly chosen: readonly string[];
  readonly choose: (ids: readonly string[]) => void;
  readonly multiple?: boolean;
  readonly create?: (typed: string) => { readonly label: string; readonly run: () => void } | null;
  readonly isOpen: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly placeholder: string;
  readonly emptyText: string;
  readonly footer?: ReactNode;
}

const ChoosingPopover = ({
  id,
  place,
  isOpen,
  onOpenChange,
  ...choosing
}: Choosing & { readonly id: string; readonly place: RefObject<HTMLButtonElement | null> }) => (
  <Popover
    className="popover"
    placement="bottom start"
    offset={6}
    triggerRef={place}
    isOpen={isOpen}
    onOpenChange={onOpenChange}
  >
    <Dialog id={id} className="picker" aria-label={choosing.label}>
      <Choices {...choosing} onOpenChange={onOpenChange} />
    </Dialog>
  </Popover>
);

const Choices = ({
  label,
  choices: choicesNow,
  chosen,
  choose,
  multiple = false,
  create,
  onOpenChange,
  placeholder,
  emptyText,
  footer,
}: Omit<Choosing, "isOpen">) => {
  const choices = choicesNow();
  const [typed, setTyped] = useState("");
  const { contains, startsWith } = useFilter({ sensitivity: "base" });
  const made = typed.trim() === "" ? null : (create?.(typed.trim()) ?? null);
  const begins = choices.some((choice) =>
    [choice.label, choiceText(choice)].some((text) => startsWith(text, typed.trim())),
  );
  const offered = withNew(
    choices,
    made && { id: newId, label: made.label, picture: <Icon name="plus" size="small" /> },
    begins,
  );
  const close = (): void => onOpenChange(false);
  return (
    <>
      <Autocomplete
        filter={(text, input) => contains(text, input.trim())}
        inputValue={typed}
        onInputChange={setTyped}
        // It would mark the first that was there before the new one came.
        disableAutoFocusFirst={create !== undefined && (typed.trim() === "" || !begins)}
      >
        <SearchField
          className="picker-search"
          aria-label={label}
          autoFocus
          onKeyDown={(press) => {
            // One Escape closes, also with words in the field.
            if (press.key === "Escape") close();
            else press.continuePropagation();
          }}
        >
          <Icon name="search" size="small" />
          <Input
            placeholder={placeholder}
            onKeyDown={(press) => {
              if (press.key !== "Enter" || press.nativeEvent.isComposing || typed.trim() === "") return;
              const list = press.currentTarget.closest(".picker");
              // With nothing marked Enter takes the first.
              if (list?.querySelector("[role=option][data-focused]")) return;
              press.preventDefault();
              list?.querySelector<HTMLElement>("[role=option][data-key]")?.click();
            }}
          />
        </SearchField>
        <ScrollBox className="menu" label={label}>
          <ListBox
            aria-label={label}
            selectionMode={multiple ? "multiple" : "single"}
            selectionBehavior="toggle"
            shouldFocusWrap
            // Escape closes; by itself the list would take everything back that is chosen.
            escapeKeyBehavior="none"
            selectedKeys={new Set(chosen)}
            onSelectionChange={(keys) => {
              if (keys === "all") return;
              if (keys.has(newId)) made?.run();
              else choose([...keys].map(String));
              if (multiple) setTyped("");
              else close();
            }}
            renderEmptyState={() => <p className="picker-empty">{emptyText}</p>}
          >
            {[...Map.groupBy(offered, (choice) => choice.group ?? "")].map(([group, some]) =>
              group === "" ? (
                some.map((choice) => <ChoiceItem key={choice.id} choice={choice} />)
              ) : (
                <ListBoxSection key={group} id={group}>
                  <Header className="menu-head">{group}</Header>
                  {some.map((choice) => (
                    <ChoiceItem key={choice.id} choice={choice} />
                  ))}
                </ListBoxSection>
              ),
            )}
          </ListBox>
        </ScrollBox>
      </Autocomplete>
      {footer}
    </>
  );
};

/** No choice of anybody's has this id: it is longer than any. */
const newId = "new".padEnd(100, ".");

/** What was typed and is new stands in the list as well: first, so that Enter takes it, unless some choice begins with what was typed. */
const withNew = (choices: readonly Choice[], made: Choice | null, begins: boolean): readonly Choice[] =>
  made === null ? choices : begins ? [...choices, made] : [made, ...choices];
