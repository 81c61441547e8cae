// Buttons. Every one has a word, shown or spoken; called everywhere.
import { useRef } from "react";
import type { ReactNode } from "react";
import { Button as AriaButton } from "react-aria-components";
import { Icon } from "#web/kit/Icon.tsx";
import type { IconName } from "#web/kit/Icon.tsx";
import { useTip } from "#web/kit/useTip.tsx";
import "#web/kit/button.css";

interface Common {
  readonly onPress?: () => void;
  readonly isDisabled?: boolean;
  readonly slot?: string;
}

/** A button with words. "primary" is for the one thing a screen is about. */
export const Button = ({
  look = "plain",
  icon,
  keys,
  children,
  type,
  autoFocus,
  ...rest
}: Common & {
  readonly look?: "primary" | "plain" | "quiet" | "danger";
  readonly icon?: IconName;
  readonly keys?: string;
  readonly children: ReactNode;
  readonly type?: "submit";
  readonly autoFocus?: boolean;
  /** Spoken in place of the words, which it begins with: says what is meant where several have the same words. */
  readonly "aria-label"?: string;
}) => (
  <AriaButton
    className="button"
    data-look={look}
    {...(type ? { type } : {})}
    {...(autoFocus ? { autoFocus } : {})}
    {...rest}
  >
    {icon ? <Icon name={icon} /> : null}
    <span className="button-words">{children}</span>
    {keys ? <kbd aria-hidden>{keys}</kbd> : null}
  </AriaButton>
);

/** A button with a picture only; its word is spoken and shown as a tip, with its key. The browser's own button: a screen has dozens of them. */
export const IconButton = ({
  icon,
  label,
  keys,
  pressed,
  size,
  onPress,
  isDisabled = false,
}: {
  readonly icon: IconName;
  readonly label: string;
  readonly keys?: string | undefined;
  readonly pressed?: boolean;
  readonly size?: "small" | "tiny";
  readonly onPress?: () => void;
  readonly isDisabled?: boolean;
}) => {
  const place = useRef<HTMLButtonElement>(null);
  const { handlers, tip } = useTip(place, label, keys);
  return (
    <>
      <button
        ref={place}
        type="button"
        className="icon-button"
        data-size={size}
        data-disabled={isDisabled || undefined}
        disabled={isDisabled}
        aria-label={label}
        aria-pressed={pressed}
        onClick={onPress}
        {...handlers}
      >
        <Icon name={icon} />
      </button>
      {tip}
    </>
  );
};
