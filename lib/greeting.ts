// When a greeting shows itself to somebody who looks at a site: its rules, and what is remembered of a visit. Pure; called by widget/watch,
// channels/webchat/settings.ts and server/chat-site.ts.

/** Whom a rule is for. */
export const greeted = ["all", "new", "returning"] as const;
export type Greeted = (typeof greeted)[number];

/** A rule as pages get it: its words are asked for when its moment has come. */
export interface GreetingRule {
  readonly id: string;
  /** A regular expression: see `pathExpression`. */
  readonly path: string;
  readonly afterSeconds: number;
  readonly visitors: Greeted;
}

/** Stars in a path, at most. */
export const mostStars = 5;

/** Is it a path as a rule takes it: from "/" on, without what follows "?" or "#", and with few stars? */
export const isPathPattern = (text: string): boolean =>
  /^\/[^?#\s]*$/.test(text) && text.split("*").length - 1 <= mostStars;

/** A path as patterns are compared with it: as people read it, and without a "/" at its end. */
export const pagePath = (path: string): string => {
  let plain = path;
  try {
    plain = decodeURI(path);
  } catch {
    // It is no such text, and stays as it is.
  }
  return plain.replace(/(?<=.)\/$/, "");
};

/**
 * The regular expression of the paths (`pagePath`) that a pattern means, which the server makes so that pages need not. "*" stands for anything, also nothing
 * and also "/"; a "/" at the end makes no difference, and "/a/*" means "/a", too. Each piece between stars is looked for once, from left to right (a lookahead
 * is never gone back into): no path and no pattern makes it slow.
 */
export const pathExpression = (pattern: string): string => {
  const [first = "", ...rest] = pagePath(pattern)
    .split("*")
    .map((piece) => piece.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  const last = rest.pop();
  if (last === undefined) return `^${first}$`;
  if (rest.length === 0 && last === "") return `^${first.length > 1 ? first.replace(/\/$/, "(/|$)") : first}`;
  return `^${first}${rest.map((piece, index) => `(?=([^]*?${piece}))\\${index + 1}`).join("")}[^]*${last}$`;
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
    putAway: null,
    isUnwanted: false,
    ...before,
    last: now,
    isBack: before !== null || hasChatted,
    shown: [],
    hasOpened: false,
  };
};

/** A page as somebody looks at it. */
export interface Looking {
  /** As `pagePath` gives it. */
  readonly path: string;
  /** How long this page has been looked at. */
  readonly onPageMs: number;
  readonly now: number;
  /** The chat is open, or an answer waits to be read. */
  readonly isBusy: boolean;
}

const dayMs = 24 * 3_600_000;

/**
 * The first of the rules whose time has come; else in how many milliseconds it is worth looking again, null: on this page it is not. Never while they chat or
 * have opened the chat in this visit, never what has shown itself in this visit, never within so many days after one was put away, and never to whoever wants
 * none.
 */
export const greetingAt = (
  rules: readonly GreetingRule[],
  restDays: number,
  { putAway, isUnwanted, hasOpened, isBack, shown }: Visits,
  { path, onPageMs, now, isBusy }: Looking,
): GreetingRule | number | null => {
  if (isBusy || isUnwanted || hasOpened || (putAway !== null && Math.abs(now - putAway) < restDays * dayMs))
    return null;
  const fitting = rules.filter(
    (rule) =>
      (rule.visitors === "all" || (rule.visitors === "returning") === isBack) &&
      !shown.includes(rule.id) &&
      new RegExp(rule.path).test(path),
  );
  const leftMs = (rule: GreetingRule): number => rule.afterSeconds * 1_000 - onPageMs;
  return fitting.find((rule) => leftMs(rule) <= 0) ?? (fitting.length === 0 ? null : Math.min(...fitting.map(leftMs)));
};
