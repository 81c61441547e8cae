// What moving messages and taking that back share: new places, and everything that hangs on messages goes along. Called by actions-moving.ts and actions-moving-back.ts.
import type { AgentActor } from "#contract/actor.ts";
import { isKept, type AddressKind } from "#contract/channel.ts";
import type { Move } from "#contract/concerns.ts";
import type { MessageId, PartyId } from "#contract/ids.ts";
import type { Said } from "#modules/audit/actions.ts";
import { lateUntil } from "#modules/concerns/actions-delivery.ts";
import { changes } from "#modules/concerns/actions-saving.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import { seeingIn, type Line, type Seeing } from "#modules/concerns/model-moving.ts";
import {
  moveEvidence,
  placeAll,
  putUnread,
  saveSeeing,
  seeingOf,
  takeUnread,
  type Placing,
} from "#modules/concerns/store-moving.ts";
import { anyBad } from "#modules/concerns/store-outbox.ts";
import { addParties } from "#modules/concerns/store-saving.ts";
import { type NewParty } from "#modules/concerns/store.ts";
import { moveFound } from "#modules/search/actions.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** One of the two concerns: as it was, locked, and its messages in the order they are to have. */
export interface Side {
  readonly state: ConcernState;
  readonly order: readonly Line[];
}

const never = 2_147_483_647;

/**
 * Gives every message of both concerns its place, 1, 2, 3 …, and lets go along: keys, mentions, entries of the search, marks of what is unread, and
 * who takes part in the moved messages, who sees there what they saw here. Returns who joined. `saw`: whose first visible message comes home.
 */
export const rearrange = async (
  world: World,
  tx: Tx,
  giving: Side,
  taking: Side,
  moved: readonly Line[],
  saw: Readonly<Record<PartyId, MessageId>>,
): Promise<NewParty[]> => {
  const both = [giving.state.id, taking.state.id];
  const ids = moved.map(({ id }) => id);
  const words = await takeUnread(tx, both);
  const seeing = await seeingOf(tx, both);
  const placings = [giving, taking].flatMap(({ state, order }) =>
    order.flatMap((line, index): Placing[] => {
      const isHere = line.concernId === state.id;
      return isHere && line.seq === index + 1
        ? []
        : [{ id: line.id, concernId: state.id, seq: index + 1, cameFrom: isHere ? null : line.concernId }];
    }),
  );
  await placeAll(tx, both, placings);
  await moveEvidence(tx, ids, giving.state.id, taking.state.id);
  await moveFound(tx, ids, taking.state.id);

  const same = (one: Seeing) => (concernId: string) =>
    seeing.find((each) => each.concernId === concernId && each.kind === one.kind && each.norm === one.norm);
  const people = new Set(moved.flatMap((line) => line.people));
  const joining = seeing
    .filter(
      (one) =>
        one.concernId === giving.state.id &&
        same(one)(taking.state.id) === undefined &&
        (one.role === "requester" || people.has(one.norm.toLowerCase()) || people.has(one.value.toLowerCase())),
    )
    .map((one) => {
      const blank = { ...one, concernId: taking.state.id, seesFrom: never, seenSeq: never };
      return { ...one, id: world.newId() as PartyId, ...seeingIn(blank, taking.order, same(one)) };
    });
  const parties = joining.map(({ id, customerId, name, kind, norm, value, role, seesFrom }) => ({
    id,
    customerId,
    name,
    kind,
    norm,
    value,
    role,
    seesFrom,
  }));
  if (parties.length > 0) await addParties(tx, taking.state.id, parties);
  const seen = (kind: AddressKind, was: number, is: number): number => (isKept(kind) ? is : was);
  await saveSeeing(tx, [
    ...joining.map((one) => ({ id: one.id, seesFrom: one.seesFrom, seenSeq: seen(one.kind, 0, one.seenSeq) })),
    ...seeing.flatMap((one) => {
      const side = one.concernId === giving.state.id ? giving : taking;
      const next = seeingIn(one, side.order, same(one));
      const home = saw[one.id];
      const first = home === undefined ? -1 : side.order.findIndex(({ id }) => id === home);
      const seesFrom = first === -1 ? next.seesFrom : Math.min(next.seesFrom, first + 1);
      const seenSeq = seen(one.kind, one.seenSeq, next.seenSeq);
      return seesFrom === one.seesFrom && seenSeq === one.seenSeq ? [] : [{ id: one.id, seesFrom, seenSeq }];
    }),
  ]);
  await putUnread(tx, words);
  return parties;
};

/** Which of the two is marked because of a delivery, now that the messages are where they are: a mark that somebody has looked at does not come again. */
export const failureAfter = async (
  world: World,
  tx: Tx,
  giving: ConcernState,
  taking: ConcernState,
): Promise<{ readonly from: boolean; readonly to: boolean }> => {
  const late = lateUntil(world.now());
  return {
    from: giving.deliveryFailed && (await anyBad(tx, giving.id, late)),
    to: taking.deliveryFailed || (giving.deliveryFailed && (await anyBad(tx, taking.id, late))),
  };
};

/** The entries for a row that messages left or came to; also when nothing but places differ nothing is said twice. */
export const saidOfRows = (before: ConcernState, after: ConcernState, because: string): Said[] =>
  changes(before, after, because);

/** The entries about a move, one for each side. */
export const moveSaid = (
  world: Pick<World, "now">,
  who: Pick<AgentActor, "name">,
  move: { readonly key: string; readonly what: Move["what"]; readonly at: string; readonly ids: readonly MessageId[] },
  from: ConcernState,
  to: ConcernState,
  undone: boolean,
): Said[] => {
  const one = (side: Move["side"], on: ConcernState, other: ConcernState): Said => ({
    kind: "message.moved",
    brandId: on.brandId,
    concernId: on.id,
    customerId: on.customerId,
    data: {
      move: {
        key: move.key,
        what: move.what,
        side,
        other: { concernId: other.id, number: other.number, subject: other.subject },
        count: move.ids.length,
        at: move.at,
        by: who.name,
        movedAt: world.now().toISOString(),
      },
      messageIds: [...move.ids],
      undone,
    },
  });
  return [one("from", from, to), one("to", to, from)];
};
