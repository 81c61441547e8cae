// Forms in a sheet: the fields, and below them what is wrong, the way out and the one button that keeps it. Called by the admin pages, the post box and views.
import type { ReactNode } from "react";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import type { IconName } from "#web/kit/Icon.tsx";
import type { Problem } from "#web/state/client.ts";
import { problemWords } from "#web/state/problems.ts";
import { t } from "#web/state/words.ts";

/** `keep` is called by the button, by Enter, and where Enter is a new line by Ctrl or Cmd with it; `aside` stands before the buttons (removing). */
export const SheetForm = ({
  problem,
  close,
  keep,
  keepWords,
  keepIcon,
  isDisabled = false,
  isReady = false,
  aside,
  children,
}: {
  readonly problem: Problem | null;
  readonly close: () => void;
  readonly keep: () => void;
  readonly keepWords?: string;
  readonly keepIcon?: IconName;
  readonly isDisabled?: boolean;
  /** Nothing is to be filled in: the caret begins on the button. */
  readonly isReady?: boolean;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) => (
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys are pressed in the fields and come up from there
  <form
    className="form"
    data-padded
    onKeyDown={(press) => {
      if (press.key !== "Enter" || !(press.ctrlKey || press.metaKey)) return;
      press.preventDefault();
      press.currentTarget.requestSubmit();
    }}
    onSubmit={(submit) => {
      submit.preventDefault();
      if (!isDisabled) keep();
    }}
  >
    {children}
    <div className="form-foot">
      {aside}
      {problem ? (
        <p className="form-problem" role="alert">
          <Icon name="warning" /> {problemWords(problem)}
        </p>
      ) : null}
      <Button look="quiet" onPress={close}>
        {t("kit.cancel")}
      </Button>
      <Button
        look="primary"
        type="submit"
        autoFocus={isReady}
        isDisabled={isDisabled}
        {...(keepIcon ? { icon: keepIcon } : {})}
      >
        {keepWords ?? t("kit.keep")}
      </Button>
    </div>
  </form>
);
