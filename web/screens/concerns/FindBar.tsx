// Says which words are marked in the thread and goes from one to the next. Called by the thread.
import { IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { endFinding, stepHit } from "#web/state/finding.ts";
import type { Finding } from "#web/state/finding.ts";
import { t } from "#web/state/words.ts";
import "#web/screens/concerns/find.css";

export const FindBar = ({
  found,
  more,
}: {
  readonly found: Finding;
  /** Hits in messages that are not loaded. */ readonly more: boolean;
}) => (
  <search className="find-bar">
    <Icon name="search" size="small" />
    <span className="find-words">{found.query}</span>
    <output className="find-count">
      {t(more ? "search.hitOfMore" : "search.hitOf", { at: (found.at ?? 0) + 1, count: found.count })}
    </output>
    <span className="find-keys" aria-hidden>
      <kbd>N</kbd> <kbd>⇧N</kbd>
    </span>
    <IconButton size="small" icon="up" label={t("commands.previousHit")} keys="⇧N" onPress={() => stepHit(-1)} />
    <IconButton size="small" icon="down" label={t("commands.nextHit")} keys="N" onPress={() => stepHit(1)} />
    <IconButton size="small" icon="close" label={t("search.endFinding")} keys="Esc" onPress={endFinding} />
  </search>
);
