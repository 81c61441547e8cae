// The people of the floor by what they are doing: since when, how full, with what in their hands. Used by FloorPage.tsx.
import { Button as AriaButton } from "react-aria-components";
import type { Agent } from "#contract/agents.ts";
import type { RoutingBook } from "#contract/routing-book.ts";
import type { AgentNow, PresenceState } from "#contract/routing.ts";
import { Icon } from "#web/kit/Icon.tsx";
import { Face } from "#web/kit/Marks.tsx";
import { ActionMenu } from "#web/kit/Menu.tsx";
import { Load, RunningSince } from "#web/screens/floor/Marks.tsx";
import { PersonInside } from "#web/screens/floor/PersonInside.tsx";
import { useDropOn, WorkLine } from "#web/screens/floor/Work.tsx";
import { setPresence } from "#web/state/floorActions.ts";
import { floorUi, setFloorUi } from "#web/state/floorUi.ts";
import { useStore } from "#web/state/store.ts";
import { clockTime, number, serviceLength, t, words } from "#web/state/words.ts";

/** Somebody, and what the server says of them; null: they never were there. */
export interface Person {
  readonly agent: Agent;
  readonly now: AgentNow | null;
}

const order: readonly PresenceState[] = ["available", "busy", "wrapUp", "away", "offline"];

export const People = ({
  people,
  book,
  at,
}: {
  readonly people: readonly Person[];
  readonly book: RoutingBook;
  readonly at: string;
}) => {
  const open = useStore(floorUi, ({ agentId }) => agentId);
  const groups = Map.groupBy(people, ({ now }) => now?.presence.state ?? "offline");
  return (
    <>
      {order.flatMap((state) => {
        const some = groups.get(state);
        if (some === undefined) return [];
        return [
          <section key={state} className="floor-group" data-state={state}>
            <h3>
              <StateDot state={state} />
              {t(`routing.presence.${state}`)} <span className="floor-quiet">{number(some.length)}</span>
            </h3>
            <ul className="floor-people">
              {some.map((person) => (
                <PersonRow
                  key={person.agent.id}
                  person={person}
                  book={book}
                  at={at}
                  isOpen={open === person.agent.id}
                />
              ))}
            </ul>
          </section>,
        ];
      })}
    </>
  );
};

/** Filled, half, ringed, hollow: told apart without colour. */
const StateDot = ({ state }: { readonly state: PresenceState }) => (
  <span className="floor-dot" data-state={state} aria-hidden />
);

const PersonRow = ({
  person: { agent, now },
  book,
  at,
  isOpen,
}: {
  readonly person: Person;
  readonly book: RoutingBook;
  readonly at: string;
  readonly isOpen: boolean;
}) => {
  const isHere = useStore(floorUi, ({ spot }) => spot?.kind === "agent" && spot.id === agent.id);
  const drop = useDropOn({ agentId: agent.id }, agent.name, (work) => work.agentId === agent.id);
  const state = now?.presence.state ?? "offline";
  return (
    <li className="floor-person" data-here={isHere || undefined} {...drop}>
      <div className="floor-person-line">
        <button
          type="button"
          className="floor-name"
          data-floor-row
          aria-expanded={isOpen}
          onFocus={() => setFloorUi({ spot: { kind: "agent", id: agent.id } })}
          onClick={() => setFloorUi({ agentId: isOpen ? null : agent.id })}
        >
          <Icon name={isOpen ? "down" : "right"} size="small" />
          <Face name={agent.name} small />
          <span dir="auto">{agent.name}</span>
        </button>
        <span className="floor-since">
          {now === null ? (
            t("floor.neverThere")
          ) : (
            <>
              {reasonOf(now.presence.reason, book)}
              <RunningSince since={now.presence.since} at={at} />
              {now.presence.until === null ? "" : ` · ${t("floor.until", { time: clockTime(now.presence.until) })}`}
              {now.presence.vanishedAt === null || state === "offline" ? null : (
                <span className="badge" data-tone="warn">
                  <Icon name="offline" size="small" /> {t("floor.vanished")}
                </span>
              )}
              {now.keptForId === null ? null : <span className="badge">{t("floor.keptFree")}</span>}
            </>
          )}
        </span>
        {now === null ? null : (
          <>
            <Load load={now.load} />
            <span className="floor-day">{dayOf(now)}</span>
          </>
        )}
        <ActionMenu
          label={t("floor.personMenu", { name: agent.name })}
          placement="bottom end"
          trigger={
            <AriaButton
              className="icon-button"
              data-size="small"
              aria-label={t("floor.personMenu", { name: agent.name })}
            >
              <Icon name="more" />
            </AriaButton>
          }
          entries={(["available", "away", "offline"] as const)
            .filter((to) => to !== state)
            .map((to) => ({
              id: to,
              label: t(`floor.setTo.${to}`),
              run: () => void setPresence(agent.id, agent.name, to, state),
            }))}
        />
      </div>
      {now !== null && now.work.length + now.elsewhere > 0 ? (
        <ul className="floor-works">
          {now.work.map((work) => (
            <WorkLine key={work.id} work={work} at={at} />
          ))}
          {now.elsewhere > 0 ? <li className="floor-quiet">{t("floor.elsewhere", { count: now.elsewhere })}</li> : null}
        </ul>
      ) : null}
      {isOpen ? <PersonInside agent={agent} book={book} /> : null}
    </li>
  );
};

const reasonOf = (reason: string, book: RoutingBook): string => {
  if (reason === "") return "";
  const name = words(`routing.ownReasons.${reason}`) ?? book.reasons.find(({ id }) => id === reason)?.name;
  return name === undefined ? "" : `${name} · `;
};

/** "12 settled · 74 % busy of 3 h 10 min". */
const dayOf = ({ today }: AgentNow): string =>
  [
    t("floor.handled", { count: today.handled }),
    ...(today.thereSeconds < 60
      ? []
      : [
          t("floor.occupancy", {
            share: number(Math.round((100 * today.busySeconds) / today.thereSeconds)),
            there: serviceLength(Math.floor(today.thereSeconds / 60)),
          }),
        ]),
  ].join(" · ");
