// My telephone in this window: one window of a browser is it (softphoneWindow.ts); it registers while I am there, makes the legs that ring me, and speaks and
// listens there (softphoneLines.ts). What has to be done is decided in softphoneParts.ts. Called by the shell, the bar of calls and the commands.
import { calls as endpoints } from "#contract/call-endpoints.ts";
import type { DeviceWay } from "#contract/voice.ts";
import { livingCalls } from "#web/state/applyCalls.ts";
import { hasTelephone, knownCalls } from "#web/state/calls.ts";
import { call } from "#web/state/client.ts";
import { deskState, linkState } from "#web/state/desk.ts";
import { floorUi } from "#web/state/floorUi.ts";
import { keepHere, keptHere } from "#web/state/kept.ts";
import { chosenDevices, followDevices, unableHere } from "#web/state/softphoneDevices.ts";
import type { Softphone } from "#web/state/softphoneLine.ts";
import { startLines, type Lines } from "#web/state/softphoneLines.ts";
import { noTelephone, setPhone, telephone } from "#web/state/softphoneNow.ts";
import { offerPhone } from "#web/state/softphoneOffer.ts";
import { legsWanted, mySide } from "#web/state/softphoneParts.ts";
import { startWindow, type PhoneWindow } from "#web/state/softphoneWindow.ts";
import { answered, myWork } from "#web/state/work.ts";
import { offerKey } from "#web/state/workParts.ts";

/** The work as routing decides about it, with what I have answered this moment as taken. */
export const workForCalls = (): Parameters<typeof legsWanted>[2] => {
  const done = answered.get();
  return (myWork.get()?.work ?? []).map((row) =>
    row.state === "offered" && done.has(offerKey(row)) ? { ...row, state: "held" as const } : row,
  );
};

/** What could not be registered is tried again after so long. */
const registerAgainMs = 5_000;

let running: { readonly lines: Lines; readonly place: PhoneWindow } | null = null;

/** Makes this window the telephone; another one lets go of it. */
export const telephoneHere = (): void => running?.place.take();

/** Opens the microphone once more, after what hindered was mended. */
export const retryMicrophone = (): void => running?.lines.listenAnew();

/** Makes legs once more that did not come about. */
export const retryLines = (): void => running?.lines.tryAgain();

/** Follows calls with a telephone for as long as the desk stands. Gives the way to stop. */
export const followTelephone = (): (() => void) => {
  let over = false;
  const phones = new Map<string, Softphone>();
  const unable = unableHere();
  setPhone({ trouble: unable });
  const stopDevices = followDevices();

  const look = (): void => {
    if (over) return;
    const { role, taken } = telephone.get();
    const { me } = deskState.get();
    const wanted = role === "here" ? legsWanted(livingCalls(knownCalls.get()), me, workForCalls(), taken) : [];
    lines.want(wanted, phones);
  };
  const lines = startLines(look);

  const forget = (): void => {
    for (const phone of phones.values()) phone.stop();
    phones.clear();
  };
  let ways = "";
  let registering = false;
  let again: ReturnType<typeof setTimeout> | null = null;
  const register = async (): Promise<void> => {
    if (registering) return;
    registering = true;
    if (again !== null) clearTimeout(again);
    again = null;
    const outcome = await call(endpoints.device, { body: { deviceId: deviceIdOf(deskState.get().me ?? "") } });
    registering = false;
    if (over || telephone.get().role !== "here") return;
    // An engine that is away now, or a channel that was added this moment.
    if (!outcome.ok || phoneChannels().some((id) => !outcome.value.some(({ channelId }) => channelId === id)))
      again = setTimeout(() => void register(), registerAgainMs);
    if (!outcome.ok) return setPhone({ registered: false });
    setPhone({ missing: again !== null });
    const said = JSON.stringify(outcome.value);
    // As it was: legs that stand are left alone.
    if (said !== ways || phones.size === 0) {
      ways = said;
      forget();
      for (const { channelId, way } of outcome.value) phones.set(channelId, await phoneOf(way));
    }
    setPhone({ registered: true });
    lines.tryAgain();
  };
  const place = startWindow((here) => {
    if (over) return;
    setPhone({ role: here ? "here" : wantsPlace() ? "elsewhere" : "off", registered: false, reached: true });
    if (here) void register();
    else {
      look();
      forget();
    }
  });
  const wantsPlace = (): boolean => unable === null && hasTelephone() && isThere();
  let channelsBefore = phoneChannels().join();
  const watchChannels = (): void => {
    const channels = phoneChannels().join();
    if (channels === channelsBefore) return;
    channelsBefore = channels;
    if (telephone.get().role === "here") void register();
  };
  const watchPlace = (): void => {
    const wants = wantsPlace();
    if (wants && telephone.get().role === "off") setPhone({ role: "elsewhere" });
    if (!wants && telephone.get().role === "elsewhere") setPhone({ role: "off" });
    place.want(wants);
  };

  let lastTaken = telephone.get().taken;
  let lastMicrophone = chosenDevices.get().microphone;
  const stops = [
    knownCalls.watch(look),
    answered.watch(look),
    myWork.watch(() => {
      watchPlace();
      look();
    }),
    deskState.watch(watchPlace),
    floorUi.watch(watchPlace),
    deskState.watch(watchChannels),
    linkState.watch(() => {
      if (linkState.get() === "up" && telephone.get().role === "here") void register();
    }),
    telephone.watch(() => {
      const { taken } = telephone.get();
      if (taken === lastTaken) return;
      lastTaken = taken;
      look();
    }),
    chosenDevices.watch(() => {
      const { microphone } = chosenDevices.get();
      if (microphone === lastMicrophone) return;
      lastMicrophone = microphone;
      lines.listenAnew();
    }),
  ];
  // A page that goes takes its legs with it: the browser asks first.
  const asks = (leaving: BeforeUnloadEvent): void => {
    if (Object.values(telephone.get().lines).some(({ state }) => state === "connected")) leaving.preventDefault();
  };
  addEventListener("beforeunload", asks);
  running = { lines, place };
  watchPlace();
  return () => {
    over = true;
    running = null;
    if (again !== null) clearTimeout(again);
    removeEventListener("beforeunload", asks);
    for (const stop of stops) stop();
    stopDevices();
    place.stop();
    lines.stop();
    forget();
    telephone.set(noTelephone);
  };
};

/** I can be called, am in a call whatever I said meanwhile, or look after the floor, where calls are listened to. */
const isThere = (): boolean => {
  const { me, calls } = deskState.get();
  return (
    (myWork.get()?.presence.state ?? "offline") !== "offline" ||
    floorUi.get().shown ||
    livingCalls(calls).some((one) => mySide(one, me) !== null)
  );
};

/** The phone channels that are switched on. */
const phoneChannels = (): readonly string[] =>
  deskState.get().channels.flatMap(({ id, kind, enabled }) => (kind === "phone" && enabled ? [id] : []));

const phoneOf = async (way: DeviceWay): Promise<Softphone> => {
  if (way.kind === "offer") return offerPhone();
  const { sipPhone } = await import("#web/state/softphoneSip.ts");
  return sipPhone(way, (reached) => setPhone({ reached }));
};

const deviceKey = "draht.telephoneId";

/** The id of this browser as somebody's telephone: the same through reloads and in every window of it. */
const deviceIdOf = (me: string): string => {
  const kept = keptHere<{ readonly me: string; readonly id: string }>(deviceKey);
  if (kept?.me === me) return kept.id;
  const id = crypto.randomUUID();
  keepHere(deviceKey, { me, id });
  return id;
};
