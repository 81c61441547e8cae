// The portal: pages for customers that work without any program in the browser. A brand's first page, and dialogues (flows) one question to a page. Mounted by server/app.ts.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isRefusal } from "#contract/errors.ts";
import type { FlowRunId } from "#contract/ids.ts";
import { beginRun } from "#modules/flows/actions-running.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import { flowByKey } from "#modules/flows/reads-links.ts";
import { runOf, runsOfHolder } from "#modules/flows/reads-running.ts";
import type { Http } from "#platform/http/http.ts";
import { beginPage, startPage } from "#portal/start.ts";
import type { Connected } from "#server/connected.ts";
import type { Asking } from "#server/caller-asks.ts";
import { mountCallPage } from "#server/call-page.ts";
import { mountSecond } from "#server/second-pages.ts";
import { mountDialogues } from "#server/portal-dialogues.ts";
import { readForm, takeForms } from "#server/portal-forms.ts";
import {
  chosen,
  customer,
  openPortal,
  parameter,
  placeNamed,
  readerOf,
  said,
  send,
  styleFiles,
  styles,
  tooMany,
  toRun,
  uuid,
  wait,
  type Portal,
} from "#server/portal-ground.ts";
import { mountLinks } from "#server/portal-links.ts";
import { portalRoot } from "#server/portal-places.ts";
import { brandPath, flowPath, inLanguage, offeredAt, runPath, startView } from "#server/portal-views.ts";
import type { StepWatch } from "#server/portal-watch.ts";

/** One dialogue begun counts as so many answers: it costs more. */
const beginShare = 10;

const start = async (portal: Portal, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
  const { world, connected, cookie } = portal;
  const language = chosen(request);
  const place = await placeNamed(portal, request);
  if (place === null) return said(reply, 404, language, "notThere");
  const view = await startView(world, connected, { ...place, language, holder: cookie.holderOf(request) });
  const page = { path: brandPath(place.word), styles, newId: () => crypto.randomUUID() };
  return send(reply, 200, startPage(readerOf(language), page, view), true);
};

/** Where who comes by a link to a flow begins it: looking begins nothing. */
const look = async (portal: Portal, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
  const { world, cookie } = portal;
  const language = chosen(request);
  const place = await placeNamed(portal, request);
  const flow = place && (await flowByKey(world.db, parameter(request, "flow")));
  const offer = place && flow && (await offeredAt(world, place.brand)).offered.find(({ flowId }) => flowId === flow.id);
  if (!place || !flow || !offer) return said(reply, 404, language, "notThere", { place });
  const holder = cookie.holderOf(request);
  const mine = holder === null ? [] : await runsOfHolder(world.db, [holder.hash]);
  const open = mine.find(({ flowId, state }) => flowId === flow.id && state.over === null);
  const page = { path: flowPath(place.word, flow.key), styles, newId: () => crypto.randomUUID() };
  const view = {
    brand: place.brand.name,
    startPath: brandPath(place.word),
    flow: inLanguage(offer.label, language),
    open: open === undefined ? null : `${runPath(place.word, flow.key, open.id)}`,
  };
  return send(reply, 200, beginPage(readerOf(language), page, view), true);
};

/** The same page sent again is the same dialogue. What is not offered now is begun by nobody. */
const begin = async (portal: Portal, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
  const { world, cookie } = portal;
  const { fields } = await readForm(request, { files: 0, fileBytes: 0 });
  const language = chosen(request, fields);
  const known = cookie.holderOf(request);
  const seconds = tooMany(portal, request, known, { calls: beginShare, bytes: 0 });
  if (seconds !== null) return wait(reply, language, seconds);
  const place = await placeNamed(portal, request);
  const flow = place && (await flowByKey(world.db, parameter(request, "flow")));
  const runId = fields.get("run") ?? "";
  if (!place || !flow || !uuid.test(runId)) return said(reply, 404, language, "notThere", { place });
  const holder = known ?? cookie.newHolder();
  const began = await runOf(world.db, runId as FlowRunId);
  if (began === null && !(await offeredAt(world, place.brand)).offered.some(({ flowId }) => flowId === flow.id))
    return said(reply, 404, language, "notThere", { place });
  const told = await beginRun(world, customer, {
    runId: runId as FlowRunId,
    flowId: flow.id,
    place: {
      medium: "page",
      brandId: place.brand.id,
      channelId: null,
      holder: holder.hash,
      concernId: null,
      language,
    },
  });
  if (isRefusal(told)) return said(reply, 404, language, "notThere", { place });
  cookie.give(reply, holder);
  return toRun(portal, reply, place, told.run);
};

/** Mounts the pages. */
export const mountPortal = async (options: {
  readonly app: FastifyInstance;
  readonly http: Pick<Http, "sameOrigin" | "callerOf">;
  readonly world: FlowWorld;
  readonly connected: Connected;
  readonly publicUrl: string;
  readonly fileBytes: number;
  readonly watch: StepWatch;
  /** What callers ask for instead of waiting is done by it. */
  readonly asking: Asking;
}): Promise<void> => {
  const { world, fileBytes, http } = options;
  const portal = openPortal(options);
  await options.app.register(async (pages) => {
    takeForms(pages);
    pages.setErrorHandler((error: { readonly statusCode?: number }, request: FastifyRequest, reply) => {
      const status = error.statusCode ?? 500;
      const language = chosen(request);
      if (status === 413)
        return said(reply, 413, language, "tooLarge", { facts: { size: Math.floor(fileBytes / 1_000_000) } });
      if (status === 404) return said(reply, 404, language, "notThere");
      if (status >= 500)
        world.log.error("portal.failed", { error: error instanceof Error ? error.message : "unknown" });
      return said(reply, status, language, "failed");
    });
    // What another site makes a browser send is nobody's wish; asked before anything is read.
    pages.addHook("onRequest", async (request, reply) => {
      if (request.method === "POST" && !http.sameOrigin(request)) return said(reply, 403, chosen(request), "foreign");
      return undefined;
    });
    for (const { name, text } of styleFiles)
      pages.get(`${portalRoot}/style/${name}`, (_request, reply) =>
        reply
          .headers({ "cache-control": "public, max-age=31536000, immutable" })
          .type("text/css; charset=utf-8")
          .send(text),
      );
    mountLinks(pages, portal);
    mountSecond(pages, portal, options.asking);
    mountCallPage(pages, portal);
    pages.get(`${portalRoot}/:brand`, (request, reply) => start(portal, request, reply));
    pages.get(`${portalRoot}/:brand/`, (request, reply) => start(portal, request, reply));
    pages.get(`${portalRoot}/:brand/:flow`, (request, reply) => look(portal, request, reply));
    pages.post(`${portalRoot}/:brand/:flow`, (request, reply) => begin(portal, request, reply));
    mountDialogues(pages, portal);
  });
};
