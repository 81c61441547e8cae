// The channels this centre is connected by, with opened settings, kept in memory and fetched anew when one changes.
import { channels } from "#channels/index.ts";
import type { MessageChannel } from "#contract/channel.ts";
import type { ChannelKinds } from "#modules/brands/model.ts";
import { openedChannels } from "#modules/brands/reads.ts";
import type { World } from "#platform/world.ts";
import type { ConnectedChannel } from "#server/intake.ts";

export interface Connected {
  readonly byId: (id: string) => ConnectedChannel | undefined;
  readonly enabled: () => readonly ConnectedChannel[];
  /** Which enabled channel takes mail for this address at our door; detail after "+" is kept by the channel. */
  readonly atDoor: (address: string) => ConnectedChannel | null;
  readonly reload: () => Promise<void>;
  /** Resolves with a list that is at most a second old; rejects when the database cannot be asked. */
  readonly freshen: () => Promise<void>;
}

const freshMs = 1_000;

/** The implementation of a kind; undefined for a kind this program does not have. */
export const channelOf = (kind: string): MessageChannel<unknown> | undefined =>
  Object.hasOwn(channels, kind) ? channels[kind as keyof typeof channels] : undefined;

interface DoorSettings {
  readonly door?: boolean;
  readonly address?: string;
  readonly aliases?: readonly string[];
}

/** Local part without "+detail", domain in lower case. */
const mailboxOf = (address: string): string => {
  const at = address.lastIndexOf("@");
  const local = address.slice(0, at).toLowerCase();
  const plus = local.indexOf("+");
  return `${plus > 0 ? local.slice(0, plus) : local}@${address.slice(at + 1).toLowerCase()}`;
};

/** Opens the list; a channel whose settings do not fit their schema is left out with a line in the log. */
export const connectChannels = async (world: World): Promise<Connected> => {
  let all = new Map<string, ConnectedChannel & { readonly enabled: boolean }>();
  let door = new Map<string, ConnectedChannel>();
  const reload = async (): Promise<void> => {
    const next = new Map<string, ConnectedChannel & { readonly enabled: boolean }>();
    const nextDoor = new Map<string, ConnectedChannel>();
    for (const row of await openedChannels(world, world.db)) {
      const implementation = channelOf(row.kind);
      const parsed = implementation?.settings.safeParse(row.settings);
      if (!implementation || !parsed?.success) {
        world.log.error("channel.unusable", { channelId: row.id, kind: row.kind });
        continue;
      }
      const settings = parsed.data as DoorSettings;
      const own = [settings.address ?? "", ...(settings.aliases ?? [])].filter((address) => address !== "");
      const connected = {
        ownAddresses: own,
        id: row.id,
        kind: row.kind,
        brandId: row.brandId,
        settings: parsed.data,
        implementation: implementation as unknown as MessageChannel<never>,
        enabled: row.enabled,
      };
      next.set(row.id, connected);
      if (row.enabled && settings.door) for (const address of own) nextDoor.set(mailboxOf(address), connected);
    }
    all = next;
    door = nextDoor;
    loadedAt = performance.now();
  };
  let loadedAt = 0;
  let freshening: Promise<void> | null = null;
  await reload();
  return {
    byId: (id) => all.get(id),
    enabled: () => [...all.values()].filter((channel) => channel.enabled),
    atDoor: (address) => door.get(mailboxOf(address)) ?? null,
    reload,
    freshen: () => {
      if (performance.now() - loadedAt < freshMs) return Promise.resolve();
      freshening ??= reload().finally(() => (freshening = null));
      return freshening;
    },
  };
};

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly secret?: boolean;
}

const secretPaths = (schema: JsonSchema, path: readonly string[] = []): string[][] => {
  if (schema.secret) return [[...path]];
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, each]) => secretPaths(each, [...path, name])),
    ...(schema.anyOf ?? []).flatMap((each) => secretPaths(each, path)),
  ];
};

/** What modules/brands may know of the kinds of channel, without importing any. */
export const channelKinds = (): ChannelKinds => {
  const secrets = new Map(
    Object.values(channels).map((channel) => [
      channel.id as string,
      secretPaths(channel.settings.toJSONSchema({ unrepresentable: "any" }) as JsonSchema),
    ]),
  );
  return {
    parse: (kind, settings) => {
      const parsed = channelOf(kind)?.settings.safeParse(settings);
      if (!parsed) return { ok: false, field: "kind", detail: "unknown kind" };
      if (parsed.success) return { ok: true, settings: parsed.data as Readonly<Record<string, unknown>> };
      const issue = parsed.error.issues[0];
      return { ok: false, field: issue?.path.join(".") ?? "", detail: issue?.message ?? "" };
    },
    secrets: (kind) => secrets.get(kind) ?? [],
    addressOf: (_kind, settings) => (typeof settings["address"] === "string" ? settings["address"] : ""),
    canSend: (_kind, settings) => settings["smtp"] !== null && settings["smtp"] !== undefined,
  };
};
