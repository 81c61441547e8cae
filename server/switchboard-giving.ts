// Gives a call's orders to the engine, one after the other; what cannot be done is told to the call. Called by server/switchboard-board.ts.
import type { CallOrder } from "#modules/calls/model-happenings.ts";
import { wordsOf, type Context, type Living } from "#server/switchboard-context.ts";

/** Gives orders one after the other; words are made sounds of meanwhile, and said if they are still to be said. */
export const give = (at: Context, living: Living, orders: readonly CallOrder[]): void => {
  for (const order of orders) {
    if (order.do === "play") {
      const { call } = living.row;
      const ready = at.parts.sounds.of(order.words, call.language);
      at.go(
        "words",
        ready.then((found) => say(at, living, order, found)),
      );
      continue;
    }
    inTurn(at, living, () => giveOne(at, living, order));
  }
};

const inTurn = ({ world }: Context, living: Living, work: () => Promise<void>): void => {
  living.orders = living.orders
    .then(work)
    .catch((error: unknown) => world.log.error("call.orderFailed", { error: wordsOf(error) }));
};

const say = async (
  at: Context,
  living: Living,
  { playId, legId }: Extract<CallOrder, { do: "play" }>,
  found: readonly string[],
): Promise<void> => {
  const unsaid = (): void =>
    at.told(living.row.call.id, {
      what: "engine",
      event: { what: "played", legId, playId, how: "failed", at: at.world.now().toISOString() },
    });
  if (found.length === 0) {
    unsaid();
    return;
  }
  inTurn(at, living, async () => {
    if (!living.row.call.speeches.some((speech) => speech.playId === playId)) return;
    const answer = await at.command({ do: "play", playId, legId, sounds: [...found], loop: false });
    if (!answer.ok && answer.why !== "engineDown") unsaid();
  });
};

const giveOne = async (at: Context, living: Living, order: Exclude<CallOrder, { do: "play" }>): Promise<void> => {
  const callId = living.row.call.id;
  const ended = (legId: string, cause: "unreachable" | "lost"): void =>
    at.told(callId, {
      what: "engine",
      event: { what: "ended", legId, cause, byThem: false, code: "", at: at.world.now().toISOString() },
    });
  if (order.do === "music") {
    await at.command({
      do: "music",
      legId: order.legId,
      sounds: order.on ? [...(await at.parts.sounds.music())] : null,
    });
    return;
  }
  if (order.do === "ring" && "deviceId" in order.to)
    await at.command({ do: "device", deviceId: order.to.deviceId, display: order.display });
  const answer = await at.command(order);
  if (answer.ok || answer.why === "engineDown") return;
  if (order.do === "ring") ended(order.legId, "unreachable");
  else if (order.do === "answer") ended(order.legId, "lost");
  else if (order.do !== "hangUp" && order.do !== "forgetRecord" && order.do !== "stopPlay")
    at.world.log.warn("call.notDone", { callId, order: order.do, why: answer.why, detail: answer.detail });
};
