// What is done to the open concern, or, when rows of the list are selected, to all of these.
import type { Change, ChangeOfMany, ConcernRow, LinkKind } from "#contract/concerns.ts";
import { withConcern, withHits, type Command } from "#web/commands/command.ts";
import type { Context } from "#web/commands/context.ts";
import { change, follow, seenFailure } from "#web/state/actions.ts";
import { isEmpty } from "#web/state/composing.ts";
import type { ComposerKind } from "#web/state/composing.ts";
import { deskState, loadEarlier } from "#web/state/desk.ts";
import { composerOf } from "#web/state/drafts.ts";
import { stepHit } from "#web/state/finding.ts";
import { standingMerges } from "#web/state/merging.ts";
import { isRemovable, linksOf, unlink } from "#web/state/links.ts";
import { changeMany } from "#web/state/many.ts";
import { wayForParts, type PartKind } from "#web/state/parts.ts";
import { compose, setUi, toggleCustomerPanel, ui } from "#web/state/ui.ts";
import type { ManyPickerName, PickerName } from "#web/state/ui.ts";
import { t } from "#web/state/words.ts";
import type { WordKey } from "#web/state/words.ts";

/** What a command is about: the selected rows, else the open concern. */
export const targets = ({ selected, concern }: Pick<Context, "selected" | "concern">): readonly ConcernRow[] =>
  selected.length > 0 ? selected : concern === null ? [] : [concern];

/** Changes all of these: the open concern alone, or those that are selected under one undo. */
const changeTargets = (
  context: Context,
  rows: readonly ConcernRow[],
  wanted: Change & ChangeOfMany,
  what: string,
  said: (row: ConcernRow) => string,
  leaves = false,
): void => {
  const [first] = rows;
  if (context.selected.length > 0) void changeMany(rows, wanted, what);
  else if (first) void change(first.id, wanted, said(first), leaves);
};

const picker = (id: PickerName, title: WordKey, keys: readonly string[]): Command => ({
  id,
  title,
  group: "concern",
  keys,
  can: withConcern,
  run: () => setUi({ picker: `concern.${id}` }),
});

/** A choice that can be made for the selected rows as well. */
const manyPicker = (id: ManyPickerName, title: WordKey, keys: readonly string[]): Command => ({
  ...picker(id, title, keys),
  can: (context) => targets(context).length > 0,
  run: ({ selected }) => setUi({ picker: `${selected.length > 0 ? "selection" : "concern"}.${id}` }),
});

/** Null until the open concern is fetched. */
const isFollowed = ({ concern, me }: Context): boolean | null =>
  (concern && deskState.get().opened[concern.id]?.concern.followers.includes(me.agent.id)) ?? null;

/** Asks something of a composer; one that is folded is opened for it, without the caret going elsewhere. */
const inComposer = (kind: ComposerKind, wish: "attach" | "cc" | PartKind): void =>
  setUi({ composer: kind, composerWish: wish });

/** Sends something beside words where the customer's chat is, whatever the answer in hand goes by. */
const inserting = (kind: PartKind, id: string, title: WordKey): Command => ({
  id,
  title,
  group: "concern",
  keys: [],
  can: ({ concern }) => {
    const { opened, kinds } = deskState.get();
    const ways = concern === null ? undefined : opened[concern.id]?.ways;
    return ways !== undefined && wayForParts(ways, kinds) !== null;
  },
  run: () => inComposer("reply", kind),
});

const isDone = (row: ConcernRow): boolean => row.status === "resolved" || row.status === "closed";

const isReopenable = (row: ConcernRow): boolean => ["resolved", "closed", "snoozed", "waiting"].includes(row.status);

const linking = (id: string, kind: LinkKind, title: WordKey, keys: readonly string[]): Command => ({
  id,
  title,
  group: "concern",
  keys,
  can: withConcern,
  run: () => setUi({ linking: kind }),
});

const removableLinks = ({ concern }: Context) => (concern === null ? [] : linksOf(concern.id).filter(isRemovable));

export const concernCommands: readonly Command[] = [
  {
    id: "reply",
    title: "commands.reply",
    group: "concern",
    keys: ["r"],
    can: withConcern,
    run: () => compose("reply"),
  },
  {
    id: "note",
    title: "commands.note",
    group: "concern",
    keys: ["n"],
    when: "commands.whenNoHits",
    // While hits are gone through, n means the next one.
    can: (context) => withConcern(context) && !withHits(context),
    run: () => compose("note"),
  },
  {
    id: "attach",
    title: "commands.attach",
    group: "concern",
    keys: [],
    can: withConcern,
    run: () => inComposer(ui.get().composer ?? "reply", "attach"),
  },
  {
    id: "cc",
    title: "commands.cc",
    group: "concern",
    keys: [],
    can: withConcern,
    run: () => inComposer("reply", "cc"),
  },
  inserting("choices", "insertChoices", "commands.insertChoices"),
  inserting("form", "insertForm", "commands.insertForm"),
  inserting("article", "insertArticle", "commands.insertArticle"),
  {
    id: "discardDraft",
    title: "commands.discardDraft",
    group: "concern",
    keys: [],
    can: ({ concern }) => {
      const { composer, concernId } = ui.get();
      if (concern === null || composer === null || concernId !== concern.id) return false;
      return !isEmpty(composerOf(concern.id, composer, undefined).get().content);
    },
    run: () => setUi({ composerWish: "discard" }),
  },
  {
    id: "nextHit",
    title: "commands.nextHit",
    group: "concern",
    keys: ["n"],
    when: "commands.whenHits",
    can: withHits,
    run: () => stepHit(1),
  },
  {
    id: "previousHit",
    title: "commands.previousHit",
    group: "concern",
    keys: ["Shift+n"],
    when: "commands.whenHits",
    can: withHits,
    run: () => stepHit(-1),
  },
  manyPicker("assignee", "commands.assign", ["a"]),
  {
    id: "assignToMe",
    title: "commands.assignToMe",
    group: "concern",
    keys: ["i"],
    can: (context) => targets(context).some((row) => row.assigneeId !== context.me.agent.id),
    run: (context) => {
      const me = context.me.agent.id;
      const rows = targets(context).filter((row) => row.assigneeId !== me);
      changeTargets(context, rows, { assigneeId: me }, t("done.assignedToMe"), () => t("done.assignedToMe"));
    },
  },
  {
    id: "resolve",
    title: "commands.resolve",
    group: "concern",
    keys: ["e"],
    can: (context) => targets(context).some((row) => !isDone(row)),
    run: (context) =>
      changeTargets(
        context,
        targets(context).filter((row) => !isDone(row)),
        { status: "resolved" },
        t("status.resolved"),
        (row) => t("done.resolved", { number: String(row.number) }),
        true,
      ),
  },
  {
    id: "reopen",
    title: "commands.reopen",
    group: "concern",
    keys: ["o"],
    can: (context) => targets(context).some(isReopenable),
    run: (context) =>
      changeTargets(context, targets(context).filter(isReopenable), { status: "open" }, t("status.open"), (row) =>
        t("done.reopened", { number: String(row.number) }),
      ),
  },
  picker("snooze", "commands.snooze", ["s"]),
  manyPicker("status", "commands.status", ["t"]),
  manyPicker("priority", "commands.priority", ["p"]),
  manyPicker("tags", "commands.tags", ["#"]),
  manyPicker("team", "commands.team", ["m"]),
  manyPicker("topic", "commands.topic", ["b"]),
  picker("fields", "commands.fields", ["d"]),
  linking("link", "related", "commands.link", ["l"]),
  linking("linkDuplicate", "duplicate", "commands.linkDuplicate", ["Shift+d"]),
  {
    id: "unlink",
    title: "commands.unlink",
    group: "concern",
    keys: ["Shift+l"],
    can: (context) => removableLinks(context).length > 0,
    run: (context) => {
      const [only, ...more] = removableLinks(context);
      if (only && more.length === 0) unlink(context.concern?.id ?? "", only);
      else setUi({ linking: "remove" });
    },
  },
  {
    id: "follow",
    title: "commands.follow",
    group: "concern",
    keys: ["Shift+w"],
    can: (context) => isFollowed(context) === false,
    run: ({ concern, me }) => void (concern && follow(concern.id, me.agent.id, true)),
  },
  {
    id: "unfollow",
    title: "commands.unfollow",
    group: "concern",
    keys: ["Shift+w"],
    can: (context) => isFollowed(context) === true,
    run: ({ concern, me }) => void (concern && follow(concern.id, me.agent.id, false)),
  },
  {
    id: "subject",
    title: "commands.subject",
    group: "concern",
    keys: ["Shift+t"],
    can: withConcern,
    run: () => setUi({ subject: true }),
  },
  {
    id: "earlier",
    title: "commands.earlier",
    group: "concern",
    keys: ["Shift+h"],
    can: ({ concern }) => concern !== null && deskState.get().opened[concern.id]?.earlier === true,
    run: ({ concern }) => void (concern && loadEarlier(concern.id)),
  },
  {
    id: "seenFailure",
    title: "commands.seenFailure",
    group: "concern",
    keys: ["Shift+s"],
    can: (context) => context.concern?.deliveryFailed === true,
    run: ({ concern }) => void (concern && seenFailure(concern.id)),
  },
  {
    id: "history",
    title: "commands.history",
    group: "concern",
    keys: ["h"],
    can: withConcern,
    run: () => setUi({ history: !ui.get().history }),
  },
  {
    id: "wholeMails",
    title: "commands.wholeMails",
    group: "concern",
    keys: ["v"],
    can: withConcern,
    run: () => setUi({ wholeMails: !ui.get().wholeMails }),
  },
  {
    id: "customer",
    title: "commands.customer",
    group: "concern",
    keys: ["c"],
    can: withConcern,
    run: toggleCustomerPanel,
  },
  {
    id: "mergeCustomer",
    title: "commands.mergeCustomer",
    group: "concern",
    keys: ["Shift+i"],
    can: withConcern,
    // The sheets are the panel's.
    run: () => setUi({ customerPanel: true, merging: { ask: "whom" } }),
  },
  {
    id: "separateCustomer",
    title: "commands.separateCustomer",
    group: "concern",
    keys: ["Shift+u"],
    can: ({ concern }) => concern !== null && standingMerges(concern.customerId).length > 0,
    run: ({ concern }) => {
      const [only, ...more] = concern === null ? [] : standingMerges(concern.customerId);
      const asked =
        only && more.length === 0 ? ({ ask: "apart", mergeId: only.id } as const) : ({ ask: "which" } as const);
      setUi({ customerPanel: true, merging: asked });
    },
  },
];
