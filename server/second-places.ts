// Where the second screen of a call is: short, because the voice says it. Used by call-site.ts, second-pages.ts and the switchboard.

/** The page with the field for the code; what the voice says. */
export const screenRoot = "/w";
/** A call's own page. */
export const screenPath = (word: string): string => `${screenRoot}/${word}`;
