// What a concern as it stands now wants of the routing, compared with the piece of work it is: the happenings that bring the two together. Pure; asked by the leader
// whenever something happened to a concern, as often as it likes.
import type { ConcernId } from "#contract/ids.ts";
import { workKindOf, type RoutingBook, type WorkKind } from "#contract/routing-book.ts";
import type { ChannelKind } from "#contract/channel.ts";
import type { CallWant } from "#modules/calls/model-need.ts";
import { isLive, queueFor, type Parents } from "#modules/routing/model-book.ts";
import type { Facts, Happening, ItemRow } from "#modules/routing/model-shapes.ts";

/** A concern as routing sees it (concerns/reads-work.ts). */
export interface Concern {
  readonly id: ConcernId;
  readonly brandId: string;
  readonly status: string;
  readonly priority: string;
  readonly topicId: string | null;
  readonly language: string | null;
  readonly teamId: string | null;
  readonly assigneeId: string | null;
  readonly waitingSince: string | null;
  readonly lastMessageAt: string;
  readonly dueAt: string | null;
  readonly merged: boolean;
  readonly channelKind: ChannelKind | null;
  readonly lastAgentId: string | null;
  readonly customersAgentId: string | null;
  readonly tierId: string | null;
  /** Whose account the customer is. */
  readonly accountAgentId: string | null;
  /** What flows did in it; left out: none ever was there. */
  readonly flow?: FlowWish | null;
  /** What a call that lives in it wants; left out: none does. */
  readonly call?: CallWish | null;
  /** Of a concern without one: whoever called last took another way, was served or sent away, and has not given up. */
  readonly otherWay?: boolean;
}

/** A call in a concern. `later`: it is called back, and not yet. */
export type CallWish = CallWant & { readonly later: boolean };

/** A flow speaks in a concern, or has handed it over and asked for something. */
export interface FlowWish {
  readonly speaks: boolean;
  readonly queueId: string | null;
  /** What whoever takes it has to be able to do. */
  readonly skills: Readonly<Record<string, number>>;
}

/** What was known of the concern when it was last compared. */
export interface Seen {
  readonly concernId: ConcernId;
  readonly brandId: string;
  readonly assigneeId: string | null;
  /** By the book's conditions; the item may be elsewhere since, by overflow or transfer. */
  readonly queueId: string;
  readonly facts: Facts;
  /** What a flow or a call asked for beside its queue; left out: nothing. */
  readonly skills?: Readonly<Record<string, number>>;
  /** Since when nobody has said anything while the customer waits for nothing; null: they wait. */
  readonly quietSince: string | null;
  /** Whose account its customer is. */
  readonly accountAgentId?: string | null;
  /** It is a call that lives; left out: it is none. */
  readonly call?: true;
  /** Who ended waiting did not give up: they took another way. */
  readonly otherWay?: true;
}

/** What is compared with. */
export interface Setting {
  readonly book: RoutingBook;
  readonly parents: Parents;
  /** May this agent be given work of that brand? */
  readonly serves: (agentId: string, brandId: string) => boolean;
}

/** A happening but for its instant. */
type Untimed<H> = H extends { readonly atMs: number } ? Omit<H, "atMs"> : never;
export type Wanted = Untimed<Happening>;

/** By how much what is important is treated as due sooner: see `importance` of an arrival. */
export const importanceOf: Readonly<Record<string, number>> = { low: 0, normal: 0, high: 1, urgent: 3 };

const mostImportance = 3;

/** The skill that everybody has for the brands they serve, and that no step takes away: nobody is given what they may not see. */
export const brandSkill = (brandId: string): string => `brand:${brandId}`;

const factsOf = ({ topicId, language, tierId, brandId }: Concern): Facts => ({
  ...(topicId === null ? {} : { topicId }),
  ...(language === null ? {} : { language }),
  ...(tierId === null ? {} : { tier: tierId }),
  brandId,
});

const sameFacts = (a: Facts, b: Facts): boolean =>
  a.topicId === b.topicId && a.language === b.language && a.tier === b.tier && a.brandId === b.brandId;

const kindOf = ({ call, channelKind }: Concern): WorkKind =>
  call?.kind ?? (channelKind === null ? "task" : workKindOf(channelKind));

/** Goes it on while its agent has it, because somebody is there? What is called back ends as a mail does. */
const isChat = (kind: WorkKind): boolean => isLive(kind) && kind !== "voice" && kind !== "callback";

const msOf = (at: string | null): number | null => (at === null ? null : Date.parse(at));

/** What of a concern is remembered beside its item; null: no queue takes it. */
export const seenOf = (concern: Concern, { book, parents }: Setting): Seen | null => {
  // What a call or a flow asked for counts as long as the book has it.
  const has = (id: string | null | undefined): string | null =>
    book.queues.find((queue) => queue.id === id)?.id ?? null;
  const asked = has(concern.call?.queueId) ?? has(concern.flow?.queueId);
  const queueId = asked ?? queueFor(book, { ...concern, channelKind: concern.channelKind ?? "" }, parents);
  if (queueId === null) return null;
  const { id: concernId, brandId, assigneeId, accountAgentId, waitingSince, lastMessageAt } = concern;
  const quietSince = waitingSince === null ? lastMessageAt : null;
  const wanted: Readonly<Record<string, number>> = { ...concern.flow?.skills, ...concern.call?.skills };
  const skills = Object.entries(wanted).filter(([id]) => book.skills.some((skill) => skill.id === id));
  return {
    concernId,
    brandId,
    assigneeId,
    queueId,
    facts: factsOf(concern),
    quietSince,
    accountAgentId,
    ...(skills.length === 0 ? {} : { skills: Object.fromEntries(skills) }),
    ...(concern.call ? { call: true as const } : {}),
  };
};

const requiresOf = ({ brandId, skills }: Pick<Seen, "brandId" | "skills">): Readonly<Record<string, number>> => ({
  ...skills,
  [brandSkill(brandId)]: 1,
});

const sameSkills = ({ skills: a = {} }: Seen, { skills: b = {} }: Seen): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([id, level]) => b[id] === level);

/** Is there anything left to do in it: for its agent, and for who waits? */
const goesOn = (concern: Concern | null): concern is Concern =>
  concern !== null && !concern.merged && (isCalling(concern) || ["new", "open", "waiting"].includes(concern.status));

/** Somebody is on the telephone, or to be called now. */
const isCalling = ({ call }: Concern): boolean => call != null && !call.later;

/**
 * The happenings, in order. `concern` null: it is gone. `item` and `seen` null: it is no piece of work yet; then `fresh` gives id and number for one. `spoke`: the customer
 * has written since it was last compared.
 *
 * While a call lives in it, it is that call: of its kind, since then, where it is asked for, and in the hands of whoever talks, until it ends.
 *
 * It is work when the customer waits and a queue's conditions fit. A mail's work ends when nobody waits any more; a chat's goes on while an agent has it, because the
 * customer is still there, and rests by itself (`restOf`). What a person decided about who has it counts before everything.
 */
export const wantsOf = (
  concern: Concern | null,
  item: ItemRow | null,
  seen: Seen | null,
  spoke: boolean,
  setting: Setting,
  fresh: { readonly id: string; readonly number: number },
): Wanted[] => {
  const next = goesOn(concern) ? seenOf(concern, setting) : null;
  const speaks = concern?.flow?.speaks === true;
  const isLater = concern?.call?.later === true;
  if (item === null || seen === null)
    return concern === null || next === null || speaks || isLater ? [] : arrival(concern, next, setting, fresh);
  const holder = item.holding?.agentId ?? null;
  // While a flow speaks it waits in no queue; who has it, and has sent the flow, keeps it.
  if (speaks && goesOn(concern)) return holder === null ? [{ what: "left", itemId: item.id }] : [];
  const gone: Wanted[] =
    holder === null ? [{ what: "left", itemId: item.id }] : [{ what: "finished", itemId: item.id, agentId: holder }];
  if (!goesOn(concern) || isLater) return gone;
  // The call is over: what is left to do is another piece of work.
  if (seen.call === true && !isCalling(concern))
    return [...gone, ...(next === null ? [] : arrival(concern, next, setting, fresh))];
  // No queue takes it any more: who has it keeps it.
  if (next === null) return holder === null ? gone : [];
  const waits = concern.waitingSince !== null && concern.status !== "waiting";
  const chat = isChat(kindOf(concern));
  const assigned = concern.assigneeId !== seen.assigneeId;
  if (!waits && !isCalling(concern) && !(chat && (holder !== null || (assigned && concern.assigneeId !== null)))) {
    // Open and answered: its agent has not let go of it.
    if (holder === null || concern.status === "waiting") return gone;
  }
  return [
    ...handed(concern, item, setting),
    ...aboutIt(concern, next, seen, item),
    ...whose(concern, seen, item, setting),
    ...awake(item, waits, spoke),
  ];
};

/** A call goes from who has it to somebody else, or to the head of its queue; one that somebody has dialled is theirs, whatever the concern was before. */
const handed = ({ call, brandId }: Concern, item: ItemRow, { serves }: Setting): Wanted[] => {
  if (!call) return [];
  const holder = item.holding?.agentId ?? null;
  const { hand, talking, agentId } = call;
  const itemId = item.id;
  if (hand !== null && holder === hand.from)
    return hand.to !== null && serves(hand.to, brandId)
      ? [{ what: "given", itemId, agentId: hand.to }]
      : [
          { what: "transferred", itemId, to: { queueId: item.queueId } },
          // Whoever spoke with somebody already waits behind nobody.
          { what: "promiseChanged", itemId, dueAtMs: item.arrivedAtMs, importance: mostImportance },
        ];
  return talking && agentId !== null && item.kind !== "voice" && holder !== agentId && serves(agentId, brandId)
    ? [{ what: "given", itemId, agentId }]
    : [];
};

const arrival = (
  concern: Concern,
  seen: Seen,
  setting: Setting,
  fresh: { readonly id: string; readonly number: number },
): Wanted[] => {
  const { call = null } = concern;
  const since = call?.since ?? (concern.status === "waiting" ? null : concern.waitingSince);
  if (since === null) return [];
  const kind = kindOf(concern);
  const { assigneeId, lastAgentId, accountAgentId, customersAgentId } = concern;
  const preferred = [assigneeId, lastAgentId, accountAgentId, customersAgentId].filter(
    (id): id is string => id !== null && setting.serves(id, concern.brandId),
  );
  const came: Wanted = {
    what: "arrived",
    item: {
      id: fresh.id,
      number: fresh.number,
      kind,
      queueId: seen.queueId,
      arrivedAtMs: Date.parse(since),
      dueAtMs: msOf(concern.dueAt),
      importance: importanceOf[concern.priority] ?? 0,
      requires: requiresOf(seen),
      prefers: {},
      facts: seen.facts,
      preferredAgentIds: [...new Set(preferred)],
    },
  };
  if (call?.talking === true && call.agentId !== null && setting.serves(call.agentId, concern.brandId))
    return [came, { what: "given", itemId: fresh.id, agentId: call.agentId }];
  // A mail of somebody's own concern is theirs; a chat needs somebody who is there, them before others.
  return assigneeId !== null && !isLive(kind) && setting.serves(assigneeId, concern.brandId)
    ? [came, { what: "given", itemId: fresh.id, agentId: assigneeId }]
    : [came];
};

/** What it is about, how it presses, and where it belongs. */
const aboutIt = (concern: Concern, next: Seen, seen: Seen, item: ItemRow): Wanted[] => {
  const wanted: Wanted[] = [];
  const itemId = item.id;
  if (!sameFacts(next.facts, seen.facts) || !sameSkills(next, seen))
    wanted.push({ what: "factsChanged", itemId, facts: next.facts, requires: requiresOf(next) });
  const kind = kindOf(concern);
  const calling = isCalling(concern);
  if (kind !== item.kind && (concern.waitingSince !== null || calling))
    wanted.push({ what: "becameOtherKind", itemId, kind });
  const importance = importanceOf[concern.priority] ?? 0;
  const dueAtMs = msOf(concern.dueAt);
  // Without a promise of its own it keeps that of its queue; and a call that came back to the head stays there.
  const heads = calling && item.dueAtMs !== null && item.dueAtMs <= item.arrivedAtMs;
  if (!heads && (importance !== item.importance || (dueAtMs !== null && dueAtMs !== item.dueAtMs)))
    wanted.push({ what: "promiseChanged", itemId, dueAtMs: dueAtMs ?? item.dueAtMs, importance });
  if (next.queueId !== seen.queueId && item.holding === null && item.queueId !== next.queueId)
    wanted.push({ what: "transferred", itemId, to: { queueId: next.queueId } });
  return wanted;
};

/** What a person decided about who has it. */
const whose = (concern: Concern, seen: Seen, item: ItemRow, setting: Setting): Wanted[] => {
  const { assigneeId } = concern;
  if (assigneeId === seen.assigneeId || assigneeId === (item.holding?.agentId ?? null)) return [];
  if (assigneeId === null)
    return item.holding === null ? [] : [{ what: "transferred", itemId: item.id, to: { queueId: item.queueId } }];
  return setting.serves(assigneeId, concern.brandId) ? [{ what: "given", itemId: item.id, agentId: assigneeId }] : [];
};

const awake = (item: ItemRow, waits: boolean, spoke: boolean): Wanted[] => {
  const rest = item.holding?.rest ?? "none";
  return (rest === "dormant" && waits) || (rest === "parked" && spoke) ? [{ what: "woke", itemId: item.id }] : [];
};

/** A live one that rested for so long is over: what the customer writes then is a new piece of work, for the same agent first. */
const overAfterMs = 3_600_000;

/** What a held live piece of work does by itself, and when (null: nothing). `restMs`: after so long without a word it rests; 0: never. */
export const restOf = (
  item: ItemRow,
  { quietSince, call }: Seen,
  restMs: number,
): { readonly atMs: number; readonly wanted: Wanted } | null => {
  const { holding } = item;
  if (holding === null || quietSince === null || call === true || !isLive(item.kind as WorkKind)) return null;
  const quietMs = Date.parse(quietSince);
  if (holding.rest === "none")
    return restMs === 0
      ? null
      : { atMs: Math.max(quietMs, holding.sinceMs) + restMs, wanted: { what: "fellAsleep", itemId: item.id } };
  return holding.rest === "dormant"
    ? { atMs: quietMs + restMs + overAfterMs, wanted: { what: "finished", itemId: item.id, agentId: holding.agentId } }
    : null;
};
