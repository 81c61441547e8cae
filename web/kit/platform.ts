// What kind of machine is in front of us, and how its owner wants it. Called where keys are shown and where something moves.

/** True on a Mac, an iPad or an iPhone, where the command key takes Ctrl's place. */
export const mac = typeof navigator !== "undefined" && /Mac|iP(ad|hone)/.test(navigator.userAgent);

/** How to scroll to a place: at once for whoever asked the system for less movement. */
export const gently = (): ScrollBehavior =>
  matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";

/** A sheet or menu opened from a form stands elsewhere on the page; its keys pass by the form, but are not meant for it. */
export const isInside = (press: { readonly target: EventTarget; readonly currentTarget: Element }): boolean =>
  press.target instanceof Node && press.currentTarget.contains(press.target);
