// All SQL of what processes ask of whoever drives a channel's calls, and of agents' devices. Called by server/switchboard*.ts.
import type { AgentId, ChannelId } from "#contract/ids.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** Something that is asked, as JSON. */
export interface AskRow {
  readonly id: string;
  readonly ask: unknown;
}

export const insertAsk = async (
  tx: Tx,
  row: AskRow & { readonly channelId: ChannelId; readonly at: string },
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO call_ask (id, channel_id, ask, at) VALUES (${row.id}, ${row.channelId}, ${JSON.stringify(row.ask)}, ${row.at})
    ON CONFLICT (id) DO NOTHING`);
};

/** What nobody has answered yet, the oldest first; what is older than `since` nobody waits for any more. */
export const openAsks = (tx: Tx, channelId: ChannelId, since: string): Promise<AskRow[]> =>
  tx.rows(sql`
    SELECT id, ask FROM call_ask WHERE channel_id = ${channelId} AND answer IS NULL AND at >= ${since} ORDER BY at LIMIT 100`);

export const answerAsk = async (tx: Tx, id: string, answer: unknown): Promise<void> => {
  await tx.run(sql`UPDATE call_ask SET answer = ${JSON.stringify(answer)} WHERE id = ${id} AND answer IS NULL`);
};

/** Null: not yet. */
export const answerOf = async (tx: Tx, id: string): Promise<unknown> =>
  (await tx.maybe<{ answer: unknown }>(sql`SELECT answer FROM call_ask WHERE id = ${id}`))?.answer ?? null;

export const forgetAsks = async (tx: Tx, before: string): Promise<void> => {
  await tx.run(sql`DELETE FROM call_ask WHERE at < ${before}`);
};

/** An agent's browser is their telephone from now on. */
export const saveDevice = async (tx: Tx, agentId: AgentId, deviceId: string, at: string): Promise<void> => {
  await tx.run(sql`
    INSERT INTO call_device (agent_id, device_id, at) VALUES (${agentId}, ${deviceId}, ${at})
    ON CONFLICT (agent_id) DO UPDATE SET device_id = excluded.device_id, at = excluded.at`);
};

export const allDevices = (tx: Tx): Promise<{ readonly agentId: AgentId; readonly deviceId: string }[]> =>
  tx.rows(sql`SELECT agent_id AS "agentId", device_id AS "deviceId" FROM call_device`);
