// The demo world's post box: what customers would receive, and a way to write as a customer.
import { z } from "zod";
import { done, endpoint, instant } from "#contract/endpoint.ts";

export const posted = z.strictObject({
  id: z.string(),
  at: instant,
  from: z.string(),
  to: z.array(z.string()),
  subject: z.string(),
  text: z.string(),
  /** Address of the sanitised HTML document, or null. */
  htmlUrl: z.string().nullable(),
  files: z.array(z.strictObject({ name: z.string(), mediaType: z.string(), sizeBytes: z.number().int() })),
  automatic: z.boolean(),
});
export type Posted = z.infer<typeof posted>;

export const postbox = {
  list: endpoint({
    method: "GET",
    path: "/api/postbox",
    permission: "postbox.use",
    summary: "Mails that left, newest first",
    query: z.strictObject({
      to: z.string().max(320).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    result: z.strictObject({
      mails: z.array(posted),
      people: z.array(z.strictObject({ name: z.string(), address: z.string() })),
      doors: z.array(z.string()),
    }),
  }),
  write: endpoint({
    method: "POST",
    path: "/api/postbox",
    permission: "postbox.use",
    summary: "Write a mail as a customer, through the real SMTP door",
    body: z.strictObject({
      from: z.string().max(320),
      name: z.string().max(200),
      to: z.string().max(320),
      subject: z.string().max(500),
      text: z.string().max(100_000),
      /** id of a received mail this one answers */ answers: z.string().max(200).nullable(),
    }),
    result: done,
  }),
};
