// The words spoken over the desk's WebSocket at /live.
import { z } from "zod";
import { visitedPage } from "#contract/chat.ts";
import type { AnyEvent } from "#contract/events.ts";
import { agentId, concernId } from "#contract/ids.ts";

/** What a colleague is doing with a concern; never stored. */
export const lookState = z.enum(["viewing", "typing", "away"]);
export type LookState = z.infer<typeof lookState>;

/** Desk to server. `after`: the last event number the desk has applied. */
export const fromDesk = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("hello"), after: z.number().int().nonnegative() }),
  z.strictObject({ type: z.literal("look"), concernId: concernId.nullable(), state: lookState }),
  z.strictObject({ type: z.literal("ping") }),
]);
export type FromDesk = z.infer<typeof fromDesk>;

export const look = z.strictObject({ agentId, concernId, state: lookState });
export type Look = z.infer<typeof look>;

/** A visitor who has a concern's chat open now; never stored. `page`: where they are, null: not said. */
export const visitorLook = z.strictObject({
  concernId,
  state: lookState,
  address: z.string(),
  page: visitedPage.nullable(),
  /** What they sit at, as far as their browser says it. */
  device: z.enum(["phone", "tablet", "computer"]),
  language: z.enum(["de", "en"]),
  /** Since when we know them. */
  since: z.iso.datetime(),
});
export type VisitorLook = z.infer<typeof visitorLook>;

/** Server to desk. `reset`: too much was missed, fetch afresh. `upTo` may pass over events the desk may not see. */
export type ToDesk =
  | { readonly type: "events"; readonly events: readonly AnyEvent[]; readonly upTo: number }
  | { readonly type: "looks"; readonly concernId: string; readonly looks: readonly Look[] }
  /** Said of a concern that the desk looks at. */
  | { readonly type: "visitors"; readonly concernId: string; readonly visitors: readonly VisitorLook[] }
  | { readonly type: "reset"; readonly upTo: number }
  | { readonly type: "pong"; readonly upTo: number };
