// Fetches a mailbox over IMAP and keeps up with it (RFC 9051, IDLE RFC 2177, QRESYNC RFC 7162). Called by server/intake through index.ts.
// Reads only (EXAMINE, BODY.PEEK): nothing in the mailbox is marked, moved or deleted, so nothing can be lost there.
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { ImapFlow, type MailboxObject } from "imapflow";
import type { ListeningIo } from "#contract/channel.ts";
import type { Reason, Trouble } from "#contract/reasons.ts";
import {
  beginning,
  beginningAgain,
  type Cursor,
  cursorName,
  fits,
  type ImapServer,
  isOld,
  nextUid,
  readCursor,
  unread,
  withoutOld,
} from "./imapCursor.ts";
import { oversizeNote } from "./oversize.ts";
import { largestMailBytes } from "./limits.ts";
import { notTaken, type OAuthAccess, tokens } from "./oauth.ts";
import { oneLine, quotable, statusOfTrouble } from "./trouble.ts";
import { accessOf, type EmailSettings } from "./settings.ts";

/** Waiting times in milliseconds and sizes in bytes; tests shorten them. */
export interface ImapTimes {
  /** The mailbox is looked at this often even when the server tells nothing. */
  readonly pollMs: number;
  /** IDLE is renewed this often; servers may end it after 30 minutes. */
  readonly idleMs: number;
  readonly connectMs: number;
  /** First and longest wait before a connection or a mail is tried again; each try doubles it, chance takes up to half off. */
  readonly retryMs: number;
  readonly longestRetryMs: number;
  readonly mailBytes: number;
  readonly batchMails: number;
  readonly batchBytes: number;
}

export const imapTimes: ImapTimes = {
  pollMs: 2 * 60_000,
  idleMs: 25 * 60_000,
  connectMs: 20_000,
  retryMs: 2_000,
  longestRetryMs: 5 * 60_000,
  mailBytes: largestMailBytes,
  batchMails: 25,
  batchBytes: 8 * 1024 * 1024,
};

/** Mails refused by the store in a row after which the store is taken to be away. */
const storeIsAway = 3;
/** Most mails remembered as "not stored yet, behind which others are". */
const mostMissing = 200;
/** Connections that may die over one mail before the others go first. */
const patience = 3;

/** MessageChannel.listen of e-mail: one connection for each folder, until `stop` aborts. Rejects never; trouble shows in `io.health`. */
export function listen(settings: EmailSettings, io: ListeningIo, stop: AbortSignal): Promise<void> {
  return listenWith(settings, io, stop, { ...imapTimes, mailBytes: io.mostBytes ?? imapTimes.mailBytes });
}

/** listen() with other times. */
export async function listenWith(
  settings: EmailSettings,
  io: ListeningIo,
  stop: AbortSignal,
  times: ImapTimes,
): Promise<void> {
  const entrance = entranceOf(settings);
  if (entrance === null) return;
  const folders = [...new Set(entrance.server.folders)];
  const states = new Map<string, { state: Parameters<ListeningIo["health"]>[0]; trouble: Trouble | null }>();
  const health = (folder: string, state: Parameters<ListeningIo["health"]>[0], trouble: Trouble | null): void => {
    states.set(folder, { state, trouble });
    const worst =
      [...states].find(([, each]) => each.state === "failing") ??
      [...states].find(([, each]) => each.state === "connecting");
    if (worst !== undefined) io.health(worst[1].state, worst[1].trouble);
    else if (states.size === folders.length) io.health("connected", null);
  };
  await Promise.all(
    folders.map((folder) =>
      follow(entrance, folder, io, stop, times, (state, trouble) => health(folder, state, trouble)),
    ),
  );
}

/** What is remembered of one folder between connections. */
interface Folder {
  readonly name: string;
  cursor: Cursor | null;
  /** Does the store know where the reading began? */
  begun: boolean;
  /** Tries of mails that could not be fetched or stored, and when the next one is due (ms since 1970). */
  readonly troubled: Map<number, { tries: number; due: number }>;
  /** The mails that were being fetched when the connection was last heard of. */
  fetching: readonly number[];
  storeFailures: number;
}

/** A server and how we sign in there. */
export interface Entrance {
  readonly server: ImapServer;
  readonly access: OAuthAccess | null;
  /** Whose mailbox a token opens. */
  readonly user: string;
}

/** Where mail is fetched by these settings; null: from nowhere. */
export function entranceOf(settings: EmailSettings): Entrance | null {
  const server = settings.imap;
  return server && { server, access: accessOf(settings, server), user: server.user ?? settings.address };
}

async function follow(
  entrance: Entrance,
  name: string,
  io: ListeningIo,
  stop: AbortSignal,
  times: ImapTimes,
  health: ListeningIo["health"],
): Promise<void> {
  const { server } = entrance;
  const folder: Folder = { name, cursor: null, begun: true, troubled: new Map(), fetching: [], storeFailures: 0 };
  let failures = 0;
  while (!stop.aborted) {
    health("connecting", null);
    try {
      await session(entrance, folder, io, stop, times, (state, trouble) => {
        if (state === "connected") failures = 0;
        health(state, trouble);
      });
    } catch (error) {
      if (stop.aborted) return;
      for (const uid of folder.fetching) postpone(folder, uid, io, times);
      io.log("warn", "imap.connectionLost", { folder: name, host: server.host, error: words(error) });
      health("failing", troubleOf(error, { code: "fetchFailed", facts: { folder: name } }));
    }
    if (stop.aborted) return;
    failures += 1;
    await wait(backOff(failures, times), stop);
  }
}

/** A connection to that server, not opened yet. */
export function clientOf({ server, user }: Entrance, accessToken: string | null, times: ImapTimes): ImapFlow {
  return new ImapFlow({
    host: server.host,
    port: server.port,
    secure: server.security === "tls",
    ...(server.security === "tls" ? {} : { doSTARTTLS: server.security === "starttls" }),
    auth: accessToken === null ? { user: server.user ?? "", pass: server.password ?? "" } : { user, accessToken },
    logger: false,
    qresync: true,
    disableAutoIdle: true,
    maxIdleTime: times.idleMs,
    connectionTimeout: times.connectMs,
    greetingTimeout: times.connectMs,
    maxLiteralSize: times.mailBytes + 1_000_000,
    clientInfo: { name: "Draht" },
  });
}

/** One connection from login to its end. Rejects when it breaks; resolves when `stop` aborts. */
async function session(
  entrance: Entrance,
  folder: Folder,
  io: ListeningIo,
  stop: AbortSignal,
  times: ImapTimes,
  health: ListeningIo["health"],
): Promise<void> {
  const { server, access } = entrance;
  const accessToken = access === null ? null : await tokens.get(access, io);
  const client = clientOf(entrance, accessToken, times);
  let news = Promise.withResolvers<void>();
  const link: { broken: Error | null } = { broken: null };
  const throwIfBroken = (): void => {
    if (link.broken !== null) throw link.broken;
  };
  const wake = (): void => news.resolve();
  const onStop = (): void => client.close();
  client.on("error", (error: Error) => {
    link.broken ??= error;
    wake();
  });
  client.on("close", () => {
    link.broken ??= new Error("the server closed the connection");
    wake();
  });
  client.on("exists", wake);
  client.on("expunge", (event) => {
    if (event.uid !== undefined) forget(folder, event.uid);
    // imapflow does not count mails down for VANISHED; the next mail would then restore the old count and go unnoticed.
    if (event.vanished && event.earlier !== true && client.mailbox !== false) client.mailbox.exists -= 1;
  });
  stop.addEventListener("abort", onStop, { once: true });
  try {
    await client.connect().catch((error: unknown) => {
      // It may have been taken back before its time.
      if (access === null || accessToken === null || statusOfTrouble(error) !== "4.7.8") throw error;
      tokens.forget(access, accessToken);
      throw notTaken(error);
    });
    await open(client, server, folder, io);
    health("connected", null);
    while (!stop.aborted) {
      throwIfBroken();
      news = Promise.withResolvers();
      await readNew(client, server, folder, io, stop, times, health);
      throwIfBroken();
      // Not awaited: the next command ends it. A server without IDLE is asked by NOOP inside.
      client.idle().catch(wake);
      await Promise.race([news.promise, wait(untilDue(folder, io, times), stop)]);
    }
  } catch (error) {
    if (!stop.aborted) throw link.broken ?? error;
  } finally {
    stop.removeEventListener("abort", onStop);
    client.close();
  }
}

/** Opens the folder read-only where it was left. Where a reading begins is kept before anything is read: a later one must not begin elsewhere. */
async function open(client: ImapFlow, server: ImapServer, folder: Folder, io: ListeningIo): Promise<void> {
  folder.cursor ??= readCursor(await io.cursor(cursorName(server, folder.name)));
  const known = folder.cursor;
  const resume =
    known?.modseq == null ? {} : { changedSince: BigInt(known.modseq), uidValidity: BigInt(known.uidValidity) };
  const box: MailboxObject = await client.mailboxOpen(folder.name, { readOnly: true, ...resume });
  if (known === null) {
    folder.cursor = beginning(server, box, await nextUid(client, box), io.now());
    folder.begun = false;
    io.log("info", "imap.begins", { folder: folder.name, mails: box.exists, since: folder.cursor.since });
  } else if (!fits(known, server, box)) {
    const now = String(box.uidValidity);
    io.log("warn", "imap.uidValidityChanged", { folder: folder.name, before: known.uidValidity, now });
    folder.troubled.clear();
    folder.cursor = beginningAgain(server, box, await nextUid(client, box), known);
    folder.begun = false;
  }
  if (!folder.begun && folder.cursor !== null) {
    await io.keepCursor({ name: cursorName(server, folder.name), value: folder.cursor });
    folder.begun = true;
  }
  io.log("info", "imap.opened", {
    folder: folder.name,
    mails: box.exists,
    readUpTo: folder.cursor?.uid ?? 0,
    qresync: client.enabled.has("QRESYNC"),
  });
}

/** Fetches and stores all that is new, and what is due again. Rejects only when the connection breaks. */
async function readNew(
  client: ImapFlow,
  server: ImapServer,
  folder: Folder,
  io: ListeningIo,
  stop: AbortSignal,
  times: ImapTimes,
  health: ListeningIo["health"],
): Promise<void> {
  const cursor = folder.cursor;
  if (cursor === null) return;
  const modseq = client.mailbox === false ? null : (client.mailbox.highestModseq?.toString() ?? null);
  const fresh = await unread(client, cursor);
  const now = io.now().getTime();
  const again = cursor.missing.filter((uid) => (folder.troubled.get(uid)?.due ?? 0) <= now);
  const todo = [...again, ...fresh];
  const here = new Set([...cursor.missing, ...fresh]);
  for (const uid of folder.troubled.keys()) if (!here.has(uid)) folder.troubled.delete(uid);
  while (todo.length > 0 && !stop.aborted) {
    const batch = await nextBatch(client, folder, todo, times);
    for (const mail of batch) {
      if (stop.aborted) return;
      const done = await keep(server, folder, mail, modseq, io, times);
      if (done) {
        if (folder.storeFailures > 0) health("connected", null);
        folder.storeFailures = 0;
        continue;
      }
      folder.storeFailures += 1;
      if (folder.storeFailures >= storeIsAway || (folder.cursor?.missing.length ?? 0) >= mostMissing) {
        health("failing", { reason: { code: "notStored", facts: { folder: folder.name } }, code: null, detail: "" });
        return;
      }
    }
  }
  if (stop.aborted || folder.cursor === null || folder.cursor.old === null) return;
  // Kept, so that the next reading need not look at the old ones again.
  folder.cursor = withoutOld(folder.cursor);
  await io.keepCursor({ name: cursorName(server, folder.name), value: folder.cursor });
}

interface Fetched {
  readonly uid: number;
  readonly size: number;
  readonly receivedAt: string | null;
  /** Null: the mail is gone from the folder, or too old to count. */
  readonly bytes: Buffer | null;
  /** The bytes are only the head of a mail that is larger than what is taken. */
  readonly headOnly: boolean;
}

/** Takes the next mails off `todo`, as many as fit the batch, and fetches them without marking them. */
async function nextBatch(client: ImapFlow, folder: Folder, todo: number[], times: ImapTimes): Promise<Fetched[]> {
  const candidates: number[] = [];
  while (candidates.length < times.batchMails && todo.length > 0) {
    const alone = folder.troubled.has(todo[0] ?? 0);
    if (alone && candidates.length > 0) break;
    const uid = todo.shift();
    if (uid !== undefined) candidates.push(uid);
    if (alone) break;
  }
  folder.fetching = candidates;
  const facts = new Map<number, { size: number; receivedAt: string | null }>();
  for await (const each of client.fetch(candidates, { uid: true, size: true, internalDate: true }, { uid: true })) {
    facts.set(each.uid, { size: each.size ?? 0, receivedAt: instant(each.internalDate) });
  }
  const fetched: Fetched[] = [];
  let bytes = 0;
  for (const [index, uid] of candidates.entries()) {
    const fact = facts.get(uid);
    if (fact === undefined || (folder.cursor !== null && isOld(folder.cursor, uid, fact.receivedAt))) {
      fetched.push({ uid, size: 0, receivedAt: null, bytes: null, headOnly: false });
      continue;
    }
    if (bytes > 0 && bytes + fact.size > times.batchBytes) {
      todo.unshift(...candidates.slice(index));
      break;
    }
    bytes += fact.size;
    // One byte more than is taken: some servers announce a smaller size than they send.
    const whole = fact.size <= times.mailBytes;
    const limit = whole ? times.mailBytes + 1 : 64 * 1024;
    const mail = await client.fetchOne(
      String(uid),
      { uid: true, source: { start: 0, maxLength: limit } },
      { uid: true },
    );
    const source = mail === false || mail === undefined ? undefined : mail.source;
    fetched.push({ uid, ...fact, bytes: source ?? null, headOnly: !whole || (source?.length ?? 0) > times.mailBytes });
  }
  folder.fetching = [];
  return fetched;
}

/** Stores one mail with the cursor behind it; false when the store rejected. The mail is then missing, not forgotten. */
async function keep(
  server: ImapServer,
  folder: Folder,
  mail: Fetched,
  modseq: string | null,
  io: ListeningIo,
  times: ImapTimes,
): Promise<boolean> {
  const before = folder.cursor;
  if (before === null) return false;
  if (mail.bytes === null) {
    forget(folder, mail.uid);
    return true;
  }
  const after: Cursor = {
    ...before,
    uid: Math.max(before.uid, mail.uid),
    missing: before.missing.filter((uid) => uid !== mail.uid),
    modseq,
  };
  const bytes = mail.headOnly ? oversizeNote(mail.bytes, mail.size, times.mailBytes, folder.name) : mail.bytes;
  if (mail.headOnly) io.log("warn", "imap.mailTooLarge", { folder: folder.name, uid: mail.uid, bytes: mail.size });
  const raw = {
    bytes,
    receivedAt: mail.receivedAt ?? io.now().toISOString(),
    transport: { by: "imap", folder: folder.name },
  };
  const providerId = `imap:${createHash("sha256").update(bytes).digest("hex")}`;
  try {
    await io.store(raw, providerId, { name: cursorName(server, folder.name), value: after });
    folder.cursor = after;
    folder.troubled.delete(mail.uid);
    return true;
  } catch (error) {
    io.log("error", "imap.storeFailed", { folder: folder.name, uid: mail.uid, error: words(error) });
    postpone(folder, mail.uid, io, times);
    // The ones behind it may pass: the cursor that is stored with them names this one as missing.
    folder.cursor = { ...after, modseq: before.modseq, missing: [...new Set([...before.missing, mail.uid])] };
    return false;
  }
}

function postpone(folder: Folder, uid: number, io: ListeningIo, times: ImapTimes): void {
  const tries = (folder.troubled.get(uid)?.tries ?? 0) + 1;
  folder.troubled.set(uid, { tries, due: io.now().getTime() + backOff(tries, times) });
  const cursor = folder.cursor;
  if (tries < patience || cursor === null || cursor.missing.includes(uid) || cursor.missing.length >= mostMissing)
    return;
  // A mail over which connections keep dying lets the others pass.
  folder.cursor = { ...cursor, uid: Math.max(cursor.uid, uid), missing: [...cursor.missing, uid] };
}

function forget(folder: Folder, uid: number): void {
  folder.troubled.delete(uid);
  if (folder.cursor !== null)
    folder.cursor = { ...folder.cursor, missing: folder.cursor.missing.filter((each) => each !== uid) };
}

function untilDue(folder: Folder, io: ListeningIo, times: ImapTimes): number {
  const now = io.now().getTime();
  let until = times.pollMs;
  for (const each of folder.troubled.values()) until = Math.min(until, Math.max(each.due - now, 10));
  return until;
}

function backOff(tries: number, times: ImapTimes): number {
  const longest = Math.min(times.retryMs * 2 ** Math.min(tries - 1, 20), times.longestRetryMs);
  return longest * (0.5 + Math.random() / 2);
}

/** Resolves after that time or when stop aborts. */
async function wait(ms: number, stop: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal: stop, ref: false }).catch(() => undefined);
}

function instant(date: Date | string | undefined): string | null {
  if (date === undefined) return null;
  const read = new Date(date);
  return Number.isNaN(read.getTime()) ? null : read.toISOString();
}

/** What is wrong with a connection; `what` it is that cannot be done. */
export function troubleOf(error: unknown, what: Reason): Trouble {
  const said = (error as { readonly responseText?: string | undefined } | null)?.responseText;
  return { reason: what, code: statusOfTrouble(error), detail: quotable(said, error) };
}

/** For the log: what the server said, or the connection's own error. */
function words(error: unknown): string {
  if (!(error instanceof Error)) return "not an Error";
  return oneLine((error as { readonly responseText?: string | undefined }).responseText ?? error.message);
}
