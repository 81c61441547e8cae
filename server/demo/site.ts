// The websites of the demo's brands, which carry the chat like any site would: a page each, a style sheet, a policy as strict as they come. Called by demo.ts.
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

/** What there is to set of the chat of a brand's website, in a colour of its own. */
const settings: Readonly<
  Record<BrandKey, { readonly name: string; readonly settings: Readonly<Record<string, unknown>> }>
> = {
  elb: {
    name: "elbkabel.example",
    settings: {
      origins: [],
      greeting: "Moin! Hier ist der Kundenservice von Elbkabel. Womit können wir helfen?",
      greetings: [
        {
          path: "/site/*",
          afterSeconds: 8,
          visitors: "all",
          de: "Moin! Eine Frage zu Tarif, Störung oder Umzug? Schreiben Sie uns hier.",
          en: "Hello! A question about plans, faults or moving house? Write to us here.",
          // Whoever tries the product sees it before they have signed in at the desk.
          onlyWhenThere: false,
        },
      ],
      look: { accent: "#0b5c7a", accentNight: "#7cc4df", corners: "round", side: "end" },
    },
  },
  harbour: {
    name: "harbourfibre.example",
    settings: {
      origins: [],
      greeting: "Hello! This is Harbour Fibre Business Support. How can we help?",
      look: { accent: "#8a2b2b", accentNight: "", corners: "soft", side: "end" },
    },
  },
};

/** Connects the chat of a brand's website. */
export const addSiteChat = async (world: World, key: BrandKey, brandId: BrandId): Promise<ChannelId> => {
  const channel = await addChannel({ ...world, channelKinds: channelKinds() }, system, {
    brandId,
    kind: "webchat",
    enabled: true,
    ...settings[key],
  });
  if (isRefusal(channel)) throw new Error(`the site's chat could not be connected: ${channel.refused}`);
  return channel.id;
};

/** The chats of the sites; each is connected when the demo world does not have it yet. Gives the channels' ids. */
export const siteChats = async (world: World): Promise<Readonly<Record<BrandKey, ChannelId>>> => {
  const chatOf = async (key: BrandKey): Promise<ChannelId> => {
    const brands = await allBrands(world.db);
    // Whoever tries the product may have given it another name.
    const brand = brands.find(({ name }) => name === demoBrands[key].name) ?? brands[0];
    if (brand === undefined) throw new Error("a demo world has a brand");
    const there = (await allChannels(world.db)).find(({ kind, brandId }) => kind === "webchat" && brandId === brand.id);
    return there?.id ?? addSiteChat(world, key, brand.id);
  };
  return { elb: await chatOf("elb"), harbour: await chatOf("harbour") };
};

/** The page with the telephone of the chat's brand; where there is none the button stays hidden. */
const withPhone = async (world: Pick<World, "db">, text: string, chat: ChannelId): Promise<string> => {
  const channels = await allChannels(world.db);
  const brandId = channels.find(({ id }) => id === chat)?.brandId;
  const phone = channels.find((each) => each.kind === "phone" && each.enabled && each.brandId === brandId);
  return phone === undefined
    ? text
        .split("\n")
        .filter((line) => !line.includes("{phone}"))
        .join("\n")
    : text.replaceAll("{phone}", phone.id);
};

/** Mounts the pages under /site/. */
export const mountSite = (
  app: FastifyInstance,
  world: Pick<World, "db">,
  chats: Readonly<Record<BrandKey, ChannelId>>,
): void => {
  const files = [
    ["/site/", "index.html", "text/html"],
    ["/site/harbour/", "harbour.html", "text/html"],
    ["/site/site.css", "site.css", "text/css"],
    ["/site/icon.svg", "icon.svg", "image/svg+xml"],
    ["/site/line.svg", "line.svg", "image/svg+xml"],
  ] as const;
  app.get("/site", (_request, reply) => reply.redirect("/site/"));
  for (const [path, name, type] of files) {
    const text = read(name).replaceAll("{channel}", name === "harbour.html" ? chats.harbour : chats.elb);
    app.get(path, async (_request, reply) =>
      reply
        .headers({ "content-security-policy": sitePolicy, "cache-control": "no-cache" })
        .type(`${type}; charset=utf-8`)
        .send(text.includes("{phone}") ? await withPhone(world, text, chats.elb) : text),
    );
  }
};
