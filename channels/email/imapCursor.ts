// How far a folder has been read, where the reading of a folder begins, and which of the mails that lay in it before are left alone.
// Called by imap.ts.
import type { ImapFlow, MailboxObject } from "imapflow";
import { z } from "zod";
import type { EmailSettings } from "./settings.ts";

/** The server that a mailbox is fetched from, and how. */
export type ImapServer = NonNullable<EmailSettings["imap"]>;

const day = 24 * 60 * 60_000;

/** Every mail up to `uid` is stored or left alone, but for `missing`. Kept with each stored mail. */
const cursorShape = z.object({
  /** "host:port": UIDs of another server mean nothing here, even under the same UIDVALIDITY. */
  server: z.string(),
  uidValidity: z.string(),
  uid: z.number().int().nonnegative(),
  missing: z.array(z.number().int().positive()),
  modseq: z.string().nullable(),
  /** Mail counts from here on (ISO 8601), as it was decided at the first connection; null: all of it. */
  since: z.string().nullable(),
  /** What lay in the folder when the reading began, up to `upTo`, counts only if the server received it at `since` or later. */
  old: z.object({ upTo: z.number().int().nonnegative(), since: z.string() }).nullable(),
});
export type Cursor = z.infer<typeof cursorShape>;

/**
 * The name a folder's cursor is kept under. The server is not part of it: a mailbox that moves to another host or port goes on as the mailbox it
 * was, because as a new one it would begin "from now on", without what arrived while it moved.
 */
export const cursorName = (server: ImapServer, folder: string): string => `imap:${server.user ?? ""}/${folder}`;

/** The cursor that was kept; null: this folder was never opened. */
export const readCursor = (value: unknown): Cursor | null => {
  const read = cursorShape.safeParse(value);
  return read.success ? read.data : null;
};

/** "host:port". */
export const serverName = (server: ImapServer): string => `${server.host}:${server.port}`;

/** Do the UIDs of this cursor mean something in the folder as it is open now (RFC 3501 section 2.3.1.1)? */
export const fits = (cursor: Cursor, server: ImapServer, box: MailboxObject): boolean =>
  cursor.uidValidity === String(box.uidValidity) && cursor.server === serverName(server);

/**
 * Where the very first reading of a folder begins. `nextUid` was told when the folder was opened, before anything was searched: what arrives
 * meanwhile has a higher UID and is new. The day is counted back from now and kept, so that later readings go on with the same one.
 */
export const beginning = (server: ImapServer, box: MailboxObject, nextUid: number, now: Date): Cursor => {
  const blank = { server: serverName(server), uidValidity: String(box.uidValidity), missing: [], modseq: null };
  if (server.from === "everything") return { ...blank, uid: 0, since: null, old: null };
  const since = new Date(now.getTime() - (server.from === "days" ? server.days * day : 0)).toISOString();
  return server.from === "days"
    ? { ...blank, uid: 0, since, old: { upTo: nextUid - 1, since } }
    : { ...blank, uid: nextUid - 1, since, old: null };
};

/**
 * Where the reading begins again when the UIDs are void (another UIDVALIDITY, another server). Which mails we have cannot be told by UID any
 * more, and beginning at UIDNEXT would swallow what arrived while nobody looked; reading everything would make concerns of the years that were
 * to be left alone. So it is read from the day decided at first: the store knows by their bytes the ones it has. That day is compared with
 * another machine's clock and with dates that a restored mailbox may have changed a little, hence a day more: an old mail too many can be
 * closed, one too few is never heard of.
 */
export const beginningAgain = (server: ImapServer, box: MailboxObject, nextUid: number, before: Cursor): Cursor => ({
  server: serverName(server),
  uidValidity: String(box.uidValidity),
  uid: 0,
  missing: [],
  modseq: null,
  since: before.since,
  old:
    before.since === null
      ? null
      : { upTo: nextUid - 1, since: new Date(new Date(before.since).getTime() - day).toISOString() },
});

/** The UID that the next mail gets at least. A server need not say it (RFC 3501 section 6.3.1); then it is one more than that of the last mail. */
export const nextUid = async (client: ImapFlow, box: MailboxObject): Promise<number> => {
  if (box.uidNext > 0) return box.uidNext;
  if (box.exists === 0) return 1;
  // By its number, not "*": a mail that arrived since the folder was opened is not an old one.
  const last = await client.fetchOne(String(box.exists), { uid: true });
  return last === false || last === undefined ? 1 : last.uid + 1;
};

/** The UIDs that lie behind the cursor, in ascending order; of the old ones those that the server's SEARCH finds recent enough. */
export const unread = async (client: ImapFlow, cursor: Cursor): Promise<readonly number[]> => {
  const { old, uid } = cursor;
  const oldEnd = Math.max(uid, old?.upTo ?? 0);
  const recent =
    old === null || oldEnd === uid
      ? []
      : // SINCE compares days and disregards time and zone (RFC 3501 section 6.4.4): asked for a day more, each is looked at by `isOld`.
        // (Where the server knows WITHIN, RFC 5032, imapflow asks for YOUNGER instead.)
        await found(client, { uid: `${uid + 1}:${oldEnd}`, since: new Date(new Date(old.since).getTime() - day) });
  const fresh = await found(client, { uid: `${oldEnd + 1}:*` });
  // "n:*" always names the last mail, even one below n.
  return [...recent, ...fresh.filter((each) => each > oldEnd)].toSorted((one, other) => one - other);
};

/** Lay this mail in the folder before, received too long ago to count? One whose INTERNALDATE cannot be read counts. */
export const isOld = (cursor: Cursor, uid: number, receivedAt: string | null): boolean =>
  cursor.old !== null && uid <= cursor.old.upTo && receivedAt !== null && receivedAt < cursor.old.since;

/** The cursor when all that was old has been looked at. */
export const withoutOld = (cursor: Cursor): Cursor => ({
  ...cursor,
  uid: Math.max(cursor.uid, cursor.old?.upTo ?? 0),
  old: null,
});

const found = async (client: ImapFlow, query: { uid: string; since?: Date }): Promise<readonly number[]> => {
  const uids = await client.search(query, { uid: true });
  if (!Array.isArray(uids)) throw new Error("the server did not answer the search");
  return uids;
};
