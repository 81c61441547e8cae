// Whose page it is when the site signs its users in: what the site says, and under which name this browser keeps what is that user's. Called by loader.ts
// and chat/persons.ts. Nothing is believed here; the server judges the signature.

/** A token the site's server has signed, or how to get a fresh one: null when nobody is signed in. */
export type Word = string | (() => string | null | Promise<string | null>);

/**
 * The user a token is about, as it says itself, in signs of which none is an "@"; "" for what is no token. Letters stand as the bytes they are: it is the
 * name of a drawer, no more.
 */
export const userOf = (token: string): string => {
  try {
    const claims = atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"));
    const { sub } = JSON.parse(claims) as { readonly sub?: unknown };
    return typeof sub === "string" ? encodeURIComponent(sub) : "";
  } catch {
    return "";
  }
};
