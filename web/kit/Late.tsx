// A button that opens something, for places where it stands many times over: what makes it a menu or a dialog is made when it is first pressed.
// Called by the messages of a thread, of which fifty are painted at once.
import { useState } from "react";
import type { MouseEvent, ReactNode } from "react";
import { flushSync } from "react-dom";

/** What the real thing is given when it takes the button's place. */
export interface Made {
  readonly isOpen: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** `children` makes the real thing, whose button must look like this one. */
export const Late = ({
  label,
  className,
  opens,
  size,
  content,
  children,
  ...data
}: {
  readonly label: string;
  readonly className: string;
  readonly opens: "menu" | "dialog";
  readonly size?: "tiny";
  readonly content: ReactNode;
  readonly children: (made: Made) => ReactNode;
  readonly "data-assurance"?: string;
}) => {
  const [made, setMade] = useState(false);
  const [isOpen, onOpenChange] = useState(false);
  const press = ({ currentTarget }: MouseEvent<HTMLButtonElement>): void => {
    const { parentElement } = currentTarget;
    const place = [...(parentElement?.children ?? [])].indexOf(currentTarget);
    // Opened after the real button has come to this place and has the caret, so that closing gives it back there.
    flushSync(() => setMade(true));
    (parentElement?.children[place] as HTMLElement | undefined)?.focus();
    onOpenChange(true);
  };
  if (made) return children({ isOpen, onOpenChange });
  return (
    <button
      type="button"
      className={className}
      aria-label={label}
      aria-haspopup={opens}
      aria-expanded={false}
      data-size={size}
      onClick={press}
      {...data}
    >
      {content}
    </button>
  );
};
