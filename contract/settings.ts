// What the sign-in page needs to know, first-run set-up, and the few settings of the whole centre.
import { z } from "zod";
import { done, endpoint } from "#contract/endpoint.ts";

export const publicSettings = z.strictObject({
  /** Nobody has been set up yet: show the set-up page. */
  needsSetUp: z.boolean(),
  demo: z.boolean(),
  /** Only in the demo world: who may sign in with which password. */
  demoLogins: z.array(z.strictObject({ name: z.string(), role: z.string(), email: z.string(), password: z.string() })),
  limits: z.strictObject({
    fileBytes: z.number().int(),
    filesPerMessage: z.number().int(),
    messageBytes: z.number().int(),
  }),
  undoSeconds: z.number().int(),
  version: z.string(),
});
export type PublicSettings = z.infer<typeof publicSettings>;

export const settings = {
  public: endpoint({
    method: "GET",
    path: "/api/settings/public",
    permission: "public",
    summary: "What everybody may know",
    result: publicSettings,
  }),
  setUp: endpoint({
    method: "POST",
    path: "/api/set-up",
    permission: "public",
    summary: "First run: the first admin and the first brand; refused ever after",
    body: z.strictObject({
      name: z.string().trim().min(1).max(100),
      email: z.email().max(254),
      password: z.string().min(10).max(500),
      brandName: z.string().trim().min(1).max(100),
      language: z.enum(["de", "en"]),
    }),
    result: done,
  }),
};
