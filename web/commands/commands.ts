// Every action of the desk as one object: its words, its keys, when it can be done, and the doing. Buttons, menus, the
// palette and the keyboard all read this list.
import type { Context } from "#web/commands/context.ts";
import { change, seenFailure } from "#web/state/actions.ts";
import { linkState } from "#web/state/desk.ts";
import { endFinding, hasHits, stepHit } from "#web/state/finding.ts";
import { undoLatest } from "#web/state/toasts.ts";
import { compose, setUi, toggleCustomerPanel, ui } from "#web/state/ui.ts";
import type { PickerName } from "#web/state/ui.ts";
import { t } from "#web/state/words.ts";
import type { WordKey } from "#web/state/words.ts";

export type CommandGroup = "concern" | "go" | "list" | "desk";

/** One action. `title` is a key of words; `keys` are alternatives in the notation of keys.ts. */
export interface Command {
  readonly id: string;
  readonly title: WordKey;
  readonly group: CommandGroup;
  readonly keys: readonly string[];
  readonly can: (context: Context) => boolean;
  readonly run: (context: Context) => void;
}

const always = (): boolean => true;
const withConcern = (context: Context): boolean => context.concern !== null;
const withHits = (context: Context): boolean => hasHits(context.concern?.id);

const picker = (id: PickerName, title: WordKey, keys: readonly string[]): Command => ({
  id,
  title,
  group: "concern",
  keys,
  can: withConcern,
  run: () => setUi({ picker: id }),
});

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

const step =
  (by: number) =>
  (context: Context): void => {
    const { list } = context;
    const now = ui.get().listCursor ?? context.concern?.id ?? null;
    const at = list.findIndex((row) => row.id === now);
    const next = list[Math.min(list.length - 1, Math.max(0, at === -1 ? (by > 0 ? 0 : list.length - 1) : at + by))];
    if (next) setUi({ listCursor: next.id });
  };

const openCursor = (context: Context): void => {
  const row = context.list.find((one) => one.id === ui.get().listCursor);
  if (row) context.go(`/desk/${context.place.view}/${row.number}`);
};

const isAdmin = (context: Context): boolean => context.me.agent.role === "admin";

export const commands: readonly Command[] = [
  {
    id: "reply",
    title: "commands.reply",
    group: "concern",
    keys: ["r"],
    can: withConcern,
    run: () => compose("reply"),
  },
  {
    id: "note",
    title: "commands.note",
    group: "concern",
    keys: ["n"],
    // While hits are gone through, n means the next one.
    can: (context) => context.concern !== null && !withHits(context),
    run: () => compose("note"),
  },
  { id: "nextHit", title: "commands.nextHit", group: "concern", keys: ["n"], can: withHits, run: () => stepHit(1) },
  {
    id: "previousHit",
    title: "commands.previousHit",
    group: "concern",
    keys: ["Shift+n"],
    can: withHits,
    run: () => stepHit(-1),
  },
  picker("assignee", "commands.assign", ["a"]),
  {
    id: "assignToMe",
    title: "commands.assignToMe",
    group: "concern",
    keys: ["i"],
    can: (context) => context.concern !== null && context.concern.assigneeId !== context.me.agent.id,
    run: ({ concern, me }) => void (concern && change(concern.id, { assigneeId: me.agent.id }, t("done.assignedToMe"))),
  },
  {
    id: "resolve",
    title: "commands.resolve",
    group: "concern",
    keys: ["e"],
    can: (context) =>
      context.concern !== null && context.concern.status !== "resolved" && context.concern.status !== "closed",
    run: ({ concern }) =>
      void (
        concern && change(concern.id, { status: "resolved" }, t("done.resolved", { number: String(concern.number) }))
      ),
  },
  {
    id: "reopen",
    title: "commands.reopen",
    group: "concern",
    keys: ["o"],
    can: (context) =>
      context.concern !== null && ["resolved", "closed", "snoozed", "waiting"].includes(context.concern.status),
    run: ({ concern }) =>
      void (concern && change(concern.id, { status: "open" }, t("done.reopened", { number: String(concern.number) }))),
  },
  picker("snooze", "commands.snooze", ["s"]),
  picker("status", "commands.status", ["t"]),
  picker("priority", "commands.priority", ["p"]),
  picker("tags", "commands.tags", ["#"]),
  picker("team", "commands.team", ["m"]),
  picker("topic", "commands.topic", ["b"]),
  picker("fields", "commands.fields", ["d"]),
  {
    id: "seenFailure",
    title: "commands.seenFailure",
    group: "concern",
    keys: [],
    can: (context) => context.concern?.deliveryFailed === true,
    run: ({ concern }) => void (concern && seenFailure(concern.id)),
  },
  {
    id: "history",
    title: "commands.history",
    group: "concern",
    keys: ["h"],
    can: withConcern,
    run: () => setUi({ history: !ui.get().history }),
  },
  {
    id: "wholeMails",
    title: "commands.wholeMails",
    group: "concern",
    keys: ["v"],
    can: withConcern,
    run: () => setUi({ wholeMails: !ui.get().wholeMails }),
  },
  {
    id: "customer",
    title: "commands.customer",
    group: "concern",
    keys: ["c"],
    can: withConcern,
    run: toggleCustomerPanel,
  },

  {
    id: "down",
    title: "commands.down",
    group: "list",
    keys: ["j"],
    can: (context) => context.list.length > 0,
    run: step(1),
  },
  {
    id: "up",
    title: "commands.up",
    group: "list",
    keys: ["k"],
    can: (context) => context.list.length > 0,
    run: step(-1),
  },
  {
    id: "open",
    title: "commands.open",
    group: "list",
    keys: ["Enter"],
    can: (context) => context.list.some((row) => row.id === ui.get().listCursor),
    run: openCursor,
  },
  {
    id: "back",
    title: "commands.back",
    group: "list",
    keys: ["u", "Escape"],
    can: withConcern,
    run: (context) => (withHits(context) ? endFinding() : context.go(`/desk/${context.place.view}`)),
  },

  goTo("goMine", "commands.goMine", ["g m"], "/desk/mine"),
  goTo("goUnassigned", "commands.goUnassigned", ["g u"], "/desk/unassigned"),
  goTo("goAll", "commands.goAll", ["g i"], "/desk/open"),
  goTo("new", "commands.new", ["w"], "/new"),
  goTo("search", "commands.search", ["/"], "/search"),
  goTo("postbox", "commands.postbox", ["g p"], "/postbox", (context) => context.settings.demo),
  goTo("preferences", "commands.preferences", ["g ,"], "/preferences"),
  goTo("adminAgents", "commands.adminAgents", [], "/admin/agents", isAdmin),
  goTo("adminBrands", "commands.adminBrands", [], "/admin/brands", isAdmin),
  goTo("adminChannels", "commands.adminChannels", [], "/admin/channels", isAdmin),
  goTo("adminTopics", "commands.adminTopics", [], "/admin/topics", isAdmin),
  goTo("adminFields", "commands.adminFields", [], "/admin/fields", isAdmin),

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

/** The command with this id; a wrong id is a fault of ours and throws. */
export const command = (id: string): Command => {
  const found = commands.find((one) => one.id === id);
  if (!found) throw new Error(`no command "${id}"`);
  return found;
};
