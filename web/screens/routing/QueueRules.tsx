// The rules of a queue: skills by facts, what is asked for less as time goes by, when it gives work away. Called by QueueForm.
import { useState } from "react";
import type { ReactNode } from "react";
import type { QueueId } from "#contract/ids.ts";
import type { Queue } from "#contract/routing-book.ts";
import { Button } from "#web/kit/Button.tsx";
import { Checks } from "#web/kit/Checks.tsx";
import { Choose } from "#web/kit/Field.tsx";
import { Count, Length, none, SkillNumbers } from "#web/screens/routing/Parts.tsx";
import type { Editing } from "#web/screens/routing/QueueForm.tsx";
import { deskState } from "#web/state/desk.ts";
import { useStore } from "#web/state/store.ts";
import { chosenTiers, tierChoices } from "#web/state/tiers.ts";
import { topicPath } from "#web/state/topics.ts";
import { t } from "#web/state/words.ts";

/** Rules in hand, each under a key of its own, so that fields stay with the rule they belong to when one before it is removed. */
const useKeys = (count: number): { readonly keys: readonly number[]; readonly drop: (at: number) => void } => {
  const [state, setState] = useState(() => ({ keys: Array.from({ length: count }, (_one, n) => n), next: count }));
  const missing = count - state.keys.length;
  const keys =
    missing > 0 ? [...state.keys, ...Array.from({ length: missing }, (_one, n) => state.next + n)] : state.keys;
  if (missing > 0) setState({ keys, next: state.next + missing });
  return { keys, drop: (at) => setState((now) => ({ ...now, keys: now.keys.filter((_key, n) => n !== at) })) };
};

const Rule = ({
  title,
  remove,
  children,
}: {
  readonly title: string;
  readonly remove: () => void;
  readonly children: ReactNode;
}) => (
  <fieldset className="fieldset">
    <legend>{title}</legend>
    {children}
    <div className="form-foot">
      <Button look="quiet" icon="trash" aria-label={`${t("admin.remove")}: ${title}`} onPress={remove}>
        {t("admin.remove")}
      </Button>
    </div>
  </fieldset>
);

/** A list of rules with its way to one more. */
const useRules = <T,>(all: readonly T[], set: (all: T[]) => void) => {
  const { keys, drop } = useKeys(all.length);
  return {
    keys,
    change: (at: number, part: Partial<T>): void => set(all.map((one, n) => (n === at ? { ...one, ...part } : one))),
    replace: (at: number, rule: T): void => set(all.map((one, n) => (n === at ? rule : one))),
    remove: (at: number): void => {
      drop(at);
      set(all.filter((_one, n) => n !== at));
    },
    add: (rule: T): void => set([...all, rule]),
  };
};

export const Asks = ({ queue, book, set, faultAt }: Editing) => {
  const { topics, brands, tiers } = useStore(
    deskState,
    (state) => state,
    (a, b) => a.topics === b.topics && a.brands === b.brands && a.tiers === b.tiers,
  );
  const { keys, change, remove, add } = useRules(queue.asks, (asks) => set({ asks }));
  return (
    <>
      {queue.asks.map((ask, at) => (
        <Rule key={keys[at]} title={t("routingSetup.ask", { number: at + 1 })} remove={() => remove(at)}>
          <div className="pair">
            <Choose
              label={t("promises.topic")}
              hint={faultAt(`asks.${at}.when`) ?? undefined}
              value={ask.when.topicId ?? none}
              choices={[
                { id: none, label: t("promises.anyTopic") },
                ...topics
                  .map((topic) => ({ id: topic.id as string, label: topicPath(topics, topic) }))
                  .toSorted((a, b) => a.label.localeCompare(b.label)),
              ]}
              onChange={(id) =>
                change(at, { when: { ...ask.when, topicId: topics.find((topic) => topic.id === id)?.id ?? null } })
              }
            />
            <Choose
              label={t("routingSetup.language")}
              value={ask.when.language ?? none}
              choices={[
                { id: none, label: t("routingSetup.anyLanguage") },
                { id: "de", label: t("languages.de") },
                { id: "en", label: t("languages.en") },
              ]}
              onChange={(id) => change(at, { when: { ...ask.when, language: id === "de" || id === "en" ? id : null } })}
            />
            {brands.length > 1 || ask.when.brandId !== null ? (
              <Choose
                label={t("admin.brand")}
                value={ask.when.brandId ?? none}
                choices={[
                  { id: none, label: t("promises.anyBrand") },
                  ...brands.map(({ id, name }) => ({ id: id as string, label: name })),
                ]}
                onChange={(id) =>
                  change(at, { when: { ...ask.when, brandId: brands.find((brand) => brand.id === id)?.id ?? null } })
                }
              />
            ) : null}
          </div>
          {tiers.length + (ask.when.tierIds?.length ?? 0) === 0 ? null : (
            <Checks
              title={t("tiers.ofCustomers")}
              choices={tierChoices(tiers, ask.when.tierIds)}
              chosen={ask.when.tierIds ?? []}
              onChange={(ids) =>
                change(at, { when: { ...ask.when, tierIds: chosenTiers(tiers, ids, ask.when.tierIds) } })
              }
            />
          )}
          <SkillNumbers
            title={t("routingSetup.askRequires")}
            word={(name) => t("routingSetup.levelOf", { name })}
            skills={book.skills}
            value={ask.requires}
            fault={faultAt(`asks.${at}.requires`)}
            onChange={(requires) => change(at, { requires })}
          />
          <SkillNumbers
            title={t("routingSetup.askPrefers")}
            hint={t("routingSetup.askPrefersHint")}
            word={(name) => t("routingSetup.weightOf", { name })}
            most={10}
            skills={book.skills}
            value={ask.prefers}
            fault={faultAt(`asks.${at}.prefers`)}
            onChange={(prefers) => change(at, { prefers })}
          />
        </Rule>
      ))}
      {queue.asks.length >= 50 || book.skills.length === 0 ? null : (
        <div>
          <Button
            icon="plus"
            onPress={() => add({ when: { topicId: null, language: null, brandId: null }, requires: {}, prefers: {} })}
          >
            {t("routingSetup.addAsk")}
          </Button>
        </div>
      )}
    </>
  );
};

const others = ({ queue, book }: Editing): { id: string; label: string }[] =>
  book.queues.filter(({ id }) => id !== queue.id).map(({ id, name }) => ({ id: id as string, label: name }));

const idIn = ({ book }: Editing, id: string): QueueId | null => book.queues.find((one) => one.id === id)?.id ?? null;

export const Steps = (editing: Editing) => {
  const { queue, book, set, faultAt, number, forget } = editing;
  const teams = useStore(deskState, (state) => state.teams);
  const { keys, change, remove, add } = useRules(queue.steps, (steps) => set({ steps }));
  const asked = book.skills.filter(
    ({ id }) => queue.requires[id] !== undefined || queue.asks.some(({ requires }) => requires[id] !== undefined),
  );
  const last = queue.steps.at(-1);
  return (
    <>
      <p className="field-hint">{t("routingSetup.stepsHint")}</p>
      {queue.steps.map((step, at) => {
        const skills = book.skills.filter(
          (skill) => asked.includes(skill) || step.lower[skill.id] !== undefined || step.drop.includes(skill.id),
        );
        return (
          <Rule
            key={keys[at]}
            title={t("routingSetup.step", { number: at + 1 })}
            remove={() => {
              forget(`steps.${keys[at]}.`);
              remove(at);
            }}
          >
            <Length
              label={t("routingSetup.after")}
              value={step.afterSeconds}
              fault={faultAt(`steps.${at}.afterSeconds`)}
              onChange={number(`steps.${keys[at]}.`, (afterSeconds) => change(at, { afterSeconds }))}
            />
            <SkillNumbers
              title={t("routingSetup.lower")}
              word={(name) => t("routingSetup.fewerOf", { name })}
              skills={skills}
              value={step.lower}
              fault={faultAt(`steps.${at}.lower`)}
              onChange={(lower) => change(at, { lower })}
            />
            {skills.length === 0 ? null : (
              <Checks
                title={t("routingSetup.drop")}
                choices={skills.map(({ id, name }) => ({ id, label: name }))}
                chosen={step.drop}
                onChange={(ids) => change(at, { drop: skills.map(({ id }) => id).filter((id) => ids.includes(id)) })}
              />
            )}
            {teams.length === 0 || queue.teamIds.length === 0 ? null : (
              <Checks
                title={t("routingSetup.teamsToo")}
                choices={teams.map(({ id, name }) => ({ id, label: name }))}
                chosen={step.teamIds}
                onChange={(ids) => change(at, { teamIds: teams.map(({ id }) => id).filter((id) => ids.includes(id)) })}
              />
            )}
            <Choose
              label={t("routingSetup.toQueue")}
              hint={faultAt(`steps.${at}.queueId`) ?? undefined}
              value={step.queueId ?? none}
              choices={[{ id: none, label: t("routingSetup.stays") }, ...others(editing)]}
              onChange={(id) => change(at, { queueId: idIn(editing, id) })}
            />
          </Rule>
        );
      })}
      {queue.steps.length >= 6 ? null : (
        <div>
          <Button
            icon="plus"
            onPress={() =>
              add({
                afterSeconds: last === undefined ? 60 : Math.min(604_800, Math.max(last.afterSeconds * 2, 60)),
                lower: {},
                drop: [],
                teamIds: [],
                queueId: null,
              })
            }
          >
            {t("routingSetup.addStep")}
          </Button>
        </div>
      )}
    </>
  );
};

type Overflow = Queue["overflow"][number];

/** A rule of another kind for the same queue, with numbers to begin with. */
const overflowOf = (when: Overflow["when"], queueId: QueueId): Overflow => {
  switch (when) {
    case "predictedWait":
      return { when, overSeconds: 600, backSeconds: 300, queueId };
    case "length":
      return { when, over: 20, back: 10, queueId };
    case "serviceLevel":
      return { when, under: 70, back: 85, queueId };
    case "closed":
      return { when, queueId };
  }
};
const overflowKinds = ["predictedWait", "length", "serviceLevel", "closed"] as const;

export const Overflows = (editing: Editing) => {
  const { queue, set, faultAt, forget } = editing;
  const { keys, replace, remove, add } = useRules<Overflow>(queue.overflow, (overflow) => set({ overflow }));
  const choices = others(editing);
  const first = idIn(editing, choices[0]?.id ?? "");
  return (
    <>
      <p className="field-hint">{t("routingSetup.overflowHint")}</p>
      {queue.overflow.map((rule, at) => (
        <Rule
          key={keys[at]}
          title={t("routingSetup.overflowRule", { number: at + 1 })}
          remove={() => {
            forget(`overflow.${keys[at]}.`);
            remove(at);
          }}
        >
          <div className="pair">
            <Choose
              label={t("routingSetup.overflowWhen")}
              value={rule.when}
              choices={overflowKinds.map((id) => ({ id, label: t(`routingSetup.overflows.${id}`) }))}
              onChange={(when) => {
                forget(`overflow.${keys[at]}.`);
                replace(at, overflowOf(when, rule.queueId));
              }}
            />
            <Choose
              label={t("routingSetup.toQueue")}
              hint={faultAt(`overflow.${at}.queueId`) ?? undefined}
              value={rule.queueId as string}
              choices={[
                ...(choices.some(({ id }) => id === rule.queueId)
                  ? []
                  : [{ id: rule.queueId as string, label: t("filters.gone") }]),
                ...choices,
              ]}
              onChange={(id) => replace(at, { ...rule, queueId: idIn(editing, id) ?? rule.queueId })}
            />
          </div>
          <Limits
            key={rule.when}
            rule={rule}
            editing={editing}
            place={`overflow.${keys[at]}`}
            fault={faultAt(`overflow.${at}.back`) ?? faultAt(`overflow.${at}.backSeconds`)}
            replace={(next) => replace(at, next)}
          />
        </Rule>
      ))}
      {first === null ? (
        <p className="field-hint">{t("routingSetup.noOtherQueue")}</p>
      ) : queue.overflow.length >= 10 ? null : (
        <div>
          <Button icon="plus" onPress={() => add(overflowOf("length", first))}>
            {t("routingSetup.addOverflow")}
          </Button>
        </div>
      )}
    </>
  );
};

const Limits = ({
  rule,
  editing: { number },
  place,
  fault,
  replace,
}: {
  readonly rule: Overflow;
  readonly editing: Editing;
  readonly place: string;
  readonly fault: string | null;
  readonly replace: (rule: Overflow) => void;
}) => {
  if (rule.when === "closed") return null;
  const [from, to] = [t(`routingSetup.overflowFrom.${rule.when}`), t(`routingSetup.overflowTo.${rule.when}`)];
  if (rule.when === "predictedWait")
    return (
      <div className="pair">
        <Length
          label={from}
          value={rule.overSeconds}
          onChange={number(`${place}.over`, (overSeconds) => replace({ ...rule, overSeconds }))}
        />
        <Length
          label={to}
          value={rule.backSeconds}
          fault={fault}
          onChange={number(`${place}.back`, (backSeconds) => replace({ ...rule, backSeconds }))}
        />
      </div>
    );
  const most = rule.when === "length" ? 100_000 : 100;
  const over = rule.when === "length" ? rule.over : rule.under;
  return (
    <div className="pair">
      <Count
        label={from}
        least={1}
        most={most}
        value={over}
        onChange={number(`${place}.over`, (value) =>
          replace(rule.when === "length" ? { ...rule, over: value } : { ...rule, under: value }),
        )}
      />
      <Count
        label={to}
        least={rule.when === "length" ? 0 : 1}
        most={most}
        value={rule.back}
        fault={fault}
        onChange={number(`${place}.back`, (back) => replace({ ...rule, back }))}
      />
    </div>
  );
};
