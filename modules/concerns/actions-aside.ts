// Sets aside what makes no concern by itself, and does what people decide about it. Called by actions.ts, actions-receipts.ts and routes.ts.
import type { AgentActor } from "#contract/actor.ts";
import { seesBrand } from "#contract/actor.ts";
import type { AsideReason } from "#contract/aside.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { BrandId } from "#contract/ids.ts";
import { allows } from "#contract/permissions.ts";
import { say } from "#modules/audit/actions.ts";
import { refused, type Arrival, type Receiving, type ReceivingChannel } from "#modules/concerns/actions-arrival.ts";
import { snippetOf, storable } from "#modules/concerns/model.ts";
import { mostUnknownMs, unknownSender } from "#modules/concerns/model-arrival.ts";
import { hidesSecrets } from "#modules/concerns/model-secrets.ts";
import { isSure } from "#modules/concerns/model-threading.ts";
import { asideReasonsFor } from "#modules/concerns/policy.ts";
import {
  beginsBetween,
  hadConcern,
  insertAside,
  insertBegin,
  lockAside,
  removeBegins,
  settleAside,
} from "#modules/concerns/store-aside.ts";
import { customerByAddress } from "#modules/customers/reads.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** What of an arrival people see before they decide. */
interface Shown {
  readonly providerId: string;
  readonly senderName: string | null;
  readonly sender: string;
  readonly subject: string | null;
  readonly text: string;
  /** Something in it was covered. */
  readonly secret?: boolean;
}

/** Keeps it for people to decide about; nobody is woken, nobody answered, no customer made. */
export const setAside = async (
  world: World,
  tx: Tx,
  channel: ReceivingChannel,
  arrival: Arrival,
  reason: AsideReason,
  shown: Shown,
): Promise<void> => {
  await insertAside(tx, {
    id: arrival.intakeId,
    providerId: shown.providerId,
    brandId: channel.brandId as BrandId,
    channelId: channel.id,
    reason,
    senderName: shown.senderName,
    sender: shown.sender,
    subject: shown.subject === null ? null : storable(shown.subject).slice(0, 500),
    snippet: snippetOf(shown.text),
    rawHash: arrival.rawHash,
    secret: shown.secret === true,
    at: arrival.receivedAt,
  });
  await refused(world, tx, channel, null, reason, shown.sender);
};

/** The same for a message. */
export const setMessageAside = (
  { world, tx, channel, arrival, message }: Receiving,
  reason: AsideReason,
): Promise<void> =>
  setAside(world, tx, channel, arrival, reason, {
    providerId: message.providerId,
    senderName: message.from.name,
    sender: message.from.value,
    subject: message.subject,
    text: message.text,
    secret: hidesSecrets(message.warnings),
  });

/**
 * Do too many write at once to this channel whom nobody knows or vouches for? Each sender may forge another name, so they are counted together;
 * whoever had a concern here before, and is not shown to be false, is none of them. Counts those that pass. Of mails that come at the very same
 * moment a few more may pass: no mail waits for another's commit.
 */
export const isTooMuch = async ({ tx, channel, arrival, message, kind, norm }: Receiving): Promise<boolean> => {
  const most = channel.mostUnknown ?? 0;
  if (most === 0 || arrival.letIn === true || isSure(message.assurance)) return false;
  const at = Date.parse(arrival.receivedAt);
  const time = (ms: number): string => new Date(at + ms).toISOString();
  if (message.assurance === "none" && norm !== unknownSender) {
    const known = await customerByAddress(tx, kind, norm);
    if (known !== null && (await hadConcern(tx, known.customerId, channel.brandId, time(-mostUnknownMs)))) return false;
  }
  if ((await beginsBetween(tx, channel.id, time(-mostUnknownMs), time(mostUnknownMs), most)) >= most) return true;
  await insertBegin(tx, channel.id, arrival.receivedAt);
  return false;
};

/** Reads an arrival again, as a message whatever it is, past every brake; in the caller's transaction. */
export type ReadAgain = (tx: Tx, intakeId: string, providerId: string) => Promise<void>;

/** What an agent decides about what was set aside; what is settled already stays as it is. Refused with notFound when one is not theirs to see. */
export const settleAsides = (
  world: World & { readonly readAgain: ReadAgain },
  who: AgentActor,
  input: { readonly ids: readonly string[]; readonly as: "concern" | "away" },
): Promise<{ readonly done: true } | Refusal> =>
  world.db.transaction(async (tx) => {
    if (!allows(who.role, "concern.change")) return refuse("notAllowed");
    const rows = await lockAside(tx, input.ids);
    const reasons = asideReasonsFor(who);
    if (rows.some((row) => !seesBrand(who, row.brandId) || !reasons.includes(row.reason))) return refuse("notFound");
    const ids = rows.map((row) => row.id);
    await settleAside(tx, ids, { at: world.now().toISOString(), agentId: who.id, as: input.as });
    if (input.as === "concern") for (const row of rows) await world.readAgain(tx, row.id, row.providerId);
    for (const brandId of new Set(rows.map((row) => row.brandId)))
      await say(world, tx, who, [
        {
          kind: "intake.settled",
          brandId,
          data: { as: input.as, ids: rows.filter((row) => row.brandId === brandId).map((row) => row.id) },
        },
      ]);
    return { done: true } as const;
  });

/** Forgets what the brake does not look at any more. Says how many. */
export const forgetBegins = (world: World): Promise<number> =>
  removeBegins(world.db, new Date(world.now().getTime() - 24 * 3_600_000).toISOString());
