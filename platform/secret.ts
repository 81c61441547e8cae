// The centre's own secret and what is made with it: proofs, sealed settings, tokens. server/main.ts opens it for the World.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  randomInt,
  timingSafeEqual,
} from "node:crypto";
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { base32 } from "#lib/id.ts";

export interface Secret {
  /** HMAC-SHA256 for a purpose, lower-case base32 (52 characters). A proof for one purpose is none for another. */
  readonly mac: (purpose: string, text: string) => string;
  /** AES-256-GCM; the result is text and different each time. */
  readonly seal: (plain: string) => string;
  /** Throws when the text was not sealed with this secret or was changed. */
  readonly open: (sealed: string) => string;
}

/** 128 random bits in lower-case base32 (26 characters). */
export const newToken = (): string => base32(randomBytes(16));

/** So many random digits, at most 14: each number is as likely as any. */
export const newDigits = (count: number): string => String(randomInt(10 ** count)).padStart(count, "0");

/** Compares in a time that tells nothing about where two texts differ. */
export const sameText = (a: string, b: string): boolean => {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
};

const sealMark = "s1.";

/** Makes proofs and seals from at least 32 bytes of secret; each use has a key of its own (HKDF, RFC 5869). */
export const secretFrom = (bytes: Uint8Array): Secret => {
  if (bytes.length < 32) throw new Error("The centre's secret must have at least 32 bytes.");
  const keyFor = (use: string): Buffer => Buffer.from(hkdfSync("sha256", bytes, "draht", use, 32));
  const macKey = keyFor("mac");
  const sealKey = keyFor("seal");
  return {
    mac: (purpose, text) =>
      base32(createHmac("sha256", macKey).update(`${purpose.length}:${purpose}:`).update(text).digest()),
    seal: (plain) => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", sealKey, nonce);
      const body = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
      return sealMark + Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64url");
    },
    open: (sealed) => {
      const all = sealed.startsWith(sealMark)
        ? Buffer.from(sealed.slice(sealMark.length), "base64url")
        : Buffer.alloc(0);
      if (all.length < 28) throw new Error("a sealed text is damaged");
      const decipher = createDecipheriv("aes-256-gcm", sealKey, all.subarray(0, 12), { authTagLength: 16 });
      decipher.setAuthTag(all.subarray(12, 28));
      try {
        return Buffer.concat([decipher.update(all.subarray(28)), decipher.final()]).toString("utf8");
      } catch (cause) {
        throw new Error("a sealed text was changed, or was sealed with another secret", { cause });
      }
    },
  };
};

const isThere = (error: unknown): boolean => (error as { code?: unknown }).code === "EEXIST";

/**
 * The secret of a centre: `given` (the same on every machine of the centre, at least 32 characters) or, without it, `dataDir`/secret,
 * made once with mode 0600. Two processes starting at once agree on one.
 */
export const openSecret = (dataDir: string, given?: string): Secret => {
  if (given !== undefined) {
    if (given.length < 32)
      throw new Error("SECRET must have at least 32 characters; `openssl rand -hex 32` makes a good one.");
    return secretFrom(Buffer.from(given, "utf8"));
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, "secret");
  const read = (): Buffer | null => {
    try {
      return Buffer.from(readFileSync(path, "utf8").trim(), "hex");
    } catch (error) {
      if ((error as { code?: unknown }).code === "ENOENT") return null;
      throw error;
    }
  };
  const known = read();
  if (known !== null) {
    if (known.length !== 32)
      throw new Error(
        `${path} is damaged: restore it from a backup. Without it the sealed passwords of the channels cannot be opened.`,
      );
    return secretFrom(known);
  }
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  const fd = openSync(temporary, "wx", 0o600);
  try {
    writeSync(fd, `${randomBytes(32).toString("hex")}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  try {
    // A hard link fails when the name exists, so the first of two starters wins and the other reads.
    linkSync(temporary, path);
    const folder = openSync(dataDir, "r");
    fsyncSync(folder);
    closeSync(folder);
  } catch (error) {
    if (!isThere(error)) throw error;
  } finally {
    unlinkSync(temporary);
  }
  const made = read();
  if (made === null) throw new Error(`${path} cannot be read after it was made`);
  return secretFrom(made);
};
