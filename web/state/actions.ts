// What an agent does to concerns, with the picture changed at once and a way back. Called by commands and pickers.
import { concerns } from "#contract/concern-endpoints.ts";
import type { Below, Change, ConcernRow, DecidedChange, Message } from "#contract/concerns.ts";
import type { Result } from "#contract/endpoint.ts";
import type { FieldValue } from "#contract/fields.ts";
import type { AgentId } from "#contract/ids.ts";
import type { GivenPart } from "#contract/parts.ts";
import { call } from "#web/state/client.ts";
import type { Outcome, Problem } from "#web/state/client.ts";
import { isEmpty } from "#web/state/composing.ts";
import type { ComposerKind, Composing } from "#web/state/composing.ts";
import {
  deskState,
  openConcern,
  takeIn,
  takeInDraft,
  takeInField,
  takeInRow,
  takeInRows,
  takeOut,
  underway,
} from "#web/state/desk.ts";
import { composerOf, doneSending, holdSaving, putBack, settle } from "#web/state/drafts.ts";
import type { FieldLine } from "#web/state/fieldValues.ts";
import { problemWords, tellProblem, tellRefusal } from "#web/state/problems.ts";
import { dismissAbout, offerBack, toast } from "#web/state/toasts.ts";
import { session } from "#web/state/session.ts";
import { compose, foldComposer, isOpen, returnTo, setUi, ui } from "#web/state/ui.ts";
import { t } from "#web/state/words.ts";
import { putBackWriting } from "#web/state/writing.ts";

/**
 * Changes a concern: painted at once, put back if refused, with an undo. `said` are the words of the toast. With `leaves` the agent is done with
 * it: the desk goes on to the next one, and back to this one with the undo.
 */
export const change = async (id: string, wanted: Change, said: string, leaves = false): Promise<boolean> => {
  const row = deskState.get().rows[id];
  if (!row) return false;
  // What stands there, a change still under way included, is what the change was decided on.
  const before = { ...row, ...underway.get()[id] };
  const key = crypto.randomUUID();
  const work = painted(row, { ...wanted, ...decidedOn(before, wanted), key });
  const back = wanted.subject === undefined ? () => takeBack(key) : () => putSubjectBack(id, before.subject, wanted);
  if (leaves) leave(id);
  const outcome = await offerBack(said, work, () => {
    void back();
    if (leaves) returnTo(row.number);
  });
  if (!outcome.ok) tellProblem(outcome.problem);
  return outcome.ok;
};

/** What stood there when it was decided, as far as a colleague who was faster must not be overwritten. */
const decidedOn = (before: ConcernRow, { assigneeId, subject }: Change): Pick<DecidedChange, "was"> =>
  assigneeId === undefined && subject === undefined
    ? {}
    : {
        was: {
          ...(assigneeId === undefined ? {} : { assigneeId: before.assigneeId }),
          ...(subject === undefined ? {} : { subject: before.subject }),
        },
      };

/** Asks for a change and shows it meanwhile. */
const painted = async (row: ConcernRow, wanted: DecidedChange): Promise<Outcome<ConcernRow>> => {
  const { id } = row;
  const { key: _key, was: _was, ...visible } = wanted;
  underway.set((all) => ({ ...all, [id]: { ...all[id], ...visiblePart(row, visible) } }));
  const outcome = await call(concerns.change, { params: { id }, body: wanted });
  underway.set(({ [id]: _done, ...rest }) => rest);
  if (outcome.ok) takeInRow(outcome.value);
  return outcome;
};

/** Takes back what was done under a key, but for what others changed since. */
const takeBack = async (key: string): Promise<void> => {
  const outcome = await call(concerns.undoMany, { params: { key } });
  if (!outcome.ok) return tellProblem(outcome.problem);
  takeInRows(outcome.value.changed);
  for (const { code, facts } of outcome.value.refused) tellProblem({ code, facts, field: null, requestId: "" });
};

/** The old subject again, unless somebody has given it another one since. */
const putSubjectBack = async (id: string, subject: string, { subject: mine }: Change): Promise<void> => {
  const row = deskState.get().rows[id];
  if (row && mine !== undefined) tellRefusal(painted(row, { subject, was: { subject: mine } }));
};

/** The agent is done with this concern: unless they want to stay, the list goes on to the next one. */
export const leave = (id: string): void => {
  const now = session.get();
  if (now.kind === "signedIn" && now.me.preferences.afterwards === "next") setUi({ leaving: id });
};

/** Sets or takes away a custom field of a concern, with an undo that leaves what somebody else set since. Gives null when it is kept, else the problem. */
export const changeField = async (id: string, line: FieldLine, value: FieldValue | null): Promise<Problem | null> => {
  const put = async (wanted: FieldValue | null, was?: FieldValue | null): Promise<Outcome<ConcernRow>> => {
    const body = {
      fields: { [line.key]: wanted },
      ...(was === undefined ? {} : { was: { fields: { [line.key]: was } } }),
    };
    const outcome = await call(concerns.change, { params: { id }, body });
    if (!outcome.ok) return outcome;
    takeInRow(outcome.value);
    takeInField(id, line.key, wanted);
    return outcome;
  };
  const outcome = await offerBack(t("done.field", { name: line.name }), put(value), () =>
    tellRefusal(put(line.value, value)),
  );
  return outcome.ok ? null : outcome.problem;
};

/** What of a change shows on the row before the server has answered. */
export const visiblePart = (row: ConcernRow, wanted: Change): Partial<ConcernRow> => {
  const { fields: _fields, tags, addTags = [], removeTags = [], ...rest } = wanted;
  const touchesTags = tags !== undefined || addTags.length > 0 || removeTags.length > 0;
  return {
    ...(rest as Partial<ConcernRow>),
    ...(touchesTags
      ? { tags: [...new Set([...(tags ?? row.tags).filter((tag) => !removeTags.includes(tag)), ...addTags])] }
      : {}),
  };
};

/** Hides a concern until a time or the customer's next message; the desk goes on to the next one. */
export const snooze = async (id: string, until: Date, said: string): Promise<void> => {
  const key = crypto.randomUUID();
  const number = deskState.get().rows[id]?.number;
  const work = call(concerns.snooze, { params: { id }, body: { until: until.toISOString(), key } });
  const outcome = await offerBack(said, work, () => {
    void takeBack(key);
    if (number !== undefined) returnTo(number);
  });
  if (!outcome.ok) return tellProblem(outcome.problem);
  takeInRow(outcome.value);
  leave(id);
};

/** Follows a concern or stops following it, with an undo. */
export const follow = async (id: string, agentId: AgentId, following: boolean): Promise<void> => {
  const put = (wanted: boolean): Promise<Outcome<unknown>> =>
    call(wanted ? concerns.follow : concerns.unfollow, { params: { id, agentId } });
  const said = t(following ? "done.followed" : "done.unfollowed");
  const outcome = await offerBack(said, put(following), () => tellRefusal(put(!following)));
  if (!outcome.ok) tellProblem(outcome.problem);
};

/** Notes that the agent has seen a failed delivery. */
export const seenFailure = async (id: string): Promise<void> => {
  const outcome = await call(concerns.seenFailure, { params: { id } });
  if (outcome.ok) takeInRow(outcome.value);
};

/** What "send and …" means. */
export type Then = "open" | "waiting" | "resolved";

/** Sends a reply; it is held for the undo time. Gives null when it is on its way, else the problem. */
export const sendReply = async (
  id: string,
  content: Composing,
  key: string,
  {
    status,
    time,
    isTalk,
  }: {
    readonly status: Then;
    readonly time: { readonly at: Date; readonly hold: boolean } | null;
    /** The composer stays open for the next sentence. */
    readonly isTalk: boolean;
  },
  below: Below,
  undoSeconds: number,
): Promise<Problem | null> => {
  if (content.channelId === null) return { code: "unknownChannel", facts: {}, field: "channelId", requestId: "" };
  await holdSaving(id, "reply");
  const outcome = await call(concerns.reply, {
    params: { id },
    body: {
      channelId: content.channelId,
      to: [...content.to],
      cc: [...content.cc],
      text: content.text,
      html: content.html,
      uploads: content.uploads.map((one) => one.uploadId),
      sendAt: time?.at.toISOString() ?? null,
      below,
      ...(time ? { holdIfAnswered: time.hold } : {}),
      statusAfter: status,
      key,
    },
  });
  doneSending(id, "reply", outcome);
  settleComposer(id, "reply", outcome, isTalk);
  if (!outcome.ok) return outcome.problem;
  takeIn(outcome.value.concern, outcome.value.message);
  if (time === null && status === "resolved") leave(id);
  // What has arrived by being said (a chat) stands in the thread, and nothing takes it back.
  const { message } = outcome.value;
  if (time !== null || message.deliveries.some((delivery) => delivery.state === "held"))
    offerUndo(message, time === null ? undoSeconds : null);
  return null;
};

/** Sends a part (choices, a form, an article) by itself, to the same people as the answer; what is being written stays. Gives what was wrong, null: it is sent. */
export const sendPart = async (
  id: string,
  { channelId, to, cc }: Pick<Composing, "channelId" | "to" | "cc">,
  part: GivenPart,
): Promise<Problem | null> => {
  if (channelId === null) return { code: "unknownChannel", facts: {}, field: "channelId", requestId: "" };
  const outcome = await call(concerns.reply, {
    params: { id },
    body: {
      channelId,
      to: [...to],
      cc: [...cc],
      text: "",
      html: null,
      uploads: [],
      parts: [part],
      sendAt: null,
      // A question waits for its answer.
      statusAfter: "waiting",
      key: crypto.randomUUID(),
    },
  });
  if (!outcome.ok) return outcome.problem;
  takeIn(outcome.value.concern, outcome.value.message);
  return null;
};

/** Shows the toast that counts down and takes the message back; without seconds it is for a message that waits for its time. */
export const offerUndo = (message: Message, undoSeconds: number | null): void => {
  const undo = (): void => void undoSend(message);
  const about = message.id;
  if (undoSeconds === null) toast(t("composer.scheduled"), { undo, about });
  else toast(t("composer.sending"), { undo, about, seconds: undoSeconds, countdown: true });
};

/** Takes back a message that has not left: it stands in the composer again, or, when its concern began with it, where one writes first. */
export const undoSend = async (message: Message): Promise<void> => {
  // What is being written must be known there, so that the answer finds its place beside it.
  await settle(message.concernId, "reply");
  const outcome = await call(concerns.undoSend, { params: { id: message.id } });
  if (!outcome.ok) return tellProblem(outcome.problem);
  dismissAbout(message.id);
  const { gone } = outcome.value;
  if (gone !== null) {
    if (!putBackWriting(outcome.value, gone.subject)) toast(t("composer.becameSecond"), { seconds: 10 });
    setUi({ goTo: "/new" });
    return takeOut(message.concernId);
  }
  takeInDraft(message.concernId, outcome.value.kind, outcome.value);
  if (putBack(outcome.value) === "second") toast(t("composer.becameSecond"), { seconds: 10 });
  await openConcern(message.concernId, true);
  const number = deskState.get().rows[message.concernId]?.number;
  // Whoever writes elsewhere by now is left there.
  if (number !== undefined && ui.get().composer === null) returnTo(number);
};

/** Folds the composer it was sent from, wherever the desk has gone since; whoever no longer sees that composer is told that it did not go. */
const settleComposer = (id: string, kind: ComposerKind, outcome: Outcome<unknown>, isTalk = false): void => {
  if (outcome.ok) {
    if (isTalk) {
      if (isOpen(id, kind)) compose(kind);
    } else if (isEmpty(composerOf(id, kind, undefined).get().content)) foldComposer(id, kind);
  } else if (!isOpen(id, kind)) tellNotSent(deskState.get().rows[id]?.subject ?? "", outcome.problem);
};

/** Says that a message did not go, to somebody who is elsewhere by now; it stays until it is taken away. */
export const tellNotSent = (subject: string, problem: Problem): void =>
  void toast(t("composer.notSent", { subject, why: problemWords(problem) }), { tone: "failed", seconds: 3_600 });

/** Sends a held message now, or tries a failed one again. */
export const sendNow = async (message: Message): Promise<void> => {
  const outcome = await call(concerns.sendNow, { params: { id: message.id } });
  if (!outcome.ok) return tellProblem(outcome.problem);
  const row = deskState.get().rows[message.concernId];
  if (row) takeIn(row, outcome.value);
};

export type Shown = Result<typeof concerns.showSecret>;

/** What is covered in a message, or where something of it lies as it came; null: refused, which is said. */
export const showSecret = async (
  id: Message["id"],
  wanted: { readonly what: "text" | "original" } | { readonly what: "file"; readonly fileId: string },
): Promise<Shown | null> => {
  const outcome = await call(concerns.showSecret, { params: { id }, body: wanted });
  if (outcome.ok) return outcome.value;
  tellProblem(outcome.problem);
  return null;
};

/** Gives a scheduled message another time. */
export const reschedule = async (message: Message, at: Date, hold: boolean): Promise<void> => {
  const outcome = await call(concerns.reschedule, {
    params: { id: message.id },
    body: { sendAt: at.toISOString(), holdIfAnswered: hold },
  });
  if (!outcome.ok) return tellProblem(outcome.problem);
  const row = deskState.get().rows[message.concernId];
  if (row) takeIn(row, outcome.value);
};

/** Keeps a note. Gives null when it is there, else the problem. */
export const sendNote = async (id: string, content: Composing, key: string): Promise<Problem | null> => {
  await holdSaving(id, "note");
  const outcome = await call(concerns.note, {
    params: { id },
    body: { text: content.text, html: content.html, uploads: content.uploads.map((one) => one.uploadId), key },
  });
  doneSending(id, "note", outcome);
  settleComposer(id, "note", outcome);
  if (!outcome.ok) return outcome.problem;
  takeIn(outcome.value.concern, outcome.value.message);
  return null;
};
