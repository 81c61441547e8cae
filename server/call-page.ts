// A brand's page for calls: when somebody is there and which number it is, and a button where programs run. Mounted by server/portal.ts.
import type { FastifyInstance } from "fastify";
import { callPage } from "#portal/callPage.ts";
import { aroundPhone, pagePhone, phoneOf } from "#server/caller-view.ts";
import { chosen, placeNamed, readerOf, said, send, styles, type Portal } from "#server/portal-ground.ts";
import { portalRoot } from "#server/portal-places.ts";
import { brandPath, callPath, inLanguage, stateOf } from "#server/portal-views.ts";

/** Mounts it; where a brand has no telephone there is no such page. */
export const mountCallPage = (pages: FastifyInstance, portal: Portal): void => {
  const { world, connected } = portal;
  pages.get(`${portalRoot}/:brand/call`, async (request, reply) => {
    const language = chosen(request);
    const at = await placeNamed(portal, request);
    const all = at === null ? [] : connected.voices().filter(({ brandId }) => brandId === at.brand.id);
    const [first] = all;
    if (at === null || first === undefined) return said(reply, 404, language, "notThere", { place: at });
    const around = await aroundPhone(world, first);
    const view = {
      brand: at.brand.name,
      startPath: brandPath(at.word),
      notices: around.notices.map((notice) => inLanguage(notice, language)),
      state: stateOf(around, language),
      number: all.flatMap((channel) => phoneOf(channel).numbers)[0] ?? null,
      channel: pagePhone(connected, at.brand.id)?.id ?? null,
    };
    const page = callPage(readerOf(language), { path: callPath(at.word), styles, script: "/call.js" }, view);
    return send(reply, 200, page, true, true);
  });
};
