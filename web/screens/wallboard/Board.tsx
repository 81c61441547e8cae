// Queues on a big screen, to be read from across a room: one to twelve of them, no name of anybody, nothing to press.
import { useSyncExternalStore } from "react";
import type { WallboardNow } from "#contract/routing.ts";
import { Icon } from "#web/kit/Icon.tsx";
import { boardOnWall } from "#web/state/board.ts";
import { span, standing } from "#web/state/spans.ts";
import { useStore } from "#web/state/store.ts";
import { clockTime, number, t } from "#web/state/words.ts";
import "#web/kit/icon.css";
import "#web/screens/wallboard/board.css";

const watchSeconds = (heard: () => void): (() => void) => {
  const ticking = setInterval(heard, 1_000);
  return () => clearInterval(ticking);
};

const wholeSeconds = (): number => Math.floor(performance.now() / 1_000);
const timeOfDay = (): string => clockTime(new Date());

/** Columns and rows for so many queues on a wide screen. */
export const layoutOf = (count: number): readonly [columns: number, rows: number] => {
  const columns = count <= 1 ? 1 : count === 2 ? 2 : count === 4 ? 2 : count <= 9 ? 3 : 4;
  return [columns, Math.max(1, Math.ceil(count / columns))];
};

export const Board = () => {
  const { board, receivedMs, lostSinceMs, over } = useStore(boardOnWall, (now) => now);
  const second = useSyncExternalStore(watchSeconds, wholeSeconds);
  const clock = useSyncExternalStore(watchSeconds, timeOfDay);
  if (over !== null)
    return (
      <main className="board board-over">
        <h1>{t(`wallboard.${over}`)}</h1>
        <p>{t("wallboard.goneHint")}</p>
      </main>
    );
  const lost = lostSinceMs === null ? null : t("wallboard.lost", { time: clockTime(new Date(lostSinceMs)) });
  if (board === null) return <main className="board board-over">{lost === null ? null : <h1>{lost}</h1>}</main>;
  const [columns, rows] = layoutOf(board.queues.length);
  return (
    <main className="board" data-stale={lost !== null || !board.routed || undefined}>
      <header className="board-head">
        <h1 dir="auto">{board.name}</h1>
        {lost !== null || !board.routed ? (
          <p className="board-told" role="alert">
            <Icon name={lost === null ? "warning" : "offline"} /> {lost ?? notRouted(board)}
          </p>
        ) : (
          <Agents agents={board.agents} />
        )}
        <time className="board-clock">{clock}</time>
      </header>
      {board.queues.length === 0 ? <p className="board-none">{t("wallboard.noQueues")}</p> : null}
      <div className="board-queues" data-columns={columns} data-rows={rows}>
        {board.queues.map((queue) => (
          <QueueTile key={queue.queueId} queue={queue} passed={lost === null ? second - receivedMs / 1_000 : 0} />
        ))}
      </div>
      {board.more > 0 ? <p className="board-more">{t("wallboard.more", { count: board.more })}</p> : null}
    </main>
  );
};

const notRouted = ({ routedAt }: WallboardNow): string =>
  routedAt === null ? t("wallboard.neverRouted") : t("wallboard.notRouted", { time: clockTime(routedAt) });

const Agents = ({ agents }: { readonly agents: WallboardNow["agents"] }) => (
  <dl className="board-agents">
    {(["available", "busy", "wrapUp", "away"] as const).map((state) => (
      <div key={state} data-state={state}>
        <dd>{number(agents[state])}</dd>
        <dt>{t(`wallboard.${state}`)}</dt>
      </div>
    ))}
  </dl>
);

const QueueTile = ({ queue, passed }: { readonly queue: WallboardNow["queues"][number]; readonly passed: number }) => {
  const { serviceLevel } = queue.today;
  const stands = standing(serviceLevel, queue.target);
  const state = queue.paused ? "paused" : queue.open ? (queue.overflows ? "overflows" : null) : "closed";
  return (
    <section
      className="board-queue"
      data-standing={stands ?? undefined}
      data-quiet={queue.paused || !queue.open || undefined}
    >
      <h2>
        <span dir="auto">{queue.name}</span>
        {state === null ? null : (
          <em>
            <Icon name={state === "closed" ? "lock" : state === "paused" ? "pause" : "split"} />{" "}
            {t(`wallboard.${state}`)}
          </em>
        )}
      </h2>
      <div className="board-numbers">
        <p className="board-waiting">
          <strong>{number(queue.waiting + queue.offered)}</strong>
          <span>{t("wallboard.waiting")}</span>
        </p>
        <p className="board-longest">
          <strong>
            {queue.longestWaitSeconds === null ? "–" : span(queue.longestWaitSeconds + Math.max(0, passed))}
          </strong>
          <span>{t("wallboard.longest")}</span>
        </p>
        <p className="board-level" data-standing={stands ?? undefined}>
          <strong>
            {serviceLevel === null || stands === null ? (
              "–"
            ) : (
              <>
                <Icon name={stands === "met" ? "check" : "warning"} label={t(`wallboard.${stands}`)} />
                {t("wallboard.percent", { share: number(Math.round(serviceLevel)) })}
              </>
            )}
          </strong>
          <span>{t("wallboard.levelOf", { target: queue.target, within: span(queue.withinSeconds) })}</span>
        </p>
      </div>
    </section>
  );
};
