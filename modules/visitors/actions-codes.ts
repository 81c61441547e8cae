// A visitor shows by a code of six digits that they read at the address they gave. Called by server/chat-code.ts.
import type { BrandId } from "#contract/ids.ts";
import { mayMailStranger } from "#modules/concerns/actions-code-mail.ts";
import { attach } from "#modules/visitors/actions-signed.ts";
import type { Visitor } from "#modules/visitors/actions.ts";
import {
  codeSentAt,
  deleteOldCodes,
  endCode,
  keepCode,
  mailNext,
  planMail,
  setProved,
  takeMails,
  takeTry,
  type CodeMailRow,
} from "#modules/visitors/store-codes.ts";
import { setReads } from "#modules/visitors/store.ts";
import { newDigits, sameText } from "#platform/secret.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "mac" | "wake" | "seal">;

/** How long a code holds, how often it may be tried, and how soon the next can be had. */
const codeMs = 10 * 60_000;
const mostTries = 5;
const againMs = 60_000;

const hashOf = ({ mac }: Pick<World, "mac">, visitor: Pick<Visitor, "id" | "email">, code: string): string =>
  mac("email-code", `${visitor.id}\n${visitor.email}\n${code}`);

/**
 * Makes a code for the visitor's address. `code`: it is mailed there by whoever asks `codesToMail`; null: it is kept as any, but no mail goes there (ours, an
 * agent's, one that sends mail back, one that has had enough): the page hears the same. `waitMs`: the one before is too young, and nothing was made.
 */
export const askCode = (
  world: Acting,
  visitor: Pick<Visitor, "id" | "email">,
): Promise<{ readonly code: string | null } | { readonly waitMs: number }> =>
  world.db.transaction(async (tx) => {
    const nowMs = world.now().getTime();
    const code = newDigits(6);
    const kept = await keepCode(tx, {
      visitorId: visitor.id,
      email: visitor.email,
      codeHash: hashOf(world, visitor, code),
      tries: mostTries,
      at: new Date(nowMs).toISOString(),
      notAfter: new Date(nowMs - againMs).toISOString(),
      expiresAt: new Date(nowMs + codeMs).toISOString(),
    });
    if (!kept) {
      const sentAt = await codeSentAt(tx, visitor.id);
      return { waitMs: Math.max(1_000, Date.parse(sentAt ?? "") + againMs - nowMs || againMs) };
    }
    if (!(await mayMailStranger(world, tx, visitor.email))) return { code: null };
    const at = new Date(nowMs).toISOString();
    await planMail(tx, { visitorId: visitor.id, mailId: world.newId(), sealed: world.seal(code), at });
    return { code };
  });

/** A mail that is to be sent now. */
export interface CodeMail extends Omit<CodeMailRow, "sealed"> {
  readonly code: string;
}

const mailsAtOnce = 20;
/** A worker that does not say within this time what became of a mail has lost it. */
const mailLeaseMs = 60_000;
/** A mail server that puts us off is asked again, while the code is worth it. */
const againAfterMs = [5_000, 30_000, 120_000] as const;

/** Takes the mails that are due. What was taken and not told of by `codeMailed` is given again after a minute: after a kill too, as the same mail. */
export const codesToMail = async (world: Pick<World, "db" | "now" | "open">): Promise<CodeMail[]> => {
  const now = world.now();
  const until = new Date(now.getTime() + mailLeaseMs).toISOString();
  const rows = await takeMails(world.db, now.toISOString(), until, mailsAtOnce);
  return rows.map(({ sealed, ...row }) => ({ ...row, code: world.open(sealed) }));
};

/** Notes what became of it. `later`: it was put off; after the last try that is the end, too. */
export const codeMailed = (
  world: Pick<World, "db" | "now">,
  mail: Pick<CodeMail, "visitorId" | "mailId" | "tries">,
  became: "over" | "later",
): Promise<void> => {
  const after = became === "later" ? againAfterMs[mail.tries - 1] : undefined;
  return mailNext(world.db, mail, after === undefined ? null : new Date(world.now().getTime() + after).toISOString());
};

/**
 * Tries a code: "proved", then this browser reads there and the address is the customer's if no other has it; else how many tries are left, null: there
 * is no code (any more) that could be tried. A try is committed before it is compared.
 */
export const tryCode = async (
  world: Acting,
  visitor: Visitor,
  brandId: BrandId,
  code: string,
): Promise<Visitor | { readonly left: number | null }> => {
  const now = world.now().toISOString();
  const tried = await takeTry(world.db, visitor.id, visitor.email, now);
  if (tried === null) return { left: null };
  if (!sameText(tried.codeHash, hashOf(world, visitor, code))) return { left: tried.left };
  return world.db.transaction(async (tx) => {
    if (!(await endCode(tx, visitor.id, tried.codeHash)) || !(await setProved(tx, visitor.id, visitor.email)))
      return { left: null };
    await setReads(tx, visitor.tokenHash, visitor.email);
    const proved = { ...visitor, emailProved: true, readsEmail: visitor.email };
    await attach(world, tx, proved, brandId, false);
    return proved;
  });
};

/** Forgets codes that are long over; says how many. */
export const removeOldCodes = (world: Pick<World, "db" | "now">): Promise<number> =>
  deleteOldCodes(world.db, new Date(world.now().getTime() - codeMs).toISOString());
