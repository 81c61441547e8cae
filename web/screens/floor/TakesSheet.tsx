// Who takes work from which queue, as a table of boxes: people are moved between queues here. Used by FloorPage.tsx.
import { useState } from "react";
import type { AgentWork, RoutingBook } from "#contract/routing-book.ts";
import { Field } from "#web/kit/Field.tsx";
import { ScrollBox } from "#web/kit/ScrollBox.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { withQueue } from "#web/screens/floor/PersonInside.tsx";
import { useAgentWork, workOf } from "#web/state/agentWork.ts";
import { deskState } from "#web/state/desk.ts";
import { setWork } from "#web/state/floorActions.ts";
import { floorUi, setFloorUi } from "#web/state/floorUi.ts";
import { skillName } from "#web/state/routingBook.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";

export const TakesSheet = ({ book }: { readonly book: RoutingBook }) => {
  const isOpen = useStore(floorUi, ({ sheet }) => sheet === "takes");
  return (
    <Sheet wide title={t("floor.takes")} isOpen={isOpen} onClose={() => setFloorUi({ sheet: null })}>
      {isOpen ? <Takes book={book} /> : null}
    </Sheet>
  );
};

/** "Französisch 4, Kabel 2". */
const skillsOf = (book: RoutingBook, { skills }: AgentWork): string =>
  Object.entries(skills)
    .map(([id, level]) => `${skillName(book, id)} ${level}`)
    .join(", ");

/** So many rows at once: more are found by their names. */
const mostRows = 50;

const Takes = ({ book }: { readonly book: RoutingBook }) => {
  const [typed, setTyped] = useState("");
  const { agents, teams } = useStore(deskState, (state) => state);
  const works = useAgentWork().work;
  const all = book.queues.map(({ id }) => id);
  const wanted = typed.trim().toLowerCase();
  const fitting = agents
    .filter(({ active }) => active)
    .filter(({ name, teamIds }) =>
      [name, ...teams.filter(({ id }) => teamIds.includes(id)).map((team) => team.name)].some((text) =>
        text.toLowerCase().includes(wanted),
      ),
    )
    .toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <div className="form" data-padded>
      <p className="field-hint">{t("floor.takesHint")}</p>
      <Field label={t("floor.findPeople")} value={typed} onChange={setTyped} autoFocus />
      <ScrollBox className="floor-takes-box" label={t("floor.takes")}>
        <table className="floor-takes">
          <thead>
            <tr>
              <th scope="col">
                <span className="quietly">{t("floor.people")}</span>
              </th>
              {book.queues.map(({ id, name }) => (
                <th key={id} scope="col">
                  <span dir="auto">{name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {fitting.slice(0, mostRows).map((agent) => {
              const work = workOf(works, agent.id);
              return (
                <tr key={agent.id}>
                  <th scope="row">
                    <span dir="auto">{agent.name}</span>
                    <small>{skillsOf(book, work)}</small>
                  </th>
                  {book.queues.map((queue) => (
                    <td key={queue.id}>
                      <input
                        type="checkbox"
                        aria-label={t("floor.takesOne", { name: agent.name, queue: queue.name })}
                        checked={work.queueIds?.includes(queue.id) ?? true}
                        onChange={(change) =>
                          void setWork(
                            agent.id,
                            agent.name,
                            work,
                            withQueue(work, all, queue.id, change.target.checked),
                          )
                        }
                      />
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </ScrollBox>
      {fitting.length > mostRows ? (
        <p className="field-hint">{t("floor.morePeople", { count: fitting.length - mostRows })}</p>
      ) : null}
    </div>
  );
};
