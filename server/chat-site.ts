// What a site's pages are told of a chat before anybody opens it: how it looks, and which greetings may show themselves when. Said by two small answers
// that say nothing of anybody and may stand in caches. Mounted by server/app.ts; server/chat.ts takes a greeting's words from here.
import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { GreetingSettings, LookSettings, WebchatSettings } from "#channels/webchat/settings.ts";
import type { ChatSite, SiteGreeting } from "#contract/chat.ts";
import { readableAccent } from "#lib/colours.ts";
import { pathExpression } from "#lib/greeting.ts";
import { brandById } from "#modules/brands/reads.ts";
import { httpError } from "#platform/http/http.ts";
import type { World } from "#platform/world.ts";
import type { Connected } from "#server/connected.ts";
import type { ConnectedChannel } from "#server/intake.ts";
import { languageOf, type Language } from "#server/words.ts";

/** A change reaches pages within this time, in seconds. */
const keptSeconds = 300;

/** A rule's name is made of all it says: one with other words is another one, and nobody is said to have read what was not there. */
const idOf = (rule: GreetingSettings): string =>
  createHash("sha256")
    .update(JSON.stringify([rule.path, rule.afterSeconds, rule.visitors, rule.de, rule.en, rule.onlyWhenThere]))
    .digest("base64url")
    .slice(0, 16);

const settingsOf = ({ settings }: Pick<ConnectedChannel, "settings">): WebchatSettings => settings as WebchatSettings;
const ruleOf = (channel: Pick<ConnectedChannel, "settings">, id: string): GreetingSettings | null =>
  settingsOf(channel).greetings.find((rule) => idOf(rule) === id) ?? null;
const wordsOf = ({ de, en }: GreetingSettings, language: Language): string => (language === "de" ? de || en : en || de);

/** The words of a channel's greeting as a page in that language shows them; null: it has no such greeting now. */
export const greetingWords = (
  channel: Pick<ConnectedChannel, "settings">,
  id: string,
  language: Language,
): string | null => {
  const rule = ruleOf(channel, id);
  return rule && wordsOf(rule, language);
};

const corners = { round: "18px", soft: "8px", square: "0px" } as const;

/** A look as the widget's own sheet: of values that the settings' schema has let in, and no other text of anybody's. Exported for its test. */
export const lookCss = ({ accent, accentNight, corners: radius, side }: LookSettings): string => {
  const night = readableAccent(accentNight === "" ? accent : accentNight, "night");
  const place = side === "end" ? "" : ";--set-start:var(--inset-side);--set-end:auto";
  return `:host{--set-accent:light-dark(${readableAccent(accent, "day")},${night});--set-radius:${corners[radius]}${place}}`;
};

const siteOf = ({ look, greetings, greetingRestDays }: WebchatSettings): ChatSite => ({
  ...(look === null ? {} : { css: lookCss(look) }),
  ...(greetings.length === 0
    ? {}
    : {
        greetings: {
          restDays: greetingRestDays,
          rules: greetings.map((rule) => ({
            id: idOf(rule),
            path: pathExpression(rule.path),
            afterSeconds: rule.afterSeconds,
            visitors: rule.visitors,
          })),
        },
      }),
});

/** Mounts both. `isThere`: does anybody answer at that channel now? `asked`: called with what became of a greeting that a page wanted to show. */
export const mountChatSite = (options: {
  readonly app: FastifyInstance;
  readonly world: Pick<World, "db">;
  readonly connected: Connected;
  readonly isThere: (channel: ConnectedChannel) => Promise<boolean>;
  readonly asked: (what: "shown" | "nobodyThere") => void;
}): void => {
  const { app, world, connected } = options;
  const channelOf = async (id: string): Promise<ConnectedChannel> => {
    const find = () => connected.enabled().find((channel) => channel.id === id && channel.kind === "webchat");
    const channel = find() ?? (await connected.freshen().then(find));
    if (channel === undefined) throw httpError(404, "no such address");
    return channel;
  };
  /** Read by scripts of sites that are not ours. */
  const open = { "access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin" };
  app.get("/chat/:id/site.json", async (request, reply) => {
    const channel = await channelOf((request.params as { id: string }).id);
    return reply
      .headers({ ...open, "cache-control": `public, max-age=${keptSeconds}` })
      .send(siteOf(settingsOf(channel)) satisfies ChatSite);
  });
  app.get("/chat/:id/greetings/:greeting", async (request, reply) => {
    const { id, greeting } = request.params as { id: string; greeting: string };
    const { language } = request.query as { language?: unknown };
    const channel = await channelOf(id);
    const rule = ruleOf(channel, greeting);
    reply.headers({ ...open, "cache-control": "no-store" });
    if (rule === null) throw httpError(404, "no such address");
    if (rule.onlyWhenThere && !(await options.isThere(channel))) {
      options.asked("nobodyThere");
      return reply.code(204).send();
    }
    options.asked("shown");
    const brand = (await brandById(world.db, channel.brandId as never))?.name ?? "";
    const text = wordsOf(rule, languageOf(typeof language === "string" ? language : ""));
    return reply.send({ id: greeting, brand, text } satisfies SiteGreeting);
  });
};
