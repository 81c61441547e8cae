// Carries the demo world's scripts out by the domain's own actions. Called by seed.ts while the clock walks.
import { email } from "#channels/email/index.ts";
import type { MailPayload } from "#channels/email/outbound.ts";
import type { EmailSettings } from "#channels/email/settings.ts";
import type { AgentActor } from "#contract/actor.ts";
import type { DeliveryResult, Raw } from "#contract/channel.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { BrandId, ChannelId, ConcernId, CustomerId, IntakeId, MessageId, TopicId } from "#contract/ids.ts";
import { quoteHead } from "#lib/corpus/letters.ts";
import { writeMail } from "#lib/corpus/mail.ts";
import { receive } from "#modules/concerns/actions.ts";
import { changeIn, follow, snooze } from "#modules/concerns/actions-change.ts";
import { move, split } from "#modules/concerns/actions-moving.ts";
import { link } from "#modules/concerns/actions-links.ts";
import { saveDraft } from "#modules/concerns/actions-drafts.ts";
import { claimDeliveries, outboundOf, recordDelivery, rememberKeys } from "#modules/concerns/actions-outbox.ts";
import { note, reply } from "#modules/concerns/actions-reply.ts";
import { wakeSnoozed } from "#modules/concerns/actions-time.ts";
import type { IncomingFile } from "#modules/concerns/model.ts";
import { rowById, type ReadingWorld } from "#modules/concerns/reads.ts";
import { changeCustomer } from "#modules/customers/actions-desk.ts";
import { sql } from "#platform/db/db.ts";
import { hashOf } from "#platform/files/small.ts";
import type { Visitor } from "#modules/visitors/actions.ts";
import type { World } from "#platform/world.ts";
import {
  afterSettling,
  askedBy,
  chatAddress,
  introduceIn,
  mailLeft,
  sayInChat,
  see,
  unreadMs,
} from "#server/demo/chat-deeds.ts";
import { demoBrands, type BrandKey } from "#server/demo/cast.ts";
import type { Script, Step } from "#server/demo/script.ts";
import { standIn } from "#server/demo/tiers.ts";
import type { Walk } from "#server/demo/walk.ts";
import { finishIntake, insertIntake } from "#server/intake-store.ts";
import type { Reader } from "#server/reader.ts";

/** One brand's way in and out. */
export interface DemoChannel {
  readonly id: ChannelId;
  readonly brandId: string;
  readonly settings: EmailSettings;
}

/** One brand's chat. */
export interface DemoChat {
  readonly id: ChannelId;
  readonly brandId: BrandId;
}

export interface Stage {
  readonly walk: Walk;
  readonly world: World & ReadingWorld;
  readonly reader: Reader;
  readonly channels: Readonly<Record<BrandKey, DemoChannel>>;
  readonly chats: Readonly<Record<BrandKey, DemoChat>>;
  /** Who sits at the pages, by the name that scripts give them. */
  readonly visitors: Map<string, Visitor>;
  /** Do the brands ask for ratings by now? */
  readonly asksRatings: () => boolean;
  /** Scripts by their concern. */
  readonly playings: Map<ConcernId, Playing>;
  readonly agents: ReadonlyMap<string, AgentActor>;
  readonly topics: ReadonlyMap<string, TopicId>;
  /** Concerns by their script's key, for links. */
  readonly concerns: Map<string, ConcernId>;
  /** Answers that are held, by their message. */
  readonly held: Map<MessageId, { readonly playing: Playing; readonly step: Extract<Step, { kind: "out" }> }>;
}

/** What a mail was last said by us: what the customer's next one answers. */
interface LastOut {
  readonly subject: string;
  readonly author: string;
  readonly atMs: number;
  readonly text: string;
  readonly messageId: string;
  readonly replyTo: string;
}

/** How far a script has come. */
export interface Playing {
  readonly script: Script;
  concernId: ConcernId | null;
  /** What the visitor's page calls what they talk about; null: they have said nothing yet. */
  thread: string | null;
  /** The part of ours that waits for the visitor's answer. */
  asked: { readonly messageId: MessageId; readonly part: number } | null;
  rated: boolean;
  lastOut: LastOut | null;
  references: string[];
  mails: number;
}

const undoMs = 10_000;
const leaseMs = 300_000;

const sure = <T>(value: T | Refusal, what: string): T => {
  if (isRefusal(value)) throw new Error(`the demo world was refused (${what}): ${JSON.stringify(value)}`);
  return value;
};

const agentOf = (stage: Stage, handle: string): AgentActor => {
  const agent = stage.agents.get(handle);
  if (!agent) throw new Error(`the demo world has no agent ${handle}`);
  return agent;
};

/** Puts a script on the timeline. Each step puts the next one there, and reads the next mail ahead as soon as what it answers is known. */
export const play = (stage: Stage, script: Script): void => {
  const playing: Playing = {
    script,
    concernId: null,
    thread: null,
    asked: null,
    rated: false,
    lastOut: null,
    references: [],
    mails: 0,
  };
  const schedule = (index: number): void => {
    const step = script.steps[index];
    if (!step) return;
    const mail = step.kind === "in" ? readAhead(stage, playing, step) : null;
    stage.walk.at(step.atMs, async () => {
      const scene = { stage, playing };
      if (step.kind === "in") await takeIn(stage, playing, step, await mail);
      else if (step.kind === "say") {
        await sayInChat(scene, step);
        const begunBy = await noteConcern(stage, playing);
        if (begunBy !== null) await describe(stage, playing, begunBy);
      } else if (step.kind === "introduce") await introduceIn(scene, step);
      else await act(stage, playing, step);
      if (isSettling(step)) await afterSettling(scene, () => leave(stage, false));
      // An answer by mail leaves after the undo time, and only then can it be answered; one in the chat goes by mail when nobody has seen it.
      if (step.kind !== "out" || step.chat === "here") return schedule(index + 1);
      const { chat } = step;
      stage.walk.at(step.atMs + (chat === undefined ? undoMs : unreadMs), async () => {
        if (chat === "left") await mailLeft(stage);
        await leave(stage);
        schedule(index + 1);
      });
    });
  };
  schedule(0);
};

const isSettling = (step: Step): boolean =>
  (step.kind === "out" && step.statusAfter === "resolved") ||
  (step.kind === "change" && step.change.status === "resolved");

interface ReadMail {
  readonly raw: Raw;
  readonly hash: string;
  readonly messages: readonly {
    readonly message: Extract<Awaited<ReturnType<typeof email.receive>>[number], { kind: "message" }>;
    readonly files: readonly IncomingFile[];
  }[];
}

const mailOf = (
  playing: Playing,
  step: Extract<Step, { kind: "in" }>,
): { readonly bytes: Uint8Array; readonly messageId: string; readonly to: string } => {
  const { script, lastOut } = playing;
  const brand = demoBrands[script.brand];
  const messageId = `${step.atMs.toString(36)}.${script.key}.${playing.mails}@${script.customer.address.split("@")[1] ?? "post.example"}`;
  playing.mails += 1;
  const to = lastOut?.replyTo ?? brand.address;
  const re = script.client === "outlook" || script.client === "gmx" ? "AW" : "Re";
  const bytes = writeMail({
    from: script.customer,
    to: [{ name: brand.displayName, address: to }],
    cc: step.cc ?? [],
    subject:
      lastOut === null
        ? playing.mails === 1
          ? script.subject
          : `${re}: ${script.subject}`
        : `${re}: ${lastOut.subject.replace(/^Re: /, "")}`,
    text: step.text,
    ...(step.html === undefined ? {} : { html: step.html }),
    files: step.files ?? [],
    headers: step.headers ?? [],
    messageId,
    atMs: step.atMs - 4_000,
    client: script.client,
    ...(lastOut === null
      ? playing.references.length === 0
        ? {}
        : { inReplyTo: playing.references.at(-1) ?? "", references: playing.references }
      : {
          quoted: { head: quoteHead(brand.language, lastOut.atMs, lastOut.author), text: lastOut.text },
          inReplyTo: lastOut.messageId,
          references: [...playing.references, lastOut.messageId].slice(-12),
        }),
  });
  playing.references.push(...(lastOut === null ? [] : [lastOut.messageId]), messageId);
  return { bytes, messageId, to };
};

/** Stores and reads a mail as the intake does, ahead of its time. */
const readAhead = (stage: Stage, playing: Playing, step: Extract<Step, { kind: "in" }>): Promise<ReadMail> => {
  const { bytes, to } = mailOf(playing, step);
  const sender = playing.script.customer.address;
  const raw: Raw = {
    bytes,
    receivedAt: new Date(step.atMs).toISOString(),
    transport: {
      by: "smtp",
      remoteIp: step.remoteIp ?? "127.0.0.1",
      heloName: `mail.${sender.split("@")[1] ?? ""}`,
      mailFrom: sender,
      recipients: [to],
    },
  };
  const reading = stage.reader
    .read("email", raw, stage.channels[playing.script.brand].settings, new Date(step.atMs))
    .then(async (read) => {
      if ("unreadable" in read) throw new Error(`the demo world wrote a mail that cannot be read: ${read.detail}`);
      const messages = await Promise.all(
        read.inbound.flatMap((each) =>
          each.kind === "message"
            ? [
                Promise.all(
                  each.files.map(async (file) => ({
                    name: file.name,
                    inlineId: file.inlineId,
                    stored: await stage.world.files.put(file.bytes),
                  })),
                ).then((files) => ({ message: each, files })),
              ]
            : [],
        ),
      );
      return { raw, hash: hashOf(bytes), messages };
    });
  // Heard when its turn comes.
  reading.catch(() => {});
  return reading;
};

const takeIn = async (
  stage: Stage,
  playing: Playing,
  step: Extract<Step, { kind: "in" }>,
  mail: ReadMail | null,
): Promise<void> => {
  if (mail === null) throw new Error("a mail was not read ahead");
  const { world } = stage;
  const { script } = playing;
  const channel = stage.channels[script.brand];
  const id = world.newId() as IntakeId;
  const lease = world.newId();
  const providerId = `demo-${id}`;
  await insertIntake(world.db, {
    id,
    channelId: channel.id,
    providerId,
    rawHash: mail.hash,
    bytes: mail.raw.bytes,
    transport: mail.raw.transport,
    receivedAt: mail.raw.receivedAt,
    lease,
    leaseMs,
  });
  await world.db.transaction(async (tx) => {
    await finishIntake(
      tx,
      { id, channelId: channel.id, brandId: channel.brandId, lease },
      "done",
      null,
      mail.messages.map(({ message }) => message.providerId),
    );
    for (const { message, files } of mail.messages) {
      await receive(
        world,
        tx,
        { id: channel.id, kind: "email", brandId: channel.brandId },
        { intakeId: id, rawHash: mail.hash, receivedAt: mail.raw.receivedAt },
        message,
        files,
      );
    }
  });
  const into = await noteConcern(stage, playing);
  if (into === null) return;
  const isTheirs = step.remoteIp === undefined;
  if (isTheirs) await describe(stage, playing, into);
};

/** Notes into which concern went what was said last; gives the customer when it is the script's first. A closed concern may have been followed by a new one. */
const noteConcern = async (stage: Stage, playing: Playing): Promise<CustomerId | null> => {
  const { world } = stage;
  const { script } = playing;
  const into = await world.db.maybe<{ concernId: ConcernId; customerId: CustomerId }>(sql`
    SELECT concern_id AS "concernId", customer_id AS "customerId" FROM event WHERE kind = 'message.added' ORDER BY seq DESC LIMIT 1`);
  if (into === null) throw new Error(`what begins the demo's script ${script.key} was not let in`);
  const isFirst = playing.concernId === null;
  if (isFirst) stage.concerns.set(script.key, into.concernId);
  playing.concernId = into.concernId;
  stage.playings.set(into.concernId, playing);
  return isFirst ? into.customerId : null;
};

/** What the centre knows of the customer. */
const describe = async (stage: Stage, { script }: Playing, customerId: CustomerId): Promise<void> => {
  if (script.fields === undefined && script.organisation === undefined) return;
  const customer = sure(
    await changeCustomer(stage.world, agentOf(stage, "lena"), customerId, {
      ...(script.fields === undefined ? {} : { fields: script.fields }),
      ...(script.organisation === undefined ? {} : { organisation: script.organisation }),
    }),
    "customer",
  );
  await standIn(stage.world, customer, (key) => agentOf(stage, key).id);
};

const act = async (
  stage: Stage,
  playing: Playing,
  step: Exclude<Step, { kind: "in" | "say" | "introduce" }>,
): Promise<void> => {
  const { world } = stage;
  const { script } = playing;
  const id = playing.concernId;
  if (id === null) throw new Error("a script begins with a mail or in the chat");
  const who = agentOf(stage, step.by);
  const channelId = stage.channels[script.brand].id;
  if (step.kind === "out") {
    const scene = { stage, playing };
    const said = sure(
      await reply(world, who, {
        id,
        channelId: step.chat === undefined ? channelId : stage.chats[script.brand].id,
        to: [step.chat === undefined ? script.customer.address : await chatAddress(scene)],
        cc: [],
        text: step.text,
        ...(step.parts === undefined ? {} : { parts: step.parts }),
        html: null,
        uploads: [],
        sendAt: null,
        statusAfter: step.statusAfter,
        key: world.newId(),
        undoMs,
      }),
      "reply",
    );
    if (step.chat === undefined) stage.held.set(said.messageId, { playing, step });
    else playing.asked = askedBy(said.messageId, step.text, step.parts);
    if (step.chat === "here") await see(scene, id);
  } else if (step.kind === "note")
    sure(await note(world, who, { id, text: step.text, html: null, uploads: [], key: world.newId() }), "note");
  else if (step.kind === "draft")
    sure(
      await saveDraft(world, who, id, step.as, {
        channelId: step.as === "reply" ? channelId : null,
        to: step.as === "reply" ? [script.customer.address] : [],
        cc: [],
        text: step.text,
        html: null,
        uploads: [],
      }),
      "draft",
    );
  else if (step.kind === "follow") sure(await follow(world, who, id, who.id), "follow");
  else if (step.kind === "snooze") {
    sure(await snooze(world, who, { id, until: new Date(step.atMs + step.forMs).toISOString() }), "snooze");
    stage.walk.at(step.atMs + step.forMs, async () => void (await wakeSnoozed(world)));
  } else if (step.kind === "split") {
    const messages = await world.db.rows<{ id: MessageId }>(
      sql`SELECT id FROM message WHERE concern_id = ${id} ORDER BY seq DESC LIMIT ${step.last}`,
    );
    const only = messages.map((each) => each.id);
    sure(await split(world, who, { id, key: world.newId(), messages: { only }, subject: step.subject }), "split");
  } else if (step.kind === "merge") {
    const number = await numberOf(stage, script, step.into);
    const moved = sure(await move(world, who, { id, key: world.newId(), messages: null, number }), "merge");
    playing.concernId = moved.to.id;
  } else if (step.kind === "link") {
    const number = await numberOf(stage, script, step.to);
    sure(await link(world, who, { id, number, kind: step.as }), "link");
  } else {
    const topicId = step.topic === undefined ? undefined : (stage.topics.get(step.topic) ?? null);
    const assigneeId =
      step.assignee === undefined ? undefined : step.assignee === null ? null : agentOf(stage, step.assignee).id;
    const change = {
      ...step.change,
      ...(topicId === undefined ? {} : { topicId }),
      ...(assigneeId === undefined ? {} : { assigneeId }),
    };
    sure(await world.db.transaction((tx) => changeIn(world, tx, who, { id, change })), "change");
  }
};

/** The number of another script's concern. */
const numberOf = async (stage: Stage, script: Script, key: string): Promise<number> => {
  const other = stage.concerns.get(key);
  const row = other === undefined ? null : await rowById(stage.world.db, other);
  if (row === null) throw new Error(`the demo's script ${script.key} speaks of ${key}, which is not there yet`);
  return row.number;
};

/** What the dispatch does, but that no provider is asked: the past was sent already. `isAnswered`: what the customer writes next may answer it. */
const leave = async (stage: Stage, isAnswered = true): Promise<void> => {
  const { world } = stage;
  for (const claim of await claimDeliveries(world, { limit: 100, leaseMs })) {
    const held = stage.held.get(claim.messageId);
    const outbound = await outboundOf(world, claim);
    const playing = held?.playing ?? stage.playings.get(claim.concernId);
    if (playing === undefined || outbound === null) throw new Error("the demo's answer cannot leave");
    const brand = playing.script.brand;
    const call = email.render(outbound, stage.channels[brand].settings)[0];
    if (call === undefined || !(await rememberKeys(world, claim, call.keys)))
      throw new Error("the demo's answer was claimed twice");
    const result: DeliveryResult =
      held?.step.refused === undefined
        ? { kind: "accepted", providerId: null, detail: "250 2.0.0 queued", refused: [] }
        : { kind: "refused", ...held.step.refused };
    await recordDelivery(world, claim, result);
    if (!isAnswered) continue;
    const { mail } = call.payload as MailPayload;
    playing.lastOut = {
      subject: mail.subject,
      author: demoBrands[brand].displayName,
      atMs: held?.step.atMs ?? world.now().getTime(),
      text: outbound.text,
      messageId: mail.messageId.slice(1, -1),
      replyTo: mail.replyTo.address,
    };
    stage.held.delete(claim.messageId);
  }
};
