// The ports of their own that channels keep open, one for each kind that has a door. Called by server/start.ts.
import { messageChannels } from "#channels/index.ts";
import type { ChannelKind, Raw } from "#contract/channel.ts";
import type { World } from "#platform/world.ts";
import { doorCertificate } from "#server/certificate.ts";
import type { Config } from "#server/config.ts";
import type { Connected } from "#server/connected.ts";
import type { ConnectedChannel } from "#server/intake.ts";
import { opening } from "#server/starting.ts";

/** A door that stands open. */
export interface Door {
  readonly kind: ChannelKind;
  /** As an operator knows it: "SMTP". */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly isOpen: () => boolean;
  readonly close: () => Promise<void>;
}

/** Opens the door of every kind that has one; StartProblem for a taken port or a certificate that cannot be used. */
export const openDoors = async (options: {
  readonly world: World;
  readonly config: Pick<Config, "doors" | "dataDir" | "maxMailBytes">;
  /** Names this machine in a certificate made for it. */
  readonly machine: string;
  readonly connected: Connected;
  /** Nobody is sent away for good while the database is silent. */
  readonly away: () => boolean;
  readonly store: (channel: ConnectedChannel, raw: Raw, providerId: string) => Promise<"stored" | "known">;
}): Promise<readonly Door[]> => {
  const { world, config, connected } = options;
  const doors: Door[] = [];
  for (const { id: kind, door } of messageChannels) {
    const set = config.doors[kind];
    if (door === undefined || set === undefined) continue;
    const find = async (name: string): Promise<{ readonly channel: string } | "later" | null> => {
      if (options.away()) return "later";
      const known = connected.atDoor(kind, name);
      if (known !== null && known !== "later") return { channel: known.id };
      // Nobody is turned away for good on old knowledge; when it cannot be renewed, the door says "later".
      await connected.freshen();
      const channel = connected.atDoor(kind, name);
      return channel === null || channel === "later" ? channel : { channel: channel.id };
    };
    const store = async (raw: Raw, providerId: string, channelId: string): Promise<"stored" | "known"> => {
      const channel = connected.byId(channelId);
      if (!channel) throw new Error("the channel was disconnected");
      return options.store(channel, raw, providerId);
    };
    const tls = await doorCertificate({ name: door.name, tls: set.tls, dataDir: config.dataDir }, options.machine);
    const open = await opening(`${door.name}_PORT`, set.host, set.port, () =>
      door.open({
        host: set.host,
        port: set.port,
        tls,
        mostBytes: config.maxMailBytes,
        find,
        store,
        log: (level, event, facts) => world.log[level](event, facts),
        now: world.now,
      }),
    );
    doors.push({ ...open, kind, name: door.name, host: set.host });
  }
  return doors;
};
