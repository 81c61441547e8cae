// The ringing of a page that is called: two tones, made here, until it is stopped. Called by main.ts.

const everyMs = 3_000;

/** Rings from now on; gives how it stops. A browser that lets no page sound is silent: the panel says the same. */
export const startRinging = (): (() => void) => {
  if (typeof AudioContext === "undefined") return () => undefined;
  const context = new AudioContext();
  const ring = (): void => {
    for (const [at, hertz] of [
      [0, 480],
      [0.4, 440],
    ] as const) {
      const [tone, level] = [context.createOscillator(), context.createGain()];
      tone.frequency.value = hertz;
      level.gain.setValueAtTime(0, context.currentTime + at);
      level.gain.linearRampToValueAtTime(0.15, context.currentTime + at + 0.05);
      level.gain.linearRampToValueAtTime(0, context.currentTime + at + 0.35);
      tone.connect(level).connect(context.destination);
      tone.start(context.currentTime + at);
      tone.stop(context.currentTime + at + 0.4);
    }
  };
  ring();
  const timer = setInterval(ring, everyMs);
  return () => {
    clearInterval(timer);
    void context.close();
  };
};
