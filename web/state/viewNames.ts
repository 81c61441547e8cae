// What a view is called: built-in ones by their key, own ones by the name they were given.
import type { View } from "#contract/concerns.ts";
import { words } from "#web/state/words.ts";

export const viewName = (view: View): string =>
  view.key === null ? view.name : (words(`views.${view.key}`) ?? view.name);
