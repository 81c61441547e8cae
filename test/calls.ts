// A call in a test: its machine beside an engine that does at once what it is told. Used by modules/calls/model*.test.ts.
import { callRules, type CallRules } from "#contract/call-rules.ts";
import type { AgentId, BrandId, CallId, ChannelId, FlowId, FlowRunId } from "#contract/ids.ts";
import type { HubMember, VoiceSnapshot } from "#contract/voice.ts";
import { begin, hear } from "#modules/calls/model.ts";
import type { Arrival, CallOrder, Ground, Happening, Heard } from "#modules/calls/model-happenings.ts";
import type { CallRecord } from "#modules/calls/model-record.ts";

export const anna = "10000000-0000-4000-8000-000000000001" as AgentId;
export const ben = "10000000-0000-4000-8000-000000000002" as AgentId;
export const chris = "10000000-0000-4000-8000-000000000003" as AgentId;

export const plainRules: CallRules = callRules.parse({
  greetingDe: "",
  greetingEn: "",
  language: "de",
  announceEverySeconds: 60,
  comfort: ["Einen Moment noch = One moment still"],
  mostWaiting: 50,
  mostWaitSeconds: 1_800,
  keepPlaceSeconds: 600,
  rejoinSeconds: 15,
  callback: true,
  callbackFirst: "agent",
  callbackTries: 2,
  callbackEverySeconds: 900,
  callbackExpiresHours: 72,
  voicemail: true,
  voicemailSeconds: 180,
  missed: "work",
  recording: "never",
  recordingDays: 90,
  listeningToldAgent: true,
  listeningToldCustomer: false,
  mayDial: ["+49"],
  mayNotDial: [],
  dialsAnHour: 100,
  dialMinutesADay: 600,
  dialFromHour: 8,
  dialToHour: 20,
});

/** An engine as it should be: what it is told is so from then on; the same again changes nothing. */
export const idealEngine = () => {
  const legs = new Map<
    string,
    { state: "arriving" | "ringing" | "connected"; callId: string | null; music: boolean; playing: Set<string> }
  >();
  const hubs = new Map<string, readonly HubMember[]>();
  const recordings = new Map<string, { paused: boolean; over: boolean }>();
  const gone = (legId: string): void => {
    legs.delete(legId);
    for (const [hubId, members] of hubs) {
      const left = members.filter((member) => member.legId !== legId);
      if (left.length === 0) hubs.delete(hubId);
      else hubs.set(hubId, left);
    }
  };
  return {
    legs,
    hubs,
    arrives: (legId: string) => legs.set(legId, { state: "arriving", callId: null, music: false, playing: new Set() }),
    gone,
    give: (order: CallOrder): void => {
      switch (order.do) {
        case "answer":
          Object.assign(legs.get(order.legId) ?? {}, { state: "connected" });
          break;
        case "ring":
          if (!legs.has(order.legId))
            legs.set(order.legId, { state: "ringing", callId: order.callId, music: false, playing: new Set() });
          break;
        case "hangUp":
          gone(order.legId);
          break;
        case "play":
          legs.get(order.legId)?.playing.add(order.playId);
          break;
        case "stopPlay":
          for (const leg of legs.values()) leg.playing.delete(order.playId);
          break;
        case "music":
          Object.assign(legs.get(order.legId) ?? {}, { music: order.on });
          break;
        case "hub":
          if (order.members.length === 0) hubs.delete(order.hubId);
          else hubs.set(order.hubId, order.members);
          break;
        case "record":
          if (recordings.get(order.recordingId)?.over !== true)
            recordings.set(order.recordingId, { paused: order.paused, over: false });
          break;
        case "stopRecord":
          Object.assign(recordings.get(order.recordingId) ?? {}, { over: true });
          break;
        case "forgetRecord":
          recordings.delete(order.recordingId);
          break;
        case "sendDigits":
        case "watchTalking":
          break;
      }
    },
    snapshot: (): VoiceSnapshot => ({
      legs: [...legs].map(([legId, { state, callId, music, playing }]) => ({
        legId,
        state,
        callId,
        caller: null,
        hubId: [...hubs].find(([, members]) => members.some((member) => member.legId === legId))?.[0] ?? null,
        playing: [...playing],
        music,
      })),
      hubs: [...hubs].map(([hubId, members]) => ({ hubId, members })),
      recordings: [...recordings].map(([recordingId, one]) => ({ recordingId, ...one })),
    }),
  };
};

/** A call that arrived at noon, with a clock that is set by `later`. */
export const openCall = (
  changes: {
    readonly rules?: Partial<CallRules>;
    readonly arrival?: Partial<Arrival>;
    readonly ground?: Partial<Ground>;
  } = {},
) => {
  let now = new Date("2026-12-01T12:00:00Z");
  let ids = 0;
  const newId = (): string => `20000000-0000-4000-8000-${String((ids += 1)).padStart(12, "0")}`;
  const fixed = { ...changes.ground };
  const ground = (): Ground => ({
    now,
    rules: { ...plainRules, ...changes.rules },
    brand: "Kabel Nord",
    deviceOf: (agentId) => `device-${agentId}`,
    nameOf: (agentId) => (agentId === anna ? "Anna" : "Ben"),
    mayDial: (number) => (number.startsWith("+49") ? null : "notAllowed"),
    ownNumber: "+4930123456",
    code: "123456",
    visitorDevice: null,
    out: null,
    // One key is an answer, # says nothing, and nothing at all is asked again.
    readKeys: (_question, keys, over) =>
      keys === "" || keys === "#"
        ? over
          ? { is: "again" }
          : { is: "more", withinMs: 8_000 }
        : { is: "input", input: { kind: "answer", asked: 1, answer: { by: "pick", id: keys } } },
    readSpeech: null,
    newId,
    ...fixed,
  });
  const engine = idealEngine();
  const orders: CallOrder[] = [];
  const legId = "in:1";
  engine.arrives(legId);
  const take = (heard: Heard): Heard => {
    for (const order of heard.orders) engine.give(order);
    orders.push(...heard.orders);
    call = heard.call;
    return heard;
  };
  let call!: CallRecord;
  take(
    begin(
      {
        id: "30000000-0000-4000-8000-000000000001" as CallId,
        channelId: "40000000-0000-4000-8000-000000000001" as ChannelId,
        brandId: "50000000-0000-4000-8000-000000000001" as BrandId,
        legId,
        by: "trunk",
        number: "+4915112345678",
        name: "",
        visitor: null,
        to: "+4930123456",
        language: "de",
        customerId: null,
        flowId: null,
        runId: "60000000-0000-4000-8000-000000000001" as FlowRunId,
        redial: null,
        ...changes.arrival,
      },
      ground(),
    ),
  );
  const tell = (happening: Happening): Heard => take(hear(call, happening, ground()));
  const at = () => now.toISOString();
  return {
    engine,
    orders,
    ground,
    legId,
    tell,
    call: () => call,
    set: (given: Partial<Ground>) => Object.assign(fixed, given),
    later: (seconds: number): Heard => {
      now = new Date(now.getTime() + seconds * 1_000);
      return tell({ what: "time" });
    },
    at,
    /** What is being said to a leg now, as the codes of sentences and texts. */
    said: (leg = legId): string[] =>
      call.speeches
        .filter((speech) => speech.legId === leg)
        .flatMap(({ words }) => words.map((one) => ("say" in one ? one.say : "text" in one ? one.text : one.tone))),
    /** What is being said to a leg has been said. */
    played: (leg = legId): void => {
      for (const { playId, legId: to } of call.speeches.filter((speech) => speech.legId === leg)) {
        engine.give({ do: "stopPlay", playId });
        tell({ what: "engine", event: { what: "played", legId: to, playId, how: "whole", at: at() } });
      }
    },
    press: (digit: string) => tell({ what: "engine", event: { what: "digit", legId, digit, at: at() } }),
    answers: (leg: string): Heard => {
      Object.assign(engine.legs.get(leg) ?? {}, { state: "connected" });
      return tell({ what: "engine", event: { what: "answered", legId: leg, at: at() } });
    },
    ends: (leg: string, cause: "normal" | "busy" | "noAnswer" | "lost" | "rejected" = "normal"): Heard => {
      engine.gone(leg);
      return tell({ what: "engine", event: { what: "ended", legId: leg, cause, byThem: true, code: "", at: at() } });
    },
    work: (state: "waiting" | "offered" | "held", agentId: AgentId | null, token = 1) =>
      tell({ what: "work", work: { id: "70000000-0000-4000-8000-000000000001", state, agentId, token } }),
    legOf: (agentId: AgentId, as: "agent" | "supervisor" = "agent"): string =>
      call.legs.findLast((leg) => leg.agentId === agentId && leg.as === as)?.id ?? "",
    wish: (by: AgentId, wish: Extract<Happening, { what: "wish" }>["wish"], supervises = false) =>
      tell({ what: "wish", id: newId(), by, supervises, wish }),
    /** Who talks with whom. */
    hub: (): string[] => [...engine.hubs.values()].flat().map(({ legId: id }) => id),
  };
};

export const aFlow = "80000000-0000-4000-8000-000000000001" as FlowId;

/** Somebody waits, is offered to Anna, taken by her, and talks with her. */
export const talking = (changes: Parameters<typeof openCall>[0] = {}) => {
  const call = openCall(changes);
  call.played();
  call.work("offered", anna);
  call.answers(call.legOf(anna));
  call.work("held", anna);
  return call;
};
