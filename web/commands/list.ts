// Moving through the list and selecting in it.
import { mostAtOnce } from "#contract/concerns.ts";
import { withConcern, withHits, type Command } from "#web/commands/command.ts";
import type { Context } from "#web/commands/context.ts";
import { openConcern } from "#web/state/desk.ts";
import { endFinding } from "#web/state/finding.ts";
import { stepFrom } from "#web/state/lists.ts";
import { exactly, extended, nothingSelected, selection, toggled } from "#web/state/selection.ts";
import { setUi, ui } from "#web/state/ui.ts";

const hasRows = ({ list }: Context): boolean => list.length > 0;
const hasSelection = ({ selected }: Context): boolean => selected.length > 0;

/** Where the agent stands in the list: on the row of the keys, else on the open concern. */
const cursorOf = ({ list, concern }: Context): string | null => {
  const now = ui.get().listCursor ?? concern?.id ?? null;
  return list.some((row) => row.id === now) ? now : null;
};

/** The row a step away: from where one stands, from where the open concern stood before it left, or from an end. */
const beside = (context: Context, by: number): string | null =>
  stepFrom(
    context.list.map((row) => row.id),
    cursorOf(context),
    ui.get().listGap,
    by,
  );

const step =
  (by: number) =>
  (context: Context): void => {
    const next = beside(context, by);
    if (next !== null) setUi({ listCursor: next });
  };

/** Selects on from where the agent stands; from nowhere it only goes there. */
const extend =
  (by: number) =>
  (context: Context): void => {
    const from = cursorOf(context);
    const to = beside(context, by);
    if (to === null) return;
    const order = context.list.map((row) => row.id);
    selection.set((now) => extended(now, order, from ?? to, to));
    setUi({ listCursor: to });
  };

/** Selects where the agent stands, or no longer; from nowhere the row that is next. */
const toggleCursor = (context: Context): void => {
  const at = cursorOf(context) ?? beside(context, 1);
  if (at === null) return;
  selection.set((now) => toggled(now, at));
  setUi({ listCursor: at });
};

const openCursor = (context: Context): void => {
  const row = context.list.find((one) => one.id === ui.get().listCursor);
  if (!row) return;
  // Asked for at once: the answer is on its way while the desk turns to it.
  void openConcern(row.id);
  context.go(`/desk/${context.place.view}/${row.number}`);
};

export const listCommands: readonly Command[] = [
  { id: "down", title: "commands.down", group: "list", keys: ["j", "ArrowDown"], can: hasRows, run: step(1) },
  { id: "up", title: "commands.up", group: "list", keys: ["k", "ArrowUp"], can: hasRows, run: step(-1) },
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
    // The first Escape lets the selection go.
    can: (context) => withConcern(context) && !hasSelection(context),
    run: (context) => {
      const { view, find } = context.place;
      if (withHits(context)) endFinding();
      else context.go(find === null ? `/desk/${view}` : `/search?q=${encodeURIComponent(find)}`);
    },
  },
  { id: "select", title: "commands.select", group: "selection", keys: ["x"], can: hasRows, run: toggleCursor },
  {
    id: "selectDown",
    title: "commands.selectDown",
    group: "selection",
    keys: ["Shift+j", "Shift+ArrowDown"],
    can: hasRows,
    run: extend(1),
  },
  {
    id: "selectUp",
    title: "commands.selectUp",
    group: "selection",
    keys: ["Shift+k", "Shift+ArrowUp"],
    can: hasRows,
    run: extend(-1),
  },
  {
    id: "selectAll",
    title: "commands.selectAll",
    group: "selection",
    keys: ["Ctrl+a"],
    can: hasRows,
    run: ({ list }) => selection.set(exactly(list.slice(0, mostAtOnce).map((row) => row.id))),
  },
  {
    id: "clearSelection",
    title: "commands.clearSelection",
    group: "selection",
    keys: ["Escape"],
    can: hasSelection,
    run: () => selection.set(nothingSelected),
  },
];
