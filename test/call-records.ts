// Calls for tests that have no engine: a phone channel, records as the machine would leave them. Used by test/journeys/calls.test.ts and modules/routing/model-wants.test.ts.
import type { CallRules } from "#contract/call-rules.ts";
import type { AgentId, BrandId, CallId, ChannelId } from "#contract/ids.ts";
import type { CallRecord, Leg } from "#modules/calls/model-record.ts";
import { sql } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";
import { plainRules } from "#test/calls.ts";

/** The rules as a form begins with them. */
export const usualRules: CallRules = {
  ...plainRules,
  comfort: [],
  callbackTries: 3,
  recording: "announced",
  mayNotDial: ["+49900"],
};

/** A phone channel of a brand, as a row alone. */
export const addPhone = async (world: Pick<World, "db" | "newId">, brandId: BrandId): Promise<ChannelId> => {
  const id = world.newId() as ChannelId;
  await world.db.run(
    sql`INSERT INTO channel (id, brand_id, kind, name, enabled, settings, address, can_send) VALUES (${id}, ${brandId}, 'phone', 'Hotline', true, '{}', '+49301000', false)`,
  );
  return id;
};

/** One party's side, connected. */
export const leg = (id: string, over: Partial<Leg> = {}): Leg => ({
  id,
  as: "customer",
  agentId: null,
  name: id,
  to: null,
  display: "",
  timeoutSeconds: 0,
  state: "connected",
  since: "2026-03-02T09:00:00.000Z",
  taken: true,
  held: false,
  muted: false,
  mode: null,
  ending: null,
  cause: null,
  ...over,
});

/** A call that came in from a telephone and was greeted. */
export const record = (
  given: Pick<CallRecord, "id" | "channelId" | "brandId" | "startedAt">,
  over: Partial<CallRecord> = {},
): CallRecord => ({
  ...given,
  concernId: null,
  customerId: null,
  direction: "in",
  by: "trunk",
  number: "+493012345",
  name: "",
  visitor: null,
  to: "+49301000",
  language: "de",
  phase: "greeting",
  outWhy: null,
  answeredAt: given.startedAt,
  waitingSince: null,
  talkedFrom: null,
  endedAt: null,
  end: null,
  endsAs: null,
  agentId: null,
  legs: [leg("c")],
  speeches: [],
  keys: null,
  dueAt: null,
  flow: null,
  queueId: null,
  skills: {},
  work: null,
  told: { at: null, place: null, minutes: null, comfort: 0 },
  place: null,
  consent: null,
  recordings: [],
  callback: null,
  consulting: null,
  wishes: [],
  hand: null,
  afterId: null,
  keptSince: null,
  made: 0,
  quality: null,
  movedTo: null,
  ...over,
});

/** A call that somebody talks in. */
export const talking = (call: CallRecord, agentId: AgentId, at: string): CallRecord => ({
  ...call,
  phase: "talk",
  agentId,
  talkedFrom: at,
  legs: [...call.legs, leg(`a:${agentId}`, { as: "agent", agentId })],
});

/** A call that is over. */
export const over = (call: CallRecord, end: NonNullable<CallRecord["end"]>, at: string): CallRecord => ({
  ...call,
  phase: "over",
  dueAt: null,
  endedAt: at,
  end,
  legs: call.legs.map((each) => ({ ...each, state: "ended" as const, cause: "normal" as const })),
});

export const newCallId = (world: Pick<World, "newId">): CallId => world.newId() as CallId;

/** A WAV of 16 bits at 8 kHz: `sides` channels of samples from -1 to 1. */
export const wav = (sides: readonly (readonly number[])[]): Uint8Array => {
  const frames = sides[0]?.length ?? 0;
  const bytes = new DataView(new ArrayBuffer(44 + frames * sides.length * 2));
  const name = (at: number, text: string): void =>
    Array.from(text).forEach((letter, i) => bytes.setUint8(at + i, letter.charCodeAt(0)));
  name(0, "RIFF");
  bytes.setUint32(4, bytes.byteLength - 8, true);
  name(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, sides.length, true);
  bytes.setUint32(24, 8_000, true);
  bytes.setUint32(28, 16_000 * sides.length, true);
  bytes.setUint16(32, 2 * sides.length, true);
  bytes.setUint16(34, 16, true);
  name(36, "data");
  bytes.setUint32(40, frames * sides.length * 2, true);
  for (let frame = 0; frame < frames; frame += 1)
    sides.forEach((side, i) =>
      bytes.setInt16(44 + (frame * sides.length + i) * 2, Math.round((side[frame] ?? 0) * 32_767), true),
    );
  return new Uint8Array(bytes.buffer);
};
