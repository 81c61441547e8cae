// One phone channel's calls, driven by the process that leads it: what the engine tells, what routing decides and what people wish goes to the machine (modules/calls/model.ts); what comes of it
// is kept (switchboard-keeping.ts), and then ordered (switchboard-giving.ts). Opened by server/switchboard.ts.
import type { BrandId, CallId, FlowRunId } from "#contract/ids.ts";
import type { VoiceAnswer, VoiceCommand, VoiceEngine, VoiceEvent, VoiceSnapshot } from "#contract/voice.ts";
import { e164Of } from "#lib/e164.ts";
import { takeBoard, type Board } from "#modules/calls/actions.ts";
import { keepRecording, storeRecording } from "#modules/calls/actions-recordings.ts";
import type { Arrival, Dialling, Heard } from "#modules/calls/model-happenings.ts";
import { dial } from "#modules/calls/model-callback.ts";
import { ordersFor } from "#modules/calls/model-orders.ts";
import type { CallRecord, RecordingKept } from "#modules/calls/model-record.ts";
import { begin, isSettled } from "#modules/calls/model.ts";
import { callById, livingCalls, placeToKeep, type CallRow } from "#modules/calls/reads.ts";
import { flowFor } from "#modules/flows/reads-running.ts";
import { workAndWait } from "#modules/routing/reads.ts";
import { heardSince, stopFlow, tellPending } from "#server/call-flows.ts";
import { openContext, type BoardParts, type Context, type Living, type Telling } from "#server/switchboard-context.ts";
import { give } from "#server/switchboard-giving.ts";
import type { Grounds } from "#server/switchboard-ground.ts";
import { hearAnswer } from "#server/switchboard-answers.ts";
import { callWanted } from "#server/switchboard-wanted.ts";
import { beginIn, keep } from "#server/switchboard-keeping.ts";

/** A call from a page, before it is one. */
export interface WebCall {
  readonly callId: CallId;
  readonly sdp: string;
  readonly address: string;
  readonly name: string;
  readonly language: "de" | "en";
}

export interface RunningBoard {
  readonly tell: (event: VoiceEvent) => void;
  readonly engineIs: (engine: VoiceEngine) => void;
  readonly callIn: (call: WebCall) => Promise<VoiceAnswer>;
  readonly dial: (wanted: Dialling) => Promise<CallRow>;
  readonly command: (command: VoiceCommand) => Promise<VoiceAnswer>;
  /** Tells a call something; null: it does not live here. */
  readonly hear: (callId: string, telling: Telling) => Promise<Heard | null>;
  /** Something was said in the log of that concern's work. */
  readonly workChanged: (concernId: string) => void;
  /** That run went on. */
  readonly flowStepped: (runId: string) => void;
  readonly grounds: Grounds;
  readonly board: Board;
  /** Resolves when everything that lives is known here: the engine was there, and is told apart from what was kept. */
  readonly ready: Promise<void>;
  /** Calls with somebody in the line. */
  readonly living: () => number;
  readonly close: () => Promise<void>;
}

/** Place and wait of who waits are looked at so often. */
const placesEveryMs = 1_500;
/** A call that has ended is remembered for so long at most, in case its engine still has something of it. */
const rememberMs = 120_000;
/** Recordings of calls that ended since then are still asked of the engine. */
const unsettledMs = 86_400_000;
const longestRestMs = 60_000;

/** The id of a web caller's leg tells its call. */
const webLeg = (callId: string): string => `${callId}:in`;
const callOfLeg = (legId: string): string | null => /^([0-9a-f-]{36}):/u.exec(legId)?.[1] ?? null;

/** Tells one call after the other's turn what happened, keeps and orders what comes of it. */
const tellIn =
  (at: Context, clock: Clock): Context["tellCall"] =>
  (callId, telling) => {
    const living = at.calls.get(callId);
    if (living === undefined || at.closed) return Promise.resolve(null);
    const next = living.chain.then(async () => {
      if (at.closed) return null;
      const before = living.row.call;
      const told = typeof telling === "function" ? await telling(before) : telling;
      if (told === null) return null;
      const heard = await keep(at, living, told);
      give(at, living, heard.orders);
      follow(at, clock, living, before);
      return heard;
    });
    living.chain = next.catch(() => null);
    return next;
  };

const listens = ({ parts }: Context): boolean => parts.understand !== null;

/** What is to be done because of how a call is now: the flow told, recordings fetched, the time. */
const follow = (at: Context, clock: Clock, living: Living, before: CallRecord | null): void => {
  const { call } = living.row;
  const pending = call.flow?.pending?.id ?? null;
  if (call.phase === "flow" && pending !== null && living.flowing !== pending) {
    living.flowing = pending;
    at.told(call.id, (now) =>
      now.flow?.pending?.id === pending ? tellPending(at.world, now, listens(at)) : Promise.resolve(null),
    );
  }
  if (call.flow !== null && call.phase === "over" && before?.phase === "flow") at.go("flow", stopFlow(at.world, call));
  for (const recording of call.recordings)
    if (recording.state === "over")
      if (recording.kind === "answer") hearAnswer(at, living, recording);
      else fetchRecording(at, living, recording);
  if (call.phase === "over") {
    if (isSettled(call)) at.forget(living);
    else if (before?.phase !== "over") setTimeout(() => at.forget(living), rememberMs).unref();
  }
  clock.schedule();
};

/** Fetches a recording from the engine, keeps it, and lets it go there. */
const fetchRecording = (at: Context, living: Living, recording: RecordingKept): void => {
  const { engine, world, board } = at;
  if (living.fetching.has(recording.id) || engine === null) return;
  living.fetching.add(recording.id);
  const work = async (): Promise<void> => {
    const { id: callId, language } = living.row.call;
    const recordingId = recording.id;
    const bytes = await engine.recording(recordingId);
    const stored = await storeRecording(world, bytes);
    const text = recording.kind === "voicemail" ? await at.parts.hear(bytes, language).catch(() => null) : null;
    const kept = living.chain.then(async () => {
      const what = { callId, recordingId, stored, text };
      const row = await world.db.transaction((tx) => keepRecording(world, tx, board, what, at.grounds.rules()));
      if (row !== null) at.remember(row);
    });
    living.chain = kept.catch(() => null);
    await kept;
    await at.command({ do: "forgetRecord", recordingId });
    if (isSettled(living.row.call)) at.forget(living);
  };
  at.go(
    "recording",
    work().finally(() => living.fetching.delete(recording.id)),
  );
};

interface Clock {
  readonly schedule: () => void;
  readonly stop: () => void;
}

/** Tells calls the time when they want to be told. */
const openClock = (at: () => Context): Clock => {
  let timer: NodeJS.Timeout | null = null;
  const again = (ms: number, work: () => void): void => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(work, ms);
    timer.unref();
  };
  const due = (): void => {
    const now = at().world.now().getTime();
    for (const { row } of at().calls.values())
      if (row.call.dueAt !== null && Date.parse(row.call.dueAt) <= now) at().told(row.call.id, { what: "time" });
    // Told one after the other they schedule anew; should nothing come of it, it is looked at again.
    again(500, schedule);
  };
  const schedule = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (at().closed) return;
    let next = Infinity;
    for (const { row } of at().calls.values())
      if (row.call.dueAt !== null) next = Math.min(next, Date.parse(row.call.dueAt));
    if (next !== Infinity) again(Math.min(longestRestMs, Math.max(5, next - at().world.now().getTime())), due);
  };
  return {
    schedule,
    stop: () => {
      if (timer !== null) clearTimeout(timer);
    },
  };
};

/** Where routing has a call's concern, as it is when the call's turn comes. */
const tellWork = (at: Context, call: CallRecord): void => {
  if (call.concernId === null || call.endedAt !== null) return;
  at.told(call.id, async ({ concernId }) => {
    const found = concernId === null ? null : await workAndWait(at.world.db, concernId);
    return { what: "work", work: found?.work ?? null };
  });
};

const tellPlace = (at: Context, call: CallRecord): void =>
  at.told(call.id, async ({ concernId, phase }) => {
    const found = concernId === null || phase !== "queue" ? null : await workAndWait(at.world.db, concernId);
    const wait = found?.wait ?? null;
    if (wait === null) return null;
    const { place, of, predicted } = wait;
    const minutes = predicted === null ? null : Math.round(predicted.seconds / 60);
    return { what: "place", place: { place, of, minutes } };
  });

interface Called {
  readonly legId: string;
  readonly by: "trunk" | "web";
  readonly from: string;
  readonly name: string;
  readonly to: string;
}

/** Somebody calls: kept, answered, greeted. */
const arrive = async (at: Context, clock: Clock, called: Called, language: "de" | "en" | null): Promise<void> => {
  if (at.legs.has(called.legId)) return;
  const { world, grounds } = at;
  const { id, brandId: brand, implementation, settings } = at.parts.channel();
  const channelId = id;
  const brandId = brand as BrandId;
  const callId = ((called.by === "web" ? callOfLeg(called.legId) : null) ?? world.newId()) as CallId;
  at.legs.set(called.legId, callId);
  if ((await callById(world.db, callId)) !== null) return;
  const number =
    called.by === "web" ? null : e164Of(called.from, implementation.addresses(settings as never)[0] ?? null);
  const visitor = called.by === "web" ? called.from : null;
  const rules = grounds.rules();
  const about = { brandId, channelId, medium: "voice", verified: null } as const;
  const around = await world.flowGround.surroundings(world.db, about);
  const caller = { id: callId, channelId, number, visitor, name: called.name };
  const arrival: Arrival = {
    ...caller,
    brandId,
    legId: called.legId,
    by: called.by,
    to: called.to,
    language: language ?? rules.language,
    customerId: null,
    flowId: await flowFor(world.db, brandId, "voice", around, ""),
    runId: world.newId() as FlowRunId,
    redial: await placeToKeep(world.db, caller, world.now(), rules.keepPlaceSeconds),
  };
  const heard = begin(arrival, await grounds.of({ ...arrival }));
  const row = await world.db.transaction((tx) => beginIn(at, tx, heard.call, { lines: null }));
  const living = at.remember(row);
  give(at, living, heard.orders);
  follow(at, clock, living, null);
};

/** The engine can be told things: everything that is kept and everything that lives are brought together. */
const resume = async (at: Context, clock: Clock): Promise<void> => {
  const { world, board, engine } = at;
  if (engine === null) return;
  const began = performance.now();
  for (const [agentId, deviceId] of await at.grounds.devices())
    await at.command({ do: "device", deviceId, display: agentId });
  const snapshot = await engine.snapshot();
  const since = new Date(world.now().getTime() - unsettledMs).toISOString();
  for (const row of await livingCalls(world.db, board.channelId, since))
    if (!at.calls.has(row.call.id)) at.remember(row);
  for (const leg of snapshot.legs) {
    if (at.legs.has(leg.legId)) continue;
    if (leg.state === "arriving" && leg.caller !== null) {
      at.go("arrive", arrive(at, clock, { legId: leg.legId, ...leg.caller }, null));
      continue;
    }
    await at.command({ do: "hangUp", legId: leg.legId, cause: "normal" });
  }
  for (const { row } of at.calls.values()) readopt(at, clock, row.call, snapshot);
  world.log.info("phone.attached", {
    channelId: board.channelId,
    calls: at.calls.size,
    legs: snapshot.legs.length,
    ms: Math.round(performance.now() - began),
  });
};

const readopt = (at: Context, clock: Clock, call: CallRecord, snapshot: VoiceSnapshot): void => {
  at.told(call.id, { what: "lives", snapshot });
  const living = at.calls.get(call.id);
  // Nothing of it may have changed, and yet the engine may not do all of it.
  if (living !== undefined)
    living.chain = living.chain.then(() => {
      give(at, living, ordersFor(living.row.call, snapshot, at.grounds.rules().voicemailSeconds));
      living.flowing = null;
      follow(at, clock, living, living.row.call);
    });
  tellWork(at, call);
  at.told(call.id, (now) => (now.phase === "flow" ? heardSince(at.world, now, listens(at)) : Promise.resolve(null)));
};

/** What the engine tells, to the call that it is about. */
const tellOf =
  (at: Context, clock: Clock, languages: ReadonlyMap<string, "de" | "en">, ready: () => void) =>
  (event: VoiceEvent): void => {
    if (at.closed) return;
    switch (event.what) {
      case "up":
        at.go("up", resume(at, clock).then(ready));
        break;
      case "down":
        at.world.log.warn("phone.engineDown", { channelId: at.board.channelId, detail: event.detail });
        break;
      case "device":
        break;
      case "called":
        at.go("arrive", arrive(at, clock, event, languages.get(event.legId) ?? null));
        break;
      case "recorded":
        for (const { row } of at.calls.values())
          if (row.call.recordings.some(({ id }) => id === event.recordingId))
            at.told(row.call.id, { what: "engine", event });
        break;
      default: {
        const callId = at.legs.get(event.legId) ?? callOfLeg(event.legId);
        if (callId !== null) at.told(callId, { what: "engine", event });
      }
    }
  };

const isInLine = ({ row: { call } }: Living): boolean =>
  call.endedAt === null && call.legs.some(({ state }) => state === "connected");

/** Takes a channel's calls over and drives them until it is closed; an engine is told when there is one. */
export const openBoard = async (parts: BoardParts): Promise<RunningBoard> => {
  const board = await takeBoard(parts.world, parts.channel().id);
  const at = openContext(parts, board);
  const clock = openClock(() => at);
  at.tellCall = tellIn(at, clock);
  const languages = new Map<string, "de" | "en">();
  const ready = Promise.withResolvers<void>();
  const begun = (row: CallRow): void => {
    const living = at.remember(row);
    give(at, living, ordersFor(row.call, { legs: [], hubs: [], recordings: [] }));
    follow(at, clock, living, null);
  };
  let looks = false;
  const lookForWanted = (): void => {
    if (looks || at.closed) return;
    looks = true;
    at.go(
      "wanted",
      callWanted(at, begun).finally(() => (looks = false)),
    );
  };
  const places = setInterval(() => {
    lookForWanted();
    for (const { row } of at.calls.values()) if (row.call.phase === "queue") tellPlace(at, row.call);
  }, placesEveryMs);
  places.unref();
  return {
    grounds: at.grounds,
    board,
    command: at.command,
    hear: (callId, telling) => at.tellCall(callId, telling),
    ready: ready.promise,
    tell: tellOf(at, clock, languages, ready.resolve),
    engineIs: (engine) => {
      at.engine = engine;
    },
    living: () => [...at.calls.values()].filter(isInLine).length,
    workChanged: (concernId) => {
      for (const { row } of at.calls.values()) if (row.call.concernId === concernId) tellWork(at, row.call);
    },
    flowStepped: (runId) => {
      for (const { row } of at.calls.values())
        if (row.call.flow?.runId === runId && row.call.phase === "flow")
          at.told(row.call.id, (now) =>
            now.flow?.pending == null ? heardSince(at.world, now, listens(at)) : Promise.resolve(null),
          );
    },
    callIn: async (call) => {
      const legId = webLeg(call.callId);
      languages.set(legId, call.language);
      setTimeout(() => languages.delete(legId), longestRestMs).unref();
      const caller = { from: call.address, name: call.name, to: parts.channel().id };
      const answer = await at.command({ do: "offer", legId, sdp: call.sdp, caller });
      if (answer.ok) await arrive(at, clock, { legId, by: "web", ...caller }, call.language);
      return answer;
    },
    dial: async (wanted) => {
      const call = dial(wanted, await at.grounds.of({ ...wanted, visitor: null }));
      const row = await at.world.db.transaction((tx) => beginIn(at, tx, call, { lines: null }));
      begun(row);
      return row;
    },
    close: async () => {
      at.closed = true;
      clock.stop();
      clearInterval(places);
      await at.quiet();
    },
  };
};
