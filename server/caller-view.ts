// A call as its caller sees it, in sentences: place, wait, hours, what may be had instead of waiting. Used by call-site.ts and second-pages.ts.
import type { PhoneSettings } from "#channels/phone/settings.ts";
import { addressKindOf } from "#contract/channel.ts";
import type { CallerView, CallLine } from "#contract/caller.ts";
import type { FlowSurroundings } from "#contract/flow-runs.ts";
import type { BrandId, ChannelId } from "#contract/ids.ts";
import { channelsOfBrand } from "#modules/brands/reads.ts";
import { mayMove } from "#modules/calls/model.ts";
import { stateOf, type CallRecord, type Words } from "#modules/calls/model-record.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import { render } from "#modules/flows/model-render.ts";
import { runOf, saidOf } from "#modules/flows/reads-running.ts";
import { openAt, type OpenHours } from "#modules/hours/model.ts";
import { allHours, hoursOf } from "#modules/hours/reads.ts";
import type { Connected, ConnectedVoice } from "#server/connected.ts";
import { chatOf, inLanguage, shownAt, stateOf as hoursSentence } from "#server/portal-views.ts";
import { words, type Language } from "#server/words.ts";

export interface Phones {
  readonly world: FlowWorld;
  readonly connected: Connected;
}

/** A phone channel's settings. */
export const phoneOf = ({ settings }: Pick<ConnectedVoice, "settings">): PhoneSettings => settings as PhoneSettings;

/** Can numbers be called there? Only by an Asterisk with a trunk. */
export const dialsOut = ({ asterisk, numbers }: PhoneSettings): boolean =>
  asterisk !== null && asterisk.trunk !== "" && numbers.length > 0;

/** Can pages call there? The program's own engine takes them, and an Asterisk does not. */
export const takesPages = ({ asterisk }: PhoneSettings): boolean => asterisk === null;

/** The brand's first telephone that pages can call; null: it has none that is switched on. */
export const pagePhone = (connected: Connected, brandId: string): ConnectedVoice | null =>
  connected.voices().find((channel) => channel.brandId === brandId && takesPages(phoneOf(channel))) ?? null;

/** What is so at a phone channel now: open or closed, notices, in which zone. */
export const aroundPhone = (
  world: FlowWorld,
  channel: { readonly id: string; readonly brandId: string },
): Promise<FlowSurroundings> =>
  world.flowGround.surroundings(world.db, {
    brandId: channel.brandId as BrandId,
    channelId: channel.id as ChannelId,
    medium: "voice",
    verified: null,
  });

/** Times that a callback may be asked for: on the half hour, within the hours; where nothing is set by day. */
const halfHourMs = 30 * 60_000;
const mostTimes = 16;
const daysAhead = 7;
const [dayFrom, dayTo] = [8, 20];

const hourIn = (zone: string, at: Date): number =>
  Number(at.toLocaleTimeString("en-GB", { timeZone: zone, hour: "2-digit" }).slice(0, 2));

/** The next times; exported for its test. */
export const callbackTimes = (hours: OpenHours | null, zone: string, now: Date): Date[] => {
  const first = Math.ceil((now.getTime() + halfHourMs / 2) / halfHourMs) * halfHourMs;
  const times: Date[] = [];
  for (let at = first; at < first + daysAhead * 86_400_000 && times.length < mostTimes; at += halfHourMs) {
    const time = new Date(at);
    const hour = hours === null ? hourIn(zone, time) : 0;
    if (hours === null ? hour >= dayFrom && hour < dayTo : openAt(hours, time)) times.push(time);
  }
  return times;
};

/** Whether a time can be had: one of the next, or what has stood there when the page was made. */
export const isCallbackTime = (hours: OpenHours | null, zone: string, now: Date, at: Date): boolean =>
  at.getTime() > now.getTime() - halfHourMs &&
  at.getTime() < now.getTime() + (daysAhead + 1) * 86_400_000 &&
  at.getTime() % halfHourMs === 0 &&
  (hours === null ? hourIn(zone, at) >= dayFrom && hourIn(zone, at) < dayTo : openAt(hours, at));

/** The hours of a phone channel; null: always open. */
export const phoneHours = async (
  { db }: Pick<FlowWorld, "db">,
  channel: { readonly id: string; readonly brandId: string },
): Promise<OpenHours | null> => hoursOf(await allHours(db), channel);

/** How long it takes, as the voice says it; null: that is not known. */
const waitSentence = (language: Language, minutes: number | null): string =>
  minutes === null
    ? words(language, "second.wait.unknown")
    : minutes <= 1
      ? words(language, "second.wait.minute")
      : words(language, "second.wait.minutes", { minutes });

const placeSentence = (language: Language, place: number): string =>
  place <= 1
    ? words(language, "second.place.next")
    : words(language, place === 2 ? "second.place.one" : "second.place.other", { count: place - 1 });

/** Lines of the last of it that a page shows. */
const shownLines = 30;

const spoken = (language: Language, said: readonly Words[]): string =>
  said
    .map((one) =>
      "tone" in one ? "" : "text" in one ? one.text : words(language, `calls.spoken.${one.say}`, one.facts),
    )
    .filter((line) => line !== "")
    .join(" ");

/** What a flow has said and was told, and what the voice says just now. */
const linesOf = async (world: FlowWorld, call: CallRecord, zone: string): Promise<CallLine[]> => {
  const run = call.flow === null ? null : await runOf(world.db, call.flow.runId);
  const said = run === null ? [] : await saidOf(world.db, run.id, 0);
  const lines = said.map((one): CallLine =>
    one.direction === "in"
      ? { by: "you", text: one.text }
      : { by: "us", text: render(one.outputs, { medium: "voice", language: call.language, zone }).text },
  );
  const customer = call.legs.find(({ as }) => as === "customer")?.id;
  const now = call.speeches.find(({ legId }) => legId === customer);
  const text = now === undefined ? "" : spoken(call.language, now.words);
  if (text !== "" && !lines.slice(-2).some((line) => line.text === text)) lines.push({ by: "us", text });
  return lines.filter((line) => line.text.trim() !== "").slice(-shownLines);
};

/** Does it still wait, or is it on the way there: may it be swapped for something? Not while it is greeted: what may be had is what the machine of calls lets go. */
export const maySwap = (call: CallRecord): boolean =>
  call.direction === "in" && call.callback === null && mayMove(call);

const callbackText = (call: CallRecord, around: FlowSurroundings, language: Language): string | null => {
  const { callback } = call;
  if (callback === null || !["waiting", "dialling"].includes(callback.state)) return null;
  const at = callback.at === null ? "" : shownAt(callback.at, around, language);
  const number = callback.number;
  if (number === "") return words(language, at === "" ? "second.planned.page" : "second.planned.pageAt", { at });
  return words(language, at === "" ? "second.planned.number" : "second.planned.numberAt", { at, number });
};

/** The leg by which this caller's page is rung; null: it is not. */
const ringingOf = ({ by, legs }: CallRecord): string | null =>
  by !== "web"
    ? null
    : (legs.find(({ as, state, to }) => as === "customer" && state === "ringing" && to !== null && "deviceId" in to)
        ?.id ?? null);

/** Everything. `isPage`: the page that called itself, which sees what was said; a second screen may be somebody's who guessed a code. */
export const callerView = async (
  { world, connected }: Phones,
  call: CallRecord,
  at: { readonly language: Language; readonly isPage: boolean },
): Promise<CallerView> => {
  const { language, isPage } = at;
  const channel = { id: call.channelId, brandId: call.brandId };
  const settings = connected.voices().find(({ id }) => id === call.channelId);
  const phone = settings === undefined ? null : phoneOf(settings);
  const [around, hours, siblings] = await Promise.all([
    aroundPhone(world, channel),
    phoneHours(world, channel),
    channelsOfBrand(world.db, call.brandId),
  ]);
  const state = stateOf(call);
  const swaps = maySwap(call);
  const hasChat = chatOf(connected, call.brandId) !== null;
  const hasMail = siblings.some(
    ({ kind, enabled, address }) => enabled && addressKindOf[kind] === "email" && address !== "",
  );
  const waits = call.waitingSince !== null && (state === "waiting" || call.callback !== null) && call.endedAt === null;
  const mayCallback = swaps && phone !== null && phone.rules.callback && (call.by === "web" || dialsOut(phone));
  return {
    callId: call.id,
    state,
    end: call.end,
    startedAt: call.startedAt,
    talkedFrom: call.talkedFrom,
    held: call.legs.some(({ as, held, state: leg }) => as === "customer" && held && leg === "connected"),
    place: waits && call.place !== null ? placeSentence(language, call.place.place) : null,
    wait: waits ? waitSentence(language, call.place?.minutes ?? null) : null,
    hours: hoursSentence(around, language),
    notices: around.notices.map((notice) => inLanguage(notice, language)),
    lines: isPage ? await linesOf(world, call, around.zone) : [],
    may: {
      callback: mayCallback,
      number: phone !== null && dialsOut(phone),
      times: mayCallback
        ? callbackTimes(hours, around.zone, world.now()).map((time) => ({
            at: time.toISOString(),
            text: shownAt(time.toISOString(), around, language),
          }))
        : [],
      chat: (swaps || call.movedTo !== null) && hasChat,
      mail: swaps && hasChat && hasMail,
    },
    callback: ((text) => (text === null ? null : { text }))(callbackText(call, around, language)),
    ringing: isPage ? ringingOf(call) : null,
    chat: null,
  };
};
