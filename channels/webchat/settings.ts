// What an operator fills in to connect a chat widget. The desk's form draws itself from this schema; words stand in locales under `channels.webchat`.
import { z } from "zod";

/** An origin as browsers say it: scheme, host and port, nothing behind. */
const origin = z
  .string()
  .regex(/^https?:\/\/[a-z0-9.-]{1,253}(?::\d{1,5})?$|^https?:\/\/\[[0-9a-f:]{2,39}\](?::\d{1,5})?$/i)
  .transform((text) => text.toLowerCase());

export const webchatSettings = z.strictObject({
  /** Pages that may carry the widget. */
  origins: z.array(origin),
  /** Said by the widget before anything is asked. */
  greeting: z.string().max(500),
});
export type WebchatSettings = z.infer<typeof webchatSettings>;
