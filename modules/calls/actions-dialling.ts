// Dialling: what may be, and what was, counted so that of any number of tries at once no more go out than the caps say. Called by server/switchboard*.ts and its routes.
import type { AgentActor } from "#contract/actor.ts";
import type { CallRules } from "#contract/call-rules.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { BrandId, CallId, ChannelId, ConcernId, CustomerId } from "#contract/ids.ts";
import { e164Of } from "#lib/e164.ts";
import { channelsOfBrand } from "#modules/brands/reads.ts";
import { forbiddenNumber, usedUp, wrongHour } from "#modules/calls/model-dialling.ts";
import { callsById, dialledSince, hasDial, insertDial, lockDialling, setDialled } from "#modules/calls/store.ts";
import { calledFrom } from "#modules/concerns/actions-calls.ts";
import { membersOf, unwantedNumber } from "#modules/customers/reads.ts";
import { allHours, hoursOf } from "#modules/hours/reads.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** Where nobody has said when it is open: whose hours count for countries of which nothing is known. */
const usualZone = "Europe/Berlin";
const hourMs = 3_600_000;

/** One number that is to be dialled. */
export interface Dial {
  /** The leg's name: the same again is one try. */
  readonly legId: string;
  readonly callId: CallId;
  readonly channelId: ChannelId;
  readonly brandId: BrandId;
  /** In E.164. */
  readonly number: string;
  /** They asked to be called: at whatever hour they did, and whether or not they are called otherwise. */
  readonly askedFor: boolean;
}

/**
 * Judges a number and counts the try, in one: whoever is not refused may dial it once under that leg's name. Waits for whoever judges for the same channel at this moment, so that caps hold
 * however many try at once. The hour is a rolling one, and so is the day; a call that runs counts for as long as it runs, every try for a minute at least. Refuses with numberInvalid,
 * numberForbidden, numberUnwanted, dialNotNow, dialTooMany, dialUsedUp.
 */
export const countDial = async (
  world: Pick<World, "now">,
  tx: Tx,
  dial: Dial,
  rules: CallRules,
): Promise<{ readonly counted: true } | Refusal> => {
  const { legId: id, callId, channelId, number, askedFor } = dial;
  if (e164Of(number, null) !== number) return refuse("numberInvalid", { number: number.slice(0, 40) });
  const wrong = forbiddenNumber(number, rules) ?? (askedFor ? null : await badMoment(world, tx, dial, rules));
  if (wrong) return wrong;
  await lockDialling(tx, channelId);
  if (await hasDial(tx, id)) return { counted: true };
  const now = world.now();
  const ago = (ms: number): string => new Date(now.getTime() - ms).toISOString();
  const at = now.toISOString();
  const full = usedUp(await dialledSince(tx, channelId, { hour: ago(hourMs), day: ago(24 * hourMs), now: at }), rules);
  if (full) return full;
  await insertDial(tx, { id, channelId, callId, number, at });
  return { counted: true };
};

const badMoment = async (
  world: Pick<World, "now">,
  tx: Tx,
  { number, channelId, brandId }: Dial,
  rules: CallRules,
): Promise<Refusal | null> => {
  if (await unwantedNumber(tx, number)) return refuse("numberUnwanted");
  const hours = hoursOf(await allHours(tx), { id: channelId, brandId });
  return wrongHour(number, rules, world.now(), hours?.timeZone ?? usualZone);
};

/** The leg is over after so many seconds of talk (0: nobody answered). Twice is once. */
export const endDial = (tx: Tx, legId: string, seconds: number): Promise<void> => setDialled(tx, legId, seconds);

/** What an agent wants to call: judged, in E.164, with what the machine needs to begin. */
export interface Dialled {
  readonly id: CallId;
  readonly channelId: ChannelId;
  readonly brandId: BrandId;
  readonly concernId: ConcernId;
  readonly customerId: CustomerId;
  readonly number: string;
  readonly language: "de" | "en";
}

/**
 * Judges whether an agent may call that number from a concern now, without counting: `countDial` counts when it is really dialled. `rules`: of the channel. Refuses with notFound (no such
 * concern for them), concernMerged, unknownChannel (not of that brand), callElsewhere (there is such a call, of somebody else), and as `countDial` does.
 */
export const judgeDial = async (
  world: Pick<World, "now">,
  tx: Tx,
  who: AgentActor,
  wanted: {
    readonly id: CallId;
    readonly channelId: ChannelId;
    readonly concernId: ConcernId;
    readonly customerId: CustomerId;
    /** As it was typed or stands with the customer. */
    readonly number: string;
  },
  rules: CallRules,
): Promise<Dialled | Refusal> => {
  const from = await calledFrom(tx, who, wanted.concernId);
  if (isRefusal(from)) return from;
  const { state, language } = from;
  if (!(await membersOf(tx, [state.customerId])).includes(wanted.customerId))
    return refuse("notFound", undefined, "customerId");
  const channel = (await channelsOfBrand(tx, state.brandId)).find(({ id }) => id === wanted.channelId);
  if (channel === undefined || !channel.enabled) return refuse("unknownChannel", undefined, "channelId");
  const number = e164Of(wanted.number, channel.address === "" ? null : channel.address);
  if (number === null) return refuse("numberInvalid", { number: wanted.number.slice(0, 40) }, "number");
  const known = (await callsById(tx, [wanted.id]))[0];
  if (known !== undefined && known.call.agentId !== who.id) return refuse("callElsewhere");
  const { id, channelId, concernId, customerId } = wanted;
  const dial = { legId: id, callId: id, channelId, brandId: state.brandId, number, askedFor: false };
  const wrong = forbiddenNumber(number, rules) ?? (await badMoment(world, tx, dial, rules));
  if (wrong) return wrong;
  const now = world.now();
  const ago = (ms: number): string => new Date(now.getTime() - ms).toISOString();
  const dialled = await dialledSince(tx, channelId, {
    hour: ago(hourMs),
    day: ago(24 * hourMs),
    now: now.toISOString(),
  });
  return usedUp(dialled, rules) ?? { id, channelId, brandId: state.brandId, concernId, customerId, number, language };
};
