// Says at the top of a concern that its customer sits in the chat now, whether they write, and what their browser tells of where they are. Called by the
// header.
import type { VisitorLook } from "#contract/live.ts";
import { useNow } from "#web/kit/Marks.tsx";
import { deskState, visitors } from "#web/state/desk.ts";
import { nameWords } from "#web/state/names.ts";
import { useStore } from "#web/state/store.ts";
import { dayAndTime, t } from "#web/state/words.ts";

const nobody: readonly VisitorLook[] = [];
/** Whoever came first longer ago than this has come back. */
const returnsAfterMs = 12 * 3_600_000;

/** The page's address without what leads there: as much as says where somebody is. */
const placeOf = (url: string): string => {
  try {
    const { host, pathname } = new URL(url);
    return `${host}${pathname === "/" ? "" : pathname}`;
  } catch {
    return "";
  }
};
const hostOf = (url: string): string => placeOf(url).split("/")[0] ?? "";

export const VisitorHere = ({ concernId }: { readonly concernId: string }) => {
  const present = useStore(visitors, (all) => all[concernId] ?? nobody);
  const name = useStore(deskState, (state) => nameWords(state.rows[concernId]?.customerName ?? ""));
  const now = useNow().getTime();
  // Several pages of one visitor: the one they write in, or any.
  const one = present.find((look) => look.state === "typing") ?? present[0];
  const place = one?.page ? placeOf(one.page.url) : "";
  const from = one?.page ? hostOf(one.page.referrer) : "";
  return (
    <p
      className="visitor-here"
      aria-live="polite"
      hidden={one === undefined}
      data-typing={one?.state === "typing" || undefined}
    >
      {one ? (
        <>
          <strong>{t(one.state === "typing" ? "concerns.visitorTypes" : "concerns.visitorHere", { name })}</strong>
          {one.page && place !== "" ? (
            <span title={one.page.url}>
              {one.page.title === "" ? place : t("concerns.visitorPage", { title: one.page.title, place })}
            </span>
          ) : null}
          <small>
            {[
              t(`concerns.visitorAt.${one.device}`),
              t(`languages.${one.language}`),
              from === "" || from === hostOf(one.page?.url ?? "") ? "" : t("concerns.visitorFrom", { place: from }),
              now - Date.parse(one.since) > returnsAfterMs
                ? t("concerns.visitorAgain", { at: dayAndTime(one.since) })
                : "",
            ]
              .filter((part) => part !== "")
              .join(" · ")}
          </small>
        </>
      ) : null}
    </p>
  );
};
