// A helper proposes that a message opens another concern; it never acts by itself. Called by actions.ts for what arrives, and by concerns/routes-moving.ts.
import type { AgentActor } from "#contract/actor.ts";
import type { Proposal } from "#contract/concerns.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { MessageId } from "#contract/ids.ts";
import { say } from "#modules/audit/actions.ts";
import { lockConcernOf } from "#modules/concerns/actions-locks.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import { seemsOther } from "#modules/concerns/model-other.ts";
import { forbids } from "#modules/concerns/policy.ts";
import { clearProposal } from "#modules/concerns/store-moving.ts";
import { textsBefore } from "#modules/concerns/store-threads.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** What was said last is what a message is compared with. */
export const mostCompared = 8;

/**
 * Why an arriving message seems to be about something else than the concern it comes into; null: it does not. The caller holds the concern's lock. `texts`: what
 * was said there last, when it was asked for under this lock already.
 */
export const proposalFor = async (
  tx: Tx,
  state: ConcernState,
  message: { readonly text: string; readonly subject: string | null },
  at: string,
  texts: readonly string[] | null,
): Promise<Proposal | null> =>
  seemsOther(
    { ...message, at },
    {
      subject: state.subject,
      texts: texts ?? (await textsBefore(tx, { concernId: state.id, seq: state.lastSeq + 1, limit: mostCompared })),
      lastAt: state.lastMessageAt,
      wasQuiet: state.waitingSince === null,
    },
  );

/** Somebody says that the message belongs where it is: nothing is proposed for it any more. Nothing proposed says nothing. */
export const keepHere = (
  world: World,
  who: AgentActor,
  messageId: MessageId,
): Promise<{ readonly done: true } | Refusal> =>
  world.db.transaction(async (tx) => {
    const state = await lockConcernOf(tx, messageId);
    if (state === null) return refuse("notFound");
    const forbidden = forbids(who, "concern.change", state.brandId);
    if (forbidden) return forbidden;
    if (await clearProposal(tx, messageId))
      await say(world, tx, who, [
        {
          kind: "message.kept",
          brandId: state.brandId,
          concernId: state.id,
          customerId: state.customerId,
          data: { messageId },
        },
      ]);
    return { done: true } as const;
  });
