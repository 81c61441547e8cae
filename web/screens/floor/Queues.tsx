// The queues of the floor as rows: how they stand, and unfolded what waits in them and how predictions held. Used by FloorPage.tsx.
import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import type { Queue } from "#contract/routing-book.ts";
import type { QueueNow } from "#contract/routing.ts";
import { routing } from "#contract/routing-endpoints.ts";
import { IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Unanswered } from "#web/kit/States.tsx";
import { Calibration, Curve, Interval, Running, Share } from "#web/screens/floor/Marks.tsx";
import { KindMark, useDropOn, WorkLine } from "#web/screens/floor/Work.tsx";
import { callOrThrow } from "#web/state/client.ts";
import { floor } from "#web/state/floor.ts";
import { pauseQueue } from "#web/state/floorActions.ts";
import { floorUi, setFloorUi } from "#web/state/floorUi.ts";
import { span } from "#web/state/spans.ts";
import { useStore } from "#web/state/store.ts";
import { number, sinceOrUntil, t } from "#web/state/words.ts";

export const Queues = ({
  queues,
  book,
  at,
}: {
  readonly queues: readonly QueueNow[];
  readonly book: readonly Queue[];
  readonly at: string;
}) => {
  const open = useStore(floorUi, ({ queueId }) => queueId);
  return (
    <table className="floor-queues">
      <caption className="quietly">{t("floor.queues")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("floor.queue")}</th>
          <th scope="col">{t("floor.waiting")}</th>
          <th scope="col">{t("floor.longest")}</th>
          <th scope="col">{t("floor.predicted")}</th>
          <th scope="col">{t("floor.levelHalf")}</th>
          <th scope="col">{t("floor.levelToday")}</th>
          <th scope="col">{t("floor.whoCan")}</th>
          <th scope="col">{t("floor.curve")}</th>
          <th scope="col">
            <span className="quietly">{t("commands.floorPause")}</span>
          </th>
        </tr>
      </thead>
      {queues.map((queue) => {
        const set = book.find(({ id }) => id === queue.queueId);
        return set === undefined ? null : (
          <tbody key={queue.queueId}>
            <QueueRow queue={queue} set={set} at={at} isOpen={open === queue.queueId} />
            {open === queue.queueId ? (
              <tr className="floor-inside">
                <td colSpan={9}>
                  <Inside queue={queue} at={at} />
                </td>
              </tr>
            ) : null}
          </tbody>
        );
      })}
    </table>
  );
};

const QueueRow = ({
  queue,
  set,
  at,
  isOpen,
}: {
  readonly queue: QueueNow;
  readonly set: Queue;
  readonly at: string;
  readonly isOpen: boolean;
}) => {
  const curve = useStore(floor, ({ curves }) => curves[queue.queueId]) ?? [];
  const isHere = useStore(floorUi, ({ spot }) => spot?.kind === "queue" && spot.id === queue.queueId);
  const drop = useDropOn(
    { queueId: queue.queueId },
    set.name,
    (work) => work.queueId === queue.queueId && work.state === "waiting",
  );
  // Of kinds in which somebody waits, else of all: the longest.
  const kinds = queue.byKind.some(({ waiting }) => waiting > 0)
    ? queue.byKind.filter(({ waiting }) => waiting > 0)
    : queue.byKind;
  const predicted = kinds
    .flatMap((kind) => kind.predicted ?? [])
    .toSorted((a, b) => b.high - a.high)
    .at(0);
  const { lastHalfHour, today } = queue;
  return (
    <tr
      className="floor-queue"
      data-here={isHere || undefined}
      data-paused={queue.paused || undefined}
      onFocus={() => setFloorUi({ spot: { kind: "queue", id: queue.queueId } })}
      {...drop}
    >
      <th scope="row">
        <button
          type="button"
          className="floor-name"
          data-floor-row
          aria-expanded={isOpen}
          onClick={() => setFloorUi({ queueId: isOpen ? null : queue.queueId })}
        >
          <Icon name={isOpen ? "down" : "right"} size="small" />
          <span dir="auto">{set.name}</span>
        </button>
        <span className="floor-badges">
          {queue.paused ? (
            <span className="badge" data-tone="warn">
              <Icon name="pause" size="small" /> {t("floor.isPaused")}
            </span>
          ) : null}
          {queue.open ? null : (
            <span className="badge">
              <Icon name="lock" size="small" /> {t("floor.isClosed")}
            </span>
          )}
          {queue.overflows ? (
            <span className="badge" data-tone="warn">
              <Icon name="split" size="small" /> {t("floor.overflows")}
            </span>
          ) : null}
        </span>
      </th>
      <td className="floor-number" data-label={t("floor.waiting")}>
        <strong>{number(queue.waiting + queue.offered)}</strong>
        {queue.offered > 0 ? <small>{t("floor.offeredOfThem", { count: queue.offered })}</small> : null}
      </td>
      <td data-label={t("floor.longest")}>
        {queue.longestWaitSeconds === null ? "–" : <Running seconds={queue.longestWaitSeconds} />}
      </td>
      <td data-label={t("floor.predicted")}>
        <Interval predicted={predicted ?? null} />
      </td>
      <td data-label={t("floor.levelHalf")}>
        <Share share={lastHalfHour.serviceLevel} target={set.target} of={lastHalfHour.answered} />
      </td>
      <td data-label={t("floor.levelToday")}>
        <Share share={today.serviceLevel} target={set.target} of={today.answered} />
      </td>
      <td
        data-label={t("floor.whoCan")}
        title={t("floor.whoCanHint", { available: queue.available, present: queue.present })}
      >
        {queue.available === 0 && queue.waiting > 0 ? (
          <Icon name="warning" size="small" label={t("floor.nobodyCan")} />
        ) : null}
        <span aria-hidden>
          {number(queue.available)}
          <span className="floor-quiet"> / {number(queue.present)}</span>
        </span>
        <span className="quietly">{t("floor.whoCanHint", { available: queue.available, present: queue.present })}</span>
      </td>
      <td className="floor-curve-cell">
        <Curve samples={curve} nowMs={Date.parse(at)} />
      </td>
      <td className="floor-do">
        <IconButton
          icon={queue.paused ? "play" : "pause"}
          size="small"
          pressed={queue.paused}
          label={t(queue.paused ? "floor.goOn" : "floor.pause", { name: set.name })}
          keys="P"
          onPress={() => void pauseQueue(queue.queueId, set.name, !queue.paused)}
        />
      </td>
    </tr>
  );
};

const Inside = ({ queue, at }: { readonly queue: QueueNow; readonly at: string }) => {
  const asked = useQuery({
    // With every reading of the floor that says something else of this queue.
    queryKey: ["queueWaiting", queue.queueId, queue.waiting, queue.offered, queue.held],
    queryFn: ({ signal }) => callOrThrow(routing.waiting, { params: { id: queue.queueId } }, signal),
    placeholderData: (before) => before,
    staleTime: 0,
    refetchInterval: 5_000,
  });
  const { today, lastHalfHour } = queue;
  return (
    <div className="floor-inside-parts">
      <section>
        <h3>{t("floor.inOrder", { count: queue.waiting })}</h3>
        {asked.data === undefined ? (
          <Unanswered asked={asked} rows={2} />
        ) : asked.data.length === 0 ? (
          <p className="floor-quiet">{t("floor.nothingWaits")}</p>
        ) : (
          <ol className="floor-works">
            {asked.data.map((work) => (
              <WorkLine
                key={work.id}
                work={work}
                at={at}
                also={
                  <>
                    {" · "}
                    {t(Date.parse(work.urgencyAt) < Date.parse(at) ? "floor.wasDue" : "floor.due", {
                      when: sinceOrUntil(work.urgencyAt, new Date(at)),
                    })}
                    {work.step > 0 ? ` · ${t("floor.step", { count: work.step })}` : ""}
                    {work.wait?.predicted ? (
                      <>
                        {` · ${t("floor.still")} `}
                        <Interval predicted={work.wait.predicted} />
                      </>
                    ) : null}
                  </>
                }
              />
            ))}
          </ol>
        )}
        {queue.waiting > 100 ? <p className="floor-quiet">{t("floor.firstHundred")}</p> : null}
      </section>
      <section>
        <h3>{t("floor.kinds")}</h3>
        <dl className="floor-facts">
          {queue.byKind.map((kind) => (
            <Fragment key={kind.kind}>
              <dt>
                <KindMark kind={kind.kind} /> {t(`routing.kinds.${kind.kind}`)}
              </dt>
              <dd>
                {t("floor.waitingCount", { count: kind.waiting })} · <Interval predicted={kind.predicted} />
                <Calibration judged={kind.judged} inside={kind.inside} />
              </dd>
            </Fragment>
          ))}
        </dl>
        <h3>{t("floor.became")}</h3>
        <table className="floor-became">
          <thead>
            <tr>
              <th scope="col">
                <span className="quietly">{t("floor.became")}</span>
              </th>
              <th scope="col">{t("floor.half")}</th>
              <th scope="col">{t("floor.today")}</th>
            </tr>
          </thead>
          <tbody>
            <Became what={t("floor.answered")} half={number(lastHalfHour.answered)} day={number(today.answered)} />
            <Became what={t("floor.abandoned")} half={number(lastHalfHour.abandoned)} day={number(today.abandoned)} />
            <Became
              what={t("floor.average")}
              half={timeOf(lastHalfHour.averageWaitSeconds)}
              day={timeOf(today.averageWaitSeconds)}
            />
            <Became
              what={t("floor.longestAnswered")}
              half={timeOf(lastHalfHour.longestWaitSeconds)}
              day={timeOf(today.longestWaitSeconds)}
            />
          </tbody>
        </table>
      </section>
    </div>
  );
};

const timeOf = (seconds: number | null): string => (seconds === null ? "–" : span(seconds));

const Became = ({ what, half, day }: { readonly what: string; readonly half: string; readonly day: string }) => (
  <tr>
    <th scope="row">{what}</th>
    <td>{half}</td>
    <td>{day}</td>
  </tr>
);
