// Finds payment card numbers and session secrets in text and covers them. Called by concerns/model-arrival.ts for messages and platform/files/secrets.ts
// for files. Every step takes time that grows with the text and no faster.

/** card: a payment card's number; session: cookies, Authorization headers, tokens; key: API keys and private keys. */
export type SecretKind = "card" | "session" | "key";

export interface Secret {
  readonly kind: SecretKind;
  readonly value: string;
}

/** A text without what was found in it, and what that was, in order. Of a card the last four digits stay. */
export interface Covered {
  readonly text: string;
  readonly found: readonly Secret[];
}

interface Span {
  readonly kind: SecretKind;
  readonly start: number;
  readonly end: number;
}

/** What stands where a session secret stood in a message; a card's digits become dots. */
const shownMark = "[•••]";
/** The same in files: within ASCII, so that a file keeps its encoding, and JSON that is valid stays so. */
const fileMark = "[removed]";

/** Covers what is found in plain text. */
export const coverText = (text: string): Covered => cover(text, spansIn(text), shownMark, "•");

/** The same of HTML: what people see is looked through, also where tags stand between the digits. Tags and attributes stay as they are. */
export const coverHtml = (html: string): Covered => {
  const seen = visible(html);
  const spans = spansIn(seen.text);
  if (spans.length === 0) return { text: html, found: [] };
  const parts: string[] = [];
  let copied = 0;
  for (const span of spans) {
    const lastFour = digitsFromEnd(seen.text, span, 4);
    for (let at = span.start; at < span.end; at += 1) {
      const [from, to] = [seen.starts[at] ?? 0, seen.ends[at] ?? 0];
      const isCard = span.kind === "card";
      if (isCard && (at >= lastFour || !isDigit(seen.text.charCodeAt(at)))) continue;
      parts.push(html.slice(copied, from), isCard ? "•" : at === span.start ? shownMark : "");
      copied = to;
    }
  }
  return { text: parts.join("") + html.slice(copied), found: secretsOf(seen.text, spans) };
};

/**
 * Covers what is found in a text file: as in text, and where it is JSON (HAR) what stands under the names of secrets. The values of cookies and of
 * Authorization are covered wherever else they stand in the file as well.
 */
export const coverFile = (text: string): Covered => {
  const spans = spansIn(text);
  const tokens = new Map<string, SecretKind>();
  for (const value of [...headerValues(text), ...jsonValues(text), ...formValues(text)])
    for (const token of tokensOf(value)) tokens.set(token, "session");
  const all = tokens.size === 0 ? spans : merged([...spans, ...spansOfTokens(text, tokens)]);
  return cover(text, all, fileMark, "0");
};

const cover = (text: string, spans: readonly Span[], mark: string, dot: string): Covered => {
  if (spans.length === 0) return { text, found: [] };
  const parts: string[] = [];
  let copied = 0;
  for (const span of spans) {
    parts.push(text.slice(copied, span.start));
    const value = text.slice(span.start, span.end);
    if (span.kind === "card") {
      const lastFour = digitsFromEnd(text, span, 4) - span.start;
      parts.push(value.slice(0, lastFour).replace(/[0-9]/g, dot), value.slice(lastFour));
    } else if (/^[0-9]+$/.test(value) && mark === fileMark) parts.push("0".repeat(value.length));
    else parts.push(mark);
    copied = span.end;
  }
  return { text: parts.join("") + text.slice(copied), found: secretsOf(text, spans) };
};

const secretsOf = (text: string, spans: readonly Span[]): Secret[] =>
  spans.map(({ kind, start, end }) => ({ kind, value: text.slice(start, end) }));

/** Where the last `count` digits of a span begin. */
const digitsFromEnd = (text: string, span: Span, count: number): number => {
  let left = count;
  for (let at = span.end - 1; at >= span.start; at -= 1)
    if (isDigit(text.charCodeAt(at)) && (left -= 1) === 0) return at;
  return span.start;
};

const spansIn = (text: string): Span[] => merged([...cards(text), ...headers(text), ...keys(text)]);

/** In order and apart from each other: of two that overlap the first and longest counts, up to the end of both. */
const merged = (spans: readonly Span[]): Span[] => {
  const out: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = out.at(-1);
    if (last !== undefined && span.start < last.end) {
      if (span.end > last.end)
        out[out.length - 1] = { ...last, kind: last.kind === "card" ? span.kind : last.kind, end: span.end };
    } else out.push(span);
  }
  return out;
};

// Cards ---------------------------------------------------------------------------------------------------------------------------------------------

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isLetter = (code: number): boolean =>
  (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code > 191;
/** Blank (also the ones that keep lines together), hyphens, dot. */
const separators = new Set([" ", "\t", "\u00a0", "\u2007", "\u2009", "\u202f", "-", "\u2010", "\u2011", "."]);
const isBlank = (separator: string): boolean => separator !== "" && !/[-\u2010\u2011.]/.test(separator);

interface Group {
  readonly start: number;
  readonly end: number;
  /** What stands between it and the group before; "" for the first. */
  readonly separator: string;
}

/** Card numbers (ISO/IEC 7812): 13 to 19 digits of a known range whose check digit is right (Luhn), unbroken or grouped as on cards. */
const cards = (text: string): Span[] => {
  const found: Span[] = [];
  for (let at = 0; at < text.length;) {
    if (!isDigit(text.charCodeAt(at))) {
      at += 1;
      continue;
    }
    const groups = groupsFrom(text, at);
    at = groups.at(-1)?.end ?? at + 1;
    if (!isPhoneOrIban(text, groups)) found.push(...cardsAmong(text, groups));
  }
  return found;
};

/** Groups of digits with one separator between each two. */
const groupsFrom = (text: string, from: number): Group[] => {
  const groups: Group[] = [];
  for (let start = from, separator = ""; ;) {
    let end = start;
    while (isDigit(text.charCodeAt(end))) end += 1;
    groups.push({ start, end, separator });
    const next = text[end] ?? "";
    if (!separators.has(next) || !isDigit(text.charCodeAt(end + 1))) return groups;
    // Mail programs make some blanks such as keep lines together, and leave others.
    separator = isBlank(next) ? " " : next;
    start = end + 1;
  }
};

const isPhoneOrIban = (text: string, groups: readonly Group[]): boolean => {
  const [first] = groups;
  if (first === undefined) return true;
  if (text[first.start - 1] === "+") return true;
  const before = text.slice(Math.max(0, first.start - 3), first.start);
  return first.end - first.start === 2 && /(?:^|[^A-Za-z])[A-Z]{2} ?$/.test(before);
};

const cardsAmong = (text: string, groups: readonly Group[]): Span[] => {
  const found: Span[] = [];
  for (let first = 0; first < groups.length; first += 1) {
    let digits = "";
    const sizes: number[] = [];
    let longest = -1;
    for (let last = first; last < groups.length; last += 1) {
      const group = groups[last];
      if (group === undefined || (last > first + 1 && group.separator !== groups[first + 1]?.separator)) break;
      digits += text.slice(group.start, Math.min(group.end, group.start + 20));
      sizes.push(group.end - group.start);
      if (digits.length > 19) break;
      if (
        digits.length >= 13 &&
        isGrouped(sizes) &&
        stands(text, groups, first, last) &&
        isCard(text, groups[first]?.start ?? 0, digits)
      )
        longest = last;
    }
    if (longest === -1) continue;
    found.push({ kind: "card", start: groups[first]?.start ?? 0, end: groups[longest]?.end ?? 0 });
    first = longest;
  }
  return found;
};

/** Unbroken, in fours, or as American Express and Diners print it. */
const isGrouped = (sizes: readonly number[]): boolean =>
  sizes.length === 1 ||
  (sizes.slice(0, -1).every((size) => size === 4) && (sizes.at(-1) ?? 0) <= 4) ||
  ["4,6,5", "4,6,4", "8,8"].includes(sizes.join(","));

/** Is it a number of its own, and no part of a longer number, a word, an address or an identifier? */
const stands = (text: string, groups: readonly Group[], first: number, last: number): boolean => {
  const from = groups[first]?.start ?? 0;
  const to = groups[last]?.end ?? 0;
  if (first > 0) {
    const before = groups[first - 1];
    if (!isBlank(groups[first]?.separator ?? "") || before === undefined || before.end - before.start >= 4)
      return false;
  } else {
    const code = text.charCodeAt(from - 1);
    if (isLetter(code) || text[from - 1] === "/" || text[from - 1] === "@") return false;
    if (/[-.]/.test(text[from - 1] ?? "") && isWordy(text.charCodeAt(from - 2))) return false;
  }
  if (last + 1 < groups.length) return isBlank(groups[last + 1]?.separator ?? "");
  const next = text[to] ?? "";
  if (isLetter(text.charCodeAt(to)) || next === "@") return false;
  return !(/[-.]/.test(next) && isWordy(text.charCodeAt(to + 1)));
};

const isWordy = (code: number): boolean => isDigit(code) || isLetter(code);

/** Words that say what kind of number follows: it is none of a card. */
// bounded: it is asked of forty letters
const otherNumber =
  /(?:kunden|vertrag|bestell|auftrag|rechnung|sendung|paket|tracking|serien|gerät|zähler|vorgang|referenz|verwendung|telefon|tel|fax|handy|mobil|imei|iban|konto|artikel|order|invoice|customer|contract|account|phone|serial|ticket|shipment|parcel|reference|article|meter|ean|gtin|isbn)\p{L}{0,12}[ .:#=-]{0,4}(?:nummer|nr|number|no|id)?[ .:#=-]{0,4}$/iu;
const cardWord = /karte|card|visa|master|maestro|amex|cvc|cvv/i;

const isCard = (text: string, at: number, digits: string): boolean => {
  const range = rangeOf(digits);
  if (range === null || !isLuhn(digits) || /^(.)\1+$/.test(digits)) return false;
  const line = text.slice(Math.max(0, at - 40), at);
  const said = line.slice(line.lastIndexOf("\n") + 1);
  return range === "named" ? cardWord.test(said) : !otherNumber.test(said);
};

/** Is there a card of this range and length? "named": only where a word says so, because other numbers look the same (EAN, customer numbers). */
const rangeOf = (digits: string): "sure" | "named" | null => {
  const n = digits.length;
  const two = Number(digits.slice(0, 2));
  const three = Number(digits.slice(0, 3));
  const four = Number(digits.slice(0, 4));
  if (digits.startsWith("4")) return n === 16 ? "sure" : n === 13 || n === 19 ? "named" : null;
  if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return n === 16 ? "sure" : null;
  if (two === 34 || two === 37) return n === 15 ? "sure" : null;
  if (four === 6011 || two === 65 || (three >= 644 && three <= 649)) return n === 16 ? "sure" : n > 16 ? "named" : null;
  if (four >= 3528 && four <= 3589) return n === 16 ? "sure" : n > 16 ? "named" : null;
  if ((three >= 300 && three <= 305) || four === 3095 || two === 36 || two === 38 || two === 39)
    return n === 14 ? "sure" : null;
  if (two === 62 || two === 50 || (two >= 56 && two <= 58) || two === 63 || two === 67) return "named";
  return null;
};

const isLuhn = (digits: string): boolean => {
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 48;
    sum += place % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
};

// Session secrets -----------------------------------------------------------------------------------------------------------------------------------

const header =
  /(?<![\w-])(set-cookie2?|cookie2?|proxy-authorization|authorization|x-api-key|x-auth-token|x-csrf-token|x-xsrf-token|x-amz-security-token|api-key)["']?[ \t]{0,3}[:=][ \t]{0,3}["']?([^\r\n"'<>]{6,16384})/gi;

/** Values of the headers that carry sessions, where they stand as headers do: in logs, in curl's -H, as JSON's keys. */
const headers = (text: string): Span[] =>
  [...text.matchAll(header)].flatMap((match): Span[] => {
    const [whole, name = "", value = ""] = match;
    const secret = value.trimEnd();
    if (!isSecretHeader(name, secret)) return [];
    const start = match.index + whole.length - value.length;
    return [{ kind: "session", start, end: start + secret.length }];
  });

const scheme = /^(?:basic|bearer|digest|negotiate|ntlm|token|oauth|apikey|aws4-hmac-sha256)[ \t]{1,3}(\S{6,})/i;

/** Prose has such words as well: a cookie names its value, and what authorises is one long word or begins with how. */
const isSecretHeader = (name: string, value: string): boolean => {
  if (/cookie/i.test(name))
    return /^[^\s=;,]{1,200}=[^\s;]{6}/.test(value) || /; ?[^\s=;,]{1,200}=[^\s;]{6}/.test(value);
  const proof = /authorization/i.test(name) ? scheme.exec(value)?.[1] : undefined;
  if (proof !== undefined) return proof.length >= 20 || /[\d=]|[a-z][A-Z]/.test(proof);
  return /^[\w+/=.~-]{12,}$/.test(value) && /\d/.test(value);
};

const headerValues = (text: string): Named[] =>
  [...text.matchAll(header)]
    .filter(([, name = "", value = ""]) => isSecretHeader(name, value.trimEnd()))
    .map(([, name = "", value = ""]) => ({ name, value }));

const keyForms: readonly (readonly [SecretKind, RegExp])[] = [
  ["session", /(?<![\w-])bearer[ \t]{1,3}([\w.~+/-]{20,4096}={0,2})/gi],
  // A JSON Web Token (RFC 7519): its first part is always an object.
  ["session", /(?<![\w-])(eyJ[\w-]{8,4096}\.[\w-]{8,16384}\.[\w-]{4,4096})/g],
  ["key", /(?<![\w-])((?:AKIA|ASIA)[A-Z0-9]{16})(?![\w-])/g],
  ["key", /(?<![\w-])(gh[pousr]_[A-Za-z0-9]{36,255})(?![\w-])/g],
  ["key", /(?<![\w-])(github_pat_\w{22,255})/g],
  ["key", /(?<![\w-])(glpat-[\w-]{20,255})/g],
  ["key", /(?<![\w-])(xox[abeoprs]-[\w-]{10,255})/g],
  ["key", /(?<![\w-])((?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,255})/g],
  ["key", /(?<![\w-])(sk-[\w-]{32,255})/g],
  ["key", /(?<![\w-])(AIza[\w-]{35})(?![\w-])/g],
  ["key", /(?<![\w-])(SG\.[\w-]{22}\.[\w-]{43})(?![\w-])/g],
  ["key", /(?<![\w-])(npm_[A-Za-z0-9]{36})(?![\w-])/g],
];

const keys = (text: string): Span[] => {
  const found = privateKeys(text);
  for (const [kind, form] of keyForms)
    for (const match of text.matchAll(form)) {
      const [whole, value = ""] = match;
      const start = match.index + whole.length - value.length;
      found.push({ kind, start, end: start + value.length });
    }
  return found;
};

/** Private keys in PEM (RFC 7468), what is cut off included. */
const privateKeys = (text: string): Span[] => {
  const found: Span[] = [];
  for (const match of text.matchAll(/-----BEGIN (?:[A-Z]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g)) {
    if (match.index < (found.at(-1)?.end ?? 0)) continue;
    const start = match.index + match[0].length;
    const end = text.indexOf("-----END ", start);
    found.push({ kind: "key", start, end: end === -1 ? text.length : end });
  }
  return found.filter((span) => span.end - span.start >= 16);
};

// Files ---------------------------------------------------------------------------------------------------------------------------------------------

interface Named {
  readonly name: string;
  readonly value: string;
}

const secretName =
  /^(?:set-cookie2?|cookie2?|(?:proxy-)?authorization|x-(?:api-key|auth-token|csrf-token|xsrf-token|amz-security-token)|(?:access|refresh|id|auth|session|csrf|xsrf|api|bearer)[_-]?token|session[_-]?id|sessid|sid|phpsessid|jsessionid|client[_-]?secret|api[_-]?key|password|passwd|passwort)$/i;

/** What stands under the names of secrets in a JSON document, a HAR above all: as a key, as a pair of name and value, as a cookie. */
const jsonValues = (text: string): Named[] => {
  // As HAR has them, also where the document is cut off and cannot be read as a whole.
  const pairs = [...text.matchAll(pair)]
    .filter(([, name = ""]) => secretName.test(name))
    .map(([, name = "", value = ""]) => ({ name, value }));
  return [...pairs, ...jsonHeld(text)];
};

const pair =
  /"name"[ \t\r\n]{0,40}:[ \t\r\n]{0,40}"([\w-]{2,40})"[ \t\r\n]{0,40},[ \t\r\n]{0,40}"value"[ \t\r\n]{0,40}:[ \t\r\n]{0,40}"([^"]{6,16384})/gi;

const jsonHeld = (text: string): Named[] => {
  if (!/^[\s\u00ef\u00bb\u00bf\ufeff]{0,20}[[{]/.test(text)) return [];
  const found: Named[] = [];
  const open: unknown[] = [parsed(text.replace(/^[\u00ef\u00bb\u00bf\ufeff]+/, ""))];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== "object" || next === null) continue;
    const { name, value } = next as { name?: unknown; value?: unknown };
    if (typeof name === "string" && typeof value === "string" && secretName.test(name)) found.push({ name, value });
    for (const [key, held] of Object.entries(next)) {
      if (typeof held === "string" && secretName.test(key)) found.push({ name: key, value: held });
      if (key === "cookies" && Array.isArray(held))
        for (const cookie of held as { value?: unknown }[])
          if (typeof cookie?.value === "string") found.push({ name: "value", value: cookie.value });
      if (typeof held === "object" && held !== null) open.push(held);
      // What was sent and answered stands in a HAR as text.
      if (typeof held === "string" && /^\s{0,20}[[{]/.test(held)) open.push(parsed(held));
    }
  }
  return found;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** The same in addresses and forms: access_token=…&password=…. */
const formValues = (text: string): Named[] =>
  [...text.matchAll(/(?<![\w-])([\w-]{2,40})=([^&\s"'<>\\]{6,4096})/g)]
    .filter(([, name = ""]) => secretName.test(name) && !/cookie/i.test(name))
    .map(([, name = "", value = ""]) => ({ name, value }));

const shortestToken = 6;
const tokenForm = /[\w%~+-]{6,}/g;
const noToken = /^(?:bearer|basic|digest|negotiate|oauth|session|cookie|deleted|expired|undefined|[\w%]*unknown)$/i;

/** The pieces of a secret by which it is known wherever it stands, also where it was escaped. */
const tokensOf = ({ name, value }: Named): string[] => {
  const pairs = /cookie/i.test(name)
    ? value.split(/\r?\n/).flatMap((line) => (/^set-/i.test(name) ? line.split(";").slice(0, 1) : line.split(";")))
    : [];
  const values = pairs.length > 0 ? pairs.map((pair) => pair.slice(pair.indexOf("=") + 1)) : [value];
  return values
    .flatMap((one) => [one, unescaped(one)])
    .flatMap((one) => one.match(tokenForm) ?? (one.length >= shortestToken ? [one] : []))
    .filter((token) => !noToken.test(token));
};

const unescaped = (value: string): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
};

const spansOfTokens = (text: string, tokens: ReadonlyMap<string, SecretKind>): Span[] => {
  const found: Span[] = [];
  for (const match of text.matchAll(tokenForm)) {
    const [token] = match;
    const end = match.index + token.length;
    // The letter of JSON's escape (\n, \u0026) stands before the token without a break.
    const escaped = text[match.index - 1] === "\\" ? (token.startsWith("u") ? [0, 1, 5] : [0, 1]) : [0];
    const skipped = escaped.find((letters) => tokens.has(token.slice(letters)));
    if (skipped !== undefined) found.push({ kind: "session", start: match.index + skipped, end });
  }
  return found;
};

// HTML ----------------------------------------------------------------------------------------------------------------------------------------------

/** Tags within a line: what stands on both sides of them is read as one. */
const within = new Set([
  "a",
  "abbr",
  "b",
  "bdi",
  "big",
  "code",
  "em",
  "font",
  "i",
  "kbd",
  "mark",
  "s",
  "samp",
  "small",
  "span",
  "strong",
  "sub",
  "sup",
  "tt",
  "u",
  "wbr",
]);
const blankEntity = /^&(?:nbsp|#160|#xa0|ensp|emsp|thinsp|#8239);/i;
const otherEntities: Readonly<Record<string, string>> = {
  "&quot;": '"',
  "&#39;": "'",
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
};

/** What people see of HTML, and where each of its letters stands in it. */
const visible = (
  html: string,
): { readonly text: string; readonly starts: readonly number[]; readonly ends: readonly number[] } => {
  const letters: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const put = (letter: string, from: number, to: number): void => {
    letters.push(letter);
    starts.push(from);
    ends.push(to);
  };
  for (let at = 0; at < html.length;) {
    const letter = html[at] ?? "";
    if (letter === "<") {
      const close = html.indexOf(">", at);
      const end = close === -1 ? html.length : close + 1;
      const name = /^<\/?([a-z][a-z0-9]{0,20})/i.exec(html.slice(at, at + 24))?.[1]?.toLowerCase() ?? "";
      if (!within.has(name)) put("\n", at, at);
      at = end;
    } else if (letter === "&") {
      const entity = html.slice(at, at + 10);
      const blank = blankEntity.exec(entity)?.[0];
      const other = Object.keys(otherEntities).find((one) => entity.startsWith(one));
      const size = blank?.length ?? other?.length ?? 1;
      put(blank === undefined ? (otherEntities[other ?? ""] ?? "&") : " ", at, at + size);
      at += size;
    } else {
      put(letter, at, at + 1);
      at += 1;
    }
  }
  return { text: letters.join(""), starts, ends };
};
