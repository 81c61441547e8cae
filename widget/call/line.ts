// The voice of a call: microphone, RTCPeerConnection, what is heard, keys, how it sounds. Called by main.ts.

/** Why a browser cannot speak: no https, no WebRTC, no microphone, or none that it may use. */
export type LineFault = "insecure" | "unable" | "noMicrophone" | "denied" | "busy";

/** A call's voice while it lives. */
export interface Line {
  readonly mute: (on: boolean) => void;
  /** A key towards the other side, as an event of RTP (RFC 4733). False: it could not be sent. */
  readonly press: (digit: string) => boolean;
  readonly end: () => void;
}

/** How the call is heard here. `silent`: nothing comes any more. */
export type Sound = "good" | "bad" | "silent";

export interface LineParts {
  /** Takes our description and gives the other side's. Rejects: there is no call. */
  readonly exchange: (sdp: string) => Promise<string>;
  readonly connected: () => void;
  /** It is over without our doing. */
  readonly lost: () => void;
  readonly sounds: (sound: Sound) => void;
  /** The microphone was unplugged or taken away. */
  readonly microphoneGone: () => void;
}

/** What can be said before anybody is asked for the microphone; null: it may be tried. */
export const faultBefore = (): LineFault | null =>
  !isSecureContext
    ? "insecure"
    : typeof RTCPeerConnection === "undefined" || !("mediaDevices" in navigator)
      ? "unable"
      : null;

/** A browser that gathers its addresses longer is not waited for. */
const gatherMs = 2_000;
const lookEveryMs = 2_000;
const digitMs = 160;
const gapMs = 70;

const faultOf = (error: unknown): LineFault => {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "noMicrophone";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotReadableError" || name === "AbortError" ? "busy" : "unable";
};

/** The microphone, asked of who sits here; or why not. */
export const askMicrophone = async (): Promise<MediaStream | LineFault> => {
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
  } catch (error) {
    return faultOf(error);
  }
};

/** What telephones speak, and their keys; browsers that cannot choose offer all they have. */
const preferPlain = (transceiver: RTCRtpTransceiver): void => {
  const plain = (RTCRtpReceiver.getCapabilities("audio")?.codecs ?? []).filter(({ mimeType }) =>
    /^audio\/(?:pcmu|telephone-event)$/i.test(mimeType),
  );
  if (plain.some(({ mimeType }) => /pcmu/i.test(mimeType))) transceiver.setCodecPreferences(plain);
};

const gathered = (peer: RTCPeerConnection): Promise<void> =>
  new Promise((resolve) => {
    if (peer.iceGatheringState === "complete") return resolve();
    setTimeout(resolve, gatherMs);
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState === "complete") resolve();
    });
    return undefined;
  });

interface Heard {
  readonly packets: number;
  readonly lost: number;
  readonly jitter: number;
}

const heardBy = async (peer: RTCPeerConnection): Promise<Heard | null> => {
  for (const report of (await peer.getStats()).values()) {
    const inbound = report as { type: string; packetsReceived?: number; packetsLost?: number; jitter?: number };
    if (inbound.type === "inbound-rtp")
      return { packets: inbound.packetsReceived ?? 0, lost: inbound.packetsLost ?? 0, jitter: inbound.jitter ?? 0 };
  }
  return null;
};

/** One look at the call against the one before it. More than a twentieth lost, or a jitter above 80 ms, is heard by everybody. Exported for its test. */
export const soundOf = (before: Heard, now: Heard): Sound => {
  const [came, lost] = [now.packets - before.packets, Math.max(0, now.lost - before.lost)];
  if (came === 0) return "silent";
  return lost / (came + lost) > 0.05 || now.jitter > 0.08 ? "bad" : "good";
};

/** Opens the voice with a microphone that was given; from then on it is this line's, and ends with it. Rejects when the exchange does. */
export const openLine = async (microphone: MediaStream, parts: LineParts): Promise<Line> => {
  const peer = new RTCPeerConnection();
  const audio = new Audio();
  let isOver = false;
  let before: Heard | null = null;
  const end = (): void => {
    isOver = true;
    clearInterval(looking);
    for (const track of microphone.getTracks()) track.stop();
    audio.srcObject = null;
    peer.close();
  };
  const looking = setInterval(() => {
    if (peer.connectionState !== "connected") return;
    void heardBy(peer).then((now) => {
      if (now === null || isOver) return;
      if (before !== null) parts.sounds(soundOf(before, now));
      before = now;
    });
  }, lookEveryMs);
  peer.addEventListener("track", ({ track }) => {
    audio.srcObject = new MediaStream([track]);
    // Whoever pressed "call" has allowed the page to sound.
    audio.play().catch(() => undefined);
  });
  peer.addEventListener("connectionstatechange", () => {
    if (isOver) return;
    if (peer.connectionState === "connected") parts.connected();
    if (peer.connectionState === "failed" || peer.connectionState === "closed") {
      end();
      parts.lost();
    }
  });
  const [track] = microphone.getAudioTracks();
  track?.addEventListener("ended", () => {
    if (!isOver) parts.microphoneGone();
  });
  try {
    const transceiver = peer.addTransceiver(track ?? "audio", { direction: "sendrecv", streams: [microphone] });
    preferPlain(transceiver);
    await peer.setLocalDescription();
    await gathered(peer);
    await peer.setRemoteDescription({
      type: "answer",
      sdp: await parts.exchange(peer.localDescription?.sdp ?? ""),
    });
    return {
      mute: (on) => {
        for (const each of microphone.getAudioTracks()) each.enabled = !on;
      },
      press: (digit) => {
        const { dtmf } = transceiver.sender;
        if (!dtmf?.canInsertDTMF) return false;
        // Keys that were pressed quickly go one after the other.
        dtmf.insertDTMF(dtmf.toneBuffer + digit, digitMs, gapMs);
        return true;
      },
      end,
    };
  } catch (error) {
    end();
    throw error;
  }
};
