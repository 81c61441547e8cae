// Says at the top of a concern that its customer sits in the chat now, whether they write, and which page they look at. Called by the header.
import type { VisitorLook } from "#contract/live.ts";
import { deskState, visitors } from "#web/state/desk.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";

const nobody: readonly VisitorLook[] = [];

/** The page's address without what leads there: as much as says where somebody is. */
const placeOf = (url: string): string => {
  try {
    const { host, pathname } = new URL(url);
    return `${host}${pathname === "/" ? "" : pathname}`;
  } catch {
    return "";
  }
};

export const VisitorHere = ({ concernId }: { readonly concernId: string }) => {
  const present = useStore(visitors, (all) => all[concernId] ?? nobody);
  const name = useStore(deskState, (state) => state.rows[concernId]?.customerName ?? "");
  // Several pages of one visitor: the one they write in, or any.
  const one = present.find((look) => look.state === "typing") ?? present[0];
  const place = one?.page ? placeOf(one.page.url) : "";
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
        </>
      ) : null}
    </p>
  );
};
