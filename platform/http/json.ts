// Reads JSON from strangers: only UTF-8, only so deep, nothing that could poison a prototype or that PostgreSQL cannot keep. http.ts calls it.
import { isUtf8 } from "node:buffer";

const deepest = 64;

const bad = (message: string): Error => Object.assign(new Error(message), { statusCode: 400 });

const checkText = (text: string): void => {
  if (text.includes("\u0000")) throw bad("a text holds U+0000, which cannot be kept");
  if (!text.isWellFormed()) throw bad("a text holds half of a surrogate pair");
};

const check = (value: unknown, depth: number): void => {
  if (typeof value === "string") return checkText(value);
  if (typeof value !== "object" || value === null) return;
  if (depth > deepest) throw bad(`nested deeper than ${deepest}`);
  if (Array.isArray(value)) {
    for (const item of value) check(item, depth + 1);
    return;
  }
  for (const key of Object.keys(value)) {
    if (key === "__proto__" || key === "prototype" || key === "constructor")
      throw bad(`"${key}" is no name for a field`);
    checkText(key);
    check((value as Record<string, unknown>)[key], depth + 1);
  }
};

/** The value of a JSON text (RFC 8259) in UTF-8; throws an error with statusCode 400 that says what is wrong. An empty body is undefined. */
export const parseJson = (bytes: Buffer): unknown => {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw bad("not UTF-8");
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch {
    throw bad("not JSON");
  }
  check(value, 1);
  return value;
};
