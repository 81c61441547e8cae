// A clock for promises that are made in seconds. Used by test/journeys and by tests of platform.

/** Time as this process gets it: on a machine that holds everybody up, what is late because of that is nobody's fault who is tested. */
export const ownTime = (): { readonly ms: () => number; readonly stop: () => void } => {
  const tickMs = 20;
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), tickMs);
  // A test that fails before it stops the clock must end all the same.
  timer.unref();
  return { ms: () => ticks * tickMs, stop: () => clearInterval(timer) };
};
