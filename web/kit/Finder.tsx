// A field that is typed into and the list of what fits below it; arrows choose, Enter acts, one Escape closes. Called by the palette and the sheet of links.
import { useRef, type ReactNode } from "react";
import { Autocomplete, Input, ListBox, SearchField } from "react-aria-components";
import { Icon } from "#web/kit/Icon.tsx";
import { ScrollBox } from "#web/kit/ScrollBox.tsx";
import { t } from "#web/state/words.ts";
import "#web/kit/finder.css";

export const Finder = ({
  label,
  hint,
  listLabel,
  typed,
  setTyped,
  act,
  close,
  between,
  children,
}: {
  readonly label: string;
  readonly hint: string;
  readonly listLabel: string;
  readonly typed: string;
  readonly setTyped: (typed: string) => void;
  /** Called with the id of the line that was chosen. */
  readonly act: (id: string) => void;
  readonly close: () => void;
  /** Stands between the field and the list. */
  readonly between?: ReactNode;
  readonly children: ReactNode;
}) => {
  const list = useRef<HTMLDivElement>(null);
  return (
    <Autocomplete inputValue={typed} onInputChange={setTyped} disableAutoFocusFirst={false}>
      <SearchField
        className="finder-field"
        aria-label={label}
        autoFocus
        onKeyDown={(press) => {
          // One Escape closes, also with words in the field; the field itself would only be emptied.
          if (press.key === "Escape") return close();
          press.continuePropagation();
          // Whoever types quickly means the first that fits, though the list has not marked it yet.
          if (press.key !== "Enter" || press.currentTarget.querySelector("[aria-activedescendant]") !== null) return;
          const first = list.current?.querySelector<HTMLElement>("[role=option]")?.dataset["key"];
          if (first !== undefined) act(first);
        }}
      >
        <Icon name="search" size="large" />
        <Input placeholder={hint} />
      </SearchField>
      {between}
      <ScrollBox className="finder-list" label={listLabel}>
        <ListBox
          ref={list}
          aria-label={listLabel}
          selectionMode="none"
          onAction={(key) => act(String(key))}
          renderEmptyState={() => <p className="picker-empty">{t("search.nothing")}</p>}
        >
          {children}
        </ListBox>
      </ScrollBox>
    </Autocomplete>
  );
};
