// How an endpoint is written down: data that server, browser and the OpenAPI page read alike.
import { z } from "zod";
import type { AgentActor } from "#contract/actor.ts";
import type { Refusal } from "#contract/errors.ts";
import type { Permission } from "#contract/permissions.ts";

export interface Endpoint<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With ":name" for each key of `params`. */
  readonly path: string;
  readonly permission: Permission;
  readonly summary: string;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly result: R;
}

export const nothing = z.strictObject({});
/** The result of a call that has nothing to say beyond having been done. */
export const done = z.strictObject({ done: z.literal(true) });

/** Writes an endpoint down; parts left out are empty. */
export const endpoint = <
  R extends z.ZodType,
  P extends z.ZodType = typeof nothing,
  Q extends z.ZodType = typeof nothing,
  B extends z.ZodType = typeof nothing,
>(
  e: Pick<Endpoint, "method" | "path" | "permission" | "summary"> & {
    readonly result: R;
    readonly params?: P;
    readonly query?: Q;
    readonly body?: B;
  },
): Endpoint<P, Q, B, R> => ({
  method: e.method,
  path: e.path,
  permission: e.permission,
  summary: e.summary,
  params: e.params ?? (nothing as unknown as P),
  query: e.query ?? (nothing as unknown as Q),
  body: e.body ?? (nothing as unknown as B),
  result: e.result,
});

export type Input<E extends Endpoint> = {
  readonly params: z.output<E["params"]>;
  readonly query: z.output<E["query"]>;
  readonly body: z.output<E["body"]>;
};
export type Result<E extends Endpoint> = z.output<E["result"]>;

/** Instants cross the wire as ISO 8601 in UTC. */
export const instant = z.iso.datetime();
/** An opaque place in a keyset-paged list. */
export const cursor = z.string().max(400);

/** What surrounds one call: who asks (null: nobody is signed in) and from where. */
export interface Call {
  readonly who: AgentActor | null;
  readonly remoteIp: string;
  readonly sessionToken: string | null;
  readonly requestId: string;
  /** Sets the session cookie, or ends it with null. */
  readonly setSession: (token: string | null) => void;
}

/** An endpoint with its answer. The world's type is the module's own. */
export interface Route<W> {
  readonly endpoint: Endpoint;
  readonly handle: (
    world: W,
    call: Call,
    input: { readonly params: unknown; readonly query: unknown; readonly body: unknown },
  ) => Promise<unknown>;
}

/** Joins an endpoint and its answer; the types of input and result are the contract's. A refusal becomes its HTTP status. */
export const answer = <W, E extends Endpoint>(
  e: E,
  handle: (world: W, who: AgentActor, input: Input<E>, call: Call) => Promise<Result<E> | Refusal>,
): Route<W> => ({
  endpoint: e,
  handle: (world, call, input) => handle(world, call.who as AgentActor, input as Input<E>, call),
});
