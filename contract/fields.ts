// Custom fields: what a centre wants to know of its concerns and customers beyond what everybody has. Defined by an administrator, filled in at the desk.
import { z } from "zod";
import { done, endpoint } from "#contract/endpoint.ts";
import { fieldId, topicId } from "#contract/ids.ts";

export const fieldKind = z.enum(["text", "number", "date", "choice", "yesNo"]);
export type FieldKind = z.infer<typeof fieldKind>;
/** Whose field it is. */
export const fieldOwner = z.enum(["concern", "customer"]);
export type FieldOwner = z.infer<typeof fieldOwner>;

/** A date is text like "2026-03-02", a choice is one of the choices' texts, yes and no are true and false. */
export const fieldValue = z.union([z.string().max(2000), z.number(), z.boolean()]);
export type FieldValue = z.infer<typeof fieldValue>;
/** Values by the key of their field. A key without a definition is free text: somebody wrote it down before anybody defined it. */
export const fieldValues = z.record(z.string().max(100), fieldValue);
export type FieldValues = z.infer<typeof fieldValues>;
/** Sets the values that are named; null takes one away; what is not named stays. */
export const fieldChanges = z.record(z.string().trim().min(1).max(100), fieldValue.nullable());
export type FieldChanges = z.infer<typeof fieldChanges>;

/** One value that was set (before: null), changed or taken away (after: null). */
export const fieldChange = z.strictObject({
  key: z.string(),
  before: fieldValue.nullable(),
  after: fieldValue.nullable(),
});
export type FieldChange = z.infer<typeof fieldChange>;

export const field = z.strictObject({
  id: fieldId,
  owner: fieldOwner,
  /** Under what its values are kept: the first name it had. Never changes. */
  key: z.string(),
  name: z.string(),
  kind: fieldKind,
  /** Empty but for a choice. */
  choices: z.array(z.string()),
  /** Asked only of concerns of this topic and those below; null: of all. */
  topicId: topicId.nullable(),
  position: z.number().int(),
});
export type Field = z.infer<typeof field>;

const changeable = {
  name: z.string().trim().min(1).max(60),
  choices: z.array(z.string().trim().min(1).max(100)).max(100),
  topicId: topicId.nullable(),
};

export const fields = {
  list: endpoint({
    method: "GET",
    path: "/api/fields",
    permission: "signedIn",
    summary: "All custom fields in their order",
    result: z.array(field),
  }),
  create: endpoint({
    method: "POST",
    path: "/api/fields",
    permission: "setting.manage",
    summary: "Define a field",
    body: z.strictObject({ owner: fieldOwner, kind: fieldKind, ...changeable }),
    result: field,
  }),
  change: endpoint({
    method: "PUT",
    path: "/api/fields/:id",
    permission: "setting.manage",
    summary: "Change a field's name, choices or topic; its kind stays",
    params: z.strictObject({ id: fieldId }),
    body: z.strictObject(changeable),
    result: field,
  }),
  remove: endpoint({
    method: "DELETE",
    path: "/api/fields/:id",
    permission: "setting.manage",
    summary: "Ask for a field no longer; what was filled in stays readable",
    params: z.strictObject({ id: fieldId }),
    result: done,
  }),
};
