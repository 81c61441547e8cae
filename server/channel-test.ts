// Tries a channel's settings for an admin: a real message out, a look at where messages come from. Called by connected.ts, for modules/brands.
import type { DeliveryResult, MessageChannel, Outbound, TransportIo } from "#contract/channel.ts";
import type { Finding } from "#contract/reasons.ts";

/** An admin waits for the answer: a server that takes longer than this is nothing to be content with. */
const longestMs = 40_000;

/** Tries both halves at once; null where there is nothing to try. Rejects never. */
export const tryOut = async <S>(
  channel: MessageChannel<S>,
  settings: S,
  message: Outbound | null,
  io: TransportIo,
): Promise<{ readonly sending: Finding | null; readonly receiving: Finding | null }> => {
  const [sending, receiving] = await Promise.all([
    message === null ? null : inTime("unknown", send(channel, settings, message, io)),
    inTime("bad", channel.checkReceiving?.(settings, io) ?? Promise.resolve(null)),
  ]);
  return { sending, receiving };
};

const send = async <S>(
  channel: MessageChannel<S>,
  settings: S,
  message: Outbound,
  io: TransportIo,
): Promise<Finding> => {
  let result: DeliveryResult = { kind: "unknown", detail: "" };
  for (const call of channel.render(message, settings)) {
    result = await channel.deliver(call, settings, { ...io, begin: async () => true });
    if (result.kind !== "accepted") break;
  }
  return found(result, message.recipients.join(", "));
};

const found = (result: DeliveryResult, address: string): Finding => {
  const { detail } = result;
  switch (result.kind) {
    case "accepted": {
      const [refused] = result.refused;
      return refused === undefined
        ? { result: "good", reason: { code: "testTaken", facts: { address } }, code: null, detail }
        : {
            result: "bad",
            reason: { code: "testRefused", facts: { address } },
            code: refused.code,
            detail: refused.detail,
          };
    }
    case "refused":
      return {
        result: "bad",
        reason: result.reason ?? { code: "testRefused", facts: { address } },
        code: result.code,
        detail,
      };
    case "tryLater":
      return {
        result: "bad",
        reason: result.reason ?? { code: "testPutOff", facts: { address } },
        code: result.code,
        detail,
      };
    case "unknown":
      return { result: "unknown", reason: result.reason ?? { code: "noAnswer", facts: {} }, code: null, detail };
  }
};

const inTime = async (late: Finding["result"], work: Promise<Finding | null>): Promise<Finding | null> => {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<Finding>((resolve) => {
    const seconds = longestMs / 1000;
    timer = setTimeout(
      () => resolve({ result: late, reason: { code: "tookTooLong", facts: { seconds } }, code: null, detail: "" }),
      longestMs,
    );
  });
  try {
    return await Promise.race([work, end]);
  } catch (error) {
    const detail = error instanceof Error ? error.message.slice(0, 500) : "";
    return { result: "bad", reason: { code: "internal", facts: {} }, code: null, detail };
  } finally {
    clearTimeout(timer);
  }
};
