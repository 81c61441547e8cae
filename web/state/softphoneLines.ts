// The legs of my telephone: made when they are wanted, given the one microphone while it may be heard, counted every few seconds. Called by softphone.ts.
import { calls as endpoints } from "#contract/call-endpoints.ts";
import { call } from "#web/state/client.ts";
import { chosenDevices, openMicrophone, playAt, unableHere } from "#web/state/softphoneDevices.ts";
import type { PhoneLine, Softphone } from "#web/state/softphoneLine.ts";
import { setLine, setPhone, telephone } from "#web/state/softphoneNow.ts";
import type { LegWanted } from "#web/state/softphoneParts.ts";
import { countedIn, measuredBetween, saidNothing, type Counted, type Measured } from "#web/state/softphoneQuality.ts";

const countMs = 2_000;
/** Every so many counts the server is told. */
const tellEvery = 3;
/** So many counts in a row nothing is heard or said until it is said. */
const silentCounts = 3;
/** A leg that does not come about is tried so often, after so long at first and twice as long each time. Milliseconds. */
const mostTries = 6;
const againMs = 200;

interface Line {
  wanted: LegWanted;
  readonly media: PhoneLine;
  readonly player: HTMLAudioElement;
  speaks: boolean;
  counted: Counted | null;
  counts: number;
  silent: number;
  mute: number;
}

export interface Lines {
  /** These legs are to be there from now on, by the ways of their channels; others end. */
  readonly want: (wanted: readonly LegWanted[], phones: ReadonlyMap<string, Softphone>) => void;
  /** What did not come about is tried again. */
  readonly tryAgain: () => void;
  /** The microphone is opened anew, after what hindered was mended or another was chosen. */
  readonly listenAnew: () => void;
  readonly stop: () => void;
}

/** `look` asks for `want` once more. */
export const startLines = (look: () => void): Lines => {
  const lines = new Map<string, Line>();
  /** How often a leg has not come about. */
  const failed = new Map<string, number>();
  const ears = startMicrophone(look);

  const close = (legId: string): void => {
    const line = lines.get(legId);
    if (line === undefined) return;
    lines.delete(legId);
    line.media.close();
    line.player.srcObject = null;
    telephone.set((now) => {
      const { [legId]: _gone, ...rest } = now.lines;
      return { ...now, lines: rest };
    });
  };
  const open = (wanted: LegWanted, phone: Softphone): void => {
    const { legId, callId } = wanted;
    const player = new Audio();
    player.autoplay = true;
    void playAt(player, chosenDevices.get().speaker);
    const shown = {
      callId,
      state: "connecting",
      speaks: false,
      heard: null,
      hearsNothing: false,
      saysNothing: false,
    } as const;
    telephone.set((now) => ({ ...now, lines: { ...now.lines, [legId]: shown } }));
    const media = phone.open(wanted, {
      connected: () => {
        failed.delete(legId);
        setLine(legId, { state: "connected" });
      },
      // Made once more at once: a network that changed, a server that was started anew.
      lost: () => {
        close(legId);
        look();
      },
      failed: () => {
        const tries = (failed.get(legId) ?? 0) + 1;
        failed.set(legId, tries);
        if (tries >= mostTries) return setLine(legId, { state: "lost" });
        // The desk may have heard of the leg before the engine has.
        setTimeout(
          () => {
            if (lines.get(legId)?.media !== media) return;
            close(legId);
            look();
          },
          againMs * 2 ** (tries - 1),
        );
      },
      sound: (stream) => {
        player.srcObject = stream;
        // Refused only where nobody has touched the page yet.
        void player.play().catch(() => undefined);
      },
    });
    lines.set(legId, { wanted, media, player, speaks: false, counted: null, counts: 0, silent: 0, mute: 0 });
  };
  const speak = (): void => {
    const track = ears.want([...lines.values()].some(({ wanted }) => wanted.microphone));
    for (const [legId, line] of lines) {
      const speaks = line.wanted.microphone && track !== null;
      if (line.speaks === speaks) continue;
      line.speaks = speaks;
      void line.media.speak(speaks ? track : null);
      setLine(legId, { speaks });
    }
  };
  const count = async (): Promise<void> => {
    for (const [legId, line] of lines) {
      const report = await line.media.counts();
      if (report === null || lines.get(legId) !== line) continue;
      const heard = step(line, countedIn([...report.values()], Date.now()));
      if (heard === null || telephone.get().lines[legId]?.state !== "connected") continue;
      setLine(legId, {
        heard,
        hearsNothing: line.wanted.microphone && line.silent >= silentCounts,
        saysNothing: line.mute >= silentCounts,
      });
      if (line.counts % tellEvery === 0) tell(line.wanted.callId, heard);
    }
  };
  const counting = setInterval(() => void count(), countMs);
  const stopChosen = chosenDevices.watch(() => {
    for (const { player } of lines.values()) void playAt(player, chosenDevices.get().speaker);
  });

  return {
    want: (wanted, phones) => {
      for (const legId of lines.keys()) if (!wanted.some((one) => one.legId === legId)) close(legId);
      for (const legId of failed.keys()) if (!wanted.some((one) => one.legId === legId)) failed.delete(legId);
      for (const one of wanted) {
        const line = lines.get(one.legId);
        const phone = phones.get(one.channelId);
        if (line !== undefined) line.wanted = one;
        else if (phone !== undefined) open(one, phone);
      }
      speak();
    },
    tryAgain: () => {
      for (const legId of failed.keys()) close(legId);
      failed.clear();
      look();
    },
    listenAnew: () => {
      ears.close();
      setPhone({ trouble: unableHere() });
      for (const line of lines.values()) line.speaks = false;
      look();
    },
    stop: () => {
      clearInterval(counting);
      stopChosen();
      for (const legId of lines.keys()) close(legId);
      ears.close();
    },
  };
};

/** Notes a count; gives how it sounded since the one before, null: there was none. */
const step = (line: Line, now: Counted): Measured | null => {
  const before = line.counted;
  line.counted = now;
  if (before === null) return null;
  const heard = measuredBetween(before, now);
  line.counts += 1;
  line.silent = heard.silent ? line.silent + 1 : 0;
  line.mute = line.speaks && saidNothing(before, now) ? line.mute + 1 : 0;
  return heard;
};

const tell = (callId: LegWanted["callId"], { mos, lossPercent, jitterMs, rttMs, silent }: Measured): void =>
  void call(endpoints.note, {
    params: { id: callId },
    body: {
      mos,
      lossPercent,
      jitterMs: Math.min(10_000, jitterMs),
      rttMs: rttMs === null ? null : Math.min(60_000, rttMs),
      silent,
    },
  });

/** The one microphone of all legs: open only while some leg wants it. */
const startMicrophone = (look: () => void) => {
  let track: MediaStreamTrack | null = null;
  let turn = 0;
  let opening = false;
  const close = (): void => {
    turn += 1;
    opening = false;
    track?.stop();
    track = null;
  };
  const open = async (): Promise<void> => {
    const mine = turn;
    opening = true;
    const opened = await openMicrophone();
    if (turn !== mine) {
      if (opened.ok) opened.track.stop();
      return;
    }
    opening = false;
    if (!opened.ok) return setPhone({ trouble: opened.trouble });
    track = opened.track;
    // Pulled out, or taken away by the system: the next look opens what there is.
    track.addEventListener("ended", () => {
      if (track !== opened.track) return;
      track = null;
      look();
    });
    look();
  };
  return {
    /** The track, null: none is wanted, or it is being opened. */
    want: (wanted: boolean): MediaStreamTrack | null => {
      if (!wanted && (track !== null || opening)) close();
      if (wanted && track === null && !opening && telephone.get().trouble === null) void open();
      return track;
    },
    close,
  };
};
