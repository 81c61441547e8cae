// Text that every store can keep. Called by whoever takes text from outside.

/** Text as PostgreSQL and JSON can carry it: no NUL, no half of a surrogate pair. */
export const storable = (text: string): string => {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes("\u0000") ? whole.replaceAll("\u0000", "") : whole;
};
