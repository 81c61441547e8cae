// Calls as they run: for each phone channel one process leads, has its engine and drives its calls; every process asks whoever that is, by rows. Started by server/start.ts.
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { AgentActor } from "#contract/actor.ts";
import type { CallerRoads, CallerWish, CallTaken } from "#contract/caller.ts";
import { isRefusal, refuse, type ErrorCode, type Refusal } from "#contract/errors.ts";
import type { AnyEvent, EventKind } from "#contract/events.ts";
import type { AgentId, CallId, ChannelId } from "#contract/ids.ts";
import type { VoiceAnswer, VoiceEngine } from "#contract/voice.ts";
import { eventsAfter, numberAt } from "#modules/audit/reads.ts";
import { settleWish } from "#modules/calls/actions.ts";
import type { Dialling } from "#modules/calls/model-happenings.ts";
import { callById } from "#modules/calls/reads.ts";
import { wish as wishOfRouting } from "#modules/routing/actions.ts";
import { workAndWait } from "#modules/routing/reads.ts";
import { agentById, asAgentActor } from "#modules/agents/reads.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import { lead, type Leadership } from "#platform/db/leader.ts";
import type { Bus } from "#platform/live/bus.ts";
import type { Follower } from "#platform/live/follow.ts";
import type { Log } from "#platform/log.ts";
import type { AtDesk } from "#server/at-desk.ts";
import type { CallSounds } from "#server/call-sounds.ts";
import type { Connected, ConnectedVoice } from "#server/connected.ts";
import { openBoard, type RunningBoard } from "#server/switchboard-board.ts";
import type { Understand } from "#server/switchboard-context.ts";
import { answerAsk, answerOf, forgetAsks, insertAsk, openAsks, saveDevice } from "#server/switchboard-store.ts";

/** What a process asks of whoever drives a channel. */
type Ask =
  | {
      readonly do: "callIn";
      readonly callId: CallId;
      readonly sdp: string;
      readonly address: string;
      readonly name: string;
      readonly language: "de" | "en";
    }
  | { readonly do: "offer"; readonly callId: CallId; readonly legId: string; readonly sdp: string }
  | { readonly do: "device"; readonly agentId: AgentId; readonly deviceId: string; readonly display: string }
  | { readonly do: "caller"; readonly callId: CallId; readonly wish: CallerWish }
  | { readonly do: "dial"; readonly wanted: Dialling };

/** Whatever an ask comes to, as JSON. */
type Said = VoiceAnswer | { readonly ok: true; readonly refused: string | null };

/** Who follows on a killed leader finds the lock free after so long at most. */
const tryEveryMs = 500;
const askMs = 8_000;
/** Hints may be lost: what is asked is looked for again. */
const askAgainMs = 400;
const lookEveryMs = 1_000;
const attachAgainMs = 1_000;
const keptAsksMs = 60_000;

const boardKinds: ReadonlySet<EventKind> = new Set([
  "call.wished",
  "flow.stepped",
  "work.changed",
  "work.offered",
  "work.returned",
  "work.ended",
  "concern.changed",
]);

export interface Switchboard {
  readonly callers: CallerRoads;
  /** What agents' browsers ask; refusals as codes. */
  readonly offer: (callId: CallId, legId: string, sdp: string) => Promise<{ readonly sdp: string } | Refusal>;
  readonly device: (
    who: AgentActor,
    deviceId: string,
  ) => Promise<
    readonly { readonly channelId: ChannelId; readonly way: NonNullable<Extract<VoiceAnswer, { ok: true }>["way"]> }[]
  >;
  readonly dial: (wanted: Dialling) => Promise<{ readonly done: true } | Refusal>;
  /** Channels that this process drives now. */
  readonly leads: () => number;
  readonly living: () => number;
  readonly stop: () => Promise<void>;
}

export interface SwitchboardParts {
  readonly world: FlowWorld;
  readonly connected: Pick<Connected, "voices">;
  readonly bus: Bus;
  readonly follower: Follower<AnyEvent>;
  readonly atDesk: Pick<AtDesk, "agents">;
  readonly sounds: CallSounds;
  readonly log: Log;
  /** Each channel's engine has a folder of its own in it. */
  readonly folder: string;
  readonly soundUrl: (sound: string) => string;
  readonly codeOf: (callId: CallId) => Promise<string | null>;
  readonly isPageThere: (address: string) => boolean;
  /** Words of a recording; null: nobody listens here. */
  readonly hear: (wav: Uint8Array, language: "de" | "en") => Promise<string | null>;
  /** What somebody said to a flow's question; null: nobody listens here. */
  readonly understand: Understand | null;
}

/** One number a channel, for the lock of who leads it; far from the small ones that are given by hand. */
const lockOf = (channelId: string): number =>
  1_000_000 + (createHash("sha256").update(`phone ${channelId}`).digest().readUInt32BE(0) % 1_000_000_000);

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : "unknown");

/** Drives a channel's calls until the signal says that somebody else does. */
const drive = async (
  parts: SwitchboardParts,
  channelId: string,
  signal: AbortSignal,
  ran: (board: RunningBoard | null) => void,
  ending: () => boolean,
): Promise<void> => {
  const { world, log, follower, bus } = parts;
  const channel = (): ConnectedVoice | undefined => parts.connected.voices().find(({ id }) => id === channelId);
  let last = channel();
  if (last === undefined) return;
  const now = (): ConnectedVoice => (last = channel() ?? last) as ConnectedVoice;
  const over = new AbortController();
  const end = (): void => over.abort();
  signal.addEventListener("abort", end, { once: true });
  const board = await openBoard({ ...parts, channel: now, lost: end });
  const folder = join(parts.folder, channelId);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const settings = last.settings;
  let engine: VoiceEngine | null = null;
  const attach = async (): Promise<void> => {
    while (!over.signal.aborted && engine === null)
      try {
        const held: Parameters<RunningBoard["tell"]>[0][] = [];
        let open = false;
        const attached = await now().implementation.attach(settings as never, {
          log: (level, event, facts) => log[level](event, { channelId, ...facts }),
          now: world.now,
          channelId,
          folder,
          sound: parts.sounds.sound,
          soundUrl: parts.soundUrl,
          tell: (event) => (open ? board.tell(event) : void held.push(event)),
        });
        engine = attached;
        board.engineIs(attached);
        open = true;
        for (const event of held) board.tell(event);
      } catch (error) {
        log.warn("phone.notAttached", { channelId, error: wordsOf(error) });
        await new Promise((resolve) => setTimeout(resolve, attachAgainMs).unref());
      }
  };

  const answering = new Set<string>();
  const asks = async (): Promise<void> => {
    const since = new Date(world.now().getTime() - askMs).toISOString();
    for (const { id, ask } of await openAsks(world.db, channelId as ChannelId, since)) {
      if (answering.has(id)) continue;
      answering.add(id);
      void answerOne(board, ask as Ask)
        .catch((error: unknown): Said => ({ ok: false, why: "failed", detail: wordsOf(error).slice(0, 200) }))
        .then(async (said) => {
          await answerAsk(world.db, id, said);
          bus.hint("callAnswer", { id });
        })
        .catch((error: unknown) => log.warn("phone.notAnswered", { error: wordsOf(error) }))
        .finally(() => answering.delete(id));
    }
  };
  const look = (): void =>
    void asks().catch((error: unknown) => log.warn("phone.asksNotRead", { error: wordsOf(error) }));
  const timer = setInterval(look, lookEveryMs);
  const unhear = bus.on("callAsk", (note) => {
    if ((note as { channelId?: unknown }).channelId === channelId) look();
  });
  const unfollow = follower.subscribe(follower.upTo(), {
    wants: (event) => {
      if (["agent.changed", "channel.changed", "hours.changed"].includes(event.kind)) board.grounds.changed();
      if (boardKinds.has(event.kind)) heardOf(parts, board, event);
      return false;
    },
    give: () => {},
    reset: () => {},
  });
  ran(board);
  void attach();
  look();
  void missedWishes(parts)
    .then((missed) => missed.forEach((event) => void wished(parts, board, event)))
    .catch((error: unknown) => log.warn("phone.wishesNotRead", { error: wordsOf(error) }));
  try {
    await new Promise<void>((resolve) => {
      if (over.signal.aborted) resolve();
      over.signal.addEventListener("abort", () => resolve(), { once: true });
    });
  } finally {
    ran(null);
    clearInterval(timer);
    unhear();
    unfollow();
    await board.close();
    const attached = engine as VoiceEngine | null;
    // Nobody's call is ended because this process is: whoever drives it next finds the engine as it is.
    await attached?.close(ending() && board.living() === 0);
  }
};

/** Something of the log that is about calls. */
const heardOf = (parts: SwitchboardParts, board: RunningBoard, event: AnyEvent): void => {
  if (event.kind === "flow.stepped") board.flowStepped(event.data.runId);
  else if (event.kind === "call.wished") void wished(parts, board, event);
  else if (event.kind === "work.changed" || event.kind === "work.offered") board.workChanged(event.data.work.concernId);
  else if (event.concernId !== null) board.workChanged(event.concernId);
};

type Wished = Extract<AnyEvent, { kind: "call.wished" }>;

/** What was wished a moment ago, while nobody drove the channel, and nobody has settled: whoever wished it still waits for the answer. */
const missedWishes = async ({ world }: SwitchboardParts): Promise<readonly Wished[]> => {
  const from = await numberAt(world.db, new Date(world.now().getTime() - askMs).toISOString());
  const { events } = await eventsAfter(world.db, from - 1, 1_000, ["call.wished", "call.settled"]);
  const settled = new Set(events.flatMap((event) => (event.kind === "call.settled" ? [event.data.wishId] : [])));
  return events.filter((event): event is Wished => event.kind === "call.wished" && !settled.has(event.data.wishId));
};

/** Carries out what somebody wished of a call, and says what became of it. */
const wished = async ({ world, log }: SwitchboardParts, board: RunningBoard, event: Wished): Promise<void> => {
  const { wishId, callId, wish, supervises } = event.data;
  const by = event.actor.kind === "agent" ? (event.actor.id as AgentId) : null;
  if (by === null) return;
  await board.ready;
  // Nobody waits for it any more, and nobody wants a call to be hung up minutes later.
  if (world.now().getTime() - Date.parse(event.at) > askMs) return;
  try {
    const heard = await board.hear(callId, { what: "wish", id: wishId, by, supervises, wish });
    // Another channel's, or over.
    if (heard === null) return;
    let { refused } = heard;
    if (refused === null && heard.route !== null) {
      const record = await agentById(world.db, by);
      const work = heard.call.concernId === null ? null : await workAndWait(world.db, heard.call.concernId);
      if (record === null || work === null) refused = "notHeld";
      else {
        const note = wish.what === "transfer" ? wish.note : "";
        const said = await wishOfRouting(world, asAgentActor(record), {
          id: wishId,
          wish: { what: "transfer", workId: work.work.id, to: heard.route, note },
        });
        refused = isRefusal(said) ? said.refused : null;
      }
    }
    await world.db.transaction((tx) => settleWish(world, tx, board.board, { wishId, callId, agentId: by, refused }));
  } catch (error) {
    log.error("call.wishFailed", { error: wordsOf(error) });
  }
};

const answerOne = async (board: RunningBoard, ask: Ask): Promise<Said> => {
  switch (ask.do) {
    case "callIn":
      return board.callIn(ask);
    case "offer":
      return board.command({ do: "offer", legId: ask.legId, sdp: ask.sdp, caller: null });
    case "device":
      board.grounds.changed();
      return board.command({ do: "device", deviceId: ask.deviceId, display: ask.display });
    case "caller": {
      const { wish } = ask;
      const happening =
        wish.what === "hangUp"
          ? ({ what: "callerLeft" } as const)
          : wish.what === "callback"
            ? ({ what: "second", move: { to: "callback", number: wish.number, at: wish.at } } as const)
            : ({ what: "second", move: { to: wish.what === "noCallback" ? "noCallback" : wish.to } } as const);
      const heard = await board.hear(ask.callId, happening);
      return { ok: true, refused: heard === null ? "callOver" : heard.refused };
    }
    case "dial":
      await board.dial(ask.wanted);
      return { ok: true, refused: null };
  }
};

/** Drives what nobody else drives, and asks whoever does. */
export const startSwitchboard = (parts: SwitchboardParts): Switchboard => {
  const { world, connected, bus, log, follower } = parts;
  const { db } = world;
  const leaders = new Map<string, { readonly leadership: Leadership; readonly settings: string }>();
  const boards = new Map<string, RunningBoard>();
  let stopping = false;

  const engineOf = (voice: ConnectedVoice): string => {
    const { rules: _rules, ...engine } = voice.settings as Readonly<Record<string, unknown>>;
    return JSON.stringify(engine);
  };
  const settle = (): void => {
    if (stopping) return;
    const voices = new Map<string, ConnectedVoice>(connected.voices().map((voice) => [voice.id, voice]));
    for (const [id, { leadership, settings }] of leaders) {
      const voice = voices.get(id);
      if (voice !== undefined && engineOf(voice) === settings) continue;
      leaders.delete(id);
      void leadership.stop();
    }
    for (const [id, voice] of voices) {
      if (leaders.has(id)) continue;
      const run = (signal: AbortSignal): Promise<void> =>
        drive(
          parts,
          id,
          signal,
          (board) => {
            if (board === null) boards.delete(id);
            else boards.set(id, board);
          },
          () => stopping,
        );
      leaders.set(id, {
        leadership: lead(db, lockOf(id), `phone ${id}`, log, run, tryEveryMs),
        settings: engineOf(voice),
      });
    }
  };
  settle();
  const unchannels = bus.on("channels", () => {
    // The list of channels is read anew first, by whoever keeps it.
    setTimeout(settle, 200).unref();
  });
  const again = setInterval(settle, 5_000);
  again.unref();
  const forgets = setInterval(() => {
    forgetAsks(db, new Date(world.now().getTime() - keptAsksMs).toISOString()).catch(() => {});
  }, keptAsksMs);
  forgets.unref();

  const ask = async (channelId: string, asked: Ask): Promise<Said> => {
    const here = boards.get(channelId);
    if (here !== undefined) return answerOne(here, asked);
    const id = world.newId();
    const deadline = performance.now() + askMs;
    await insertAsk(db, { id, ask: asked, channelId: channelId as ChannelId, at: world.now().toISOString() });
    while (performance.now() < deadline) {
      const woken = new Promise<void>((resolve) => {
        const timer = setTimeout(done, askAgainMs);
        const leave = bus.on("callAnswer", (note) => {
          if ((note as { id?: unknown }).id === id) done();
        });
        function done(): void {
          clearTimeout(timer);
          leave();
          resolve();
        }
      });
      bus.hint("callAsk", { channelId });
      await woken;
      const answer = await answerOf(db, id);
      if (answer !== null) return answer as Said;
    }
    return { ok: false, why: "engineDown", detail: "nobody drives the channel" };
  };

  const taken = (said: Said): CallTaken => {
    if (said.ok)
      return "sdp" in said && said.sdp !== undefined ? { ok: true, sdp: said.sdp } : { ok: false, why: "engineDown" };
    const { why } = said;
    return {
      ok: false,
      why:
        why === "badOffer" || why === "full" || why === "engineDown"
          ? why
          : why === "unknownLeg"
            ? "notFound"
            : "engineDown",
    };
  };
  const ofCall = async (callId: string): Promise<string | null> => (await callById(db, callId))?.call.channelId ?? null;

  return {
    leads: () => boards.size,
    living: () => [...boards.values()].reduce((sum, board) => sum + board.living(), 0),
    callers: {
      callIn: async ({ callId, channelId, sdp, caller: { address, name, language } }) => {
        if (!connected.voices().some(({ id }) => id === channelId)) return { ok: false, why: "notFound" };
        return taken(await ask(channelId, { do: "callIn", callId, sdp, address, name, language }));
      },
      wish: async ({ callId, wish }) => {
        const channelId = await ofCall(callId);
        if (channelId === null) return "notFound";
        const said = await ask(channelId, { do: "caller", callId, wish });
        return said.ok ? ("refused" in said ? said.refused : null) : "unavailable";
      },
      answer: async ({ callId, legId, sdp }) => {
        const channelId = await ofCall(callId);
        return channelId === null
          ? { ok: false, why: "notFound" }
          : taken(await ask(channelId, { do: "offer", callId, legId, sdp }));
      },
    },
    offer: async (callId, legId, sdp) => {
      const channelId = await ofCall(callId);
      if (channelId === null) return refuse("notFound");
      const said = await ask(channelId, { do: "offer", callId, legId, sdp });
      if (said.ok) return "sdp" in said && said.sdp !== undefined ? { sdp: said.sdp } : refuse("unavailable");
      return refuse(
        said.why === "unknownLeg" || said.why === "unknownDevice"
          ? "notFound"
          : said.why === "badOffer"
            ? "invalidInput"
            : "unavailable",
      );
    },
    device: async (who, deviceId) => {
      await saveDevice(db, who.id, deviceId, world.now().toISOString());
      const asked = connected.voices().map(async ({ id }) => {
        const said = await ask(id, { do: "device", agentId: who.id, deviceId, display: who.name.slice(0, 100) });
        return said.ok && "way" in said && said.way !== undefined ? [{ channelId: id, way: said.way }] : [];
      });
      return (await Promise.all(asked)).flat();
    },
    dial: async (wanted) => {
      const said = await ask(wanted.channelId, { do: "dial", wanted });
      return said.ok ? { done: true } : refuse("unavailable" satisfies ErrorCode);
    },
    stop: async () => {
      stopping = true;
      clearInterval(again);
      clearInterval(forgets);
      unchannels();
      void follower;
      await Promise.all([...leaders.values()].map(({ leadership }) => leadership.stop()));
    },
  };
};
