// Hands out the widget's files, to pages of every origin, and the page on which a chat is all there is: where our mails lead back to. Mounted by server/app.ts.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { brandById } from "#modules/brands/reads.ts";
import { httpError } from "#platform/http/http.ts";
import type { World } from "#platform/world.ts";
import type { Connected } from "#server/connected.ts";
import { languageOf, words } from "#server/words.ts";

const folder = fileURLToPath(new URL("../dist/widget/", import.meta.url));

/** Everything of a page that carries nothing but the widget comes from here; the widget's styles are constructed by its script. */
const pagePolicy =
  "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Text as HTML shows it. */
export const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const page = (language: string, title: string, noScript: string, channelId: string): string =>
  `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${escaped(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"><meta name="robots" content="noindex"><meta name="color-scheme" content="light dark"><link rel="icon" href="/icon.svg">
<script async src="/widget.js" data-channel="${channelId}" data-push="/widget/push-worker.js" data-fill></script></head><body><noscript>${escaped(noScript)}</noscript></body></html>`;

/** Mounts the files as they were built; nothing when they were not. */
export const mountWidget = async (options: {
  readonly app: FastifyInstance;
  readonly world: Pick<World, "db">;
  readonly connected: Connected;
}): Promise<void> => {
  const { app, world, connected } = options;
  if (!existsSync(`${folder}widget.js`)) return;
  const common = { index: false as const, dotfiles: "ignore" as const, preCompressed: true, cacheControl: false };
  /** Scripts of sites that are not ours load these; they say nothing of anybody. */
  const open = { "access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin" };
  const short = "public, max-age=300";
  await app.register(fastifyStatic, {
    ...common,
    root: folder,
    decorateReply: false,
    wildcard: false,
    globIgnore: ["widget/**", "**/*.gz", "**/*.br"],
    setHeaders: (reply) => void reply.headers({ ...open, "cache-control": short }),
  });
  await app.register(fastifyStatic, {
    ...common,
    root: `${folder}widget`,
    prefix: "/widget/",
    decorateReply: false,
    // A name with a hash is another file when it holds something else.
    setHeaders: (reply, path) =>
      void reply.headers({
        ...open,
        "cache-control": /-[\w-]{8}\.js$/.test(path) ? "public, max-age=31536000, immutable" : short,
      }),
  });
  app.get("/chat/:id", async (request, reply) => {
    const { id } = request.params as { id: string };
    const find = () => connected.enabled().find((channel) => channel.id === id && channel.kind === "webchat");
    const channel = find() ?? (await connected.freshen().then(find));
    if (channel === undefined) throw httpError(404, "no such address");
    const language = languageOf(request.headers["accept-language"]);
    const brand = (await brandById(world.db, channel.brandId as never))?.name ?? "";
    return reply
      .headers({
        "content-security-policy": pagePolicy,
        "referrer-policy": "no-referrer",
        "x-robots-tag": "noindex",
        "cache-control": "no-cache",
      })
      .type("text/html; charset=utf-8")
      .send(page(language, words(language, "widget.title", { brand }), words(language, "chatPage.noScript"), id));
  });
};
