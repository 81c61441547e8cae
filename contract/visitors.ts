// Who chats with us from a website: the keys by which a site signs its users in.
import { z } from "zod";
import { done, endpoint, instant } from "#contract/endpoint.ts";
import { channelId, customerId } from "#contract/ids.ts";

export const signingAlgorithm = z.enum(["HS256", "ES256"]);

/** A key of a channel; never its secret. `usedAt`: when it last signed somebody in, to the minute. */
export const signingKey = z.strictObject({
  id: z.uuid(),
  channelId,
  name: z.string(),
  algorithm: signingAlgorithm,
  createdAt: instant,
  usedAt: instant.nullable(),
});
export type SigningKey = z.infer<typeof signingKey>;

/** What a customer said of themselves in a chat, and how much of it is shown to be so. Empty: nothing was said. */
export const chatter = z.strictObject({
  /** Their address of the kind "chat". */
  address: z.string(),
  name: z.string(),
  email: z.string(),
  /** What shows that they read there: the site's signature, or a code that was mailed; null: nothing does. */
  emailProvedBy: z.enum(["signature", "code"]).nullable(),
  phone: z.string(),
  /** The site's own id for them; null: it has not signed them in. */
  signedId: z.string().nullable(),
  since: instant,
});
export type Chatter = z.infer<typeof chatter>;

/** Keys a channel can have at a time: enough to change them one after the other. */
export const mostSigningKeys = 8;

const byChannel = z.strictObject({ id: channelId });

export const visitors = {
  ofCustomer: endpoint({
    method: "GET",
    path: "/api/customers/:id/visitors",
    permission: "customer.read",
    summary: "What a customer said of themselves in chats, and what of it is proved",
    params: z.strictObject({ id: customerId }),
    result: z.array(chatter),
  }),
  keys: endpoint({
    method: "GET",
    path: "/api/channels/:id/signing-keys",
    permission: "channel.manage",
    summary: "The keys by which a site signs its users in to a chat, without their secrets",
    params: byChannel,
    result: z.array(signingKey),
  }),
  addKey: endpoint({
    method: "POST",
    path: "/api/channels/:id/signing-keys",
    permission: "channel.manage",
    summary: "Add a key: a new secret (HS256), which is told this once, or the site's public key (ES256)",
    params: byChannel,
    body: z.strictObject({
      name: z.string().trim().min(1).max(100),
      /** PEM or JWK of a P-256 key; null: a secret is made. */
      publicKey: z.string().min(1).max(4_000).nullable(),
    }),
    result: z.strictObject({ key: signingKey, secret: z.string().nullable() }),
  }),
  removeKey: endpoint({
    method: "DELETE",
    path: "/api/channels/:id/signing-keys/:keyId",
    permission: "channel.manage",
    summary: "Remove a key: what it signs is refused from now on; who is signed in by it stays so for their session",
    params: z.strictObject({ id: channelId, keyId: z.uuid() }),
    result: done,
  }),
};
