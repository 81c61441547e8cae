// What kind of keyboard is in front of us; called where keys are shown.

/** True on a Mac, an iPad or an iPhone, where the command key takes Ctrl's place. */
export const mac = typeof navigator !== "undefined" && /Mac|iP(ad|hone)/.test(navigator.userAgent);
