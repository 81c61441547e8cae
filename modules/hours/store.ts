// All SQL of opening hours. Called by hours/actions.ts and hours/reads.ts.
import type { Hours, HoursOwner, OwnedHours } from "#contract/hours.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** All hours that are set. */
export const allHours = (tx: Tx): Promise<OwnedHours[]> =>
  tx.rows<OwnedHours>(
    sql`SELECT json_build_object('kind', owner_kind, 'id', owner_id) AS owner, hours FROM opening_hours ORDER BY owner_kind, owner_id`,
  );

/** Sets hours; null takes them away. */
export const putHours = async (tx: Tx, { kind, id }: HoursOwner, hours: Hours | null): Promise<void> => {
  if (hours === null) await tx.run(sql`DELETE FROM opening_hours WHERE owner_kind = ${kind} AND owner_id = ${id}`);
  else
    await tx.run(sql`
      INSERT INTO opening_hours (owner_kind, owner_id, hours) VALUES (${kind}, ${id}, ${JSON.stringify(hours)}::jsonb)
      ON CONFLICT (owner_kind, owner_id) DO UPDATE SET hours = excluded.hours`);
};
