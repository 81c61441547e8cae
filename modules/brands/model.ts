// Decides how a channel's settings are kept: secrets sealed inside the stored JSON, each as {"$sealed": "…"}.
import type { ChannelKind, Outbound, TransportIo } from "#contract/channel.ts";
import type { KindOfChannel } from "#contract/channel-form.ts";
import type { Finding } from "#contract/reasons.ts";

/**
 * What brands need to know of the channels without importing one; server/app.ts gives it from channels/index.ts.
 * `secrets`: paths of fields that are sealed at rest, with "*" for any index of a list.
 */
export interface ChannelKinds {
  readonly all: () => readonly Omit<KindOfChannel, "cents">[];
  /** `address`: the one customers see, empty when there is none. */
  readonly parse: (
    kind: ChannelKind,
    settings: unknown,
  ) =>
    | {
        readonly ok: true;
        readonly settings: Readonly<Record<string, unknown>>;
        readonly address: string;
        readonly canSend: boolean;
      }
    | { readonly ok: false; readonly field: string; readonly detail: string };
  readonly secrets: (kind: ChannelKind) => readonly (readonly string[])[];
  /** Tries both halves with settings that `parse` gave; null where there is nothing to try. Rejects never. */
  readonly tryOut: (
    kind: ChannelKind,
    settings: unknown,
    message: Outbound | null,
    io: TransportIo,
  ) => Promise<{ readonly sending: Finding | null; readonly receiving: Finding | null }>;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Opens every sealed value wherever it stands. */
export const opened = (value: unknown, open: (sealed: string) => string): unknown => {
  if (Array.isArray(value)) return value.map((part) => opened(part, open));
  if (!isRecord(value)) return value;
  const sealed = value["$sealed"];
  if (typeof sealed === "string") return open(sealed);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, opened(part, open)]));
};

/** Applies `change` to what stands at a path; a path that leads nowhere changes nothing. */
const at = (
  value: unknown,
  path: readonly string[],
  change: (found: unknown, where: readonly string[]) => unknown,
  where: readonly string[] = [],
): unknown => {
  const [step, ...rest] = path;
  if (step === undefined) return change(value, where);
  if (Array.isArray(value))
    return step === "*"
      ? value.map((part: unknown, index) => at(part, rest, change, [...where, String(index)]))
      : value;
  if (!isRecord(value) || !(step in value)) return value;
  return { ...value, [step]: at(value[step], rest, change, [...where, step]) };
};

const found = (value: unknown, path: readonly string[]): unknown => {
  let here = value;
  for (const step of path) here = Array.isArray(here) ? here[Number(step)] : isRecord(here) ? here[step] : undefined;
  return here;
};

/** Seals the secrets at the given paths; null stays null. */
export const sealed = (
  settings: unknown,
  secrets: readonly (readonly string[])[],
  seal: (plain: string) => string,
): unknown =>
  secrets.reduce(
    (rest, path) => at(rest, path, (secret) => (typeof secret === "string" ? { $sealed: seal(secret) } : secret)),
    settings,
  );

/** The settings as an admin may see them: every secret is null. */
export const withoutSecrets = (settings: unknown, secrets: readonly (readonly string[])[]): unknown =>
  secrets.reduce((rest, path) => at(rest, path, () => null), settings);

/** Puts the secrets we have where the given settings leave them null. */
export const withKnownSecrets = (given: unknown, known: unknown, secrets: readonly (readonly string[])[]): unknown =>
  secrets.reduce(
    (rest, path) => at(rest, path, (secret, where) => (secret === null ? (found(known, where) ?? null) : secret)),
    given,
  );

/**
 * The first secret that is left null although the server beside it has changed; null: none. A stored password goes only to the host it was given
 * for, or whoever may change the host could have it sent to a host of their own. What stands beside a `tokenUrl` is sent there, and what it is given for
 * to every host of the channel.
 */
export const secretForAnotherHost = (
  given: unknown,
  known: unknown,
  secrets: readonly (readonly string[])[],
): string | null => {
  let wrong: string | null = null;
  for (const path of secrets) {
    at(given, path, (secret, where) => {
      const differs = (place: readonly string[]): boolean => found(given, place) !== found(known, place);
      if (secret === null && typeof found(known, where) === "string" && placesOf(given, where).some(differs))
        wrong ??= where.join(".");
      return secret;
    });
  }
  return wrong;
};

/** Where a secret goes, as paths of the settings. */
const placesOf = (given: unknown, where: readonly string[]): readonly (readonly string[])[] => {
  const group = where.slice(0, -1);
  if (typeof found(given, [...group, "tokenUrl"]) !== "string") return [[...group, "host"]];
  const hosts = Object.keys(given ?? {})
    .map((name) => [name, "host"])
    .filter((place) => typeof found(given, place) === "string");
  return [[...group, "tokenUrl"], ...hosts];
};
/** The words of a message that only tries whether it arrives. */
export const testWords = (
  language: "de" | "en",
  facts: { readonly agent: string; readonly brand: string },
): { readonly subject: string; readonly text: string } =>
  language === "de"
    ? {
        subject: `Testnachricht von ${facts.brand}`,
        text: `Diese Nachricht hat ${facts.agent} geschickt, um den Versand von ${facts.brand} zu prüfen. Sie ist angekommen; zu tun ist nichts.`,
      }
    : {
        subject: `Test message from ${facts.brand}`,
        text: `${facts.agent} sent this message to see whether ${facts.brand} can send. It has arrived; there is nothing to do.`,
      };

/** Would this parent make a topic its own ancestor? */
export const makesCircle = (
  topics: readonly { readonly id: string; readonly parentId: string | null }[],
  id: string,
  parentId: string | null,
): boolean => {
  const parents = new Map(topics.map((topic) => [topic.id, topic.parentId]));
  let here = parentId;
  for (let steps = 0; here !== null && steps <= topics.length; steps += 1) {
    if (here === id) return true;
    here = parents.get(here) ?? null;
  }
  return false;
};
