// What routing has to know of concerns, in one question for many. Called by concerns/reads-work.ts.
import type { ChannelKind } from "#contract/channel.ts";
import type { Priority, Status } from "#contract/concerns.ts";
import type { AgentId, BrandId, ConcernId, CustomerId, TeamId, TierId, TopicId } from "#contract/ids.ts";
import { sql, type Sql, type Tx } from "#platform/db/db.ts";

/** A concern as routing sees it. */
export interface WorkFact {
  readonly id: ConcernId;
  readonly brandId: BrandId;
  readonly customerId: CustomerId;
  readonly status: Status;
  readonly priority: Priority;
  readonly topicId: TopicId | null;
  readonly language: "de" | "en" | null;
  readonly teamId: TeamId | null;
  readonly assigneeId: AgentId | null;
  readonly waitingSince: string | null;
  readonly lastMessageAt: string;
  readonly dueAt: string | null;
  /** Everything in it went to another concern. */
  readonly merged: boolean;
  /** By which the customer wrote last; null: never. */
  readonly channelKind: ChannelKind | null;
  /** Who answered last in it, and who has the customer's newest concern beside it. */
  readonly lastAgentId: AgentId | null;
  readonly customersAgentId: AgentId | null;
  /** The customer's tier that counts, and whose account they are. */
  readonly tierId: TierId | null;
  readonly accountAgentId: AgentId | null;
}

/** What `workFacts` asks; bench explains it. */
export const workQuery = (ids: readonly string[]): Sql => sql`
  SELECT c.id, c.brand_id AS "brandId", c.customer_id AS "customerId", c.status, c.priority, c.topic_id AS "topicId", c.language, c.team_id AS "teamId",
         c.assignee_id AS "assigneeId", c.waiting_since AS "waitingSince", c.last_message_at AS "lastMessageAt", c.due_at AS "dueAt",
         c.merged_into IS NOT NULL AS merged, i.channel_kind AS "channelKind", o.author_id AS "lastAgentId", b.assignee_id AS "customersAgentId",
         s.tier_id AS "tierId", s.agent_id AS "accountAgentId"
    FROM concern c
    LEFT JOIN customer_standing s ON s.customer_id = c.customer_id
    LEFT JOIN LATERAL (SELECT m.channel_kind FROM message m WHERE m.concern_id = c.id AND m.direction = 'in' AND m.channel_kind IS NOT NULL
                        ORDER BY m.seq DESC LIMIT 1) i ON true
    LEFT JOIN LATERAL (SELECT m.author_id FROM message m WHERE m.concern_id = c.id AND m.direction = 'out' AND m.author_kind = 'agent'
                          AND m.withdrawn_at IS NULL ORDER BY m.seq DESC LIMIT 1) o ON true
    LEFT JOIN LATERAL (SELECT n.assignee_id FROM concern n WHERE n.customer_id = c.customer_id AND n.id <> c.id AND n.assignee_id IS NOT NULL
                        ORDER BY n.created_at DESC, n.id DESC LIMIT 1) b ON true
   WHERE c.id = ANY (${ids}::uuid[])`;

export const workFacts = (tx: Tx, ids: readonly string[]): Promise<WorkFact[]> => tx.rows<WorkFact>(workQuery(ids));

/** What counts for the customer of each of these concerns: their tier, and whose account they are. */
export const standingsIn = async (
  tx: Tx,
  ids: readonly string[],
): Promise<ReadonlyMap<string, { readonly tierId: TierId | null; readonly agentId: AgentId | null }>> =>
  new Map(
    (
      await tx.rows<{ id: string; tierId: TierId | null; agentId: AgentId | null }>(sql`
        SELECT c.id, s.tier_id AS "tierId", s.agent_id AS "agentId" FROM concern c JOIN customer_standing s ON s.customer_id = c.customer_id
         WHERE c.id = ANY (${ids}::uuid[])`)
    ).map(({ id, ...standing }) => [id, standing]),
  );

/** Concerns of these customers that wait or are worked on. */
export const liveOf = async (tx: Tx, customerIds: readonly string[]): Promise<ConcernId[]> =>
  (
    await tx.rows<{ id: ConcernId }>(
      sql`SELECT id FROM concern WHERE customer_id = ANY (${customerIds}::uuid[]) AND status IN ('new', 'open')`,
    )
  ).map(({ id }) => id);

/** Concerns whose customer waits, behind this id (null: from the first), in the order of their ids. */
export const waitingIds = async (tx: Tx, after: string | null, limit: number): Promise<ConcernId[]> =>
  (
    await tx.rows<{ id: ConcernId }>(sql`
      SELECT id FROM concern WHERE id > ${after ?? "00000000-0000-0000-0000-000000000000"} AND status IN ('new', 'open') AND waiting_since IS NOT NULL
       ORDER BY id LIMIT ${limit}`)
  ).map(({ id }) => id);
