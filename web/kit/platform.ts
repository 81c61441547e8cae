// What kind of machine is in front of us, and how its owner wants it. Called where keys are shown and where something moves.

/** True on a Mac, an iPad or an iPhone, where the command key takes Ctrl's place. */
export const mac = typeof navigator !== "undefined" && /Mac|iP(ad|hone)/.test(navigator.userAgent);

/** How to scroll to a place: at once for whoever asked the system for less movement. */
export const gently = (): ScrollBehavior =>
  matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
