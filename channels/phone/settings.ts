// What an operator fills in to take calls. The desk's form draws itself from this schema, in this order: every field's words stand in locales under
// `channels.phone.<field>`; what the notes (`meta`) mean says channels/email/settings.ts.
import { isIP } from "node:net";
import { z } from "zod";
import { callRules } from "#contract/call-rules.ts";
import { e164 } from "#contract/voice.ts";

const port = (start: number) => z.number().int().min(0).max(65_535).meta({ start });

const address = z.string().refine((text) => isIP(text) > 0);

/** How browsers reach the engine that the program brings: their audio comes over UDP, past any proxy. */
const web = z.strictObject({
  /** The address of this machine at which audio arrives; null: all of them. */
  bindAddress: address.nullable(),
  /** The address by which browsers reach that from outside, where a router translates it; null: the same. */
  publicAddress: address.nullable(),
  /** All calls over this one port; 0: each over a free one of its own. */
  udpPort: port(0),
  /** For browsers behind strict networks: "stun:host:port", "turn:user:password@host:port". */
  iceServers: z.array(z.string().regex(/^(?:stun|turns?):\S{3,300}$/u)).max(10),
  /** Parties connected at once. */
  mostLegs: z.number().int().min(2).max(1_000).meta({ start: 200 }),
});

/** An Asterisk of the operator's, told what to do by its REST interface (ARI). */
const asterisk = z.strictObject({
  host: z.string().min(1).max(253),
  port: z.number().int().min(1).max(65_535).meta({ start: 8088 }),
  security: z.enum(["none", "tls"]),
  user: z.string().min(1).max(100),
  password: z.string().meta({ secret: true }),
  /** The name of our application in its dialplan: Stasis(draht). */
  application: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,40}$/u)
    .meta({ start: "draht" }),
  /** The endpoint by which numbers are dialled; empty: none are. */
  trunk: z.string().regex(/^[A-Za-z0-9_.-]{0,80}$/u),
  /** Parties connected at once. */
  mostLegs: z.number().int().min(2).max(2_000).meta({ start: 400 }),
});
export type AsteriskSettings = z.infer<typeof asterisk>;

export const phoneSettings = z.strictObject({
  /** Our own numbers, the one that is shown first; none: calls come from web pages only. */
  numbers: z.array(e164).max(100),
  /** Null: the program's own engine, for browsers only. */
  asterisk: asterisk.nullable(),
  /** Null: at all addresses, over free ports, with no helping servers. */
  web: web.nullable(),
  rules: callRules,
});

/** The settings of one phone channel, secrets opened. */
export type PhoneSettings = z.infer<typeof phoneSettings>;
