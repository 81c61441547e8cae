// What can be taken of a service's answer: JSON pointers (RFC 6901) to its single values. Pure; called by the form of a look-up.

/** A value in an answer: where, what it could be called, how it looks. */
export interface Pointed {
  readonly pointer: string;
  readonly into: string;
  readonly shown: string;
}

const mostPointers = 30;

/** Pointers to all single values of a JSON text, at most 30, the first ones; null: it is no JSON, or empty. */
export const pointersIn = (text: string): readonly Pointed[] | null => {
  if (text.trim() === "") return null;
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  const all: Pointed[] = [];
  const taken = new Set<string>();
  const walk = (value: unknown, pointer: string, last: string): void => {
    if (all.length >= mostPointers) return;
    if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value))
        walk(inner, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, key);
      return;
    }
    let into = nameFrom(last);
    let n = 2;
    while (taken.has(into)) {
      into = `${nameFrom(last)}${n}`;
      n += 1;
    }
    taken.add(into);
    all.push({ pointer, into, shown: JSON.stringify(value).slice(0, 60) });
  };
  walk(found, "", "value");
  return all;
};

/** A value's name from a key: "customer-number" is customerNumber; what begins with no letter is called value. */
const nameFrom = (key: string): string => {
  const [first = "", ...rest] = key.split(/[^a-zA-Z0-9]+/u).filter((part) => part !== "");
  const joined =
    first.slice(0, 1).toLowerCase() +
    first.slice(1) +
    rest.map((part) => part.slice(0, 1).toUpperCase() + part.slice(1)).join("");
  return /^[a-z]/u.test(joined) ? joined.slice(0, 36) : "value";
};
