// How nothing, waiting and failing look. Called by every list and page.
import type { ReactNode } from "react";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import type { IconName } from "#web/kit/Icon.tsx";
import { Refused } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { problemWords } from "#web/state/problems.ts";
import { t } from "#web/state/words.ts";
import "#web/kit/states.css";

/** There is nothing here, and why that is fine. */
export const Empty = ({
  icon,
  title,
  children,
}: {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
}) => (
  <div className="nothing">
    <Icon name={icon} size="large" />
    <p className="nothing-title">{title}</p>
    {children ? <div className="nothing-words">{children}</div> : null}
  </div>
);

/** It did not work: why, and the way to try again. */
export const Failed = ({ problem, retry }: { readonly problem: Problem; readonly retry?: () => void }) => (
  <div className="nothing" role="alert">
    <Icon name={problem.code === "offline" ? "offline" : "warning"} size="large" />
    <p className="nothing-title">{problemWords(problem)}</p>
    {problem.requestId ? <p className="nothing-words">{t("kit.requestId", { id: problem.requestId })}</p> : null}
    {retry ? (
      <Button icon="retry" onPress={retry}>
        {t("kit.retry")}
      </Button>
    ) : null}
  </div>
);

/** Grey lines where something will stand in a moment; appear only when it takes a while. */
export const Waiting = ({ lines = 3, rows = 1 }: { readonly lines?: number; readonly rows?: number }) => (
  <output className="waiting-lines" aria-label={t("kit.loading")}>
    {Array.from({ length: rows }, (_row, row) => (
      <span key={row} className="waiting-block">
        {Array.from({ length: lines }, (_line, line) => (
          <i key={line} />
        ))}
      </span>
    ))}
  </output>
);

/** A question that has no answer yet: why there is none, or that it is on its way. */
export const Unanswered = ({
  asked,
  rows,
}: {
  readonly asked: { readonly error: Error | null; readonly refetch: () => unknown };
  readonly rows: number;
}) =>
  asked.error instanceof Refused ? (
    <Failed problem={asked.error.problem} retry={() => void asked.refetch()} />
  ) : (
    <Waiting rows={rows} />
  );
