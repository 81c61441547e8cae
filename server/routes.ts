// Puts the contract's endpoints on the wire: who asks, may they, is the input right, what is the answer. Called by server/app.ts.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { AgentActor } from "#contract/actor.ts";
import type { Call, Endpoint } from "#contract/endpoint.ts";
import { isRefusal, refuse, statusOf, type ErrorBody, type Refusal } from "#contract/errors.ts";
import { allows } from "#contract/permissions.ts";
import { isUnavailable } from "#platform/db/db.ts";
import { isFilesUnavailable } from "#platform/files/files.ts";
import type { Log } from "#platform/log.ts";
import { languageOf, words } from "#server/words.ts";

/** What the session cookie stands for; null: nothing (any more). */
export type SessionOf = (token: string) => Promise<{ readonly who: AgentActor; readonly csrf: string } | null>;

/** A route that may also look at the request itself (uploads). */
export interface MountedRoute<W> {
  readonly endpoint: Endpoint;
  readonly handle: (
    world: W,
    call: Call,
    input: { readonly params: unknown; readonly query: unknown; readonly body: unknown },
    request: FastifyRequest,
  ) => Promise<unknown>;
}

export interface Mounting<W> {
  readonly app: FastifyInstance;
  /** The world as this asker has it: addresses of files in an answer are theirs alone. */
  readonly worldOf: (who: AgentActor | null) => W;
  readonly routes: readonly MountedRoute<W>[];
  /** Bytes of the largest body; absent: the server's own limit. */
  readonly bodyLimit?: number;
  readonly sessionOf: SessionOf;
  readonly cookieName: string;
  readonly setCookie: (reply: FastifyReply, token: string | null) => void;
  /** True when the request comes from our own pages (Origin or Sec-Fetch-Site). */
  readonly sameOrigin: (request: FastifyRequest) => boolean;
  readonly log: Log;
  /** Check every answer against the contract. */
  readonly checkAnswers: boolean;
}

/** Sends a refusal with its status, its words in the reader's language and the request's id. */
export const sendRefusal = (request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply => {
  const language = languageOf(request.headers["accept-language"]);
  const status = statusOf(refusal.refused);
  const facts = refusal.facts ?? {};
  const body: ErrorBody = {
    error: {
      code: refusal.refused,
      message: words(language, `errors.${refusal.refused}`, facts),
      facts,
      field: refusal.field ?? null,
      requestId: String(request.id),
    },
  };
  if (status === 503 || status === 429) void reply.header("retry-after", String(facts["seconds"] ?? 5));
  return reply.code(status).send(body);
};

const part = (schema: Endpoint["body"], value: unknown): { readonly value: unknown } | Refusal => {
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return { value: parsed.data };
  const issue = parsed.error.issues[0];
  return refuse("invalidInput", { detail: issue?.message ?? "" }, issue?.path.join(".") ?? "");
};

/** Who a request comes from. */
export const whoAsks = async <W>(
  mounting: Pick<Mounting<W>, "cookieName" | "sessionOf">,
  request: FastifyRequest,
): Promise<{ readonly token: string; readonly who: AgentActor; readonly csrf: string } | null> => {
  const token = request.cookies[mounting.cookieName];
  if (!token || token.length > 200) return null;
  const session = await mounting.sessionOf(token);
  return session ? { token, ...session } : null;
};

const answerOne = async <W>(
  mounting: Mounting<W>,
  route: MountedRoute<W>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> => {
  const { endpoint } = route;
  const session = await whoAsks(mounting, request);
  const changes = endpoint.method !== "GET";
  if (changes && !mounting.sameOrigin(request)) return sendRefusal(request, reply, refuse("notAllowed"));
  if (endpoint.permission !== "public") {
    if (!session) return sendRefusal(request, reply, refuse("notSignedIn"));
    if (changes && request.headers["x-csrf"] !== session.csrf) return sendRefusal(request, reply, refuse("notAllowed"));
    if (!allows(session.who.role, endpoint.permission)) return sendRefusal(request, reply, refuse("notAllowed"));
  }
  const params = part(endpoint.params, request.params);
  const query = part(endpoint.query, request.query);
  const body = part(endpoint.body, changes && !request.isMultipart() ? request.body : {});
  for (const each of [params, query, body]) if (isRefusal(each)) return sendRefusal(request, reply, each);
  const call: Call = {
    who: session?.who ?? null,
    remoteIp: request.ip,
    sessionToken: session?.token ?? null,
    requestId: String(request.id),
    setSession: (token) => mounting.setCookie(reply, token),
  };
  const result = await route.handle(
    mounting.worldOf(call.who),
    call,
    {
      params: (params as { value: unknown }).value,
      query: (query as { value: unknown }).value,
      body: (body as { value: unknown }).value,
    },
    request,
  );
  if (isRefusal(result)) return sendRefusal(request, reply, result);
  if (mounting.checkAnswers) {
    const checked = endpoint.result.safeParse(result);
    if (!checked.success)
      throw new Error(
        `${endpoint.method} ${endpoint.path} answers against its contract: ${checked.error.message.slice(0, 1000)}`,
      );
  }
  return reply.header("content-type", "application/json; charset=utf-8").send(JSON.stringify(result));
};

/** Mounts all routes. An endpoint that is mounted twice is a bug and throws at the start. */
export const mount = <W>(mounting: Mounting<W>): void => {
  const seen = new Set<string>();
  for (const route of mounting.routes) {
    const name = `${route.endpoint.method} ${route.endpoint.path}`;
    if (seen.has(name)) throw new Error(`${name} is mounted twice`);
    seen.add(name);
    mounting.app.route({
      ...(mounting.bodyLimit === undefined ? {} : { bodyLimit: mounting.bodyLimit }),
      method: route.endpoint.method,
      url: route.endpoint.path,
      handler: (request, reply) => answerOne(mounting, route, request, reply),
    });
  }
};

/** What a failed request answers: refusals of the framework in our words, bugs as "internal" with the request's id, the database or the files away as 503. */
export const answerFailure =
  (log: Log) =>
  (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const status =
      typeof error === "object" && error !== null && "statusCode" in error && typeof error.statusCode === "number"
        ? error.statusCode
        : 500;
    if (status === 413) return void sendRefusal(request, reply, refuse("tooLarge"));
    if (status >= 400 && status < 500)
      return void sendRefusal(
        request,
        reply,
        refuse(status === 404 ? "notFound" : "invalidInput", {
          detail: error instanceof Error ? error.message.slice(0, 200) : "",
        }),
      );
    if (isUnavailable(error) || isFilesUnavailable(error) || status === 503) {
      log.warn("http.unavailable", {
        requestId: String(request.id),
        error: error instanceof Error ? error.message.slice(0, 300) : "unknown",
      });
      return void sendRefusal(request, reply, refuse("unavailable"));
    }
    log.error("http.failed", {
      requestId: String(request.id),
      route: request.routeOptions.url ?? "",
      error: error instanceof Error ? (error.stack ?? error.message) : "unknown",
    });
    sendRefusal(request, reply, refuse("internal"));
  };
