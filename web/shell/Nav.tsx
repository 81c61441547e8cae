// The first pane: where to go. Views with their counters, then search, new, the agent's own menu.
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { Button as AriaButton } from "react-aria-components";
import { command } from "#web/commands/commands.ts";
import { mostCounted } from "#contract/aside.ts";
import type { View, ViewShare } from "#contract/concerns.ts";
import { allows } from "#contract/permissions.ts";
import type { Context } from "#web/commands/context.ts";
import { shownKeys } from "#web/commands/keys.ts";
import { runCommand } from "#web/commands/run.ts";
import { IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import type { IconName } from "#web/kit/Icon.tsx";
import { Face } from "#web/kit/Marks.tsx";
import { ActionMenu } from "#web/kit/Menu.tsx";
import type { MenuEntry } from "#web/kit/Menu.tsx";
import { Failed, Waiting } from "#web/kit/States.tsx";
import { CalendarTrouble } from "#web/shell/CalendarTrouble.tsx";
import { Held, Presence } from "#web/shell/Presence.tsx";
import { Told } from "#web/shell/Told.tsx";
import { asideCounts, loadViews, views } from "#web/state/desk.ts";
import { hasRouting, useRoutingBook } from "#web/state/routingBook.ts";
import { session, signOut } from "#web/state/session.ts";
import { toDo } from "#web/state/startView.ts";
import { useStore } from "#web/state/store.ts";
import { setUi } from "#web/state/ui.ts";
import { number, t } from "#web/state/words.ts";
import { viewKey, viewName } from "#web/state/viewNames.ts";
import { mac } from "#web/kit/platform.ts";

const viewIcons: Readonly<Record<string, IconName>> = {
  mine: "person",
  unassigned: "inbox",
  open: "mail",
  team: "people",
  mentioned: "at",
  followed: "star",
  snoozed: "clock",
  waiting: "history",
  failed: "warning",
  resolved: "check",
  all: "list",
};

const shareIcons: Readonly<Record<ViewShare["with"], IconName>> = { me: "list", team: "people", everybody: "globe" };

/** `place` is the view the desk shows; null elsewhere. Painted again only when something of its own changes, not with every concern that is opened. */
export const Nav = memo(function Nav({ place }: { readonly place: string | null }) {
  const { views: all, problem } = useStore(views, (now) => now);
  const now = useStore(session, (one) => one);
  const aside = useStore(asideCounts, (all) => all?.reduce((sum, each) => sum + each.count, 0) ?? 0);
  if (now.kind !== "signedIn") return null;
  const entry = (id: string, icon: IconName, over: Partial<Context> = {}): MenuEntry => ({
    id,
    label: t(command(id).title),
    icon,
    run: () => runCommand(id, over),
    keys: command(id).keys[0]?.toUpperCase(),
  });
  const admin = now.me.agent.role === "admin";
  return (
    <nav className="nav" aria-label={t("shell.navigation")}>
      <div className="nav-head">
        <span className="nav-name">
          <Wire /> Draht
        </span>
        <IconButton icon="plus" label={t("commands.new")} keys="W" onPress={() => runCommand("new")} />
      </div>
      <AriaButton className="nav-search" onPress={() => runCommand("palette")}>
        <Icon name="search" />
        <span>{t("shell.find")}</span>
        <kbd aria-hidden>{shownKeys("Ctrl+k", mac).join(" ")}</kbd>
      </AriaButton>
      <Presence />
      <Told />
      {admin ? <CalendarTrouble /> : null}
      <div className="nav-views">
        <Held />
        {all === null ? (
          problem ? (
            <Failed problem={problem} retry={() => void loadViews(true)} />
          ) : (
            <Waiting rows={5} lines={1} />
          )
        ) : null}
        <ul>
          {all
            ?.filter((view) => view.share === null)
            .map((view) => (
              <li key={view.id}>
                <ViewLink view={view} active={viewKey(view) === place} />
              </li>
            ))}
        </ul>
        {all?.some((view) => view.share !== null) ? (
          <>
            <h2 className="nav-title">{t("shell.views")}</h2>
            <ul>
              {all
                .filter((view) => view.share !== null)
                .map((view) => (
                  <li key={view.id} className="nav-made">
                    <ViewLink view={view} active={viewKey(view) === place} />
                    <ActionMenu
                      label={t("shell.viewMenu", { name: view.name })}
                      placement="bottom start"
                      trigger={
                        <AriaButton
                          className="icon-button"
                          data-size="tiny"
                          aria-label={t("shell.viewMenu", { name: view.name })}
                        >
                          <Icon name="more" />
                        </AriaButton>
                      }
                      entries={[
                        ...(view.mayChange ? [entry("editView", "settings", { view })] : []),
                        entry("viewUp", "up", { view }),
                        entry("viewDown", "down", { view }),
                        ...(view.mayChange ? [null, entry("removeView", "trash", { view })] : []),
                      ]}
                    />
                  </li>
                ))}
            </ul>
          </>
        ) : null}
      </div>
      <div className="nav-foot">
        {allows(now.me.agent.role, "team.supervise") ? <FloorLink /> : null}
        {aside === 0 ? null : (
          <Link to="/set-aside" className="nav-view" activeProps={{ "data-active": true }}>
            <Icon name="filter" />
            <span className="nav-view-name">{t("aside.title")}</span>
            <span className="nav-count">
              {number(aside)}
              {aside >= mostCounted ? "+" : ""}
            </span>
          </Link>
        )}
        {now.settings.demo ? (
          <Link to="/postbox" className="nav-view" activeProps={{ "data-active": true }}>
            <Icon name="mail" />
            <span className="nav-view-name">{t("commands.postbox")}</span>
          </Link>
        ) : null}
        <ActionMenu
          label={t("shell.me")}
          placement="top start"
          trigger={
            <AriaButton className="nav-me">
              <Face name={now.me.agent.name} />
              <span className="nav-me-words">
                <strong>{now.me.agent.name}</strong>
                <small>{t(`roles.${now.me.agent.role}`)}</small>
              </span>
              <Icon name="up" size="small" />
            </AriaButton>
          }
          entries={[
            entry("preferences", "settings"),
            entry("help", "keyboard"),
            entry("macros", "star"),
            ...(admin
              ? [
                  null,
                  entry("adminAgents", "people"),
                  entry("adminBrands", "flag"),
                  entry("adminChannels", "mail"),
                  entry("adminTopics", "topic"),
                  entry("adminFields", "field"),
                  entry("adminAutomation", "robot"),
                  entry("adminRouting", "split"),
                ]
              : []),
            ...(allows(now.me.agent.role, "team.supervise")
              ? [...(admin ? [] : [null]), entry("adminSkills", "star"), entry("adminNotices", "flag")]
              : []),
            null,
            { id: "signOut", label: t("shell.signOut"), icon: "out", run: () => void signOut() },
          ]}
        />
      </div>
    </nav>
  );
});

/** The floor, where there is something to look after. */
const FloorLink = () =>
  hasRouting(useRoutingBook()) ? (
    <Link to="/floor" className="nav-view" activeProps={{ "data-active": true }}>
      <Icon name="eye" />
      <span className="nav-view-name">{t("commands.goFloor")}</span>
    </Link>
  ) : null;

/** A view with its counter. Shared ones look so. Not the router's own Link: each of those looks at every move of the desk anew. */
const ViewLink = ({ view, active }: { readonly view: View; readonly active: boolean }) => (
  <a
    href={`/desk/${viewKey(view)}`}
    className="nav-view"
    data-active={active || undefined}
    aria-current={active ? "page" : undefined}
    onClick={(click) => {
      // A new window is the browser's.
      if (click.ctrlKey || click.metaKey || click.altKey || click.shiftKey) return;
      click.preventDefault();
      setUi({ goTo: `/desk/${viewKey(view)}` });
    }}
  >
    <Icon name={viewIcons[view.key ?? ""] ?? shareIcons[view.share?.with ?? "me"]} />
    <span className="nav-view-name">{viewName(view)}</span>
    {view.count === null ? null : (
      <>
        <span className="nav-count" data-quiet={toDo(view) === 0 || undefined}>
          {number(toDo(view))}
          {view.atLeast ? "+" : ""}
        </span>
        {(view.waiting ?? 0) === 0 ? null : (
          <span className="nav-waiting" title={t("views.beside", { count: view.waiting ?? 0 })}>
            <span aria-hidden>+{number(view.waiting ?? 0)}</span>
            <span className="quietly">{t("views.beside", { count: view.waiting ?? 0 })}</span>
          </span>
        )}
      </>
    )}
  </a>
);

/** The product's mark: a wire that ends in a spark. */
const Wire = () => (
  <svg className="wire" viewBox="0 0 32 20" aria-hidden>
    <path d="M2 14.5c5 0 5-9 9.6-9s4 9 8.6 9 3.8-4.5 5.2-4.5" />
    <circle cx="28" cy="10" r="2.6" />
  </svg>
);
