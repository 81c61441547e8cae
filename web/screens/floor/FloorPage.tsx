// The floor for who supervises: all queues and everybody, live; work is dragged or given by key, people and queues are set in place.
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { RoutingBook } from "#contract/routing-book.ts";
import type { RoutingNow } from "#contract/routing.ts";
import { runCommand } from "#web/commands/run.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Field } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Empty, Failed, Waiting } from "#web/kit/States.tsx";
import { Boards } from "#web/screens/floor/Boards.tsx";
import { Running } from "#web/screens/floor/Marks.tsx";
import { MoveSheet } from "#web/screens/floor/MoveSheet.tsx";
import { People, type Person } from "#web/screens/floor/People.tsx";
import { Queues } from "#web/screens/floor/Queues.tsx";
import { TakesSheet } from "#web/screens/floor/TakesSheet.tsx";
import { TellSheet } from "#web/screens/floor/TellSheet.tsx";
import { deskState } from "#web/state/desk.ts";
import { floor, followFloor, reloadFloor } from "#web/state/floor.ts";
import { showFloor } from "#web/state/floorUi.ts";
import { hasRouting, loadRoutingBook, useRoutingBook } from "#web/state/routingBook.ts";
import { useStore } from "#web/state/store.ts";
import { clockTime, number, t } from "#web/state/words.ts";
import "#web/screens/floor/floor.css";

export const FloorPage = () => {
  const navigate = useNavigate();
  const known = useRoutingBook();
  useEffect(showFloor, []);
  useEffect(followFloor, []);
  return (
    <div className="page floor" data-keys="list">
      <header className="page-head">
        <IconButton icon="back" label={t("kit.backToDesk")} onPress={() => void navigate({ to: "/desk" })} />
        <h1>{t("floor.title")}</h1>
        <Button look="quiet" icon="chat" onPress={() => runCommand("floorTell")} aria-label={t("floor.tell")}>
          {t("floor.tell")}
        </Button>
        <Button look="quiet" icon="people" onPress={() => runCommand("floorTakes")} aria-label={t("floor.takes")}>
          {t("floor.takes")}
        </Button>
        <Button look="quiet" icon="expand" onPress={() => runCommand("floorBoards")} aria-label={t("floor.boards")}>
          {t("floor.boards")}
        </Button>
      </header>
      <div className="floor-body">
        {known.book === null ? (
          known.problem === null ? (
            <Waiting rows={4} />
          ) : (
            <Failed problem={known.problem} retry={() => void loadRoutingBook()} />
          )
        ) : hasRouting(known) ? (
          <Floor book={known.book} />
        ) : (
          <Empty icon="inbox" title={t("floor.noQueues")}>
            {t("floor.noQueuesHint")}
          </Empty>
        )}
      </div>
    </div>
  );
};

const Floor = ({ book }: { readonly book: RoutingBook }) => {
  const { now, problem } = useStore(floor, (known) => known);
  const agents = useStore(deskState, (state) => state.agents);
  const [typed, setTyped] = useState("");
  if (now === null) return problem === null ? <Waiting rows={4} /> : <Failed problem={problem} retry={reloadFloor} />;
  const wanted = typed.trim().toLowerCase();
  const people: Person[] = agents
    .filter(({ active, name }) => active && name.toLowerCase().includes(wanted))
    .map((agent) => ({ agent, now: now.agents.find(({ agentId }) => agentId === agent.id) ?? null }))
    .toSorted(
      (a, b) =>
        (a.now === null ? 1 : 0) - (b.now === null ? 1 : 0) ||
        Date.parse(a.now?.presence.since ?? "") - Date.parse(b.now?.presence.since ?? "") ||
        a.agent.name.localeCompare(b.agent.name),
    );
  return (
    <>
      {problem === null ? null : (
        <p className="floor-told" role="alert">
          <Icon name="offline" /> {t("floor.stale", { time: clockTime(now.at) })}
        </p>
      )}
      {now.routed ? null : (
        <p className="floor-told" role="alert">
          <Icon name="warning" />{" "}
          {now.routedAt === null ? t("floor.neverRouted") : t("floor.notRouted", { time: clockTime(now.routedAt) })}
        </p>
      )}
      <Sums now={now} />
      <section aria-label={t("floor.queues")}>
        <Queues queues={now.queues} book={book.queues} at={now.at} />
      </section>
      <section aria-labelledby="floor-people">
        <header className="floor-people-head">
          <h2 id="floor-people">{t("floor.people")}</h2>
          {agents.length > 12 ? <Field label={t("floor.findPeople")} value={typed} onChange={setTyped} /> : null}
        </header>
        <People people={people} book={book} at={now.at} />
      </section>
      <p className="floor-quiet">{t("floor.todayBegan", { time: clockTime(now.dayBeganAt) })}</p>
      <MoveSheet />
      <TellSheet />
      <TakesSheet book={book} />
      <Boards book={book} />
    </>
  );
};

/** The whole floor in four numbers. */
const Sums = ({ now }: { readonly now: RoutingNow }) => {
  const waiting = now.queues.reduce((sum, queue) => sum + queue.waiting + queue.offered, 0);
  const longest = Math.max(-1, ...now.queues.map(({ longestWaitSeconds }) => longestWaitSeconds ?? -1));
  const answered = now.queues.reduce((sum, { today }) => sum + today.answered, 0);
  const abandoned = now.queues.reduce((sum, { today }) => sum + today.abandoned, 0);
  const count = (state: string): number => now.agents.filter(({ presence }) => presence.state === state).length;
  return (
    <dl className="floor-sums">
      <div>
        <dt>{t("floor.waiting")}</dt>
        <dd>{number(waiting)}</dd>
      </div>
      <div>
        <dt>{t("floor.longest")}</dt>
        <dd>{longest < 0 ? "–" : <Running seconds={longest} />}</dd>
      </div>
      <div>
        <dt>{t("floor.answeredToday")}</dt>
        <dd>
          {number(answered)}
          {abandoned > 0 ? <small>{t("floor.abandonedCount", { count: abandoned })}</small> : null}
        </dd>
      </div>
      <div>
        <dt>{t("routing.presence.available")}</dt>
        <dd>
          {number(count("available"))}
          <small>{t("floor.ofThere", { count: now.agents.length - count("offline") })}</small>
        </dd>
      </div>
    </dl>
  );
};
