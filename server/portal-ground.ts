// What all of the portal's pages stand on: their surroundings, who looks, how a page is sent. Used by server/portal*.ts.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Who } from "#contract/actor.ts";
import type { Brand } from "#contract/brands.ts";
import type { FlowLanguage } from "#contract/flows.ts";
import { allBrands } from "#modules/brands/reads.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import type { RunRecord } from "#modules/flows/model-runs.ts";
import { flowNames } from "#modules/flows/reads-links.ts";
import { placeOf } from "#platform/auth/brake.ts";
import type { Http } from "#platform/http/http.ts";
import { saidPage } from "#portal/saidPage.ts";
import type { Reader } from "#portal/words.ts";
import type { Connected } from "#server/connected.ts";
import { brandNamed, brandWord, openCookie, portalRoot, type Holder } from "#server/portal-places.ts";
import { brandPath, runPath } from "#server/portal-views.ts";
import type { StepWatch } from "#server/portal-watch.ts";
import { openBrake, openRoom, type Most } from "#server/upload-room.ts";
import { languageOf, words } from "#server/words.ts";

/** Nothing runs on these pages, and nothing comes from elsewhere. */
const policy =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/** Where a page is better with a program of ours: it comes from here and asks here. */
const livePolicy = `${policy}; script-src 'self'; connect-src 'self'`;

/** Within ten minutes of one browser, and of all from one place: a school or an office shares one. Bytes: of files. */
const mostOf = (fileBytes: number): { readonly sender: Most; readonly place: Most } => ({
  sender: { calls: 400, bytes: 10 * fileBytes },
  place: { calls: 2_000, bytes: 30 * fileBytes },
});

export const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The style sheets, by names that change with what they say. */
export const styleFiles: readonly { readonly name: string; readonly text: string }[] = ["tokens.css", "portal.css"].map(
  (file) => {
    const text = readFileSync(new URL(`../portal/${file}`, import.meta.url), "utf8");
    return { name: `${createHash("sha256").update(text).digest("hex").slice(0, 12)}-${file}`, text };
  },
);
export const styles: readonly string[] = styleFiles.map(({ name }) => `${portalRoot}/style/${name}`);

/** Whoever speaks on a page is a customer of whom nothing is known yet. */
export const customer: Who = { kind: "customer", id: null, name: "" };

export interface Portal {
  readonly http: Pick<Http, "callerOf">;
  readonly world: FlowWorld;
  readonly connected: Connected;
  readonly fileBytes: number;
  readonly watch: StepWatch;
  readonly cookie: ReturnType<typeof openCookie>;
  readonly brake: ReturnType<typeof openBrake>;
  readonly room: ReturnType<typeof openRoom>;
}

export const openPortal = (
  given: Pick<Portal, "http" | "world" | "connected" | "fileBytes" | "watch"> & { readonly publicUrl: string },
): Portal => ({
  ...given,
  cookie: openCookie(given.publicUrl),
  brake: openBrake(mostOf(given.fileBytes)),
  room: openRoom(given.fileBytes),
});

export const readerOf = (language: FlowLanguage): Reader => ({
  language,
  say: (key, facts) => words(language, key, facts),
});

export const parameter = (request: FastifyRequest, name: string): string =>
  (request.params as Readonly<Record<string, string | undefined>>)[name] ?? "";

/** One of ours that was chosen; null: none was. */
export const languageIn = (given: unknown): FlowLanguage | null => (given === "de" || given === "en" ? given : null);

/** The language of who looks: as they chose it, else as their browser says it. */
export const chosen = (request: FastifyRequest, form: URLSearchParams | null = null): FlowLanguage =>
  languageIn(form?.get("language") ?? (request.query as { readonly language?: unknown }).language) ??
  languageOf(request.headers["accept-language"]);

/** A brand as an address names it. */
export interface Place {
  readonly brand: Brand;
  readonly word: string;
}

/** The brand that the address names; null: none. */
export const placeNamed = async ({ world }: Pick<Portal, "world">, request: FastifyRequest): Promise<Place | null> => {
  const brands = await allBrands(world.db);
  const brand = brandNamed(brands, parameter(request, "brand"));
  return brand && { brand, word: brandWord(brands, brand) };
};

/** The brand with this id. */
export const placeOfBrand = async ({ world }: Pick<Portal, "world">, brandId: string): Promise<Place | null> => {
  const brands = await allBrands(world.db);
  const brand = brands.find(({ id }) => id === brandId);
  return brand === undefined ? null : { brand, word: brandWord(brands, brand) };
};

/** Sends a page. `isKept`: a browser may keep it, and search engines list it. `runs`: a program of ours may run there. */
export const send = (reply: FastifyReply, status: number, page: string, isKept = false, runs = false): FastifyReply =>
  reply
    .code(status)
    .headers({
      "content-security-policy": runs ? livePolicy : policy,
      // Not less than "same-origin": only then do browsers say of a form where it came from.
      "referrer-policy": "same-origin",
      "cache-control": isKept ? "private, no-cache" : "no-store",
      ...(isKept ? { vary: "accept-language, cookie" } : { "x-robots-tag": "noindex" }),
    })
    .type("text/html; charset=utf-8")
    .send(page);

/** A page that says one thing by its key, with what to do below it. */
export const said = (
  reply: FastifyReply,
  status: number,
  language: FlowLanguage,
  key: string,
  more: { readonly place?: Place | null; readonly facts?: Readonly<Record<string, number>> } = {},
): FastifyReply =>
  send(
    reply,
    status,
    saidPage(readerOf(language), styles, {
      title: words(language, `portal.${key}`, more.facts),
      below: words(language, `portal.${key}Hint`, more.facts),
      brand: more.place ? { name: more.place.brand.name, path: brandPath(more.place.word) } : null,
    }),
  );

/** Counts what a browser sends; gives the seconds to wait, null: go on. */
export const tooMany = (
  { http, brake }: Pick<Portal, "http" | "brake">,
  request: FastifyRequest,
  holder: Holder | null,
  added: Most,
): number | null => {
  const from = placeOf(http.callerOf(request.raw));
  return brake(holder?.hash ?? from, from, added);
};

export const wait = (reply: FastifyReply, language: FlowLanguage, seconds: number): FastifyReply =>
  said(reply.header("retry-after", String(seconds)), 429, language, "tooMany", {
    facts: { minutes: Math.ceil(seconds / 60) },
  });

/** On to a dialogue's page, where what is new begins. */
export const toRun = async (
  { world }: Pick<Portal, "world">,
  reply: FastifyReply,
  { word }: Place,
  run: RunRecord,
): Promise<FastifyReply> => {
  const [name] = await flowNames(world.db, [run.flowId]);
  return reply.headers({ "cache-control": "no-store" }).redirect(`${runPath(word, name?.key ?? "-", run.id)}`, 303);
};
