// Where the open concern's work is: in which queue at which place and for about how long, offered to whom, with whom. Nothing where nothing is routed, or nobody
// is wanted. Called by the header.
import { useEffect } from "react";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { canRun, runCommand } from "#web/commands/run.ts";
import { concernWork, forgetConcernWork, loadConcernWork } from "#web/state/concernWork.ts";
import { deskState } from "#web/state/desk.ts";
import { hasRouting, routingBook } from "#web/state/routingBook.ts";
import { useStore } from "#web/state/store.ts";
import { myWork } from "#web/state/work.ts";
import { isThere } from "#web/state/workParts.ts";
import { t } from "#web/state/words.ts";
import { whereWords } from "#web/state/workWords.ts";

/** A place changes with what others do, of which this concern's entries say nothing. */
const againMs = 15_000;

export const WorkLine = ({ id }: { readonly id: string }) => {
  const routed = useStore(routingBook, hasRouting);
  return routed ? <Line id={id} /> : null;
};

const Line = ({ id }: { readonly id: string }) => {
  const bump = useStore(deskState, (state) => state.hints.history[id] ?? 0);
  const book = useStore(routingBook, (now) => now.book);
  const { agents, me } = useStore(
    deskState,
    (state) => ({ agents: state.agents, me: state.me }),
    (a, b) => a.agents === b.agents && a.me === b.me,
  );
  const fetched = useStore(concernWork, (all) => all[id]);
  // What I hold is known without asking.
  const mine = useStore(myWork, (now) => now?.work.find(({ concernId }) => concernId === id) ?? null);
  // What can be done with it changes with me.
  useStore(myWork, isThere);
  const now = mine === null ? fetched : { work: mine, wait: null };
  useEffect(() => void loadConcernWork(id), [id, bump]);
  const waits = now?.work?.state === "waiting";
  useEffect(() => {
    if (!waits) return undefined;
    const timer = setInterval(() => void loadConcernWork(id), againMs);
    return () => clearInterval(timer);
  }, [id, waits]);
  useEffect(() => () => forgetConcernWork(id), [id]);
  const words = now === undefined ? null : whereWords(now, { agents, book, me });
  if (words === null) return null;
  const command = (["work.pull", "work.takeBack"] as const).find((one) => canRun(one));
  return (
    <p className="concern-work" data-state={now?.work?.state}>
      <Icon name={waits ? "clock" : "person"} size="small" />
      <span>{words}</span>
      {command === undefined ? null : (
        <Button look="quiet" onPress={() => runCommand(command)}>
          {t(command === "work.pull" ? "routing.take" : "routing.commands.takeBack")}
        </Button>
      )}
    </p>
  );
};
