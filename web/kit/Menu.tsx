// A button that opens a menu, and a picker that is searched by typing. Called by the header, the composer and the admin pages.
import { useState } from "react";
import type { ReactNode } from "react";
import {
  Autocomplete,
  Button,
  Dialog,
  DialogTrigger,
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
  TooltipTrigger,
  useFilter,
} from "react-aria-components";
import { Tip } from "#web/kit/Button.tsx";
import { ChoiceItem, choiceText } from "#web/kit/ChoiceItem.tsx";
import type { Choice } from "#web/kit/ChoiceItem.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { ScrollBox } from "#web/kit/ScrollBox.tsx";
import type { IconName } from "#web/kit/Icon.tsx";
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
}: {
  readonly trigger: ReactNode;
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  readonly placement?: "bottom start" | "bottom end" | "top end" | "top start";
}) => (
  <MenuTrigger>
    {trigger}
    <Popover className="popover" placement={placement} offset={6}>
      <Menu className="menu" aria-label={label} onAction={(id) => entries.find((entry) => entry?.id === id)?.run()}>
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
 * `create` offers what was typed as a new choice. It may be opened by a command through `isOpen`.
 */
export const Picker = ({
  label,
  button,
  className = "chip",
  choices,
  chosen,
  choose,
  multiple = false,
  create,
  isOpen,
  onOpenChange,
  placeholder,
  emptyText,
  footer,
  tip,
}: {
  readonly label: string;
  readonly button: ReactNode;
  /** Shown beside a button that is a picture only; with its key. */
  readonly tip?: { readonly words: string; readonly keys: string | undefined };
  readonly className?: string;
  readonly choices: readonly Choice[];
  readonly chosen: readonly string[];
  readonly choose: (ids: readonly string[]) => void;
  readonly multiple?: boolean;
  readonly create?: (typed: string) => { readonly label: string; readonly run: () => void } | null;
  readonly isOpen: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly placeholder: string;
  readonly emptyText: string;
  readonly footer?: ReactNode;
}) => {
  const [typed, setTyped] = useState("");
  const { contains } = useFilter({ sensitivity: "base" });
  const made = typed.trim() === "" ? null : (create?.(typed.trim()) ?? null);
  const openChanged = (open: boolean): void => {
    if (!open) setTyped("");
    onOpenChange(open);
  };
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={openChanged}>
      {tip ? (
        <TooltipTrigger delay={500} closeDelay={0}>
          <Button className={className} aria-label={label}>
            {button}
          </Button>
          <Tip keys={tip.keys}>{tip.words}</Tip>
        </TooltipTrigger>
      ) : (
        <Button className={className} aria-label={label}>
          {button}
        </Button>
      )}
      <Popover className="popover" placement="bottom start" offset={6}>
        <Dialog className="picker" aria-label={label}>
          <Autocomplete filter={contains} inputValue={typed} onInputChange={setTyped}>
            <SearchField
              className="picker-search"
              aria-label={label}
              autoFocus
              onKeyDown={(press) => {
                // One Escape closes, also with words in the field.
                if (press.key === "Escape") openChanged(false);
                else press.continuePropagation();
              }}
            >
              <Icon name="search" size="small" />
              <Input
                placeholder={placeholder}
                onKeyDown={(press) => {
                  if (press.key === "Enter" && made && !choices.some((choice) => contains(choiceText(choice), typed))) {
                    press.preventDefault();
                    made.run();
                    setTyped("");
                  }
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
                  choose([...keys].map(String));
                  if (multiple) setTyped("");
                  else openChanged(false);
                }}
                renderEmptyState={() => <p className="picker-empty">{made ? "" : emptyText}</p>}
              >
                {[...Map.groupBy(choices, (choice) => choice.group ?? "")].map(([group, some]) =>
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
          {made ? (
            <Button
              className="menu-item picker-create"
              onPress={() => {
                made.run();
                setTyped("");
              }}
            >
              <Icon name="plus" size="small" />
              {made.label}
            </Button>
          ) : null}
          {footer}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
};
