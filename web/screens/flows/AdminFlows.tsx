// The flows: which run, what became of them lately; begun, brought from files, copied and removed here. Live, also what colleagues do.
import { useEffect, useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Button as AriaButton } from "react-aria-components";
import { flows as endpoints, type Flow, type FlowRow } from "#contract/flow-endpoints.ts";
import type { FlowDocument } from "#contract/flows.ts";
import { AdminPage } from "#web/kit/AdminPage.tsx";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { ActionMenu } from "#web/kit/Menu.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { Empty, Unanswered } from "#web/kit/States.tsx";
import { NewFlow, type From } from "#web/screens/flows/NewFlow.tsx";
import { saveFile } from "#web/screens/flows/saveFile.ts";
import { call, callOrThrow } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { onEvents } from "#web/state/desk.ts";
import { fileOf } from "#web/state/flowFiles.ts";
import { tellProblem } from "#web/state/problems.ts";
import { toast } from "#web/state/toasts.ts";
import { number, t } from "#web/state/words.ts";
import "#web/screens/flows/flows.css";

/** The flows, fetched anew when one was changed. */
const useFlows = () => {
  const queries = useQueryClient();
  useEffect(
    () =>
      onEvents((events) => {
        if (events.some(({ kind }) => kind.startsWith("flow.")))
          void queries.invalidateQueries({ queryKey: ["flows"] });
      }),
    [queries],
  );
  return useQuery({ queryKey: ["flows"], queryFn: ({ signal }) => callOrThrow(endpoints.list, {}, signal) });
};

export const AdminFlows = () => {
  const asked = useFlows();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [making, setMaking] = useState<From | null>(null);
  const [removing, setRemoving] = useState<FlowRow | null>(null);
  const fresh = (): Promise<void> => queries.invalidateQueries({ queryKey: ["flows"] });
  const open = (flow: Flow): void => void navigate({ to: "/admin/flows/$flow", params: { flow: flow.id } });
  const documentOf = async (row: FlowRow): Promise<FlowDocument | null> => {
    const outcome = await call(endpoints.one, { params: { id: row.id } });
    if (!outcome.ok) tellProblem(outcome.problem);
    return outcome.ok ? outcome.value.draft : null;
  };
  const turn = async (row: FlowRow): Promise<void> => {
    const was = await call(endpoints.one, { params: { id: row.id } });
    if (!was.ok) return tellProblem(was.problem);
    const { key, name, draft, version } = was.value;
    const outcome = await call(endpoints.change, {
      params: { id: row.id },
      body: { key, name, draft, version, on: !row.on },
    });
    if (!outcome.ok) return tellProblem(outcome.problem);
    toast(t(row.on ? "flowList.turnedOff" : "flowList.turnedOn", { name }));
    await fresh();
  };
  return (
    <AdminPage
      wide
      title={t("admin.flows")}
      action={
        <>
          <Link to="/admin/flow-services" className="flow-link">
            {t("flowServices.title")}
          </Link>
          <Button icon="down" onPress={() => setMaking({ by: "file" })}>
            {t("flowList.fromFile")}
          </Button>
          <Button look="primary" icon="plus" onPress={() => setMaking({ by: "nothing" })}>
            {t("flowList.add")}
          </Button>
        </>
      }
    >
      {asked.data === undefined ? (
        <Unanswered asked={asked} rows={4} />
      ) : asked.data.length === 0 ? (
        <Empty icon="split" title={t("flowList.none")}>
          {t("flowList.noneHint")}
        </Empty>
      ) : (
        <ul className="entries">
          {asked.data.map((row) => (
            <li key={row.id} className="flow-row">
              <Link to="/admin/flows/$flow" params={{ flow: row.id }} className="entry" data-off={!row.on || undefined}>
                <Icon name="split" size="small" />
                <span className="entry-words">
                  <strong>{row.name}</strong>
                  <small className="flow-row-state">
                    <State row={row} />
                  </small>
                </span>
                <Became row={row} />
              </Link>
              <ActionMenu
                label={t("flowList.actions", { name: row.name })}
                placement="bottom end"
                trigger={
                  <AriaButton className="icon-button" aria-label={t("flowList.actions", { name: row.name })}>
                    <Icon name="more" />
                  </AriaButton>
                }
                entries={[
                  {
                    id: "on",
                    label: t(row.on ? "flowList.turnOff" : "flowList.turnOn"),
                    icon: row.on ? "pause" : "play",
                    run: () => void turn(row),
                  },
                  {
                    id: "copy",
                    label: t("flowList.copy"),
                    icon: "copy",
                    run: () =>
                      void documentOf(row).then(
                        (document) => document && setMaking({ by: "copy", of: row.name, document }),
                      ),
                  },
                  {
                    id: "export",
                    label: t("flowList.export"),
                    icon: "download",
                    run: () =>
                      void documentOf(row).then(
                        (document) => document && saveFile(`${row.key}.json`, fileOf(document)),
                      ),
                  },
                  null,
                  {
                    id: "remove",
                    label: t("flowList.remove"),
                    icon: "trash",
                    danger: true,
                    run: () => setRemoving(row),
                  },
                ]}
              />
            </li>
          ))}
        </ul>
      )}
      <Sheet
        title={t(
          making?.by === "copy" ? "flowList.copy" : making?.by === "file" ? "flowList.fromFile" : "flowList.add",
        )}
        isOpen={making !== null}
        onClose={() => setMaking(null)}
      >
        {making === null ? null : (
          <NewFlow
            from={making}
            taken={new Set(asked.data?.map(({ key }) => key) ?? [])}
            close={() => setMaking(null)}
            made={(flow) => {
              setMaking(null);
              void fresh();
              open(flow);
            }}
          />
        )}
      </Sheet>
      <Sheet title={t("flowList.remove")} isOpen={removing !== null} onClose={() => setRemoving(null)}>
        {removing === null ? null : (
          <Removing
            row={removing}
            close={() => setRemoving(null)}
            done={() => {
              setRemoving(null);
              void fresh();
            }}
          />
        )}
      </Sheet>
    </AdminPage>
  );
};

const State = ({ row }: { readonly row: FlowRow }) => (
  <>
    <span className="badge" data-tone={row.published === null || !row.on ? undefined : "good"}>
      {row.published === null
        ? t("flowList.unpublished")
        : t(row.on ? "flowList.version" : "flowList.versionOff", { number: row.published })}
    </span>
    {row.published !== null && row.changed ? (
      <span className="badge" data-tone="warn">
        {t("flowList.changed")}
      </span>
    ) : null}
    {row.running > 0 ? <span>{t("flowList.running", { count: row.running })}</span> : null}
  </>
);

/** What became of the dialogues of 30 days: a bar of parts, and the same in words. */
const Became = ({ row }: { readonly row: FlowRow }) => {
  if (row.begun === 0) return <span className="entry-side">{t("flowList.noneBegun")}</span>;
  const parts = (["solved", "handedOver", "left"] as const).map((part) => ({ part, count: row[part] }));
  const words = parts.map(({ part, count }) => `${t(`flowList.${part}`)}: ${number(count)}`).join(", ");
  return (
    <span className="flow-became" title={words}>
      <span>{t("flowList.begun", { count: row.begun })}</span>
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn here, and no file */}
      <svg className="flow-bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={words}>
        {parts.map(({ part, count }, index) => {
          const before = parts.slice(0, index).reduce((sum, one) => sum + one.count, 0);
          return (
            <rect
              key={part}
              data-part={part}
              x={(100 * before) / row.begun}
              y={0}
              width={(100 * count) / row.begun}
              height={8}
            />
          );
        })}
      </svg>
      <small>{t("flowList.share", { share: Math.round((100 * row.solved) / row.begun) })}</small>
    </span>
  );
};

const Removing = ({
  row,
  close,
  done,
}: {
  readonly row: FlowRow;
  readonly close: () => void;
  readonly done: () => void;
}) => {
  const [problem, setProblem] = useState<Problem | null>(null);
  const remove = async (): Promise<void> => {
    const outcome = await call(endpoints.remove, { params: { id: row.id } });
    if (!outcome.ok) return setProblem(outcome.problem);
    toast(t("admin.removed", { name: row.name }));
    done();
  };
  return (
    <SheetForm
      problem={problem}
      close={close}
      keep={() => void remove()}
      keepWords={t("flowList.remove")}
      keepIcon="trash"
      isReady
    >
      <p>{t("flowList.removeSure", { name: row.name })}</p>
      <p className="card-words">{t("flowList.removeHint")}</p>
    </SheetForm>
  );
};
