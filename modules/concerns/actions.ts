// Takes an arriving message in: finds its thread, its author, and says what happened. Called by server/intake in the transaction that ends the arrival.
import { addressKindOf, isKept, type InboundMessage } from "#contract/channel.ts";
import type { BrandId, ConcernId, MessageId } from "#contract/ids.ts";
import { agentByEmail, asAgentActor, type AgentRecord } from "#modules/agents/reads.ts";
import { say } from "#modules/audit/actions.ts";
import { topicById } from "#modules/brands/reads.ts";
import { isTooMuch, setMessageAside } from "#modules/concerns/actions-aside.ts";
import { greetingBefore, saveGreeted } from "#modules/concerns/actions-greeting.ts";
import { answerByMail, keepRefusedAnswer } from "#modules/concerns/actions-agent-mail.ts";
import {
  covered,
  keepForColleagues,
  newMessage,
  ownNorms,
  refused,
  type Arrival,
  type Receiving,
  type ReceivingChannel,
} from "#modules/concerns/actions-arrival.ts";
import { cluesAhead, type Ahead } from "#modules/concerns/actions-ahead.ts";
import { proposalFor } from "#modules/concerns/actions-proposing.ts";
import { further, partyOf } from "#modules/concerns/actions-parties.ts";
import { lockPlaced } from "#modules/concerns/actions-locks.ts";
import { author, isHinted, resolveSender, withSender } from "#modules/concerns/actions-sender.ts";
import { linked, saveWithMessage } from "#modules/concerns/actions-saving.ts";
import { blank } from "#modules/concerns/actions-send.ts";
import {
  emptyConcern,
  onArrival,
  subjectFor,
  withMessage,
  type ConcernState,
  type IncomingFile,
} from "#modules/concerns/model.ts";
import {
  answersAtOnceMs,
  answersWithinMs,
  cleanMessage,
  gatheringMs,
  isAbsenceNote,
  isReadable,
  mostBegun,
  mostBegunMs,
  unknownSender,
} from "#modules/concerns/model-arrival.ts";
import {
  isProved,
  continuesBurst,
  isSure,
  mayBeBurst,
  place,
  randomParts,
  withoutDetail,
  type Placed,
} from "#modules/concerns/model-threading.ts";
import { passedOn } from "#modules/concerns/model-words.ts";
import { rowById } from "#modules/concerns/reads.ts";
import { lockConcern, upsertLink, type NewMessage, type NewParty } from "#modules/concerns/store.ts";
import {
  awaitReferences,
  customerOfParty,
  begunBetween,
  lastOfBurst,
  followUpOf,
  findClues,
  gathering,
  lastWrittenTo,
  type Between,
  type FoundClue,
  type Searched,
  writtenTo,
} from "#modules/concerns/store-evidence.ts";
import {
  reviveAddress,
  touchAddress,
  verifyAddress,
  type HeldAddress,
  type Resolved,
} from "#modules/customers/actions.ts";
import { normalise } from "#modules/customers/model.ts";
import type { Tx } from "#platform/db/db.ts";
import { sameText } from "#platform/secret.ts";
import type { World } from "#platform/world.ts";

/**
 * Takes one message in, in the caller's transaction; the caller makes sure that each message is given once. It ends as a message of exactly one
 * concern, whatever it is. See README.md for the order in which threads are looked for. `held`: what `holdSender` gave; `ahead`: what
 * `askAhead` gave.
 */
export const receive = async (
  world: World,
  tx: Tx,
  channel: ReceivingChannel,
  arrival: Arrival,
  given: InboundMessage,
  files: readonly IncomingFile[],
  held: HeldAddress | null = null,
  ahead: Ahead | null = null,
): Promise<void> => {
  const kind = addressKindOf[channel.kind];
  const withoutOriginals = files.filter((file) => file.ofOriginal !== true);
  const arrived = { ...arrival, receivedAt: new Date(arrival.receivedAt).toISOString() };
  const plain = await withSender(
    { world, tx, channel, arrival: arrived, files: withoutOriginals, kind, held, ahead },
    cleanMessage(given),
  );
  // Before anything of it is stored; the files of a mail in it count as well.
  const r = { ...covered({ ...plain, files }), files: withoutOriginals };
  const { message } = r;
  if (message.automatic === "loop") return receiveLoop(r);

  const hinted = isHinted(message);
  const early = hinted
    ? place(message.assurance, proved(r, cluesAhead(r) ?? (await findClues(tx, searched(r, null)))))
    : null;
  // A mail with an agent's own token answers our notice, whatever stands repeated in it; what an agent sends is what they mean to send.
  if (early?.kind === "agent") return answerByMail(plain, early, early.agentId);
  const agent = message.forwarded !== null || hinted ? await activeAgent(r) : null;
  if (agent !== null && message.forwarded !== null && isReadable(message.forwarded) && isSure(message.assurance))
    return receiveForwarded({ ...r, files }, agent);
  if (early?.kind === "thread" && early.via !== "token" && agent !== null)
    return keepRefusedAnswer(r, early.concernId, "noToken");
  if (early?.kind !== "thread") {
    if (message.automatic === "auto-reply" && message.assurance === "failed" && arrival.letIn !== true)
      return setMessageAside(r, "falseAutoReply");
    const stray = arrival.letIn === true ? null : await strayNote(r);
    if (stray === "aside") return setMessageAside(r, "strayAutoReply");
    if (stray !== null) return receiveFrom(stray.note, stray.into, null);
    if (await isTooMuch(r)) return setMessageAside(r, "unknownSenders");
  }
  await receiveFrom(r, early, null);
};

/**
 * Our own mail that came back, or one that went round for ever. It wakes nobody and is answered by nothing: colleagues find it in the concern
 * our mail left from, or as a resolved one of its own.
 */
const receiveLoop = async (r: Receiving): Promise<void> => {
  const { world, tx, message } = r;
  const clues = await findClues(tx, { ...searched(r, null), references: message.thread.own });
  const left = clues.find((clue) => clue.via === "reference" && clue.ours && !clue.foreign);
  const state = left === undefined ? null : await lockConcern(tx, left.concernId);
  if (state !== null) {
    await keepForColleagues(r, state, [], "loop");
    return;
  }
  const sender = await resolveSender(r);
  await intoNew(r, sender, null, null, null);
  await refused(world, tx, r.channel, null, "loop", message.from.value);
};

interface Forwarder {
  readonly agent: AgentRecord;
  readonly remark: string;
}

const activeAgent = async ({ tx, kind, norm }: Receiving): Promise<AgentRecord | null> => {
  if (kind !== "email") return null;
  const agent = await agentByEmail(tx, norm);
  return agent?.active === true ? agent : null;
};

const searched = (r: Receiving, burst: Searched["burst"], own: readonly string[] = []): Searched => ({
  channelKind: r.channel.kind,
  kind: r.kind,
  senderNorm: r.norm,
  brandId: r.channel.brandId,
  randomParts: randomParts(r.message.thread.tokens),
  references: r.message.thread.references,
  number: r.message.thread.number,
  own,
  burst,
});

/** Without the tokens whose proof is wrong. */
const proved = ({ world, message }: Receiving, clues: readonly FoundClue[]): FoundClue[] =>
  clues.filter(
    (clue) =>
      clue.via !== "token" ||
      (clue.key !== null &&
        isProved({ mac: world.mac, same: sameText }, message.thread.tokens, {
          token: clue.key,
          concernId: clue.concernId,
          partyId: clue.partyId,
          agentId: clue.agentId,
        })),
  );

/** A message whose author is the sender. `early`: where it belongs as far as its own hints say; `forwardedBy`: the agent who passed it on. */
const receiveFrom = async (r: Receiving, early: Placed | null, forwardedBy: Forwarder | null): Promise<void> => {
  const { world, tx, message, kind } = r;
  // A token shows whose an address is that nobody has yet.
  const holder =
    early?.kind === "thread" && early.proves === true && message.assurance !== "failed"
      ? await customerOfParty(tx, early.concernId, kind, r.norm)
      : null;
  const sender = await resolveSender(r, holder);
  // Asked together, judged in this order.
  const [placed, floods] =
    early?.kind === "thread"
      ? [early, false]
      : await Promise.all([placeLate(r, sender, early), forwardedBy === null && beginsTooMany(r, sender)]);
  if (placed.kind === "thread") await intoThread(r, sender, placed);
  else {
    const flood = floods ? await floodOf(r, sender) : null;
    const related = (placed.kind === "new" ? placed.relatedTo : null) ?? (await twin(r));
    if (flood?.into) await intoThread(r, sender, flood.into, true);
    else await intoNew(r, sender, related, null, forwardedBy, flood !== null);
  }
  if (
    placed.kind === "thread" &&
    placed.proves === true &&
    message.automatic === null &&
    message.assurance !== "failed" &&
    message.assurance !== "proved"
  )
    await verifyAddress(world, tx, author(sender), { kind, value: r.norm }, "token");
  // A person's fresh mail shows that the address lives, whatever came back from it before; a forged one shows nothing.
  if (sender.isSuppressed && message.automatic === null && message.assurance !== "failed")
    await reviveAddress(world, tx, author(sender), { kind, value: r.norm });
  // A sender who is shown to be false has not written from that address; of one who is new it is noted already.
  if (message.assurance !== "failed" && !sender.isNew)
    await touchAddress(tx, { kind, value: r.norm }, "in", r.arrival.receivedAt);
};

/** Under the address's lock now: what a message of the same sender made a moment ago is seen. */
const placeLate = async (r: Receiving, sender: Resolved, early: Placed | null): Promise<Placed> => {
  const { message, arrival } = r;
  if (sender.isNew || r.norm === unknownSender) return early ?? { kind: "new", relatedTo: null };
  // In a chat the page itself says what belongs together.
  const burst =
    !isKept(r.kind) && mayBeBurst(message, arrival.receivedAt)
      ? { customerId: sender.customerId, at: arrival.receivedAt, assurance: message.assurance }
      : null;
  const clues = await findClues(r.tx, searched(r, burst, message.thread.own));
  const placed = place(message.assurance, proved(r, clues));
  if (placed.kind !== "thread" || placed.via !== "burst") return placed;
  const last = await lastOfBurst(r.tx, placed.concernId);
  const goesOn = last !== null && continuesBurst(message, arrival.receivedAt, last);
  return goesOn ? placed : { kind: "new", relatedTo: null };
};

/** So long before and after it came. */
const around = (arrival: Arrival, ms: number): Between => {
  // Mails of one moment are read in any order: some may have begun a concern a little later than this one came.
  const at = Date.parse(arrival.receivedAt);
  return { since: new Date(at - ms).toISOString(), until: new Date(at + ms).toISOString() };
};

/**
 * Does this sender begin more concerns than anybody works on? The caller holds the address's lock: of any number of mails at once each counts those
 * before it.
 */
const beginsTooMany = async ({ tx, channel, message, arrival }: Receiving, sender: Resolved): Promise<boolean> => {
  if (sender.isNew) return false;
  const most = mostBegun(message.assurance);
  return (await begunBetween(tx, sender.customerId, channel.brandId, around(arrival, mostBegunMs), most)) >= most;
};

/** The rest of a flood goes into one concern, `into`; null: this message begins the one that gathers it. */
const floodOf = async (r: Receiving, { customerId }: Resolved): Promise<{ readonly into: ThreadPlace | null }> => {
  const { tx, kind, norm, channel, arrival } = r;
  const asked = { customerId, brandId: channel.brandId, kind, norm, between: around(arrival, gatheringMs) };
  const found = await gathering(tx, asked);
  return { into: found && { kind: "thread", concernId: found.id, via: "burst", otherSender: false } };
};

/** The concern that the same mail became at another brand: each brand has its own, and they are related. Only a mail to several can have one. */
const twin = async (r: Receiving): Promise<ConcernId | null> => {
  const { message } = r;
  if (message.to.length + message.cc.length < 2 || !isSure(message.assurance)) return null;
  const own = message.thread.own.filter((key) => key.startsWith("mid:"));
  const clues = await findClues(r.tx, { ...searched(r, null), randomParts: [], references: own, number: null });
  return clues.find((clue) => clue.foreign && clue.senderIsParty)?.concernId ?? null;
};

type ThreadPlace = Extract<Placed, { kind: "thread" }>;

/** The message as a machine's, with the reason on it, when it is an absence note that nothing marks as one (`isAbsenceNote`). */
const asAbsenceNote = async (r: Receiving, placed: ThreadPlace, subject: string): Promise<Receiving> => {
  const { tx, message, files, arrival, norm } = r;
  if (message.seemsAway !== true || (placed.via !== "token" && placed.via !== "reference")) return r;
  const written = await writtenTo(tx, placed.concernId, norm);
  if (!isAbsenceNote(message, files.length, arrival.receivedAt, subject, written)) return r;
  return { ...r, message: { ...message, automatic: "auto-reply", warnings: [...message.warnings, "absenceNote"] } };
};

/**
 * A program's answer that names nothing of ours, as absence notes of some programs do: from a sure sender it belongs to the concern in which we wrote to
 * them last, and wakes nobody there; any other is set aside. It never begins a concern: nobody waits for it. Null: it is none, or may be a person's.
 */
const strayNote = async (
  r: Receiving,
): Promise<"aside" | { readonly note: Receiving; readonly into: ThreadPlace } | null> => {
  const { tx, message, files, arrival, kind, norm, channel } = r;
  const marked = message.automatic === "auto-reply";
  if (!marked && (message.seemsAway !== true || message.automatic !== null)) return null;
  const since = new Date(Date.parse(arrival.receivedAt) - (marked ? answersWithinMs : answersAtOnceMs)).toISOString();
  const until = arrival.receivedAt;
  const concernId = await lastWrittenTo(tx, { kind, norm, brandId: channel.brandId, since, until });
  const sure = isSure(message.assurance) && norm !== unknownSender;
  if (concernId === null) return marked ? "aside" : null;
  const into = { kind: "thread", concernId, via: "burst", otherSender: false } as const;
  if (marked) return sure ? { note: r, into } : "aside";
  const subject = (await rowById(tx, concernId))?.subject ?? "";
  const written = await writtenTo(tx, concernId, norm);
  if (!isAbsenceNote(message, files.length, arrival.receivedAt, subject, written)) return null;
  if (!sure) return "aside";
  const warnings = [...message.warnings, "absenceNote"];
  return { note: { ...r, message: { ...message, automatic: "auto-reply", warnings } }, into };
};

/** Into a concern that is there. `flood`: with what its sender sends too much of; who is not sure wakes nobody by that. */
const intoThread = async (given: Receiving, sender: Resolved, placed: ThreadPlace, flood = false): Promise<void> => {
  const { world, tx } = given;
  const { ahead } = given;
  const before = await lockPlaced(tx, placed, ahead?.state);
  if (before === null) throw new Error("a clue led to a concern that is not there");
  const r = await asAbsenceNote(given, placed, before.subject);
  const { message, arrival } = r;
  const automatic = message.automatic !== null;
  const topic = before.status === "closed" && before.topicId !== null ? await topicById(tx, before.topicId) : null;
  if (onArrival(before, topic?.whenClosed ?? "reopen", automatic) === "follow-up") {
    // Whoever answers the closed one again goes on in what follows it: under the closed one's lock there is one for each sender.
    const next = await followUpOf(tx, before.id, r.kind, r.norm);
    return next === null
      ? intoNew(r, sender, null, before, null)
      : intoThread(r, sender, { ...placed, concernId: next, otherSender: false }, flood);
  }
  const seq = before.lastSeq + 1;
  const warnings = [...message.warnings, ...(placed.otherSender ? ["otherSender"] : []), ...(flood ? ["flood"] : [])];
  const joining: NewParty[] = [
    ...(placed.otherSender && !automatic ? [partyOf(r, sender, "third-party", seq)] : []),
    ...(placed.otherSender ? [] : await further(r, seq)),
  ];
  const saved = {
    ...newMessage(r, before, sender, seq, warnings),
    answersId: placed.answers ?? null,
    proposal:
      automatic || flood
        ? null
        : await proposalFor(
            tx,
            before,
            message,
            arrival.receivedAt,
            ahead?.state?.id === before.id ? ahead.texts : null,
          ),
  };
  const arriving = arrivingOf(r, saved);
  const quiet = arriving.automatic || (flood && !isSure(message.assurance));
  const after = withMessage(before, { ...arriving, automatic: quiet });
  await saveWithMessage(
    world,
    tx,
    author(sender),
    { before, after, message: saved, parties: joining, deliveries: [] },
    before.status !== after.status ? "customerAnswered" : null,
  );
};

/** A new concern. `followed`: the closed one it follows; `relatedId`: one that the message only claims to answer. */
const intoNew = async (
  r: Receiving,
  sender: Resolved,
  relatedId: ConcernId | null,
  followed: ConcernState | null,
  forwardedBy: Forwarder | null,
  gathers = false,
): Promise<void> => {
  const { world, tx, message, channel } = r;
  const tags = [...(message.automatic === null ? [] : ["automatic"]), ...(gathers ? ["flood"] : [])];
  const answersNobody = ["auto-reply", "bounce", "loop"].includes(message.automatic ?? "") && r.arrival.letIn !== true;
  const fresh = emptyConcern({
    id: world.newId() as ConcernId,
    brandId: (followed?.brandId ?? channel.brandId) as BrandId,
    subject: subjectFor(message.subject, message.text),
    customerId: sender.customerId,
    customerName: sender.shownName,
    tierId: sender.tierId,
    language: message.language,
    at: r.arrival.receivedAt,
    // What a machine answers to nothing is kept, but nobody has to work on it.
    status: answersNobody ? "resolved" : "new",
    tags,
    ...(followed === null ? {} : { topicId: followed.topicId, teamId: followed.teamId }),
  });
  const greeted = followed === null ? await greetingBefore(r, fresh) : null;
  const base = greeted?.state ?? fresh;
  const saved = newMessage(r, base, sender, base.lastSeq + 1, [
    ...message.warnings,
    ...(forwardedBy === null ? [] : ["forwarded"]),
    ...(gathers ? ["flood"] : []),
  ]);
  const after = withMessage(answersNobody ? { ...base, resolvedAt: r.arrival.receivedAt } : base, arrivingOf(r, saved));
  const parties = [partyOf(r, sender, "requester", 1), ...(await further(r, 1))];
  const other = followed ?? (relatedId === null ? null : await lockConcern(tx, relatedId));
  const linkKind = followed === null ? "related" : "follow-up";
  const saving = { after, message: saved, parties };
  const state =
    greeted === null
      ? await saveWithMessage(world, tx, author(sender), { before: null, ...saving, deliveries: [] }, null)
      : await saveGreeted(r, author(sender), greeted, saving);
  if (message.thread.references.length > 0)
    await awaitReferences(tx, {
      id: saved.id,
      concernId: state.id,
      channelKind: channel.kind,
      references: message.thread.references,
    });
  if (other !== null && (await upsertLink(tx, other.id, state.id, linkKind)))
    await say(world, tx, author(sender), linked(other, state, linkKind));
  if (forwardedBy !== null) await noteOfForwarder(r, state, forwardedBy.agent, forwardedBy.remark);
};

const arrivingOf = ({ message, channel }: Receiving, saved: NewMessage): Parameters<typeof withMessage>[1] => ({
  direction: "in",
  at: saved.at,
  text: saved.text,
  subject: saved.subject,
  channelKind: channel.kind,
  automatic: message.automatic !== null,
});

/** What a colleague passed on belongs to who wrote it first; nothing vouches for that address, so it stays unverified. */
const receiveForwarded = async (r: Receiving, agent: AgentRecord): Promise<void> => {
  const { message, kind } = r;
  const original = message.forwarded;
  if (original === null) return;
  const norm = normalise(kind, original.from.value);
  // A mail of ours that is passed on makes no customer of us.
  if (norm === null || norm === r.norm || (await ownNorms(r)).includes(withoutDetail(norm)))
    return receiveFrom({ ...r, files: r.files.filter((file) => file.ofOriginal !== true) }, null, null);
  const shown = new Set(original.inlineIds);
  await receiveFrom(
    {
      ...r,
      norm,
      sender: original.from,
      // A picture that only the forwarder's words showed is a file of the original.
      files: r.files.map((file) =>
        file.inlineId !== null && shown.has(file.inlineId) ? file : { ...file, inlineId: null },
      ),
      message: {
        ...message,
        from: original.from,
        assurance: "none",
        verdicts: [],
        subject: original.subject ?? message.subject,
        text: original.text,
        html: original.html,
        to: [],
        cc: [],
        replyTo: null,
        sentAt: original.sentAt,
        thread: { tokens: [], references: [], own: message.thread.own, number: null, stream: null },
      },
    },
    null,
    { agent, remark: remarkOf(message.text, original.text) },
  );
};

// Who passed it on says so in a note, with what they wrote above it.
const noteOfForwarder = async (
  r: Receiving,
  before: ConcernState,
  agent: AgentRecord,
  remark: string,
): Promise<void> => {
  const { world, tx, arrival } = r;
  const text = remark === "" ? passedOn(agent.preferences.language) : remark;
  const message: NewMessage = {
    ...blank(before, world.newId() as MessageId, before.lastSeq + 1, arrival.receivedAt),
    direction: "note",
    author: { kind: "agent", id: agent.id, name: agent.name },
    text,
    intakeId: arrival.intakeId,
  };
  const after = withMessage(before, {
    direction: "note",
    at: arrival.receivedAt,
    text,
    subject: null,
    channelKind: null,
    automatic: false,
  });
  await saveWithMessage(world, tx, asAgentActor(agent), { before, after, message, parties: [], deliveries: [] }, null);
};

// The agent's own words, when the original is not among them.
const remarkOf = (text: string, original: string): string => {
  const beginning = original.trim().slice(0, 80);
  const own = text.trim();
  return beginning !== "" && own.includes(beginning) ? "" : own;
};

export type { Arrival, ReceivingChannel };
