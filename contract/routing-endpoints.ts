// Endpoints of routing: setting it up, one's own work, the floor as supervisors see it, wallboards.
import { z } from "zod";
import { done, endpoint, instant } from "#contract/endpoint.ts";
import { agentId, concernId, queueId, teamId, workId } from "#contract/ids.ts";
import { agentWork, capacity, routingBook } from "#contract/routing-book.ts";
import {
  presence,
  routingNow,
  shares,
  wait,
  wallboard,
  wallboardNow,
  wish,
  wishId,
  workRow,
} from "#contract/routing.ts";

const agentParams = z.strictObject({ id: agentId });
const workParams = z.strictObject({ id: workId });

/** A past day as it was, and as it would have been with another book. */
const played = z.strictObject({
  /** How many pieces of work were played, and whether there were more. */
  played: z.number().int(),
  more: z.boolean(),
  queues: z.array(
    z.strictObject({
      queueId,
      came: z.number().int(),
      overflowedTo: z.array(z.strictObject({ queueId, count: z.number().int() })),
      relaxed: z.number().int(),
      was: shares,
      would: shares,
      /** Answered by nobody until the day's end. */
      left: z.number().int(),
    }),
  ),
  agents: z.array(z.strictObject({ agentId, was: z.number().int(), would: z.number().int() })),
  /** Concerns that no queue takes. */
  nowhere: z.number().int(),
});
export type PlayedDay = z.infer<typeof played>;

export const routing = {
  book: endpoint({
    method: "GET",
    path: "/api/routing-book",
    permission: "signedIn",
    summary: "Skills, queues, reasons and everything else that routing is set up by",
    result: z.strictObject({ book: routingBook, revision: z.number().int() }),
  }),
  setBook: endpoint({
    method: "PUT",
    path: "/api/routing-book",
    permission: "setting.manage",
    summary: "Set up routing; what waits finds its queue anew, nobody loses what they hold",
    body: z.strictObject({
      book: routingBook,
      /** The revision that was changed; where another one stands now it is refused. */
      was: z.number().int(),
    }),
    result: z.strictObject({ book: routingBook, revision: z.number().int() }),
  }),
  preview: endpoint({
    method: "POST",
    path: "/api/routing-previews",
    permission: "setting.manage",
    summary: "How the work of a past day would have gone with this book",
    /** The day is one of that time zone's ("Europe/Berlin"). */
    body: z.strictObject({ book: routingBook, day: z.iso.date(), zone: z.string().min(1).max(64) }),
    result: played,
  }),
  agentWork: endpoint({
    method: "GET",
    path: "/api/agent-work",
    permission: "signedIn",
    summary: "What all agents are set up for",
    result: z.array(agentWork.extend({ agentId })),
  }),
  setAgentWork: endpoint({
    method: "PUT",
    path: "/api/agents/:id/work",
    permission: "team.supervise",
    summary: "Set an agent's skills, capacity and queues",
    params: agentParams,
    body: agentWork,
    result: agentWork.extend({ agentId }),
  }),
  mine: endpoint({
    method: "GET",
    path: "/api/my-work",
    permission: "signedIn",
    summary: "My presence, what is offered to me, what I hold, and my day",
    result: z.strictObject({
      presence,
      capacity,
      load: z.number(),
      work: z.array(workRow),
      /** What waits in the queues that I may take from. */
      queues: z.array(z.strictObject({ queueId, waiting: z.number().int(), mayPull: z.boolean() })),
      today: z.strictObject({
        handled: z.number().int(),
        /** Promises kept and missed in what was mine. */
        kept: z.number().int(),
        missed: z.number().int(),
        busySeconds: z.number(),
        thereSeconds: z.number(),
      }),
      /** Ended a moment ago, and nothing was said of how; asked for in the wrap-up. */
      toDispose: workRow.pick({ id: true, concernId: true, number: true, subject: true, kind: true }).nullable(),
      /** What a supervisor told me or my teams today, newest first. */
      told: z.array(
        z.strictObject({ id: z.uuid(), at: instant, by: agentId, teamId: teamId.nullable(), text: z.string() }),
      ),
    }),
  }),
  wish: endpoint({
    method: "POST",
    path: "/api/work-wishes",
    permission: "signedIn",
    summary:
      "Accept, decline, pull, park, take back, transfer; be available, busy or away; pause a queue. Answers when it was done or refused",
    body: z.strictObject({ id: wishId, wish }),
    result: done,
  }),
  dispose: endpoint({
    method: "POST",
    path: "/api/work/:id/disposition",
    permission: "signedIn",
    summary: "Say what became of a piece of work that I had",
    params: workParams,
    body: z.strictObject({ dispositionId: z.uuid() }),
    result: done,
  }),
  ofConcern: endpoint({
    method: "GET",
    path: "/api/concerns/:id/work",
    permission: "concern.read",
    summary: "The piece of work that this concern is, with place and predicted wait; null: it wants nobody",
    params: z.strictObject({ id: concernId }),
    result: z.strictObject({ work: workRow.nullable(), wait: wait.nullable() }),
  }),
  waiting: endpoint({
    method: "GET",
    path: "/api/queues/:id/waiting",
    permission: "signedIn",
    summary: "What waits in a queue, in its order; the first hundred",
    params: z.strictObject({ id: queueId }),
    result: z.array(workRow.extend({ wait: wait.nullable() })),
  }),
  now: endpoint({
    method: "GET",
    path: "/api/routing-now",
    permission: "team.supervise",
    summary: "All queues and agents as they are now",
    result: routingNow,
  }),
  tell: endpoint({
    method: "POST",
    path: "/api/team-words",
    permission: "team.supervise",
    summary: "Tell a team, or everybody (null), something; it stands at their desks",
    body: z.strictObject({ teamId: teamId.nullable(), text: z.string().trim().min(1).max(500) }),
    result: done,
  }),
  wallboards: endpoint({
    method: "GET",
    path: "/api/wallboards",
    permission: "team.supervise",
    summary: "The wallboards that have a link",
    result: z.array(wallboard),
  }),
  addWallboard: endpoint({
    method: "POST",
    path: "/api/wallboards",
    permission: "team.supervise",
    summary: "Make a wallboard; its link is shown this once",
    body: z.strictObject({
      name: z.string().trim().min(1).max(60),
      /** Empty: all queues. */
      queueIds: z.array(queueId).max(20),
    }),
    /** `path`: behind the centre's own address. */
    result: z.strictObject({ id: z.uuid(), path: z.string() }),
  }),
  removeWallboard: endpoint({
    method: "DELETE",
    path: "/api/wallboards/:id",
    permission: "team.supervise",
    summary: "Revoke a wallboard's link",
    params: z.strictObject({ id: z.uuid() }),
    result: done,
  }),
  wallboard: endpoint({
    // Not in the address, which stands in logs.
    method: "POST",
    path: "/api/wallboard-now",
    permission: "public",
    summary: "What a wallboard shows, for whoever has its link",
    body: z.strictObject({ token: z.string().max(100) }),
    result: wallboardNow,
  }),
};
