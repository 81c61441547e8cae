// The log: one JSON object per line on standard output (one readable line on a terminal), never with personal data.
// Everything takes it as `world.log`; server/main.ts makes it.
import { pino } from "pino";

export type LogLevel = "debug" | "info" | "warn" | "error";
export type Facts = Readonly<Record<string, string | number | boolean | null>>;

/** Writes what happened. `event` is a fixed word in dots ("mail.stored"), never text from outside; facts are masked by `maskFacts`. */
export interface Log {
  readonly debug: (event: string, facts?: Facts) => void;
  readonly info: (event: string, facts?: Facts) => void;
  readonly warn: (event: string, facts?: Facts) => void;
  readonly error: (event: string, facts?: Facts) => void;
  /** The same log with facts that every line carries. */
  readonly child: (facts: Facts) => Log;
}

const hidden = "[hidden]";

/** Words in a key that say its text is about a person or a secret. Technical names go by other keys: job, reaction, file, host. */
const privateWords = new Set(
  "address addresses email mail mails mailbox from to cc bcc recipient recipients sender name names subject text html body content preview title password passphrase secret secrets token tokens cookie cookies authorization credential credentials phone number numbers tel caller callee query search header headers user username login".split(
    " ",
  ),
);

const wordsOf = (key: string): string[] =>
  key
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);

/** One pass, alternatives tried in order: the named group `keep` is let through, the rest is hidden. Quantifiers are bounded, so the time is linear. */
const patterns = new RegExp(
  [
    String.raw`(?<keep>\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b\d{4}-\d\d-\d\d(?:T[\d:.]{5,16}Z?)?(?![\w-]))`,
    String.raw`(?<credentials>:\/\/[^\s/@]{1,200}@)`,
    String.raw`(?<assigned>\b(?:password|passwd|pwd|secret|token|key|apikey|api_key|signature|sig|auth)["']?\s{0,3}[=:]\s{0,3}["']?[^\s"'&,;]{1,400})`,
    String.raw`\b(?:bearer|basic)\s{1,3}[\w.~+/=-]{6,2000}`,
    String.raw`[^\s<>"'(),:;@=\[\]]{1,120}@[^\s<>"'(),:;@\[\]]{1,200}`,
    String.raw`(?<ip>(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]))`,
    String.raw`(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{1,4}(?![\w:])`,
    String.raw`(?<![\w.:-])(?:\+|\(?0)[\d()][\d ()./-]{5,22}\d(?!\w)`,
    String.raw`(?<![\w.:-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\w)`,
    String.raw`(?<!\w)\d{10,19}(?!\w)`,
    String.raw`(?<run>[\w+=~-]{22,4000})`,
  ].join("|"),
  "gi",
);

const isPlainWords = (run: string): boolean =>
  run.split(/[_-]/).every((part) => /^[a-z]{0,20}$/.test(part) || /^[A-Z]{0,20}$/.test(part));

const isInner = (ip: string): boolean => /^(?:127|10|0)\.|^192\.168\.|^172\.(?:1[6-9]|2\d|3[01])\./.test(ip);

const escapeControls = (text: string): string =>
  text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (c) =>
    c === "\n" ? "\\n" : `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const longest = 4_000;

/** A text without e-mail addresses, phone numbers, tokens, credentials and public IP addresses, control characters escaped, at most 4,000 characters. */
export const maskText = (text: string): string => {
  const short = text.length > longest ? `${text.slice(0, longest)}…` : text;
  const masked = short.replaceAll(patterns, (match: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as Record<string, string | undefined>;
    if (groups["keep"] !== undefined) return match;
    if (groups["credentials"] !== undefined) return `://${hidden}@`;
    if (groups["assigned"] !== undefined) return `${/^\w+/.exec(match)?.[0] ?? ""}=${hidden}`;
    if (groups["ip"] !== undefined) return isInner(match) ? match : `${match.slice(0, match.lastIndexOf("."))}.x`;
    if (groups["run"] !== undefined && isPlainWords(match)) return match;
    return hidden;
  });
  return escapeControls(masked);
};

/** Facts as they may be written: numbers and flags as they are, texts masked, and texts under a key that speaks of a person or a secret hidden whole. */
export const maskFacts = (facts: Facts): Record<string, string | number | boolean | null> => {
  const out: Record<string, string | number | boolean | null> = {};
  for (const [key, value] of Object.entries(facts)) {
    if (!/^[a-z][a-zA-Z0-9]{0,39}$/.test(key)) continue;
    if (typeof value !== "string") out[key] = value;
    else out[key] = wordsOf(key).some((word) => privateWords.has(word)) ? hidden : maskText(value);
  }
  return out;
};

/** What a thrown value says, as facts: error, code and stack. */
export const factsOf = (error: unknown): Facts => {
  if (!(error instanceof Error)) return { error: String(error) };
  const code = (error as { code?: unknown }).code;
  return {
    error: error.message,
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    stack: (error.stack ?? "")
      .split("\n")
      .slice(1, 9)
      .map((line) => line.trim())
      .join(" | "),
  };
};

const marks: Readonly<Record<string, string>> = { debug: "debug", info: "     ", warn: "WARN ", error: "ERROR" };

const readable = (line: string): string => {
  const { time, level, event, ...facts } = JSON.parse(line) as Record<string, string>;
  const tail = Object.entries(facts).map(
    ([key, value]) =>
      `${key}=${typeof value === "string" && /[\s"=]/.test(value) ? JSON.stringify(value) : String(value)}`,
  );
  return `${[time?.slice(11, 19), marks[level ?? ""] ?? level, event, ...tail].join(" ")}\n`;
};

/** Opens the log. Lines go to standard output unless `write` is given; `pretty` makes them readable for a person. */
export const createLog = (options: {
  readonly level: LogLevel | "silent";
  readonly pretty: boolean;
  readonly write?: (line: string) => void;
}): Log => {
  const write = options.write ?? ((line: string) => void process.stdout.write(line));
  const stream = options.pretty
    ? { write: (line: string) => write(readable(line)) }
    : options.write
      ? { write }
      : pino.destination({ fd: 1, sync: true });
  const root = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      messageKey: "event",
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  const on = (carried: Facts): Log => {
    const at =
      (level: LogLevel) =>
      (event: string, facts?: Facts): void => {
        if (!root.isLevelEnabled(level)) return;
        root[level]({ ...carried, ...(facts ? maskFacts(facts) : {}) }, maskText(event));
      };
    return {
      debug: at("debug"),
      info: at("info"),
      warn: at("warn"),
      error: at("error"),
      child: (facts) => on({ ...carried, ...maskFacts(facts) }),
    };
  };
  return on({});
};

/** A log that says nothing, for callers that have none. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLog,
};
