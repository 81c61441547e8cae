// My own work: whether I am there, offers, what I hold, and taking more. None of it can be done where nothing is routed.
import type { WorkRow } from "#contract/routing.ts";
import type { Command } from "#web/commands/command.ts";
import type { Context } from "#web/commands/context.ts";
import { concernWork } from "#web/state/concernWork.ts";
import { hasRouting, queueOf, routingBook } from "#web/state/routingBook.ts";
import {
  accept,
  bePresent,
  dispose,
  goToNextPiece,
  myWork,
  pull,
  ringing,
  setWorkUi,
  takeBack,
  takeNext,
  toDispose,
} from "#web/state/work.ts";
import { heldOf, isThere } from "#web/state/workParts.ts";
import { t } from "#web/state/words.ts";
import type { WordKey } from "#web/state/words.ts";

const routed = (): boolean => hasRouting(routingBook.get()) && myWork.get() !== null;

const group = "work";

/** States that are given a reason by the menu where the centre has some. */
const presence = (state: "busy" | "away", keys: readonly string[]): Command => ({
  id: `work.${state}`,
  title: `routing.commands.${state}`,
  group,
  keys,
  can: routed,
  run: () => {
    if (routingBook.get().book?.reasons.some((reason) => reason.for === state) === true)
      setWorkUi({ presenceMenu: true });
    else bePresent(state);
  },
});

/** The piece of work that the open concern is. */
const pieceOf = ({ concern }: Context): WorkRow | null => {
  if (concern === null || !routed()) return null;
  return (
    myWork.get()?.work.find(({ concernId }) => concernId === concern.id) ?? concernWork.get()[concern.id]?.work ?? null
  );
};

const heldByMe = (context: Context): WorkRow | null => {
  const piece = pieceOf(context);
  return piece?.state === "held" && piece.agentId === context.me.agent.id ? piece : null;
};

/** Mine, or anybody's for who supervises. */
const handable = (context: Context): WorkRow | null =>
  context.me.agent.role === "agent" ? heldByMe(context) : pieceOf(context);

const pullable = (context: Context): WorkRow | null => {
  const piece = pieceOf(context);
  if (piece?.state !== "waiting" || !isThere(myWork.get())) return null;
  return queueOf(routingBook.get().book, piece.queueId)?.mayPull === true ? piece : null;
};

const about = (
  id: string,
  title: WordKey,
  keys: readonly string[],
  piece: (context: Context) => WorkRow | null,
  run: (piece: WorkRow) => void,
): Command => ({
  id,
  title,
  group,
  keys,
  can: (context) => piece(context) !== null,
  run: (context) => {
    const found = piece(context);
    if (found) run(found);
  },
});

export const workCommands: readonly Command[] = [
  {
    id: "work.state",
    title: "routing.commands.stateMenu",
    group,
    keys: ["q q"],
    can: routed,
    run: () => setWorkUi({ presenceMenu: true }),
  },
  {
    id: "work.available",
    title: "routing.commands.available",
    group,
    keys: ["q a"],
    can: routed,
    run: () => bePresent("available"),
  },
  presence("busy", ["q b"]),
  presence("away", ["q w"]),
  {
    id: "work.offline",
    title: "routing.commands.offline",
    group,
    keys: ["q o"],
    can: routed,
    run: () => bePresent("offline"),
  },
  {
    id: "work.accept",
    title: "routing.commands.accept",
    group,
    // Also while something is being written.
    keys: ["Ctrl+j", "Shift+a"],
    can: () => routed() && ringing().length > 0,
    run: () => {
      const [first] = ringing();
      if (first) void accept(first);
    },
  },
  {
    id: "work.decline",
    title: "routing.commands.decline",
    group,
    keys: ["Ctrl+.", "Shift+x"],
    can: () => routed() && ringing().length > 0,
    run: () => {
      const [first] = ringing();
      if (first) setWorkUi({ declining: first.id });
    },
  },
  {
    id: "work.page",
    title: "routing.commands.page",
    group,
    keys: ["g o"],
    can: routed,
    run: ({ go }) => go("/work"),
  },
  {
    id: "work.next",
    title: "routing.commands.next",
    group,
    keys: ["q n"],
    can: () => routed() && heldOf(myWork.get()).length > 0,
    run: ({ place }) => goToNextPiece(place.number),
  },
  {
    id: "work.takeNext",
    title: "routing.commands.takeNext",
    group,
    keys: ["q t"],
    can: () => routed() && isThere(myWork.get()) && myWork.get()?.queues.some(({ mayPull }) => mayPull) === true,
    run: () => void takeNext(),
  },
  about("work.handOn", "routing.commands.handOn", ["q h"], handable, (handing) => setWorkUi({ handing })),
  about(
    "work.park",
    "routing.commands.park",
    ["q p"],
    (context) => {
      const piece = heldByMe(context);
      return piece?.rest === "parked" ? null : piece;
    },
    (parking) => setWorkUi({ parking }),
  ),
  about(
    "work.takeBack",
    "routing.commands.takeBack",
    ["q r"],
    (context) => {
      const piece = heldByMe(context);
      return piece?.rest === "parked" ? piece : null;
    },
    (piece) => void takeBack(piece),
  ),
  about("work.pull", "routing.commands.pull", ["q z"], pullable, (piece) => void pull(piece)),
  {
    id: "work.dispose",
    title: "routing.commands.dispose",
    group,
    keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"],
    can: () => routed() && toDispose() !== null,
    run: (_context, typed) => {
      const asked = toDispose();
      const chosen = routingBook.get().book?.dispositions[Number(typed ?? "0") - 1];
      if (asked && chosen) void dispose(asked.id, chosen.id, t("routing.disposed", { name: chosen.name }));
      else setWorkUi({ disposing: true });
    },
  },
];
