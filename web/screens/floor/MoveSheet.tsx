// Gives a piece of work that was taken up to a queue, somebody or a team: what is typed narrows the list. Used by FloorPage.tsx.
import { useState } from "react";
import { Header, ListBoxItem, ListBoxSection } from "react-aria-components";
import type { Hand } from "#contract/routing.ts";
import { Finder } from "#web/kit/Finder.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import type { IconName } from "#web/kit/Icon.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { deskState } from "#web/state/desk.ts";
import { floor } from "#web/state/floor.ts";
import { moveWork, type Target } from "#web/state/floorActions.ts";
import { floorUi, setFloorUi } from "#web/state/floorUi.ts";
import { routingBook } from "#web/state/routingBook.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";

export const MoveSheet = () => {
  const moving = useStore(floorUi, (now) => now.moving);
  const close = (): void => setFloorUi({ moving: null });
  return (
    <Sheet
      bare
      title={t("floor.giveTo", { number: String(moving?.number ?? "") })}
      isOpen={moving !== null}
      onClose={close}
    >
      {moving === null ? null : <Targets work={moving} close={close} />}
    </Sheet>
  );
};

interface Line {
  readonly id: string;
  readonly name: string;
  readonly detail: string;
  readonly icon: IconName;
  readonly to: Target;
}

const Targets = ({ work, close }: { readonly work: Hand; readonly close: () => void }) => {
  const [typed, setTyped] = useState("");
  const { agents, teams } = useStore(deskState, (state) => state);
  const book = useStore(routingBook, (now) => now.book);
  const now = useStore(floor, (known) => known.now);
  const wanted = typed.trim().toLowerCase();
  const fits = ({ name }: Line): boolean => wanted.split(/\s+/).every((part) => name.toLowerCase().includes(part));
  const rank = ["available", "busy", "wrapUp", "away", "offline"];
  const people: Line[] = agents
    .filter(({ id, active }) => active && id !== work.agentId)
    .map((agent) => {
      const presence = now?.agents.find(({ agentId }) => agentId === agent.id)?.presence.state ?? "offline";
      return { agent, presence };
    })
    .toSorted((a, b) => rank.indexOf(a.presence) - rank.indexOf(b.presence) || a.agent.name.localeCompare(b.agent.name))
    .map(({ agent, presence }) => ({
      id: `agent:${agent.id}`,
      name: agent.name,
      detail: t(`routing.presence.${presence}`),
      icon: "person",
      to: { agentId: agent.id },
    }));
  const queues: Line[] = (now?.queues ?? [])
    .filter(({ queueId }) => queueId !== work.queueId || work.state !== "waiting")
    .flatMap(({ queueId, waiting }) => {
      const name = book?.queues.find(({ id }) => id === queueId)?.name;
      return name === undefined
        ? []
        : [
            {
              id: `queue:${queueId}`,
              name,
              detail: t("floor.waitingCount", { count: waiting }),
              icon: "inbox" as const,
              to: { queueId: queueId },
            },
          ];
    });
  const ofTeams: Line[] = teams.map((team) => ({
    id: `team:${team.id}`,
    name: team.name,
    detail: "",
    icon: "people",
    to: { teamId: team.id },
  }));
  const groups = [
    { id: "agents", title: t("floor.people"), lines: people.filter(fits).slice(0, 30) },
    { id: "queues", title: t("floor.queues"), lines: queues.filter(fits).slice(0, 30) },
    { id: "teams", title: t("floor.teams"), lines: ofTeams.filter(fits).slice(0, 30) },
  ].filter(({ lines }) => lines.length > 0);
  const act = (id: string): void => {
    const line = groups.flatMap(({ lines }) => lines).find((one) => one.id === id);
    close();
    if (line) void moveWork(work, line.to, line.name);
  };
  const label = t("floor.giveTo", { number: String(work.number) });
  return (
    <Finder
      label={label}
      hint={label}
      listLabel={t("floor.targets")}
      typed={typed}
      setTyped={setTyped}
      act={act}
      close={close}
    >
      {groups.map(({ id, title, lines }) => (
        <ListBoxSection key={id} id={id}>
          <Header className="finder-head">{title}</Header>
          {lines.map((line) => (
            <ListBoxItem key={line.id} id={line.id} className="menu-item" textValue={line.name}>
              <Icon name={line.icon} />
              <span className="menu-label">
                {line.name}
                {line.detail === "" ? null : <small>{line.detail}</small>}
              </span>
            </ListBoxItem>
          ))}
        </ListBoxSection>
      ))}
    </Finder>
  );
};
