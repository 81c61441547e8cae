// The second screen of a call, as pages that need no program. Mounted by server/portal.ts beside the other pages.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { CallerAsk, CallerView } from "#contract/caller.ts";
import type { FlowLanguage } from "#contract/flows.ts";
import { callByLink, followed, linkByCode } from "#modules/calls/reads-screen.ts";
import type { CallRow } from "#modules/calls/reads.ts";
import { placeOf } from "#platform/auth/brake.ts";
import { callbackPage, codePage, mailPage, secondPage } from "#portal/second.ts";
import type { SecondForm, SecondView } from "#portal/view.ts";
import { askOf, type Asking } from "#server/caller-asks.ts";
import { callerView } from "#server/caller-view.ts";
import { openBrake } from "#server/chat-brake.ts";
import { openGuesses } from "#server/guesses.ts";
import { readForm } from "#server/portal-forms.ts";
import {
  chosen,
  languageIn,
  parameter,
  placeOfBrand,
  readerOf,
  said,
  send,
  styles,
  wait,
  type Portal,
} from "#server/portal-ground.ts";
import { portalRoot } from "#server/portal-places.ts";
import { brandPath, flowPath, inLanguage, offeredAt } from "#server/portal-views.ts";
import { flowNames } from "#modules/flows/reads-links.ts";
import { screenPath, screenRoot } from "#server/second-places.ts";
import { words } from "#server/words.ts";

/** Wrong codes from one place, and from all of them in ten minutes: with fifty calls waiting, whoever uses all of them finds one call once in two hundred times. */
const mostWrong = { fromPlace: 8, inAll: 100 };
const mostAsks = { ofVisitor: 30, atPlace: 200, withinMs: 10 * 60_000 };

const live = readFileSync(new URL("../portal/live.js", import.meta.url), "utf8");
const liveFile = `${portalRoot}/style/${createHash("sha256").update(live).digest("hex").slice(0, 12)}-live.js`;
const place = { styles, script: liveFile };

/** Flows that are shown to who waits. */
const mostOffers = 5;

const stateWords = (view: CallerView, language: FlowLanguage): string => {
  if (view.callback !== null) return words(language, "second.state.callback");
  if (view.state === "ended") return words(language, `second.ended.${view.end ?? "talked"}`);
  return words(language, `second.state.${view.state}`);
};

/** A call as an address names it, and how its page speaks. */
interface Found {
  readonly row: CallRow;
  readonly language: FlowLanguage;
  readonly path: string;
  readonly brand: string;
  readonly startPath: string;
}

const shown = (reply: FastifyReply, status: number, page: string): FastifyReply =>
  send(reply, status, page, false, true);

/** The call that the address names; null: an answer was sent. */
const opened = async (
  portal: Portal,
  request: FastifyRequest,
  reply: FastifyReply,
  fields: URLSearchParams | null = null,
): Promise<Found | null> => {
  const word = parameter(request, "word");
  const found = await callByLink(portal.world, word);
  const at = found && (await placeOfBrand(portal, found.call.brandId));
  if (found === null || at === null) {
    said(reply, 404, chosen(request, fields), "screenGone");
    return null;
  }
  const asked = languageIn(fields?.get("language") ?? (request.query as { readonly language?: unknown }).language);
  const row = await followed(portal.world, found);
  return {
    row,
    language: asked ?? row.call.language,
    path: screenPath(word),
    brand: at.brand.name,
    startPath: brandPath(at.word),
  };
};

const viewOf = async (portal: Portal, found: Found): Promise<SecondView> => {
  const { world, connected } = portal;
  const { row, language, path, brand, startPath } = found;
  const view = await callerView({ world, connected }, row.call, { language, isPage: false });
  const at = await placeOfBrand(portal, row.call.brandId);
  const offered =
    at === null || view.state === "ended" ? [] : (await offeredAt(world, at.brand)).offered.slice(0, mostOffers);
  const names = new Map(
    (
      await flowNames(
        world.db,
        offered.map(({ flowId }) => flowId),
      )
    ).map(({ id, key }) => [id, key]),
  );
  return {
    brand,
    startPath,
    state: stateWords(view, language),
    place: view.place ?? "",
    wait: view.wait ?? "",
    hours: view.hours,
    notices: view.notices,
    isLive: view.state !== "ended",
    planned: view.callback?.text ?? "",
    waits: view.state === "waiting",
    mayCallback: view.may.callback,
    mayChat: view.may.chat,
    mayMail: view.may.mail,
    offers: offered.map(({ flowId, label }) => ({
      path: flowPath(at?.word ?? "", names.get(flowId) ?? ""),
      label: inLanguage(label, language),
    })),
    path,
  };
};

const formOf = async (
  { world, connected }: Portal,
  { row, language }: Found,
  given: URLSearchParams | null,
  wrong: string,
): Promise<SecondForm> => {
  const { may } = await callerView({ world, connected }, row.call, { language, isPage: false });
  return {
    wrong,
    number: given?.get("number") ?? row.call.number ?? "",
    email: given?.get("email") ?? "",
    text: given?.get("text") ?? "",
    byNumber: may.number,
    times: may.times,
  };
};
const askIn = (what: string, fields: URLSearchParams): CallerAsk | null => {
  const of = (name: string, most: number): string => (fields.get(name) ?? "").trim().slice(0, most);
  if (what === "chat") return { what };
  if (what === "withdraw") return { what: "noCallback" };
  if (what === "callback") {
    const at = of("at", 40);
    return Number.isNaN(Date.parse(at)) && at !== ""
      ? null
      : { what, number: of("number", 40), at: at === "" ? null : at };
  }
  return what === "mail" ? { what, email: of("email", 320), text: of("text", 4_000) } : null;
};

/** Mounts them. `asking`: what is asked is done by it. */
export const mountSecond = (pages: FastifyInstance, portal: Portal, asking: Asking): void => {
  const { world, http } = portal;
  const [guesses, asks] = [openGuesses(mostWrong), openBrake(mostAsks)];
  const placeIn = (request: FastifyRequest): string => placeOf(http.callerOf(request.raw));

  pages.get(liveFile, (_request, reply) =>
    reply
      .headers({ "cache-control": "public, max-age=31536000, immutable" })
      .type("text/javascript; charset=utf-8")
      .send(live),
  );

  pages.get(screenRoot, (request, reply) => {
    const language = chosen(request);
    return shown(reply, 200, codePage(readerOf(language), place, { path: screenRoot, wrong: "" }));
  });

  pages.post(screenRoot, async (request, reply) => {
    const { fields } = await readForm(request, { files: 0, fileBytes: 0 });
    const language = chosen(request, fields);
    // Counted before it is looked at: of many tries at once not one more is.
    const from = placeIn(request);
    const ms = guesses.begin(from);
    if (ms !== null) return wait(reply, language, Math.ceil(ms / 1_000));
    const word = await linkByCode(world, (fields.get("code") ?? "").slice(0, 20));
    if (word === null) {
      const wrong = words(language, "second.codeWrong");
      return shown(reply, 404, codePage(readerOf(language), place, { path: screenRoot, wrong }));
    }
    guesses.right(from);
    return reply.header("cache-control", "no-store").redirect(screenPath(word), 303);
  });

  pages.get(`${screenRoot}/:word`, async (request, reply) => {
    const found = await opened(portal, request, reply);
    if (found === null) return reply;
    return shown(reply, 200, secondPage(readerOf(found.language), place, await viewOf(portal, found)));
  });

  const forms = { callback: callbackPage, mail: mailPage } as const;
  for (const kind of ["callback", "mail"] as const)
    pages.get(`${screenRoot}/:word/${kind}`, async (request, reply) => {
      const found = await opened(portal, request, reply);
      if (found === null) return reply;
      const view = {
        ...(await formOf(portal, found, null, "")),
        brand: found.brand,
        startPath: found.startPath,
        path: found.path,
      };
      return send(reply, 200, forms[kind](readerOf(found.language), place, view));
    });

  for (const what of ["callback", "mail", "chat", "withdraw"] as const)
    pages.post(`${screenRoot}/:word/${what}`, async (request, reply) => {
      const { fields } = await readForm(request, { files: 0, fileBytes: 0 });
      const ms = asks(parameter(request, "word"), placeIn(request));
      if (ms !== null) return wait(reply, chosen(request, fields), Math.ceil(ms / 1_000));
      const found = await opened(portal, request, reply, fields);
      if (found === null) return reply;
      const { row, language, path, brand, startPath } = found;
      const ask = askIn(what, fields);
      const wrongBefore = ask === null ? "badTime" : ask.what === "mail" && ask.text === "" ? "noText" : null;
      const asked =
        ask === null || wrongBefore !== null
          ? { refused: wrongBefore ?? "failed" }
          : await askOf(asking, row.call, ask, { language, own: null });
      if (asked.refused === null) {
        const to = "chat" in asked && asked.chat !== null ? asked.chat : `${path}?language=${language}`;
        return reply.headers({ "cache-control": "no-store", "referrer-policy": "no-referrer" }).redirect(to, 303);
      }
      // Pressed twice, or meanwhile somebody has taken the call: the page says what is so.
      if (asked.refused === "over" || what === "chat" || what === "withdraw")
        return reply.redirect(`${path}?language=${language}`, 303);
      const known = ["badPhone", "badTime", "badEmail", "noText"].includes(asked.refused) ? asked.refused : "failed";
      const view = {
        ...(await formOf(portal, found, fields, words(language, `second.wrong.${known}`))),
        brand,
        startPath,
        path,
      };
      return send(reply, 422, forms[what](readerOf(language), place, view));
    });
};
