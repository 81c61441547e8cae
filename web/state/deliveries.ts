// One state for a message with several recipients. Pure; called by the message card.
import type { Delivery, DeliveryState } from "#contract/concerns.ts";

const order: readonly DeliveryState[] = [
  "failed",
  "unknown",
  "held",
  "sending",
  "waiting",
  "sent",
  "delivered",
  "read",
  "withdrawn",
];

/** The state that most needs a look: failed before unknown before on its way before arrived. */
export const worst = (deliveries: readonly Pick<Delivery, "state">[]): DeliveryState =>
  order.find((state) => deliveries.some((delivery) => delivery.state === state)) ?? "waiting";

/** Does a report that proves nothing say it did not arrive, of a message that as far as we know has left? */
export const isDoubted = (deliveries: readonly Pick<Delivery, "state" | "history">[]): boolean =>
  deliveries.some(
    ({ state, history }) =>
      state !== "failed" && history.some((step) => step.doubted === true && step.state === "failed"),
  );
