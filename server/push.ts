// Tells browsers that an answer is there when no page of theirs is open: claim with a lease, look who is here, send, record. Started by server/start.ts.
import type { WebchatSettings } from "#channels/webchat/settings.ts";
import type { BrandId } from "#contract/ids.ts";
import { brandById } from "#modules/brands/reads.ts";
import {
  claimPushes,
  postpone,
  pushKeys,
  recordPush,
  targetOf,
  untold,
  type PushClaim,
} from "#modules/visitors/actions-push.ts";
import { isUnavailable } from "#platform/db/db.ts";
import type { Metrics } from "#platform/metrics.ts";
import { sendPush, type Pushed } from "#platform/push.ts";
import type { World } from "#platform/world.ts";
import type { Connected } from "#server/connected.ts";
import { words } from "#server/words.ts";

/** So long a claim is one worker's: longer than the door waits for a push service. */
const leaseMs = 60_000;
const atOnce = 8;
const lookEveryMs = 1_000;
/** A push service forgets after that time what it could not hand over. */
const keepSeconds = 4 * 3_600;
/** Of the first words, where a channel shows them; in characters. */
const mostShown = 140;

/** By what push services reach the operator (RFC 8292, 2.1). */
export const contactOf = (contact: string | null, publicUrl: string): string =>
  contact ?? (publicUrl.startsWith("https:") ? publicUrl : `mailto:postmaster@${new URL(publicUrl).hostname}`);

/** What the browser shows: that there is something, in the visitor's language; of what was said nothing, unless the channel is set so. */
const noticeOf = (
  { language }: Pick<PushClaim, "language">,
  brand: string,
  said: Awaited<ReturnType<typeof untold>>,
  shows: boolean,
): string => {
  const last = said.at(-1);
  const first = last?.text.replaceAll(/\s+/g, " ").trim() ?? "";
  const signs = Array.from(first);
  const count = said.length;
  const body =
    shows && first !== ""
      ? signs.slice(0, mostShown).join("") + (signs.length > mostShown ? "…" : "")
      : words(language, count === 1 ? "chatPush.one" : "chatPush.other", { count });
  return JSON.stringify({ title: words(language, "chatPush.title", { brand }), body, lang: language });
};

/** Starts telling. `isHere`: whether a page of the visitor is open at any node. */
export const startPush = (options: {
  readonly world: World;
  readonly connected: Connected;
  readonly isHere: (address: string) => Promise<boolean>;
  readonly metrics: Metrics;
  readonly graceMs: number;
  readonly contact: string;
  /** Push services that may be inside. */
  readonly inside: readonly string[];
}): { readonly stop: () => Promise<void> } => {
  const { world, connected, isHere, graceMs, contact } = options;
  const told = options.metrics.counter(
    "pushes_total",
    "Browsers told that an answer is there, by what the push service said",
    ["result"],
  );
  const running = new Set<Promise<void>>();
  let looking: Promise<void> | null = null;
  let stopping = false;

  /** Null: there is nothing to tell any more. */
  const send = async (claim: PushClaim): Promise<Pushed | null> => {
    const find = () => connected.enabled().find((each) => each.id === claim.channelId);
    const channel = find() ?? (await connected.freshen().then(find));
    const settings = channel?.settings as WebchatSettings | undefined;
    if (channel === undefined || settings === undefined || settings.push === "no") return null;
    const [brand, keys] = [await brandById(world.db, channel.brandId as BrandId), await pushKeys(world)];
    const target = targetOf(world, claim);
    if (keys === null || target === null) return { kind: "refused", why: "sealedElsewhere" };
    const said = await untold(world, claim);
    if (said.length === 0) return null;
    return sendPush(
      {
        target,
        text: noticeOf(claim, brand?.name ?? "", said, settings.push === "with"),
        topic: world.mac("push-topic", claim.tokenHash).slice(0, 32),
        keepSeconds,
        keys,
        contact,
      },
      { allowInside: options.inside },
      world.now().getTime(),
    );
  };

  const tell = async (claim: PushClaim): Promise<void> => {
    if (await isHere(claim.address)) return postpone(world, claim);
    const pushed = await send(claim);
    if (pushed !== null) told.add({ result: pushed.kind });
    // Which push service it was, is not said: its address is as good as a password.
    if (pushed !== null && pushed.kind !== "taken")
      world.log.warn("chat.notPushed", { channelId: claim.channelId, kind: pushed.kind, why: pushed.why });
    return recordPush(world, claim, pushed, graceMs);
  };

  const failed = (error: unknown): void => {
    if (!isUnavailable(error))
      world.log.error("chat.pushFailed", { error: error instanceof Error ? error.name : "unknown" });
  };

  /** More were due than there was room for: the next is taken when one is done. */
  let isMore = false;
  const claim = async (): Promise<void> => {
    const room = atOnce - running.size;
    if (room <= 0) return;
    isMore = false;
    const claims = await claimPushes(world, { limit: room, leaseMs });
    isMore = claims.length === room;
    for (const each of claims) {
      const work = tell(each)
        .catch(failed)
        .finally(() => {
          running.delete(work);
          if (isMore) look();
        });
      running.add(work);
    }
  };
  const look = (): void => {
    if (looking !== null || stopping) return;
    looking = claim()
      .catch(failed)
      .finally(() => {
        looking = null;
        if (isMore && running.size < atOnce) look();
      });
  };
  const timer = setInterval(look, lookEveryMs);
  return {
    stop: async () => {
      stopping = true;
      clearInterval(timer);
      await looking;
      await Promise.allSettled(running);
    },
  };
};
