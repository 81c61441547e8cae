// What is open on this screen and where the agent stands; never sent anywhere. Written by commands, read by the shell.
import type { PartKind } from "#web/state/parts.ts";
import type { LinkKind } from "#contract/concerns.ts";
import type { ComposerKind } from "#web/state/composing.ts";
import type { Gap } from "#web/state/lists.ts";
import { everythingShown, type Shown } from "#web/state/path.ts";
import { createStore } from "#web/state/store.ts";
import { noteHere } from "#web/state/kept.ts";

/** The choices that can be made for many concerns at once. */
export type ManyPickerName = "assignee" | "team" | "status" | "priority" | "tags" | "topic";
/** The choices in a concern's header that a key can open. */
export type PickerName = ManyPickerName | "snooze" | "fields";
/** Every list of choices that a key can open, and where it stands: the concern's header, the bar of what is selected, the list's head. */
export type OpenPicker = `concern.${PickerName}` | `selection.${ManyPickerName}` | "filter";

export type MovingWhat =
  | { readonly what: "from" | "only"; readonly messageId: string | null }
  | { readonly what: "all" };

export interface Ui {
  readonly palette: boolean;
  readonly help: boolean;
  readonly picker: OpenPicker | null;
  /** The sheet that links the open concern, or removes one of its links. */
  readonly linking: LinkKind | "remove" | null;
  /** The sheet that sends a flow into the open concern. */
  readonly sendingFlow: boolean;
  /** The sheet that takes messages into another concern: from this one on, this one only (null: what the customer said last), or all of them. */
  readonly moving: MovingWhat | null;
  /** The move that is to be taken back, when what that would do is shown first. */
  readonly movingBack: string | null;
  /** What is asked about merging the open concern's customer: whom with, a comparison with somebody, which merge to take apart, or how. */
  readonly merging:
    | { readonly ask: "whom" | "which" }
    | { readonly ask: "compare"; readonly otherId: string }
    | { readonly ask: "apart"; readonly mergeId: string }
    | null;
  /** The sheet of a view: of the one with this id, or (id null) of a new one that keeps the filter in hand. */
  readonly viewSheet: { readonly id: string | null } | null;
  /** The composer's tab, null: folded. `focus` rises to move the caret there. */
  readonly composer: ComposerKind | null;
  readonly composerFocus: number;
  /** What a command wants of the open composer, until it has done so. */
  readonly composerWish: "attach" | "cc" | "discard" | PartKind | null;
  /** The concern whose composer is on the screen, open or folded. */
  readonly concernId: string | null;
  /** Where j and k stand in the list. */
  readonly listCursor: string | null;
  /** Where the open concern stood in the list before it left it. */
  readonly listGap: Gap | null;
  /** The open concern with which the agent is done: the list goes on to the next one if it has left. */
  readonly leaving: string | null;
  readonly customerPanel: boolean;
  /** The open concern's subject is being changed. */
  readonly subject: boolean;
  readonly history: boolean;
  /** What of the open concern's thread is shown. */
  readonly shown: Shown;
  /** Where the desk shall go next; the shell goes there and forgets it. */
  readonly goTo: string | null;
  /** The number of the concern whose answer is begun as soon as it is open; null: none. */
  readonly answering: number | null;
  /** By what: an answer, or (what is talked) a note. */
  readonly answeringBy: ComposerKind;
  /** Formatted mails stand in their full height, however long they are. */
  readonly wholeMails: boolean;
  /** Files let go over the concern, until the composer has taken them. */
  readonly dropped: readonly File[];
}

const panelKey = "draht.customerPanel";

/** The tokens say whether the customer's panel fits beside the thread; where it would lie over it, it begins closed. */
const hasRoomBeside = (): boolean =>
  getComputedStyle(document.documentElement).getPropertyValue("--customer-beside").trim() === "yes";

export const ui = createStore<Ui>({
  palette: false,
  help: false,
  picker: null,
  linking: null,
  sendingFlow: false,
  moving: null,
  movingBack: null,
  merging: null,
  viewSheet: null,
  composer: null,
  composerFocus: 0,
  composerWish: null,
  concernId: null,
  listCursor: null,
  listGap: null,
  leaving: null,
  customerPanel: typeof document !== "undefined" && localStorage.getItem(panelKey) !== "no" && hasRoomBeside(),
  subject: false,
  history: false,
  shown: everythingShown,
  goTo: null,
  answering: null,
  answeringBy: "reply",
  wholeMails: false,
  dropped: [],
});

/** Changes parts of what is open. */
export const setUi = (part: Partial<Ui>): void => ui.set((now) => ({ ...now, ...part }));

/** Goes to a concern in the view that is shown, unless it is open already. */
export const returnTo = (number: number): void => {
  const [, view = "all", open] = /^\/desk\/([^/]+)(?:\/(\d+))?/.exec(location.pathname) ?? [];
  if (open !== String(number)) setUi({ goTo: `/desk/${view}/${number}` });
};

/** Opens the composer and puts the caret into it. */
export const compose = (kind: ComposerKind): void =>
  ui.set((now) => ({ ...now, composer: kind, composerFocus: now.composerFocus + 1 }));

/** Folds the composer, if it is this one that is open. */
export const foldComposer = (concernId: string, kind: ComposerKind): void => {
  if (isOpen(concernId, kind)) setUi({ composer: null });
};

/** True when this composer is open on the screen. */
export const isOpen = (concernId: string, kind: ComposerKind): boolean => {
  const now = ui.get();
  return now.concernId === concernId && now.composer === kind;
};

/** Shows or hides the customer's panel, and remembers it on this machine. */
export const toggleCustomerPanel = (): void =>
  ui.set((now) => {
    noteHere(panelKey, now.customerPanel ? "no" : "yes");
    return { ...now, customerPanel: !now.customerPanel };
  });
