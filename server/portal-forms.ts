// What browsers send to the portal: forms, with files or without. Used by server/portal.ts.
import type { FastifyInstance, FastifyRequest } from "fastify";
import { httpError } from "#platform/http/http.ts";

/** Largest form without files; the longest words fit whatever they are written in. */
export const formBytes = 65_536;

/** A form as it came. */
export interface Sent {
  readonly fields: URLSearchParams;
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

/** Takes forms without files in as they are; those with files are read by `readForm`. */
export const takeForms = (pages: FastifyInstance): void => {
  pages.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string", bodyLimit: formBytes },
    (_request, body, done) => done(null, new URLSearchParams(body as string)),
  );
};

/** Text without what no database keeps. */
export const sound = (text: string): string => text.toWellFormed().replaceAll("\u0000", "");

/** Reads a form, its files whole in memory. Throws 413 and 415. An empty file field is no file. */
export const readForm = async (
  request: FastifyRequest,
  most: { readonly files: number; readonly fileBytes: number },
): Promise<Sent> => {
  if (!request.isMultipart()) {
    if (!(request.body instanceof URLSearchParams)) throw httpError(415, "a form was expected");
    return { fields: request.body, files: [] };
  }
  const fields = new URLSearchParams();
  const files: { name: string; bytes: Uint8Array }[] = [];
  const limits = { files: most.files, fileSize: most.fileBytes, fields: 10, parts: 10 + most.files };
  for await (const part of request.parts({ limits }))
    if (part.type === "field") fields.append(part.fieldname, String(part.value));
    else {
      const bytes = await part.toBuffer();
      if (bytes.byteLength > 0 || part.filename !== "") files.push({ name: sound(part.filename), bytes });
    }
  return { fields, files };
};
