// A planned thread as the rows that receiving, answering, noting and changing it would leave behind. Pure but for the ids it is given.
// fill.test.ts holds it, column by column, to what the real actions write. Used by fill.ts.
import { codeWords } from "#modules/search/model-codes.ts";
import { searchable } from "#modules/search/model.ts";
import type { Actor } from "#contract/events.ts";
import type { Delivery } from "#contract/concerns.ts";
import type { InboundMessage } from "#contract/channel.ts";
import type { Step } from "#lib/corpus/threads.ts";
import { changes } from "#modules/concerns/actions-saving.ts";
import { blank } from "#modules/concerns/actions-send.ts";
import { linesOf, linesOfHtml } from "#modules/concerns/model-lines.ts";
import {
  emptyConcern,
  giveUpMs,
  rowOf,
  subjectFor,
  undoable,
  withChange,
  withMessage,
  withStatus,
  type ConcernState,
} from "#modules/concerns/model.ts";
import { foldedPart, leavingSubject, replySubject, signatureOf, wholeText } from "#modules/concerns/model-compose.ts";
import { replyToken } from "#modules/concerns/model-threading.ts";
import type { NewMessage, NewParty } from "#modules/concerns/store.ts";
import { nameFor } from "#modules/customers/model.ts";
import { arrivalOf } from "#bench/fill/arrival.ts";
import {
  concernRow,
  leaseMs,
  logged,
  messageRow,
  undoMs,
  type Centre,
  type FillAgent,
  type FillCustomer,
  type Filling,
  type Rows,
} from "#bench/fill/rows.ts";

const iso = (ms: number): string => new Date(ms).toISOString();
const asActor = (agent: FillAgent): Actor => ({ kind: "agent", id: agent.id, name: agent.name });
const systemActor: Actor = { kind: "system", id: null, name: "Draht" };
const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1);

/** Adds the rows of one thread; `customers` remembers who is known. */
export const addThread = (rows: Rows, centre: Centre, customers: Map<string, FillCustomer>, filling: Filling): void => {
  const { plan, startMs } = filling;
  let state: ConcernState | null = null;
  let party: NewParty | null = null;
  let token: string | null = null;
  /** Our last answer: what the customer's next mail answers. */
  let answers: { id: string; token: string; messageId: string; quoted: string } | null = null;
  let last: { id: string; at: string; text: string; authorName: string } | null = null;

  const say = (
    atMs: number,
    actor: Actor,
    entries: readonly {
      readonly kind: string;
      readonly brandId?: string | null;
      readonly concernId?: string | null;
      readonly customerId?: string | null;
      readonly data: unknown;
    }[],
  ): void => {
    for (const entry of entries)
      rows.event.push([
        iso(atMs),
        entry.kind,
        { json: actor },
        entry.brandId ?? null,
        entry.concernId ?? null,
        entry.customerId ?? null,
        { json: entry.data },
      ]);
  };
  const about = (of: ConcernState) => ({ brandId: of.brandId, concernId: of.id, customerId: of.customerId });

  const put = (
    actor: Actor,
    atMs: number,
    before: ConcernState | null,
    next: ConcernState,
    message: NewMessage,
    joined: readonly NewParty[],
    deliveries: readonly Delivery[],
    because: string | null,
    also: readonly { readonly kind: string; readonly data: unknown }[],
    versions: number,
  ): ConcernState => {
    const changed = before === null ? [] : changes(before, next, because);
    const version =
      before === null ? 1 : before.version + (changed.some((entry) => entry.kind === "concern.changed") ? 1 : 0);
    const saved: ConcernState = { ...next, number: filling.number, version };
    rows.message.push(messageRow(message, versions));
    rows.message_body.push([message.id, message.text, message.foldedText, message.html, message.rawHash]);
    message.files.forEach((file, position) =>
      rows.attachment.push([
        file.id,
        message.id,
        position,
        file.hash,
        file.name,
        file.mediaType,
        file.sizeBytes,
        file.inlineId,
        file.image,
      ]),
    );
    for (const key of message.keys) rows.reference.push([key, "email", message.id, message.concernId, false]);
    for (const each of joined)
      rows.party.push([
        each.id,
        saved.id,
        each.customerId,
        each.name,
        each.kind,
        each.norm,
        each.value,
        each.role,
        each.seesFrom,
      ]);
    rows.searched.push([
      message.id,
      saved.id,
      saved.brandId,
      message.at,
      searchable(`${message.subject ?? ""}\n${message.text}`),
      saved.language,
      codeWords(`${message.subject ?? ""}\n${message.text}`),
    ]);
    say(atMs, actor, [
      ...(before === null
        ? [{ ...about(saved), kind: "concern.created", data: { row: rowOf(saved) } }]
        : changes(before, saved, because)),
      ...joined.map(({ norm: _norm, ...rest }) => ({
        ...about(saved),
        kind: "concern.partyJoined",
        data: { party: rest },
      })),
      {
        ...about(saved),
        kind: "message.added",
        data: { message: logged(message, deliveries) },
      },
      ...also.map((entry) => ({ ...about(saved), ...entry })),
    ]);
    return saved;
  };

  const takeIn = (step: Extract<Step, { kind: "in" }>, index: number, atMs: number): void => {
    const at = iso(atMs);
    const messageId = `${index}.${filling.number.toString(36)}@${domainOf(plan.customer.address)}`;
    const mail = arrivalOf({
      customer: plan.customer,
      client: plan.client,
      subject: plan.subject,
      text: step.text,
      files: step.files,
      messageId,
      atMs,
      answers,
      to: { name: centre.brand.name, address: centre.channel.address },
    });
    const intakeId = centre.newId(atMs);
    const rawHash = centre.hashOf(new TextEncoder().encode(messageId));
    rows.intake.push([
      intakeId,
      centre.channel.id,
      messageId,
      rawHash,
      {
        json: {
          by: "smtp",
          remoteIp: "198.51.100.7",
          mailFrom: plan.customer.address,
          recipients: [centre.channel.address],
        },
      },
      at,
      "done",
    ]);
    rows.intake_item.push([centre.brand.id, centre.channel.id, mail.providerId, intakeId]);
    const customer = customerOf(mail, atMs);
    customer.lastInMs = atMs;
    const actor: Actor = { kind: "customer", id: customer.id, name: customer.name };
    const fresh =
      state ??
      emptyConcern({
        id: centre.newId(atMs) as never,
        brandId: centre.brand.id as never,
        subject: subjectFor(mail.subject, mail.text),
        customerId: customer.id as never,
        customerName: customer.name,
        tierId: null,
        language: mail.language,
        at,
        status: "new",
      });
    const seq = fresh.lastSeq + 1;
    const message: NewMessage = {
      ...blank(fresh, centre.newId(atMs) as never, seq, at),
      direction: "in",
      author: { kind: "customer", id: customer.id, name: mail.from.name ?? customer.name },
      channelKind: "email",
      channelId: centre.channel.id as never,
      from: mail.from,
      to: mail.to,
      cc: mail.cc,
      replyTo: null,
      subject: mail.subject,
      text: mail.text,
      foldedText: mail.foldedText,
      html: mail.html,
      htmlLines: mail.html === null ? 0 : linesOfHtml(mail.html),
      assurance: mail.assurance,
      verdicts: mail.verdicts,
      intakeId,
      rawHash,
      answersId: answers === null ? null : answers.id,
      files: mail.files.map((file) => ({
        id: centre.newId(atMs),
        hash: centre.hashOf(file.bytes),
        name: file.name,
        mediaType: file.claimedType,
        sizeBytes: file.bytes.byteLength,
        inlineId: file.inlineId,
        image: file.claimedType === "image/png",
      })),
      keys: mail.thread.own,
    };
    const after = withMessage(fresh, {
      direction: "in",
      at,
      text: mail.text,
      subject: mail.subject,
      channelKind: "email",
      automatic: false,
    });
    const joining: NewParty[] =
      state === null
        ? [
            {
              id: centre.newId(atMs) as never,
              customerId: customer.id as never,
              name: mail.from.name ?? customer.name,
              kind: "email",
              norm: plan.customer.address,
              value: mail.from.value,
              role: "requester",
              seesFrom: 1,
            },
          ]
        : [];
    party ??= joining[0] ?? null;
    state = put(
      actor,
      atMs,
      state,
      after,
      message,
      joining,
      [],
      state !== null && state.status !== after.status ? "customerAnswered" : null,
      [],
      1,
    );
    last = { id: message.id, at, text: mail.text, authorName: message.author.name };
  };

  const customerOf = (mail: InboundMessage, atMs: number): FillCustomer => {
    const known = customers.get(plan.customer.address);
    if (known) return known;
    const made: FillCustomer = {
      id: centre.newId(atMs),
      name: nameFor(mail.from.name, mail.from.value),
      lastInMs: 0,
      lastOutMs: 0,
    };
    customers.set(plan.customer.address, made);
    rows.customer.push([made.id, made.name, mail.language, iso(atMs), [centre.brand.id]]);
    say(atMs, { kind: "customer", id: null, name: mail.from.name ?? mail.from.value }, [
      { kind: "customer.created", brandId: centre.brand.id, customerId: made.id, data: { customerId: made.id } },
    ]);
    return made;
  };

  const answer = (step: Extract<Step, { kind: "out" }>, atMs: number, agent: FillAgent, isLast: boolean): void => {
    if (state === null || party === null || last === null) return;
    const before = state;
    const at = iso(atMs);
    const signature = signatureOf({ name: agent.name, signature: "" }, centre.brand);
    const message: NewMessage = {
      ...blank(before, centre.newId(atMs) as never, before.lastSeq + 1, at),
      direction: "out",
      author: { kind: "agent", id: agent.id, name: agent.name },
      channelKind: "email",
      channelId: centre.channel.id as never,
      from: { name: centre.brand.name, value: centre.channel.address },
      to: [{ name: party.name, value: party.norm }],
      subject: replySubject(before.subject),
      text: step.text,
      foldedText: foldedPart(
        signature,
        { authorName: last.authorName, at: last.at, text: last.text },
        centre.brand.language,
      ),
      htmlLines: linesOf(step.text),
      answersId: last.id,
      clientKey: centre.newId(atMs),
    };
    const answered = withMessage(before, {
      direction: "out",
      at,
      text: step.text,
      subject: message.subject,
      channelKind: "email",
      automatic: false,
    });
    const after = withStatus(answered, step.isQuestion || !isLast ? "waiting" : "resolved", at);
    const held = { at, state: "held" as const, detail: "" };
    const sendMs = atMs + undoMs;
    const delivery = { id: centre.newId(atMs), recipient: party.norm, code: null, reason: null, detail: "" };
    const shown = (more: Partial<Delivery>): Delivery =>
      ({ ...delivery, state: "held", attempts: 0, nextTryAt: iso(sendMs), history: [held], ...more }) as Delivery;
    const saved = put(
      asActor(agent),
      atMs,
      before,
      after,
      { ...message, undo: { before: undoable(before), after: undoable(after), uploads: [] } },
      [],
      [shown({})],
      null,
      [],
      3,
    );
    // Ten seconds later it leaves.
    const deliveryToken = centre.newToken();
    const sentAt = iso(sendMs);
    const sending = [held, { at: sentAt, state: "sending" as const, detail: "" }];
    const sent = [...sending, { at: sentAt, state: "sent" as const, detail: "250 2.0.0 queued" }];
    const ourId = `dt-${centre.mac("message", message.id).slice(0, 26)}.${filling.number}@${domainOf(centre.channel.address)}`;
    const common = { brandId: saved.brandId, concernId: saved.id };
    say(sendMs, systemActor, [
      {
        ...common,
        kind: "delivery.changed",
        data: {
          messageId: message.id,
          deliveryId: delivery.id,
          delivery: shown({ state: "sending", attempts: 1, nextTryAt: null, history: sending }),
          version: 2,
        },
      },
    ]);
    say(sendMs, systemActor, [
      {
        ...common,
        kind: "delivery.changed",
        data: {
          messageId: message.id,
          deliveryId: delivery.id,
          delivery: shown({ state: "sent", attempts: 1, nextTryAt: null, detail: "250 2.0.0 queued", history: sent }),
          version: 3,
        },
      },
    ]);
    rows.delivery.push([
      delivery.id,
      message.id,
      centre.channel.id,
      party.norm,
      deliveryToken,
      "sent",
      1,
      iso(sendMs + giveUpMs),
      centre.newId(sendMs),
      iso(sendMs + leaseMs),
      sentAt,
      "250 2.0.0 queued",
      { json: sent },
    ]);
    if (token === null) {
      token = centre.newToken();
      rows.reply_token.push([token, saved.id, party.id, sentAt]);
    }
    rows.reference.push([`mid:${ourId}`, "email", message.id, saved.id, true]);
    const customer = customers.get(plan.customer.address);
    if (customer) customer.lastOutMs = sendMs;
    answers = {
      id: message.id,
      token: replyToken(centre.mac, token, saved.id, party.id),
      messageId: ourId,
      quoted:
        `${leavingSubject(message.subject ?? "", filling.number)}\n${wholeText(message.text, message.foldedText)}`.trimEnd(),
    };
    state = saved;
  };

  const putNote = (step: Extract<Step, { kind: "note" }>, atMs: number, agent: FillAgent): void => {
    if (state === null) return;
    const at = iso(atMs);
    const mentioned = centre.agents.filter((each) => step.text.includes(`@${each.handle}`));
    const id = centre.newId(atMs);
    const message: NewMessage = {
      ...blank(state, id as never, state.lastSeq + 1, at),
      author: { kind: "agent", id: agent.id, name: agent.name },
      text: step.text,
      htmlLines: linesOf(step.text),
      mentions: mentioned.map((each) => each.id) as never,
      clientKey: centre.newId(atMs),
    };
    const after = withMessage(state, {
      direction: "note",
      at,
      text: step.text,
      subject: null,
      channelKind: null,
      automatic: false,
    });
    state = put(
      asActor(agent),
      atMs,
      state,
      after,
      message,
      [],
      [],
      null,
      mentioned.map((each) => ({ kind: "agent.mentioned", data: { agentId: each.id, messageId: id } })),
      1,
    );
  };

  const change = (wanted: Parameters<typeof withChange>[1], atMs: number, agent: FillAgent): void => {
    if (state === null) return;
    const after = withChange(state, wanted, filling.topic?.teamId as never, iso(atMs));
    const said = changes(state, after, null);
    say(atMs, asActor(agent), said);
    if (said.some((entry) => entry.kind === "concern.changed")) state = { ...after, version: state.version + 1 };
  };

  const agentAt = (place: number): FillAgent => {
    const agent = centre.agents[place % centre.agents.length];
    if (!agent) throw new Error("the centre has no agents");
    return agent;
  };
  const held = plan.steps.find((step) => step.kind !== "in");
  const holder = agentAt(held?.agent ?? filling.number);
  const steps = plan.steps.filter((step) => startMs + step.afterMs + undoMs <= filling.endMs);
  let lastMs = startMs;
  steps.forEach((step, index) => {
    const atMs = startMs + step.afterMs;
    // Somebody takes it up before the first answer or note.
    if (step === held)
      change(
        {
          status: "open",
          ...(filling.topic === null ? {} : { topicId: filling.topic.id as never }),
          assigneeId: holder.id as never,
          priority: filling.priority,
          tags: [...filling.tags],
        },
        atMs - 1,
        holder,
      );
    if (step.kind === "in") takeIn(step, index, atMs);
    else if (step.kind === "out")
      answer(step, atMs, agentAt(step.agent), index === plan.steps.length - 1 && plan.isSettled);
    else putNote(step, atMs, agentAt(step.agent));
    lastMs = atMs;
  });
  if (filling.resolvedAfterMs !== null && lastMs + filling.resolvedAfterMs <= filling.endMs)
    change({ status: "resolved" }, lastMs + filling.resolvedAfterMs, holder);
  const done = state as ConcernState | null;
  if (done === null) return;
  rows.concern.push(concernRow(done, filling.number));
};
