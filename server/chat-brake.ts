// Brakes of the chat: what one visitor, and everybody at one place, may do in a window of time. Each node counts for itself. Called by server/chat.ts and server/chat-flows.ts.

/** Counts one more of that visitor (empty: of nobody yet) and place. Gives the milliseconds to wait when there were too many, null: go on. */
export type Brake = (visitor: string, place: string) => number | null;

/** How many a visitor and all at one place may do within so many milliseconds. */
export const openBrake = (most: {
  readonly ofVisitor: number;
  readonly atPlace: number;
  readonly withinMs: number;
}): Brake => {
  let counts = new Map<string, number>();
  let ends = 0;
  return (visitor, place) => {
    const now = performance.now();
    if (now >= ends) {
      counts = new Map();
      ends = now + most.withinMs;
    }
    const [byVisitor, byPlace] = [counts.get(visitor) ?? 0, counts.get(place) ?? 0];
    if ((visitor !== "" && byVisitor >= most.ofVisitor) || byPlace >= most.atPlace) return Math.ceil(ends - now);
    counts.set(visitor, byVisitor + 1).set(place, byPlace + 1);
    return null;
  };
};
