// What is kept on this machine, in the browser's storage, which may be full, closed or hold what an older desk wrote. Called by whatever keeps drafts.

/** What was kept under a name; null when nothing is there that can be read. */
export const keptHere = <T>(name: string): T | null => {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "null") as T | null;
  } catch {
    return null;
  }
};

/** Keeps a value under a name. False: this machine could not. */
export const keepHere = (name: string, value: unknown): boolean => {
  try {
    localStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
};

/** Keeps a choice's text under a name; whatever cannot be kept is chosen again next time. */
export const noteHere = (name: string, text: string): void => {
  try {
    localStorage.setItem(name, text);
  } catch {
    // Full or closed: it holds as long as the window does.
  }
};

/** Keeps a value for this window only, through reloads. */
export const keepInWindow = (name: string, value: unknown): void => {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Full or closed: it holds until the next reload.
  }
};

/** Forgets what was kept under a name. */
export const forgetKept = (name: string): void => {
  try {
    localStorage.removeItem(name);
  } catch {
    // Closed storage keeps nothing that would have to be forgotten.
  }
};
