// What flows came to in a concern, above everything in its thread: for whoever takes it over. Called by Thread.tsx.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { ConcernFlow } from "#contract/flow-endpoints.ts";
import { flows } from "#contract/flow-endpoints.ts";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { When } from "#web/kit/Marks.tsx";
import { ScrollBox } from "#web/kit/ScrollBox.tsx";
import type { Opened } from "#web/state/apply.ts";
import { callOrThrow } from "#web/state/client.ts";
import { overWords, speaking, stopFlow } from "#web/state/concernFlows.ts";
import { deskState } from "#web/state/desk.ts";
import { useStore } from "#web/state/store.ts";
import { dayAndTime, t } from "#web/state/words.ts";
import "#web/screens/concerns/flow.css";

/** Flows speak as helpers: where none has said anything there is nothing to ask for. */
const mayHaveFlows = ({ earlier, messages }: Opened): boolean =>
  earlier || messages.some(({ author, direction }) => author.kind === "helper" && direction === "out");

export const FlowCards = ({ opened }: { readonly opened: Opened }) => {
  const { id } = opened.concern.row;
  const store = useQueryClient();
  // Every entry of an open concern's history moves it: a flow's steps are among them.
  const bump = useStore(deskState, (state) => state.hints.history[id] ?? 0);
  const { data = [] } = useQuery({
    queryKey: ["concernFlows", id],
    enabled: mayHaveFlows(opened),
    queryFn: ({ signal }) => callOrThrow(flows.ofConcern, { params: { id } }, signal),
  });
  useEffect(() => {
    if (bump > 0) void store.invalidateQueries({ queryKey: ["concernFlows", id] });
  }, [bump, id, store]);
  const speaks = data.some(({ over }) => over === null);
  useEffect(() => {
    speaking.set(speaks ? id : null);
    return () => speaking.set(null);
  }, [id, speaks]);
  // Until somebody of us has written, what the newest came to stays in sight however far its dialogue is scrolled.
  const untaken = !opened.messages.some(
    ({ author, direction, at }) => author.kind === "agent" && direction === "out" && at > (data[0]?.begunAt ?? ""),
  );
  return data.map((flow, index) => (
    <FlowCard key={flow.runId} concernId={id} flow={flow} stays={index === 0 && flow.over !== null && untaken} />
  ));
};

const FlowCard = ({
  concernId,
  flow,
  stays,
}: {
  readonly concernId: string;
  readonly flow: ConcernFlow;
  readonly stays: boolean;
}) => {
  const { name, over, begunAt, callback, values, tried, waitsFor } = flow;
  return (
    <ScrollBox className={stays ? "flow-card stays" : "flow-card"} label={t("flowCards.label", { name })}>
      <p className="flow-head">
        <Icon name="split" size="small" />
        <span>
          <strong>{name}</strong> {overWords(flow)}
        </span>
        <small>
          <When at={begunAt} />
        </small>
        {over === null ? (
          <Button look="quiet" onPress={() => void stopFlow(concernId)}>
            {t("flowCards.stop")}
          </Button>
        ) : null}
      </p>
      {callback === null ? null : (
        <p>
          {callback.at === null
            ? t("flowCards.callSoon", { phone: callback.phone })
            : t("flowCards.callAt", { phone: callback.phone, time: dayAndTime(callback.at) })}
        </p>
      )}
      {values.length === 0 ? null : (
        <dl className="flow-values">
          {values.map((value) => (
            <div key={value.name}>
              <dt dir="auto">{value.question === "" ? value.name : value.question}</dt>
              <dd dir="auto">{value.shown}</dd>
            </div>
          ))}
        </dl>
      )}
      {tried.length === 0 ? null : (
        <ul className="flow-tried" aria-label={t("flowCards.tried")}>
          {tried.map((one, place) => (
            <li key={`${one.at}-${String(place)}`}>
              <Icon name={one.became === "failed" || one.became === "missing" ? "warning" : "check"} size="small" />
              <span>
                {t(`flowCards.what.${one.what}`)} <span dir="auto">{one.name}</span>:{" "}
                {t(`flowCards.became.${one.became}`)}
              </span>
            </li>
          ))}
        </ul>
      )}
      {waitsFor === null ? null : (
        <p className="flow-open">
          {t("flowCards.open")} <q dir="auto">{waitsFor}</q>
        </p>
      )}
    </ScrollBox>
  );
};
