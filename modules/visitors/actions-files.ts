// Files a visitor gives before the message that names them. Called by server/chat-files.ts, which has read the bytes, server/chat.ts and server/jobs.ts.
import type { ChatLimits } from "#contract/chat.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import { isProgram } from "#modules/concerns/model-compose.ts";
import {
  insertVisitorFile,
  removeVisitorFiles,
  visitorFiles,
  type VisitorFile,
} from "#modules/visitors/store-files.ts";
import { safeFileName } from "#platform/files/signed.ts";
import { sniff } from "#platform/files/sniff.ts";
import type { World } from "#platform/world.ts";

/** A file that no message has named so long is forgotten. */
const unusedMs = 3_600_000;

/**
 * Stores the bytes, then the row that lets this visitor send them within the hour. What it is the bytes alone say. Refuses empty files, programs and
 * what the virus scanner finds something in; what it could not look at yet is stored and held.
 */
export const keepVisitorFile = async (
  world: Pick<World, "db" | "files" | "now" | "checks" | "secrets">,
  address: string,
  given: { readonly id: string; readonly name: string; readonly bytes: Uint8Array },
): Promise<{ readonly id: string } | Refusal> => {
  if (given.bytes.byteLength === 0) return refuse("fileEmpty", {}, "file");
  if (isProgram((await sniff(given.bytes)).mediaType)) return refuse("fileTypeRefused", {}, "file");
  const stored = await world.files.put(given.bytes);
  await world.secrets?.look(stored, given.bytes);
  const held = (await world.checks?.look(stored.hash)) ?? null;
  if (held?.why === "infected") return refuse("fileInfected", { finding: held.finding ?? "" }, "file");
  await insertVisitorFile(world.db, {
    id: given.id,
    address,
    hash: stored.hash,
    name: safeFileName(given.name),
    mediaType: stored.mediaType,
    sizeBytes: stored.sizeBytes,
    image: stored.image !== null,
    at: world.now().toISOString(),
  });
  return { id: given.id };
};

/** The files a message names, each once. Refuses with notFound (one is not this visitor's, or was swept) and tooManyFiles. */
export const filesToSend = async (
  world: Pick<World, "db">,
  address: string,
  named: readonly string[],
  limits: ChatLimits,
): Promise<readonly VisitorFile[] | Refusal> => {
  const ids = [...new Set(named)];
  if (ids.length === 0) return [];
  if (ids.length > limits.filesPerMessage) return refuse("tooManyFiles");
  const files = await visitorFiles(world.db, address, ids);
  if (files.length < ids.length) return refuse("notFound", {}, "files");
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return bytes > limits.messageBytes ? refuse("tooLarge", {}, "files") : files;
};

/** Forgets files that waited for an hour; those of messages are kept by the messages. Says how many. */
export const removeOldVisitorFiles = (world: Pick<World, "db" | "now">): Promise<number> =>
  removeVisitorFiles(world.db, new Date(world.now().getTime() - unusedMs).toISOString());
