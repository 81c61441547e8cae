// What somebody is set up for, changed in place: skills with their levels, queues. Used by People.tsx.
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import type { Agent } from "#contract/agents.ts";
import type { AgentWork, RoutingBook } from "#contract/routing-book.ts";
import type { QueueId, SkillId } from "#contract/ids.ts";
import { Checks } from "#web/kit/Checks.tsx";
import { Choose, Toggle } from "#web/kit/Field.tsx";
import { useAgentWork, workOf } from "#web/state/agentWork.ts";
import { setWork } from "#web/state/floorActions.ts";
import { t } from "#web/state/words.ts";

const levels = [0, 1, 2, 3, 4, 5] as const;

/** A set-up with another level of a skill; 0: without it. */
export const withLevel = (work: AgentWork, skillId: SkillId, level: number): AgentWork => {
  const { [skillId]: _, ...others } = work.skills;
  return { ...work, skills: level === 0 ? others : { ...others, [skillId]: level } };
};

/** A set-up with a queue more or fewer. `all`: the book's queues; with all of them chosen one by one nothing changes of later ones. */
export const withQueue = (work: AgentWork, all: readonly QueueId[], queueId: QueueId, takes: boolean): AgentWork => {
  const now = work.queueIds ?? all;
  return { ...work, queueIds: takes ? [...new Set([...now, queueId])] : now.filter((id) => id !== queueId) };
};

export const PersonInside = ({ agent, book }: { readonly agent: Agent; readonly book: RoutingBook }) => {
  const work = workOf(useAgentWork().work, agent.id);
  const keep = (next: AgentWork): void => void setWork(agent.id, agent.name, work, next);
  const has = book.skills.filter(({ id }) => work.skills[id] !== undefined);
  const hasNot = book.skills.filter(({ id }) => work.skills[id] === undefined);
  return (
    <div className="floor-inside-parts floor-set-up">
      <section>
        <h4>{t("floor.skills")}</h4>
        {has.length === 0 ? <p className="floor-quiet">{t("floor.noSkills")}</p> : null}
        {has.map((skill) => (
          <div key={skill.id} className="floor-skill">
            <span dir="auto">{skill.name}</span>
            <ToggleButtonGroup
              className="floor-levels"
              aria-label={t("floor.levelOf", { skill: skill.name, name: agent.name })}
              selectionMode="single"
              disallowEmptySelection
              selectedKeys={[String(work.skills[skill.id] ?? 0)]}
              onSelectionChange={([key]) => {
                if (key !== undefined) keep(withLevel(work, skill.id, Number(key)));
              }}
            >
              {levels.map((level) => (
                <ToggleButton
                  key={level}
                  id={String(level)}
                  className="floor-level"
                  aria-label={level === 0 ? t("floor.without") : String(level)}
                >
                  {level === 0 ? "–" : level}
                </ToggleButton>
              ))}
            </ToggleButtonGroup>
          </div>
        ))}
        {hasNot.length === 0 ? null : (
          <Choose
            label={t("floor.addSkill")}
            value=""
            choices={[
              { id: "", label: t("floor.chooseSkill") },
              ...hasNot.map(({ id, name }) => ({ id: id as string, label: name })),
            ]}
            onChange={(id) => {
              if (id !== "") keep(withLevel(work, id as SkillId, 3));
            }}
          />
        )}
      </section>
      <section>
        <h4>{t("floor.queuesOf")}</h4>
        <Toggle
          label={t("floor.allThatFit")}
          hint={t("floor.allThatFitHint")}
          value={work.queueIds === null}
          onChange={(all) => keep({ ...work, queueIds: all ? null : book.queues.map(({ id }) => id) })}
        />
        {work.queueIds === null ? null : (
          <Checks
            title={t("floor.takesFrom")}
            choices={book.queues.map(({ id, name }) => ({ id, label: name }))}
            chosen={work.queueIds}
            onChange={(ids) => keep({ ...work, queueIds: ids as QueueId[] })}
          />
        )}
      </section>
    </div>
  );
};
