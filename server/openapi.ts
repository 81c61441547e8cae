// The API as an OpenAPI 3.1 page, made from the contract. Served at /api/openapi.json.
import { z } from "zod";
import { api } from "#contract/api.ts";
import type { Endpoint } from "#contract/endpoint.ts";
import { errorBody } from "#contract/errors.ts";
import { actor, eventKinds, eventSchema } from "#contract/events.ts";
import { files } from "#contract/files.ts";
import { fromDesk, look } from "#contract/live.ts";

const schemaOf = (schema: z.ZodType, io: "input" | "output"): Record<string, unknown> => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Record<string, unknown>;
  return rest;
};

const parametersOf = (schema: z.ZodType, place: "path" | "query"): unknown[] => {
  const described = schemaOf(schema, "input") as { properties?: Record<string, unknown>; required?: string[] };
  return Object.entries(described.properties ?? {}).map(([name, each]) => ({
    name,
    in: place,
    required: place === "path" || (described.required ?? []).includes(name),
    schema: each,
  }));
};

type Schema = Record<string, unknown>;
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const strict = (properties: Record<string, Schema>): Schema => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
const number: Schema = { type: "integer" };
const idOrNull: Schema = { type: ["string", "null"], format: "uuid" };

/** What goes over the live feed, as server/live.ts and contract/live.ts have it. */
const liveSchemas = (): Record<string, Schema> => ({
  FromDesk: schemaOf(fromDesk, "input"),
  ToDesk: {
    oneOf: [
      strict({ type: { const: "events" }, events: { type: "array", items: ref("Event") }, upTo: number }),
      strict({
        type: { const: "looks" },
        concernId: { type: "string", format: "uuid" },
        looks: { type: "array", items: schemaOf(look, "output") },
      }),
      strict({ type: { const: "reset" }, upTo: number }),
      strict({ type: { const: "pong" }, upTo: number }),
    ],
  },
  Event: {
    oneOf: eventKinds.map((kind) =>
      strict({
        seq: number,
        at: { type: "string", format: "date-time" },
        kind: { const: kind },
        actor: schemaOf(actor, "output"),
        brandId: idOrNull,
        concernId: idOrNull,
        customerId: idOrNull,
        data: schemaOf(eventSchema(kind), "output"),
      }),
    ),
  },
});

const refused: Schema = { description: "Refused", content: { "application/json": { schema: ref("Error") } } };

/** OpenAPI has no words for a WebSocket: the upgrade is an operation, the messages are schemas. */
const live: Schema = {
  get: {
    operationId: "live.open",
    tags: ["live"],
    summary: "Open the live feed (a WebSocket)",
    description: `The desk's socket, one JSON object a message. A client says what \`FromDesk\` allows, first \`{"type":"hello","after":N}\` with the number of the last event it has applied (0: none), and hears \`ToDesk\`: the events it missed and those that come, in the order of their numbers. \`reset\` means that too much was missed: fetch afresh and go on after \`upTo\`. Events carry what changed and nothing of brands the agent may not see.`,
    parameters: [
      { name: "Upgrade", in: "header", required: true, schema: { const: "websocket" } },
      { name: "Origin", in: "header", required: true, schema: { type: "string" } },
    ],
    security: [{ session: [] }],
    responses: {
      101: { description: "Switched to the WebSocket protocol; messages are `FromDesk` and `ToDesk`" },
      401: { description: "Nobody is signed in" },
      403: { description: "Asked for by a page of another address" },
    },
  },
};

const bodyOf = (endpoint: Endpoint): Schema =>
  endpoint === files.upload
    ? {
        "multipart/form-data": {
          schema: strict({ file: { type: "string", contentMediaType: "application/octet-stream" } }),
        },
      }
    : { "application/json": { schema: schemaOf(endpoint.body, "input") } };

/** Who is signed in shows the cookie; what changes something needs the csrf value as well. */
const securityOf = (endpoint: Endpoint): Schema[] =>
  endpoint.permission === "public" ? [] : [{ session: [], ...(endpoint.method === "GET" ? {} : { csrf: [] }) }];

const operation = (group: string, name: string, endpoint: Endpoint): Record<string, unknown> => ({
  operationId: `${group}.${name}`,
  tags: [group],
  summary: endpoint.summary,
  description: `Permission: ${endpoint.permission}`,
  security: securityOf(endpoint),
  parameters: [...parametersOf(endpoint.params, "path"), ...parametersOf(endpoint.query, "query")],
  ...(endpoint.method === "GET" || endpoint.method === "DELETE"
    ? {}
    : {
        requestBody: { required: true, content: bodyOf(endpoint) },
      }),
  responses: {
    200: { description: "Done", content: { "application/json": { schema: schemaOf(endpoint.result, "output") } } },
    default: refused,
  },
});

/** The whole page; built once, because it never changes while the program runs. */
export const openApi = (version: string, cookieName: string): Record<string, unknown> => {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [group, endpoints] of Object.entries(api)) {
    for (const [name, endpoint] of Object.entries(endpoints as Record<string, Endpoint>)) {
      const path = endpoint.path.replaceAll(/:(\w+)/g, "{$1}");
      (paths[path] ??= {})[endpoint.method.toLowerCase()] = operation(group, name, endpoint);
    }
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Draht",
      version,
      description:
        "Sign in with POST /api/sign-in; send the cookie, and the `csrf` value of the answer as X-Csrf with every call that changes something.",
    },
    paths: { ...paths, "/live": live },
    components: {
      schemas: { Error: schemaOf(errorBody, "output"), ...liveSchemas() },
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: cookieName, description: "Set by POST /api/sign-in." },
        csrf: {
          type: "apiKey",
          in: "header",
          name: "X-Csrf",
          description: "The `csrf` value of the sign-in's answer.",
        },
      },
    },
  };
};
