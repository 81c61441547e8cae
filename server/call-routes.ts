// Routes of calls that need whoever drives them: wishes, dialling, softphones. Mounted by server/app.ts.
import { answer, type Route } from "#contract/endpoint.ts";
import { calls } from "#contract/call-endpoints.ts";
import { errorCodes, isRefusal, refuse, type ErrorCode } from "#contract/errors.ts";
import type { AnyEvent } from "#contract/events.ts";
import { noteQuality, wishOfCall } from "#modules/calls/actions.ts";
import { judgeDial } from "#modules/calls/actions-dialling.ts";
import { callById, callOf } from "#modules/calls/reads.ts";
import { rowFor } from "#modules/concerns/reads.ts";
import type { Follower } from "#platform/live/follow.ts";
import type { World } from "#platform/world.ts";
import type { Connected } from "#server/connected.ts";
import type { Switchboard } from "#server/switchboard.ts";

/** A wish that was not settled by then is told so. */
const settleMs = 5_000;
const codes = new Set<string>(errorCodes);

export const boardRoutes = (parts: {
  readonly follower: () => Follower<AnyEvent>;
  readonly connected: Pick<Connected, "voices">;
  readonly board: () => Switchboard | null;
}): readonly Route<World>[] => [
  answer<World, typeof calls.wish>(calls.wish, async (world, who, { params, body }) => {
    const follower = parts.follower();
    let end: () => void = () => {};
    const settled = new Promise<string | null | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), settleMs);
      const leave = follower.subscribe(follower.upTo(), {
        wants: ({ kind, data }) => kind === "call.settled" && (data as { wishId: string }).wishId === body.id,
        give: (entries) => {
          for (const entry of entries) {
            const event = JSON.parse(entry) as AnyEvent;
            if (event.kind === "call.settled") resolve(event.data.refused);
          }
        },
        reset: () => {},
      });
      end = () => {
        clearTimeout(timer);
        leave();
      };
    });
    try {
      const said = await wishOfCall(world, who, { callId: params.id, ...body });
      if (isRefusal(said)) return said;
      const refused = await settled;
      if (refused === undefined) return refuse("unavailable");
      return refused === null ? { done: true } : refuse(codes.has(refused) ? (refused as ErrorCode) : "invalidInput");
    } finally {
      end();
    }
  }),
  answer<World, typeof calls.dial>(calls.dial, async (world, who, { body }) => {
    // Whoever may not see the concern learns nothing of what there is.
    const row = await rowFor(world.db, who, body.concernId);
    if (isRefusal(row)) return row;
    const board = parts.board();
    const channel = parts.connected.voices().find(({ id }) => id === body.channelId);
    if (board === null || channel === undefined) return refuse("unknownChannel", undefined, "channelId");
    const { implementation, settings } = channel;
    if (!implementation.can(settings as never).dialsOut) return refuse("dialNotAble");
    const judged = await judgeDial(world, world.db, who, body, implementation.rules(settings as never));
    if (isRefusal(judged)) return judged;
    const said = await board.dial({ ...judged, agentId: who.id });
    return isRefusal(said) ? said : ((await callOf(world.db, body.id)) ?? refuse("notFound"));
  }),
  answer<World, typeof calls.device>(calls.device, async (_world, who, { body }) => [
    ...((await parts.board()?.device(who, body.deviceId)) ?? []),
  ]),
  answer<World, typeof calls.offer>(calls.offer, async (world, who, { params, body }) => {
    const row = await callById(world.db, params.id);
    // Only for a leg that rings this agent.
    const mine =
      row?.call.legs.some((leg) => leg.id === body.legId && leg.agentId === who.id && leg.state !== "ended") === true;
    const board = parts.board();
    return !mine || board === null ? refuse("notFound") : board.offer(params.id, body.legId, body.sdp);
  }),
  answer<World, typeof calls.note>(calls.note, (world, who, { params, body }) =>
    noteQuality(world, who, params.id, body),
  ),
];
