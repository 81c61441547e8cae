// What is being written as a new concern. It stays on this machine until it is sent. Called by the screen that writes first, and by whoever takes
// a first message back.
import type { Draft } from "#contract/concerns.ts";
import { emptyComposing, fromDraft, isEmpty, nothingTyped, sameContent } from "#web/state/composing.ts";
import type { Composing, Typed } from "#web/state/composing.ts";
import { forgetKept, keepHere, keptHere } from "#web/state/kept.ts";
import { signedInAs } from "#web/state/session.ts";
import { createStore } from "#web/state/store.ts";

/** `key` makes a double send, or one tried again after a lost answer, one concern. */
export interface Writing extends Composing {
  readonly subject: string;
  readonly typed: Typed;
  readonly key: string;
}

const empty = (): Writing => ({ ...emptyComposing, subject: "", typed: nothingTyped, key: crypto.randomUUID() });
const backupName = (): string => `draht.new.${signedInAs() ?? "nobody"}`;
const waitingName = (): string => `draht.newWaiting.${signedInAs() ?? "nobody"}`;

export const writing = createStore<Writing>(empty());
/** First messages that were taken back, or brought back, while another was being written; they wait beside it, the latest last. */
export const waitingWritings = createStore<readonly Writing[]>([]);
/** Rises when what is being written was replaced from outside, so that the editor takes it over. */
export const writingReplaced = createStore(0);

/** Whose the stores' content is: in one window several may sign in after each other. */
let owner: string | null = null;

/** True when something stands there that would be missed. */
export const isWritten = (now: Writing): boolean =>
  !isEmpty(now) ||
  now.subject.trim() !== "" ||
  [...now.to, ...now.cc, now.typed.to, now.typed.cc].some((address) => address.trim() !== "");

/** Changes parts of what is being written. */
export const keepWriting = (part: Partial<Writing>): void => {
  restoreWriting();
  writing.set((now) => ({ ...now, ...part }));
  keepHere(backupName(), writing.get());
};

/** Brings back what this agent has begun before; what another has begun in this window goes out of sight. */
export const restoreWriting = (): void => {
  const me = signedInAs();
  if (owner !== me) {
    owner = me;
    writing.set(empty());
    waitingWritings.set(keptHere<readonly Writing[]>(waitingName()) ?? []);
  }
  if (isWritten(writing.get())) return;
  const kept = keptHere<Partial<Writing>>(backupName());
  if (kept) writing.set({ ...empty(), ...kept });
};

/** It was sent: begins with nothing, unless it was gone on with meanwhile; that stands under a new key. */
export const doneWriting = (sent: Writing): void => {
  const now = writing.get();
  if (sameContent(now, sent) && now.subject === sent.subject) show(empty());
  else keepWriting({ key: crypto.randomUUID() });
};

/** Throws away what is being written; gives the way back. */
export const discardWriting = (): (() => void) => {
  const old = writing.get();
  show(empty());
  return () => void standBeside(old);
};

/** Puts a first message that was taken back here again, to be gone on with. False: another is being written, and it waits beside it. */
export const putBackWriting = (draft: Draft, subject: string): boolean =>
  standBeside({ ...empty(), ...fromDraft(draft), subject });

/** Goes on with a waiting message; what stands there waits in its place. */
export const takeWaiting = (one: Writing): void => {
  const standing = writing.get();
  keepWaiting(waitingWritings.get().flatMap((each) => (each !== one ? [each] : isWritten(standing) ? [standing] : [])));
  show(one);
};

/** Throws a waiting message away; gives the way back. */
export const discardWaiting = (one: Writing): (() => void) => {
  keepWaiting(waitingWritings.get().filter((each) => each !== one));
  return () => keepWaiting([...waitingWritings.get(), one]);
};

const standBeside = (one: Writing): boolean => {
  restoreWriting();
  const free = !isWritten(writing.get());
  if (free) show(one);
  else keepWaiting([...waitingWritings.get(), one]);
  return free;
};

const show = (one: Writing): void => {
  writing.set(one);
  if (isWritten(one)) keepHere(backupName(), one);
  else forgetKept(backupName());
  writingReplaced.set((count) => count + 1);
};

const keepWaiting = (all: readonly Writing[]): void => {
  waitingWritings.set(all);
  if (all.length > 0) keepHere(waitingName(), all);
  else forgetKept(waitingName());
};
