// One text for one value, so that values can be compared. Used where what somebody changed is compared with what stands.

/** The same text for the same value, in whatever order its parts stand. */
export const stable = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
