// Brands, channels and topics: under which name we serve, by which ways, about what.
import { z } from "zod";
import { channelKind } from "#contract/channel.ts";
import { kindOfChannel } from "#contract/channel-form.ts";
import { done, endpoint, instant } from "#contract/endpoint.ts";
import { brandId, channelId, teamId, topicId } from "#contract/ids.ts";
import { finding, trouble } from "#contract/reasons.ts";

export const brand = z.strictObject({
  id: brandId,
  name: z.string(),
  /** Plain text below every mail; {agent} and {brand} are filled in. */
  signature: z.string(),
  language: z.enum(["de", "en"]),
});
export type Brand = z.infer<typeof brand>;

/** Health is what the transport last said of itself. */
export const channelHealth = z.enum(["connected", "connecting", "failing", "off"]);
export const channel = z.strictObject({
  id: channelId,
  brandId,
  kind: channelKind,
  name: z.string(),
  enabled: z.boolean(),
  /** The address customers see, for the composer and the admin list. */
  address: z.string(),
  canSend: z.boolean(),
  health: channelHealth,
  healthAt: instant.nullable(),
  /** Why nothing comes in by it; null: what is there comes in, as far as anybody knows. */
  receivingTrouble: trouble.nullable(),
  /** Why nothing can leave by it; null: it can, as far as anybody knows. */
  sendingTrouble: trouble.nullable(),
});
export type Channel = z.infer<typeof channel>;

export const topic = z.strictObject({
  id: topicId,
  parentId: topicId.nullable(),
  name: z.string(),
  /** Where concerns of this topic go; null: nowhere by themselves. */
  teamId: teamId.nullable(),
  /** What a customer's message to a closed concern does. */
  whenClosed: z.enum(["reopen", "follow-up"]),
});
export type Topic = z.infer<typeof topic>;

/** What a message by a kind of channel costs the centre, in cents. */
export const channelCost = z.strictObject({ kind: channelKind, cents: z.number().nullable() });
export type ChannelCost = z.infer<typeof channelCost>;

const channelInput = z.strictObject({
  brandId,
  kind: channelKind,
  name: z.string().trim().min(1).max(100),
  enabled: z.boolean(),
  /** Checked against the channel's own schema; a secret left as null keeps what is stored. */
  settings: z.record(z.string(), z.unknown()),
});

const brandInput = brand
  .omit({ id: true })
  .extend({ name: z.string().trim().min(1).max(100), signature: z.string().max(2000) });
const topicInput = topic.omit({ id: true }).extend({ name: z.string().trim().min(1).max(100) });

export const brands = {
  list: endpoint({
    method: "GET",
    path: "/api/brands",
    permission: "signedIn",
    summary: "All brands",
    result: z.array(brand),
  }),
  create: endpoint({
    method: "POST",
    path: "/api/brands",
    permission: "setting.manage",
    summary: "Add a brand",
    body: brandInput,
    result: brand,
  }),
  change: endpoint({
    method: "PUT",
    path: "/api/brands/:id",
    permission: "setting.manage",
    summary: "Change a brand",
    params: z.strictObject({ id: brandId }),
    body: brandInput,
    result: brand,
  }),
  channels: endpoint({
    method: "GET",
    path: "/api/channels",
    permission: "channel.read",
    summary: "All channels with their health",
    result: z.array(channel),
  }),
  channelKinds: endpoint({
    method: "GET",
    path: "/api/channel-kinds",
    permission: "channel.read",
    summary: "The kinds of channel there are: what each can do, and what its form asks",
    result: z.array(kindOfChannel),
  }),
  changeCost: endpoint({
    method: "PUT",
    path: "/api/channel-kinds/:kind/cost",
    permission: "setting.manage",
    summary: "Say what a message by a kind of channel costs, in cents with two places; null: nothing is known of it",
    params: z.strictObject({ kind: channelKind }),
    body: z.strictObject({ cents: z.number().min(0).max(99_999.99).nullable() }),
    result: channelCost,
  }),
  channelSettings: endpoint({
    method: "GET",
    path: "/api/channels/:id/settings",
    permission: "channel.manage",
    summary: "A channel's settings, secrets left out (null)",
    params: z.strictObject({ id: channelId }),
    result: z.strictObject({ settings: z.record(z.string(), z.unknown()) }),
  }),
  addChannel: endpoint({
    method: "POST",
    path: "/api/channels",
    permission: "channel.manage",
    summary: "Connect a channel",
    body: channelInput,
    result: channel,
  }),
  changeChannel: endpoint({
    method: "PUT",
    path: "/api/channels/:id",
    permission: "channel.manage",
    summary: "Change a channel",
    params: z.strictObject({ id: channelId }),
    body: channelInput,
    result: channel,
  }),
  testChannel: endpoint({
    method: "POST",
    path: "/api/channel-tests",
    permission: "channel.manage",
    summary: "Try a channel's settings, kept or not: send a real message with them, and look whether fetching works",
    body: channelInput.omit({ name: true, enabled: true }).extend({
      /** The channel that is changed: its secrets stand where the settings leave them null. Null: a new one. */
      id: channelId.nullable(),
      /** Where the message goes; empty: only fetching is tried. */
      to: z.string().trim().max(320),
    }),
    result: z.strictObject({
      /** Null: it is set to send nothing, or nothing was to be sent. */
      sending: finding.nullable(),
      /** Null: it is set to fetch from nowhere, or cannot tell. */
      receiving: finding.nullable(),
    }),
  }),
  topics: endpoint({
    method: "GET",
    path: "/api/topics",
    permission: "signedIn",
    summary: "The tree of topics",
    result: z.array(topic),
  }),
  createTopic: endpoint({
    method: "POST",
    path: "/api/topics",
    permission: "setting.manage",
    summary: "Add a topic",
    body: topicInput,
    result: topic,
  }),
  changeTopic: endpoint({
    method: "PUT",
    path: "/api/topics/:id",
    permission: "setting.manage",
    summary: "Change a topic",
    params: z.strictObject({ id: topicId }),
    body: topicInput,
    result: topic,
  }),
  removeTopic: endpoint({
    method: "DELETE",
    path: "/api/topics/:id",
    permission: "setting.manage",
    summary: "Remove a topic that no concern has",
    params: z.strictObject({ id: topicId }),
    result: done,
  }),
};
