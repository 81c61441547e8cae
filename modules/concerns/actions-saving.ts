// What every action that adds a message or changes a concern does at the end: save and say. Called by concerns/actions*.ts.
import type { Who } from "#contract/actor.ts";
import type { Delivery, Link } from "#contract/concerns.ts";
import type { EventData } from "#contract/events.ts";
import { say, type Said } from "#modules/audit/actions.ts";
import { promised } from "#modules/concerns/actions-promises.ts";
import { addedBelow, mostCompared } from "#modules/concerns/model-findable.ts";
import { patchOf, rowOf, type ConcernState } from "#modules/concerns/model.ts";
import { saveMessage, updateConcern, type Saving } from "#modules/concerns/store-saving.ts";
import { type NewDelivery, type NewMessage } from "#modules/concerns/store.ts";
import { insertSecrets } from "#modules/concerns/store-secrets.ts";
import { textsBefore } from "#modules/concerns/store-threads.ts";
import { indexMessage } from "#modules/search/actions.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** A delivery that was just made, as the desk sees it. */
const newDelivery = (d: NewDelivery): Delivery => ({
  id: d.id as Delivery["id"],
  recipient: d.recipient,
  state: d.state,
  attempts: 0,
  nextTryAt: d.notBefore,
  code: null,
  reason: null,
  detail: "",
  history: d.history as Delivery["history"],
});

const logged = (m: NewMessage, deliveries: readonly NewDelivery[]): EventData<"message.added">["message"] => ({
  id: m.id,
  concernId: m.concernId,
  seq: m.seq,
  direction: m.direction,
  author: m.author,
  channelKind: m.channelKind,
  channelId: m.channelId,
  from: m.from,
  to: [...m.to],
  cc: [...m.cc],
  replyTo: m.replyTo,
  subject: m.subject,
  deliveries: m.direction === "out" ? deliveries.map(newDelivery) : [],
  assurance: m.assurance,
  verdicts: [...m.verdicts],
  warnings: [...m.warnings],
  automatic: m.automatic,
  mentions: [...m.mentions],
  proposal: m.proposal,
  scheduled: m.plan === null ? null : { ...m.plan, held: false },
  at: m.at,
  version: 1,
});

/** The entries for a concern that went from one state to another. */
export const changes = (before: ConcernState, after: ConcernState, because: string | null): Said[] => {
  const about = { brandId: after.brandId, concernId: after.id, customerId: after.customerId };
  const patch = patchOf(before, after);
  return [
    ...(patch === null ? [] : [{ ...about, kind: "concern.changed" as const, data: { patch, because } }]),
    ...(after.firstReplyAt === before.firstReplyAt
      ? []
      : [{ ...about, kind: "concern.firstReply" as const, data: { at: after.firstReplyAt } }]),
    ...(after.resolvedAt === before.resolvedAt
      ? []
      : [{ ...about, kind: "concern.resolvedAt" as const, data: { at: after.resolvedAt } }]),
  ];
};

/** Saves and says a changed concern; nothing happens when nothing differs. The caller holds the row's lock. */
export const saveChange = async (
  world: World,
  tx: Tx,
  who: Who,
  before: ConcernState,
  wanted: ConcernState,
  because: string | null,
  also: readonly Said[] = [],
): Promise<ConcernState> => {
  const { state: after, said: ofPromises } = await promised(world, tx, before, wanted);
  const said = changes(before, after, because);
  const isNews = patchOf(before, after) !== null;
  const differs = isNews || after.promises !== before.promises || after.promiseAt !== before.promiseAt;
  if (differs) await updateConcern(tx, before, after);
  await say(world, tx, who, [...said, ...ofPromises, ...also]);
  return isNews ? { ...after, version: before.version + 1 } : differs ? after : before;
};

/** Saves a concern with a new message and all that belongs to it, makes it findable and says everything. Returns the concern as it is now. */
export const saveWithMessage = async (
  world: World,
  tx: Tx,
  who: Who,
  saving: Saving,
  because: string | null,
  also: (saved: ConcernState) => readonly Said[] = () => [],
): Promise<ConcernState> => {
  const { before, message, parties, deliveries } = saving;
  const at = world.now().toISOString();
  let judged = await promised(world, tx, before, saving.after, at);
  const [{ number, version, joined, revision }, text] = await Promise.all([
    saveMessage(tx, { ...saving, after: judged.state }),
    findable(tx, message, before),
  ]);
  let news = 0;
  if (before === null && revision > (judged.state.promiseRevision ?? 0)) {
    // The rules were changed since this process read them.
    const first = judged.state;
    judged = await promised(world, tx, null, saving.after, at, revision);
    news = patchOf(first, judged.state) === null ? 0 : 1;
    await updateConcern(tx, first, judged.state);
  }
  if (message.secrets.length > 0) await insertSecrets(tx, message.id, world.seal(JSON.stringify(message.secrets)));
  const state = { ...judged.state, number, version: version + news };
  const about = { brandId: state.brandId, concernId: state.id, customerId: state.customerId };
  const said: Said[] = [
    ...(before === null
      ? [{ ...about, kind: "concern.created" as const, data: { row: rowOf(state) } }]
      : changes(before, state, because)),
    ...parties
      .filter((party) => joined.includes(party.id))
      .map(({ norm: _norm, ...party }) => ({ ...about, kind: "concern.partyJoined" as const, data: { party } })),
    { ...about, kind: "message.added", data: { message: logged(message, deliveries) } },
    ...judged.said,
    ...also(state),
  ];
  if (message.direction !== "system")
    await indexMessage(world, tx, {
      messageId: message.id,
      concernId: state.id,
      brandId: state.brandId,
      at: message.at,
      subject: message.subject,
      text,
      language: state.language,
    });
  await say(world, tx, who, said);
  return state;
};

/**
 * The words a message is found by: its own, and of what a mail repeats below them what stands nowhere else in the thread, for whoever wants to hide
 * something puts it there. What is the thread itself would make every answer a hit of every word.
 */
const findable = async (tx: Tx, message: NewMessage, before: ConcernState | null): Promise<string> => {
  const { text, foldedText } = message;
  if (message.direction !== "in" || foldedText === "") return text;
  if (message.seq === 1) return `${text}\n${foldedText}`;
  // By subject and number it is found anyway.
  const known = [text, `${message.subject ?? ""} ${before?.number ?? ""} ${before?.subject ?? ""}`];
  const earlier = await textsBefore(tx, { concernId: message.concernId, seq: message.seq, limit: mostCompared });
  const added = addedBelow(foldedText, [...known, ...earlier]);
  return added === "" ? text : `${text}\n${added}`;
};

/** The entries for a new link, one for each side. Who serves one brand only is shown neither when the sides differ in it: see `mayReadEntry`. */
export const linked = (earlier: ConcernState, later: ConcernState, kind: Link["kind"]): Said[] =>
  [
    { on: earlier, other: later },
    { on: later, other: earlier },
  ].map(({ on, other }) => ({
    kind: "concern.linked",
    brandId: on.brandId,
    concernId: on.id,
    customerId: on.customerId,
    data: {
      link: {
        concernId: other.id,
        brandId: other.brandId,
        number: other.number,
        subject: other.subject,
        status: other.status,
        kind,
        earlier: other === earlier,
      },
    },
  }));
