// Where the portal's pages are, and who may see a dialogue: addresses, the browser's cookie, the proof in forms. Used by server/portal*.ts.
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Brand } from "#contract/brands.ts";
import { slugOf } from "#lib/slug.ts";
import { isSessionToken, newSession, sessionHash } from "#platform/auth/session.ts";
import { sameText } from "#platform/secret.ts";
import type { World } from "#platform/world.ts";

/** Where all of it lies. */
export const portalRoot = "/help";
/** Words that stand where a brand's would. */
const taken: ReadonlySet<string> = new Set(["go", "style"]);

/** A brand's word in addresses: its name, as long as no other brand's is written the same; else its id. */
export const brandWord = (brands: readonly Brand[], brand: Brand): string => {
  const slug = slugOf(brand.name);
  return slug === "" || taken.has(slug) || brands.some(({ id, name }) => id !== brand.id && slugOf(name) === slug)
    ? brand.id
    : slug;
};

/** The brand that an address names, by its word or its id, which stays when its name changes; null: none. */
export const brandNamed = (brands: readonly Brand[], word: string): Brand | null =>
  brands.find((brand) => brand.id === word || brandWord(brands, brand) === word) ?? null;

/** How long a browser keeps what it has begun: as long as what was said in it is kept. */
const cookieSeconds = 30 * 24 * 3_600;

/** A browser that holds dialogues. */
export interface Holder {
  readonly token: string;
  /** What is kept of the token. */
  readonly hash: string;
}

/** The cookie: read, given, taken away. It exists from the first thing that is begun. */
export const openCookie = (publicUrl: string) => {
  const secure = publicUrl.startsWith("https:");
  const name = secure ? "__Secure-help" : "help";
  const common = { path: portalRoot, httpOnly: true, sameSite: "lax", secure } as const;
  return {
    holderOf: (request: FastifyRequest): Holder | null => {
      const token = request.cookies[name] ?? "";
      return isSessionToken(token) ? { token, hash: sessionHash(token) } : null;
    },
    newHolder: (): Holder => newSession(),
    give: (reply: FastifyReply, { token }: Holder): void =>
      void reply.setCookie(name, token, { ...common, maxAge: cookieSeconds }),
    take: (reply: FastifyReply): void => void reply.clearCookie(name, common),
  };
};

/** What a form of a dialogue carries: bound to browser and dialogue, so that no other page can have made it. */
export const proofOf = ({ mac }: Pick<World, "mac">, holder: Holder, runId: string): string =>
  mac("help-form", `${holder.hash}\n${runId}`).slice(0, 32);

export const isProof = (world: Pick<World, "mac">, holder: Holder, runId: string, given: string | null): boolean =>
  given !== null && sameText(proofOf(world, holder, runId), given);
