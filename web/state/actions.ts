// What an agent does to concerns, with the picture changed at once and a way back. Called by commands and pickers.
import { concerns } from "#contract/concern-endpoints.ts";
import type { Below, Change, ConcernRow, Message } from "#contract/concerns.ts";
import type { FieldValue } from "#contract/fields.ts";
import type { AgentId } from "#contract/ids.ts";
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
  takeOut,
  underway,
} from "#web/state/desk.ts";
import { composerOf, doneSending, holdSaving, putBack, settle } from "#web/state/drafts.ts";
import type { FieldLine } from "#web/state/fieldValues.ts";
import { problemWords, tellProblem, tellRefusal } from "#web/state/problems.ts";
import { offerBack, toast } from "#web/state/toasts.ts";
import { foldComposer, isOpen, setUi } from "#web/state/ui.ts";
import { t } from "#web/state/words.ts";
import { putBackWriting } from "#web/state/writing.ts";

/** Changes a concern: painted at once, put back if refused, with an undo. `said` are the words of the toast. */
export const change = async (id: string, wanted: Change, said: string): Promise<boolean> => {
  const row = deskState.get().rows[id];
  if (!row) return false;
  // What stands there, a change still under way included, is what the way back leads to.
  const before = { ...row, ...underway.get()[id] };
  const outcome = await offerBack(said, painted(row, wanted), () => void undoChange(before, wanted));
  if (!outcome.ok) tellProblem(outcome.problem);
  return outcome.ok;
};

/** Asks for a change and shows it meanwhile. */
const painted = async (row: ConcernRow, wanted: Change): Promise<Outcome<ConcernRow>> => {
  const { id } = row;
  underway.set((all) => ({ ...all, [id]: { ...all[id], ...visiblePart(row, wanted) } }));
  const outcome = await call(concerns.change, { params: { id }, body: wanted });
  underway.set(({ [id]: _done, ...rest }) => rest);
  if (outcome.ok) takeInRow(outcome.value);
  return outcome;
};

/** Sets or takes away a custom field of a concern, with an undo. Gives null when it is kept, else the problem. */
export const changeField = async (id: string, line: FieldLine, value: FieldValue | null): Promise<Problem | null> => {
  const put = async (wanted: FieldValue | null): Promise<Outcome<ConcernRow>> => {
    const outcome = await call(concerns.change, { params: { id }, body: { fields: { [line.key]: wanted } } });
    if (!outcome.ok) return outcome;
    takeInRow(outcome.value);
    takeInField(id, line.key, wanted);
    return outcome;
  };
  const outcome = await offerBack(t("done.field", { name: line.name }), put(value), () => tellRefusal(put(line.value)));
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

/** Hides a concern until a time or the customer's next message. */
export const snooze = async (id: string, until: Date, said: string): Promise<void> => {
  const before = deskState.get().rows[id];
  const work = call(concerns.snooze, { params: { id }, body: { until: until.toISOString() } });
  const outcome = await offerBack(said, work, () => void (before && undoChange(before, { status: "open" })));
  if (outcome.ok) takeInRow(outcome.value);
  else tellProblem(outcome.problem);
};

/** Follows a concern or stops following it. */
export const follow = async (id: string, agentId: AgentId, following: boolean): Promise<void> => {
  const outcome = await call(following ? concerns.follow : concerns.unfollow, { params: { id, agentId } });
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
  then: Then,
  time: { readonly at: Date; readonly hold: boolean } | null,
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
      statusAfter: then,
      key,
    },
  });
  doneSending(id, "reply", outcome);
  settleComposer(id, "reply", outcome);
  if (!outcome.ok) return outcome.problem;
  takeIn(outcome.value.concern, outcome.value.message);
  offerUndo(outcome.value.message, time === null ? undoSeconds : null);
  return null;
};

/** Shows the toast that counts down and takes the message back; without seconds it is for a message that waits for its time. */
export const offerUndo = (message: Message, undoSeconds: number | null): void => {
  const undo = (): void => void undoSend(message);
  if (undoSeconds === null) toast(t("composer.scheduled"), { undo });
  else toast(t("composer.sending"), { undo, seconds: undoSeconds, countdown: true });
};

/** Takes back a message that has not left: it stands in the composer again, or, when its concern began with it, where one writes first. */
export const undoSend = async (message: Message): Promise<void> => {
  // What is being written must be known there, so that the answer finds its place beside it.
  await settle(message.concernId, "reply");
  const outcome = await call(concerns.undoSend, { params: { id: message.id } });
  if (!outcome.ok) return tellProblem(outcome.problem);
  const { gone } = outcome.value;
  if (gone !== null) {
    if (!putBackWriting(outcome.value, gone.subject)) toast(t("composer.becameSecond"), { seconds: 10 });
    setUi({ goTo: "/new" });
    return takeOut(message.concernId);
  }
  takeInDraft(message.concernId, outcome.value.kind, outcome.value);
  if (putBack(outcome.value) === "second") toast(t("composer.becameSecond"), { seconds: 10 });
  await openConcern(message.concernId, true);
};

/** Folds the composer it was sent from, wherever the desk has gone since; whoever no longer sees that composer is told that it did not go. */
const settleComposer = (id: string, kind: ComposerKind, outcome: Outcome<unknown>): void => {
  if (outcome.ok) {
    if (isEmpty(composerOf(id, kind, undefined).get().content)) foldComposer(id, kind);
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

const undoChange = async (before: ConcernRow, wanted: Change): Promise<void> => {
  if (
    wanted.status !== undefined &&
    before.status === "snoozed" &&
    before.snoozedUntil !== null &&
    Date.parse(before.snoozedUntil) > Date.now()
  ) {
    const outcome = await call(concerns.snooze, { params: { id: before.id }, body: { until: before.snoozedUntil } });
    return outcome.ok ? takeInRow(outcome.value) : tellProblem(outcome.problem);
  }
  tellRefusal(painted(deskState.get().rows[before.id] ?? before, reversed(before, wanted)));
};

/** The change that puts back what a change touched. "new" and "snoozed" cannot be asked for: open is the nearest. */
const reversed = (before: ConcernRow, wanted: Change): Change => ({
  ...(wanted.status === undefined
    ? {}
    : { status: before.status === "new" || before.status === "snoozed" ? "open" : before.status }),
  ...(wanted.priority === undefined ? {} : { priority: before.priority }),
  ...(wanted.subject === undefined ? {} : { subject: before.subject }),
  ...(wanted.topicId === undefined ? {} : { topicId: before.topicId }),
  ...(wanted.assigneeId === undefined ? {} : { assigneeId: before.assigneeId }),
  ...(wanted.teamId === undefined ? {} : { teamId: before.teamId }),
  ...(wanted.tags === undefined ? {} : { tags: before.tags }),
  // Only what this change did to the tags is undone: colleagues may have added others since.
  ...(wanted.addTags === undefined ? {} : { removeTags: wanted.addTags.filter((tag) => !before.tags.includes(tag)) }),
  ...(wanted.removeTags === undefined ? {} : { addTags: wanted.removeTags.filter((tag) => before.tags.includes(tag)) }),
});
