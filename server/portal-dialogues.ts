// A dialogue's page and its forms, for the browser that holds it: to every other there is none. Mounted by server/portal.ts.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isRefusal } from "#contract/errors.ts";
import type { FlowRunId } from "#contract/ids.ts";
import { letGo, makeLink, takeBack } from "#modules/flows/actions-links.ts";
import { moveRun } from "#modules/flows/actions-running.ts";
import type { RunRecord } from "#modules/flows/model-runs.ts";
import { hasHeld } from "#modules/flows/reads-links.ts";
import { runOf, saidOf } from "#modules/flows/reads-running.ts";
import { placeOf } from "#platform/auth/brake.ts";
import { httpError } from "#platform/http/http.ts";
import { dialoguePage } from "#portal/dialogue.ts";
import { formNames } from "#portal/fields.ts";
import { answerDialogue } from "#server/portal-answers.ts";
import { readForm, type Sent } from "#server/portal-forms.ts";
import {
  chosen,
  customer,
  languageIn,
  parameter,
  placeNamed,
  readerOf,
  said,
  send,
  styles,
  tooMany,
  toRun,
  uuid,
  wait,
  type Place,
  type Portal,
} from "#server/portal-ground.ts";
import { isProof, portalRoot, type Holder } from "#server/portal-places.ts";
import { chatOf, dialogueOf, type Dialogue } from "#server/portal-views.ts";

/** A page whose dialogue waits for a look-up is held so long before it says that it takes longer. */
const holdMs = 4_000;
/** Most files of one answer, whatever its question says. */
const mostFiles = 10;

/** A dialogue and the browser that holds it, or has held it. */
interface Named {
  readonly place: Place;
  readonly run: RunRecord;
  readonly holder: Holder;
}

/** The dialogue that an address names; null: to this browser there is none. */
const dialogueNamed = async (portal: Portal, request: FastifyRequest): Promise<Named | null> => {
  const { db } = portal.world;
  const holder = portal.cookie.holderOf(request);
  const id = parameter(request, "run");
  const place = await placeNamed(portal, request);
  if (holder === null || place === null || !uuid.test(id)) return null;
  const run = await runOf(db, id as FlowRunId);
  if (run === null || run.place.brandId !== place.brand.id) return null;
  const mine = run.place.holder === holder.hash || (await hasHeld(db, run.id, holder.hash));
  return mine ? { place, run, holder } : null;
};

const gathered = async ({ world, connected, fileBytes }: Portal, { place, holder, run }: Named): Promise<Dialogue> =>
  dialogueOf(world, connected, {
    ...place,
    run,
    holder,
    said: await saidOf(world.db, run.id, 0),
    mostBytes: fileBytes,
  });

/** Does what a form says. */
const act = async (portal: Portal, reply: FastifyReply, named: Named, sent: Sent): Promise<FastifyReply> => {
  const { world, connected, cookie, fileBytes } = portal;
  const { place, run, holder } = named;
  const { language, over } = run.state;
  const what = sent.fields.get(formNames.what) ?? "";
  if (what === "leave") {
    await letGo(world, customer, holder.hash);
    cookie.take(reply);
    return said(reply, 200, language, "left", { place });
  }
  if (what === "take") {
    const here = { medium: "page", channelId: null, holder: holder.hash, language } as const;
    const told = await takeBack(world, customer, run.id, here);
    return isRefusal(told) ? said(reply, 404, language, "notThere", { place }) : toRun(portal, reply, place, told.run);
  }
  // What was sent here after it went on elsewhere is told to nobody: the page says where it is.
  if (run.place.holder !== holder.hash) return toRun(portal, reply, place, run);
  if (what === "language") {
    const to = { ...run.place, language: languageIn(sent.fields.get("language")) ?? language };
    if (over === null) await moveRun(world, customer, { runId: run.id, from: holder.hash, place: to });
    return toRun(portal, reply, place, run);
  }
  if (what === "chat") {
    const chat = chatOf(connected, place.brand.id);
    if (chat === null || over !== null) return toRun(portal, reply, place, run);
    const word = await world.db.transaction((tx) => makeLink(world, tx, run.id));
    return reply.headers({ "cache-control": "no-store" }).redirect(`/chat/${chat}#f.${word}`, 303);
  }
  const dialogue = await gathered(portal, named);
  const untaken = await answerDialogue({ world, who: customer, run, holder, dialogue, sent, fileBytes });
  if (untaken === null) return toRun(portal, reply, place, run);
  return send(reply, untaken.status, dialoguePage(readerOf(language), styles, dialogue.view, untaken.tried));
};

export const mountDialogues = (pages: FastifyInstance, portal: Portal): void => {
  const { world, http, fileBytes } = portal;
  const path = `${portalRoot}/:brand/:flow/:run`;
  const notThere = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    said(reply, 404, chosen(request), "notThere", { place: await placeNamed(portal, request) });

  pages.get(path, async (request, reply) => {
    const named = await dialogueNamed(portal, request);
    if (named === null) return notThere(request, reply);
    const run = await portal.watch.settled(named.run, holdMs);
    const { view } = await gathered(portal, { ...named, run });
    return send(reply, 200, dialoguePage(readerOf(run.state.language), styles, view));
  });

  pages.post(path, { bodyLimit: fileBytes + 100_000 }, async (request, reply) => {
    const named = await dialogueNamed(portal, request);
    if (named === null) return notThere(request, reply);
    const declared = request.isMultipart() ? Number(request.headers["content-length"] ?? fileBytes) : 0;
    const seconds = tooMany(portal, request, named.holder, { calls: 1, bytes: declared });
    if (seconds !== null) return wait(reply, named.run.state.language, seconds);
    const leave = portal.room(placeOf(http.callerOf(request.raw)), declared);
    if (leave === null) throw httpError(503, "no room for uploads");
    try {
      const sent = await readForm(request, { files: mostFiles, fileBytes });
      if (!isProof(world, named.holder, named.run.id, sent.fields.get(formNames.proof)))
        return await said(reply, 403, named.run.state.language, "foreign", { place: named.place });
      return await act(portal, reply, named, sent);
    } finally {
      leave();
    }
  });
};
