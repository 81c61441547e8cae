// What a past day would have become by the book as it stands in the form: as it was beside as it would have been, with bars. Called by AdminRouting.
import { useState } from "react";
import type { CSSProperties } from "react";
import type { RoutingBook } from "#contract/routing-book.ts";
import { routing } from "#contract/routing-endpoints.ts";
import type { PlayedDay } from "#contract/routing-endpoints.ts";
import { AskingState, CancelAsking, useAsking } from "#web/kit/Asking.tsx";
import { Button } from "#web/kit/Button.tsx";
import { Field } from "#web/kit/Field.tsx";
import { ScrollBox } from "#web/kit/ScrollBox.tsx";
import { call } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { queueName } from "#web/state/routingBook.ts";
import { secondsWords } from "#web/state/routingDraft.ts";
import { useStore } from "#web/state/store.ts";
import { plainDay, listed, number, t } from "#web/state/words.ts";

/** The calendar's day here, so many days ago. */
const daysAgo = (days: number): string => {
  const then = new Date();
  then.setDate(then.getDate() - days);
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
};

interface Told {
  readonly book: RoutingBook;
  readonly day: string;
  readonly played: PlayedDay;
}

export const PreviewCard = ({ book }: { readonly book: RoutingBook }) => {
  const [day, setDay] = useState(() => daysAgo(1));
  const asking = useAsking<Told>(JSON.stringify([book, day]));
  const ask = (): void =>
    asking.ask(async (signal) => {
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      const outcome = await call(routing.preview, { body: { book, day, zone } }, signal);
      return outcome.ok ? { ok: true, value: { book, day, played: outcome.value } } : outcome;
    });
  return (
    <section className="card routing-preview">
      <h2>{t("routingSetup.preview")}</h2>
      <p className="card-words">{t("routingSetup.previewHint")}</p>
      <form
        className="routing-add"
        onSubmit={(submit) => {
          submit.preventDefault();
          if (day !== "") ask();
        }}
      >
        <Field label={t("routingSetup.day")} type="date" value={day} onChange={setDay} />
        <Button type="submit" isDisabled={day === ""}>
          {t("routingSetup.play")}
        </Button>
        <CancelAsking asking={asking} />
      </form>
      <AskingState asking={asking} label={t("routingSetup.playing")} />
      <div aria-live="polite">{asking.told === null ? null : <Outcome told={asking.told} />}</div>
    </section>
  );
};

const Outcome = ({ told: { book, day, played } }: { readonly told: Told }) => {
  const agents = useStore(deskState, (state) => state.agents);
  const nameOf = (id: string): string => queueName(book, id);
  const busy = played.agents.filter(({ was, would }) => was + would > 0).toSorted((a, b) => b.would - a.would);
  const most = Math.max(1, ...busy.map(({ was, would }) => Math.max(was, would)));
  return (
    <div className="routing-outcome">
      <p>
        <strong>{t("routingSetup.played", { count: played.played, day: plainDay(day) })}</strong>
        {played.more ? ` ${t("routingSetup.playedMore")}` : ""}
        {played.nowhere > 0 ? ` ${t("routingSetup.nowhere", { count: played.nowhere })}` : ""}
      </p>
      <ScrollBox className="routing-scroll" label={t("routingSetup.preview")}>
        <table className="routing-table">
          <thead>
            <tr>
              <th scope="col">{t("routingSetup.queue")}</th>
              <th scope="col">{t("routingSetup.came")}</th>
              <th scope="col">{t("routingSetup.inTime")}</th>
              <th scope="col">{t("routingSetup.average")}</th>
              <th scope="col">{t("routingSetup.left")}</th>
            </tr>
          </thead>
          <tbody>
            {played.queues.map(({ queueId, came, was, would, left, relaxed, overflowedTo }) => {
              const target = book.queues.find((queue) => queue.id === queueId)?.target ?? 0;
              const notes = [
                ...(relaxed > 0 ? [t("routingSetup.relaxed", { count: relaxed })] : []),
                ...overflowedTo.map(({ queueId: to, count }) =>
                  t("routingSetup.overflowed", { count, to: nameOf(to) }),
                ),
                ...(would.abandoned > 0 ? [t("routingSetup.abandoned", { count: would.abandoned })] : []),
              ];
              return (
                <tr key={queueId}>
                  <th scope="row">
                    {nameOf(queueId)}
                    {notes.length === 0 ? null : <small>{listed(notes)}</small>}
                  </th>
                  <td>{number(came)}</td>
                  <td>
                    <Level word={t("routingSetup.was")} value={was.serviceLevel} target={null} />
                    <Level word={t("routingSetup.would")} value={would.serviceLevel} target={target} />
                  </td>
                  <td>
                    <small>{waitWords(was.averageWaitSeconds)}</small>
                    <br />
                    {waitWords(would.averageWaitSeconds)}
                  </td>
                  <td data-bad={left > 0 || undefined}>{number(left)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </ScrollBox>
      {busy.length === 0 ? (
        <p className="card-words">{t("routingSetup.nobodyThere")}</p>
      ) : (
        <table className="routing-table">
          <thead>
            <tr>
              <th scope="col">{t("routingSetup.agent")}</th>
              <th scope="col">{t("routingSetup.answers")}</th>
            </tr>
          </thead>
          <tbody>
            {busy.map(({ agentId, was, would }) => (
              <tr key={agentId}>
                <th scope="row">{agents.find(({ id }) => id === agentId)?.name ?? t("filters.gone")}</th>
                <td>
                  <Bar word={t("routingSetup.was")} share={was / most} says={number(was)} />
                  <Bar word={t("routingSetup.would")} share={would / most} says={number(would)} strong />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className="field-hint">{t("routingSetup.assumes")}</p>
    </div>
  );
};

const waitWords = (seconds: number | null): string => (seconds === null ? "–" : secondsWords(roughly(seconds)));

/** No more than two units: whole minutes from ten minutes on. */
const roughly = (seconds: number): number => (seconds < 600 ? seconds : Math.round(seconds / 60) * 60);

const Level = ({
  word,
  value,
  target,
}: {
  readonly word: string;
  readonly value: number | null;
  /** Reached or not is shown; null: only what was. */
  readonly target: number | null;
}) => (
  <Bar
    word={word}
    share={(value ?? 0) / 100}
    says={value === null ? "–" : t("routingSetup.percent", { value: Math.round(value) })}
    strong={target !== null}
    {...(target === null || value === null ? {} : { isBelow: value < target })}
  />
);

const Bar = ({
  word,
  share,
  says,
  strong = false,
  isBelow,
}: {
  readonly word: string;
  readonly share: number;
  readonly says: string;
  readonly strong?: boolean;
  readonly isBelow?: boolean;
}) => (
  <span className="routing-bar" data-strong={strong || undefined} data-below={isBelow}>
    <span className="routing-bar-word">{word}</span>
    <span className="routing-bar-track" aria-hidden>
      <i style={{ "--share": share } as CSSProperties} />
    </span>
    <span className="routing-bar-says">{says}</span>
  </span>
);
