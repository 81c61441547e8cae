// Buttons. Every one has a word, shown or spoken; called everywhere.
import { Button as AriaButton, Tooltip, TooltipTrigger } from "react-aria-components";
import type { ReactNode } from "react";
import { Icon } from "#web/kit/Icon.tsx";
import type { IconName } from "#web/kit/Icon.tsx";
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

/** A button with a picture only; its word is spoken and shown as a tip, with its key. */
export const IconButton = ({
  icon,
  label,
  keys,
  pressed,
  size,
  ...rest
}: Common & {
  readonly icon: IconName;
  readonly label: string;
  readonly keys?: string | undefined;
  readonly pressed?: boolean;
  readonly size?: "small" | "tiny";
}) => (
  <TooltipTrigger delay={500} closeDelay={0}>
    <AriaButton
      className="icon-button"
      data-size={size}
      aria-label={label}
      {...(pressed === undefined ? {} : { "aria-pressed": pressed })}
      {...rest}
    >
      <Icon name={icon} />
    </AriaButton>
    <Tip keys={keys}>{label}</Tip>
  </TooltipTrigger>
);

/** The words that appear beside a focused or hovered control. */
export const Tip = ({ children, keys }: { readonly children: ReactNode; readonly keys?: string | undefined }) => (
  <Tooltip className="tip" offset={6}>
    {children}
    {keys ? <kbd>{keys}</kbd> : null}
  </Tooltip>
);
