// Flows of the open concern: what they came to, sending one, stopping one. Called by FlowCards, FlowSheet and the commands.
import type { ConcernFlow } from "#contract/flow-endpoints.ts";
import { flows } from "#contract/flow-endpoints.ts";
import { call } from "#web/state/client.ts";
import type { Outcome } from "#web/state/client.ts";
import { tellProblem } from "#web/state/problems.ts";
import { createStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";

/** In which concern a flow speaks, of the one that is open; null: in none. */
export const speaking = createStore<string | null>(null);

/** Sends a flow; `key` stays the same when it is tried again. */
export const sendFlow = (
  id: string,
  key: string,
  flowId: string,
  language: "de" | "en" | null,
): Promise<Outcome<ConcernFlow>> => call(flows.send, { params: { id }, body: { key, flowId, language } });

/** Stops what speaks in a concern. */
export const stopFlow = async (id: string): Promise<void> => {
  const outcome = await call(flows.stop, { params: { id } });
  if (!outcome.ok) return tellProblem(outcome.problem);
  void toast(t("flowCards.stopped"));
};

/** Why it came, or what it is at, as a sentence. */
export const overWords = ({ over, why }: Pick<ConcernFlow, "over" | "why">): string =>
  over === null ? t("flowCards.over.running") : why === null ? t(`flowCards.over.${over}`) : t(`flowCards.why.${why}`);
