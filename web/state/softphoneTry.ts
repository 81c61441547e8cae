// Trying the devices: how loud the microphone is, oneself as others would hear it, a tone at the loudspeaker. Called by the sheet of devices.
import { chosenDevices, openMicrophone, playAt, type PhoneTrouble } from "#web/state/softphoneDevices.ts";

/** A microphone that is tried. `level`: loudness now, 0 to 1, on a scale as ears hear. */
export interface Trial {
  readonly level: () => number;
  readonly hear: (on: boolean) => void;
  readonly stop: () => void;
}

/** Nothing quieter is shown, in dB below full scale. */
const quietest = -60;

/** Opens the chosen microphone to try it. */
export const tryMicrophone = async (): Promise<
  { readonly ok: true; readonly trial: Trial } | { readonly ok: false; readonly trouble: PhoneTrouble }
> => {
  const opened = await openMicrophone();
  if (!opened.ok) return opened;
  const { track } = opened;
  const stream = new MediaStream([track]);
  const context = new AudioContext();
  void context.resume().catch(() => undefined);
  const analyser = context.createAnalyser();
  analyser.fftSize = 1_024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const player = new Audio();
  return {
    ok: true,
    trial: {
      level: () => {
        analyser.getFloatTimeDomainData(samples);
        return loudness(samples);
      },
      hear: (on) => {
        player.srcObject = on ? stream : null;
        if (!on) return;
        void playAt(player, chosenDevices.get().speaker);
        void player.play().catch(() => undefined);
      },
      stop: () => {
        player.srcObject = null;
        track.stop();
        void context.close();
      },
    },
  };
};

/** How loud some samples are: 0 (60 dB below the loudest, or quieter) to 1. */
export const loudness = (samples: Float32Array): number => {
  const energy = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length);
  if (energy === 0) return 0;
  return Math.min(1, Math.max(0, 1 - (10 * Math.log10(energy)) / quietest));
};

const toneHertz = 440;
const toneSeconds = 1;

/** Plays a tone at the chosen loudspeaker, for a second. */
export const playTone = (): void => {
  const context = new AudioContext();
  void context.resume().catch(() => undefined);
  const tone = context.createOscillator();
  const gain = context.createGain();
  gain.gain.value = 0.15;
  tone.frequency.value = toneHertz;
  const place = context.createMediaStreamDestination();
  tone.connect(gain).connect(place);
  const player = new Audio();
  player.srcObject = place.stream;
  void playAt(player, chosenDevices.get().speaker);
  void player.play().catch(() => undefined);
  tone.start();
  tone.stop(context.currentTime + toneSeconds);
  tone.addEventListener("ended", () => {
    player.srcObject = null;
    void context.close();
  });
};
