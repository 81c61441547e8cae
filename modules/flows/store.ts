// All SQL of flows as they are written: drafts, versions, services. Called by flows/actions*.ts and flows/reads.ts.
import type { Flow } from "#contract/flow-endpoints.ts";
import { flowDocument, type FlowDocument } from "#contract/flows.ts";
import type { AgentId, FlowId, ServiceId } from "#contract/ids.ts";
import type { KeptService } from "#modules/flows/model-services.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** A flow as it is kept, with its draft. */
export type KeptFlow = Pick<Flow, "id" | "key" | "name" | "on" | "version" | "draft" | "published">;

const columns = sql`id, key, name, is_on AS "on", version, draft, published`;

/** A document with its keys in the contract's order, which jsonb does not keep. */
const ordered = (document: unknown): FlowDocument => flowDocument.parse(document);
const orderedDraft = (kept: KeptFlow | null): KeptFlow | null =>
  kept === null ? null : { ...kept, draft: ordered(kept.draft) };

/** The flow with this id; null: there is none, or it was removed. */
export const flowById = async (tx: Tx, id: FlowId): Promise<KeptFlow | null> =>
  orderedDraft(await tx.maybe(sql`SELECT ${columns} FROM flow WHERE id = ${id} AND removed_at IS NULL`));

/** The same, locked until the commit. */
export const lockFlow = async (tx: Tx, id: FlowId): Promise<KeptFlow | null> =>
  orderedDraft(await tx.maybe(sql`SELECT ${columns} FROM flow WHERE id = ${id} AND removed_at IS NULL FOR UPDATE`));

/** Puts a flow in, or changes it: all but its versions. */
export const putFlow = async (tx: Tx, flow: KeptFlow): Promise<void> => {
  await tx.run(sql`
    INSERT INTO flow (id, key, name, is_on, version, draft, published)
    VALUES (${flow.id}, ${flow.key}, ${flow.name}, ${flow.on}, ${flow.version}, ${JSON.stringify(flow.draft)}::jsonb, ${flow.published})
    ON CONFLICT (id) DO UPDATE SET key = excluded.key, name = excluded.name, is_on = excluded.is_on, version = excluded.version, draft = excluded.draft,
      published = excluded.published`);
};

/** Takes a flow out of the book; its versions stay. */
export const removeFlowRow = async (tx: Tx, id: FlowId, at: string): Promise<void> => {
  await tx.run(sql`UPDATE flow SET removed_at = ${at}, is_on = false WHERE id = ${id}`);
};

/** A published version without its document. */
export type VersionRow = Flow["versions"][number];

/** Of a flow, the newest first. */
export const versionsOf = (tx: Tx, flowId: FlowId): Promise<VersionRow[]> =>
  tx.rows(sql`
    SELECT number, iso(at) AS at, by_id AS by, by_name AS "byName", note FROM flow_version WHERE flow_id = ${flowId} ORDER BY number DESC`);

/** A version's document, also of a removed flow; null: there is no such version. */
export const documentOf = async (tx: Tx, flowId: FlowId, number: number): Promise<FlowDocument | null> => {
  const row = await tx.maybe<{ document: unknown }>(
    sql`SELECT document FROM flow_version WHERE flow_id = ${flowId} AND number = ${number}`,
  );
  return row === null ? null : ordered(row.document);
};

/** Keeps a version under the next number of its flow, which is locked; gives the number. */
export const insertVersion = async (
  tx: Tx,
  flowId: FlowId,
  version: {
    readonly document: FlowDocument;
    readonly at: string;
    readonly by: AgentId | null;
    readonly byName: string;
    readonly note: string;
  },
): Promise<number> =>
  (
    await tx.one<{ number: number }>(sql`
      INSERT INTO flow_version (flow_id, number, document, at, by_id, by_name, note)
      SELECT ${flowId}, coalesce(max(number), 0) + 1, ${JSON.stringify(version.document)}::jsonb, ${version.at}::timestamptz, ${version.by}::uuid,
             ${version.byName}::text, ${version.note}::text
        FROM flow_version WHERE flow_id = ${flowId}
      RETURNING number`)
  ).number;

/** A flow in a list. */
export type FlowLine = Pick<KeptFlow, "id" | "key" | "name" | "on" | "published" | "version"> & {
  readonly changed: boolean;
};

/** All flows by name. */
export const flowLines = (tx: Tx): Promise<FlowLine[]> =>
  tx.rows(sql`
    SELECT f.id, f.key, f.name, f.is_on AS "on", f.published, f.version, f.draft IS DISTINCT FROM v.document AS changed
      FROM flow f LEFT JOIN flow_version v ON v.flow_id = f.id AND v.number = f.published
     WHERE f.removed_at IS NULL ORDER BY lower(f.name), f.id`);

/** Names of flows that ask a service of that name, in their draft or in the version that runs. */
export const flowsAsking = async (tx: Tx, service: string): Promise<string[]> => {
  const asks = JSON.stringify({ steps: [{ do: "lookUp", service }] });
  return (
    await tx.rows<{ name: string }>(sql`
      SELECT f.name FROM flow f LEFT JOIN flow_version v ON v.flow_id = f.id AND v.number = f.published
       WHERE f.removed_at IS NULL AND (f.draft @> ${asks}::jsonb OR v.document @> ${asks}::jsonb) ORDER BY lower(f.name), f.id`)
  ).map(({ name }) => name);
};

const serviceColumns = sql`id, name, url, headers, is_on AS "on"`;

/** All services by name. */
export const allServices = (tx: Tx): Promise<KeptService[]> =>
  tx.rows(sql`SELECT ${serviceColumns} FROM flow_service ORDER BY lower(name), id`);

/** The service that flows name so; null: there is none. */
export const serviceNamed = (tx: Tx, name: string): Promise<KeptService | null> =>
  tx.maybe(sql`SELECT ${serviceColumns} FROM flow_service WHERE name = ${name}`);

/** The service with this id; null: there is none. */
export const serviceById = (tx: Tx, id: ServiceId): Promise<KeptService | null> =>
  tx.maybe(sql`SELECT ${serviceColumns} FROM flow_service WHERE id = ${id}`);

/** The same, locked until the commit. */
export const lockService = (tx: Tx, id: ServiceId): Promise<KeptService | null> =>
  tx.maybe(sql`SELECT ${serviceColumns} FROM flow_service WHERE id = ${id} FOR UPDATE`);

/** Puts a service in, or changes it. */
export const putService = async (tx: Tx, { id, name, url, headers, on }: KeptService): Promise<void> => {
  await tx.run(sql`
    INSERT INTO flow_service (id, name, url, headers, is_on) VALUES (${id}, ${name}, ${url}, ${JSON.stringify(headers)}::jsonb, ${on})
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, url = excluded.url, headers = excluded.headers, is_on = excluded.is_on`);
};

/** Takes a service away. */
export const deleteService = async (tx: Tx, id: ServiceId): Promise<void> => {
  await tx.run(sql`DELETE FROM flow_service WHERE id = ${id}`);
};
