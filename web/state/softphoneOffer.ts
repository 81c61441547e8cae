// The way to an engine through our own server: the browser makes an offer for a leg that rings it, the server gives it to the engine and brings the answer.
// Not trickling: candidates are gathered first, which takes a moment where engine and browser see each other without help. Called by softphone.ts.
import { calls } from "#contract/call-endpoints.ts";
import { call } from "#web/state/client.ts";
import { preferTelephone, silence, type LineHears, type PhoneLine, type Softphone } from "#web/state/softphoneLine.ts";

/** What has not been gathered by then is not waited for. */
const gatherMs = 2_000;
/** A line that drops out comes back by itself within so long, or is lost. */
const restMs = 8_000;

export const offerPhone = (): Softphone => {
  const open = new Set<PhoneLine>();
  return {
    open: ({ callId, legId }, hears) => {
      const line = openLine(callId, legId, hears, () => open.delete(line));
      open.add(line);
      return line;
    },
    stop: () => {
      for (const line of open) line.close();
    },
  };
};

const openLine = (callId: string, legId: string, hears: LineHears, closed: () => void): PhoneLine => {
  const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  const quiet = silence();
  const transceiver = peer.addTransceiver(quiet.track ?? "audio", { direction: "sendrecv" });
  preferTelephone(transceiver);
  let over = false;
  let rest: ReturnType<typeof setTimeout> | null = null;
  const close = (): void => {
    if (over) return;
    over = true;
    if (rest !== null) clearTimeout(rest);
    quiet.stop();
    peer.close();
    closed();
  };
  const lost = (): void => {
    if (over) return;
    close();
    hears.lost();
  };
  peer.addEventListener("track", ({ track, streams: [stream] }) => hears.sound(stream ?? new MediaStream([track])));
  peer.addEventListener("connectionstatechange", () => {
    if (over) return;
    if (rest !== null) clearTimeout(rest);
    rest = null;
    if (peer.connectionState === "connected") hears.connected();
    else if (peer.connectionState === "failed") lost();
    else if (peer.connectionState === "disconnected") rest = setTimeout(lost, restMs);
  });
  const begin = async (): Promise<void> => {
    await peer.setLocalDescription();
    await gathered(peer);
    const sdp = peer.localDescription?.sdp;
    if (over || sdp === undefined) return;
    const outcome = await call(calls.offer, { params: { id: callId }, body: { legId, sdp } });
    if (over) return;
    if (outcome.ok) await peer.setRemoteDescription({ type: "answer", sdp: outcome.value.sdp });
    else {
      close();
      hears.failed(outcome.problem.code);
    }
  };
  begin().catch((error: unknown) => {
    if (over) return;
    close();
    hears.failed(String(error));
  });
  return {
    speak: async (track) => {
      if (!over) await transceiver.sender.replaceTrack(track ?? quiet.track);
    },
    counts: async () => (over ? null : peer.getStats()),
    close,
  };
};

const gathered = (peer: RTCPeerConnection): Promise<void> =>
  new Promise((resolve) => {
    if (peer.iceGatheringState === "complete") return resolve();
    const done = (): void => {
      clearTimeout(timer);
      peer.removeEventListener("icegatheringstatechange", look);
      resolve();
    };
    const look = (): void => {
      if (peer.iceGatheringState === "complete") done();
    };
    const timer = setTimeout(done, gatherMs);
    peer.addEventListener("icegatheringstatechange", look);
  });
