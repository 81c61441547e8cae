// One line that says a thing in two languages. Used where administrators name what customers read: the chat's form, days that are not as others.

/** A line of an administrator's says a thing in German and, behind "=", in English; without one it is the same in both. */
export const inBoth = (line: string): Readonly<Record<"de" | "en", string>> => {
  const at = line.indexOf("=");
  const german = (at < 0 ? line : line.slice(0, at)).trim();
  const english = at < 0 ? "" : line.slice(at + 1).trim();
  return { de: german, en: english === "" ? german : english };
};
