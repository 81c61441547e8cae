// The first pane: where to go. Views with their counters, then search, new, the agent's own menu.
import { Link } from "@tanstack/react-router";
import { Button as AriaButton } from "react-aria-components";
import { command } from "#web/commands/commands.ts";
import type { Context } from "#web/commands/context.ts";
import { shownKeys } from "#web/commands/keys.ts";
import { IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import type { IconName } from "#web/kit/Icon.tsx";
import { Face } from "#web/kit/Marks.tsx";
import { ActionMenu } from "#web/kit/Menu.tsx";
import type { MenuEntry } from "#web/kit/Menu.tsx";
import { Failed, Waiting } from "#web/kit/States.tsx";
import { loadViews, views } from "#web/state/desk.ts";
import { session, signOut } from "#web/state/session.ts";
import { useStore } from "#web/state/store.ts";
import { number, t } from "#web/state/words.ts";
import { viewName } from "#web/state/viewNames.ts";
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

export const Nav = ({ context }: { readonly context: () => Context | null }) => {
  const { views: all, problem } = useStore(views, (now) => now);
  const now = useStore(session, (one) => one);
  const run = (id: string): void => {
    const here = context();
    if (here) command(id).run(here);
  };
  if (now.kind !== "signedIn") return null;
  const entry = (id: string, icon: IconName): MenuEntry => ({
    id,
    label: t(command(id).title),
    icon,
    run: () => run(id),
    keys: command(id).keys[0],
  });
  const admin = now.me.agent.role === "admin";
  return (
    <nav className="nav" aria-label={t("shell.navigation")}>
      <div className="nav-head">
        <span className="nav-name">
          <Wire /> Draht
        </span>
        <IconButton icon="plus" label={t("commands.new")} keys="W" onPress={() => run("new")} />
      </div>
      <AriaButton className="nav-search" onPress={() => run("palette")}>
        <Icon name="search" />
        <span>{t("shell.find")}</span>
        <kbd aria-hidden>{shownKeys("Ctrl+k", mac).join(" ")}</kbd>
      </AriaButton>
      <div className="nav-views">
        {all === null ? (
          problem ? (
            <Failed problem={problem} retry={() => void loadViews(true)} />
          ) : (
            <Waiting rows={5} lines={1} />
          )
        ) : null}
        <ul>
          {all?.map((view) => (
            <li key={view.id}>
              <Link
                to="/desk/$view"
                params={{ view: view.key ?? view.id }}
                className="nav-view"
                activeProps={{ "data-active": true }}
              >
                <Icon name={viewIcons[view.key ?? ""] ?? "list"} />
                <span className="nav-view-name">{viewName(view)}</span>
                {view.count === null ? null : (
                  <span className="nav-count" data-quiet={view.count === 0 || undefined}>
                    {number(view.count)}
                  </span>
                )}
              </Link>
            </li>
          ))}
        </ul>
      </div>
      <div className="nav-foot">
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
            ...(admin
              ? [
                  null,
                  entry("adminAgents", "people"),
                  entry("adminBrands", "flag"),
                  entry("adminChannels", "mail"),
                  entry("adminTopics", "topic"),
                  entry("adminFields", "field"),
                ]
              : []),
            null,
            { id: "signOut", label: t("shell.signOut"), icon: "out", run: () => void signOut() },
          ]}
        />
      </div>
    </nav>
  );
};

/** The product's mark: a wire that ends in a spark. */
const Wire = () => (
  <svg className="wire" viewBox="0 0 32 20" aria-hidden>
    <path d="M2 14.5c5 0 5-9 9.6-9s4 9 8.6 9 3.8-4.5 5.2-4.5" />
    <circle cx="28" cy="10" r="2.6" />
  </svg>
);
