// The API as an OpenAPI 3.1 page, made from the contract. Served at /api/openapi.json.
import { z } from "zod";
import { api } from "#contract/api.ts";
import type { Endpoint } from "#contract/endpoint.ts";
import { errorBody } from "#contract/errors.ts";

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

const operation = (group: string, name: string, endpoint: Endpoint): Record<string, unknown> => ({
  operationId: `${group}.${name}`,
  tags: [group],
  summary: endpoint.summary,
  description: `Permission: ${endpoint.permission}`,
  parameters: [...parametersOf(endpoint.params, "path"), ...parametersOf(endpoint.query, "query")],
  ...(endpoint.method === "GET" || endpoint.method === "DELETE"
    ? {}
    : {
        requestBody: { required: true, content: { "application/json": { schema: schemaOf(endpoint.body, "input") } } },
      }),
  responses: {
    200: { description: "Done", content: { "application/json": { schema: schemaOf(endpoint.result, "output") } } },
    default: {
      description: "Refused",
      content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
    },
  },
});

/** The whole page; built once, because it never changes while the program runs. */
export const openApi = (version: string): Record<string, unknown> => {
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
    paths,
    components: { schemas: { Error: schemaOf(errorBody, "output") } },
  };
};
