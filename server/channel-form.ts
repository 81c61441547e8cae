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
  readonly lines?: boolean;
  readonly start?: unknown;
  readonly when?: unknown;
  readonly colour?: boolean;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly const?: unknown;
}

/** A field that may be null is that field, and known to be optional. */
const seenThrough = (shape: Shape): { readonly shape: Shape; readonly optional: boolean } => {
  if (Array.isArray(shape.type))
    return {
      shape: { ...shape, type: shape.type.find((type) => type !== "null") },
      optional: shape.type.includes("null"),
    };
  const { anyOf, ...own } = shape;
  // What may be left empty is null, or a text of which nothing is there.
  const isNothing = (each: Shape): boolean => each.type === "null" || each.const === "";
  const real = anyOf?.find((each) => !isNothing(each));
  if (real === undefined) return { shape, optional: false };
  return { shape: { ...real, ...own }, optional: anyOf?.some(isNothing) === true };
};

const partsOf = (shape: Shape, optional: boolean): Readonly<Record<string, unknown>> => {
  const start = shape.start ?? shape.default;
  if (shape.secret === true) return { kind: shape.long === true ? "longSecret" : "secret", start: null };
  if (shape.long === true) return { kind: "longText", start: start ?? "", most: shape.maxLength };
  if (shape.colour === true) return { kind: "colour", start: start ?? "", optional };
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
      return { kind: "list", start: start ?? [], lines: shape.lines === true };
    default:
      return {};
  }
};

const simple = (name: string, found: Shape): SimpleField => {
  const { shape, optional } = seenThrough(found);
  return simpleField.parse({ name, when: shape.when ?? null, ...partsOf(shape, optional) });
};

const fieldOf = (name: string, found: Shape): FormField => {
  const { shape, optional } = seenThrough(found);
  const [when, inRow] = [shape.when ?? null, shape.items?.properties];
  const fields = Object.entries(shape.properties ?? inRow ?? {}).map(([inner, each]) => simple(inner, each));
  if (inRow !== undefined) return formField.parse({ name, when, kind: "rows", fields, most: shape.maxItems ?? 100 });
  if (shape.properties === undefined) return simple(name, found);
  return formField.parse({ name, when, kind: "group", fields, optional });
};

const shapeOf = (settings: z.ZodType): Shape => z.toJSONSchema(settings, { unrepresentable: "any" }) as Shape;

/** The fields in the order of the schema. Throws for a schema no form can be drawn for: groups in groups, lists of other things than texts and groups of simple fields. */
export const formOf = (settings: z.ZodType): readonly FormField[] =>
  Object.entries(shapeOf(settings).properties ?? {}).map(([name, shape]) => fieldOf(name, shape));

/** Paths of the fields that are sealed at rest. */
export const secretPaths = (settings: z.ZodType): readonly (readonly string[])[] => {
  const isSecret = (field: FormField): boolean => field.kind === "secret" || field.kind === "longSecret";
  return formOf(settings).flatMap((field) =>
    field.kind === "group" || field.kind === "rows"
      ? field.fields
          .filter(isSecret)
          .map((inner) => (field.kind === "group" ? [field.name, inner.name] : [field.name, "*", inner.name]))
      : isSecret(field)
        ? [[field.name]]
        : [],
  );
};
