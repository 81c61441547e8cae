// Links by which a dialogue goes on at a page. Looking moves nothing, so that no program that looks through mails takes a dialogue along. Mounted by server/portal.ts.
import type { FastifyInstance } from "fastify";
import { isRefusal } from "#contract/errors.ts";
import type { FlowRunId } from "#contract/ids.ts";
import { goOnByLink, linkedRun, makeLink } from "#modules/flows/actions-links.ts";
import type { World } from "#platform/world.ts";
import { goOnPage } from "#portal/saidPage.ts";
import {
  chosen,
  customer,
  parameter,
  placeOfBrand,
  readerOf,
  said,
  send,
  styles,
  tooMany,
  toRun,
  wait,
  type Portal,
} from "#server/portal-ground.ts";
import { portalRoot } from "#server/portal-places.ts";
import { brandPath } from "#server/portal-views.ts";

/** Makes addresses by which dialogues go on at a page. */
export const linksTo =
  (world: Pick<World, "db" | "now">, publicUrl: string) =>
  async (runId: FlowRunId): Promise<string> =>
    `${publicUrl}${portalRoot}/go/${await world.db.transaction((tx) => makeLink(world, tx, runId))}`;

export const mountLinks = (pages: FastifyInstance, portal: Portal): void => {
  const { world, cookie } = portal;
  pages.get(`${portalRoot}/go/:link`, async (request, reply) => {
    const word = parameter(request, "link");
    const run = await linkedRun(world, word);
    const place = run && (await placeOfBrand(portal, run.place.brandId));
    if (run === null || place === null) return said(reply, 404, chosen(request), "linkGone");
    if (run.place.holder !== null && run.place.holder === cookie.holderOf(request)?.hash)
      return toRun(portal, reply, place, run);
    if (run.state.over !== null) return said(reply, 410, run.state.language, "linkGone", { place });
    const view = {
      brand: place.brand.name,
      startPath: brandPath(place.word),
      flow: run.name,
      path: `${portalRoot}/go/${word}`,
    };
    return send(reply, 200, goOnPage(readerOf(run.state.language), styles, view));
  });

  pages.post(`${portalRoot}/go/:link`, async (request, reply) => {
    const known = cookie.holderOf(request);
    const seconds = tooMany(portal, request, known, { calls: 1, bytes: 0 });
    if (seconds !== null) return wait(reply, chosen(request), seconds);
    const word = parameter(request, "link");
    const run = await linkedRun(world, word);
    const place = run && (await placeOfBrand(portal, run.place.brandId));
    if (run === null || place === null) return said(reply, 404, chosen(request), "linkGone");
    const holder = known ?? cookie.newHolder();
    const told = await goOnByLink(world, customer, word, {
      medium: "page",
      channelId: null,
      holder: holder.hash,
      language: run.state.language,
    });
    if (isRefusal(told)) return said(reply, 410, run.state.language, "linkGone", { place });
    cookie.give(reply, holder);
    return toRun(portal, reply, place, told.run);
  });
};
