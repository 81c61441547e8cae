// Sizes that every way in shares. Used by door.ts and imap.ts.

/** Largest mail taken whole, in bytes: 25 MB of files in base64, line ends and headers (the large providers' limits are 25 to 36 MB). */
export const largestMailBytes = 36 * 1024 * 1024;
