// What the parts of a running board share: its calls in memory, its engine, how something is told to a call. Made by server/switchboard-board.ts.
import type { FlowLanguage } from "#contract/flows.ts";
import type { CallId } from "#contract/ids.ts";
import type { VoiceAnswer, VoiceCommand, VoiceEngine } from "#contract/voice.ts";
import { boardLost, type Board } from "#modules/calls/actions.ts";
import type { Happening, Heard } from "#modules/calls/model-happenings.ts";
import { stateOf, type CallRecord } from "#modules/calls/model-record.ts";
import type { CallRow } from "#modules/calls/reads.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import type { AtDesk } from "#server/at-desk.ts";
import type { CallSounds } from "#server/call-sounds.ts";
import type { ConnectedVoice } from "#server/connected.ts";
import { openGrounds, type Grounds } from "#server/switchboard-ground.ts";

/** Makes words of what was said; null: it failed. */
export type Understand = (
  wav: Uint8Array,
  hints: { readonly language: FlowLanguage; readonly phrases: readonly string[] },
) => Promise<{ readonly text: string; readonly confidence: number | null } | null>;

export interface BoardParts {
  readonly world: FlowWorld;
  readonly atDesk: Pick<AtDesk, "agents">;
  readonly sounds: CallSounds;
  readonly channel: () => ConnectedVoice;
  readonly codeOf: (callId: CallId) => Promise<string | null>;
  readonly isPageThere: (address: string) => boolean;
  readonly hear: (wav: Uint8Array, language: "de" | "en") => Promise<string | null>;
  /** What somebody said to a flow's question; null: nobody listens here. */
  readonly understand: Understand | null;
  /** This process drives the channel no longer. */
  readonly lost: () => void;
}

/** A call that lives here. */
export interface Living {
  row: CallRow;
  /** One thing after the other. */
  chain: Promise<unknown>;
  orders: Promise<unknown>;
  flowing: string | null;
  readonly fetching: Set<string>;
}

/** What a call is told, or how that is found when its turn comes; null: nothing. */
export type Telling = Happening | ((call: CallRecord) => Promise<Happening | null>);

export interface Context {
  readonly parts: BoardParts;
  readonly world: FlowWorld;
  readonly board: Board;
  readonly grounds: Grounds;
  readonly calls: ReadonlyMap<string, Living>;
  readonly legs: Map<string, string>;
  engine: VoiceEngine | null;
  closed: boolean;
  readonly command: (command: VoiceCommand) => Promise<VoiceAnswer>;
  readonly remember: (row: CallRow) => Living;
  readonly forget: (living: Living) => void;
  /** Work that is nobody's to wait for; what fails is logged. */
  readonly go: (what: string, work: Promise<unknown>) => void;
  readonly quiet: () => Promise<void>;
  /** Tells a call something in its turn; null: it does not live here. */
  tellCall: (callId: string, telling: Telling) => Promise<Heard | null>;
  /** The same, for nobody who waits. */
  readonly told: (callId: string, telling: Telling) => void;
}

/** What is under way when a process lets go is waited for so long. */
const quietMs = 4_000;

export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : "unknown");

export const openContext = (parts: BoardParts, board: Board): Context => {
  const { world } = parts;
  const calls = new Map<string, Living>();
  const legs = new Map<string, string>();
  const underWay = new Set<Promise<unknown>>();
  const waiting = (): number => [...calls.values()].filter(({ row }) => stateOf(row.call) === "waiting").length;
  const at: Context = {
    parts,
    world,
    board,
    grounds: openGrounds({ ...parts, waiting }),
    calls,
    legs,
    engine: null,
    closed: false,
    command: async (given) => {
      if (at.engine === null) return { ok: false, why: "engineDown", detail: "" };
      try {
        return await at.engine.command(given);
      } catch (error) {
        return { ok: false, why: "failed", detail: wordsOf(error).slice(0, 200) };
      }
    },
    remember: (row) => {
      const known = calls.get(row.call.id);
      for (const { id } of row.call.legs) legs.set(id, row.call.id);
      if (known !== undefined) {
        known.row = row;
        return known;
      }
      const ready = Promise.resolve();
      const living: Living = { row, chain: ready, orders: ready, flowing: null, fetching: new Set() };
      calls.set(row.call.id, living);
      return living;
    },
    forget: ({ row: { call } }) => {
      calls.delete(call.id);
      for (const { id } of call.legs) legs.delete(id);
    },
    go: (what, work) => {
      const done = work
        .catch((error: unknown) => {
          if (wordsOf(error) === boardLost) parts.lost();
          else world.log.error("call.failed", { what, error: wordsOf(error) });
        })
        .finally(() => underWay.delete(done));
      underWay.add(done);
    },
    quiet: async () => {
      const all = [...underWay, ...[...calls.values()].flatMap(({ chain, orders }) => [chain, orders])];
      let late: NodeJS.Timeout | undefined;
      const given = new Promise<void>((resolve) => {
        late = setTimeout(resolve, quietMs);
      });
      // What an engine does not answer is not waited for: whoever drives next finds what is kept.
      await Promise.race([Promise.allSettled(all), given]);
      clearTimeout(late);
    },
    tellCall: () => Promise.resolve(null),
    told: (callId, telling) => at.go("tell", at.tellCall(callId, telling)),
  };
  return at;
};
