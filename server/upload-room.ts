// How many calls and bytes come of one sender and from one place, and how much of uploads this process holds at once. Used by chat-files.ts and portal.ts.

/** Calls and bytes in ten minutes. */
export interface Most {
  readonly calls: number;
  readonly bytes: number;
}

const windowMs = 600_000;

/** Counts calls and bytes by who and where. Gives the seconds to wait when there were too many, null: go on. */
export const openBrake = (most: {
  readonly sender: Most;
  readonly place: Most;
}): ((sender: string, place: string, added: Most) => number | null) => {
  let counts = new Map<string, Most>();
  let ends = 0;
  return (sender, place, added) => {
    const now = performance.now();
    if (now >= ends) {
      counts = new Map();
      ends = now + windowMs;
    }
    const both = [
      [`sender ${sender}`, most.sender],
      [`place ${place}`, most.place],
    ] as const;
    const after = both.map(([key, limit]) => {
      const before = counts.get(key) ?? { calls: 0, bytes: 0 };
      return { key, limit, calls: before.calls + added.calls, bytes: before.bytes + added.bytes };
    });
    if (after.some(({ limit, calls, bytes }) => calls > limit.calls || bytes > limit.bytes))
      return Math.ceil((ends - now) / 1_000);
    for (const { key, calls, bytes } of after) counts.set(key, { calls, bytes });
    return null;
  };
};

/** Uploads under way from one place, and the largest files that all of them together may hold in memory. */
const mostUnderWay = 8;
const filesInHand = 6;

/** Lets uploads in as long as there is room for them; gives how one leaves, null: there is none. */
export const openRoom = (fileBytes: number): ((place: string, bytes: number) => (() => void) | null) => {
  const underWay = new Map<string, number>();
  let inHand = 0;
  return (place, bytes) => {
    const here = underWay.get(place) ?? 0;
    if (here >= mostUnderWay || inHand + bytes > filesInHand * (fileBytes + 100_000)) return null;
    underWay.set(place, here + 1);
    inHand += bytes;
    return () => {
      inHand -= bytes;
      const left = (underWay.get(place) ?? 1) - 1;
      if (left > 0) underWay.set(place, left);
      else underWay.delete(place);
    };
  };
};
