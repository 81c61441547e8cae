// The SQL of what flows look for in concerns. Called by concerns/actions-flows.ts and reads-flows.ts.
import type { ChannelKind, Assurance } from "#contract/channel.ts";
import type { ChannelId, ConcernId, MessageId } from "#contract/ids.ts";
import type { Part } from "#contract/parts.ts";
import { sql, type Sql, type Tx } from "#platform/db/db.ts";

/** Has an agent said something to somebody outside behind that place? What is planned counts: somebody has it in hand. */
export const agentSpokeAfter = async (tx: Tx, concernId: string, seq: number): Promise<boolean> =>
  (await tx.maybe(sql`
    SELECT 1 FROM message WHERE concern_id = ${concernId} AND seq > ${seq} AND direction = 'out' AND author_kind = 'agent' AND withdrawn_at IS NULL LIMIT 1`)) !==
  null;

/** Has a flow said something in it? */
export const flowSpoke = async (tx: Tx, concernId: string): Promise<boolean> =>
  (await tx.maybe(
    sql`SELECT 1 FROM message WHERE concern_id = ${concernId} AND direction = 'out' AND author_kind = 'helper' LIMIT 1`,
  )) !== null;

/** What a customer said, as a flow hears it: its own words, without what it repeats. */
export interface HeardMessage {
  readonly id: MessageId;
  readonly concernId: ConcernId;
  readonly seq: number;
  readonly channelKind: ChannelKind | null;
  readonly channelId: ChannelId | null;
  readonly subject: string | null;
  readonly text: string;
  readonly parts: readonly Part[];
  readonly automatic: string | null;
  readonly assurance: Assurance | null;
  readonly warnings: readonly string[];
  readonly at: string;
  readonly files: readonly {
    readonly id: string;
    readonly name: string;
    readonly hash: string;
    readonly mediaType: string;
    readonly sizeBytes: number;
    readonly image: boolean;
  }[];
}

const heard = (where: Sql): Sql => sql`
  SELECT m.id, m.concern_id AS "concernId", m.seq, m.channel_kind AS "channelKind", m.channel_id AS "channelId", m.subject, b.text, coalesce(b.parts, '[]') AS parts, m.automatic,
         m.assurance, m.warnings, m.at,
         coalesce((SELECT jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'hash', a.hash, 'mediaType', a.media_type, 'sizeBytes', a.size_bytes, 'image', a.image) ORDER BY a.position)
                     FROM attachment a WHERE a.message_id = m.id), '[]') AS files
    FROM message m JOIN message_body b ON b.message_id = m.id
   WHERE m.direction = 'in' AND m.withdrawn_at IS NULL AND ${where}`;

export const heardById = (tx: Tx, id: string): Promise<HeardMessage | null> =>
  tx.maybe<HeardMessage>(heard(sql`m.id = ${id}`));

/** What an arrival became, if that began a concern. */
export const begunByArrival = (tx: Tx, intakeId: string): Promise<HeardMessage[]> =>
  tx.rows<HeardMessage>(heard(sql`m.intake_id = ${intakeId} AND m.seq = 1`));

/** What began a concern; null: we began it, or it was taken back. */
export const firstMessage = (tx: Tx, concernId: string): Promise<HeardMessage | null> =>
  tx.maybe<HeardMessage>(heard(sql`m.concern_id = ${concernId} AND m.seq = 1`));
