// A file's bytes without the secrets in it. Called by platform/files/secrets.ts and its thread.
import { coverFile, type SecretKind } from "#lib/secrets.ts";

export interface Cleaned {
  readonly kinds: readonly SecretKind[];
  readonly bytes: Uint8Array;
}

/** Null: nothing was found. The rest of the bytes stays as it is, whatever the encoding. */
export const cleaned = (bytes: Uint8Array): Cleaned | null => {
  const { text, found } = coverFile(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"));
  if (found.length === 0) return null;
  return { kinds: [...new Set(found.map((each) => each.kind))].toSorted(), bytes: Buffer.from(text, "latin1") };
};
