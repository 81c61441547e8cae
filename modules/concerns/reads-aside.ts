// What was set aside, for whom it may concern. Called by concerns/routes-lists.ts and server/frames.ts.
import type { AgentActor } from "#contract/actor.ts";
import { seesBrand } from "#contract/actor.ts";
import { mostCounted, type AsideReason, type asides } from "#contract/aside.ts";
import type { Result } from "#contract/endpoint.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { MessageId } from "#contract/ids.ts";
import { asideReasonsFor } from "#modules/concerns/policy.ts";
import type { ReadingWorld } from "#modules/concerns/reads.ts";
import { asideById, countAside, openAside } from "#modules/concerns/store-aside.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

const scopeOf = (who: AgentActor): readonly string[] | null => (who.brandIds.length === 0 ? null : who.brandIds);

const cursorForm = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)_([0-9a-f-]{36})$/;

/** One page, newest first; of one reason, or of all that this agent sees. */
export const listAsides = async (
  world: Pick<World, "db"> & Pick<ReadingWorld, "links">,
  who: AgentActor,
  input: { readonly reason?: AsideReason | undefined; readonly after?: string | undefined; readonly limit: number },
): Promise<Result<typeof asides.list> | Refusal> => {
  const place = input.after === undefined ? null : cursorForm.exec(input.after);
  if (input.after !== undefined && place === null) return refuse("invalidInput", {}, "after");
  const rows = await openAside(world.db, {
    brandIds: scopeOf(who),
    reasons: asideReasonsFor(who).filter((reason) => input.reason === undefined || reason === input.reason),
    after: place === null ? null : { at: place[1] ?? "", id: place[2] ?? "" },
    limit: input.limit + 1,
  });
  const page = rows.slice(0, input.limit);
  const last = rows.length > input.limit ? page.at(-1) : undefined;
  return {
    entries: page.map(({ providerId: _providerId, rawHash: _rawHash, secret: _secret, ...row }) => ({
      ...row,
      rawUrl: world.links.raw(row.id as MessageId),
    })),
    next: last === undefined ? null : `${last.at}_${last.id}`,
  };
};

/** How many of each reason this agent sees nobody has decided about. */
export const countAsides = async (world: Pick<World, "db">, who: AgentActor): Promise<Result<typeof asides.counts>> =>
  (await countAside(world.db, scopeOf(who), asideReasonsFor(who), mostCounted)).map(({ reason, n }) => ({
    reason,
    count: n,
  }));

/** One as it came: its hash, and whether it holds secrets. Null: there is none, or it is not this agent's to see. */
export const asideOriginal = async (
  tx: Tx,
  who: AgentActor,
  id: string,
): Promise<{ readonly hash: string; readonly secret: boolean } | null> => {
  const row = await asideById(tx, id);
  return row !== null && seesBrand(who, row.brandId) && asideReasonsFor(who).includes(row.reason)
    ? { hash: row.rawHash, secret: row.secret }
    : null;
};
