// Decides how an address is compared and what a customer is called. Called by customers/actions.ts and by other modules that compare addresses.
import type { AddressKind, Assurance } from "#contract/channel.ts";
import type { FieldValues } from "#contract/fields.ts";
import { codesOf } from "#lib/codes.ts";
import { fold, skeleton } from "#lib/fold.ts";

/** Control characters, bidirectional marks, zero-width and line separators: never part of an address. */
const invisible = /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;
const longest = 320;

/**
 * The key of an address, compared exactly; null when the value cannot be an address of that kind.
 * E-mail: the domain in lower-case ASCII (IDNA, RFC 5890), the local part with A-Z in lower case. RFC 5321 2.4 leaves case to the receiving
 * host, but no provider in use tells "Anna" from "anna", and customers write both. Only A-Z: Unicode's own lower-casing maps the Kelvin sign
 * to k, by which a stranger would become somebody else. Dots and "+tag" stay: they are different addresses wherever the provider says so.
 * Phone and WhatsApp: digits with an optional "+"; "00" in front becomes "+", "(0)" is dropped. Everything else: as given, trimmed.
 */
export const normalise = (kind: AddressKind, value: string): string | null => {
  const trimmed = value.trim();
  if (trimmed === "" || trimmed.length > longest || invisible.test(trimmed)) return null;
  // The same id is another person at another site: its key is made of both where a signature says so, and by nobody who types one.
  if (kind === "signed") return null;
  if (kind === "email") return normaliseEmail(trimmed);
  if (kind === "phone" || kind === "whatsapp") return normalisePhone(trimmed);
  return trimmed;
};

/** The key of an id that a site signs: it is that site's own. Null: it can be none. */
export const signedNorm = (channelId: string, id: string): string | null =>
  id.trim() === "" || id.length > 255 || invisible.test(id) ? null : `${channelId} ${id}`;

/** What a customer is called before anybody said a name. */
export const nameFor = (name: string | null, value: string): string => {
  const said = (name ?? "").trim().slice(0, 200);
  return said === "" ? value.trim().slice(0, 200) : said;
};

/** What a search compares of a customer beside name and addresses: organisation and values, folded, and the codes among them. */
export const factsOf = (organisation: string | null, fields: FieldValues): string => {
  const said = [organisation ?? "", ...Object.values(fields).filter((value) => typeof value !== "boolean")]
    .map(String)
    .filter((text) => text !== "")
    .join("\n")
    .slice(0, 20_000);
  return said === "" ? "" : [skeleton(fold(said)), ...codesOf(said)].join("\n");
};

/** True when the sender has shown to own the address: only then may a message change what we know about its customer. */
export const isTrusted = (assurance: Assurance): boolean => assurance === "proved" || assurance === "aligned";

/**
 * A name that a message brings, when it may replace the one we have: ours was only the address itself, and the sender is trusted.
 * Null: keep ours.
 */
export const betterName = (
  known: string,
  address: string,
  said: string | null,
  assurance: Assurance,
): string | null => {
  if (!isTrusted(assurance) || known.toLowerCase() !== address.toLowerCase()) return null;
  const name = nameFor(said, address);
  return name.toLowerCase() === address.toLowerCase() ? null : name;
};

const normaliseEmail = (value: string): string | null => {
  const at = value.lastIndexOf("@");
  const local = value.slice(0, at);
  const domain = normaliseDomain(value.slice(at + 1));
  if (at < 1 || domain === null) return null;
  const quoted = local.length > 2 && local.startsWith('"') && local.endsWith('"');
  if (!quoted && /[\s"(),:;<>@[\\\]]/.test(local)) return null;
  return `${local.replace(/[A-Z]/g, (letter) => letter.toLowerCase())}@${domain}`;
};

const normaliseDomain = (raw: string): string | null => {
  const domain = (raw.endsWith(".") ? raw.slice(0, -1) : raw).toLowerCase();
  if (/^\[(ipv6:)?[0-9a-f:.]+\]$/.test(domain)) return domain;
  if (
    domain === "" ||
    domain.length > 255 ||
    /[\s"(),:;<>@[\\\]/?#%|^`{}]/.test(domain) ||
    domain.startsWith(".") ||
    domain.includes("..")
  )
    return null;
  if (!/[^\u0000-\u007f]/.test(domain)) return domain;
  // The URL parser is the platform's IDNA (UTS 46); a name that turns into a number was never a mail domain.
  if (!URL.canParse(`https://${domain}`)) return null;
  const ascii = new URL(`https://${domain}`).hostname;
  return /(^|\.)[0-9]+$/.test(ascii) ? null : ascii;
};

const normalisePhone = (value: string): string | null => {
  const bare = value.replace(/\(0\)/g, "").replace(/[\s./()-]/g, "");
  const number = bare.startsWith("00") ? `+${bare.slice(2)}` : bare;
  return /^\+?[0-9]{3,15}$/.test(number) ? number : null;
};
