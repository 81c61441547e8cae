// The third pane: one concern. Says to colleagues that it is looked at, and keeps the newest message in sight.
import { useSearch } from "@tanstack/react-router";
import { useDeferredValue, useEffect } from "react";
import type { ReactNode } from "react";
import type { ConcernDetail } from "#contract/concerns.ts";
import { Failed, Waiting } from "#web/kit/States.tsx";
import { Composer } from "#web/screens/concerns/Composer.tsx";
import { ConcernHeader } from "#web/screens/concerns/ConcernHeader.tsx";
import { FlowSheet } from "#web/screens/concerns/FlowSheet.tsx";
import { LinkSheet } from "#web/screens/concerns/LinkSheet.tsx";
import { MoveBackSheet } from "#web/screens/concerns/MoveBackSheet.tsx";
import { MoveSheet } from "#web/screens/concerns/MoveSheet.tsx";
import { Thread } from "#web/screens/concerns/Thread.tsx";
import { useDrop } from "#web/screens/concerns/useDrop.ts";
import { deskState, openConcern, openProblems, sayLook } from "#web/state/desk.ts";
import { beginFinding, endFinding } from "#web/state/finding.ts";
import { everythingShown } from "#web/state/path.ts";
import { useStore } from "#web/state/store.ts";
import { setPageTitle } from "#web/state/title.ts";
import { compose, setUi, ui } from "#web/state/ui.ts";
import { t } from "#web/state/words.ts";

export const ConcernPane = ({
  id,
  back,
  customerPanel,
}: {
  readonly id: string;
  readonly back: () => void;
  readonly customerPanel: (concern: ConcernDetail) => ReactNode;
}) => {
  const opened = useStore(deskState, (state) => state.opened[id]);
  const row = useStore(deskState, (state) => state.rows[id]);
  const problem = useStore(openProblems, (all) => all[id]);
  const panel = useStore(ui, (now) => now.customerPanel);
  // What was said comes first; who said it stands beside it a moment later.
  const beside = useDeferredValue(opened?.concern ?? null, null);
  useEffect(() => {
    sayLook(id, "viewing");
    const seen = (): void => sayLook(id, document.visibilityState === "visible" ? "viewing" : "away");
    document.addEventListener("visibilitychange", seen);
    return () => {
      document.removeEventListener("visibilitychange", seen);
      sayLook(null, "away");
    };
  }, [id]);
  const { find, message }: { readonly find?: string; readonly message?: string } = useSearch({ strict: false });
  useEffect(() => {
    if (find === undefined || find.trim() === "") return undefined;
    void beginFinding(id, find.trim(), message ?? null);
    return endFinding;
  }, [id, find, message]);
  const subject = row?.subject;
  const number = row?.number;
  useEffect(() => {
    if (subject !== undefined) setPageTitle(`#${number} ${subject}`);
    return () => setPageTitle(null);
  }, [subject, number]);
  useEffect(
    () => () =>
      setUi({ picker: null, linking: null, moving: null, movingBack: null, merging: null, shown: everythingShown }),
    [id],
  );

  const { dropping, handlers } = useDrop((files) => {
    compose(ui.get().composer ?? "reply");
    setUi({ dropped: files });
  });

  return (
    <div className="concern-and-customer" data-panel={panel || undefined}>
      <article
        className="concern"
        aria-label={row ? `#${row.number} ${row.subject}` : undefined}
        {...(opened ? handlers : {})}
      >
        {dropping ? <p className="drop-here">{t("composer.dropHere")}</p> : null}
        {/* The list knows the row: the head turns to the new concern at once, and is the same one for all of them. */}
        {row && (opened || !problem) ? <ConcernHeader row={row} detail={opened?.concern} back={back} /> : null}
        {opened ? (
          <>
            <Thread key={id} opened={opened} />
            <Composer key={`c${id}`} opened={opened} />
            <LinkSheet concern={opened.concern} />
            <FlowSheet concern={opened.concern.row} />
            <MoveSheet opened={opened} />
            <MoveBackSheet />
          </>
        ) : problem ? (
          <Failed problem={problem} retry={() => void openConcern(id, true)} />
        ) : (
          <Waiting rows={4} />
        )}
      </article>
      {panel && opened && beside?.row.id === id ? customerPanel(beside) : null}
    </div>
  );
};
