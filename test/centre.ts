// A small centre for journeys, made over HTTP as an administrator makes one: first set-up, brands, channels, agents. Called by test/journeys.
import { api } from "#contract/api.ts";
import type { Brand, Channel } from "#contract/brands.ts";
import type { Agent } from "#contract/agents.ts";
import type { Role } from "#contract/permissions.ts";
import { callRaw, Refused, signIn, type Desk } from "#test/desk.ts";

/** The first administrator. */
export const admin = { name: "Ada Brandt", email: "ada@kabel.test", password: "sehr-geheimes-wort" } as const;
export const agentPassword = "ein-anderes-geheimes-wort";

/** First set-up; gives the administrator's desk and the first brand. */
export async function setUpCentre(
  url: string,
  brandName = "Kabel",
): Promise<{ readonly desk: Desk; readonly brand: Brand }> {
  const made = await callRaw(url, api.settings.setUp, { body: { ...admin, brandName, language: "de" } });
  if (made.status !== 200) throw new Refused(made.status, made.body, "set-up");
  const desk = await signIn(url, admin.email, admin.password);
  const [brand] = await desk.call(api.brands.list);
  if (!brand) throw new Error("the set-up made no brand");
  return { desk, brand };
}

/** A person with access; empty brands: all of them. */
export const addAgent = (
  desk: Desk,
  given: {
    readonly name: string;
    readonly email: string;
    readonly role: Role;
    readonly brandIds?: readonly Brand["id"][];
  },
): Promise<Agent> =>
  desk.call(api.agents.create, {
    body: {
      name: given.name,
      handle: given.email.split("@")[0] ?? "",
      email: given.email,
      role: given.role,
      active: true,
      teamIds: [],
      brandIds: [...(given.brandIds ?? [])],
      password: agentPassword,
    },
  });

export interface MailboxWish {
  readonly address: string;
  readonly smtp: { readonly host: string; readonly port: number } | null;
  readonly imap?: { readonly host: string; readonly port: number; readonly user: string; readonly password: string };
  /** Only mail of the last days is fetched; everything when absent. */
  readonly days?: number;
  readonly dkim?: { readonly domain: string; readonly selector: string; readonly privateKey: string };
  readonly door?: boolean;
  readonly aliases?: readonly string[];
  readonly plusAddressing?: boolean;
}

/** A mailbox as the admin form sends it. */
export const mailboxSettings = (wish: MailboxWish): Record<string, unknown> => ({
  address: wish.address,
  aliases: [...(wish.aliases ?? [])],
  displayName: "Kabel Service",
  imap: wish.imap
    ? {
        ...wish.imap,
        security: "none",
        folders: ["INBOX"],
        ...(wish.days === undefined ? { from: "everything" } : { from: "days", days: wish.days }),
      }
    : null,
  smtp: wish.smtp ? { ...wish.smtp, security: "none", user: null, password: null, maxConnections: 4 } : null,
  dkim: wish.dkim ?? null,
  door: wish.door ?? true,
  plusAddressing: wish.plusAddressing ?? true,
  trustedAuthservIds: [],
  trustedRelays: [],
});

/** Connects a mailbox. */
export const addMailbox = (desk: Desk, brandId: Brand["id"], wish: MailboxWish): Promise<Channel> =>
  desk.call(api.brands.addChannel, {
    body: { brandId, kind: "email", name: wish.address, enabled: true, settings: mailboxSettings(wish) },
  });
