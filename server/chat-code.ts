// Codes that show that a visitor reads at the address they gave: mailed by the brand's own mailbox, tried in the chat. Called by server/chat.ts and jobs.ts.
import type { ToWidget } from "#contract/chat.ts";
import type { BrandId } from "#contract/ids.ts";
import { askCode, codeMailed, codesToMail, tryCode, type CodeMail } from "#modules/visitors/actions-codes.ts";
import type { World } from "#platform/world.ts";
import { mailByBrand } from "#server/brand-mail.ts";
import type { Page, Seat } from "#server/chat-seats.ts";
import type { Connected } from "#server/connected.ts";
import { words } from "#server/words.ts";

export interface Codes {
  readonly send: (page: Page, seat: Seat) => Promise<void>;
  readonly attempt: (page: Page, seat: Seat, code: string) => Promise<void>;
}

/** Codes that one place may have sent in that time, to whomever. */
const mostFromPlace = 10;
const placeWindowMs = 10 * 60_000;

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

/** Sends the mails with codes that are due: at once when one was asked for, and again by server/jobs.ts until each has left or its code is over. */
export const mailCodes = async (world: World, connected: Connected): Promise<void> => {
  const mails = await codesToMail(world);
  await Promise.all(
    mails.map(async (mail) => {
      try {
        await codeMailed(world, mail, await sendCode(world, connected, mail));
      } catch (error) {
        // Taken up again when its minute is over.
        world.log.warn("chat.codeNotSent", { error: error instanceof Error ? error.message : "unknown" });
      }
    }),
  );
};

const sendCode = (world: World, connected: Connected, mail: CodeMail): Promise<"over" | "later"> =>
  mailByBrand(
    world,
    connected,
    {
      brandId: connected.enabled().find(({ id }) => id === mail.channelId)?.brandId,
      mailId: mail.mailId,
      at: mail.at,
      email: mail.email,
      // Nothing of what the visitor said: whoever reads this may never have asked for it.
      subject: (brand) => words(mail.language, "codeMail.subject", { brand }),
      text: (brand) => words(mail.language, "codeMail.text", { brand, code: mail.code }),
    },
    "chat.codeNotSent",
  );

export const openCodes = (world: World, connected: Connected): Codes => {
  const brake = openPlaceBrake();
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
      if (asked.code === null) return;
      // What is not sent now is sent by the timer.
      mailCodes(world, connected).catch((error: unknown) =>
        world.log.warn("chat.codeNotSent", { error: error instanceof Error ? error.message : "unknown" }),
      );
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
  };
};
