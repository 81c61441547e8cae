// What the telephone asks of a way to an engine: legs that are there at once, silent, and get the microphone when they are taken. Two ways do so: softphoneOffer.ts, softphoneSip.ts.
import type { Call } from "#contract/calls.ts";

/** What a line tells. `failed`: it did not come about, `why` for the log; `lost`: it was there. */
export interface LineHears {
  readonly connected: () => void;
  readonly lost: () => void;
  readonly failed: (why: string) => void;
  readonly sound: (stream: MediaStream) => void;
}

/** A leg's media in this browser. */
export interface PhoneLine {
  /** Null: silence goes there. */
  readonly speak: (track: MediaStreamTrack | null) => Promise<void>;
  /** What the browser counts; null: nothing yet. */
  readonly counts: () => Promise<RTCStatsReport | null>;
  readonly close: () => void;
}

export interface Softphone {
  readonly open: (leg: { readonly callId: Call["id"]; readonly legId: string }, hears: LineHears) => PhoneLine;
  /** Lets the engine go; open lines end. */
  readonly stop: () => void;
}

/** G.711, which telephones speak: nobody has to translate; digits (RFC 4733) beside it. Everything else where a browser does not let one choose. */
export const preferTelephone = (transceiver: RTCRtpTransceiver): void => {
  const can = RTCRtpReceiver.getCapabilities("audio")?.codecs ?? [];
  const wanted = ["audio/pcmu", "audio/pcma", "audio/telephone-event"];
  const chosen = wanted.flatMap((type) =>
    can.filter(({ mimeType, clockRate }) => mimeType.toLowerCase() === type && clockRate === 8_000),
  );
  if (chosen.length > 0 && "setCodecPreferences" in transceiver) transceiver.setCodecPreferences(chosen);
};

let context: AudioContext | null = null;

/** A track that is silent, so that something is sent while nobody may be heard. */
export interface Silence {
  /** Null where the browser does not let a page sound yet: then nothing is sent. */
  readonly track: MediaStreamTrack | null;
  readonly stop: () => void;
}

export const silence = (): Silence => {
  context ??= new AudioContext();
  // Only after somebody has touched the page; until then it stays silent the other way.
  void context.resume().catch(() => undefined);
  const gain = context.createGain();
  gain.gain.value = 0;
  const source = context.createConstantSource();
  const place = context.createMediaStreamDestination();
  source.connect(gain).connect(place);
  source.start();
  const [track = null] = place.stream.getAudioTracks();
  return {
    track,
    stop: () => {
      track?.stop();
      source.stop();
      gain.disconnect();
    },
  };
};
