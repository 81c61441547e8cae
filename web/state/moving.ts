// Taking messages into another concern, each time with a way back. Called by the thread, its sheets and commands.
import type { ConcernRow, Message, Proposal } from "#contract/concerns.ts";
import { moving, type ChosenMessages, type MoveUndo } from "#contract/moving.ts";
import { call, type Outcome } from "#web/state/client.ts";
import { takeInRow, takeInRows } from "#web/state/desk.ts";
import { tellProblem } from "#web/state/problems.ts";
import { toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";

/**
 * From which message on a concern is split when nobody says so: the first that the customer wrote after our last answer; if that is the first of all,
 * their last one.
 */
export const proposedStart = (messages: readonly Pick<Message, "id" | "direction">[]): string | null => {
  const answered = messages.findLastIndex(({ direction }) => direction === "out");
  const next = messages.findIndex(({ direction }, index) => index > answered && direction === "in");
  const start = next > 0 ? next : messages.findLastIndex(({ direction }) => direction === "in");
  return messages[start === -1 ? messages.length - 1 : start]?.id ?? null;
};

/** Begins a new concern with these messages. */
export const splitOff = async (id: string, messages: ChosenMessages, subject: string | null): Promise<void> => {
  const key = crypto.randomUUID();
  const outcome = await call(moving.split, { params: { id }, body: { key, messages, subject } });
  told(outcome, key, ({ to }) => t("moving.split", { number: String(to.number), subject: to.subject }));
};

/** Takes these messages (null: all of them) into that concern. */
export const moveTo = async (
  id: string,
  messages: ChosenMessages | null,
  other: Pick<ConcernRow, "number">,
): Promise<void> => {
  const key = crypto.randomUUID();
  const outcome = await call(moving.move, { params: { id }, body: { key, messages, number: other.number } });
  const words = { number: String(other.number) };
  told(outcome, key, () => t(messages === null ? "moving.merged" : "moving.moved", words));
};

type Both = { readonly from: ConcernRow; readonly to: ConcernRow };

const told = (outcome: Outcome<Both>, key: string, done: (both: Both) => string): void => {
  if (!outcome.ok) return tellProblem(outcome.problem);
  takeInRows([outcome.value.from, outcome.value.to]);
  toast(done(outcome.value), { undo: () => void takeBack(key) });
};

/** Takes a move back, whatever came since. */
export const takeBack = async (key: string): Promise<void> => {
  const outcome = await call(moving.undo, { params: { key } });
  if (!outcome.ok) return tellProblem(outcome.problem);
  takeInRow(outcome.value.from);
  if (outcome.value.to !== null) takeInRow(outcome.value.to);
  toast(t("moving.back", { number: String(outcome.value.from.number) }));
};

/** What taking it back would do, in sentences. */
export const undoWords = ({ move, back, gone, since, emptied }: MoveUndo): readonly string[] => {
  const number = String(move.other.number);
  const goes = since.filter((one) => one.goes === "back").length;
  const stays = since.length - goes;
  return [
    t("moving.undo.back", { count: back, number }),
    ...(goes > 0 ? [t("moving.undo.goes", { count: goes })] : []),
    ...(stays > 0 ? [t("moving.undo.stays", { count: stays, number })] : []),
    ...(gone > 0 ? [t("moving.undo.gone", { count: gone })] : []),
    ...(emptied === null ? [] : [t(`moving.undo.${emptied}`, { number })]),
  ];
};

/** Why a message seems to open another concern, in words. */
export const proposalWords = ({ reasons }: Proposal): string =>
  reasons
    .map(({ code, detail }) =>
      code === "pause" ? t("moving.reason.pause", { count: Number(detail) }) : t(`moving.reason.${code}`, { detail }),
    )
    .join(" · ");

/** Says that a message belongs where it is; it is not asked again. */
export const belongsHere = async ({ id }: Pick<Message, "id">): Promise<void> => {
  const outcome = await call(moving.keep, { params: { id } });
  if (!outcome.ok) tellProblem(outcome.problem);
};
