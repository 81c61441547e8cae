// A button that opens a menu, and a picker that is searched by typing. Called by the header, the composer and the admin pages.
import { useState } from "react";
import type { ReactNode } from "react";
import {
  Autocomplete,
  Button,
  Dialog,
  DialogTrigger,
  Input,
  ListBox,
  ListBoxItem,
  Menu,
  MenuItem,
  MenuTrigger,
  Popover,
  SearchField,
  Separator,
  useFilter,
} from "react-aria-components";
import { Icon } from "#web/kit/Icon.tsx";
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

/** One choice of a picker. */
export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly detail?: string;
  readonly picture?: ReactNode;
}

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
}: {
  readonly label: string;
  readonly button: ReactNode;
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
      <Button className={className} aria-label={label}>
        {button}
      </Button>
      <Popover className="popover" placement="bottom start" offset={6}>
        <Dialog className="picker" aria-label={label}>
          <Autocomplete filter={contains} inputValue={typed} onInputChange={setTyped}>
            <SearchField className="picker-search" aria-label={label} autoFocus>
              <Icon name="search" size="small" />
              <Input
                placeholder={placeholder}
                onKeyDown={(press) => {
                  if (press.key === "Enter" && made && !choices.some((choice) => contains(choice.label, typed))) {
                    press.preventDefault();
                    made.run();
                    setTyped("");
                  }
                }}
              />
            </SearchField>
            <ListBox
              className="menu"
              aria-label={label}
              selectionMode={multiple ? "multiple" : "single"}
              selectionBehavior="toggle"
              shouldFocusWrap
              selectedKeys={new Set(chosen)}
              onSelectionChange={(keys) => {
                if (keys === "all") return;
                choose([...keys].map(String));
                if (!multiple) openChanged(false);
              }}
              renderEmptyState={() => <p className="picker-empty">{made ? "" : emptyText}</p>}
            >
              {choices.map((choice) => (
                <ListBoxItem key={choice.id} id={choice.id} className="menu-item" textValue={choice.label}>
                  {({ isSelected }) => (
                    <>
                      {choice.picture}
                      <span className="menu-label">
                        {choice.label}
                        {choice.detail ? <small>{choice.detail}</small> : null}
                      </span>
                      {isSelected ? <Icon name="check" size="small" /> : null}
                    </>
                  )}
                </ListBoxItem>
              ))}
            </ListBox>
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
