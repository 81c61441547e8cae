// Steps that tests of concerns share: a customer writes, an agent answers, what is due leaves.
import assert from "node:assert/strict";
import type { AgentActor } from "#contract/actor.ts";
import type { DeliveryResult, Outbound } from "#contract/channel.ts";
import { isRefusal } from "#contract/errors.ts";
import type { ConcernId, MessageId } from "#contract/ids.ts";
import {
  claimDeliveries,
  outboundOf,
  recordDelivery,
  rememberKeys,
  type Claim,
} from "#modules/concerns/actions-outbox.ts";
import { reply } from "#modules/concerns/actions-reply.ts";
import { allConcerns, deliver, mail, type Cast, type TestWorld } from "#test/world.ts";

/** As server/dispatch has it. */
export const leaseMs = 50_000;

export const accepted: DeliveryResult = { kind: "accepted", providerId: "p1", detail: "250 ok", refused: [] };

let people = 0;

/** A new customer's concern. */
export const newConcern = async (world: TestWorld, cast: Cast, over: Parameters<typeof mail>[1] = {}) => {
  people += 1;
  const from = `person${people}@kunde.example`;
  await deliver(world, cast.channel, mail(from, { subject: `Sache ${people}`, ...over }));
  const found = (await allConcerns(world.db)).at(-1);
  assert.ok(found);
  return { id: found.id, number: found.number, from };
};

/** Sends one claimed delivery as server/dispatch does. */
export const send = async (
  world: TestWorld,
  claim: Claim | undefined,
  result: DeliveryResult = accepted,
): Promise<Outbound> => {
  assert.ok(claim);
  const outbound = await outboundOf(world, claim);
  assert.ok(outbound);
  assert.ok(await rememberKeys(world, claim, [`mid:dt-${outbound.messageToken}@elbkabel.example`]));
  await recordDelivery(world, claim, result);
  return outbound;
};

/** Sends everything that is due, and says what left. */
export const sendAll = async (world: TestWorld): Promise<Outbound[]> => {
  const left: Outbound[] = [];
  for (const claim of await claimDeliveries(world, { limit: 100, leaseMs })) left.push(await send(world, claim));
  return left;
};

/** The claim for one message, if it is due; everything else that is due leaves. */
export const claimOf = async (world: TestWorld, messageId: MessageId): Promise<Claim | undefined> => {
  let mine: Claim | undefined;
  for (const claim of await claimDeliveries(world, { limit: 100, leaseMs })) {
    if (claim.messageId === messageId) mine = claim;
    else await send(world, claim);
  }
  return mine;
};

/** A concern's row by id. */
export const rowOf = async (world: TestWorld, id: string) =>
  (await allConcerns(world.db)).find((each) => each.id === id);

/** The one concern with this subject. */
export const concernCalled = async (world: TestWorld, subject: string) => {
  const [found, ...others] = (await allConcerns(world.db)).filter((concern) => concern.subject === subject);
  assert.ok(found && others.length === 0, `one concern "${subject}"`);
  return found;
};

type Answer = Parameters<typeof reply>[2];

/** An answer in a concern by the cast's mailbox that may leave at once, but for what is wished. */
export const answerOf = (cast: Cast, id: ConcernId, to: string, over: Partial<Answer> = {}): Answer => ({
  id,
  channelId: cast.channel.id,
  to: [to],
  cc: [],
  text: "Wir kümmern uns.",
  html: null,
  uploads: [],
  sendAt: null,
  statusAfter: "waiting",
  key: crypto.randomUUID(),
  undoMs: 0,
  ...over,
});

/** Anna, or somebody else, answers a concern. */
export const answer = async (
  world: TestWorld,
  cast: Cast,
  id: ConcernId,
  to: string,
  over: Partial<Answer> = {},
  who: AgentActor = cast.anna,
) => {
  const said = await reply(world, who, answerOf(cast, id, to, over));
  assert.ok(!isRefusal(said), JSON.stringify(said));
  return said;
};
