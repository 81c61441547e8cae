// Decides what may be asked of a connected service, what is kept of its answer, and how its secrets are kept. Called by flows/actions-services.ts and server/look-ups.ts.
import type { LookUpReason, Service, ServiceInput } from "#contract/flow-endpoints.ts";
import { storable } from "#lib/text.ts";

/** A look-up as a flow wants it: `path` is filled in, with its values encoded. */
export interface Looking {
  /** The service's name. */
  readonly service: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Of a POST: sent as JSON. */
  readonly body: Readonly<Record<string, string>> | null;
  readonly timeoutMs: number;
}

/** JSON as it may be kept. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** What a look-up came to. `status` null: nothing was answered. */
export type Looked =
  | { readonly became: "found"; readonly status: number; readonly body: Json }
  | { readonly became: "missing"; readonly status: number }
  | { readonly became: "failed"; readonly status: number | null; readonly reason: LookUpReason };

/** A header as it is stored: a secret one sealed. */
export type KeptHeader =
  | { readonly name: string; readonly secret: false; readonly value: string }
  | { readonly name: string; readonly secret: true; readonly value: { readonly $sealed: string } };

/** A service as it is stored. */
export type KeptService = Omit<Service, "headers"> & { readonly headers: readonly KeptHeader[] };

/** A service as an admin may see it: secret values are null. */
export const asShown = (kept: KeptService): Service => ({
  ...kept,
  headers: kept.headers.map(({ name, secret, value }) => ({
    name,
    secret,
    value: typeof value === "string" ? value : null,
  })),
});

/** Whom a secret is for: scheme, host and port. */
const originOf = (url: string): string => new URL(url).origin;

/**
 * The headers to keep: a secret that is null stays what it was, but only while the service's origin stays the same, or whoever may change the address could have it
 * sent to a host of their own. Else the place of the first that is missing.
 */
export const headersToKeep = (
  input: Pick<ServiceInput, "url" | "headers">,
  known: Pick<KeptService, "url" | "headers"> | null,
  seal: (plain: string) => string,
): { readonly headers: readonly KeptHeader[] } | { readonly missing: number; readonly moved: boolean } => {
  const moved = known !== null && originOf(known.url) !== originOf(input.url);
  const headers: KeptHeader[] = [];
  for (const [i, { name, secret, value }] of input.headers.entries()) {
    const before = known?.headers.find((header) => header.name.toLowerCase() === name.toLowerCase());
    if (value !== null)
      headers.push(secret ? { name, secret, value: { $sealed: seal(value) } } : { name, secret, value });
    else if (secret && before?.secret === true && !moved) headers.push({ ...before, name });
    else return { missing: i, moved: secret && before?.secret === true };
  }
  return { headers };
};

/** What a part of a path may become when somebody decodes it, once or several times; null: it cannot be decoded. */
const readings = (part: string): readonly string[] | null => {
  const all = [part];
  for (let i = 0; i < 5; i += 1) {
    const last = all.at(-1) ?? "";
    let next: string;
    try {
      next = decodeURIComponent(last);
    } catch {
      // The value itself had a percent sign in it that is no escape: it is read no further.
      return i === 0 ? null : all;
    }
    if (next === last) return all;
    all.push(next);
  }
  return null;
};

/** Is it one step down, however often a server decodes it? No way up, no second step in it, nothing that some take for a slash or for an end. */
const isOneStep = (part: string): boolean =>
  readings(part)?.every((text) => text !== "" && text !== "." && text !== ".." && !/[/\\;\p{Cc}]/u.test(text)) ?? false;

/**
 * The address that is asked: `path`, which may begin with a slash and have a query, below the service's own address; null when it would lead elsewhere or could be
 * read so (dots, empty steps, slashes within a value, a fragment). Whatever is not encoded and would have to be is refused, not mended.
 */
export const addressBelow = (base: string, path: string): URL | null => {
  const [before = "", ...queries] = path.split("?");
  const steps = before.replace(/^\//, "");
  // A slash at the end is the service's own way of naming a list.
  const parts = steps === "" ? [] : steps.replace(/\/$/, "").split("/");
  if (queries.length > 1 || !/^[!$&-;=@A-Z_a-z~%]*$/.test(before) || !parts.every(isOneStep)) return null;
  const query = queries[0];
  if (query !== undefined && !/^[!$&-;=@A-Z_a-z~%?]*$/.test(query)) return null;
  const root = new URL(base);
  const below = root.pathname.replace(/\/+$/, "");
  const text = `${root.origin}${below}/${steps}${query === undefined ? "" : `?${query}`}`;
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return isBelow(base, url) && url.pathname === `${below}/${steps}` ? url : null;
};

/** Does an address lie below the service's own, at its origin? */
export const isBelow = (base: string, url: URL): boolean => {
  const root = new URL(base);
  return url.origin === root.origin && url.pathname.startsWith(`${root.pathname.replace(/\/+$/, "")}/`);
};

/** Deepest that an answer may be. */
const mostDepth = 40;
/** Names that are a way into the program's own objects. */
const ownNames: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/**
 * JSON as it may be kept and looked into: texts as every store carries them and without `hidden` words, numbers that are none as null, names of the program's own left
 * out. Null when it is nested too deeply.
 */
export const keptJson = (value: unknown, hidden: readonly string[] = [], depth = 0): { readonly json: Json } | null => {
  if (depth > mostDepth) return null;
  if (typeof value === "string") return { json: without(storable(value), hidden) };
  if (typeof value === "number") return { json: Number.isFinite(value) ? value : null };
  if (typeof value === "boolean" || value === null) return { json: value };
  if (typeof value !== "object") return { json: null };
  if (Array.isArray(value)) {
    const items: Json[] = [];
    for (const item of value as unknown[]) {
      const kept = keptJson(item, hidden, depth + 1);
      if (kept === null) return null;
      items.push(kept.json);
    }
    return { json: items };
  }
  const entries: [string, Json][] = [];
  for (const [name, part] of Object.entries(value)) {
    if (ownNames.has(name)) continue;
    const kept = keptJson(part, hidden, depth + 1);
    if (kept === null) return null;
    entries.push([without(storable(name), hidden), kept.json]);
  }
  return { json: Object.fromEntries(entries) };
};

/** Shorter ones stand in too many texts by chance to be worth hiding. */
const shortestHidden = 6;

/** A text in which nothing of these words is left. */
const without = (text: string, hidden: readonly string[]): string =>
  hidden.reduce((rest, word) => (word.length < shortestHidden ? rest : rest.replaceAll(word, "•••")), text);
