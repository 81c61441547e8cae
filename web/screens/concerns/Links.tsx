// The concerns that are linked to the open one: a section of the customer's panel, where the routes put it.
import { Link } from "@tanstack/react-router";
import { Button as AriaButton } from "react-aria-components";
import type { ConcernDetail, Link as Linked } from "#contract/concerns.ts";
import { command } from "#web/commands/commands.ts";
import { IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { StatusMark } from "#web/kit/Marks.tsx";
import { ActionMenu } from "#web/kit/Menu.tsx";
import { isRemovable, link, unlink } from "#web/state/links.ts";
import { setUi } from "#web/state/ui.ts";
import { t } from "#web/state/words.ts";
import "#web/screens/concerns/links.css";

export const Links = ({ concern }: { readonly concern: ConcernDetail }) => (
  <section>
    <div className="links-head">
      <h4>{t("links.title")}</h4>
      <IconButton
        size="tiny"
        icon="plus"
        label={t(command("link").title)}
        keys="L"
        onPress={() => setUi({ linking: "related" })}
      />
    </div>
    <ul>
      {concern.links.map((one) => (
        <LinkLine key={one.concernId} concernId={concern.row.id} one={one} />
      ))}
    </ul>
    {concern.links.length === 0 ? <p className="customer-none">{t("links.none")}</p> : null}
  </section>
);

const LinkLine = ({ concernId, one }: { readonly concernId: string; readonly one: Linked }) => {
  const number = String(one.number);
  const other = { id: one.concernId, number: one.number };
  return (
    <li className="link-line">
      <Link className="customer-concern" to="/desk/$view/$number" params={{ view: "all", number }}>
        <StatusMark status={one.status} words={false} />
        <span>{one.subject}</span>
        <small>{linkWords(one)}</small>
      </Link>
      {isRemovable(one) ? (
        <ActionMenu
          label={t("links.menu", { number })}
          placement="bottom end"
          trigger={
            <AriaButton className="icon-button" data-size="tiny" aria-label={t("links.menu", { number })}>
              <Icon name="more" />
            </AriaButton>
          }
          entries={[
            one.kind === "duplicate"
              ? {
                  id: "related",
                  label: t("links.makeRelated"),
                  icon: "link",
                  run: () => void link(concernId, other, "related"),
                }
              : {
                  id: "duplicate",
                  label: t("links.makeDuplicate"),
                  icon: "copy",
                  run: () => void link(concernId, other, "duplicate"),
                },
            { id: "remove", label: t("links.remove"), icon: "close", run: () => unlink(concernId, one) },
          ]}
        />
      ) : (
        <span className="link-stays" title={t("errors.linkIsFollowUp")}>
          <Icon name="lock" size="small" label={t("errors.linkIsFollowUp")} />
        </span>
      )}
    </li>
  );
};

/** What the other concern is to this one. */
export const linkWords = ({ kind, earlier }: Pick<Linked, "kind" | "earlier">): string =>
  kind === "related" ? t("linkKinds.related") : t(`linkKinds.${kind}.${earlier ? "earlier" : "later"}`);
