// Notices: what a brand has to say at once to everybody who opens its chat, above all what is out of order.
import { z } from "zod";
import { done, endpoint, instant } from "#contract/endpoint.ts";
import { brandId, noticeId } from "#contract/ids.ts";

/** Longest text of a notice in one language, in characters. */
export const noticeLength = 500;

const text = z.string().trim().max(noticeLength);

export const notice = z.strictObject({
  id: noticeId,
  brandId,
  /** Plain text; addresses of pages in it become links. One of them may be empty: then the other is shown in both languages. */
  text: z.strictObject({ de: text, en: text }),
  from: instant,
  /** From then on it is not shown; null: until somebody ends it. */
  until: instant.nullable(),
});
export type Notice = z.infer<typeof notice>;

const input = notice.omit({ id: true });
export type NoticeInput = z.infer<typeof input>;

export const notices = {
  list: endpoint({
    method: "GET",
    path: "/api/notices",
    permission: "signedIn",
    summary: "Notices that are shown in chats, or will be",
    result: z.array(notice),
  }),
  create: endpoint({
    method: "POST",
    path: "/api/notices",
    permission: "notice.manage",
    summary: "Show a notice in a brand's chats",
    body: input,
    result: notice,
  }),
  change: endpoint({
    method: "PUT",
    path: "/api/notices/:id",
    permission: "notice.manage",
    summary: "Change a notice; its brand stays",
    params: z.strictObject({ id: noticeId }),
    body: input,
    result: notice,
  }),
  remove: endpoint({
    method: "DELETE",
    path: "/api/notices/:id",
    permission: "notice.manage",
    summary: "End a notice now",
    params: z.strictObject({ id: noticeId }),
    result: done,
  }),
};
