// From the outbox to the provider: claim with a lease, translate, remember the keys, hand over, record with the fencing token.
import { setTimeout as pause } from "node:timers/promises";
import type { ConnectedChannel } from "#server/intake.ts";
import { system } from "#contract/actor.ts";
import type { DeliveryResult } from "#contract/channel.ts";
import { recordSending } from "#modules/brands/actions.ts";
import {
  claimDeliveries,
  heldByFile,
  keepClaims,
  outboundOf,
  recordDelivery,
  rememberKeys,
  type Claim,
} from "#modules/concerns/actions-outbox.ts";
import type { NotTried } from "#modules/concerns/model-delivery.ts";
import { heldByWindow } from "#modules/concerns/reads-ways.ts";
import { isUnavailable } from "#platform/db/db.ts";
import { isFilesUnavailable } from "#platform/files/files.ts";
import type { Metrics } from "#platform/metrics.ts";
import type { World } from "#platform/world.ts";
import { leavingLinks } from "#server/leaving.ts";
import { secretsOf } from "#server/channel-secrets.ts";

export interface Dispatch {
  /** Something may be due: look now. */
  readonly wake: () => void;
  /** Claims nothing more; resolves when what was under way has been recorded, after 8 seconds in any case. */
  readonly stop: () => Promise<void>;
}

/** So long after the call began a delivery under way is shown as unknown; an answer that comes later still counts. */
const usualLeaseMs = 50_000;

const gatherMs = 200;

/** So often a result is tried to be written down, at most five seconds apart: for some ten minutes. */
const mostRecords = 120;

/** Starts sending. Looks for due deliveries when woken and once a second. */
export const startDispatch = (options: {
  readonly world: World;
  readonly channelById: (id: string) => ConnectedChannel | undefined;
  /** Resolves when what `channelById` gives is at most a second old; rejects when the database cannot be asked. */
  readonly freshen?: () => Promise<void>;
  readonly metrics: Metrics;
  readonly concurrency: number;
  readonly leaseMs?: number;
  /** Where customers reach this server; left out: mails leave without the links to our pages. */
  readonly publicUrl?: string;
}): Dispatch => {
  const { world, leaseMs = usualLeaseMs } = options;
  const links = options.publicUrl === undefined ? null : leavingLinks(world, options.publicUrl);
  /** Claims whose call has not begun: they wait for a connection. */
  const waiting = new Set<Claim>();
  const running = new Set<Promise<void>>();
  let stopping = false;
  /** The time to end in order is over: nothing is tried again. */
  let given = false;
  let claiming: Promise<void> | null = null;
  let lookAgain = false;
  const sent = options.metrics.counter("deliveries_total", "Deliveries, by what the provider said", ["result"]);

  const io = {
    log: (
      level: "debug" | "info" | "warn" | "error",
      event: string,
      facts?: Readonly<Record<string, string | number | boolean | null>>,
    ) => world.log[level](event, facts),
    now: world.now,
  };

  /**
   * What was last said of a channel's sending by this process; the code alone, since words may differ each time. A channel that was read anew says
   * itself what is known of it.
   */
  const said = new WeakMap<ConnectedChannel, string | null>();

  /** Says once that nothing can leave by a channel, and once that it can again. */
  const noteSending = (claim: Claim, result: DeliveryResult | NotTried): void => {
    const channel = options.channelById(claim.channelId);
    const cannot = result.kind === "tryLater" && result.ofChannel === true;
    // Anything that the provider said of a message proves that there is one.
    if (!channel || (!cannot && result.kind !== "accepted" && result.kind !== "refused")) return;
    const code = cannot ? result.code : null;
    const before = said.has(channel) ? said.get(channel) : (channel.sendingTrouble?.code ?? null);
    if (before === code) return;
    said.set(channel, code);
    const trouble = cannot ? { reason: result.reason ?? null, code: result.code, detail: result.detail } : null;
    recordSending(world, system, channel.id, trouble).catch((error: unknown) => {
      said.delete(channel);
      world.log.warn("channel.sendingNotKept", { error: error instanceof Error ? error.message : "unknown" });
    });
  };

  const send = async (claim: Claim): Promise<void> => {
    let result: DeliveryResult | NotTried;
    let begun: boolean | null = null;
    /** Nothing but our own store has been asked so far. */
    let alone = true;
    waiting.add(claim);
    try {
      await options.freshen?.();
      const channel = options.channelById(claim.channelId);
      const held = channel
        ? ((await heldByFile(world, claim)) ??
          (await heldByWindow(world, claim, { kind: channel.kind, can: channel.implementation.can })))
        : null;
      const outbound = channel && held === null ? await outboundOf(world, claim, links) : null;
      if (held !== null) result = held;
      else if (!channel || !outbound)
        result = { kind: "refused", code: "noChannel", reason: { code: "channelGone", facts: {} }, detail: "" };
      else {
        const calls = channel.implementation.render(outbound, channel.settings as never);
        const keys = calls.flatMap((call) => call.keys);
        const begin = async (): Promise<boolean> => {
          waiting.delete(claim);
          alone = true;
          begun ??= await rememberKeys(world, claim, keys);
          alone = false;
          return begun;
        };
        result = { kind: "accepted", providerId: null, detail: "", refused: [] };
        for (const call of calls) {
          const secrets = secretsOf(world, channel.id);
          alone = false;
          const next = await channel.implementation.deliver(call, channel.settings as never, { ...io, secrets, begin });
          if (begun === false) return;
          // When a part has left and a later one has not, trying the whole again would send the first part twice.
          result =
            next.kind === "accepted" || call === calls[0]
              ? next
              : { kind: "unknown", reason: { code: "sentInPart", facts: {} }, detail: next.detail };
          if (result.kind !== "accepted") break;
        }
      }
    } catch (error) {
      result = brokenOff(world, claim, error, { begun: begun === true, alone });
    } finally {
      waiting.delete(claim);
    }
    sent.add({ result: result.kind });
    noteSending(claim, result);
    await record(world, claim, result, () => given);
  };

  const look = (): void => {
    if (stopping) return;
    if (claiming !== null) {
      lookAgain = true;
      return;
    }
    claiming = claim().finally(() => {
      claiming = null;
      if (lookAgain) look();
    });
  };

  const claim = async (): Promise<void> => {
    lookAgain = false;
    try {
      const room = options.concurrency - running.size;
      if (room > 0) {
        const claims = await claimDeliveries(world, { limit: room, leaseMs });
        for (const each of claims) {
          const work = send(each).finally(() => {
            running.delete(work);
            look();
          });
          running.add(work);
        }
      }
    } catch (error) {
      world.log.warn("dispatch.lookFailed", { error: error instanceof Error ? error.message : "unknown" });
    }
  };

  const timer = setInterval(look, 1_000);
  const keeper = setInterval(() => {
    keepClaims(world, [...waiting]).catch((error: unknown) => {
      world.log.warn("dispatch.notKept", { error: error instanceof Error ? error.message : "unknown" });
    });
  }, leaseMs / 3);
  look();

  let soon: NodeJS.Timeout | null = null;
  return {
    // Many hints in a row are one look: most events are no delivery.
    wake: () => {
      soon ??= setTimeout(() => {
        soon = null;
        look();
      }, gatherMs);
    },
    stop: async () => {
      stopping = true;
      if (soon) clearTimeout(soon);
      clearInterval(timer);
      clearInterval(keeper);
      const drained = async (): Promise<void> => {
        // A claim that was on its way when this was called is carried out as well: its lease would keep others from it.
        await claiming;
        while (running.size > 0) await Promise.allSettled(running);
      };
      await Promise.race([drained(), new Promise((resolve) => setTimeout(resolve, 8_000).unref())]);
      given = true;
    },
  };
};

/** What becomes of a delivery that ended in an error. `alone`: it came from our own store, with nobody else asked. */
const brokenOff = (
  world: World,
  claim: Claim,
  error: unknown,
  { begun, alone }: { readonly begun: boolean; readonly alone: boolean },
): DeliveryResult | NotTried => {
  const detail = error instanceof Error ? error.message : "unknown";
  world.log.error("dispatch.failed", { deliveryId: claim.deliveryId, error: detail });
  const reason = { code: "internal", facts: {} } as const;
  if (begun) return { kind: "unknown", reason, detail };
  return alone && (isUnavailable(error) || isFilesUnavailable(error))
    ? { kind: "notTried" }
    : { kind: "tryLater", afterMs: null, code: "internal", reason, detail };
};

/** What the provider said is kept until it is written down: a database that goes away just then would make a mail that was sent "unknown". */
const record = async (
  world: World,
  claim: Claim,
  result: DeliveryResult | NotTried,
  isOver: () => boolean,
): Promise<void> => {
  for (let tried = 1; ; tried += 1) {
    try {
      return await recordDelivery(world, claim, result);
    } catch (error) {
      const goesOn = tried < mostRecords && !isOver();
      world.log[goesOn ? "warn" : "error"](goesOn ? "dispatch.recordsLater" : "dispatch.notRecorded", {
        deliveryId: claim.deliveryId,
        error: error instanceof Error ? error.message : "unknown",
      });
      if (!goesOn) return;
      await pause(Math.min(250 * 2 ** tried, 5_000));
    }
  }
};
