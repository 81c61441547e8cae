// The SQL of browsers that are told by push. Called by visitors/actions-push.ts and visitors/reactions.ts.
import type { ChannelId } from "#contract/ids.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** The centre's keys; the private one sealed. Null: they were never made. */
export const pushKeyRow = (tx: Tx): Promise<{ readonly publicKey: string; readonly privateKey: string } | null> =>
  tx.maybe(sql`SELECT public_key AS "publicKey", private_key AS "privateKey" FROM push_key`);

/** Keeps the first pair that any node has made; a later one changes nothing. */
export const keepPushKey = async (
  tx: Tx,
  keys: { readonly publicKey: string; readonly privateKey: string; readonly at: string },
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO push_key (public_key, private_key, created_at) VALUES (${keys.publicKey}, ${keys.privateKey}, ${keys.at}) ON CONFLICT (one) DO NOTHING`);
};

/** A browser that still speaks as its visitor. */
const seated = (at: string) =>
  sql`b.left_at IS NULL AND (b.signed_until IS NULL OR b.signed_until > ${at}) AND v.joined_to IS NULL`;

/** The address is this browser's and nobody else's from now on; false: the browser speaks as nobody. */
export const keepSubscription = async (
  tx: Tx,
  one: {
    readonly tokenHash: string;
    readonly endpointHash: string;
    readonly target: string;
    readonly at: string;
  },
): Promise<boolean> => {
  await tx.run(
    sql`DELETE FROM push_subscription WHERE endpoint_hash = ${one.endpointHash} AND token_hash <> ${one.tokenHash}`,
  );
  return (
    (await tx.run(sql`
      INSERT INTO push_subscription (token_hash, endpoint_hash, target, created_at)
      SELECT ${one.tokenHash}, ${one.endpointHash}, ${one.target}, ${one.at}
        FROM visitor_browser b JOIN visitor v ON v.id = b.visitor_id WHERE b.token_hash = ${one.tokenHash} AND ${seated(one.at)}
      ON CONFLICT (token_hash) DO UPDATE SET endpoint_hash = excluded.endpoint_hash, target = excluded.target, created_at = excluded.created_at,
             attempts = 0, lease_token = NULL, lease_until = NULL`)) > 0
  );
};

/** Until the commit nobody else keeps that address. */
export const lockEndpoint = async (tx: Tx, endpointHash: string): Promise<void> => {
  await tx.run(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`push:${endpointHash}`}, 0))`);
};

/** Forgets the oldest of a visitor's browsers beyond so many. */
export const dropOldest = async (tx: Tx, visitorId: string, most: number): Promise<void> => {
  await tx.run(sql`
    DELETE FROM push_subscription WHERE token_hash IN (
      SELECT s.token_hash FROM push_subscription s JOIN visitor_browser b USING (token_hash)
       WHERE b.visitor_id = ${visitorId} ORDER BY s.created_at DESC, s.token_hash OFFSET ${most})`);
};

/** The browser is told nothing any more. */
export const endSubscription = async (tx: Tx, tokenHash: string): Promise<void> => {
  await tx.run(sql`DELETE FROM push_subscription WHERE token_hash = ${tokenHash}`);
};

export const isSubscribed = async (tx: Tx, tokenHash: string): Promise<boolean> =>
  (await tx.maybe(sql`SELECT 1 FROM push_subscription WHERE token_hash = ${tokenHash}`)) !== null;

/** Those of the addresses that stand for visitors who are told by push, as they are now or as they were before a site signed them in. */
export const subscribedAmong = async (tx: Tx, addresses: readonly string[]): Promise<string[]> =>
  (
    await tx.rows<{ address: string }>(sql`
      SELECT said.address FROM visitor said
       WHERE said.address = ANY (${addresses}::text[])
         AND EXISTS (SELECT 1 FROM visitor_browser b JOIN push_subscription s USING (token_hash) WHERE b.visitor_id = coalesce(said.joined_to, said.id))`)
  ).map(({ address }) => address);

/** Answers a browser is told of at once, at most; of more the oldest are not counted. */
const mostAtOnce = 50;

/** Something was said to these addresses: their browsers are told of it, of what follows until then together. */
export const addDue = async (
  tx: Tx,
  said: {
    readonly addresses: readonly string[];
    readonly messageId: string;
    readonly at: string;
    readonly dueAt: string;
  },
): Promise<void> => {
  await tx.run(sql`
    UPDATE push_subscription s
       SET message_ids = (s.message_ids || ${said.messageId}::uuid)[greatest(1, cardinality(s.message_ids) + 2 - ${mostAtOnce}):],
           since = coalesce(s.since, ${said.at}), due_at = coalesce(s.due_at, ${said.dueAt})
      FROM visitor_browser b JOIN visitor v ON v.id = b.visitor_id
     WHERE s.token_hash = b.token_hash AND ${seated(said.at)} AND ${said.messageId}::uuid <> ALL (s.message_ids)
       AND v.id IN (SELECT coalesce(joined_to, id) FROM visitor WHERE address = ANY (${said.addresses}::text[]))`);
};

/** A browser that is to be told, in the hands of one worker until its lease ends. */
export interface PushClaim {
  readonly tokenHash: string;
  readonly leaseToken: string;
  readonly visitorId: string;
  readonly channelId: ChannelId;
  /** Of the visitor, as they are now. */
  readonly address: string;
  readonly language: "de" | "en";
  /** Sealed. */
  readonly target: string;
  readonly messageIds: readonly string[];
  readonly since: string;
  readonly attempts: number;
}

/** Takes browsers that are due, those waiting longest first; whose worker did not return is taken again. */
export const claimDuePushes = (
  tx: Tx,
  lease: { readonly at: string; readonly token: string; readonly until: string; readonly limit: number },
): Promise<PushClaim[]> =>
  tx.rows<PushClaim>(sql`
    UPDATE push_subscription s SET lease_token = ${lease.token}, lease_until = ${lease.until}, attempts = s.attempts + 1
      FROM (SELECT d.token_hash, v.id, v.channel_id, v.address, v.language
              FROM push_subscription d JOIN visitor_browser b USING (token_hash) JOIN visitor v ON v.id = b.visitor_id
             WHERE d.due_at <= ${lease.at} AND (d.lease_until IS NULL OR d.lease_until <= ${lease.at}) AND ${seated(lease.at)}
             ORDER BY d.due_at LIMIT ${lease.limit} FOR UPDATE OF d SKIP LOCKED) due
     WHERE s.token_hash = due.token_hash
    RETURNING s.token_hash AS "tokenHash", s.lease_token AS "leaseToken", due.id AS "visitorId", due.channel_id AS "channelId", due.address, due.language,
              s.target, s.message_ids AS "messageIds", s.since, s.attempts`);

type Held = Pick<PushClaim, "tokenHash" | "leaseToken">;
const held = ({ tokenHash, leaseToken }: Held) => sql`token_hash = ${tokenHash} AND lease_token = ${leaseToken}`;

/** Is it in this worker's hands still? Whoever has signed out meanwhile is told nothing. */
export const isHeld = async (tx: Tx, claim: Held): Promise<boolean> =>
  (await tx.maybe(sql`SELECT 1 FROM push_subscription WHERE ${held(claim)}`)) !== null;

/** They were told of these, or need not be; what has come meanwhile is told at `dueAt`. */
export const settlePush = async (tx: Tx, claim: Held & Pick<PushClaim, "messageIds">, dueAt: string): Promise<void> => {
  const left = sql`ARRAY(SELECT id FROM unnest(message_ids) AS id WHERE id <> ALL (${claim.messageIds}::uuid[]))`;
  await tx.run(sql`
    UPDATE push_subscription SET message_ids = ${left}, attempts = 0, lease_token = NULL, lease_until = NULL,
           due_at = CASE WHEN cardinality(${left}) = 0 THEN NULL ELSE ${dueAt}::timestamptz END,
           since = CASE WHEN cardinality(${left}) = 0 THEN NULL ELSE since END
     WHERE ${held(claim)}`);
};

/** It is tried again at that time. `counts`: this try was one. */
export const postponePush = async (tx: Tx, claim: Held, dueAt: string, counts: boolean): Promise<void> => {
  await tx.run(sql`
    UPDATE push_subscription SET due_at = ${dueAt}, lease_token = NULL, lease_until = NULL, attempts = attempts - ${counts ? 0 : 1} WHERE ${held(claim)}`);
};

/** The browser is not there any more; one that has given another address meanwhile is. */
export const endClaimed = async (tx: Tx, claim: Held): Promise<void> => {
  await tx.run(sql`DELETE FROM push_subscription WHERE ${held(claim)}`);
};

/** Forgets browsers that speak as nobody since then; says how many. */
export const deleteUnseated = (tx: Tx, before: string): Promise<number> =>
  tx.run(sql`
    DELETE FROM push_subscription s USING visitor_browser b
     WHERE b.token_hash = s.token_hash AND (b.left_at IS NOT NULL OR b.signed_until < ${before})`);
