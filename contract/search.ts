// Search over concerns, messages and customers.
import { z } from "zod";
import { concernRow } from "#contract/concerns.ts";
import { endpoint } from "#contract/endpoint.ts";
import { customerId, messageId } from "#contract/ids.ts";

/** Text in parts; the parts that matched are marked. Never HTML. */
export const highlighted = z.array(z.strictObject({ text: z.string(), hit: z.boolean() }));
export type Highlighted = z.infer<typeof highlighted>;

export const searchResult = z.strictObject({
  concerns: z.array(
    z.strictObject({ row: concernRow, subject: highlighted, messageId: messageId.nullable(), excerpt: highlighted }),
  ),
  customers: z.array(z.strictObject({ id: customerId, name: highlighted, address: highlighted })),
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
};
