// Filtering the list, and the views that people make of filters.
import type { Command } from "#web/commands/command.ts";
import type { Context } from "#web/commands/context.ts";
import { filterBy } from "#web/state/filtering.ts";
import { isSameFilter } from "#web/state/filters.ts";
import { changeView, inputOf, moveView, removeView } from "#web/state/views.ts";
import { tellProblem } from "#web/state/problems.ts";
import { setUi } from "#web/state/ui.ts";
import { viewKey } from "#web/state/viewNames.ts";
import { t } from "#web/state/words.ts";

const hasView = ({ view }: Context): boolean => view !== null;
const isFiltered = ({ view, filter }: Context): boolean =>
  view !== null && filter !== null && !isSameFilter(filter, view.filter);
const mayChange = ({ view }: Context): boolean => view?.mayChange === true;
const isMade = ({ view }: Context): boolean => view !== null && view.share !== null;

const letGo = ({ view }: Context): void => void (view && filterBy(viewKey(view), view.filter, view.filter));

export const viewCommands: readonly Command[] = [
  {
    id: "filter",
    title: "commands.filter",
    group: "views",
    keys: ["f"],
    can: hasView,
    run: () => setUi({ picker: "filter" }),
  },
  {
    id: "clearFilter",
    title: "commands.clearFilter",
    group: "views",
    keys: ["Shift+f"],
    can: isFiltered,
    run: letGo,
  },
  {
    id: "saveView",
    title: "commands.saveView",
    group: "views",
    keys: ["Shift+v s"],
    can: hasView,
    run: () => setUi({ viewSheet: { id: null } }),
  },
  {
    id: "updateView",
    title: "commands.updateView",
    group: "views",
    keys: ["Shift+v u"],
    can: (context) => mayChange(context) && isFiltered(context),
    run: (context) => {
      const { view, filter } = context;
      if (view === null || filter === null) return;
      void changeView(view, { ...inputOf(view), filter }, t("done.viewFiltered", { name: view.name })).then((outcome) =>
        outcome.ok ? letGo(context) : tellProblem(outcome.problem),
      );
    },
  },
  {
    id: "editView",
    title: "commands.editView",
    group: "views",
    keys: ["Shift+v e"],
    can: mayChange,
    run: ({ view }) => void (view && setUi({ viewSheet: { id: view.id } })),
  },
  {
    id: "viewUp",
    title: "commands.viewUp",
    group: "views",
    keys: ["Shift+v k"],
    can: isMade,
    run: ({ view }) => void (view && moveView(view, -1)),
  },
  {
    id: "viewDown",
    title: "commands.viewDown",
    group: "views",
    keys: ["Shift+v j"],
    can: isMade,
    run: ({ view }) => void (view && moveView(view, 1)),
  },
  {
    id: "removeView",
    title: "commands.removeView",
    group: "views",
    keys: ["Shift+v x"],
    can: mayChange,
    run: ({ view, place, go }) => {
      if (view === null) return;
      if (place.view === view.id) go("/desk/open");
      removeView(view);
    },
  },
];
