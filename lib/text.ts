// Text that every store can keep. Called by whoever takes text from outside.

/** Text as PostgreSQL and JSON can carry it: no NUL, no half of a surrogate pair. */
export const storable = (text: string): string => {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes("\u0000") ? whole.replaceAll("\u0000", "") : whole;
};

/** At most so many UTF-16 units of a text, never half a character. */
export const cutTo = (text: string, most: number): string => {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? most - 1 : most);
};
