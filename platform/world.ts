// What an action gets as its first argument: everything it needs from outside, as one plain object.
import type { Db } from "#platform/db/db.ts";
import type { FileChecks } from "#platform/files/checks.ts";
import type { Files } from "#platform/files/files.ts";
import type { FileSecrets } from "#platform/files/secrets.ts";
import type { Log } from "#platform/log.ts";

/** Time, chance, store and files. Tests give their own clock; nothing in modules/ reads the real one. */
export interface World {
  readonly db: Db;
  readonly now: () => Date;
  /** A new UUIDv7. */
  readonly newId: () => string;
  /** 128 random bits in lower-case base32. */
  readonly newToken: () => string;
  /** HMAC-SHA256 with the centre's own secret and a purpose, in lower-case base32; the same on every node of one centre. */
  readonly mac: (purpose: string, text: string) => string;
  /** Seals and opens settings' secrets (AES-256-GCM with the centre's own secret). */
  readonly seal: (plain: string) => string;
  readonly open: (sealed: string) => string;
  readonly log: Log;
  readonly files: Files;
  /** What holds files back until a virus scanner has looked at them; absent: nothing does. */
  readonly checks?: FileChecks;
  /** What flags files that hold card numbers or session secrets; absent: nothing does. Messages are looked through unless it is off. */
  readonly secrets?: FileSecrets;
  /** Says that these entries of the log were written; called after the commit. A hint: the truth is the entry's number. */
  readonly wake: (written: readonly { readonly seq: number }[]) => void;
}
