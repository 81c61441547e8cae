// New ids for the whole program. Opened by the server's start.
import { uuidV7 } from "#lib/id.ts";

const idBytes = 10;

/** A maker of UUIDv7 (RFC 9562). Chance is drawn for several hundred ids at a time: asking the machine for it costs more than the id. */
export const openIds = (): (() => string) => {
  const pool = new Uint8Array(idBytes * 400);
  let at = pool.length;
  return () => {
    if (at === pool.length) {
      crypto.getRandomValues(pool);
      at = 0;
    }
    at += idBytes;
    return uuidV7(Date.now(), pool.subarray(at - idBytes, at));
  };
};
