// What an event hints at: parts of the picture that it does not carry and that have to be fetched again. Called by web/state/apply.ts.
import type { AnyEvent } from "#contract/events.ts";
import type { DeskState } from "#web/state/apply.ts";
import { workHints } from "#web/state/applyWork.ts";

/** The state with its hints after an event. */
export const hinted = (state: DeskState, event: AnyEvent): DeskState => {
  const hints = { ...state.hints, ...workHints(state.hints, event, state.me) };
  const history =
    event.concernId !== null && state.opened[event.concernId] ? bump(hints.history, event.concernId) : hints.history;
  switch (event.kind) {
    case "concern.created":
    case "concern.removed":
      return { ...state, hints: { ...hints, history, views: hints.views + 1 } };
    case "concern.changed": {
      const { concernId } = event;
      const unknown = concernId !== null && state.rows[concernId] === undefined && !hints.rows.includes(concernId);
      const rows = unknown ? [...hints.rows, concernId] : hints.rows;
      return { ...state, hints: { ...hints, history, views: hints.views + 1, rows } };
    }
    case "concern.fieldsChanged":
      return { ...state, hints: { ...hints, history, views: hints.views + 1, lists: hints.lists + 1 } };
    case "concern.followed":
    case "agent.mentioned":
      if (event.data.agentId !== state.me) break;
      return { ...state, hints: { ...hints, history, views: hints.views + 1, lists: hints.lists + 1 } };
    case "macro.changed":
      if (!event.data.shared && event.data.agentId !== state.me) break;
      return { ...state, hints: { ...hints, history, macros: hints.macros + 1 } };
    case "flow.changed":
    case "flow.removed":
    case "service.changed":
    case "service.removed":
      return { ...state, hints: { ...hints, history, flows: hints.flows + 1 } };
    case "view.changed":
      if (!event.data.shared && event.data.agentId !== state.me) break;
      return { ...state, hints: { ...hints, history, views: hints.views + 1 } };
    case "intake.refused":
    case "intake.settled":
      return { ...state, hints: { ...hints, asides: hints.asides + 1 } };
    case "customer.created":
    case "customer.changed":
      return { ...state, hints: { ...hints, history, customers: bump(hints.customers, event.data.customerId) } };
    case "organisation.changed": {
      const organisations = bump(hints.organisations, event.data.organisationId);
      return { ...state, hints: { ...hints, history, organisations } };
    }
    case "customer.proposed":
    case "customer.declined": {
      const { customerId, otherId } = event.data;
      return { ...state, hints: { ...hints, history, customers: bump(bump(hints.customers, customerId), otherId) } };
    }
    default:
  }
  return history === hints.history && hints.floor === state.hints.floor
    ? state
    : { ...state, hints: { ...hints, history } };
};

const bump = (counters: Readonly<Record<string, number>>, key: string): Readonly<Record<string, number>> => ({
  ...counters,
  [key]: (counters[key] ?? 0) + 1,
});
