// What agents do with views that people made: keep, change, order, remove, each with a way back. Called by commands and the view's sheet.
import { concerns } from "#contract/concern-endpoints.ts";
import type { View, ViewInput } from "#contract/concerns.ts";
import { call } from "#web/state/client.ts";
import type { Outcome } from "#web/state/client.ts";
import { loadViews, views } from "#web/state/desk.ts";
import { tellProblem, tellRefusal } from "#web/state/problems.ts";
import { offerBack } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";

/** What can be said of a view again, to change part of it. */
export const inputOf = (view: View): ViewInput => ({
  name: view.name,
  filter: view.filter,
  share: view.share ?? { with: "me" },
});

/** Keeps a filter as a view. */
export const saveView = (input: ViewInput): Promise<Outcome<View>> =>
  offerBack(t("done.viewSaved", { name: input.name }), thenLoaded(call(concerns.saveView, { body: input })), (view) =>
    tellRefusal(take(view)),
  );

/** Changes a view; `said` are the words of the toast. */
export const changeView = (view: View, input: ViewInput, said: string): Promise<Outcome<View>> =>
  offerBack(said, put(view.id, input), () => tellRefusal(put(view.id, inputOf(view))));

/** Removes a view; for some seconds it can be brought back, to its place. */
export const removeView = (view: View): void =>
  tellRefusal(
    offerBack(t("done.viewRemoved", { name: view.name }), take(view), () =>
      tellRefusal(thenLoaded(call(concerns.restoreView, { params: { id: view.id } }))),
    ),
  );

/** Moves a view up or down among those that people made; the order is this agent's own. */
export const moveView = async (view: View, by: 1 | -1): Promise<void> => {
  const all = views.get().views ?? [];
  const order = moved(
    all.filter((one) => one.share !== null).map((one) => one.id),
    view.id,
    by,
  );
  if (order === null) return;
  const made = new Map(all.map((one) => [one.id, one]));
  views.set((now) => ({
    ...now,
    views: [...all.filter((one) => one.share === null), ...order.flatMap((id) => made.get(id) ?? [])],
  }));
  const outcome = await call(concerns.orderViews, { body: { ids: [...order] } });
  if (outcome.ok) return;
  tellProblem(outcome.problem);
  await loadViews();
};

/** The order after one was moved by a step; null when it stands at the end. */
export const moved = (ids: readonly string[], id: string, by: 1 | -1): readonly string[] | null => {
  const at = ids.indexOf(id);
  const to = at + by;
  if (at === -1 || to < 0 || to >= ids.length) return null;
  const rest = ids.filter((one) => one !== id);
  return [...rest.slice(0, to), id, ...rest.slice(to)];
};

const put = (id: string, input: ViewInput): Promise<Outcome<View>> =>
  thenLoaded(call(concerns.changeView, { params: { id }, body: input }));

const take = (view: View): Promise<Outcome<unknown>> =>
  thenLoaded(call(concerns.removeView, { params: { id: view.id } }));

const thenLoaded = async <T>(work: Promise<Outcome<T>>): Promise<Outcome<T>> => {
  const outcome = await work;
  if (outcome.ok) await loadViews();
  return outcome;
};
