// How much of which work an agent holds, and from which queues: a set that makes sense or a free one, with a picture of what fits. Called by AdminSkills.
import { useState } from "react";
import type { CSSProperties } from "react";
import type { Agent } from "#contract/agents.ts";
import {
  capacityNames,
  workKinds,
  type AgentWork,
  type Capacity,
  type RoutingBook,
  type WorkKind,
} from "#contract/routing-book.ts";
import { Checks } from "#web/kit/Checks.tsx";
import { Choose, Toggle } from "#web/kit/Field.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { Count } from "#web/screens/routing/Parts.tsx";
import { routing } from "#contract/routing-endpoints.ts";
import { loadAgentWork } from "#web/state/agentWork.ts";
import { freeCapacity, fitting, warningsOf, type FreeCapacity, type KindRoom } from "#web/state/capacity.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { toast } from "#web/state/toasts.ts";
import { listed, t } from "#web/state/words.ts";

const free = "free" as const;

export const WorkForm = ({
  agent,
  work,
  book,
  close,
}: {
  readonly agent: Agent;
  readonly work: AgentWork | undefined;
  readonly book: RoutingBook;
  readonly close: () => void;
}) => {
  const [capacity, setCapacity] = useState<Capacity>(work?.capacity ?? "blended");
  const [queueIds, setQueueIds] = useState(work?.queueIds ?? null);
  const [wrong, setWrong] = useState<ReadonlySet<string>>(new Set());
  const [problem, setProblem] = useState<Problem | null>(null);
  const own = freeCapacity(capacity);
  const keep = async (): Promise<void> => {
    const outcome = await call(routing.setAgentWork, {
      params: { id: agent.id },
      body: { skills: work?.skills ?? {}, capacity, queueIds },
    });
    if (!outcome.ok) return setProblem(outcome.problem);
    await loadAgentWork();
    toast(t("admin.kept", { name: agent.name }));
    close();
  };
  const setKind = (kind: WorkKind, room: KindRoom | null): void => {
    const { [kind]: _gone, ...rest } = own;
    setCapacity(room === null ? rest : { ...rest, [kind]: room });
    if (room === null) setWrong((now) => new Set([...now].filter((one) => !one.startsWith(`${kind}.`))));
  };
  const number = (place: string, set: (value: number) => void) => (value: number | null) => {
    setWrong((now) => new Set(value === null ? [...now, place] : [...now].filter((one) => one !== place)));
    if (value !== null) set(value);
  };
  return (
    <SheetForm problem={problem} close={close} keep={() => void keep()} isDisabled={wrong.size > 0}>
      <Choose
        label={t("routingSetup.capacity")}
        value={typeof capacity === "string" ? capacity : free}
        choices={([...capacityNames, free] as const).map((id) => ({
          id: id as string,
          label: t(`routingSetup.capacities.${id}`),
        }))}
        onChange={(id) => setCapacity(capacityNames.find((name) => name === id) ?? own)}
      />
      <Fits capacity={own} />
      {warningsOf(own).map((warning) => (
        <p key={warning} className="routing-warning">
          {t(`routingSetup.capacityWarnings.${warning}`)}
        </p>
      ))}
      {typeof capacity === "string"
        ? null
        : workKinds.map((kind) => {
            const room = own[kind];
            const name = t(`routing.kinds.${kind}`);
            return (
              <fieldset key={kind} className="fieldset">
                <legend>{name}</legend>
                <Toggle
                  label={t("routingSetup.getsKind", { kind: name })}
                  value={room !== undefined}
                  onChange={(on) => setKind(kind, on ? { weight: 25, max: 4, interrupts: [], restingWeight: 0 } : null)}
                />
                {room === undefined ? null : (
                  <>
                    <div className="pair">
                      <Count
                        label={t("routingSetup.weight")}
                        least={1}
                        most={100}
                        value={room.weight}
                        onChange={number(`${kind}.weight`, (weight) =>
                          setKind(kind, { ...room, weight, restingWeight: Math.min(room.restingWeight, weight) }),
                        )}
                      />
                      <Count
                        label={t("routingSetup.max")}
                        least={0}
                        most={50}
                        value={room.max}
                        onChange={number(`${kind}.max`, (max) => setKind(kind, { ...room, max }))}
                      />
                    </div>
                    <Checks
                      title={t("routingSetup.interrupts")}
                      choices={workKinds
                        .filter((one) => one !== kind)
                        .map((id) => ({ id, label: t(`routing.kinds.${id}`) }))}
                      chosen={room.interrupts}
                      onChange={(ids) =>
                        setKind(kind, { ...room, interrupts: workKinds.filter((one) => ids.includes(one)) })
                      }
                    />
                  </>
                )}
              </fieldset>
            );
          })}
      {book.queues.length === 0 ? null : (
        <>
          <Toggle
            label={t("routingSetup.allQueues")}
            hint={t("routingSetup.allQueuesHint")}
            value={queueIds === null}
            onChange={(on) => setQueueIds(on ? null : book.queues.map(({ id }) => id))}
          />
          {queueIds === null ? null : (
            <Checks
              title={t("routingSetup.queues")}
              choices={book.queues.map(({ id, name }) => ({ id, label: name }))}
              chosen={queueIds}
              onChange={(ids) => setQueueIds(book.queues.map(({ id }) => id).filter((id) => ids.includes(id)))}
            />
          )}
        </>
      )}
    </SheetForm>
  );
};

/** A bar of a hundred parts for each kind, with as many pieces as fit at once. */
const Fits = ({ capacity }: { readonly capacity: FreeCapacity }) => (
  <dl className="routing-fits">
    {workKinds.flatMap((kind) => {
      const room = capacity[kind];
      if (room === undefined || room.max === 0) return [];
      const count = fitting(room);
      return [
        <div key={kind}>
          <dt>{t(`routing.kinds.${kind}`)}</dt>
          <dd>
            <span className="routing-fits-bar" aria-hidden>
              {Array.from({ length: count }, (_one, n) => (
                <i key={n} style={{ "--share": room.weight / 100 } as CSSProperties} />
              ))}
            </span>
            <span>{t("routingSetup.fits", { count })}</span>
            {room.interrupts.length === 0 ? null : (
              <small>
                {t("routingSetup.onTopOf", { kinds: listed(room.interrupts.map((one) => t(`routing.kinds.${one}`))) })}
              </small>
            )}
          </dd>
        </div>,
      ];
    })}
  </dl>
);
