// A value that follows after it has rested. Called by fields that ask the server while somebody types.
import { useEffect, useState } from "react";

/** The value as it was when it had not changed for this long, in milliseconds. */
export const useRested = (value: string, restMs: number): string => {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), restMs);
    return () => clearTimeout(timer);
  }, [value, restMs]);
  return rested;
};
