// What is so around a call when its machine is told something: the channel's rules, the hours, who is there, what may be dialled. Called by server/switchboard-board.ts.
import type { CallRules } from "#contract/call-rules.ts";
import { visitorDevice } from "#contract/caller.ts";
import type { ErrorCode } from "#contract/errors.ts";
import type { AgentId, CallId } from "#contract/ids.ts";
import { forbiddenNumber } from "#modules/calls/model-dialling.ts";
import type { Ground } from "#modules/calls/model-happenings.ts";
import type { CallRecord } from "#modules/calls/model-record.ts";
import { allAgents } from "#modules/agents/reads.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import { readKeys, readSpeech } from "#modules/flows/model-voice.ts";
import type { AtDesk } from "#server/at-desk.ts";
import type { ConnectedVoice } from "#server/connected.ts";
import { allDevices } from "#server/switchboard-store.ts";

/** What changes slowly is read again after so long. */
const freshMs = 2_000;

export interface Grounds {
  readonly of: (call: Pick<CallRecord, "id" | "visitor">) => Promise<Ground>;
  readonly rules: () => CallRules;
  /** Devices or agents are others: read anew. */
  readonly changed: () => void;
  readonly devices: () => Promise<ReadonlyMap<AgentId, string>>;
}

export const openGrounds = (parts: {
  readonly world: FlowWorld;
  readonly atDesk: Pick<AtDesk, "agents">;
  readonly channel: () => ConnectedVoice;
  /** Calls that wait in this channel now. */
  readonly waiting: () => number;
  /** The second screen's short code of a call; null: there is none. */
  readonly codeOf: (callId: CallId) => Promise<string | null>;
  /** Null: nobody listens here. */
  readonly understand: unknown;
  /** Is a page of that visitor's open, which can be rung? */
  readonly isPageThere: (address: string) => boolean;
}): Grounds => {
  const { world, atDesk, channel } = parts;
  interface Read {
    readonly atMs: number;
    readonly devices: ReadonlyMap<AgentId, string>;
    readonly names: ReadonlyMap<AgentId, string>;
    readonly brand: string;
    readonly open: boolean;
    readonly someoneThere: boolean;
  }
  let last: Promise<Read> | null = null;
  let lastMs = -Infinity;
  const read = async (): Promise<Read> => {
    const { id: channelId, brandId } = channel();
    const [devices, agents, around] = await Promise.all([
      allDevices(world.db),
      allAgents(world.db),
      world.flowGround.surroundings(world.db, {
        brandId: brandId as never,
        channelId,
        medium: "voice",
        verified: null,
      }),
    ]);
    return {
      atMs: world.now().getTime(),
      devices: new Map(devices.map(({ agentId, deviceId }) => [agentId, deviceId])),
      names: new Map(agents.map(({ id, name }) => [id, name])),
      brand: around.brand,
      open: around.open,
      someoneThere: around.someoneThere,
    };
  };
  const known = (): Promise<Read> => {
    const nowMs = performance.now();
    if (last === null || nowMs - lastMs > freshMs) {
      lastMs = nowMs;
      const fresh = read().catch((error: unknown) => {
        if (last === fresh) last = null;
        throw error;
      });
      last = fresh;
    }
    return last;
  };
  const rules = (): CallRules => {
    const { implementation, settings } = channel();
    return implementation.rules(settings as never);
  };
  const codes = new Map<string, string | null>();
  const codeFor = async (callId: CallId): Promise<string | null> => {
    const kept = codes.get(callId);
    if (kept !== undefined) return kept;
    const code = await parts.codeOf(callId);
    if (codes.size > 2_000) codes.clear();
    // A call that is not kept yet has none; it has one a moment later.
    if (code !== null) codes.set(callId, code);
    return code;
  };
  return {
    rules,
    changed: () => {
      last = null;
    },
    devices: async () => (await known()).devices,
    of: async (call) => {
      const [{ devices, names, brand, open, someoneThere }, code] = await Promise.all([known(), codeFor(call.id)]);
      const { implementation, settings } = channel();
      const set = rules();
      const can = implementation.can(settings as never);
      const own = can.dialsOut ? (implementation.addresses(settings as never)[0] ?? null) : null;
      const mayDial = (number: string): ErrorCode | null => {
        if (own === null) return "dialNotAble";
        return forbiddenNumber(number, set)?.refused ?? null;
      };
      const there = atDesk.agents();
      return {
        now: world.now(),
        rules: set,
        brand,
        deviceOf: (agentId) => (there.has(agentId) ? (devices.get(agentId) ?? null) : null),
        nameOf: (agentId) => names.get(agentId) ?? "",
        mayDial,
        ownNumber: own,
        code,
        readKeys,
        readSpeech: parts.understand === null ? null : readSpeech,
        out: !open
          ? "closed"
          : set.mostWaiting > 0 && parts.waiting() >= set.mostWaiting
            ? "full"
            : someoneThere
              ? null
              : "nobody",
        visitorDevice: call.visitor !== null && parts.isPageThere(call.visitor) ? visitorDevice(call.visitor) : null,
        newId: world.newId,
      };
    },
  };
};
