// Endpoints of calls: what agents and supervisors do with them, what a browser that speaks sends. Callers' own roads are the widget, the portal and the telephone.
import { z } from "zod";
import { call, callWish } from "#contract/calls.ts";
import { done, endpoint } from "#contract/endpoint.ts";
import { callId, channelId, concernId, customerId } from "#contract/ids.ts";
import { deviceWay } from "#contract/voice.ts";

const params = z.strictObject({ id: callId });

export const calls = {
  living: endpoint({
    method: "GET",
    path: "/api/calls",
    permission: "signedIn",
    summary: "Calls that live now: those of mine, and all of them for who supervises",
    result: z.array(call),
  }),
  ofConcern: endpoint({
    method: "GET",
    path: "/api/concerns/:id/calls",
    permission: "concern.read",
    summary: "A concern's calls, newest first, with their recordings",
    params: z.strictObject({ id: concernId }),
    result: z.array(call),
  }),
  wish: endpoint({
    method: "POST",
    path: "/api/calls/:id/wishes",
    permission: "concern.answer",
    summary:
      "Hold, mute, press keys, transfer, consult, join, pause the recording, hang up. Answers when it was done or refused",
    params,
    body: z.strictObject({ id: z.uuid(), wish: callWish }),
    result: done,
  }),
  dial: endpoint({
    method: "POST",
    path: "/api/calls",
    permission: "concern.answer",
    summary: "Call a customer from a concern; refused where the rules of dialling say so",
    body: z.strictObject({ id: callId, channelId, concernId, customerId, number: z.string().min(3).max(40) }),
    result: call,
  }),
  device: endpoint({
    method: "POST",
    path: "/api/softphone",
    permission: "concern.answer",
    summary: "This browser is my telephone from now on, until another one is or I am gone; how it reaches the engines",
    body: z.strictObject({ deviceId: z.uuid() }),
    result: z.array(z.strictObject({ channelId, way: deviceWay })),
  }),
  offer: endpoint({
    method: "POST",
    path: "/api/calls/:id/offer",
    permission: "concern.answer",
    summary:
      "My browser's offer for the leg by which I am rung, or join; again after a reload, for the same leg; answered with the engine's description",
    params,
    body: z.strictObject({ legId: z.string().max(100), sdp: z.string().min(1).max(20_000) }),
    result: z.strictObject({ sdp: z.string() }),
  }),
  note: endpoint({
    method: "POST",
    path: "/api/calls/:id/quality",
    permission: "concern.answer",
    summary: "How my browser hears the call, measured by it",
    params,
    body: z.strictObject({
      mos: z.number().min(1).max(5),
      lossPercent: z.number().min(0).max(100),
      jitterMs: z.number().min(0).max(10_000),
      rttMs: z.number().min(0).max(60_000).nullable(),
      /** Nothing comes from there. */
      silent: z.boolean(),
    }),
    result: done,
  }),
};
