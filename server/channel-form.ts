// Makes a channel's form from the schema of its settings, so that a channel describes itself once. Called by server/connected.ts.
import { z } from "zod";
import { formField, type FormField, type SimpleField, simpleField } from "#contract/channel-form.ts";

/** What JSON Schema (2020-12) and our own notes (`meta`) say of one field. */
interface Shape {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly secret?: boolean;
  readonly long?: boolean;
  readonly start?: unknown;
  readonly when?: unknown;
}

/** A field that may be null is that field, and known to be optional. */
const seenThrough = (shape: Shape): { readonly shape: Shape; readonly optional: boolean } => {
  if (Array.isArray(shape.type))
    return {
      shape: { ...shape, type: shape.type.find((type) => type !== "null") },
      optional: shape.type.includes("null"),
    };
  const { anyOf, ...own } = shape;
  const real = anyOf?.find((each) => each.type !== "null");
  if (real === undefined) return { shape, optional: false };
  return { shape: { ...real, ...own }, optional: anyOf?.some((each) => each.type === "null") === true };
};

const partsOf = (shape: Shape, optional: boolean): Readonly<Record<string, unknown>> => {
  const start = shape.start ?? shape.default;
  if (shape.secret === true) return { kind: shape.long === true ? "longSecret" : "secret", start: null };
  if (shape.enum !== undefined) return { kind: "choice", options: shape.enum, start: start ?? shape.enum[0] };
  switch (shape.type) {
    case "string":
      return { kind: "text", start: start ?? (optional ? null : ""), optional };
    case "integer":
    case "number":
      return { kind: "number", start: start ?? null };
    case "boolean":
      return { kind: "flag", start: start ?? false };
    case "array":
      return { kind: "list", start: start ?? [] };
    default:
      return {};
  }
};

const simple = (name: string, found: Shape): SimpleField => {
  const { shape, optional } = seenThrough(found);
  return simpleField.parse({ name, when: shape.when ?? null, ...partsOf(shape, optional) });
};

const fieldOf = (name: string, found: Shape): FormField => {
  const { shape } = seenThrough(found);
  if (shape.properties === undefined) return simple(name, found);
  const fields = Object.entries(shape.properties).map(([inner, each]) => simple(inner, each));
  return formField.parse({ name, when: shape.when ?? null, kind: "group", fields });
};

const shapeOf = (settings: z.ZodType): Shape => z.toJSONSchema(settings, { unrepresentable: "any" }) as Shape;

/** The fields in the order of the schema. Throws for a schema no form can be drawn for: groups in groups, lists of other things than texts. */
export const formOf = (settings: z.ZodType): readonly FormField[] =>
  Object.entries(shapeOf(settings).properties ?? {}).map(([name, shape]) => fieldOf(name, shape));

/** Paths of the fields that are sealed at rest. */
export const secretPaths = (settings: z.ZodType): readonly (readonly string[])[] => {
  const isSecret = (field: FormField): boolean => field.kind === "secret" || field.kind === "longSecret";
  return formOf(settings).flatMap((field) =>
    field.kind === "group"
      ? field.fields.filter(isSecret).map((inner) => [field.name, inner.name])
      : isSecret(field)
        ? [[field.name]]
        : [],
  );
};
