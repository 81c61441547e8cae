// Saves a note among colleagues in a concern that is locked. Called by concerns/actions-reply.ts and concerns/actions-ruled.ts.
import { asActor, type Who } from "#contract/actor.ts";
import type { MessageId } from "#contract/ids.ts";
import { agentsByHandles } from "#modules/agents/reads.ts";
import type { Spoken } from "#modules/concerns/actions-locks.ts";
import { saveWithMessage } from "#modules/concerns/actions-saving.ts";
import { blank, heightOf, type Content } from "#modules/concerns/actions-send.ts";
import { mentionsIn, withMessage, type ConcernState } from "#modules/concerns/model.ts";
import { cannotHold } from "#modules/concerns/policy.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** Whoever is named by @handle and may see the concern is told. `key`: the client's; null: a rule or a macro says it. */
export const saveNote = async (
  world: World,
  tx: Tx,
  who: Who,
  state: ConcernState,
  content: Content,
  key: string | null,
): Promise<Spoken> => {
  const mentioned = (await agentsByHandles(tx, mentionsIn(content.text))).filter(
    (agent) => cannotHold(agent, state.brandId) === null,
  );
  const at = world.now().toISOString();
  const messageId = world.newId() as MessageId;
  const message = {
    ...blank(state, messageId, state.lastSeq + 1, at),
    direction: "note" as const,
    author: asActor(who),
    text: content.text,
    html: content.html,
    htmlLines: heightOf(content),
    files: content.files,
    mentions: mentioned.map((agent) => agent.id),
    clientKey: key,
  };
  const after = withMessage(state, {
    direction: "note",
    at,
    text: content.text,
    subject: null,
    channelKind: null,
    automatic: false,
  });
  const about = { brandId: state.brandId, concernId: state.id, customerId: state.customerId };
  const saved = await saveWithMessage(
    world,
    tx,
    who,
    { before: state, after, message, parties: [], deliveries: [] },
    null,
    () =>
      mentioned.map((agent) => ({
        ...about,
        kind: "agent.mentioned" as const,
        data: { agentId: agent.id, messageId },
      })),
  );
  return { state: saved, messageId };
};
