// The flow in hand for its screens. Called below the editor, where there is one.
import { useQuery } from "@tanstack/react-query";
import { flows } from "#contract/flow-endpoints.ts";
import { callOrThrow } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { flowEditor, type Editing } from "#web/state/flowEditor.ts";
import type { Known } from "#web/state/flowSteps.ts";
import { useStore } from "#web/state/store.ts";

/** The flow that is being written; only asked for below where one is. */
export const useEditing = (): Editing => {
  const now = useStore(flowEditor, (opened) => opened);
  if (now === null || now.flow === null) throw new Error("No flow is open here.");
  return now;
};

/** The services that flows may ask. */
export const useServices = () =>
  useQuery({
    queryKey: ["flow-services"],
    queryFn: ({ signal }) => callOrThrow(flows.services, {}, signal),
  });

/** What new steps are made with. */
export const useKnown = (): Omit<Known, "values"> => {
  const brandId = useStore(deskState, (state) => state.brands[0]?.id ?? "");
  const { data } = useServices();
  return { services: (data ?? []).map((one) => one.name), brandId };
};
