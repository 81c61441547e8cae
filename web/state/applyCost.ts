// What a new price of a kind of channel does to what the desk knows. Called by apply.ts.
import type { EventData } from "#contract/events.ts";
import type { DeskState } from "#web/state/apply.ts";

/** A price stands beside the kind of channel, and beside every way by it. */
export const withCost = (state: DeskState, { kind, cents }: EventData<"channelCost.changed">["cost"]): DeskState => ({
  ...state,
  kinds: state.kinds.map((one) => (one.kind === kind ? { ...one, cents } : one)),
  opened: Object.fromEntries(
    Object.entries(state.opened).map(([id, opened]) => [
      id,
      { ...opened, ways: opened.ways.map((way) => (way.channelKind === kind ? { ...way, cents } : way)) },
    ]),
  ),
});
