// My work: what I hold in the order of urgency, what waits in my queues and may be taken, and how my day went. Called by the routes.
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { routing } from "#contract/routing-endpoints.ts";
import type { WorkRow } from "#contract/routing.ts";
import { command } from "#web/commands/commands.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { KindMark } from "#web/kit/KindMark.tsx";
import { PriorityMark, useNow } from "#web/kit/Marks.tsx";
import { ActionMenu } from "#web/kit/Menu.tsx";
import type { MenuEntry } from "#web/kit/Menu.tsx";
import { Empty, Failed, Waiting } from "#web/kit/States.tsx";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { nameWords } from "#web/state/names.ts";
import { hasRouting, queueName, routingBook, useRoutingBook } from "#web/state/routingBook.ts";
import { useStore } from "#web/state/store.ts";
import { myWork, pull, setWorkUi, showQueues, takeBack, takeNext } from "#web/state/work.ts";
import type { Waiting as WaitingRows } from "#web/state/work.ts";
import { heldOf, isThere } from "#web/state/workParts.ts";
import type { MyWork } from "#web/state/workParts.ts";
import { returnTo } from "#web/state/ui.ts";
import { number, t } from "#web/state/words.ts";
import { lengthWords, untilWords, waitWords } from "#web/state/workWords.ts";
import "#web/screens/work/work.css";

/** `presence` is given by the routes: on a phone it stands here, since the first pane is not there. */
export const WorkPage = ({ presence }: { readonly presence: React.ReactNode }) => {
  const navigate = useNavigate();
  const { book, problem } = useRoutingBook();
  const mine = useStore(myWork, (now) => now);
  useEffect(showQueues, []);
  return (
    <div className="page">
      <header className="page-head">
        <IconButton icon="back" label={t("kit.backToDesk")} onPress={() => void navigate({ to: "/desk" })} />
        <h1>{t("routing.title")}</h1>
      </header>
      <div className="page-body" data-wide>
        {book !== null && !hasRouting({ book, problem, revision: 0 }) ? (
          <Empty icon="case" title={t("routing.notRouted")}>
            {t("routing.notRoutedHint")}
          </Empty>
        ) : mine === null ? (
          problem === null ? (
            <Waiting rows={3} />
          ) : (
            <Failed problem={problem} />
          )
        ) : (
          <>
            <div className="work-presence">{presence}</div>
            <div className="work-parts">
              <div className="work-main">
                <HeldCard mine={mine} />
                <Queues mine={mine} />
              </div>
              <Today mine={mine} />
            </div>
          </>
        )}
      </div>
    </div>
  );
};

const HeldCard = ({ mine }: { readonly mine: MyWork }) => {
  const held = heldOf(mine);
  return (
    <section className="card work-card" aria-labelledby="work-held">
      <h2 id="work-held">{t("routing.held")}</h2>
      {held.length === 0 ? (
        <p className="card-words">
          {t("routing.heldNone")} {mine.presence.state === "available" ? null : t("routing.heldNoneHint")}
        </p>
      ) : (
        <ul className="work-rows">
          {held.map((row) => (
            <Piece key={row.id} row={row} />
          ))}
        </ul>
      )}
    </section>
  );
};

/** What a row says of how it is held; null: it is being worked on. */
const restWords = (row: WorkRow, now: Date): string | null => {
  if (row.rest === "parked")
    return row.until === null ? t("routing.parked") : t("routing.parkedUntil", { time: untilWords(row.until, now) });
  if (row.until !== null) return t("routing.keptUntil", { time: untilWords(row.until, now) });
  return row.rest === "dormant" ? t("routing.rests") : null;
};

const RowWords = ({ row, children }: { readonly row: WorkRow; readonly children?: React.ReactNode }) => {
  const now = useNow();
  const book = useStore(routingBook, (all) => all.book);
  return (
    <span className="work-row-words">
      <strong dir="auto">
        {nameWords(row.customerName)}
        {row.priority === "normal" ? null : <PriorityMark priority={row.priority} words={false} />}
      </strong>
      <span dir="auto">
        {row.subject} <span className="offer-number">#{row.number}</span>
      </span>
      <small>
        {[
          queueName(book, row.queueId),
          t("routing.waitsSince", { time: lengthWords((now.getTime() - Date.parse(row.arrivedAt)) / 1000) }),
        ].join(" · ")}
        {children}
      </small>
    </span>
  );
};

const Piece = ({ row }: { readonly row: WorkRow }) => {
  const now = useNow();
  const rest = restWords(row, now);
  const entries: readonly MenuEntry[] = [
    ...(row.rest === "parked"
      ? [
          {
            id: "takeBack",
            label: t(command("work.takeBack").title),
            icon: "undo" as const,
            run: () => void takeBack(row),
          },
        ]
      : [
          {
            id: "park",
            label: t(command("work.park").title),
            icon: "pause" as const,
            run: () => setWorkUi({ parking: row }),
          },
        ]),
    {
      id: "handOn",
      label: t(command("work.handOn").title),
      icon: "right",
      run: () => setWorkUi({ handing: row }),
    },
  ];
  return (
    <li className="work-row" data-rest={rest === null ? undefined : true}>
      <AriaButton className="work-open" onPress={() => returnTo(row.number)}>
        <KindMark kind={row.kind} />
        <RowWords row={row} />
        {rest === null ? null : <span className="badge">{rest}</span>}
      </AriaButton>
      <ActionMenu
        label={t("routing.pieceMenu", { subject: row.subject })}
        placement="bottom end"
        trigger={
          <AriaButton className="icon-button" aria-label={t("routing.pieceMenu", { subject: row.subject })}>
            <Icon name="more" />
          </AriaButton>
        }
        entries={entries}
      />
    </li>
  );
};

const Queues = ({ mine }: { readonly mine: MyWork }) => (
  <section className="card work-card" aria-labelledby="work-queues">
    <h2 id="work-queues">{t("routing.queues")}</h2>
    {mine.queues.length === 0 ? <p className="card-words">{t("routing.queuesNone")}</p> : null}
    <ul className="work-queues">
      {mine.queues.map((queue) => (
        <QueueLine key={queue.queueId} queue={queue} there={isThere(mine)} />
      ))}
    </ul>
  </section>
);

const QueueLine = ({ queue, there }: { readonly queue: MyWork["queues"][number]; readonly there: boolean }) => {
  const book = useStore(routingBook, (now) => now.book);
  const [open, setOpen] = useState(false);
  const name = queueName(book, queue.queueId);
  return (
    <li className="work-queue">
      <div className="work-queue-head">
        <AriaButton className="work-queue-open" aria-expanded={open} onPress={() => setOpen(!open)}>
          <Icon name={open ? "down" : "right"} size="small" />
          <strong>{name}</strong>
          <span className="work-queue-count" data-empty={queue.waiting === 0 || undefined}>
            {queue.waiting === 0 ? t("routing.queueEmpty") : t("routing.queueWaiting", { count: queue.waiting })}
          </span>
        </AriaButton>
        {queue.mayPull ? (
          <Button
            isDisabled={queue.waiting === 0 || !there}
            aria-label={t("routing.takeNextOf", { queue: name })}
            onPress={() => void takeNext(queue.queueId)}
          >
            {t("routing.takeNext")}
          </Button>
        ) : (
          <small className="work-queue-how">{t("routing.byOffer")}</small>
        )}
      </div>
      {open ? <WaitingList queueId={queue.queueId} mayPull={queue.mayPull && there} count={queue.waiting} /> : null}
    </li>
  );
};

/** What waits in a queue, in its order; fetched again when its number changes. */
const WaitingList = ({
  queueId,
  mayPull,
  count,
}: {
  readonly queueId: string;
  readonly mayPull: boolean;
  readonly count: number;
}) => {
  const [rows, setRows] = useState<WaitingRows | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    let gone = false;
    void call(routing.waiting, { params: { id: queueId } }).then((outcome) => {
      if (gone) return undefined;
      if (outcome.ok) setRows(outcome.value);
      else setProblem(outcome.problem);
      return undefined;
    });
    return () => {
      gone = true;
    };
  }, [queueId, count]);
  if (rows === null) return problem === null ? <Waiting rows={1} /> : <Failed problem={problem} />;
  return (
    <ul className="work-rows">
      {rows.map((row) => (
        <li key={row.id} className="work-row">
          <AriaButton className="work-open" onPress={() => returnTo(row.number)}>
            <KindMark kind={row.kind} />
            <RowWords row={row}>{row.wait?.predicted ? ` · ${waitWords(row.wait.predicted)}` : null}</RowWords>
          </AriaButton>
          {mayPull && row.state === "waiting" ? (
            <Button
              look="quiet"
              aria-label={t("routing.takeOf", { subject: row.subject })}
              onPress={() => void pull(row)}
            >
              {t("routing.take")}
            </Button>
          ) : null}
        </li>
      ))}
    </ul>
  );
};

const Today = ({ mine }: { readonly mine: MyWork }) => {
  const { handled, kept, missed, busySeconds, thereSeconds } = mine.today;
  const facts = [
    ["todayHandled", number(handled)],
    ["todayKept", number(kept)],
    ["todayMissed", number(missed)],
    ["todayBusy", lengthWords(busySeconds)],
    ["todayThere", lengthWords(thereSeconds)],
  ] as const;
  return (
    <section className="card work-card" aria-labelledby="work-today">
      <h2 id="work-today">{t("routing.today")}</h2>
      <dl className="work-today">
        {facts.map(([key, value]) => (
          <div key={key} data-bad={(key === "todayMissed" && missed > 0) || undefined}>
            <dt>{t(`routing.${key}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
};
