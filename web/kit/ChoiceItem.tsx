// One choice in a list of choices: a picture, its name, a detail, a tick when it is chosen. Called by pickers and by fields to choose from.
import type { ReactNode } from "react";
import { ListBoxItem } from "react-aria-components";
import { Icon } from "#web/kit/Icon.tsx";

/** One choice. */
export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly detail?: string;
  readonly picture?: ReactNode;
  /** Choices of one group stand together under its name, and are found by it, too. */
  readonly group?: string;
}

/** What a choice is found by. */
export const choiceText = ({ group, label }: Choice): string => (group === undefined ? label : `${group} ${label}`);

export const ChoiceItem = ({ choice }: { readonly choice: Choice }) => (
  <ListBoxItem id={choice.id} className="menu-item" textValue={choiceText(choice)}>
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
);
