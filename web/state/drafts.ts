// What stands in the composers, kept so that it never vanishes: on this machine with every key, on the server after a
// short rest. Called by the composer and by the actions that send.
import { concerns } from "#contract/concern-endpoints.ts";
import type { Draft } from "#contract/concerns.ts";
import { call, type Outcome, type Problem } from "#web/state/client.ts";
import {
  emptyComposing,
  fromDraft,
  isEmpty,
  nothingTyped,
  sameContent,
  startingContent,
} from "#web/state/composing.ts";
import type { Backup, Composing, DraftKind, Typed } from "#web/state/composing.ts";
import { takeInDraft } from "#web/state/desk.ts";
import { forgetKept, keepHere, keptHere } from "#web/state/kept.ts";
import { joined } from "#web/state/rich.ts";
import { signedInAs } from "#web/state/session.ts";
import { createStore } from "#web/state/store.ts";
import type { Store } from "#web/state/store.ts";

/** One composer. "untouched": nothing typed yet; "unsaved": only on this machine so far; "unkept": not even there, its storage is full or closed. `key` makes a double send one. */
export interface ComposerState {
  readonly content: Composing;
  /** Recipients begun and not finished; on this machine only. */
  readonly typed: Typed;
  readonly saving: "untouched" | "unsaved" | "unkept" | "saving" | "saved" | "failed";
  readonly key: string;
  /** Rises when the content was replaced from outside, so that the editor takes it over. */
  readonly replaced: number;
  readonly sending: boolean;
  /** Why it was not sent. */
  readonly problem: Problem | null;
}

const restMs = 800;
const retryMs = 5_000;
const composers = new Map<string, Store<ComposerState>>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const inFlight = new Map<string, Promise<void>>();
/** What stood there when it began to be sent. */
const leaving = new Map<string, Composing>();

const nameOf = (concernId: string, kind: DraftKind): string =>
  `draht.draft.${signedInAs() ?? "nobody"}.${concernId}.${kind}`;

/** The composer of a concern, begun from the newer of the copy on this machine and the server's draft. */
export const composerOf = (concernId: string, kind: DraftKind, draft: Draft | undefined): Store<ComposerState> => {
  const name = nameOf(concernId, kind);
  const known = composers.get(name);
  if (known) return known;
  const backup = keptHere<Backup>(name);
  const start = startingContent(draft, backup);
  const unsaved = start !== null && start === backup?.content;
  const made = createStore<ComposerState>({
    content: start ?? emptyComposing,
    typed: backup?.typed ?? nothingTyped,
    saving: start === null ? "untouched" : unsaved ? "unsaved" : "saved",
    key: crypto.randomUUID(),
    replaced: 0,
    sending: false,
    problem: null,
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
  const kept = writeBackup(nameOf(concernId, kind), {
    content,
    typed: store.get().typed,
    changedAt: Date.now(),
    saved: false,
  });
  store.set((now) => ({ ...now, content, problem: null, saving: kept ? "unsaved" : "unkept" }));
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
  if ((saving !== "untouched" && saving !== "saved") || sending) return;
  if (!draft && saving === "untouched") return;
  const next = draft ? fromDraft(draft) : emptyComposing;
  if (sameContent(next, content)) return;
  store.set((now) => ({ ...now, content: next, saving: draft ? "saved" : "untouched", replaced: now.replaced + 1 }));
};

/**
 * Puts a taken-back answer where the server has it. Where something was begun meanwhile that the server did not know of, it becomes the second
 * draft: what stands in a composer stays. Gives the kind it has become.
 */
export const putBack = (draft: Draft): DraftKind => {
  const store = composerOf(draft.concernId, draft.kind, undefined);
  const { content, saving } = store.get();
  if (draft.kind === "reply" && saving !== "saved" && !isEmpty(content) && !sameContent(content, fromDraft(draft))) {
    replace(draft.concernId, "second", fromDraft(draft));
    saveSoon(draft.concernId, "reply", 0);
    return "second";
  }
  store.set((now) => ({ ...now, content: fromDraft(draft), saving: "saved", replaced: now.replaced + 1 }));
  return draft.kind;
};

/** Brings what stands in a composer to the server now, as far as it is not there. */
export const settle = async (concernId: string, kind: DraftKind): Promise<void> => {
  const name = nameOf(concernId, kind);
  if (isAhead(composers.get(name)?.get())) {
    stopTimer(name);
    await save(concernId, kind);
  }
  await inFlight.get(name);
};

/** Lets the second draft and what stands in the composer change places. */
export const swapDrafts = (concernId: string): void => {
  const standing = composerOf(concernId, "reply", undefined).get().content;
  const second = composerOf(concernId, "second", undefined).get().content;
  replace(concernId, "reply", second);
  replace(concernId, "second", isEmpty(standing) ? emptyComposing : standing);
};

/** Waits until no save is under way and none will follow: nothing may arrive after the message it became. */
export const holdSaving = async (concernId: string, kind: DraftKind): Promise<void> => {
  const name = nameOf(concernId, kind);
  stopTimer(name);
  const store = composers.get(name);
  if (store) {
    leaving.set(name, store.get().content);
    store.set((now) => ({ ...now, sending: true, problem: null }));
  }
  // A save that waited for the one under way looks again whether a message leaves, and lets it.
  await inFlight.get(name);
};

/**
 * The message was sent, or not: empties the composer, or goes on keeping the draft, under a new key when an earlier version was sent. What was added
 * while it left is nobody's message yet and stays.
 */
export const doneSending = (concernId: string, kind: DraftKind, outcome: Outcome<unknown>): void => {
  const name = nameOf(concernId, kind);
  const store = composers.get(name);
  if (!store) return;
  const sent = leaving.get(name);
  leaving.delete(name);
  if (outcome.ok && sent && !sameContent(sent, store.get().content)) {
    store.set((now) => ({ ...now, key: crypto.randomUUID(), sending: false, saving: "unsaved" }));
    saveSoon(concernId, kind, 0);
  } else if (outcome.ok) {
    forgetKept(name);
    store.set((now) => ({
      content: emptyComposing,
      typed: nothingTyped,
      saving: "untouched",
      key: crypto.randomUUID(),
      replaced: now.replaced + 1,
      sending: false,
      problem: null,
    }));
    takeInDraft(concernId, kind, null);
  } else {
    const key = outcome.problem.code === "sentBefore" ? crypto.randomUUID() : store.get().key;
    store.set((now) => ({ ...now, key, sending: false, problem: outcome.problem }));
    if (isAhead(store.get())) saveSoon(concernId, kind, restMs);
  }
};

/** Throws away what stands in a composer; gives the way back. What was begun there since stays: the discarded comes beside or behind it. */
export const discard = (concernId: string, kind: DraftKind): (() => void) => {
  const { content, typed } = composerOf(concernId, kind, undefined).get();
  replace(concernId, kind, emptyComposing);
  keepTyped(concernId, kind, nothingTyped);
  return () => {
    const standing = composerOf(concernId, kind, undefined).get().content;
    if (kind === "reply" && !isEmpty(standing) && isEmpty(composerOf(concernId, "second", undefined).get().content))
      return replace(concernId, "second", content);
    replace(concernId, kind, joined(standing, content));
    if (!isEmpty(content)) keepTyped(concernId, kind, typed);
  };
};

const replace = (concernId: string, kind: DraftKind, content: Composing): void => {
  edit(concernId, kind, content);
  composerOf(concernId, kind, undefined).set((now) => ({ ...now, replaced: now.replaced + 1 }));
};

/** Tries again to save what could not be saved; called when the link is back. */
export const saveAll = (): void => {
  for (const [name, store] of composers) {
    const [, , , concernId = "", kind = ""] = name.split(".");
    if (isAhead(store.get())) saveSoon(concernId, kind as DraftKind, 0);
  }
};

/** Something stands there that the server has not. */
const isAhead = (state: ComposerState | undefined): boolean =>
  state !== undefined && ["unsaved", "unkept", "failed"].includes(state.saving);

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
  if (!store) return;
  while (inFlight.has(name)) await inFlight.get(name);
  // Asked after the waiting: meanwhile it may have begun to leave, and a draft that arrives after its message would stand there again.
  if (store.get().sending) return;
  const { content } = store.get();
  store.set((now) => ({ ...now, saving: "saving" }));
  const run = put(concernId, kind, content).then((outcome) => {
    const saved = outcome.ok;
    inFlight.delete(name);
    const now = store.get();
    const unchanged = sameContent(now.content, content);
    const backup = { content: now.content, typed: now.typed, changedAt: Date.now(), saved };
    if (!saved) store.set({ ...now, saving: writeBackup(name, backup) ? "failed" : "unkept" });
    else if (unchanged) {
      store.set({ ...now, saving: isEmpty(content) ? "untouched" : "saved" });
      if (isEmpty(content)) forgetKept(name);
      else writeBackup(name, backup);
    }
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

const writeBackup = (name: string, backup: Backup): boolean => keepHere(name, backup);
