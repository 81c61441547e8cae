// The SQL of running flows: runs, what was said, effects, ways taken, codes. Called by flows/actions-running.ts, actions-handing.ts, actions-effects.ts and reads-running.ts.
import type { FlowDocument, FlowEntryRule, FlowLanguage } from "#contract/flows.ts";
import type { FlowEffect, FlowState } from "#contract/flow-runs.ts";
import type { ConcernId, FlowId, FlowRunId } from "#contract/ids.ts";
import type { RunPlace, RunRecord, RunSaid } from "#modules/flows/model-runs.ts";
import { sql, type Tx } from "#platform/db/db.ts";

const columns = sql`
  r.id, r.flow_id AS "flowId", r.version, r.name, r.medium, r.brand_id AS "brandId", r.channel_id AS "channelId", r.holder, r.concern_id AS "concernId", r.language, r.state, r.verified, r.contact,
  r.begun_at AS "begunAt", r.moved_at AS "movedAt", r.ended_at AS "endedAt", r.ending, r.last_seq AS "lastSeq", r.since_seq AS "sinceSeq", r.question`;

type Row = Omit<RunRecord, "place"> & RunPlace;

const recordOf = ({ medium, brandId, channelId, holder, concernId, language, ...row }: Row): RunRecord => ({
  ...row,
  place: { medium, brandId, channelId, holder, concernId, language },
});

const one = async (found: Promise<Row | null>): Promise<RunRecord | null> => {
  const row = await found;
  return row === null ? null : recordOf(row);
};

/** A flow's version that runs for who begins now; null: there is none, or the flow is off or removed. */
export const published = (
  tx: Tx,
  flowId: string,
): Promise<{ readonly name: string; readonly version: number; readonly document: FlowDocument } | null> =>
  tx.maybe(sql`
    SELECT f.name, v.number AS version, v.document FROM flow f JOIN flow_version v ON v.flow_id = f.id AND v.number = f.published
     WHERE f.id = ${flowId} AND f.is_on AND f.removed_at IS NULL`);

/** A version's document. */
export const documentOf = async (tx: Tx, flowId: string, version: number): Promise<FlowDocument> =>
  (
    await tx.one<{ document: FlowDocument }>(
      sql`SELECT document FROM flow_version WHERE flow_id = ${flowId} AND number = ${version}`,
    )
  ).document;

/** How the flows begin that run for who begins now. */
export const entries = (
  tx: Tx,
): Promise<
  {
    readonly flowId: FlowId;
    readonly name: string;
    readonly entries: readonly FlowEntryRule[];
    readonly languages: readonly FlowLanguage[];
  }[]
> =>
  tx.rows(sql`
    SELECT f.id AS "flowId", f.name, v.document -> 'entries' AS entries, v.document -> 'languages' AS languages
      FROM flow f JOIN flow_version v ON v.flow_id = f.id AND v.number = f.published
     WHERE f.is_on AND f.removed_at IS NULL ORDER BY f.name, f.id`);

/** Notes a new run; false: there is one of that id, or one that speaks in the concern. */
export const insertRun = async (
  tx: Tx,
  run: Pick<RunRecord, "id" | "flowId" | "version" | "name" | "place" | "state" | "verified" | "sinceSeq"> & {
    readonly at: string;
    readonly assigneeId: string | null;
  },
): Promise<boolean> =>
  (await tx.run(sql`
    INSERT INTO flow_run (id, flow_id, version, name, medium, brand_id, channel_id, holder, concern_id, language, state, verified, begun_at, moved_at, since_seq, assignee_id)
    VALUES (${run.id}, ${run.flowId}, ${run.version}, ${run.name}, ${run.place.medium}, ${run.place.brandId}, ${run.place.channelId}, ${run.place.holder}, ${run.place.concernId},
            ${run.place.language}, ${JSON.stringify(run.state)}, ${run.verified}, ${run.at}, ${run.at}, ${run.sinceSeq}, ${run.assigneeId})
    ON CONFLICT DO NOTHING`)) === 1;

/** A run under its lock. */
export const lockRun = (tx: Tx, id: string): Promise<RunRecord | null> =>
  one(tx.maybe<Row>(sql`SELECT ${columns} FROM flow_run r WHERE r.id = ${id} FOR UPDATE`));

export const runById = (tx: Tx, id: string): Promise<RunRecord | null> =>
  one(tx.maybe<Row>(sql`SELECT ${columns} FROM flow_run r WHERE r.id = ${id}`));

/** Which run speaks in a concern. */
export const runIn = async (tx: Tx, concernId: string): Promise<FlowRunId | null> =>
  (await tx.maybe<{ id: FlowRunId }>(sql`SELECT id FROM flow_run WHERE concern_id = ${concernId} AND over IS NULL`))
    ?.id ?? null;

/** Who had the concern when the run began. */
export const assigneeOf = async (tx: Tx, id: string): Promise<string | null> =>
  (await tx.one<{ assigneeId: string | null }>(sql`SELECT assignee_id AS "assigneeId" FROM flow_run WHERE id = ${id}`))
    .assigneeId;

/** Runs held by themselves by one of these that are no concerns, the newest first. */
export const runsHeld = async (tx: Tx, holders: readonly string[]): Promise<RunRecord[]> =>
  (
    await tx.rows<Row>(sql`
      SELECT ${columns} FROM flow_run r WHERE r.holder = ANY (${holders}::text[]) AND r.concern_id IS NULL AND r.forgotten_at IS NULL ORDER BY r.begun_at DESC, r.id DESC LIMIT 50`)
  ).map(recordOf);

/** Runs of a concern, the newest first. */
export const runsIn = async (tx: Tx, concernId: string): Promise<RunRecord[]> =>
  (
    await tx.rows<Row>(
      sql`SELECT ${columns} FROM flow_run r WHERE r.concern_id = ${concernId} ORDER BY r.begun_at DESC, r.id DESC LIMIT 20`,
    )
  ).map(recordOf);

/** Saves what a run is at. `restsAt` null: nothing is waited for from them. */
export const saveRun = async (tx: Tx, run: RunRecord, restsAt: string | null): Promise<void> => {
  await tx.later(sql`
    UPDATE flow_run SET state = ${JSON.stringify(run.state)}, over = ${run.state.over}, ended_at = ${run.endedAt}, ending = ${run.ending === null ? null : JSON.stringify(run.ending)},
           moved_at = ${run.movedAt}, last_seq = ${run.lastSeq}, verified = ${run.verified}, contact = ${run.contact === null ? null : JSON.stringify(run.contact)}, question = ${run.question}, rests_at = ${restsAt},
           medium = ${run.place.medium}, channel_id = ${run.place.channelId}, holder = ${run.place.holder}, concern_id = ${run.place.concernId}, language = ${run.place.language}
     WHERE id = ${run.id}`);
};

/** Notes what was said. */
export const insertSaid = async (tx: Tx, said: readonly RunSaid[]): Promise<void> => {
  for (const each of said)
    await tx.later(sql`
      INSERT INTO flow_said (run_id, seq, id, direction, at, words, outputs, files)
      VALUES (${each.runId}, ${each.seq}, ${each.id}, ${each.direction}, ${each.at}, ${each.text}, ${JSON.stringify(each.outputs)}, ${JSON.stringify(each.files)})`);
};

const saidColumns = sql`run_id AS "runId", seq, id, direction, at, words AS text, outputs, files`;

export const saidIn = (tx: Tx, runId: string, afterSeq: number): Promise<RunSaid[]> =>
  tx.rows<RunSaid>(
    sql`SELECT ${saidColumns} FROM flow_said WHERE run_id = ${runId} AND seq > ${afterSeq} ORDER BY seq LIMIT 1000`,
  );

/** What was said in a run under that id. */
export const saidById = (tx: Tx, runId: string, id: string): Promise<RunSaid | null> =>
  tx.maybe<RunSaid>(sql`SELECT ${saidColumns} FROM flow_said WHERE run_id = ${runId} AND id = ${id}`);

/** Plans effects. */
export const insertEffects = async (
  tx: Tx,
  effects: readonly {
    readonly runId: string;
    readonly number: number;
    readonly what: FlowEffect;
    readonly dueAt: string;
  }[],
): Promise<void> => {
  for (const { runId, number, what, dueAt } of effects)
    await tx.later(sql`
      INSERT INTO flow_effect (run_id, number, what, due_at) VALUES (${runId}, ${number}, ${JSON.stringify(what)}, ${dueAt}) ON CONFLICT DO NOTHING`);
};

/** An effect in the hands of one worker. */
export interface ClaimedEffect {
  readonly runId: FlowRunId;
  readonly number: number;
  readonly what: FlowEffect;
  /** Which try this is, from 1. */
  readonly tries: number;
}

/** Takes what is due, each for one worker until `until`: whoever does not come back has it taken from them then. */
export const claimEffects = (
  tx: Tx,
  claim: { readonly now: string; readonly until: string; readonly lease: string; readonly limit: number },
): Promise<ClaimedEffect[]> =>
  tx.rows(sql`
    UPDATE flow_effect e SET due_at = ${claim.until}, lease = ${claim.lease}, tries = e.tries + 1
      FROM (SELECT run_id, number FROM flow_effect WHERE due_at <= ${claim.now} ORDER BY due_at LIMIT ${claim.limit} FOR UPDATE SKIP LOCKED) d
     WHERE e.run_id = d.run_id AND e.number = d.number
    RETURNING e.run_id AS "runId", e.number, e.what, e.tries`);

/** Keeps what is in these hands for longer. */
export const renewEffects = async (tx: Tx, leases: readonly string[], until: string): Promise<void> => {
  await tx.run(sql`UPDATE flow_effect SET due_at = ${until} WHERE lease = ANY (${leases}::uuid[])`);
};

/** Ends an effect, if it is still in these hands (`lease` null: in whoever's); false: it is not. */
export const endEffect = async (tx: Tx, runId: string, number: number, lease: string | null): Promise<boolean> =>
  (await tx.run(
    sql`DELETE FROM flow_effect WHERE run_id = ${runId} AND number = ${number} AND (${lease}::uuid IS NULL OR lease = ${lease})`,
  )) === 1;

/** Is it still in these hands? */
export const holdsEffect = async (tx: Tx, runId: string, number: number, lease: string): Promise<boolean> =>
  (await tx.maybe(
    sql`SELECT 1 FROM flow_effect WHERE run_id = ${runId} AND number = ${number} AND lease = ${lease} FOR UPDATE`,
  )) !== null;

/** Nothing more is to be done for a run. */
export const dropEffects = async (tx: Tx, runId: string): Promise<void> => {
  await tx.later(sql`DELETE FROM flow_effect WHERE run_id = ${runId}`);
};

/** Runs in which nothing was said for so long. */
export const restingRuns = async (tx: Tx, now: string, limit: number): Promise<FlowRunId[]> =>
  (
    await tx.rows<{ id: FlowRunId }>(
      sql`SELECT id FROM flow_run WHERE rests_at <= ${now} ORDER BY rests_at LIMIT ${limit}`,
    )
  ).map(({ id }) => id);

/** Is it still to be told that? */
export const isResting = async (tx: Tx, id: string, now: string): Promise<boolean> =>
  (await tx.maybe(sql`SELECT 1 FROM flow_run WHERE id = ${id} AND rests_at <= ${now}`)) !== null;

/** Notes ways that were taken. */
export const insertPassed = async (
  tx: Tx,
  run: Pick<RunRecord, "id" | "flowId" | "version">,
  at: string,
  passed: readonly { readonly step: string; readonly exit: string; readonly what: "way" | "left" | "human" }[],
): Promise<void> => {
  if (passed.length > 0)
    await tx.later(sql`
      INSERT INTO flow_passed (flow_id, version, run_id, at, step, exit, what)
      SELECT ${run.flowId}, ${run.version}, ${run.id}, ${at}, step, exit, what
        FROM jsonb_to_recordset(${JSON.stringify(passed)}::jsonb) AS p (step text, exit text, what text)`);
};

/** Forgets what was said in runs that are over and no concerns, and who held them: their numbers stay. */
export const forgetRuns = async (tx: Tx, before: string, at: string, limit: number): Promise<number> => {
  const ids = (
    await tx.rows<{ id: string }>(sql`
      UPDATE flow_run SET forgotten_at = ${at}, state = state || '{"values": {}, "unheard": [], "tried": []}'::jsonb, question = NULL, verified = NULL, contact = NULL,
             ending = NULL, holder = CASE WHEN concern_id IS NULL THEN '' ELSE holder END
       WHERE id IN (SELECT id FROM flow_run WHERE ended_at < ${before} AND forgotten_at IS NULL AND concern_id IS NULL ORDER BY ended_at LIMIT ${limit})
      RETURNING id`)
  ).map(({ id }) => id);
  if (ids.length === 0) return 0;
  await tx.run(sql`DELETE FROM flow_said WHERE run_id = ANY (${ids}::uuid[])`);
  await tx.run(sql`DELETE FROM flow_holder WHERE run_id = ANY (${ids}::uuid[])`);
  return ids.length;
};

/** Forgets codes that have ended, and with them the addresses they went to. */
export const forgetCodes = (tx: Tx, before: string): Promise<number> =>
  tx.run(sql`DELETE FROM flow_code WHERE expires_at < ${before}`);

/** Numbers older than this are of no use to anybody. */
export const forgetPassed = (tx: Tx, before: string): Promise<number> =>
  tx.run(sql`DELETE FROM flow_passed WHERE at < ${before}`);

/** Keeps a new code in place of the one before; false: that one was sent after `notAfter`. */
export const keepCode = async (
  tx: Tx,
  code: {
    readonly runId: string;
    readonly email: string;
    readonly codeHash: string;
    readonly tries: number;
    readonly at: string;
    readonly expiresAt: string;
  },
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO flow_code (run_id, email, code_hash, tries_left, sent_at, expires_at)
    VALUES (${code.runId}, ${code.email}, ${code.codeHash}, ${code.tries}, ${code.at}, ${code.expiresAt})
    ON CONFLICT (run_id) DO UPDATE SET email = excluded.email, code_hash = excluded.code_hash, tries_left = excluded.tries_left, sent_at = excluded.sent_at,
      expires_at = excluded.expires_at`);
};

/** Takes one try away and gives what it is compared with: of any number of tries at once no more are compared than were left. */
export const takeTry = (
  tx: Tx,
  runId: string,
  email: string,
  now: string,
): Promise<{ readonly codeHash: string; readonly left: number } | null> =>
  tx.maybe(sql`
    UPDATE flow_code SET tries_left = tries_left - 1 WHERE run_id = ${runId} AND email = ${email} AND tries_left > 0 AND expires_at > ${now}
    RETURNING code_hash AS "codeHash", tries_left AS "left"`);

/** The code has been used. */
export const endCode = async (tx: Tx, runId: string): Promise<void> => {
  await tx.later(sql`DELETE FROM flow_code WHERE run_id = ${runId}`);
};

/** Of these concerns: in which a flow speaks, and what the last one that handed over asked for. */
export const flowsOf = (
  tx: Tx,
  concernIds: readonly ConcernId[],
): Promise<
  { readonly concernId: ConcernId; readonly over: FlowState["over"]; readonly ending: RunRecord["ending"] }[]
> =>
  tx.rows(sql`
    SELECT DISTINCT ON (concern_id) concern_id AS "concernId", over, ending FROM flow_run
     WHERE concern_id = ANY (${concernIds}::uuid[]) ORDER BY concern_id, over IS NOT NULL, begun_at DESC`);

/** In which of these concerns a run speaks. */
export const speakingIn = async (tx: Tx, concernIds: readonly ConcernId[]): Promise<ConcernId[]> =>
  (
    await tx.rows<{ id: ConcernId }>(
      sql`SELECT concern_id AS id FROM flow_run WHERE concern_id = ANY (${concernIds}::uuid[]) AND over IS NULL`,
    )
  ).map(({ id }) => id);
