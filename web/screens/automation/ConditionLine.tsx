// One condition in the form of a rule: what it asks, whether it must be so or not, and its values. Called by RuleForm.
import { useState } from "react";
import type { Condition } from "#contract/automation.ts";
import { priorities, statuses } from "#contract/concerns.ts";
import type { FieldValue } from "#contract/fields.ts";
import { scores } from "#contract/score.ts";
import { Checks } from "#web/kit/Checks.tsx";
import { Choose, Field, LongField } from "#web/kit/Field.tsx";
import { withGone } from "#web/screens/automation/Lines.tsx";
import type { DeskState } from "#web/state/apply.ts";
import { conditionKinds, fieldCondition, newCondition, partsOf } from "#web/state/automationRules.ts";
import { deskState } from "#web/state/desk.ts";
import { useStore } from "#web/state/store.ts";
import { chosenTiers, tierChoices } from "#web/state/tiers.ts";
import { topicPath } from "#web/state/topics.ts";
import { t } from "#web/state/words.ts";

const none = "none";

interface Part<C extends Condition = Condition> {
  readonly condition: C;
  readonly change: (condition: Condition) => void;
  readonly known: DeskState;
}

export const ConditionLine = ({ condition, place, change }: Omit<Part, "known"> & { readonly place: number }) => {
  const known = useStore(deskState, (state) => state);
  return (
    <>
      <div className="pair">
        <Choose
          quiet
          label={t("automation.condition", { place: String(place) })}
          value={condition.what}
          choices={conditionKinds
            .filter((kind) => kind === condition.what || newCondition(kind, known) !== null)
            .map((id) => ({ id: id, label: t(`automation.what.${id}`) }))}
          onChange={(what) => {
            const next = newCondition(what, known);
            if (next !== null) change({ ...next, not: condition.not });
          }}
        />
        <Choose
          quiet
          label={t("automation.isOrNot")}
          value={condition.not ? "not" : "so"}
          choices={[
            { id: "so", label: t("automation.is") },
            { id: "not", label: t("automation.isNot") },
          ]}
          onChange={(id) => change({ ...condition, not: id === "not" })}
        />
      </div>
      <Value condition={condition} change={change} known={known} />
    </>
  );
};

const Value = ({ condition, change, known }: Part) => {
  switch (condition.what) {
    case "channel": {
      const kinds = [...new Set([...known.channels.map(({ kind }) => kind), ...condition.kinds])];
      return (
        <Checks
          title={t("automation.values")}
          choices={kinds.map((id) => ({ id, label: t(`channels.${id}.name`) }))}
          chosen={condition.kinds}
          onChange={(ids) => change({ ...condition, kinds: kinds.filter((one) => ids.includes(one)) })}
        />
      );
    }
    case "priority":
      return (
        <Checks
          title={t("automation.values")}
          choices={priorities.map((id) => ({ id, label: t(`priority.${id}`) }))}
          chosen={condition.priorities}
          onChange={(ids) => change({ ...condition, priorities: priorities.filter((one) => ids.includes(one)) })}
        />
      );
    case "status":
      return (
        <Checks
          title={t("automation.values")}
          choices={statuses.map((id) => ({ id, label: t(`status.${id}`) }))}
          chosen={condition.statuses}
          onChange={(ids) => change({ ...condition, statuses: statuses.filter((one) => ids.includes(one)) })}
        />
      );
    case "rating":
      return (
        <Checks
          title={t("automation.values")}
          choices={scores.map((one) => ({ id: String(one), label: String(one) }))}
          chosen={condition.scores.map(String)}
          onChange={(ids) => change({ ...condition, scores: scores.filter((one) => ids.includes(String(one))) })}
        />
      );
    case "brand":
    case "topic":
    case "team":
    case "assignee":
      return <Thing condition={condition} change={change} known={known} />;
    case "tag":
      return (
        <Field
          label={t("automation.what.tag")}
          value={condition.tag}
          maxLength={60}
          onChange={(tag) => change({ ...condition, tag })}
        />
      );
    case "organisation":
      return (
        <Field
          label={t("automation.what.organisation")}
          value={condition.name}
          maxLength={200}
          onChange={(name) => change({ ...condition, name })}
        />
      );
    case "tier":
      return (
        <Checks
          title={t("automation.values")}
          choices={tierChoices(known.tiers, condition.tierIds)}
          chosen={condition.tierIds}
          onChange={(ids) => change({ ...condition, tierIds: chosenTiers(known.tiers, ids, condition.tierIds) })}
        />
      );
    case "language":
      return (
        <Choose
          label={t("automation.what.language")}
          value={condition.language}
          choices={(["de", "en"] as const).map((id) => ({ id, label: t(`automation.language.${id}`) }))}
          onChange={(language) => change({ ...condition, language })}
        />
      );
    case "by":
      return (
        <Choose
          label={t("automation.what.by")}
          value={condition.who}
          choices={(["customer", "agent", "program"] as const).map((id) => ({ id, label: t(`automation.who.${id}`) }))}
          onChange={(who) => change({ ...condition, who })}
        />
      );
    case "words":
      return <WordsOf condition={condition} change={change} />;
    case "field":
      return <FieldOf condition={condition} change={change} known={known} />;
    case "open":
    case "sure":
    case "machine":
      return null;
  }
};

/** One of the things that a centre has; null stands for none of them. */
const Thing = ({
  condition,
  change,
  known,
}: Part<Extract<Condition, { what: "brand" | "topic" | "team" | "assignee" }>>) => {
  const named = (all: readonly { readonly id: string; readonly name: string }[]) =>
    all.map(({ id, name }) => ({ id, label: name }));
  const [all, chosen, nothing] =
    condition.what === "brand"
      ? [named(known.brands), condition.brandId as string, null]
      : condition.what === "topic"
        ? [
            known.topics
              .map((topic) => ({ id: topic.id as string, label: topicPath(known.topics, topic) }))
              .toSorted((a, b) => a.label.localeCompare(b.label)),
            condition.topicId as string | null,
            t("automation.noTopic"),
          ]
        : condition.what === "team"
          ? [named(known.teams), condition.teamId as string | null, t("automation.noTeam")]
          : [
              named(known.agents.filter(({ active }) => active)),
              condition.agentId as string | null,
              t("automation.nothing"),
            ];
  const pick = (id: string | null): void => {
    switch (condition.what) {
      case "brand": {
        const brand = known.brands.find((one) => one.id === id);
        if (brand) change({ ...condition, brandId: brand.id });
        return;
      }
      case "topic":
        return change({ ...condition, topicId: known.topics.find((one) => one.id === id)?.id ?? null });
      case "team":
        return change({ ...condition, teamId: known.teams.find((one) => one.id === id)?.id ?? null });
      case "assignee":
        return change({ ...condition, agentId: known.agents.find((one) => one.id === id)?.id ?? null });
    }
  };
  return (
    <Choose
      label={t(`automation.what.${condition.what}`)}
      value={chosen ?? none}
      choices={[...(nothing === null ? [] : [{ id: none, label: nothing }]), ...withGone(all, chosen)]}
      onChange={(id) => pick(id === none ? null : id)}
    />
  );
};

const WordsOf = ({ condition, change }: Omit<Part<Extract<Condition, { what: "words" }>>, "known">) => {
  const [typed, setTyped] = useState(condition.words.join("\n"));
  return (
    <>
      <Choose
        label={t("automation.in")}
        value={condition.in}
        choices={(["both", "subject", "text"] as const).map((id) => ({ id, label: t(`automation.where.${id}`) }))}
        onChange={(where) => change({ ...condition, in: where })}
      />
      <LongField
        label={t("automation.words")}
        hint={t("automation.wordsHint")}
        rows={3}
        maxLength={6_000}
        value={typed}
        onChange={(text) => {
          setTyped(text);
          change({ ...condition, words: partsOf(text, "\n").map((word) => word.slice(0, 200)) });
        }}
      />
    </>
  );
};

const FieldOf = ({ condition, change, known }: Part<Extract<Condition, { what: "field" }>>) => {
  const idOf = ({ owner, key }: { readonly owner: string; readonly key: string }): string => `${owner}:${key}`;
  const field = known.fields.find((one) => idOf(one) === idOf(condition));
  const choices = known.fields.map((one) => ({
    id: idOf(one),
    label: one.owner === "customer" ? t("automation.ofCustomer", { name: one.name }) : one.name,
  }));
  const set = (value: FieldValue): void => change({ ...condition, value });
  return (
    <div className="pair">
      <Choose
        label={t("automation.fieldName")}
        value={idOf(condition)}
        choices={withGone(choices, idOf(condition))}
        onChange={(id) => {
          const next = known.fields.find((one) => idOf(one) === id);
          if (next) change(fieldCondition(next, condition.not));
        }}
      />
      {field?.kind === "yesNo" ? (
        <Choose
          label={t("automation.value")}
          value={condition.value === true ? "yes" : "no"}
          choices={[
            { id: "yes", label: t("automation.yes") },
            { id: "no", label: t("automation.no") },
          ]}
          onChange={(id) => set(id === "yes")}
        />
      ) : field?.kind === "choice" ? (
        <Choose
          label={t("automation.value")}
          value={String(condition.value)}
          choices={withGone(
            field.choices.map((id) => ({ id, label: id })),
            String(condition.value),
          )}
          onChange={set}
        />
      ) : (
        <Field
          label={t("automation.value")}
          type={field?.kind === "date" ? "date" : field?.kind === "number" ? "number" : "text"}
          value={String(condition.value)}
          maxLength={2_000}
          onChange={(text) => set(field?.kind === "number" && text.trim() !== "" ? Number(text) : text)}
        />
      )}
    </div>
  );
};
