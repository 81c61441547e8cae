// Going places, and what is always at hand.
import { allows } from "#contract/permissions.ts";
import { always, type Command } from "#web/commands/command.ts";
import type { Context } from "#web/commands/context.ts";
import { linkState } from "#web/state/desk.ts";
import { undoLatest } from "#web/state/toasts.ts";
import { setUi } from "#web/state/ui.ts";
import type { WordKey } from "#web/state/words.ts";

const goTo = (
  id: string,
  title: WordKey,
  keys: readonly string[],
  path: string,
  can: (context: Context) => boolean = always,
): Command => ({
  id,
  title,
  group: "go",
  keys,
  can,
  run: (context) => context.go(path),
});

const isAdmin = (context: Context): boolean => context.me.agent.role === "admin";

export const deskCommands: readonly Command[] = [
  goTo("goMine", "commands.goMine", ["g m"], "/desk/mine"),
  goTo("goUnassigned", "commands.goUnassigned", ["g u"], "/desk/unassigned"),
  goTo("goAll", "commands.goAll", ["g i"], "/desk/open"),
  goTo("goMentioned", "views.mentioned", ["g n"], "/desk/mentioned"),
  goTo("goFollowed", "views.followed", ["g f"], "/desk/followed"),
  goTo("goSnoozed", "views.snoozed", ["g s"], "/desk/snoozed"),
  goTo("goWaiting", "views.waiting", ["g w"], "/desk/waiting"),
  goTo("goFailed", "views.failed", ["g x"], "/desk/failed"),
  goTo("goResolved", "views.resolved", ["g e"], "/desk/resolved"),
  goTo("goEverything", "views.all", ["g a"], "/desk/all"),
  goTo("new", "commands.new", ["w"], "/new"),
  goTo("search", "commands.search", ["/"], "/search"),
  goTo("goAside", "commands.goAside", ["g b"], "/set-aside"),
  goTo("postbox", "commands.postbox", ["g p"], "/postbox", (context) => context.settings.demo),
  goTo("preferences", "commands.preferences", ["g ,"], "/preferences"),
  goTo("adminAgents", "commands.adminAgents", [], "/admin/agents", isAdmin),
  goTo("adminBrands", "commands.adminBrands", [], "/admin/brands", isAdmin),
  goTo("adminChannels", "commands.adminChannels", [], "/admin/channels", isAdmin),
  goTo("adminTopics", "commands.adminTopics", [], "/admin/topics", isAdmin),
  goTo("adminFields", "commands.adminFields", [], "/admin/fields", isAdmin),
  goTo("adminTiers", "commands.adminTiers", [], "/admin/tiers", isAdmin),
  goTo("adminAutomation", "commands.adminAutomation", [], "/admin/automation", isAdmin),
  goTo("macros", "commands.macros", ["g y"], "/admin/macros"),
  goTo("adminFlows", "commands.adminFlows", [], "/admin/flows", isAdmin),
  goTo("adminRouting", "commands.adminRouting", [], "/admin/routing", isAdmin),
  goTo("adminSkills", "commands.adminSkills", [], "/admin/skills", (context) =>
    allows(context.me.agent.role, "team.supervise"),
  ),
  goTo("adminNotices", "commands.adminNotices", [], "/admin/notices", (context) =>
    allows(context.me.agent.role, "notice.manage"),
  ),

  {
    id: "palette",
    title: "commands.palette",
    group: "desk",
    keys: ["Ctrl+k"],
    can: always,
    run: () => setUi({ palette: true }),
  },
  { id: "help", title: "commands.help", group: "desk", keys: ["?"], can: always, run: () => setUi({ help: true }) },
  { id: "undo", title: "commands.undo", group: "desk", keys: ["z"], can: always, run: () => void undoLatest() },
  {
    id: "reconnect",
    title: "commands.reconnect",
    group: "desk",
    keys: [],
    can: () => linkState.get() === "lost",
    run: () => dispatchEvent(new Event("online")),
  },
];
