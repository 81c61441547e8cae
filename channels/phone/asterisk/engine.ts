// The engine over Asterisk: our commands become requests of ARI, what Asterisk tells becomes our events. Called by channels/phone/index.ts.
import type { VoiceAnswer, VoiceCommand, VoiceEngine, VoiceEvent, VoiceIo, VoiceSnapshot } from "#contract/voice.ts";
import { device, revoke } from "./devices.ts";
import { hear } from "./hear.ts";
import { hub } from "./hubs.ts";
import { type Ground, type Leg, membersOf, no } from "./legs.ts";
import { type AsteriskPlace, LinkDown, openLink } from "./link.ts";
import { music, play, stopPlay } from "./plays.ts";
import { watchQuality } from "./quality.ts";
import { fetchRecording, forgetRecord, keysOf, record, stopRecord } from "./records.ts";
import { answer, hangUp, ring, sendDigits, watchTalking } from "./rings.ts";
import { learn, type Learnt } from "./learn.ts";

/** An Asterisk, and the name of the provider's line there. */
export interface AsteriskWay extends AsteriskPlace {
  readonly trunk: string;
}

export interface AsteriskOptions {
  /** How often a leg's media are looked at; 5 seconds. */
  readonly qualityEveryMs?: number;
}

/** How long a channel may take from being asked for until it is in our hands. */
const arrivalMs = 15_000;

/**
 * Attaches to an Asterisk and stays attached: when the connection breaks off it says `down`, tries again, learns what lives, tells what it missed, and
 * says `up`. Resolves at once; until the first `up` every command is refused with "engineDown".
 */
export const attachAsterisk = async (
  way: AsteriskWay,
  io: VoiceIo,
  options: AsteriskOptions = {},
): Promise<VoiceEngine> => {
  const arrivals = new Map<string, { readonly done: () => void; readonly fail: (error: Error) => void }>();
  const tails = new Map<string, Promise<unknown>>();
  let up = false;
  let closed = false;
  let learnt: Learnt | null = null;

  const inTurn = <T>(keys: readonly string[], work: () => Promise<T>): Promise<T> => {
    const before = [...new Set(keys)].flatMap((key) => tails.get(key) ?? []);
    const run = Promise.all(before).then(work);
    const tail = run.then(
      () => undefined,
      () => undefined,
    );
    for (const key of keys) tails.set(key, tail);
    void tail.then(() => {
      for (const key of keys) if (tails.get(key) === tail) tails.delete(key);
    });
    return run;
  };

  const arrives = (channelId: string): Promise<void> => {
    const arrival = new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => fail(new Error(`${channelId} did not arrive`)), arrivalMs);
      const over = (): void => {
        clearTimeout(late);
        arrivals.delete(channelId);
      };
      const fail = (error: Error): void => {
        over();
        reject(error);
      };
      arrivals.set(channelId, {
        done: () => {
          over();
          resolve();
        },
        fail,
      });
    });
    // Nobody may be waiting any more when it fails.
    arrival.catch(() => undefined);
    return arrival;
  };

  const goDown = (detail: string): void => {
    for (const { fail } of arrivals.values()) fail(new LinkDown(detail));
    // Nobody waits for what is not told any more; the next connection finds out.
    for (const { air } of ground.airs.values()) air.end();
    for (const segment of ground.segments.values()) segment.end();
    if (!up) return;
    up = false;
    io.tell({ what: "down", at: ground.at(), detail });
  };

  const link = openLink(way, {
    opened: async () => {
      learnt = await learn(ground, learnt);
      up = true;
      io.tell({ what: "up", at: ground.at() });
    },
    heard: (message) =>
      hear(ground, message, {
        arrived: (id) => arrivals.get(id)?.done(),
        gone: (id) => arrivals.get(id)?.fail(new Error(`${id} ended`)),
        replaced: () => {
          // Somebody newer has it: two must not take it from one another again and again.
          closed = true;
          goDown("replaced");
          link.close();
        },
      }),
    lost: (detail) => {
      if (!up) io.log("warn", "phone.asterisk.away", { detail });
      goDown(detail);
    },
  });

  const ground: Ground = {
    io: { ...io, tell: (event: VoiceEvent) => io.tell(event) },
    place: way,
    link,
    legs: new Map(),
    hubs: new Set(),
    recordings: new Map(),
    segments: new Map(),
    devices: new Map(),
    airs: new Map(),
    arrives,
    inTurn,
    later: (keys, work) => {
      inTurn(keys, work).catch((error: unknown) => {
        if (!(error instanceof LinkDown))
          io.log("warn", "phone.asterisk.failed", { detail: String(error).slice(0, 300) });
      });
    },
    at: () => io.now().toISOString(),
  };
  const quality = watchQuality(ground, () => up, options.qualityEveryMs ?? 5_000);

  const command = async (order: VoiceCommand): Promise<VoiceAnswer> => {
    if (!up || closed) return no("engineDown");
    try {
      return await inTurn(keysOfCommand(ground, order), () => obey(ground, order));
    } catch (error) {
      if (error instanceof LinkDown) return no("engineDown", error.message);
      return no("failed", error instanceof Error ? error.message : String(error));
    }
  };

  return {
    command,
    snapshot: async () => {
      if (!up) throw new LinkDown("Asterisk is away");
      return snapshotOf(ground);
    },
    recording: (recordingId) => fetchRecording(ground, recordingId),
    close: async (end) => {
      if (end && up)
        await Promise.all([...ground.legs.keys()].map((legId) => command({ do: "hangUp", legId, cause: "normal" })));
      closed = true;
      // Who let go of it is told nothing more.
      up = false;
      quality.stop();
      link.close();
    },
  };
};

/** What a command touches: it waits for what touches the same. */
function keysOfCommand(ground: Ground, order: VoiceCommand): readonly string[] {
  switch (order.do) {
    case "answer":
    case "ring":
    case "play":
    case "music":
    case "sendDigits":
    case "watchTalking":
    case "offer":
      return [order.legId];
    // Neither waits for what they are to end.
    case "hangUp":
    case "stopPlay":
      return [];
    case "hub":
      return [
        order.hubId,
        ...membersOf(ground, order.hubId).map(({ legId }) => legId),
        ...order.members.map(({ legId }) => legId),
      ];
    case "record":
      return keysOf(order);
    case "stopRecord":
    case "forgetRecord": {
      const known = ground.recordings.get(order.recordingId);
      return known === undefined ? [`record~${order.recordingId}`] : keysOf(known);
    }
    case "device":
    case "revoke":
      return [`device~${order.deviceId}`];
  }
}

function obey(ground: Ground, order: VoiceCommand): Promise<VoiceAnswer> {
  switch (order.do) {
    case "answer":
      return answer(ground, order);
    case "ring":
      return ring(ground, order);
    case "hangUp":
      return hangUp(ground, order);
    case "play":
      return play(ground, order);
    case "stopPlay":
      return stopPlay(ground, order);
    case "music":
      return music(ground, order);
    case "hub":
      return hub(ground, order);
    case "record":
      return record(ground, order);
    case "stopRecord":
      return stopRecord(ground, order);
    case "forgetRecord":
      return forgetRecord(ground, order);
    case "sendDigits":
      return sendDigits(ground, order);
    case "watchTalking":
      return watchTalking(ground, order);
    case "device":
      return device(ground, order);
    case "revoke":
      return revoke(ground, order);
    case "offer":
      // Softphones register by SIP, and customers' browsers have no way in here.
      return Promise.resolve(no("notAble", "offers are not for Asterisk"));
  }
}

const snapshotOf = (ground: Ground): VoiceSnapshot => {
  const legs = [...ground.legs.values()];
  return {
    legs: legs.map((leg: Leg) => ({
      legId: leg.id,
      state: leg.state,
      callId: leg.callId,
      caller: leg.caller,
      hubId: leg.hub?.hubId ?? null,
      playing: leg.plays.map(({ playId }) => playId),
      music: leg.music !== null,
    })),
    hubs: [...ground.hubs].map((hubId) => ({ hubId, members: membersOf(ground, hubId) })),
    recordings: [...ground.recordings.values()].map(({ recordingId, pausedAt, over }) => ({
      recordingId,
      paused: pausedAt !== null,
      over,
    })),
  };
};
