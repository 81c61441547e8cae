// What stands in the composers, kept so that it never vanishes: on this machine with every key, on the server after a
// short rest. Called by the composer and by the actions that send.
import { concerns } from "#contract/concern-endpoints.ts";
import type { Draft } from "#contract/concerns.ts";
import { call, type Outcome } from "#web/state/client.ts";
import {
  emptyComposing,
  fromDraft,
  isEmpty,
  nothingTyped,
  sameContent,
  startingContent,
} from "#web/state/composing.ts";
import type { Backup, Composing, DraftKind, Typed } from "#web/state/composing.ts";
import { deskState, takeInDraft } from "#web/state/desk.ts";
import { createStore } from "#web/state/store.ts";
import type { Store } from "#web/state/store.ts";

/** One composer. "untouched": nothing typed yet; "unsaved": only on this machine so far. `key` makes a double send one. */
export interface ComposerState {
  readonly content: Composing;
  /** Recipients begun and not finished; on this machine only. */
  readonly typed: Typed;
  readonly saving: "untouched" | "unsaved" | "saving" | "saved" | "failed";
  readonly key: string;
  /** Rises when the content was replaced from outside, so that the editor takes it over. */
  readonly replaced: number;
  readonly sending: boolean;
}

const restMs = 800;
const retryMs = 5_000;
const composers = new Map<string, Store<ComposerState>>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const inFlight = new Map<string, Promise<void>>();

const nameOf = (concernId: string, kind: DraftKind): string =>
  `draht.draft.${deskState.get().me ?? "nobody"}.${concernId}.${kind}`;

/** The composer of a concern, begun from the newer of the copy on this machine and the server's draft. */
export const composerOf = (concernId: string, kind: DraftKind, draft: Draft | undefined): Store<ComposerState> => {
  const name = nameOf(concernId, kind);
  const known = composers.get(name);
  if (known) return known;
  const backup = readBackup(name);
  const start = startingContent(draft, backup);
  const unsaved = start !== null && start === backup?.content;
  const made = createStore<ComposerState>({
    content: start ?? emptyComposing,
    typed: backup?.typed ?? nothingTyped,
    saving: start === null ? "untouched" : unsaved ? "unsaved" : "saved",
    key: crypto.randomUUID(),
    replaced: 0,
    sending: false,
  });
  composers.set(name, made);
  if (unsaved) saveSoon(concernId, kind, 0);
  return made;
};

/** Changes what stands in a composer; kept on this machine before this returns. */
export const edit = (concernId: string, kind: DraftKind, part: Partial<Composing>): void => {
  const store = composerOf(concernId, kind, undefined);
  const content = { ...store.get().content, ...part };
  if (sameContent(content, store.get().content)) return;
  store.set((now) => ({ ...now, content, saving: "unsaved" }));
  writeBackup(nameOf(concernId, kind), {
    content,
    typed: store.get().typed,
    changedAt: Date.now(),
    saved: false,
  });
  saveSoon(concernId, kind, restMs);
};

/** Keeps what was begun in a field of the recipients. */
export const keepTyped = (concernId: string, kind: DraftKind, part: Partial<Typed>): void => {
  const store = composerOf(concernId, kind, undefined);
  store.set((now) => ({ ...now, typed: { ...now.typed, ...part } }));
  const { content, typed, saving } = store.get();
  writeBackup(nameOf(concernId, kind), { content, typed, changedAt: Date.now(), saved: saving === "saved" });
};

/** Takes over a draft that came from elsewhere (another window, an undone send), unless something unsaved stands here. */
export const adopt = (concernId: string, kind: DraftKind, draft: Draft | undefined): void => {
  const store = composers.get(nameOf(concernId, kind));
  if (!store) return;
  const { saving, content, sending } = store.get();
  if (saving === "unsaved" || saving === "saving" || saving === "failed" || sending) return;
  if (!draft && saving === "untouched") return;
  const next = draft ? fromDraft(draft) : emptyComposing;
  if (sameContent(next, content)) return;
  store.set((now) => ({ ...now, content: next, saving: draft ? "saved" : "untouched", replaced: now.replaced + 1 }));
};

/** Puts content into a composer as if it had been typed (an undone send). */
export const putBack = (draft: Draft): void => {
  const store = composerOf(draft.concernId, draft.kind, undefined);
  store.set((now) => ({ ...now, content: fromDraft(draft), saving: "saved", replaced: now.replaced + 1 }));
};

/** Waits until no save is under way and none will follow: nothing may arrive after the message it became. */
export const holdSaving = async (concernId: string, kind: DraftKind): Promise<void> => {
  const name = nameOf(concernId, kind);
  stopTimer(name);
  composers.get(name)?.set((now) => ({ ...now, sending: true }));
  await inFlight.get(name);
};

/** The message was sent, or not: empties the composer, or goes on keeping the draft, under a new key when an earlier version was sent. */
export const doneSending = (concernId: string, kind: DraftKind, outcome: Outcome<unknown>): void => {
  const name = nameOf(concernId, kind);
  const store = composers.get(name);
  if (!store) return;
  if (outcome.ok) {
    localStorage.removeItem(name);
    store.set((now) => ({
      content: emptyComposing,
      typed: nothingTyped,
      saving: "untouched",
      key: crypto.randomUUID(),
      replaced: now.replaced + 1,
      sending: false,
    }));
    takeInDraft(concernId, kind, null);
  } else {
    const key = outcome.problem.code === "sentBefore" ? crypto.randomUUID() : store.get().key;
    store.set((now) => ({ ...now, key, sending: false }));
    if (store.get().saving === "unsaved") saveSoon(concernId, kind, restMs);
  }
};

/** Throws away what stands in a composer; gives the content back for an undo. */
export const discard = (concernId: string, kind: DraftKind): Composing => {
  const store = composerOf(concernId, kind, undefined);
  const { content } = store.get();
  edit(concernId, kind, { ...emptyComposing });
  store.set((now) => ({ ...now, replaced: now.replaced + 1 }));
  return content;
};

/** Tries again to save what could not be saved; called when the link is back. */
export const saveAll = (): void => {
  for (const [name, store] of composers) {
    const [, , , concernId = "", kind = ""] = name.split(".");
    if (store.get().saving === "failed" || store.get().saving === "unsaved")
      saveSoon(concernId, kind === "note" ? "note" : "reply", 0);
  }
};

const saveSoon = (concernId: string, kind: DraftKind, delayMs: number): void => {
  const name = nameOf(concernId, kind);
  stopTimer(name);
  timers.set(
    name,
    setTimeout(() => void save(concernId, kind), delayMs),
  );
};

const stopTimer = (name: string): void => {
  clearTimeout(timers.get(name));
  timers.delete(name);
};

const save = async (concernId: string, kind: DraftKind): Promise<void> => {
  const name = nameOf(concernId, kind);
  const store = composers.get(name);
  if (!store || store.get().sending) return;
  await inFlight.get(name);
  const { content } = store.get();
  store.set((now) => ({ ...now, saving: "saving" }));
  const run = put(concernId, kind, content).then((outcome) => {
    const saved = outcome.ok;
    inFlight.delete(name);
    const unchanged = sameContent(store.get().content, content);
    store.set((now) => ({
      ...now,
      saving: !saved ? "failed" : unchanged ? (isEmpty(content) ? "untouched" : "saved") : "unsaved",
    }));
    if (saved && unchanged && isEmpty(content)) localStorage.removeItem(name);
    else if (saved && unchanged)
      writeBackup(name, { content, typed: store.get().typed, changedAt: Date.now(), saved: true });
    // The event that tells of it names its files only; here they are.
    if (outcome.ok) takeInDraft(concernId, kind, outcome.value);
    if (!saved && !store.get().sending) saveSoon(concernId, kind, retryMs);
    return undefined;
  });
  inFlight.set(name, run);
  await run;
};

const put = (concernId: string, kind: DraftKind, content: Composing): Promise<Outcome<Draft | null>> =>
  call(concerns.saveDraft, {
    params: { id: concernId, kind },
    body: {
      channelId: content.channelId,
      to: [...content.to],
      cc: [...content.cc],
      text: content.text,
      html: content.html,
      uploads: content.uploads.map((one) => one.uploadId),
      quote: content.quote ?? null,
    },
  });

const readBackup = (name: string): Backup | null => {
  const text = localStorage.getItem(name);
  if (text === null) return null;
  try {
    return JSON.parse(text) as Backup;
  } catch {
    return null;
  }
};

const writeBackup = (name: string, backup: Backup): void => {
  try {
    localStorage.setItem(name, JSON.stringify(backup));
  } catch {
    // The browser's storage is full or closed: the server's copy follows in a moment.
  }
};
