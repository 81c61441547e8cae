// The website of the demo's cable operator, which carries the chat like any site would: a page, a style sheet, a policy as strict as they come. Called by demo.ts.
import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import { system } from "#contract/actor.ts";
import { isRefusal } from "#contract/errors.ts";
import type { BrandId, ChannelId } from "#contract/ids.ts";
import { addChannel } from "#modules/brands/actions.ts";
import { allBrands, allChannels } from "#modules/brands/reads.ts";
import type { World } from "#platform/world.ts";
import { channelKinds } from "#server/connected.ts";
import { demoBrands, type BrandKey } from "#server/demo/cast.ts";

const read = (name: string): string => readFileSync(new URL(`site/${name}`, import.meta.url), "utf8");

/** No inline script, no inline style, nothing of anybody else: the widget needs no more. */
const sitePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The chat of the site; it is connected when the demo world does not have it yet. Gives the channel's id. */
export const siteChat = async (world: World): Promise<string> => {
  const brands = await allBrands(world.db);
  // Whoever tries the product may have given it another name.
  const brand = brands.find(({ name }) => name === demoBrands.elb.name) ?? brands[0];
  if (brand === undefined) throw new Error("a demo world has a brand");
  const there = (await allChannels(world.db)).find(({ kind, brandId }) => kind === "webchat" && brandId === brand.id);
  return there?.id ?? addSiteChat(world, "elb", brand.id);
};

const chats: Readonly<Record<BrandKey, { readonly name: string; readonly greeting: string }>> = {
  elb: {
    name: "elbkabel.example",
    greeting: "Moin! Hier ist der Kundenservice von Elbkabel. Womit können wir helfen?",
  },
  harbour: {
    name: "harbourfibre.example",
    greeting: "Hello! This is Harbour Fibre Business Support. How can we help?",
  },
};

/** Connects the chat of a brand's website. */
export const addSiteChat = async (world: World, key: BrandKey, brandId: BrandId): Promise<ChannelId> => {
  const { name, greeting } = chats[key];
  const channel = await addChannel({ ...world, channelKinds: channelKinds() }, system, {
    brandId,
    kind: "webchat",
    name,
    enabled: true,
    settings: { origins: [], greeting },
  });
  if (isRefusal(channel)) throw new Error(`the site's chat could not be connected: ${channel.refused}`);
  return channel.id;
};

/** Mounts the pages under /site/. */
export const mountSite = (app: FastifyInstance, chat: string): void => {
  const files = [
    ["/site/", "index.html", "text/html"],
    ["/site/site.css", "site.css", "text/css"],
    ["/site/icon.svg", "icon.svg", "image/svg+xml"],
    ["/site/line.svg", "line.svg", "image/svg+xml"],
  ] as const;
  app.get("/site", (_request, reply) => reply.redirect("/site/"));
  for (const [path, name, type] of files) {
    const text = read(name).replaceAll("{channel}", chat);
    app.get(path, (_request, reply) =>
      reply
        .headers({ "content-security-policy": sitePolicy, "cache-control": "no-cache" })
        .type(`${type}; charset=utf-8`)
        .send(text),
    );
  }
};
