// The outbox for server/dispatch: claim with a lease, make ready, remember the keys, record what the provider said.
// At most one copy leaves: a delivery goes to another worker only while its call had not begun; what became of one that had, is "unknown" and shown.
import { system } from "#contract/actor.ts";
import { addressKindOf, type DeliveryResult, type Outbound } from "#contract/channel.ts";
import type { BrandId, ChannelId, ConcernId, DeliveryId, MessageId } from "#contract/ids.ts";
import { brandById } from "#modules/brands/reads.ts";
import {
  deadAmong,
  markLate,
  recipientsIn,
  recordBad,
  sayDeliveries,
  takeMark,
  type About,
} from "#modules/concerns/actions-delivery.ts";
import { leavingSubject, senderName, wholeHtml, wholeText } from "#modules/concerns/model-compose.ts";
import { withLinks, type ChatLink } from "#modules/concerns/model-words.ts";
import { isHard, judge, type NotTried } from "#modules/concerns/model-delivery.ts";
import { replyToken } from "#modules/concerns/model-threading.ts";
import { rowById } from "#modules/concerns/reads.ts";
import {
  begin,
  claimDue,
  endLeases,
  expired,
  hurryChannel,
  hurryFiles,
  insertKeys,
  isMarked,
  keysBefore,
  leaving,
  lockExpired,
  lockLeased,
  renew,
  settle,
  type DeliveryRow,
  type LeavingRow,
} from "#modules/concerns/store-outbox.ts";
import { lockConcernOf } from "#modules/concerns/actions-locks.ts";
import { releaseScheduled } from "#modules/concerns/actions-schedule.ts";
import { agentToken, insertToken, lockConcern, partiesOf } from "#modules/concerns/store.ts";
import { agentByEmail } from "#modules/agents/reads.ts";
import { touchAddress } from "#modules/customers/actions.ts";
import { normalise } from "#modules/customers/model.ts";
import { quoteHtml, textAsHtml } from "#platform/html.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** A delivery in the hands of one worker until its lease ends. */
export interface Claim {
  readonly deliveryId: DeliveryId;
  readonly messageId: MessageId;
  readonly concernId: ConcernId;
  readonly channelId: ChannelId;
  readonly brandId: BrandId;
  /** The fencing token: every later write names it. */
  readonly leaseToken: string;
  /** How long the lease lasts from the moment the provider is called. */
  readonly leaseMs: number;
  readonly deliveryToken: string;
  /** Addresses this delivery goes to: one, as a rule. */
  readonly recipients: readonly string[];
  readonly attempts: number;
}

/** Takes due deliveries, oldest first, each for one worker; first gives back or marks those whose worker did not return within its lease. */
export const claimDeliveries = async (
  world: World,
  options: { readonly limit: number; readonly leaseMs: number },
): Promise<Claim[]> => {
  await recover(world, options.limit);
  await releaseScheduled(world, options.limit);
  return world.db.transaction(async (tx) => {
    const now = world.now();
    const leaseToken = world.newId();
    const rows = await claimDue(
      tx,
      now.toISOString(),
      leaseToken,
      new Date(now.getTime() + options.leaseMs).toISOString(),
      options.limit,
    );
    if (rows.length === 0) return [];
    const abouts = await aboutAll(
      tx,
      rows.map((row) => row.concernId),
    );
    await sayDeliveries(
      world,
      tx,
      system,
      rows.map((row) => ({ about: abouts(row.concernId), row })),
    );
    return rows.map((row) => ({
      deliveryId: row.id,
      messageId: row.messageId,
      concernId: row.concernId,
      channelId: row.channelId,
      brandId: abouts(row.concernId).brandId,
      leaseToken,
      leaseMs: options.leaseMs,
      deliveryToken: row.token,
      recipients: recipientsIn(row),
      attempts: row.attempts,
    }));
  });
};

/** What an earlier process held when it ended is looked at by the next claim: sent anew, or shown as unknown. Only for a process that knows itself alone. */
export const endDeliveryLeases = (world: World): Promise<void> => endLeases(world.db, world.now().toISOString());

/** Servers read the channels anew at least this often before they send, so that from then on nobody tries by what was set before. */
const channelsFreshMs = 1_500;

/** A channel was set anew: what could not leave by it is tried at once and not when its pause is over. In the caller's transaction. */
export const retryChannel = async (world: World, tx: Tx, channelId: ChannelId): Promise<void> => {
  const rows = await hurryChannel(tx, channelId, new Date(world.now().getTime() + channelsFreshMs).toISOString());
  await sayHurried(world, tx, rows);
};

/** Says of deliveries that they are tried now; of none, nothing. */
const sayHurried = async (
  world: World,
  tx: Tx,
  rows: readonly (DeliveryRow & { readonly concernId: ConcernId })[],
): Promise<void> => {
  if (rows.length === 0) return;
  const abouts = await aboutAll(
    tx,
    rows.map((row) => row.concernId),
  );
  await sayDeliveries(
    world,
    tx,
    system,
    rows.map((row) => ({ about: abouts(row.concernId), row })),
  );
};

const aboutAll = async (tx: Tx, ids: readonly ConcernId[]): Promise<(id: ConcernId) => About> => {
  const found = new Map<ConcernId, About>();
  for (const id of new Set(ids)) {
    const row = await rowById(tx, id);
    if (row) found.set(id, row);
  }
  return (id) => {
    const about = found.get(id);
    if (!about) throw new Error("a delivery's concern is gone");
    return about;
  };
};

/** Deliveries whose lease ran out: not begun, they are due again; begun, nobody knows whether a copy left. */
const recover = async (world: World, limit: number): Promise<void> => {
  for (const { id, messageId } of await expired(world.db, world.now().toISOString(), limit)) {
    await world.db.transaction(async (tx) => {
      const state = await lockConcernOf(tx, messageId);
      const at = world.now().toISOString();
      const delivery = await lockExpired(tx, id, at);
      if (state === null || delivery === null) return;
      if (delivery.begunAt === null) {
        const row = await settle(tx, id, at, {
          state: "waiting",
          nextTryAt: at,
          code: null,
          reason: null,
          detail: "",
          providerId: null,
          uncounted: true,
        });
        await sayDeliveries(world, tx, system, [{ about: state, row }]);
      } else {
        const outcome = {
          state: "unknown" as const,
          nextTryAt: null,
          code: null,
          reason: { code: "processEnded" as const, facts: {} },
          detail: "",
          providerId: null,
        };
        await recordBad(world, tx, system, state, delivery, { outcome, deadAddresses: [], reopens: false });
      }
    });
  }
};

/**
 * What keeps a message from leaving: a file of it that the virus scanner has not looked at yet holds it (it is tried again when that is done, see
 * actions-files.ts), one with something in it ends it. Null: nothing does. What the scanner cannot look into leaves; its author knows what it is.
 */
export const heldByFile = async (world: World, claim: Claim): Promise<DeliveryResult | null> => {
  const { checks } = world;
  if (checks === undefined) return null;
  const files = (await leaving(world.db, claim.messageId))?.files ?? [];
  const looks = await Promise.all(files.map(async ({ name, hash }) => ({ name, held: await checks.look(hash) })));
  const infected = looks.find(({ held }) => held?.why === "infected");
  if (infected !== undefined) {
    const facts = { file: infected.name, finding: infected.held?.finding ?? "" };
    return { kind: "refused", code: "file", reason: { code: "fileInfected", facts }, detail: "" };
  }
  const waiting = looks.find(({ held }) => held?.why === "waiting");
  if (waiting === undefined) return null;
  const reason = { code: "fileWaiting", facts: { file: waiting.name } } as const;
  return { kind: "tryLater", afterMs: null, code: "file", reason, detail: "" };
};

/** A file was looked at: what it alone held is tried now. In the caller's transaction. */
export const retryFiles = async (world: World, tx: Tx, messageIds: readonly MessageId[]): Promise<void> => {
  const rows = await hurryFiles(tx, messageIds, world.now().toISOString());
  await sayHurried(world, tx, rows);
};

/** Links that stand nowhere but in what leaves; always the same for the same. */
export interface LeavingLinks {
  /** By which a question is answered, of a score: see modules/ratings/model.ts. */
  readonly rating: (ratingId: string, score: number) => string;
  /** By which a reader of a mail comes back into the chat: see modules/visitors/actions.ts. */
  readonly chat: (to: Omit<ChatLink, "at">) => string;
}

/** The text as it leaves: a question for a rating, and what leads back into a chat, get their links here. Only the program writes mails with places for them. */
const leavingText = (message: LeavingRow, links: LeavingLinks | null): string => {
  const { chatLink, ratingLinks, text, foldedText } = message;
  if (links === null || message.direction !== "out") return wholeText(text, foldedText);
  const own = withLinks(
    text,
    (ratingLinks ?? []).map((each) => ({ ...each, link: links.rating(each.id, each.score) })),
    chatLink && { at: chatLink.at, link: links.chat(chatLink) },
  );
  return wholeText(own, foldedText);
};

/** The message ready to be translated; null: it was taken back or is gone. Every try gives the same, so that a second copy can be recognised. */
export const outboundOf = async (
  world: World,
  claim: Claim,
  links: LeavingLinks | null = null,
): Promise<Outbound | null> => {
  const ready = await world.db.transaction(async (tx) => {
    const message = await leaving(tx, claim.messageId);
    if (message === null) return null;
    const brand = await brandById(tx, claim.brandId);
    const { token, seesFrom } = await replyTokenFor(world, tx, claim, message);
    const neutral = message.direction === "system" || (message.automatic !== null && message.answersId === null);
    const answers = neutral ? [] : await keysBefore(tx, message.concernId, message.seq, seesFrom);
    return { message, brandName: brand?.name ?? message.fromName ?? "", token, answers };
  });
  if (ready === null) return null;
  const { message } = ready;
  const files = await Promise.all(
    message.files.map(async (file) => ({
      name: file.name,
      mediaType: file.mediaType,
      inlineId: file.inlineId,
      bytes: await world.files.read(file.hash),
    })),
  );
  return {
    deliveryId: claim.deliveryId,
    concernNumber: message.number,
    at: message.at,
    fromName: senderName(message.authorKind === "agent" ? message.authorName : null, ready.brandName),
    to: message.to,
    cc: message.cc,
    recipients: claim.recipients,
    subject: leavingSubject(message.subject ?? "", message.number),
    text: leavingText(message, links),
    html:
      message.html === null
        ? null
        : wholeHtml(
            message.html,
            message.foldedText,
            textAsHtml,
            message.quotedHtml === null ? null : quoteHtml(message.quotedHtml),
          ),
    files,
    ...(message.direction === "out" && message.parts !== null ? { parts: message.parts } : {}),
    replyToken: ready.token,
    // Everybody who gets the message reads it, so it must not be what a delivery's bounces are known by.
    messageToken: world.mac("message", claim.messageId).slice(0, 26),
    deliveryToken: claim.deliveryToken,
    answers: ready.answers,
    automatic: message.automatic !== null,
  };
};

/** The reply token of the recipient, made when there is none; an agent's for news to an agent. `seesFrom`: the least that everybody addressed may see. */
const replyTokenFor = async (
  world: World,
  tx: Tx,
  claim: Claim,
  message: LeavingRow,
): Promise<{ readonly token: string | null; readonly seesFrom: number }> => {
  const recipient = claim.recipients[0];
  if (recipient === undefined) return { token: null, seesFrom: 0 };
  const at = world.now().toISOString();
  if (message.direction === "system") {
    // What tells of no message is not to be answered.
    if (message.answersId === null) return { token: null, seesFrom: 0 };
    const agent = await agentByEmail(tx, recipient);
    if (agent === null) return { token: null, seesFrom: 0 };
    let random = await agentToken(tx, message.concernId, agent.id);
    if (random === null) {
      await lockConcern(tx, message.concernId);
      random = await agentToken(tx, message.concernId, agent.id);
    }
    if (random === null) {
      random = world.newToken();
      await insertToken(tx, { token: random, concernId: message.concernId, partyId: null, agentId: agent.id, at });
    }
    return { token: replyToken(world.mac, random, message.concernId, agent.id), seesFrom: 0 };
  }
  const parties = await partiesOf(tx, message.concernId);
  const addressed = new Set([...message.to, ...message.cc].map((person) => person.value));
  const seesFrom = parties
    .filter((party) => addressed.has(party.norm))
    .reduce((most, party) => Math.max(most, party.seesFrom), 0);
  const party = parties.find((each) => each.norm === normalise(each.kind, recipient));
  if (!party) return { token: null, seesFrom };
  let random = party.token;
  if (random === null) {
    // Two deliveries of one concern at once must not make two tokens for one party: the lock decides, then it is looked up again.
    await lockConcern(tx, message.concernId);
    random = (await partiesOf(tx, message.concernId)).find((each) => each.id === party.id)?.token ?? null;
  }
  if (random === null) {
    random = world.newToken();
    await insertToken(tx, { token: random, concernId: message.concernId, partyId: party.id, agentId: null, at });
  }
  return { token: replyToken(world.mac, random, message.concernId, party.id), seesFrom };
};

/** Stores the keys under which answers and receipts will come back and notes that the provider is called now. False: the lease is lost; nothing may be sent. */
export const rememberKeys = (world: World, claim: Claim, keys: readonly string[]): Promise<boolean> =>
  world.db.transaction(async (tx) => {
    const now = world.now();
    const until = new Date(now.getTime() + claim.leaseMs).toISOString();
    if (!(await begin(tx, claim.deliveryId, claim.leaseToken, now.toISOString(), until))) return false;
    await insertKeys(tx, claim.messageId, keys);
    return true;
  });

/** Keeps claims whose calls have not begun: they wait for a connection, and nobody else would get one sooner. */
export const keepClaims = async (world: World, claims: readonly Claim[]): Promise<void> => {
  const [first] = claims;
  if (first === undefined) return;
  const until = new Date(world.now().getTime() + first.leaseMs).toISOString();
  await renew(
    world.db,
    claims.map((claim) => ({ id: claim.deliveryId, leaseToken: claim.leaseToken })),
    until,
  );
};

/** Records what the provider said, if this claim is still the last one given; a late answer also settles what had become "unknown". */
export const recordDelivery = (world: World, claim: Claim, result: DeliveryResult | NotTried): Promise<void> =>
  world.db.transaction(async (tx) => {
    const now = world.now();
    // Locked only when the concern itself may change: the good end of a delivery waits for nobody who works on the concern.
    const good = result.kind === "accepted" && result.refused.length === 0;
    const state = good && !(await isMarked(tx, claim.messageId)) ? null : await lockConcernOf(tx, claim.messageId);
    const delivery = await lockLeased(tx, claim.deliveryId, claim.leaseToken);
    if (delivery === null) {
      world.log.warn("delivery.leaseLost", { deliveryId: claim.deliveryId, result: result.kind });
      return;
    }
    const verdict = judge(result, delivery, now);
    if (verdict.bad && state !== null) {
      const dead =
        result.kind === "accepted"
          ? result.refused.filter((each) => isHard(each.code, each.detail)).map((each) => each.recipient)
          : result.kind === "refused" && result.ofRecipient === true
            ? deadAmong(delivery, null, verdict.code, verdict.detail)
            : [];
      await recordBad(world, tx, system, state, delivery, {
        outcome: verdict,
        deadAddresses: dead,
        reopens: verdict.reopens,
      });
    } else {
      const row = await settle(tx, claim.deliveryId, now.toISOString(), verdict);
      await sayDeliveries(world, tx, system, [{ about: { id: claim.concernId, brandId: claim.brandId }, row }]);
      if (good && state !== null) await takeMark(world, tx, system, state);
      if (verdict.state === "waiting" && state !== null) await markLate(world, tx, system, state, delivery);
    }
    if (verdict.state === "sent") await touchAll(tx, delivery, now.toISOString());
  });

const touchAll = async (tx: Tx, delivery: DeliveryRow, at: string): Promise<void> => {
  for (const value of recipientsIn(delivery))
    await touchAddress(tx, { kind: addressKindOf[delivery.channelKind], value }, "out", at);
};
