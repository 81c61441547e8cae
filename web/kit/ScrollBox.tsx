// A list of choices that is longer than its room: it scrolls, and can be reached by Tab to be scrolled without a mouse (WCAG 2.1.1), because the
// focus itself stays in the field above. Called by pickers and finders.
import type { ReactNode } from "react";

export const ScrollBox = ({
  className,
  label,
  children,
}: {
  readonly className: string;
  readonly label: string;
  readonly children: ReactNode;
}) => (
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling part must be reachable by keyboard
  <section className={className} aria-label={label} tabIndex={0}>
    {children}
  </section>
);
