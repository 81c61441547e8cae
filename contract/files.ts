// Files as the desk sees them: attachments of messages, and files waiting in a draft.
import { z } from "zod";
import { endpoint } from "#contract/endpoint.ts";

/** Why nobody may have a file: the virus scanner has not looked at it yet, has found something, or cannot look into it. */
export const held = z.strictObject({
  why: z.enum(["waiting", "infected", "unscannable"]),
  /** The scanner's own words. */
  finding: z.string().nullable(),
});

/** One file shown to a person. `url` is signed, expires and works without a cookie; it always downloads. */
export const fileView = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  mediaType: z.string(),
  sizeBytes: z.number().int(),
  inlineId: z.string().nullable(),
  url: z.string(),
  /** A raster image that may be shown inline from its signed address. */
  image: z.boolean(),
  held: held.optional(),
  /** Card numbers or session secrets stand in it: the address gives a copy without them; `cleaned` false: there is none, and it gives nothing. */
  secret: z.strictObject({ kinds: z.array(z.enum(["card", "session", "key"])), cleaned: z.boolean() }).optional(),
});
export type FileView = z.infer<typeof fileView>;

/** What a draft or a reply names: an uploaded file by the id the upload gave. */
export const uploadId = z.uuid().brand<"UploadId">();
export type UploadId = z.infer<typeof uploadId>;

export const files = {
  /** multipart/form-data with one part "file"; answered when the bytes are stored. The limit is said in `settings.public`. */
  upload: endpoint({
    method: "POST",
    path: "/api/files",
    permission: "file.write",
    summary: "Store one file to attach it to a draft, a reply or a note",
    result: z.strictObject({ uploadId, file: fileView }),
  }),
};
