// The way to an engine that speaks SIP: it rings this device over a WebSocket of our own server (RFC 7118), which is taken when the desk wants the leg.
// Fetched only where an engine wants it; called by softphone.ts. The one file that knows JsSIP (docs/decisions/0371-jssip.md).
import { UA, WebSocketInterface } from "jssip";
import type { RTCSessionEvent } from "jssip/lib/UA.js";
import type { DeviceWay } from "#contract/voice.ts";
import { silence, type LineHears, type PhoneLine, type Softphone } from "#web/state/softphoneLine.ts";

type Way = Extract<DeviceWay, { kind: "sip" }>;
type Session = ReturnType<UA["call"]>;

/** What has not been gathered by then is not waited for. */
const gatherMs = 500;

/** Registers this browser; `there` hears whether it is reached. */
export const sipPhone = (way: Way, there: (is: boolean) => void): Softphone => {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const agent = new UA({
    sockets: new WebSocketInterface(`${scheme}://${location.host}${way.path}`),
    uri: `sip:${way.user}@${way.domain}`,
    authorization_user: way.user,
    password: way.password,
    register: true,
    session_timers: false,
  });
  /** Rung and not taken yet, and wanted and not rung yet, by leg. */
  const rung = new Map<string, Session>();
  const wanted = new Map<string, (session: Session) => void>();
  const open = new Set<PhoneLine>();
  agent.on("registered", () => there(true));
  agent.on("unregistered", () => there(false));
  agent.on("registrationFailed", () => there(false));
  agent.on("disconnected", () => there(false));
  agent.on("newRTCSession", ({ session, request }: RTCSessionEvent) => {
    if (session.direction !== "incoming") return;
    const legId = request.getHeader("X-Draht-Leg") ?? "";
    const take = wanted.get(legId);
    if (take !== undefined) return take(session);
    rung.set(legId, session);
    const gone = (): void => {
      if (rung.get(legId) === session) rung.delete(legId);
    };
    session.on("ended", gone);
    session.on("failed", gone);
  });
  agent.start();
  return {
    open: ({ legId }, hears) => {
      const line = openLine(hears, () => {
        open.delete(line);
        wanted.delete(legId);
      });
      open.add(line);
      const waiting = rung.get(legId);
      rung.delete(legId);
      const take = (session: Session): void => {
        wanted.delete(legId);
        line.take(session);
      };
      if (waiting === undefined) wanted.set(legId, take);
      else take(waiting);
      return line;
    },
    stop: () => {
      for (const line of open) line.close();
      agent.stop();
    },
  };
};

/**
 * Before the microphone was ever allowed a browser tells its addresses by names that only its own network knows (mDNS). An engine that knows none of them begins
 * nothing; with any address it does, and learns the right one from what the browser sends. So the name becomes the engine's own address: nobody else is asked.
 */
const withoutNames = (sdp: string, theirs: string): string =>
  sdp.replaceAll(/^(a=candidate:(?:\S+ ){4})\S+\.local /gmu, `$1${theirs} `);

const openLine = (hears: LineHears, closed: () => void): PhoneLine & { readonly take: (session: Session) => void } => {
  const quiet = silence();
  let session: Session | null = null;
  let speaks: MediaStreamTrack | null = null;
  let over = false;
  let connected = false;
  const close = (): void => {
    if (over) return;
    over = true;
    quiet.stop();
    if (session !== null && !session.isEnded()) session.terminate();
    closed();
  };
  const put = async (): Promise<void> => {
    const sender = session?.connection?.getSenders().find(({ track }) => track === null || track.kind === "audio");
    await sender?.replaceTrack(speaks ?? quiet.track);
  };
  return {
    take: (taken) => {
      if (over) return taken.terminate();
      session = taken;
      taken.on("peerconnection", ({ peerconnection }) =>
        peerconnection.addEventListener("track", ({ track, streams: [stream] }) =>
          hears.sound(stream ?? new MediaStream([track])),
        ),
      );
      let theirs = "";
      taken.on("sdp", (said) => {
        if (said.originator === "remote") theirs = /^c=IN IP[46] (\S+)/mu.exec(said.sdp)?.[1] ?? "";
        else if (theirs !== "") said.sdp = withoutNames(said.sdp, theirs);
      });
      let timer: ReturnType<typeof setTimeout> | null = null;
      taken.on("icecandidate", ({ ready }) => (timer ??= setTimeout(ready, gatherMs)));
      taken.on("confirmed", () => {
        connected = true;
        void put();
        hears.connected();
      });
      const ended = (why: string): void => {
        if (over) return;
        over = true;
        quiet.stop();
        closed();
        if (connected) hears.lost();
        else hears.failed(why);
      };
      taken.on("ended", ({ cause }) => ended(cause));
      taken.on("failed", ({ cause }) => ended(cause));
      taken.answer({
        mediaStream: new MediaStream(quiet.track === null ? [] : [quiet.track]),
        pcConfig: { iceServers: [] },
      });
    },
    speak: async (track) => {
      speaks = track;
      if (!over) await put();
    },
    counts: async () => (over ? null : (session?.connection?.getStats() ?? null)),
    close,
  };
};
