// News of promises and rules for whoever is to be told: a promise comes near, or was missed and somebody has to act; a rule or a colleague's macro points to a concern. Called by the shell with every batch of live events.
import { concerns } from "#contract/concern-endpoints.ts";
import type { AnyEvent } from "#contract/events.ts";
import { call } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";

/** So long it stands: whoever is to act has to see it. */
const seconds = 20;

/** Tells what of these events is meant for the agent at this desk. */
export const tellOfPromises = async (events: readonly AnyEvent[]): Promise<void> => {
  const { me } = deskState.get();
  for (const event of events) {
    if (event.kind !== "promise.warned" && event.kind !== "promise.escalated" && event.kind !== "automation.ran")
      continue;
    const { concernId, data } = event;
    if (concernId === null || me === null || !data.agentIds.includes(me) || event.actor.id === me) continue;
    const known = deskState.get().rows[concernId];
    const fetched = known === undefined ? await call(concerns.rows, { query: { ids: concernId } }) : null;
    const row = known ?? (fetched?.ok ? fetched.value.rows[0] : undefined);
    if (row === undefined) continue;
    if (event.kind === "automation.ran") {
      toast(t("automation.told", { rule: event.data.by.name, number: String(row.number), subject: row.subject }), {
        seconds,
      });
      continue;
    }
    const facts = {
      number: String(row.number),
      subject: row.subject,
      promise: t(`promises.kinds.${event.data.promise}`),
    };
    if (event.kind === "promise.warned") toast(t("promises.warned", facts), { seconds });
    else toast(t("promises.escalated", facts), { seconds, tone: "failed" });
  }
};
