// What a running flow keeps and how it asks for it: values, conditions, reckoning, look-ups' words and answers. Called by model-dialogue.ts and the interpreter
// (model.ts, model-steps.ts); pure. Names come from documents and JSON from services: only own properties are ever read.
import type { FlowState, FlowSurroundings } from "#contract/flow-runs.ts";
import { flowMost, givenValues, type FlowCondition, type FlowStep, type FlowValue } from "#contract/flows.ts";
import { fold } from "#lib/fold.ts";
import { cutTo, storable } from "#lib/text.ts";

type Values = Readonly<Record<string, FlowValue>>;

/** Longest text and longest list that is kept, and the longest text within a list. */
const most = { text: 2_000, list: 20, item: 200 } as const;
/** Numbers beyond are no amounts of anything. */
const mostNumber = 1e15;

/** A value by its name: what every flow has, else what was kept; undefined when there is none. */
export const valueOf = (name: string, values: Values, surroundings: FlowSurroundings): FlowValue | undefined => {
  if ((givenValues as readonly string[]).includes(name))
    return surroundings[name as (typeof givenValues)[number]] ?? undefined;
  return Object.hasOwn(values, name) ? values[name] : undefined;
};

/** The values with one more, or without it. A name beyond the most that a flow may keep is not kept. */
export const withValue = (values: Values, name: string, value: FlowValue | undefined): Record<string, FlowValue> => {
  const { [name]: before, ...others } = values;
  const known = Object.hasOwn(values, name) ? before : undefined;
  if (value === undefined) return others;
  if (known === undefined && Object.keys(others).length >= flowMost.values) return { ...others };
  return { ...others, [name]: value };
};

/** What of something foreign (JSON of a service, a text) can be kept; undefined: nothing. Texts and lists are cut. */
export const keepable = (found: unknown): FlowValue | undefined => {
  if (typeof found === "string") return cutTo(storable(found), most.text);
  if (typeof found === "number") return Number.isFinite(found) ? found : undefined;
  if (typeof found === "boolean") return found;
  if (!Array.isArray(found)) return undefined;
  const simple = found
    .slice(0, most.list)
    .filter((each: unknown) => ["string", "number", "boolean"].includes(typeof each));
  return simple.length === Math.min(found.length, most.list)
    ? simple.map((each) => cutTo(storable(String(each)), most.item))
    : undefined;
};

/** Is that text a JSON pointer (RFC 6901)? */
export const isPointer = (pointer: string): boolean =>
  (pointer === "" || pointer.startsWith("/")) && !/~(?![01])/.test(pointer);

/** What a JSON pointer (RFC 6901) leads to; undefined when it leads nowhere. Never to what an object only inherits. */
export const pointedAt = (body: unknown, pointer: string): unknown => {
  if (!isPointer(pointer)) return undefined;
  let at: unknown = body;
  for (const part of pointer.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(at) ? !/^(?:0|[1-9]\d{0,8})$/.test(key) : typeof at !== "object" || at === null) return undefined;
    if (!Object.hasOwn(at as object, key)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[key];
  }
  return at;
};

/** A value as a number; undefined when it is none. */
export const numberOf = (value: FlowValue | undefined): number | undefined => {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string" || !/^\s*[-+]?\d{1,15}(?:\.\d{1,15})?\s*$/.test(value)) return undefined;
  return Number(value);
};

/** Two numbers reckoned with; undefined when there is no such number. Rounded to what is meant: 0.1 + 0.2 is 0.3. */
export const reckoned = (
  left: number | undefined,
  how: "+" | "-" | "*" | "/",
  right: number | undefined,
): number | undefined => {
  if (left === undefined || right === undefined) return undefined;
  const raw = { "+": left + right, "-": left - right, "*": left * right, "/": left / right }[how];
  if (!Number.isFinite(raw) || Math.abs(raw) > mostNumber) return undefined;
  const rounded = Number(raw.toPrecision(14));
  return rounded === 0 ? 0 : rounded;
};

/** Which values a look-up's words need; null: a brace is open, or stands around something that is no name. */
export const templateNames = (template: string): readonly string[] | null => {
  const names = [...template.matchAll(/\{([a-z][a-zA-Z0-9]{0,39})\}/gu)].map(([, name = ""]) => name);
  return /[{}]/.test(template.replaceAll(/\{[a-z][a-zA-Z0-9]{0,39}\}/gu, "")) ? null : names;
};

const asText = (value: FlowValue): string => (typeof value === "object" ? value.join(",") : String(value));

/** A look-up's words filled in; null when a value is missing, or there is none. */
const filled = (
  template: string,
  value: (name: string) => FlowValue | undefined,
  put: (text: string) => string,
): string | null => {
  const names = templateNames(template);
  if (names === null) return null;
  const missing = names.some((name) => asText(value(name) ?? "") === "");
  if (missing) return null;
  return template.replaceAll(/\{([a-z][a-zA-Z0-9]{0,39})\}/gu, (_, name: string) => put(asText(value(name) ?? "")));
};

const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());

type LookUp = Extract<FlowStep, { do: "lookUp" }>;

/**
 * The path, with its query, and the body of a look-up. A value never leaves the part of the path where it stands: null when one would ("..", an empty one), or
 * when the path is none. A query's or body's part without its value is left out.
 */
export const lookUpWords = (
  { path, query, body, method }: LookUp,
  value: (name: string) => FlowValue | undefined,
): { readonly path: string; readonly body: Record<string, string> | null } | null => {
  const whole = filled(path, value, encoded);
  if (whole === null || !isPath(whole)) return null;
  const parts = Object.entries(query ?? {}).flatMap(([name, template]) => {
    const words = filled(template, value, (text) => text);
    return words === null ? [] : [`${encoded(name)}=${encoded(words)}`];
  });
  const told = Object.entries(body ?? {}).flatMap(([name, template]) => {
    const words = filled(template, value, (text) => text);
    return words === null ? [] : [[name, words] as const];
  });
  return {
    path: parts.length === 0 ? whole : `${whole}?${parts.join("&")}`,
    body: method === "POST" ? Object.fromEntries(told) : null,
  };
};

/** Could it be the path of an address: below the service's own, with no part that goes up, nothing that begins a query, no way to another host? */
export const isPath = (path: string): boolean =>
  path.startsWith("/") &&
  !path.startsWith("//") &&
  !/[\s?#\\\u0000-\u001f]/.test(path) &&
  path.split("/").every((part) => !/^(?:\.|%2e){1,2}$/i.test(part));

/** Who is shown to be who: by what is so outside, and by what this very dialogue showed. */
export const provedAddresses = (state: FlowState, surroundings: FlowSurroundings): readonly string[] => [
  ...(surroundings.verified === null ? [] : [surroundings.verified]),
  ...state.tried.filter(({ what, became }) => what === "verify" && became === "verified").map(({ name }) => name),
];

/** Does that hold now? */
export const holds = (condition: FlowCondition, state: FlowState, surroundings: FlowSurroundings): boolean => {
  switch (condition.what) {
    case "value":
      return compares(condition.is, valueOf(condition.name, state.values, surroundings), condition.than);
    case "medium":
      return condition.media.includes(surroundings.medium) !== condition.not;
    case "language":
      return (state.language === condition.language) !== condition.not;
    case "brand":
      return (surroundings.brandId === condition.brandId) !== condition.not;
    case "open":
      return surroundings.open !== condition.not;
    case "someoneThere":
      return surroundings.someoneThere !== condition.not;
    case "verified":
      return provedAddresses(state, surroundings).length > 0 !== condition.not;
  }
};

const isEmpty = (value: FlowValue | undefined): boolean =>
  value === undefined ||
  (typeof value === "string" && value.trim() === "") ||
  (Array.isArray(value) && value.length === 0);

const plain = (text: string): string => fold(text.trim());

const same = (value: FlowValue, than: FlowValue): boolean => {
  if (Array.isArray(than))
    return Array.isArray(value) && value.length === than.length && than.every((each, at) => each === value[at]);
  if (Array.isArray(value)) return false;
  if (typeof than === "number") return numberOf(value) === than;
  if (typeof than === "boolean") return value === than || (typeof value === "string" && plain(value) === String(than));
  return plain(String(value)) === plain(String(than));
};

/** Numbers by size, days and instants by time; null: these two cannot be compared. */
const order = (value: FlowValue, than: FlowValue): number | null => {
  const [left, right] = [numberOf(value), numberOf(than)];
  if (left !== undefined && right !== undefined) return left - right;
  const [before, after] = [timeOf(value), timeOf(than)];
  return before === null || after === null ? null : before - after;
};
const timeOf = (value: FlowValue): number | null => {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d[\d:.]{0,16}Z)?$/.test(value)) return null;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : at;
};

const compares = (
  is: Extract<FlowCondition, { what: "value" }>["is"],
  value: FlowValue | undefined,
  than: FlowValue | null,
): boolean => {
  if (is === "empty" || is === "filled") return isEmpty(value) === (is === "empty");
  if (value === undefined || than === null) return is === "notEqual";
  if (is === "equal" || is === "notEqual") return same(value, than) === (is === "equal");
  if (is === "contains") {
    const wanted = (Array.isArray(than) ? than : [String(than)]).map(plain);
    const within = Array.isArray(value) ? value.map(plain) : plain(String(value));
    return wanted.some((each) => each !== "" && within.includes(each));
  }
  const by = order(value, than);
  if (by === null) return false;
  return { less: by < 0, atMost: by <= 0, more: by > 0, atLeast: by >= 0 }[is];
};
