// Microphone, loudspeaker and ringer: which there are, which are chosen on this machine, whether the browser lets us. Called by softphone.ts, the bell and the sheet of devices.
import { keepHere, keptHere } from "#web/state/kept.ts";
import { createStore } from "#web/state/store.ts";

export type DeviceUse = "microphone" | "speaker" | "ringer";

/** What hinders telephoning here, by what has to be done about it. */
export type PhoneTrouble = "insecure" | "noWebRtc" | "refused" | "noMicrophone" | "inUse" | "failed";

export interface Device {
  readonly id: string;
  /** Empty until the microphone was allowed once: the browser hides the names before. */
  readonly name: string;
}

const chosenKey = "draht.telephone";
type Chosen = Readonly<Record<DeviceUse, string>>;
/** Empty: what the system says. */
const systems: Chosen = { microphone: "", speaker: "", ringer: "" };
const hasWindow = typeof document !== "undefined";

/** The devices chosen on this machine, by their ids. */
export const chosenDevices = createStore<Chosen>(
  hasWindow ? { ...systems, ...keptHere<Partial<Chosen>>(chosenKey) } : systems,
);

/** Chooses a device; remembered on this machine. */
export const chooseDevice = (use: DeviceUse, id: string): void => {
  chosenDevices.set((now) => ({ ...now, [use]: id }));
  keepHere(chosenKey, chosenDevices.get());
};

/** The devices there are; `known`: they were asked for. */
export const devices = createStore<{
  readonly known: boolean;
  readonly inputs: readonly Device[];
  readonly outputs: readonly Device[];
}>({ known: false, inputs: [], outputs: [] });

/** What the browser says of the microphone; "unknown": it does not say. */
export const permission = createStore<PermissionState | "unknown">("unknown");

/** Why nothing can work here whatever is allowed; null: it can. */
export const unableHere = (): PhoneTrouble | null =>
  !globalThis.isSecureContext
    ? "insecure"
    : typeof RTCPeerConnection === "undefined" || typeof navigator.mediaDevices?.getUserMedia !== "function"
      ? "noWebRtc"
      : null;

/** What a refusal of the browser's means (names of DOMException, W3C mediacapture-main 10.2). */
export const troubleOf = (name: string): PhoneTrouble => {
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "refused";
    case "NotFoundError":
    case "OverconstrainedError":
      return "noMicrophone";
    case "NotReadableError":
    case "AbortError":
      return "inUse";
    default:
      return "failed";
  }
};

/** Can loudspeakers be chosen in this browser? */
export const canChooseSpeaker = (): boolean => hasWindow && "setSinkId" in HTMLMediaElement.prototype;

const listAgain = async (): Promise<void> => {
  const all = await navigator.mediaDevices.enumerateDevices();
  // Before anything was allowed the browser tells that there are some, without ids.
  const of = (kind: MediaDeviceKind): readonly Device[] =>
    all
      .filter(
        (one) =>
          one.kind === kind && one.deviceId !== "" && one.deviceId !== "default" && one.deviceId !== "communications",
      )
      .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
  devices.set({ known: true, inputs: of("audioinput"), outputs: of("audiooutput") });
};

/** Follows devices that come and go, and what is allowed. Gives the way to stop. */
export const followDevices = (): (() => void) => {
  if (unableHere() !== null) return () => undefined;
  let over = false;
  let state: PermissionStatus | null = null;
  const told = (): void => {
    if (state !== null) permission.set(state.state);
    void listAgain();
  };
  const changed = (): void => void listAgain();
  navigator.mediaDevices.addEventListener("devicechange", changed);
  void listAgain();
  void navigator.permissions
    ?.query({ name: "microphone" })
    .then((found) => {
      if (over) return;
      state = found;
      permission.set(found.state);
      found.addEventListener("change", told);
    })
    // A browser that does not tell: it is seen when the microphone is opened.
    .catch(() => undefined);
  return () => {
    over = true;
    navigator.mediaDevices.removeEventListener("devicechange", changed);
    state?.removeEventListener("change", told);
  };
};

export type Opened =
  | { readonly ok: true; readonly track: MediaStreamTrack }
  | { readonly ok: false; readonly trouble: PhoneTrouble };

/** Opens the chosen microphone; when it is gone, the system's. Whoever opens it stops its track. */
export const openMicrophone = async (): Promise<Opened> => {
  const unable = unableHere();
  if (unable !== null) return { ok: false, trouble: unable };
  const { microphone } = chosenDevices.get();
  const wanted = (deviceId: string): Promise<MediaStream> =>
    navigator.mediaDevices.getUserMedia({
      audio: {
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
        ...(deviceId === "" ? {} : { deviceId: { exact: deviceId } }),
      },
    });
  try {
    const stream = await wanted(microphone).catch((error: unknown) => {
      if (microphone !== "" && error instanceof DOMException && error.name === "OverconstrainedError")
        return wanted("");
      throw error;
    });
    const [track] = stream.getAudioTracks();
    if (track === undefined) return { ok: false, trouble: "noMicrophone" };
    permission.set("granted");
    void listAgain();
    return { ok: true, track };
  } catch (error) {
    return { ok: false, trouble: troubleOf(error instanceof DOMException ? error.name : "") };
  }
};

/** Sends what an element plays to a device; one that is gone: to the system's. */
export const playAt = async (element: HTMLMediaElement, id: string): Promise<void> => {
  if (!canChooseSpeaker()) return;
  await element.setSinkId(id).catch(() => element.setSinkId("").catch(() => undefined));
};
