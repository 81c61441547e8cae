// Search over concerns, messages and customers.
import { z } from "zod";
import { concernRow } from "#contract/concerns.ts";
import { endpoint } from "#contract/endpoint.ts";
import { concernId, customerId, messageId } from "#contract/ids.ts";

/** Text in parts; the parts that matched are marked. Never HTML. */
export const highlighted = z.array(z.strictObject({ text: z.string(), hit: z.boolean() }));

export const searchResult = z.strictObject({
  concerns: z.array(
    z.strictObject({ row: concernRow, subject: highlighted, messageId: messageId.nullable(), excerpt: highlighted }),
  ),
  customers: z.array(
    z.strictObject({
      id: customerId,
      name: highlighted,
      address: highlighted,
      /** What else of them fits: a field by its name, or (name null) the organisation. */
      fact: z.strictObject({ name: z.string().nullable(), value: highlighted }).nullable(),
    }),
  ),
  /** Words that were also looked for: parts of compounds and near spellings. */
  alsoSearched: z.array(z.string()),
});
export type SearchResult = z.infer<typeof searchResult>;

export const search = {
  everything: endpoint({
    method: "GET",
    path: "/api/search",
    permission: "search.use",
    summary: "Find concerns, messages and customers",
    query: z.strictObject({
      q: z.string().trim().min(1).max(200),
      limit: z.coerce.number().int().min(1).max(50).default(20),
    }),
    result: searchResult,
  }),
  within: endpoint({
    method: "GET",
    path: "/api/concerns/:id/hits",
    permission: "search.use",
    summary: "Which messages of a concern fit, and what to mark in them",
    params: z.strictObject({ id: concernId }),
    query: z.strictObject({ q: z.string().trim().min(1).max(200) }),
    result: z.strictObject({
      /** In the order of the thread. */
      hits: z.array(z.strictObject({ messageId, seq: z.number().int() })),
      /** For `markerOf` of lib/marking.ts. */
      marks: z.strictObject({ words: z.array(z.string()), parts: z.array(z.string()), codes: z.array(z.string()) }),
    }),
  }),
};
