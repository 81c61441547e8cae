// The channels this centre is connected by, with opened settings, kept in memory and fetched anew when one changes.
import { channels } from "#channels/index.ts";
import {
  addressKindOf,
  type Channel,
  type ChannelKind,
  type MessageChannel,
  type VoiceChannel,
} from "#contract/channel.ts";
import type { ChannelKinds } from "#modules/brands/model.ts";
import { openedChannels } from "#modules/brands/reads.ts";
import type { World } from "#platform/world.ts";
import { formOf, secretPaths } from "#server/channel-form.ts";
import { tryOut } from "#server/channel-test.ts";
import type { ConnectedChannel } from "#server/intake.ts";

/** One connected channel that carries calls, with opened settings. */
export interface ConnectedVoice extends Pick<ConnectedChannel, "id" | "kind" | "brandId" | "settings"> {
  readonly implementation: VoiceChannel<never>;
}

/** Who asks for channels means those that carry messages; who means calls, asks for `voices`. */
export interface Connected {
  readonly byId: (id: string) => ConnectedChannel | undefined;
  readonly enabled: () => readonly ConnectedChannel[];
  /** Those that are switched on and carry calls. */
  readonly voices: () => readonly ConnectedVoice[];
  /**
   * Which enabled channel of the kind has this name at the kind's door. "later": one that is switched off has it, or it cannot be told, since a
   * channel's settings cannot be read; nobody may be sent away for good then.
   */
  readonly atDoor: (kind: ChannelKind, name: string) => ConnectedChannel | "later" | null;
  readonly reload: () => Promise<void>;
  /** Resolves with a list that is at most a second old; rejects when the database cannot be asked. */
  readonly freshen: () => Promise<void>;
}

const freshMs = 1_000;

/** The implementation of a kind; undefined for a kind this program does not have. */
const channelOf = (kind: string): Channel<unknown> | undefined =>
  Object.hasOwn(channels, kind) ? channels[kind as keyof typeof channels] : undefined;

/** Opens the list; a channel whose settings do not fit their schema is left out with a line in the log. */
export const connectChannels = async (world: World): Promise<Connected> => {
  let all = new Map<string, ConnectedChannel & { readonly enabled: boolean }>();
  let voices: readonly ConnectedVoice[] = [];
  let doors = new Map<string, ConnectedChannel | "later">();
  /** Kinds of which a channel cannot be used: its names are not known. */
  let unsure = new Set<ChannelKind>();
  const doorKey = (kind: ChannelKind, name: string): string => `${kind} ${name}`;
  const reload = async (): Promise<void> => {
    const next = new Map<string, ConnectedChannel & { readonly enabled: boolean }>();
    const nextDoors = new Map<string, ConnectedChannel | "later">();
    const nextVoices: ConnectedVoice[] = [];
    const nextUnsure = new Set<ChannelKind>();
    const usable = (await openedChannels(world, world.db)).flatMap((row) => {
      const implementation = channelOf(row.kind);
      const parsed = implementation?.settings.safeParse(row.settings);
      if (!implementation || !parsed?.success) {
        world.log.error("channel.unusable", { channelId: row.id, kind: row.kind });
        nextUnsure.add(row.kind);
        return [];
      }
      const addresses = implementation.addresses(parsed.data);
      return [{ row, implementation, settings: parsed.data, addresses }];
    });
    for (const { row, implementation, settings } of usable) {
      if (implementation.kind === "voice") {
        const { id, kind, brandId } = row;
        if (row.enabled)
          nextVoices.push({
            id,
            kind,
            brandId,
            settings,
            implementation: implementation as unknown as VoiceChannel<never>,
          });
        continue;
      }
      const connected = {
        // An alias of another mailbox is no stranger's address.
        ownAddresses: usable
          .filter((each) => addressKindOf[each.row.kind] === addressKindOf[row.kind])
          .flatMap((each) => each.addresses),
        id: row.id,
        kind: row.kind,
        brandId: row.brandId,
        settings,
        sendingTrouble: row.sendingTrouble,
        implementation: implementation as unknown as MessageChannel<never>,
        enabled: row.enabled,
      };
      next.set(row.id, connected);
      for (const name of implementation.door?.names(settings) ?? []) {
        const key = doorKey(row.kind, name);
        if (row.enabled) nextDoors.set(key, connected);
        else if (!nextDoors.has(key)) nextDoors.set(key, "later");
      }
    }
    all = next;
    voices = nextVoices;
    doors = nextDoors;
    unsure = nextUnsure;
    loadedAt = performance.now();
  };
  let loadedAt = 0;
  let freshening: Promise<void> | null = null;
  await reload();
  return {
    byId: (id) => all.get(id),
    enabled: () => [...all.values()].filter((channel) => channel.enabled),
    voices: () => voices,
    atDoor: (kind, name) => doors.get(doorKey(kind, name)) ?? (unsure.has(kind) ? "later" : null),
    reload,
    freshen: () => {
      if (performance.now() - loadedAt < freshMs) return Promise.resolve();
      freshening ??= reload().finally(() => (freshening = null));
      return freshening;
    },
  };
};

/** What modules/brands may know of the kinds of channel, without importing any. */
export const channelKinds = (): ChannelKinds => {
  const kinds = Object.values(channels).map((channel) => ({
    kind: channel.id,
    can: channel.kind === "message" ? channel.can : null,
    fields: [...formOf(channel.settings)],
  }));
  const secrets = new Map(Object.values(channels).map((channel) => [channel.id, secretPaths(channel.settings)]));
  return {
    all: () => kinds,
    parse: (kind, settings) => {
      const channel = channelOf(kind);
      const parsed = channel?.settings.safeParse(settings);
      if (!channel || !parsed) return { ok: false, field: "kind", detail: "unknown kind" };
      if (parsed.success)
        return {
          ok: true,
          settings: parsed.data as Readonly<Record<string, unknown>>,
          address: channel.addresses(parsed.data)[0] ?? "",
          canSend: channel.kind === "message" && channel.canSend(parsed.data),
        };
      const issue = parsed.error.issues[0];
      return { ok: false, field: issue?.path.join(".") ?? "", detail: issue?.message ?? "" };
    },
    secrets: (kind) => secrets.get(kind) ?? [],
    tryOut: async (kind, settings, message, io) => {
      const channel = channelOf(kind);
      return channel?.kind === "message" ? tryOut(channel, settings, message, io) : { sending: null, receiving: null };
    },
  };
};
