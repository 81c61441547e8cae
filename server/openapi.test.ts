// The OpenAPI page: a valid document by the rules of OpenAPI 3.1 that it uses, with every endpoint of the contract in it.
// It once described the upload as JSON and knew neither the session nor the live feed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { api } from "#contract/api.ts";
import type { Endpoint } from "#contract/endpoint.ts";
import { eventKinds } from "#contract/events.ts";
import { allows } from "#contract/permissions.ts";
import { openApi } from "#server/openapi.ts";

const schema = z.union([z.boolean(), z.record(z.string(), z.unknown())]);
const media = z.record(z.string().regex(/^[\w-]+\/[\w.+-]+$/), z.strictObject({ schema }));
const requirement = z.record(z.string(), z.array(z.string()));
const operation = z.strictObject({
  operationId: z.string().min(1),
  tags: z.array(z.string()),
  summary: z.string().min(3),
  description: z.string(),
  security: z.array(requirement),
  parameters: z.array(
    z.strictObject({
      name: z.string(),
      in: z.enum(["path", "query", "header", "cookie"]),
      required: z.boolean(),
      schema,
    }),
  ),
  requestBody: z.strictObject({ required: z.boolean(), content: media }).optional(),
  responses: z
    .record(
      z.string().regex(/^([1-5]\d\d|default)$/),
      z.strictObject({ description: z.string().min(1), content: media.optional() }),
    )
    .refine((responses) => Object.keys(responses).length > 0),
});
/** What OpenAPI 3.1 allows of the parts that we use; anything else fails. */
const documentShape = z.strictObject({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: z.strictObject({ title: z.string(), version: z.string(), description: z.string() }),
  paths: z.record(
    z.string().startsWith("/"),
    z.partialRecord(z.enum(["get", "post", "put", "patch", "delete"]), operation),
  ),
  components: z.strictObject({
    schemas: z.record(z.string().regex(/^[\w.-]+$/), schema),
    securitySchemes: z.record(
      z.string().regex(/^[\w.-]+$/),
      z.strictObject({
        type: z.literal("apiKey"),
        in: z.enum(["cookie", "header", "query"]),
        name: z.string(),
        description: z.string(),
      }),
    ),
  }),
});

const page = (): z.infer<typeof documentShape> =>
  documentShape.parse(JSON.parse(JSON.stringify(openApi("1.2.3", "__Host-session"))));

/** Every `$ref` and every `type` of a JSON schema, at any depth. */
const walk = (value: unknown, see: (key: string, found: unknown) => void): void => {
  if (typeof value !== "object" || value === null) return;
  for (const [key, each] of Object.entries(value)) {
    see(key, each);
    walk(each, see);
  }
};

test("it is a valid document: every reference leads somewhere, every parameter is declared once, every operation has a name of its own", () => {
  const document = page();
  const names: string[] = [];
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const each of Object.values(operations)) {
      names.push(each.operationId);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
      const declared = each.parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name);
      assert.deepEqual(declared.toSorted(), inPath.toSorted(), path);
      assert.ok(each.parameters.every((parameter) => parameter.in !== "path" || parameter.required));
      const keys = each.parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
      assert.equal(new Set(keys).size, keys.length, path);
      for (const requirements of each.security)
        for (const name of Object.keys(requirements)) assert.ok(name in document.components.securitySchemes, name);
    }
  }
  assert.equal(new Set(names).size, names.length);
  const types = new Set(["string", "number", "integer", "boolean", "object", "array", "null"]);
  walk(document, (key, found) => {
    if (key === "$ref") {
      const name = /^#\/components\/schemas\/([\w.-]+)$/.exec(String(found))?.[1];
      assert.ok(name !== undefined && name in document.components.schemas, String(found));
    }
    if (key === "type" && typeof found === "string" && found !== "apiKey") assert.ok(types.has(found), found);
  });
});

test("every endpoint is there with its permission, session and csrf as the server asks for them", () => {
  const { paths } = page();
  let count = 0;
  for (const [group, endpoints] of Object.entries(api)) {
    for (const [name, endpoint] of Object.entries(endpoints as Record<string, Endpoint>)) {
      const path = endpoint.path.replaceAll(/:(\w+)/g, "{$1}");
      const found = paths[path]?.[endpoint.method.toLowerCase() as "get"];
      assert.equal(found?.operationId, `${group}.${name}`);
      assert.ok(found.description.includes(endpoint.permission));
      const wanted = allows(null, endpoint.permission)
        ? []
        : [endpoint.method === "GET" ? { session: [] } : { session: [], csrf: [] }];
      assert.deepEqual(found.security, wanted, path);
      count += 1;
    }
  }
  const operations = Object.values(paths).flatMap((each) => Object.values(each));
  assert.equal(operations.length, count + 1, "and the live feed, nothing else");
});

test("the upload is multipart, the cookie is the real one, the live feed and all its events are described", () => {
  const { paths, components } = page();
  assert.deepEqual(Object.keys(paths["/api/files"]?.post?.requestBody?.content ?? {}), ["multipart/form-data"]);
  assert.equal(components.securitySchemes["session"]?.name, "__Host-session");
  assert.deepEqual(Object.keys(paths["/live"]?.get?.responses ?? {}), ["101", "401", "403"]);
  const event = components.schemas["Event"] as { oneOf: { properties: { kind: { const: string } } }[] };
  assert.deepEqual(
    event.oneOf.map((each) => each.properties.kind.const),
    [...eventKinds],
  );
  assert.match(JSON.stringify(components.schemas["FromDesk"]), /"hello"/);
});
