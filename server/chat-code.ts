// Codes that show that a visitor reads at the address they gave: mailed by the brand's own mailbox, tried in the chat. Called by server/chat.ts.
import type { ToWidget } from "#contract/chat.ts";
import type { BrandId } from "#contract/ids.ts";
import { brandById } from "#modules/brands/reads.ts";
import { askCode, tryCode } from "#modules/visitors/actions-codes.ts";
import type { Visitor } from "#modules/visitors/actions.ts";
import type { World } from "#platform/world.ts";
import type { Page, Seat } from "#server/chat-seats.ts";
import type { Connected } from "#server/connected.ts";
import type { ConnectedChannel } from "#server/intake.ts";
import { words } from "#server/words.ts";

export interface Codes {
  readonly send: (page: Page, seat: Seat) => Promise<void>;
  readonly attempt: (page: Page, seat: Seat, code: string) => Promise<void>;
  readonly stop: () => void;
}

/** Codes that one place may have sent in that time, to whomever. */
const mostFromPlace = 10;
const placeWindowMs = 10 * 60_000;
/** A mail server that puts us off is asked again, while the code is worth it. */
const againAfterMs = [5_000, 30_000, 120_000] as const;

const say = (page: Page, word: ToWidget & { readonly type: "code" }): void => page.send(JSON.stringify(word));

/** Counts in windows of ten minutes; gives the milliseconds to wait, null: go on. */
const openPlaceBrake = (): ((place: string) => number | null) => {
  let counts = new Map<string, number>();
  let ends = 0;
  return (place) => {
    const now = performance.now();
    if (now >= ends) {
      counts = new Map();
      ends = now + placeWindowMs;
    }
    const count = counts.get(place) ?? 0;
    if (count >= mostFromPlace) return Math.ceil(ends - now);
    counts.set(place, count + 1);
    return null;
  };
};

export const openCodes = (world: World, connected: Connected): Codes => {
  const brake = openPlaceBrake();
  const waiting = new Set<NodeJS.Timeout>();

  const mail = async (visitor: Visitor, channel: ConnectedChannel, code: string, tries = 0): Promise<void> => {
    const { settings, implementation } = channel;
    const brand = (await brandById(world.db, channel.brandId as BrandId))?.name ?? "";
    const id = world.newId();
    const calls = implementation.render(
      {
        deliveryId: id,
        concernNumber: 0,
        at: world.now().toISOString(),
        fromName: brand,
        to: [{ name: null, value: visitor.email }],
        cc: [],
        recipients: [visitor.email],
        // Nothing of what the visitor said: whoever reads this may never have asked for it.
        subject: words(visitor.language, "codeMail.subject", { brand }),
        text: words(visitor.language, "codeMail.text", { brand, code }),
        html: null,
        files: [],
        replyToken: null,
        messageToken: world.mac("message", id).slice(0, 26),
        deliveryToken: world.newToken(),
        answers: [],
        automatic: true,
      },
      settings as never,
    );
    const log: World["log"] = world.log;
    for (const call of calls) {
      const io = {
        log: (level: "debug" | "info" | "warn" | "error", event: string) => log[level](event),
        now: world.now,
        begin: async () => true,
      };
      const result = await implementation.deliver(call, settings as never, io);
      const later = againAfterMs[tries];
      if (result.kind === "tryLater" && later !== undefined) {
        const timer = setTimeout(() => {
          waiting.delete(timer);
          deliver(visitor, channel, code, tries + 1);
        }, later);
        waiting.add(timer);
      } else if (result.kind !== "accepted") log.warn("chat.codeNotSent", { channelId: channel.id, kind: result.kind });
    }
  };
  const deliver = (visitor: Visitor, channel: ConnectedChannel, code: string, tries: number): void => {
    mail(visitor, channel, code, tries).catch((error: unknown) =>
      world.log.warn("chat.codeNotSent", { error: error instanceof Error ? error.message : "unknown" }),
    );
  };

  return {
    send: async (page, seat) => {
      const { visitor } = seat;
      if (visitor.email === "" || visitor.isNew)
        return say(page, { type: "code", state: "over", left: null, afterMs: null });
      const wait = brake(page.who.place);
      if (wait !== null) return say(page, { type: "code", state: "wait", left: null, afterMs: wait });
      const asked = await askCode(world, visitor);
      if ("waitMs" in asked) return say(page, { type: "code", state: "wait", left: null, afterMs: asked.waitMs });
      say(page, { type: "code", state: "sent", left: null, afterMs: 60_000 });
      const channel = connected
        .enabled()
        .find((each) => each.brandId === page.who.channel.brandId && each.kind === "email" && canSend(each));
      if (asked.code === null) return;
      if (channel) deliver(visitor, channel, asked.code, 0);
      else
        world.log.warn("chat.codeNotSent", {
          brandId: page.who.channel.brandId,
          why: "no mailbox of the brand can send",
        });
    },
    attempt: async (page, seat, code) => {
      const found = await tryCode(world, seat.visitor, page.who.channel.brandId as BrandId, code);
      if ("left" in found) {
        const { left } = found;
        return say(page, { type: "code", state: left === null || left === 0 ? "over" : "wrong", left, afterMs: null });
      }
      seat.visitor = found;
      return say(page, { type: "code", state: "proved", left: null, afterMs: null });
    },
    stop: () => {
      for (const timer of waiting) clearTimeout(timer);
    },
  };
};

const canSend = ({ implementation, settings }: ConnectedChannel): boolean => implementation.canSend(settings as never);
