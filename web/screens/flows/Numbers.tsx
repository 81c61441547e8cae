// What became of a flow's dialogues, as a table; the canvas beside it draws the same. Called by the editor.
import { useQuery } from "@tanstack/react-query";
import { flows } from "#contract/flow-endpoints.ts";
import { Choose } from "#web/kit/Field.tsx";
import { Unanswered } from "#web/kit/States.tsx";
import { useEditing } from "#web/screens/flows/useEditing.ts";
import { exitWords, stepWords } from "#web/screens/flows/words.ts";
import { callOrThrow } from "#web/state/client.ts";
import { stepOf } from "#web/state/flowEdit.ts";
import { countedSteps } from "#web/state/flowNumbers.ts";
import { number, t, words } from "#web/state/words.ts";

/** Of how many days, and of which version; null: all. */
export interface Span {
  readonly days: number;
  readonly version: number | null;
}

export const useNumbers = (id: string, { days, version }: Span, isWanted: boolean) =>
  useQuery({
    queryKey: ["flow-numbers", id, days, version],
    enabled: isWanted,
    queryFn: ({ signal }) =>
      callOrThrow(
        flows.numbers,
        { params: { id: id }, query: { days, ...(version === null ? {} : { version }) } },
        signal,
      ),
  });

export const Numbers = ({
  span,
  set,
  open,
}: {
  readonly span: Span;
  readonly set: (span: Span) => void;
  readonly open: (step: string) => void;
}) => {
  const { flow, draft } = useEditing();
  const asked = useNumbers(flow.id, span, true);
  const counted =
    asked.data === undefined ? null : countedSteps(draft, asked.data).filter(({ through }) => through > 0);
  return (
    <section className="flow-form" aria-label={t("flowEditor.tabs.numbers")}>
      <div className="pair">
        <Choose
          label={t("flowNumbers.days")}
          value={String(span.days)}
          choices={["7", "30", "90", "365"].map((id) => ({
            id,
            label: t("flowNumbers.lastDays", { count: Number(id) }),
          }))}
          onChange={(days) => set({ ...span, days: Number(days) })}
        />
        <Choose
          label={t("flowNumbers.version")}
          value={span.version === null ? "all" : String(span.version)}
          choices={[
            { id: "all", label: t("flowNumbers.allVersions") },
            ...flow.versions.map((version) => ({
              id: String(version.number),
              label: t("flowVersions.version", { number: version.number }),
            })),
          ]}
          onChange={(id) => set({ ...span, version: id === "all" ? null : Number(id) })}
        />
      </div>
      {asked.data === undefined || counted === null ? (
        <Unanswered asked={asked} rows={3} />
      ) : (
        <>
          <p className="flow-number">
            <strong>{number(asked.data.begun)}</strong> {t("flowNumbers.begun", { count: asked.data.begun })}
          </p>
          {asked.data.ended.length === 0 ? null : (
            <table className="flow-table">
              <caption>{t("flowNumbers.ended")}</caption>
              <thead>
                <tr>
                  <th scope="col">{t("flowNumbers.how")}</th>
                  <th scope="col">{t("flowNumbers.where")}</th>
                  <th scope="col">{t("flowNumbers.count")}</th>
                </tr>
              </thead>
              <tbody>
                {asked.data.ended.map((one) => (
                  <tr key={`${one.over} ${one.medium}`}>
                    <th scope="row">{words(`flowTry.endings.${one.over}`) ?? one.over}</th>
                    <td>{t(`flowEditor.media.${one.medium}`)}</td>
                    <td>{number(one.count)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          {counted.length === 0 ? (
            <p className="card-words">{t("flowNumbers.none")}</p>
          ) : (
            <table className="flow-table">
              <caption>{t("flowNumbers.bySteps")}</caption>
              <thead>
                <tr>
                  <th scope="col">{t("flowNumbers.step")}</th>
                  <th scope="col">{t("flowNumbers.count")}</th>
                  <th scope="col">{t("flowNumbers.share")}</th>
                </tr>
              </thead>
              {counted.map((one) => {
                const step = stepOf(draft, one.id);
                return step === undefined ? null : (
                  <tbody key={one.id}>
                    <tr data-head>
                      <th scope="rowgroup">
                        <button type="button" className="flow-table-step" onClick={() => open(one.id)}>
                          {stepWords(draft, step)}
                        </button>
                      </th>
                      <td>{number(one.through)}</td>
                      <td>–</td>
                    </tr>
                    {one.exits.map(({ exit, count, share }) => (
                      <tr key={exit.id}>
                        <th scope="row">{exitWords(draft, step, exit)}</th>
                        <td>{number(count)}</td>
                        <td>{t("flowNumbers.percent", { share: Math.round(100 * share) })}</td>
                      </tr>
                    ))}
                    {(["left", "human"] as const).map((what) =>
                      one[what] === 0 ? null : (
                        <tr key={what} data-stopped>
                          <th scope="row">{t(`flowNumbers.${what}`)}</th>
                          <td>{number(one[what])}</td>
                          <td>{t("flowNumbers.percent", { share: Math.round((100 * one[what]) / one.through) })}</td>
                        </tr>
                      ),
                    )}
                  </tbody>
                );
              })}
            </table>
          )}
        </>
      )}
    </section>
  );
};
