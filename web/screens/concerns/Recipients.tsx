// Addresses as chips: typed, pasted in bulk, taken away by Backspace. What does not look like an address is said at once.
import { useId, useState } from "react";
import type { ReactNode } from "react";
import { Button, Label, Tag, TagGroup, TagList } from "react-aria-components";
import { Icon } from "#web/kit/Icon.tsx";
import { addressIn, looksLikeAddress, splitAddresses } from "#web/state/composing.ts";
import { t } from "#web/state/words.ts";

export const Recipients = ({
  label,
  value,
  onChange,
  action,
}: {
  readonly label: string;
  readonly value: readonly string[];
  readonly onChange: (value: string[]) => void;
  /** Stands at the end of the line. */
  readonly action?: ReactNode;
}) => {
  const [typed, setTyped] = useState("");
  const field = useId();
  const add = (text: string): void => {
    const fresh = splitAddresses(text).filter(
      (one) => !value.some((known) => known.toLowerCase() === one.toLowerCase()),
    );
    setTyped("");
    if (fresh.length > 0) onChange([...value, ...fresh]);
  };
  return (
    <div className="recipients">
      <TagGroup
        className="tags"
        selectionMode="none"
        onRemove={(keys) => onChange(value.filter((one) => !keys.has(one)))}
      >
        <Label className="way-label">{label}</Label>
        <TagList className="tag-list" items={value.map((one) => ({ id: one }))}>
          {(item) => (
            <Tag className="tag" textValue={item.id} data-wrong={!looksLikeAddress(item.id) || undefined}>
              {item.id}
              <Button
                slot="remove"
                className="tag-remove"
                aria-label={t("composer.removeAddress", { address: item.id })}
              >
                <Icon name="close" size="small" />
              </Button>
            </Tag>
          )}
        </TagList>
      </TagGroup>
      <input
        id={field}
        className="recipient-field"
        aria-label={t("composer.addAddress", { field: label })}
        value={typed}
        autoComplete="off"
        inputMode="email"
        onChange={(typing) =>
          /[,;\s]$/.test(typing.target.value) && looksLikeAddress(addressIn(typing.target.value.slice(0, -1)))
            ? add(typing.target.value.slice(0, -1))
            : setTyped(typing.target.value)
        }
        onPaste={(paste) => {
          const text = paste.clipboardData.getData("text");
          if (splitAddresses(text).length < 2) return;
          paste.preventDefault();
          add(text);
        }}
        onBlur={() => add(typed)}
        onKeyDown={(press) => {
          if (press.key === "Enter" && !press.ctrlKey && !press.metaKey) {
            press.preventDefault();
            add(typed);
          } else if (press.key === "Backspace" && typed === "" && value.length > 0) onChange(value.slice(0, -1));
        }}
      />
      {action}
    </div>
  );
};
