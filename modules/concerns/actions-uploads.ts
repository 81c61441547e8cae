// Files an agent gives before the message exists. Called by server/app.ts, which has read the bytes.
import type { AgentActor } from "#contract/actor.ts";
import type { Result } from "#contract/endpoint.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { files, UploadId } from "#contract/files.ts";
import { secretView, type Links } from "#modules/concerns/reads-views.ts";
import { isProgram } from "#modules/concerns/model-compose.ts";
import { insertUpload } from "#modules/concerns/store-uploads.ts";
import { safeFileName } from "#platform/files/signed.ts";
import { sniff } from "#platform/files/sniff.ts";
import type { World } from "#platform/world.ts";

/** Stores the bytes, then the row that lets this agent attach them within a day. Empty files, programs and what the virus scanner finds something in are refused. */
export const keepUpload = async (
  world: Pick<World, "db" | "files" | "newId" | "now" | "checks" | "secrets"> & { readonly links: Pick<Links, "file"> },
  who: AgentActor,
  given: { readonly name: string; readonly bytes: Uint8Array },
): Promise<Result<typeof files.upload> | Refusal> => {
  if (given.bytes.byteLength === 0) return refuse("fileEmpty", {}, "file");
  if (isProgram((await sniff(given.bytes)).mediaType)) return refuse("fileTypeRefused", {}, "file");
  const stored = await world.files.put(given.bytes);
  const held = (await world.checks?.look(stored.hash)) ?? null;
  if (held?.why === "infected") return refuse("fileInfected", { finding: held.finding ?? "" }, "file");
  const secret = (await world.secrets?.look(stored, given.bytes)) ?? null;
  const id = world.newId() as UploadId;
  const file = {
    id,
    hash: stored.hash,
    name: safeFileName(given.name),
    mediaType: stored.mediaType,
    sizeBytes: stored.sizeBytes,
    image: stored.image !== null,
  };
  await insertUpload(world.db, { ...file, agentId: who.id, at: world.now().toISOString() });
  const { hash: _, ...shown } = file;
  const url = world.links.file(file);
  return {
    uploadId: id,
    file: {
      ...shown,
      inlineId: null,
      url,
      ...(held === null ? {} : { held }),
      ...(secret === null ? {} : { secret: secretView(secret) }),
    },
  };
};
