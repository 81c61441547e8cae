// Everything that goes out: answers, first messages, and what the centre itself writes. Called by actions-reply.ts, actions-receipts.ts and reactions.ts.
import { system, type AgentActor, type Who } from "#contract/actor.ts";
import type { Brand, Channel } from "#contract/brands.ts";
import { addressKindOf, isKept } from "#contract/channel.ts";
import type { DraftQuote, Status } from "#contract/concerns.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { ChannelId, MessageId, PartyId } from "#contract/ids.ts";
import type { Part } from "#contract/parts.ts";
import { agentById, type AgentRecord } from "#modules/agents/reads.ts";
import type { Said } from "#modules/audit/actions.ts";
import { brandById, channelsOfBrand } from "#modules/brands/reads.ts";
import { saveWithMessage } from "#modules/concerns/actions-saving.ts";
import { giveUpMs, storable, undoable, withMessage, withStatus, type ConcernState } from "#modules/concerns/model.ts";
import { linesOf, linesOfHtml } from "#modules/concerns/model-lines.ts";
import { withScheduled, type Plan } from "#modules/concerns/model-schedule.ts";
import { maySee, usualBelow, type Folded } from "#modules/concerns/actions-below.ts";
import { replySubject, signatureOf } from "#modules/concerns/model-compose.ts";
import type { ChatLink, RatingLink } from "#modules/concerns/model-words.ts";
import {
  inboundById,
  lastInbound,
  partiesOf,
  uploadsOf,
  type LastInbound,
  type NewDelivery,
  type NewFile,
  type NewMessage,
  type NewParty,
} from "#modules/concerns/store.ts";
import { normalise } from "#modules/customers/model.ts";
import { customerByAddress, nameHere, suppressedOf } from "#modules/customers/reads.ts";
import { sanitiseEditorHtml } from "#platform/html.ts";
import { addUnread } from "#modules/concerns/store-unread.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** What somebody wrote, as it came over the wire. */
export interface Written {
  readonly text: string;
  /** Choices, forms and articles that go with it; its text says them already. */
  readonly parts?: readonly Part[] | undefined;
  readonly html: string | null;
  readonly uploads: readonly string[];
}

/** The same, fit to be kept: sanitised, with the files it names. */
export interface Content {
  readonly text: string;
  readonly html: string | null;
  readonly parts: readonly Part[];
  readonly files: readonly NewFile[];
}

/** Checks and cleans what an agent wrote. Refuses with emptyMessage, invalidInput or notFound (an upload that is not theirs). */
export const contentOf = async (
  world: World,
  tx: Tx,
  who: AgentActor,
  written: Written,
): Promise<Content | Refusal> => {
  const editor = written.html === null ? null : sanitiseEditorHtml(written.html);
  if (written.html !== null && editor === null) return refuse("invalidInput", { detail: "too much HTML" }, "html");
  const uploads = [...new Set(written.uploads)];
  const found = await uploadsOf(tx, who.id, uploads);
  const missing = uploads.findIndex((id) => !found.some((file) => file.id === id));
  if (missing !== -1) return refuse("notFound", undefined, `uploads.${missing}`);
  const shown = new Set(editor?.inlineUploads);
  const files = found.map((file) => ({
    ...file,
    id: world.newId(),
    inlineId: file.image && shown.has(file.id) ? inlineIdOf(file.id) : null,
  }));
  const text = storable(written.text);
  if (text.trim() === "" && files.length === 0) return refuse("emptyMessage", undefined, "text");
  return { text, html: editor === null ? null : withInlineIds(editor.html, found), parts: written.parts ?? [], files };
};

const inlineIdOf = (uploadId: string): string => `${uploadId}@inline`;

// As in mail that comes in: an image is named by its Content-ID. One whose file was not sent along is left out.
const withInlineIds = (html: string, files: readonly { readonly id: string; readonly image: boolean }[]): string =>
  html.replace(/<img\b[^>]{0,2000}\bdata-upload="([0-9a-f-]{36})"[^>]{0,200}>/g, (tag: string, id: string) =>
    files.some((file) => file.id === id && file.image)
      ? tag.replace(`data-upload="${id}"`, `data-inline="${inlineIdOf(id)}"`)
      : "",
  );

/** A recipient's address, normalised. */
export interface Recipient {
  readonly name: string | null;
  readonly value: string;
}

/** To and copies as addresses that can be written to, each once; refuses with noRecipient, invalidAddress or addressSuppressed. */
export const recipientsOf = async (
  tx: Tx,
  channel: Channel,
  to: readonly string[],
  cc: readonly string[],
): Promise<{ readonly to: readonly string[]; readonly cc: readonly string[] } | Refusal> => {
  const kind = addressKindOf[channel.kind];
  if (to.length === 0) return refuse("noRecipient", undefined, "to");
  const seen = new Set<string>();
  const clean: Record<"to" | "cc", string[]> = { to: [], cc: [] };
  for (const [field, values] of [
    ["to", to],
    ["cc", cc],
  ] as const) {
    for (const [index, value] of values.entries()) {
      const norm = normalise(kind, value);
      if (norm === null || norm.endsWith(".invalid"))
        return refuse("invalidAddress", { address: value.slice(0, 320) }, `${field}.${index}`);
      if (seen.has(norm)) continue;
      seen.add(norm);
      clean[field].push(norm);
    }
  }
  const suppressed = await suppressedOf(tx, kind, [...seen]);
  const blocked = [...suppressed.keys()][0];
  if (blocked !== undefined)
    return refuse(
      "addressSuppressed",
      { address: blocked },
      clean.to.includes(blocked) ? `to.${clean.to.indexOf(blocked)}` : `cc.${clean.cc.indexOf(blocked)}`,
    );
  return clean;
};

/** A channel of this brand by which can be sent now. Refuses with unknownChannel or channelCannotSend. */
export const sendingChannel = async (
  tx: Tx,
  brandId: Brand["id"],
  channelId: ChannelId,
): Promise<Channel | Refusal> => {
  const channel = (await channelsOfBrand(tx, brandId)).find((each) => each.id === channelId);
  if (!channel) return refuse("unknownChannel", undefined, "channelId");
  return channel.enabled && channel.canSend ? channel : refuse("channelCannotSend", undefined, "channelId");
};

/** One message on its way out, decided but not saved. */
export interface Outgoing {
  readonly channel: Channel;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly content: Content;
  /** The concern's status afterwards; null: as it is. */
  readonly statusAfter: Status | null;
  /** Not before; a plan: then, and said only then. */
  readonly sendAt: string | Plan;
  readonly key: string | null;
  /** Kept with the message so that it can be taken back; null: it cannot. */
  readonly undoUploads: readonly string[] | null;
  /** What its author saw below it; null: the usual. */
  readonly below: { readonly folded: Folded; readonly quote: DraftQuote } | null;
  /** The message it answers; without: the last one. */
  readonly answersId?: MessageId | null;
  /** The customer was made for it, and goes with it. */
  readonly madeCustomer?: boolean;
  /** As `answerParts` gave them; left out: they are read. */
  readonly parts?: AnswerParts;
  readonly because: string | null;
}

/** What an answer is made of, beside what its author wrote. */
export interface AnswerParts {
  readonly brand: Brand;
  readonly agent: AgentRecord | null;
  readonly parties: Awaited<ReturnType<typeof partiesOf>>;
  /** What it answers; null: nothing. */
  readonly last: LastInbound | null;
}

/** Reads them. `begun`: the concern is there already, and nobody else changes it until the commit. `answersId`: as in `Outgoing`. */
export const answerParts = async (
  tx: Tx,
  who: AgentActor,
  concern: Pick<ConcernState, "id" | "brandId">,
  begun: boolean,
  answersId: MessageId | null = null,
): Promise<AnswerParts> => {
  const [brand, agent, parties, last] = await Promise.all([
    brandById(tx, concern.brandId),
    agentById(tx, who.id),
    begun ? partiesOf(tx, concern.id) : [],
    begun ? (answersId ? inboundById(tx, answersId) : lastInbound(tx, concern.id)) : null,
  ]);
  if (brand === null) throw new Error("a concern's brand is gone");
  return { brand, agent, parties, last };
};

/**
 * Saves an answer of an agent to a concern (`before` null: with the concern itself) and puts it into the outbox. Newcomers among the recipients
 * join and see from this message on; the last message is repeated below the answer only when everybody addressed may see it.
 */
export const sendAnswer = async (
  world: World,
  tx: Tx,
  who: AgentActor,
  before: ConcernState | null,
  fresh: ConcernState,
  out: Outgoing,
  also: (saved: ConcernState, messageId: MessageId) => readonly Said[] = () => [],
): Promise<{ readonly state: ConcernState; readonly messageId: MessageId }> => {
  const at = world.now().toISOString();
  const id = world.newId() as MessageId;
  const seq = fresh.lastSeq + 1;
  const parts = out.parts ?? (await answerParts(tx, who, fresh, before !== null, out.answersId));
  const { brand, agent, parties, last } = parts;
  const addressed = [...out.to, ...out.cc];
  const joining = await joiners(world, tx, fresh, parties, out, seq);
  const signature = signatureOf({ name: who.name, signature: agent?.preferences.signature ?? "" }, brand);
  // Who sits in front of the thread needs neither signature nor what was said last, and has it before it could be taken back.
  const kept = isKept(addressKindOf[out.channel.kind]);
  const folded = kept
    ? { text: "", quoteOf: null }
    : (out.below?.folded ?? usualBelow(signature, last, last !== null && maySee(parties, addressed, last), brand));
  const html = kept ? null : out.content.html;
  const message: NewMessage = {
    ...blank(fresh, id, seq, at),
    direction: "out",
    author: { kind: "agent", id: who.id, name: who.name },
    channelKind: out.channel.kind,
    channelId: out.channel.id,
    from: { name: brand.name, value: out.channel.address },
    to: named(parties, out.to),
    cc: named(parties, out.cc),
    subject: kept ? null : before === null ? fresh.subject : replySubject(fresh.subject),
    text: out.content.text,
    foldedText: folded.text,
    quoteOf: html === null ? null : folded.quoteOf,
    html,
    htmlLines: heightOf({ text: out.content.text, html }),
    answersId: last?.id ?? null,
    clientKey: out.key,
    files: out.content.files,
    parts: out.content.parts,
  };
  const answered = withMessage(fresh, {
    direction: "out",
    at,
    text: out.content.text,
    // Where nothing has a subject, what is nothing but files is called by their names.
    subject: message.subject ?? out.content.files.map(({ name }) => name).join(", "),
    channelKind: out.channel.kind,
    automatic: false,
  });
  const plan = typeof out.sendAt === "string" ? null : out.sendAt;
  const said = out.statusAfter === null ? answered : withStatus(answered, out.statusAfter, at);
  const asleep = plan === null ? null : withScheduled(fresh, plan, out.channel.kind);
  // A concern that begins with it has nothing else to show.
  const begun = before === null ? { snippet: answered.snippet, lastDirection: answered.lastDirection } : {};
  const after = asleep === null ? said : { ...asleep, ...begun };
  const undo =
    out.undoUploads === null || (kept && plan === null)
      ? null
      : {
          before: undoable(fresh),
          after: undoable(after),
          uploads: out.undoUploads,
          ...(out.below?.quote ? { quote: out.below.quote } : {}),
          ...(out.madeCustomer ? { madeCustomer: true } : {}),
        };
  const deliveries = deliveriesTo(world, out.channel, addressed, out.sendAt, at);
  const state = await saveWithMessage(
    world,
    tx,
    who,
    { before, after, message: { ...message, undo, plan }, parties: joining, deliveries },
    out.because,
    (saved) => also(saved, id),
  );
  if (kept) await addUnread(tx, { concernId: state.id, norms: addressed, seq, at: plan === null ? at : plan.at });
  return { state, messageId: id };
};

/** What the centre itself writes: an acknowledgement to a customer ("out") or news for an agent ("system", never shown to customers). Moves nothing in the concern. */
export const sendAutomatic = async (
  world: World,
  tx: Tx,
  before: ConcernState,
  mail: {
    readonly direction: "out" | "system";
    readonly channel: Channel;
    readonly brandName: string;
    readonly to: Recipient;
    readonly subject: string;
    readonly text: string;
    readonly parts?: readonly Part[];
    readonly chatLink?: ChatLink | null;
    readonly ratingLinks?: readonly RatingLink[];
    readonly answersId: string | null;
    /** Who takes part from now on. */
    readonly joining?: NewParty;
    readonly files?: readonly NewFile[];
    /** Whose words they are when a rule or a flow writes; left out: the program's. */
    readonly by?: Who;
    /** By whose name the desk shows them; left out: the brand's. */
    readonly authorName?: string;
    /** Made beforehand. */
    readonly messageId?: MessageId;
    /** Held so long, so that it can be taken back; left out: not at all. */
    readonly heldMs?: number;
  },
): Promise<ConcernState> => {
  const who = mail.by ?? system;
  const kept = isKept(addressKindOf[mail.channel.kind]);
  const at = world.now().toISOString();
  const message: NewMessage = {
    ...blank(before, mail.messageId ?? (world.newId() as MessageId), before.lastSeq + 1, at),
    direction: mail.direction,
    author: { kind: who.kind, id: who.id, name: mail.authorName ?? mail.brandName },
    channelKind: mail.channel.kind,
    channelId: mail.channel.id,
    from: { name: mail.brandName, value: mail.channel.address },
    to: [mail.to],
    subject: mail.subject,
    text: mail.text,
    parts: mail.parts ?? [],
    chatLink: mail.chatLink ?? null,
    ratingLinks: mail.ratingLinks ?? [],
    answersId: mail.answersId,
    automatic: mail.direction === "out" ? "auto-reply" : "auto-generated",
    files: mail.files ?? [],
    undo: mail.heldMs === undefined || kept ? null : { before: undoable(before), after: undoable(before), uploads: [] },
  };
  const after = withMessage(before, {
    direction: mail.direction,
    at,
    text: mail.text,
    subject: mail.subject,
    channelKind: mail.channel.kind,
    automatic: true,
  });
  const leavesAt = new Date(Date.parse(at) + (mail.heldMs ?? 0)).toISOString();
  const saved = await saveWithMessage(
    world,
    tx,
    who,
    {
      before,
      after,
      message,
      parties: mail.joining ? [mail.joining] : [],
      deliveries: deliveriesTo(world, mail.channel, [mail.to.value], leavesAt, at),
    },
    null,
  );
  if (kept) await addUnread(tx, { concernId: before.id, norms: [mail.to.value], seq: message.seq, at });
  return saved;
};

/** A message with nothing in it yet. */
export const blank = (state: ConcernState, id: MessageId, seq: number, at: string): NewMessage => ({
  id,
  concernId: state.id,
  seq,
  direction: "note",
  author: { kind: "system", id: null, name: "" },
  channelKind: null,
  channelId: null,
  from: null,
  to: [],
  cc: [],
  replyTo: null,
  subject: null,
  text: "",
  foldedText: "",
  quoteOf: null,
  html: null,
  htmlLines: 0,
  remoteImages: false,
  assurance: null,
  verdicts: [],
  warnings: [],
  automatic: null,
  mentions: [],
  answersId: null,
  proposal: null,
  clientKey: null,
  intakeId: null,
  rawHash: null,
  at,
  undo: null,
  plan: null,
  files: [],
  parts: [],
  chatLink: null,
  ratingLinks: [],
  keys: [],
  secrets: [],
});

/** What the frame reserves for what an agent wrote. */
export const heightOf = (content: Pick<Content, "text" | "html">): number =>
  content.html === null ? linesOf(content.text) : linesOfHtml(content.html);

// Each recipient has a delivery of their own: tried, bounced and repeated without the others. The ids are in the order of the recipients.
export const deliveriesTo = (
  world: Pick<World, "newId" | "newToken">,
  channel: Pick<Channel, "id" | "kind">,
  addressed: readonly string[],
  notBefore: string | Plan,
  at: string,
): NewDelivery[] => {
  const state = typeof notBefore === "string" && isKept(addressKindOf[channel.kind]) ? "sent" : "held";
  const ids = addressed.map(() => world.newId()).toSorted();
  return addressed.map((recipient, index) => ({
    id: ids[index] ?? world.newId(),
    channelId: channel.id,
    recipient,
    token: world.newToken(),
    state,
    notBefore: typeof notBefore === "string" && state === "held" ? notBefore : null,
    giveUpAt: new Date(Date.parse(typeof notBefore === "string" ? notBefore : notBefore.at) + giveUpMs).toISOString(),
    history: [{ at, state, detail: "" }],
  }));
};

const named = (parties: readonly NewParty[], norms: readonly string[]): Recipient[] =>
  norms.map((norm) => ({ name: parties.find((party) => party.norm === norm)?.name ?? null, value: norm }));

const joiners = async (
  world: World,
  tx: Tx,
  state: ConcernState,
  parties: readonly NewParty[],
  out: Outgoing,
  seq: number,
): Promise<NewParty[]> => {
  const kind = addressKindOf[out.channel.kind];
  const joining: NewParty[] = [];
  for (const norm of [...out.to, ...out.cc]) {
    if (parties.some((party) => party.norm === norm && party.kind === kind)) continue;
    const known = await customerByAddress(tx, kind, norm);
    joining.push({
      id: world.newId() as PartyId,
      customerId: known?.customerId ?? null,
      name: nameHere(known, state.brandId) ?? norm,
      kind,
      norm,
      value: norm,
      role:
        parties.length === 0 && joining.length === 0 && (known === null || known.customerId === state.customerId)
          ? "requester"
          : "participant",
      seesFrom: seq,
    });
  }
  return joining;
};
