// The words and codes of second screens, and the secret of a page that called: made of a call's id by the centre's secret. Pure; called by actions-screen.ts, reads-screen.ts and server/call-site.ts.
/** Who can prove: a proof of a text for a purpose, in base32. */
interface Proving {
  readonly mac: (purpose: string, text: string) => string;
}

/** 130 bits of a proof in base32: what nobody guesses. */
const wordLength = 26;
export const wordShape = /^[a-z2-7]{26}$/;
/** As proofs are written (lib/id.ts). */
const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
export const codeShape = /^\d{6}$/;
/** A screen says for so long how a call ended. */
export const screenKeptMs = 2 * 24 * 3_600_000;

export const linkWord = ({ mac }: Proving, callId: string): string => mac("call-screen", callId).slice(0, wordLength);
export const linkHash = ({ mac }: Proving, word: string): string => mac("call-screen-kept", word);
/** Six digits of 40 bits of a proof: each number is as good as likely as any. */
export const codeIn = ({ mac }: Proving, callId: string, round: number): string => {
  const proof = mac("call-code", `${callId}\n${round}`).slice(0, 8);
  const number = Array.from(proof).reduce((sum, sign) => sum * 32 + alphabet.indexOf(sign), 0);
  return String(number % 1_000_000).padStart(6, "0");
};
/** A code has a million values: without the centre's secret nothing follows from its hash. */
export const codeHash = ({ mac }: Proving, code: string): string => mac("call-code-kept", code);

/** What opens a call for the page that made it. Follows from the call's id by the centre's secret: nothing is kept. */
export const pageSecret = ({ mac }: Proving, callId: string): string => mac("call-page", callId).slice(0, wordLength);
