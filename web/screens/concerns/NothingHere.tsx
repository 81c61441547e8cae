// An empty list, honestly: what it means of this view, and where to go on.
import { Link } from "@tanstack/react-router";
import type { View } from "#contract/concerns.ts";
import { Empty } from "#web/kit/States.tsx";
import type { IconName } from "#web/kit/Icon.tsx";
import { deskState, views } from "#web/state/desk.ts";
import { session } from "#web/state/session.ts";
import { useStore } from "#web/state/store.ts";
import { t, words } from "#web/state/words.ts";

/** Only where an empty list means that the work is done. */
const done: ReadonlySet<string> = new Set(["unassigned", "open"]);

export const NothingHere = ({ view }: { readonly view: View }) => {
  // Kinds are never none: that they are here says that the channels are, too.
  const isConnected = useStore(deskState, (state) => state.kinds.length === 0 || state.channels.length > 0);
  const isAdmin = useStore(session, (now) => now.kind === "signedIn" && now.me.agent.role === "admin");
  const unassigned = useStore(views, (now) => now.views?.find((one) => one.key === "unassigned")?.count ?? 0);
  if (!isConnected)
    return (
      <Empty icon="mail" title={t("admin.noChannels")}>
        <p>{t(isAdmin ? "admin.noChannelsHint" : "empty.askForChannel")}</p>
        {isAdmin ? (
          <Link to="/admin/channels" className="button" data-look="primary">
            {t("admin.addChannel")}
          </Link>
        ) : null}
      </Empty>
    );
  const key = view.key ?? "";
  const icon: IconName = done.has(key) ? "check" : "inbox";
  return (
    <Empty icon={icon} title={words(`empty.${key}`) ?? t("empty.unknown")}>
      <p>{words(`empty.${key}Hint`) ?? t("concerns.nothingHint")}</p>
      {key === "mine" && unassigned > 0 ? (
        <Link to="/desk/$view" params={{ view: "unassigned" }} className="button">
          {t("empty.unassignedWait", { count: unassigned })}
        </Link>
      ) : null}
    </Empty>
  );
};
