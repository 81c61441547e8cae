// The macros that this agent may use, and using them: on the open concern or on what is selected, with one undo for all of it. Called by the shell, the palette and the keys.
import { macros as endpoints } from "#contract/automation.ts";
import type { Macro } from "#contract/automation.ts";
import { concerns } from "#contract/concern-endpoints.ts";
import type { ConcernRow } from "#contract/concerns.ts";
import type { MessageId } from "#contract/ids.ts";
import { call } from "#web/state/client.ts";
import { deskState, linkState } from "#web/state/desk.ts";
import { workOnMany } from "#web/state/many.ts";
import { tellProblem } from "#web/state/problems.ts";
import { createStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";

export const macros = createStore<readonly Macro[]>([]);

/** Fetches them anew. */
export const loadMacros = async (): Promise<void> => {
  const outcome = await call(endpoints.list, {});
  if (outcome.ok) macros.set(outcome.value);
};

/** Keeps them as they are on the server; gives how to stop. */
export const followMacros = (): (() => void) => {
  void loadMacros();
  let hint = deskState.get().hints.macros;
  let link = linkState.get();
  const stops = [
    deskState.watch(() => {
      const now = deskState.get().hints.macros;
      if (now !== hint) void loadMacros();
      hint = now;
    }),
    linkState.watch(() => {
      const now = linkState.get();
      if (now === "up" && link !== "up") void loadMacros();
      link = now;
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
};

/** Does what a macro says to these concerns. */
export const runMacroOn = (macro: Macro, rows: readonly ConcernRow[]): Promise<void> => {
  const sent: MessageId[] = [];
  return workOnMany(rows, t("macros.done", { name: macro.name }), {
    send: async (key, ids) => {
      const outcome = await call(endpoints.run, { params: { id: macro.id }, body: { key, ids: [...ids] } });
      if (outcome.ok) sent.push(...outcome.value.sent);
      return outcome;
    },
    // What was sent becomes a draft again.
    back: async () => {
      for (const id of sent) {
        const outcome = await call(concerns.undoSend, { params: { id } });
        if (!outcome.ok) tellProblem(outcome.problem);
      }
    },
  });
};
