// Where bytes live: the port, what went wrong, and the choice of adapter. Intake, uploads and the file route call it through `world.files`.
import type { Readable } from "node:stream";

/** What is known of stored bytes. `image` is set only for png, jpeg, gif and webp that are safe to decode. */
export interface StoredFile {
  /** SHA-256 in lower-case hex; the name of the bytes. */
  readonly hash: string;
  readonly sizeBytes: number;
  /** Sniffed, never told by a sender; application/octet-stream when in doubt. */
  readonly mediaType: string;
  readonly image: { readonly width: number; readonly height: number } | null;
}

export interface Files {
  /** Stores bytes; when it resolves they outlive a crash of program and machine. The same bytes are stored once. Throws `filesFull` or `filesUnavailable`. */
  readonly put: (bytes: Uint8Array) => Promise<StoredFile>;
  /** All bytes; throws `fileMissing` or `filesUnavailable`. */
  readonly read: (hash: string) => Promise<Uint8Array>;
  /** The bytes as a stream that is ready to flow; throws `fileMissing` or `filesUnavailable` before the first byte. */
  readonly stream: (hash: string) => Promise<Readable>;
  readonly has: (hash: string) => Promise<boolean>;
  /** Forgets the bytes; missing ones are no error. The caller knows that nobody refers to them. */
  readonly remove: (hash: string) => Promise<void>;
  /** Takes away what crashes left half-written before that time; says how much. */
  readonly sweep: (olderThan: Date) => Promise<number>;
  /** Hashes of what was stored before that time, in portions. */
  readonly stored: (olderThan: Date) => AsyncIterable<readonly string[]>;
  /** Puts the bytes where `stored` does not list them. Reading finds them all the same, and storing them again stores them anew. */
  readonly setAside: (hash: string) => Promise<void>;
  /** Hashes of what was set aside before that time, in portions. */
  readonly aside: (olderThan: Date) => AsyncIterable<readonly string[]>;
  /** Puts back what was set aside. */
  readonly putBack: (hash: string) => Promise<void>;
  /** Forgets what was set aside, and only that. */
  readonly forgetAside: (hash: string) => Promise<void>;
  /** Rejects when the store cannot be used now. */
  readonly check: () => Promise<void>;
}

const coded = (code: string, message: string, cause?: unknown): Error =>
  Object.assign(new Error(message, cause === undefined ? {} : { cause }), { code });

/** The error for bytes that are not there. */
export const fileMissing = (hash: string): Error =>
  coded("FILE_MISSING", `no stored file has the hash ${hash.slice(0, 12)}…`);
/** The error for a store without room; nothing half-written stays. */
export const filesFull = (where: string, cause: unknown): Error =>
  coded(
    "FILES_FULL",
    `The disk that holds ${where} is full: nothing was stored. Free space there, or set DATA_DIR to a larger disk.`,
    cause,
  );
/** The error for a store that cannot be reached, refuses us, or fails by itself. */
export const filesUnavailable = (message: string, cause?: unknown): Error => coded("FILES_UNAVAILABLE", message, cause);

const codeOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "code" in error ? error.code : undefined;

export const isFileMissing = (error: unknown): boolean => codeOf(error) === "FILE_MISSING";
/** True when storing failed for want of room or of the store itself: the sender should try later. */
export const isFilesUnavailable = (error: unknown): boolean =>
  codeOf(error) === "FILES_FULL" || codeOf(error) === "FILES_UNAVAILABLE";

/** Refuses everything but 64 hex digits, so that a hash can be part of a path. */
export const checkHash = (hash: string): string => {
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new Error("a file's hash is 64 lower-case hex digits");
  return hash;
};
