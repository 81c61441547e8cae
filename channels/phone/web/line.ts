// One browser's connection: answers its offer, carries packets both ways. The only file that knows the library (docs/decisions/0370-node-datachannel.md).
import datachannel, { type Track } from "node-datachannel";
import { readOffer, seenFromOutside } from "./sdp.ts";

/** How browsers reach us; what channels/phone/settings.ts says of it. */
export interface Network {
  readonly bindAddress: string | null;
  readonly publicAddress: string | null;
  readonly udpPort: number;
  readonly iceServers: readonly string[];
}

export interface Line {
  /** Our answer, all candidates in it. */
  readonly answer: string;
  /** The payload type of telephone events; null: none are carried. */
  readonly keys: number | null;
  /** False: it is not open. The bytes are copied. */
  readonly send: (packet: Buffer) => boolean;
  readonly close: () => void;
}

const longestGatherMs = 5_000;

datachannel.initLogger("Fatal", () => {});

/** Answers an offer. Told later: every packet that comes, when media can flow, and the end: "closed" by them, "lost" on the way. A string: what is wrong with the offer. */
export const openLine = async (
  name: string,
  offer: string,
  network: Network,
  told: {
    readonly packet: (packet: Buffer) => void;
    readonly open: () => void;
    readonly over: (how: "closed" | "lost") => void;
  },
): Promise<Line | string> => {
  const read = readOffer(offer);
  if (typeof read === "string") return read;
  const { bindAddress, udpPort, iceServers } = network;
  const peer = new datachannel.PeerConnection(name, {
    iceServers: [...iceServers],
    ...(bindAddress === null ? {} : { bindAddress }),
    ...(udpPort === 0 ? {} : { portRangeBegin: udpPort, portRangeEnd: udpPort, enableIceUdpMux: true }),
    // Nothing but audio is carried.
    maxMessageSize: 1_024,
  });
  let track: Track | null = null;
  let over = false;
  const end = (how: "closed" | "lost"): void => {
    if (over) return;
    over = true;
    told.over(how);
  };
  const close = (): void => {
    over = true;
    track?.close();
    peer.close();
  };
  const gathered = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no address of ours was found")), longestGatherMs);
    peer.onGatheringStateChange((state) => {
      if (state !== "complete") return;
      clearTimeout(timer);
      resolve();
    });
  });
  peer.onTrack((their) => {
    track = their;
    their.onMessage((packet) => {
      if (!over) told.packet(packet);
    });
    their.onOpen(() => {
      if (!over) told.open();
    });
  });
  peer.onStateChange((state) => {
    if (state === "closed") end("closed");
    else if (state === "failed") end("lost");
  });
  // What they began beside audio is not answered by anything.
  peer.onDataChannel((channel) => channel.close());
  try {
    peer.setRemoteDescription(read.sdp, "offer");
    await gathered;
    const answer = peer.localDescription()?.sdp;
    if (answer === undefined) throw new Error("there is no answer");
    return {
      answer: seenFromOutside(answer, network.publicAddress),
      keys: read.keys,
      send: (packet) => !over && sent(track, packet),
      close,
    };
  } catch (error) {
    gathered.catch(() => {});
    closeQuietly(close);
    return error instanceof Error ? error.message.slice(0, 200) : "the offer cannot be answered";
  }
};

const sent = (track: Track | null, packet: Buffer): boolean => {
  if (!track?.isOpen()) return false;
  try {
    return track.sendMessageBinary(packet);
  } catch {
    return false;
  }
};

const closeQuietly = (close: () => void): void => {
  try {
    close();
  } catch {
    // It was never open.
  }
};
