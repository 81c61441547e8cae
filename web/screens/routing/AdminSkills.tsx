// Who can do what: agents and skills as a table of levels, each set by a number key, and how much of which work an agent holds.
import { useRef, useState } from "react";
import type { KeyboardEvent } from "react";
import type { Agent } from "#contract/agents.ts";
import type { AgentWork, RoutingBook } from "#contract/routing-book.ts";
import { AdminPage } from "#web/kit/AdminPage.tsx";
import { Choose } from "#web/kit/Field.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { Empty, Failed, Waiting } from "#web/kit/States.tsx";
import { abouts, aboutWords } from "#web/screens/routing/Parts.tsx";
import { WorkForm } from "#web/screens/routing/WorkForm.tsx";
import { changeAgentWork, loadAgentWork, useAgentWork } from "#web/state/agentWork.ts";
import { tellRefusal } from "#web/state/problems.ts";
import { deskState } from "#web/state/desk.ts";
import { loadRoutingBook, useRoutingBook } from "#web/state/routingBook.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";
import "#web/screens/routing/routing.css";

const all = "all";

export const AdminSkills = () => {
  const { book, problem: bookProblem } = useRoutingBook();
  const { work, problem: workProblem } = useAgentWork();
  const agents = useStore(deskState, (state) => state.agents);
  const teams = useStore(deskState, (state) => state.teams);
  const [team, setTeam] = useState<string>(all);
  const problem = bookProblem ?? workProblem;
  const shown = agents
    .filter((agent) => agent.active && (team === all || agent.teamIds.some((id) => id === team)))
    .toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <AdminPage title={t("admin.skills")} wide>
      {book === null || work === null ? (
        problem === null ? (
          <Waiting rows={3} />
        ) : (
          <Failed
            problem={problem}
            retry={() => {
              void loadRoutingBook();
              void loadAgentWork();
            }}
          />
        )
      ) : (
        <>
          {teams.length === 0 ? null : (
            <Choose
              label={t("routingSetup.ofWhom")}
              value={team}
              choices={[
                { id: all, label: t("routingSetup.everybody") },
                ...teams.map(({ id, name }) => ({ id: id as string, label: name })),
              ]}
              onChange={setTeam}
            />
          )}
          {book.skills.length === 0 ? (
            <Empty icon="star" title={t("routingSetup.noSkillsYet")}>
              {t("routingSetup.noSkillsYetHint")}
            </Empty>
          ) : (
            <p className="card-words">{t("routingSetup.matrixHint")}</p>
          )}
          <Matrix book={book} agents={shown} work={work} />
        </>
      )}
    </AdminPage>
  );
};

const Matrix = ({
  book,
  agents,
  work,
}: {
  readonly book: RoutingBook;
  readonly agents: readonly Agent[];
  readonly work: ReadonlyMap<Agent["id"], AgentWork>;
}) => {
  const groups = abouts
    .map((about) => ({ about, own: book.skills.filter((skill) => skill.about === about) }))
    .filter(({ own }) => own.length > 0);
  const skills = groups.flatMap(({ own }) => own);
  const table = useRef<HTMLTableElement>(null);
  // The cell that Tab comes to; the arrows go on from there.
  const [at, setAt] = useState({ row: 0, column: 0 });
  const [editing, setEditing] = useState<Agent | null>(null);
  const here = { row: Math.min(at.row, agents.length - 1), column: Math.min(at.column, skills.length) };
  const go = (row: number, column: number): void => {
    const next = {
      row: Math.max(0, Math.min(agents.length - 1, row)),
      column: Math.max(0, Math.min(skills.length, column)),
    };
    setAt(next);
    table.current?.querySelector<HTMLElement>(`[data-cell="${next.row} ${next.column}"]`)?.focus();
  };
  const level = (agent: Agent, skillId: string): number => {
    const levels: Readonly<Record<string, number>> | undefined = work.get(agent.id)?.skills;
    return levels?.[skillId] ?? 0;
  };
  const set = (agent: Agent, skillId: string, next: number): void =>
    tellRefusal(
      changeAgentWork(agent.id, (now) => {
        const rest: Readonly<Record<string, number>> = Object.fromEntries(
          Object.entries(now.skills).filter(([id]) => id !== skillId),
        );
        return { ...now, skills: next === 0 ? rest : { ...rest, [skillId]: next } };
      }),
    );
  const press = (event: KeyboardEvent, row: number, column: number): void => {
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: [row, 0],
      End: [row, skills.length],
    };
    const move = moves[event.key];
    const [agent, skill] = [agents[row], skills[column]];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (move !== undefined) go(move[0], move[1]);
    else if (agent === undefined || skill === undefined) return;
    else if (/^[0-5]$/.test(event.key)) set(agent, skill.id, Number(event.key));
    else if (event.key === "Delete" || event.key === "Backspace") set(agent, skill.id, 0);
    else return;
    // Numbers and arrows are keys of the desk's, too.
    event.preventDefault();
    event.stopPropagation();
  };
  const cell = (row: number, column: number) => ({
    "data-cell": `${row} ${column}`,
    tabIndex: row === here.row && column === here.column ? 0 : -1,
    onFocus: () => setAt({ row, column }),
    onKeyDown: (event: KeyboardEvent) => press(event, row, column),
  });
  return (
    <>
      <section className="routing-matrix-box" aria-label={t("admin.skills")}>
        <table className="routing-matrix" ref={table} aria-label={t("admin.skills")}>
          <thead>
            {groups.length < 2 ? null : (
              <tr>
                <th scope="col" rowSpan={2}>
                  {t("routingSetup.agent")}
                </th>
                {groups.map(({ about, own }) => (
                  <th key={about} scope="colgroup" colSpan={own.length}>
                    {aboutWords(about)}
                  </th>
                ))}
                <th scope="col" rowSpan={2}>
                  {t("routingSetup.capacity")}
                </th>
              </tr>
            )}
            <tr>
              {groups.length < 2 ? <th scope="col">{t("routingSetup.agent")}</th> : null}
              {skills.map((skill) => (
                <th key={skill.id} scope="col" data-about={skill.about}>
                  {skill.name}
                </th>
              ))}
              {groups.length < 2 ? <th scope="col">{t("routingSetup.capacity")}</th> : null}
            </tr>
          </thead>
          <tbody>
            {agents.map((agent, row) => {
              const capacity = work.get(agent.id)?.capacity ?? "blended";
              const atOnce = t(`routingSetup.capacities.${typeof capacity === "string" ? capacity : "free"}`);
              return (
                <tr key={agent.id}>
                  <th scope="row">{agent.name}</th>
                  {skills.map((skill, column) => {
                    const now = level(agent, skill.id);
                    return (
                      <td key={skill.id}>
                        <button
                          type="button"
                          className="routing-level"
                          data-level={now}
                          aria-label={t(now === 0 ? "routingSetup.cellNone" : "routingSetup.cell", {
                            agent: agent.name,
                            skill: skill.name,
                            level: now,
                          })}
                          onClick={() => set(agent, skill.id, (now + 1) % 6)}
                          {...cell(row, column)}
                        >
                          {now === 0 ? "·" : now}
                        </button>
                      </td>
                    );
                  })}
                  <td>
                    <button
                      type="button"
                      className="routing-capacity-button"
                      aria-label={`${atOnce}. ${t("routingSetup.capacityOf", { name: agent.name })}`}
                      onClick={() => setEditing(agent)}
                      {...cell(row, skills.length)}
                    >
                      {atOnce}
                    </button>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
      <Sheet
        wide
        title={t("routingSetup.capacityOf", { name: editing?.name ?? "" })}
        isOpen={editing !== null}
        onClose={() => setEditing(null)}
      >
        {editing === null ? null : (
          <WorkForm agent={editing} work={work.get(editing.id)} book={book} close={() => setEditing(null)} />
        )}
      </Sheet>
    </>
  );
};
