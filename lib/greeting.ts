// When a greeting shows itself to somebody who looks at a site: its rules, and what is remembered of a visit. Pure; called by widget/greet (which draws it),
// channels/webchat/settings.ts and server/chat-site.ts.

/** Whom a rule is for. */
export const greeted = ["all", "new", "returning"] as const;
export type Greeted = (typeof greeted)[number];

/** A rule as pages get it: its words are asked for when its moment has come. */
export interface GreetingRule {
  readonly id: string;
  /** A path with "*" for anything: see `pathFits`. */
  readonly path: string;
  readonly afterSeconds: number;
  readonly visitors: Greeted;
}

/** Stars in a path, at most. */
export const mostStars = 5;

/** Is it a path as a rule takes it: from "/" on, without what follows "?" or "#", and with few stars? */
export const isPathPattern = (text: string): boolean =>
  /^\/[^?#\s]*$/.test(text) && text.split("*").length - 1 <= mostStars;

const plain = (path: string): string => {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
};
const unended = (path: string): string => (path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path);

/**
 * Is this the path of a page that the pattern means? "*" stands for anything, also nothing and also "/"; a "/" at the end makes no difference, and "/a/*"
 * means "/a", too. Each piece between stars is looked for once, from left to right: no path and no pattern makes it slow.
 */
export const pathFits = (pattern: string, path: string): boolean => {
  const given = unended(plain(path));
  const pieces = unended(plain(pattern)).split("*");
  const [first = "", ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return given === first;
  if (rest.length === 0 && last === "" && given === unended(first)) return true;
  if (!given.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = given.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return given.length - last.length >= at && given.endsWith(last);
};

/** What a browser remembers of its visits to a site; nothing of it says who somebody is. Times are milliseconds since 1970. */
export interface Visits {
  /** When a page was looked at last. */
  readonly last: number;
  /** They had been here before this visit. */
  readonly isBack: boolean;
  /** Rules that have shown themselves in this visit. */
  readonly shown: readonly string[];
  /** They have opened the chat in this visit: they know where it is. */
  readonly hasOpened: boolean;
  /** When a greeting was put away last; null: never. */
  readonly putAway: number | null;
  /** They want none, ever. */
  readonly isUnwanted: boolean;
}

/** Whoever looks at no page for so long comes for a new visit. */
export const visitLastsMs = 30 * 60_000;

/** A page is looked at now. `before`: what was remembered, null: nothing. `hasChatted`: the chat knows this browser. */
export const visitAt = (before: Visits | null, now: number, hasChatted: boolean): Visits => {
  if (before !== null && Math.abs(now - before.last) < visitLastsMs) return { ...before, last: now };
  return {
    last: now,
    isBack: before !== null || hasChatted,
    shown: [],
    hasOpened: false,
    putAway: before?.putAway ?? null,
    isUnwanted: before?.isUnwanted ?? false,
  };
};

/** A page as somebody looks at it. */
export interface Looking {
  readonly path: string;
  /** How long this page has been looked at. */
  readonly onPageMs: number;
  readonly now: number;
  /** The chat is open, or an answer waits to be read. */
  readonly isBusy: boolean;
}

/** Which rule shows itself now; else when it is worth looking again, null: on this page it is not. */
export type Moment =
  | { readonly kind: "show"; readonly rule: GreetingRule }
  | { readonly kind: "wait"; readonly afterMs: number | null };

const dayMs = 24 * 3_600_000;

/**
 * The first of the rules whose time has come. Never while they chat or have opened the chat in this visit, never what has shown itself in this visit, never
 * within so many days after one was put away, and never to whoever wants none.
 */
export const greetingAt = (
  rules: readonly GreetingRule[],
  restDays: number,
  visits: Visits,
  looking: Looking,
): Moment => {
  const never: Moment = { kind: "wait", afterMs: null };
  const { putAway, isUnwanted, hasOpened, isBack, shown } = visits;
  const { now, path, onPageMs, isBusy } = looking;
  if (isBusy || isUnwanted || hasOpened || (putAway !== null && Math.abs(now - putAway) < restDays * dayMs))
    return never;
  const fitting = rules.filter(
    (rule) =>
      (rule.visitors === "all" || (rule.visitors === "returning") === isBack) &&
      !shown.includes(rule.id) &&
      pathFits(rule.path, path),
  );
  const due = fitting.find(({ afterSeconds }) => onPageMs >= afterSeconds * 1_000);
  if (due !== undefined) return { kind: "show", rule: due };
  if (fitting.length === 0) return never;
  return { kind: "wait", afterMs: Math.min(...fitting.map((rule) => rule.afterSeconds * 1_000 - onPageMs)) };
};
