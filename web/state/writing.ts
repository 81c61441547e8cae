// What is being written as a new concern. It stays on this machine until it is sent. Called by the screen that writes first, and by whoever takes
// a first message back.
import type { Draft } from "#contract/concerns.ts";
import { emptyComposing, fromDraft, isEmpty, nothingTyped } from "#web/state/composing.ts";
import type { Composing, Typed } from "#web/state/composing.ts";
import { deskState } from "#web/state/desk.ts";
import { createStore } from "#web/state/store.ts";

/** `key` makes a double send, or one tried again after a lost answer, one concern. */
export interface Writing extends Composing {
  readonly subject: string;
  readonly typed: Typed;
  readonly key: string;
}

const empty = (): Writing => ({ ...emptyComposing, subject: "", typed: nothingTyped, key: crypto.randomUUID() });
const backupName = (): string => `draht.new.${deskState.get().me ?? "nobody"}`;

export const writing = createStore<Writing>(empty());

/** Changes parts of what is being written. */
export const keepWriting = (part: Partial<Writing>): void => {
  writing.set((now) => ({ ...now, ...part }));
  localStorage.setItem(backupName(), JSON.stringify(writing.get()));
};

/** Brings back what was begun before. */
export const restoreWriting = (): void => {
  const text = localStorage.getItem(backupName());
  if (text !== null && isEmpty(writing.get())) writing.set({ ...empty(), ...(JSON.parse(text) as Partial<Writing>) });
};

/** Begins with nothing: it was sent, or thrown away. */
export const clearWriting = (): void => {
  localStorage.removeItem(backupName());
  writing.set(empty());
};

/** Puts a first message that was taken back here again, to be gone on with. */
export const putBackWriting = (draft: Draft, subject: string): void => keepWriting({ ...fromDraft(draft), subject });
