// The desk: the list of the chosen view, the open concern, and beside it whoever the customer is.
import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { concerns } from "#contract/concern-endpoints.ts";
import type { ConcernDetail } from "#contract/concerns.ts";
import { Empty, Failed, Waiting } from "#web/kit/States.tsx";
import { ConcernPane } from "#web/screens/concerns/ConcernPane.tsx";
import { ListPane } from "#web/screens/concerns/ListPane.tsx";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { deskState, openConcern, takeInRow, views } from "#web/state/desk.ts";
import { startView } from "#web/state/startView.ts";
import { useStore } from "#web/state/store.ts";
import { chosenView } from "#web/state/viewNames.ts";
import { t } from "#web/state/words.ts";
import "#web/screens/concerns/concern.css";
import "#web/screens/concerns/thread.css";
import "#web/screens/concerns/composer.css";
// Last, because it says what changes on narrow windows.
import "#web/screens/concerns/desk.css";

/** `customerPanel` is given by the routes: screens do not know each other. */
export const DeskPage = ({ customerPanel }: { readonly customerPanel: (concern: ConcernDetail) => ReactNode }) => {
  const { view: viewKey, number }: { readonly view?: string; readonly number?: string } = useParams({ strict: false });
  const all = useStore(views, (now) => now.views);
  const start = useStore(startView, (now) => now);
  const shown = viewKey ?? start;
  const view = shown === null ? null : chosenView(all, shown);
  const navigate = useNavigate();
  const wanted = number === undefined ? null : Number(number);
  return (
    <div className="desk" data-open={wanted !== null || undefined}>
      {view ? <ListPane key={view.id} view={view} openNumber={wanted} /> : <Waiting rows={6} />}
      {wanted === null ? (
        <div className="concern concern-none">
          <Empty icon="inbox" title={t("concerns.pick")}>
            {t("concerns.pickHint")}
          </Empty>
        </div>
      ) : (
        <ByNumber
          number={wanted}
          back={() => void navigate({ to: "/desk/$view", params: { view: shown ?? "mine" } })}
          customerPanel={customerPanel}
        />
      )}
    </div>
  );
};

const ByNumber = ({
  number,
  back,
  customerPanel,
}: {
  readonly number: number;
  readonly back: () => void;
  readonly customerPanel: (concern: ConcernDetail) => ReactNode;
}) => {
  const id = useStore(deskState, (state) => Object.values(state.rows).find((row) => row.number === number)?.id ?? null);
  const [failed, setFailed] = useState<{ readonly number: number; readonly problem: Problem } | null>(null);
  const problem = failed?.number === number ? failed.problem : null;
  const [tries, setTries] = useState(0);
  // It was here and is no more: whoever began it took its first message back.
  const [wasHere, setWasHere] = useState<number | null>(null);
  if (id !== null && wasHere !== number) setWasHere(number);
  const gone = wasHere === number && id === null;
  useEffect(() => {
    if (id !== null) {
      void openConcern(id);
      return undefined;
    }
    if (gone) return undefined;
    let left = false;
    void call(concerns.byNumber, { params: { number } }).then((outcome) => {
      if (left) return undefined;
      if (outcome.ok) takeInRow(outcome.value);
      else setFailed({ number, problem: outcome.problem });
      return undefined;
    });
    return () => {
      left = true;
    };
  }, [id, number, tries, gone]);
  if (id !== null) return <ConcernPane id={id} back={back} customerPanel={customerPanel} />;
  if (gone)
    return (
      <div className="concern concern-none">
        <Empty icon="undo" title={t("concerns.gone")}>
          {t("concerns.goneHint")}
        </Empty>
      </div>
    );
  if (problem === null)
    return (
      <div className="concern">
        <Waiting rows={3} />
      </div>
    );
  return (
    <div className="concern">
      <Failed
        problem={problem}
        retry={() => {
          setFailed(null);
          setTries(tries + 1);
        }}
      />
    </div>
  );
};
