// All SQL of the definitions of custom fields. Called by fields/actions.ts and fields/reads.ts.
import type { Field, FieldOwner } from "#contract/fields.ts";
import type { FieldId } from "#contract/ids.ts";
import { sql, type Tx } from "#platform/db/db.ts";

const columns = sql`id, owner, key, name, kind, choices, topic_id AS "topicId", position`;

/** All fields in their order. */
export const allFields = (tx: Tx): Promise<Field[]> =>
  tx.rows<Field>(sql`SELECT ${columns} FROM field ORDER BY owner, position, id`);

/** The fields of concerns, or of customers. */
export const fieldsOf = (tx: Tx, owner: FieldOwner): Promise<Field[]> =>
  tx.rows<Field>(sql`SELECT ${columns} FROM field WHERE owner = ${owner} ORDER BY position, id`);

/** The field with this id, locked. */
export const lockField = (tx: Tx, id: FieldId): Promise<Field | null> =>
  tx.maybe<Field>(sql`SELECT ${columns} FROM field WHERE id = ${id} FOR UPDATE`);

/** A new field, behind the others. Throws when name or key is taken (field_name, field_key). */
export const insertField = (tx: Tx, row: Omit<Field, "position">): Promise<Field> =>
  tx.one<Field>(sql`
    INSERT INTO field (id, owner, key, name, kind, choices, topic_id, position)
    SELECT ${row.id}, ${row.owner}, ${row.key}, ${row.name}, ${row.kind}, ${row.choices}, ${row.topicId},
           coalesce((SELECT max(position) FROM field WHERE owner = ${row.owner}), 0) + 1
    RETURNING ${columns}`);

/** Changes what may change of a field. Throws when the name is taken (field_name). */
export const updateField = async (tx: Tx, row: Pick<Field, "id" | "name" | "choices" | "topicId">): Promise<void> => {
  await tx.run(
    sql`UPDATE field SET name = ${row.name}, choices = ${row.choices}, topic_id = ${row.topicId} WHERE id = ${row.id}`,
  );
};

/** False when there was none. */
export const deleteField = async (tx: Tx, id: FieldId): Promise<boolean> =>
  (await tx.run(sql`DELETE FROM field WHERE id = ${id}`)) > 0;
