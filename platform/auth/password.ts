// Keeps and checks passwords (Argon2id, RFC 9106). The agents' module calls it at sign-in and when a password is set.

/** Loaded with the first password: native code of 3 MB. */
const argon = () => import("@node-rs/argon2");

/** OWASP's setting for 19 MiB: about 10 ms of one core. */
const strength = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const current = `$argon2id$v=19$m=${strength.memoryCost},t=${strength.timeCost},p=${strength.parallelism}$`;

/** Each check takes 19 MiB and a thread: more than this many wait in line. */
const atOnce = 2;
let running = 0;
const waiting: (() => void)[] = [];

const inLine = async <T>(work: () => Promise<T>): Promise<T> => {
  if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
};

/** The same letters typed on another keyboard are the same password. */
const normal = (password: string): string => password.normalize("NFKC");

/** Longer ones are refused by `judgePassword`, and never match. */
export const longestPassword = 200;

/** The text to store for a password. */
export const hashPassword = (password: string): Promise<string> =>
  inLine(async () => (await argon()).hash(normal(password), strength));

let decoy: Promise<string> | undefined;

/**
 * Does the password fit the stored text? `stored` null (nobody has that name) takes as long and never fits. `rehash` asks the caller
 * to store `hashPassword` anew, because the stored one was made with older settings.
 */
export const verifyPassword = async (
  stored: string | null,
  password: string,
): Promise<{ readonly ok: boolean; readonly rehash: boolean }> => {
  const against = stored ?? (await (decoy ??= hashPassword("nobody has this password")));
  const tooLong = password.length > longestPassword;
  const fits = await inLine(async () =>
    (await argon()).verify(against, normal(tooLong ? "" : password)).catch(() => false),
  );
  const ok = fits && stored !== null && !tooLong;
  return { ok, rehash: ok && !against.startsWith(current) };
};

/** Words and patterns that open every list of leaked passwords, without their trailing digits and marks. */
const common = new Set(
  "password passwort passw0rd p@ssw0rd p@ssword geheim hallo hallowelt willkommen welcome admin administrator root login letmein iloveyou ichliebedich schatz sommer winter fruehling frühling herbst monday montag qwerty qwertyuiop qwertz qwertzuiop asdfgh asdfghjkl yxcvbnm zxcvbnm q1w2e3r4t5 1q2w3e4r5t 1qaz2wsx qazwsxedc abc abcdef abcdefgh abcdefghij abc123 test testtest changeme default secret dragon monkey football fussball baseball princess sunshine superman batman starwars michael daniel berlin hamburg muenchen münchen deutschland germany servicecenter kundenservice support service trustno draht".split(
    " ",
  ),
);

/** What is wrong with a password somebody wants: null when nothing. `facts` are the person's name, address and the like, which must not be most of it. */
export const judgePassword = (
  password: string,
  facts: readonly string[] = [],
): "tooShort" | "tooLong" | "common" | null => {
  const text = normal(password);
  if (Array.from(text).length < 10) return "tooShort";
  if (text.length > longestPassword) return "tooLong";
  const lower = text.toLowerCase();
  if (new Set(lower).size < 5) return "common";
  const core = lower.replace(/^[^\p{L}]+/u, "").replace(/[^\p{L}]+$/u, "");
  // All digits: any number can be guessed that short, and a run such as 1234567890 is the first guess.
  if (core === "" && text.length < 16) return "common";
  if (common.has(core) || common.has(lower)) return "common";
  for (const half of [lower.slice(0, lower.length / 2)]) if (half + half === lower && half.length < 10) return "common";
  for (const fact of facts) {
    for (const part of fact.toLowerCase().split(/[^\p{L}\p{N}]+/u))
      if (part.length >= 4 && lower.includes(part) && lower.length - part.length < 6) return "common";
  }
  return null;
};
