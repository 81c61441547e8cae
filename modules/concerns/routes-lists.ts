// HTTP for lists, views, search and reading a concern. server/app.ts joins them to the other routes.
import { concerns } from "#contract/concern-endpoints.ts";
import { seesBrand } from "#contract/actor.ts";
import { asides } from "#contract/aside.ts";
import { customers } from "#contract/customers.ts";
import { answer, type Route } from "#contract/endpoint.ts";
import { merging } from "#contract/merging.ts";
import { refuse } from "#contract/errors.ts";
import { changeView, orderViews, removeView, restoreView, saveView } from "#modules/concerns/actions-views.ts";
import { countAsides, listAsides } from "#modules/concerns/reads-aside.ts";
import { concernsOf, listConcerns, viewsFor } from "#modules/concerns/reads-lists.ts";
import { undoing } from "#modules/concerns/reads-merging.ts";
import { earlierMessages, historyOf, openConcern } from "#modules/concerns/reads-open.ts";
import { searchEverything, searchWithin } from "#modules/concerns/reads-search.ts";
import { messageViews, rowById, rowByNumber, rowsByIds, type ReadingWorld } from "#modules/concerns/reads.ts";
import { search } from "#contract/search.ts";
import type { World } from "#platform/world.ts";

type W = World & ReadingWorld;

/** Routes that read concerns, and those of an agent's views. */
export const listRoutes: readonly Route<W>[] = [
  answer<W, typeof concerns.list>(concerns.list, (world, who, { query }) =>
    listConcerns(world, who, { filter: query.filter, after: query.after ?? null, limit: query.limit }),
  ),
  answer<W, typeof asides.list>(asides.list, (world, who, { query }) => listAsides(world, who, query)),
  answer<W, typeof asides.counts>(asides.counts, (world, who) => countAsides(world, who)),
  answer<W, typeof concerns.views>(concerns.views, (world, who) => viewsFor(world, who)),
  answer<W, typeof concerns.saveView>(concerns.saveView, (world, who, { body }) => saveView(world, who, body)),
  answer<W, typeof concerns.changeView>(concerns.changeView, (world, who, { params, body }) =>
    changeView(world, who, params.id, body),
  ),
  answer<W, typeof concerns.orderViews>(concerns.orderViews, (world, who, { body }) =>
    orderViews(world, who, body.ids),
  ),
  answer<W, typeof concerns.restoreView>(concerns.restoreView, (world, who, { params }) =>
    restoreView(world, who, params.id),
  ),
  answer<W, typeof concerns.removeView>(concerns.removeView, (world, who, { params }) =>
    removeView(world, who, params.id),
  ),
  answer<W, typeof concerns.rows>(concerns.rows, async (world, who, { query }) => ({
    rows: (await rowsByIds(world.db, query.ids)).filter((row) => seesBrand(who, row.brandId)),
  })),
  answer<W, typeof concerns.open>(concerns.open, (world, who, { params }) => openConcern(world, who, params.id)),
  answer<W, typeof concerns.byNumber>(concerns.byNumber, async (world, who, { params }) => {
    const row = await rowByNumber(world.db, params.number);
    return row && seesBrand(who, row.brandId) ? row : refuse("notFound");
  }),
  answer<W, typeof concerns.messages>(concerns.messages, (world, who, { params, query }) =>
    earlierMessages(world, world.db, who, params.id, query.before, query.limit),
  ),
  answer<W, typeof concerns.message>(concerns.message, async (world, who, { params }) => {
    const [message] = await messageViews(world, world.db, [params.id]);
    const row = message && (await rowById(world.db, message.concernId));
    return message && row && seesBrand(who, row.brandId) ? message : refuse("notFound");
  }),
  answer<W, typeof customers.concerns>(customers.concerns, (world, who, { params, query }) =>
    concernsOf(world, who, { customerId: params.id, after: query.after ?? null, limit: query.limit }),
  ),
  answer<W, typeof merging.undoing>(merging.undoing, (world, who, { params }) => undoing(world, who, params.id)),
  answer<W, typeof search.everything>(search.everything, (world, who, { query }) =>
    searchEverything(world, who, query.q, query.limit),
  ),
  answer<W, typeof search.within>(search.within, (world, who, { params, query }) =>
    searchWithin(world, who, params.id, query.q),
  ),
  answer<W, typeof concerns.history>(concerns.history, (world, who, { params, query }) =>
    historyOf(world, who, params.id, query.before ?? null, query.limit),
  ),
];
