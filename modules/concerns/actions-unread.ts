// What was said in a chat and not seen there goes by mail after a while, collected. Called by visitors/actions-mail.ts, which knows who the visitor is.
import type { ConcernId, PartyId } from "#contract/ids.ts";
import { brandById, channelsOfBrand } from "#modules/brands/reads.ts";
import { sendAutomatic } from "#modules/concerns/actions-send.ts";
import { collected, type ChatLink } from "#modules/concerns/model-words.ts";
import { mailboxOf, mayMail } from "#modules/concerns/reads-unread.ts";
import { insertAutomatic, lockAutomatic } from "#modules/concerns/store-outbox.ts";
import {
  dueUnread,
  parkUnread,
  removeUnread,
  stillDue,
  unparkUnread,
  unreadWords,
  type Times,
  type UnreadWord,
} from "#modules/concerns/store-unread.ts";
import { lockConcern, type NewFile } from "#modules/concerns/store.ts";
import { normalise } from "#modules/customers/model.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** What nobody has seen in its chat, and to whom it was said there. */
export interface Unread {
  readonly concernId: ConcernId;
  readonly norm: string;
}

/** Where somebody who has left the chat is reached. */
export interface Elsewhere {
  readonly name: string;
  readonly email: string;
  /** Where the chat fills a page, for whoever no link leads back. */
  readonly page: string;
  /** Whom a link of theirs leads back to; null: nobody. */
  readonly back: Omit<ChatLink, "at"> | null;
}

/** Bytes of files that a mail takes with it: a third more as they travel, and mail servers take 25 MB. What is beyond stays in the chat, which the link opens. */
const mostMailedBytes = 15_000_000;
/** While somebody goes on talking the mail waits, but not longer than so many times as long. */
const patience = 5;

/** What is due after `afterMs` of silence, at most `limit` of it. */
export const unreadDue = (world: Pick<World, "db" | "now">, afterMs: number, limit: number): Promise<Unread[]> =>
  dueUnread(world.db, timesOf(world, afterMs), limit);

const timesOf = ({ now }: Pick<World, "now">, afterMs: number): Times => ({
  lastBefore: new Date(now().getTime() - afterMs).toISOString(),
  firstBefore: new Date(now().getTime() - patience * afterMs).toISOString(),
});

/** Somebody has said where they are reached: what waited for that goes there, unless they see it before. */
export const unpark = (world: Pick<World, "db" | "now">, tx: Tx, norm: string): Promise<void> =>
  unparkUnread(tx, norm, world.now().toISOString());

/**
 * Sends it, in one transaction with the mark that it is sent; nothing when it was seen meanwhile. `to` null, or an address that must not be written
 * to: it waits until they say another. The address takes part in the concern from then on, from what it was sent on.
 */
export const mailUnread = (world: World, unread: Unread, afterMs: number, to: Elsewhere | null): Promise<void> =>
  world.db.transaction(async (tx) => {
    const { concernId, norm } = unread;
    const email = to === null ? null : normalise("email", to.email);
    if (email !== null) await lockAutomatic(tx, email);
    const state = await lockConcern(tx, concernId);
    const row = await stillDue(tx, concernId, norm, timesOf(world, afterMs));
    if (state === null || row === null) return;
    const [brand, channels, words] = await Promise.all([
      brandById(tx, state.brandId),
      channelsOfBrand(tx, state.brandId),
      unreadWords(tx, row),
    ]);
    if (words.length === 0) return removeUnread(tx, concernId, norm, row.lastSeq);
    const channel = mailboxOf(channels);
    if (to === null || email === null || brand === null || !channel || !(await mayMail(world, tx, concernId, email)))
      return parkUnread(tx, concernId, norm);
    const at = world.now().toISOString();
    const questionsOf = ({ parts }: UnreadWord) => (parts ?? []).filter((part) => part.kind === "rating");
    const { mailed, left } = await filesToMail(world, tx, words);
    await insertAutomatic(tx, email, at, concernId);
    const { subject, text, linkAt, ratingLinks } = collected(state.language ?? brand.language, {
      brand: brand.name,
      subject: state.subject,
      words: words.map((word) => ({ ...word, asksRating: questionsOf(word)[0]?.id ?? null })),
      left,
      page: to.back === null ? to.page : null,
    });
    await sendAutomatic(world, tx, state, {
      direction: "out",
      channel,
      brandName: brand.name,
      to: { name: to.name === "" ? null : to.name, value: email },
      subject,
      text,
      chatLink: to.back === null ? null : { ...to.back, at: linkAt },
      ratingLinks,
      parts: words.flatMap(questionsOf),
      files: mailed.map((file) => ({ ...file, id: world.newId() })),
      answersId: null,
      joining: {
        id: world.newId() as PartyId,
        customerId: state.customerId,
        name: to.name === "" ? to.email : to.name,
        kind: "email",
        norm: email,
        value: to.email,
        role: "participant",
        seesFrom: row.fromSeq,
      },
    });
    await removeUnread(tx, concernId, norm, row.lastSeq);
  });

/** Which files go with the mail, and which stay in the chat: those that do not fit, and those that nobody may have. */
const filesToMail = async (
  world: World,
  tx: Tx,
  words: readonly UnreadWord[],
): Promise<{ readonly mailed: readonly NewFile[]; readonly left: readonly string[] }> => {
  const files = words.flatMap((word) => word.files);
  const held = await world.checks?.held(
    tx,
    files.map(({ hash }) => hash),
  );
  const mailed: NewFile[] = [];
  let room = mostMailedBytes;
  for (const file of files) {
    if (file.sizeBytes > room || held?.has(file.hash) === true) continue;
    mailed.push(file);
    room -= file.sizeBytes;
  }
  const gone = new Set(mailed);
  return { mailed, left: files.filter((file) => !gone.has(file)).map(({ name }) => name) };
};
