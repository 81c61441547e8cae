// The form of a branch: cases, each with conditions that must all hold, asked in their order. Called by StepForm.
import { flowMedia, flowMost, type FlowCondition, type FlowStep, type FlowValue } from "#contract/flows.ts";
import { Checks } from "#web/kit/Checks.tsx";
import { Choose } from "#web/kit/Field.tsx";
import { Line, Several, ValueField } from "#web/screens/flows/Fields.tsx";
import type { ChangeStep } from "#web/screens/flows/StepForm.tsx";
import { useEditing, useKnown } from "#web/screens/flows/useEditing.ts";
import { shownLanguage } from "#web/screens/flows/words.ts";
import { deskState } from "#web/state/desk.ts";
import { newCondition, spoken, valuesOf } from "#web/state/flowSteps.ts";
import { plainValue, valueFrom } from "#web/state/flowValues.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";

type Branch = Extract<FlowStep, { do: "branch" }>;

const whats = ["value", "open", "someoneThere", "medium", "language", "brand", "verified"] as const;
const relations = ["equal", "notEqual", "less", "atMost", "more", "atLeast", "contains", "empty", "filled"] as const;

export const BranchFields = ({ step, change }: { readonly step: Branch; readonly change: ChangeStep<Branch> }) => {
  const known = { ...useKnown(), values: valuesOf(useEditing().draft) };
  return (
    <Several
      title={t("flowEditor.cases")}
      items={step.cases}
      least={1}
      most={flowMost.cases}
      add={t("flowEditor.addCase")}
      removeLabel={(place) => t("flowEditor.removeCase", { place })}
      moveLabel={(place) => t("flowEditor.caseUp", { place })}
      onAdd={() =>
        change((now) => ({ ...now, cases: [...now.cases, { all: [newCondition("value", known)], next: null }] }))
      }
      onChange={(cases) => change((now) => ({ ...now, cases }))}
      item={(one, index) => {
        const put = (all: FlowCondition[], about?: string): void =>
          change((now) => ({ ...now, cases: now.cases.with(index, { ...one, all }) }), about);
        return (
          <Several
            title={t("flowEditor.exits.case", { place: index + 1 })}
            items={one.all}
            least={1}
            most={flowMost.conditions}
            add={t("flowEditor.addCondition")}
            removeLabel={(place) => t("flowEditor.removeCondition", { place, case: index + 1 })}
            onAdd={() => put([...one.all, newCondition("open", known)])}
            onChange={put}
            item={(condition, place) => (
              <Condition
                condition={condition}
                put={(next, about) =>
                  put(one.all.with(place, next), about === undefined ? undefined : `${index}.${place}.${about}`)
                }
              />
            )}
          />
        );
      }}
    />
  );
};

const Condition = ({
  condition,
  put,
}: {
  readonly condition: FlowCondition;
  readonly put: (condition: FlowCondition, about?: string) => void;
}) => {
  const { draft } = useEditing();
  const known = { ...useKnown(), values: valuesOf(draft) };
  const brands = useStore(deskState, (state) => state.brands);
  const is = (
    <Choose
      quiet
      label={t("flowEditor.isOrNot")}
      value={"not" in condition && condition.not ? "no" : "yes"}
      choices={[
        { id: "yes", label: t("flowEditor.is") },
        { id: "no", label: t("flowEditor.isNot") },
      ]}
      onChange={(said) => {
        if ("not" in condition) put({ ...condition, not: said === "no" });
      }}
    />
  );
  return (
    <div className="flow-condition">
      <Choose
        quiet
        label={t("flowEditor.condition")}
        value={condition.what}
        choices={whats.map((id) => ({ id, label: t(`flowEditor.conditions.${id}`) }))}
        onChange={(what) => put(newCondition(what, known))}
      />
      {condition.what === "value" ? (
        <ValueCondition condition={condition} put={put} />
      ) : condition.what === "medium" ? (
        <>
          {is}
          <Checks
            title={t("flowEditor.conditions.medium")}
            choices={flowMedia.map((id) => ({ id: id as string, label: t(`flowEditor.media.${id}`) }))}
            chosen={condition.media}
            onChange={(ids) => {
              const media = flowMedia.filter((id) => ids.includes(id));
              if (media.length > 0) put({ ...condition, media });
            }}
          />
        </>
      ) : condition.what === "language" ? (
        <>
          {is}
          <Choose
            quiet
            label={t("flowEditor.conditions.language")}
            value={condition.language}
            choices={(["de", "en"] as const).map((id) => ({ id, label: t(`languages.${id}`) }))}
            onChange={(language) => put({ ...condition, language })}
          />
        </>
      ) : condition.what === "brand" ? (
        <>
          {is}
          <Choose
            quiet
            label={t("flowEditor.conditions.brand")}
            value={condition.brandId}
            choices={brands.map(({ id, name }) => ({ id: id as string, label: name }))}
            onChange={(id) => {
              const brand = brands.find((one) => one.id === id);
              if (brand) put({ ...condition, brandId: brand.id });
            }}
          />
        </>
      ) : (
        is
      )}
    </div>
  );
};

const ValueCondition = ({
  condition,
  put,
}: {
  readonly condition: Extract<FlowCondition, { what: "value" }>;
  readonly put: (condition: FlowCondition, about?: string) => void;
}) => {
  const { draft } = useEditing();
  const names = valuesOf(draft);
  const asked = draft.steps.find((step) => step.do === "ask" && step.into === condition.name);
  const answer = asked?.do === "ask" ? asked.answer : null;
  const language = shownLanguage(draft);
  const choices =
    answer?.kind === "choice"
      ? answer.options.map((option) => ({
          id: option.id as FlowValue,
          label: spoken(option.label, language) || option.id,
        }))
      : answer?.kind === "yesNo"
        ? [
            { id: true as FlowValue, label: t("fields.yes") },
            { id: false as FlowValue, label: t("fields.no") },
          ]
        : null;
  const kind = answer?.kind === "number" ? "number" : answer === null ? "unknown" : "text";
  const comparesAll = condition.is !== "empty" && condition.is !== "filled";
  const isPicked = choices !== null && (condition.is === "equal" || condition.is === "notEqual");
  return (
    <>
      {names.includes(condition.name) && names.length > 0 ? (
        <Choose
          quiet
          label={t("flowEditor.valueOf")}
          value={condition.name}
          choices={names.map((id) => ({ id, label: id }))}
          onChange={(name) => put({ ...condition, name, than: comparesAll ? "" : null })}
        />
      ) : (
        <ValueField
          label={t("flowEditor.valueOf")}
          value={condition.name}
          onChange={(name) => put({ ...condition, name })}
        />
      )}
      <Choose
        quiet
        label={t("flowEditor.relation")}
        value={condition.is}
        choices={relations.map((id) => ({ id, label: t(`flowEditor.relations.${id}`) }))}
        onChange={(is) =>
          put({
            ...condition,
            is,
            than: is === "empty" || is === "filled" ? null : (condition.than ?? choices?.[0]?.id ?? ""),
          })
        }
      />
      {!comparesAll ? null : isPicked ? (
        <Choose
          quiet
          label={t("flowEditor.than")}
          value={String(condition.than)}
          choices={[
            ...(choices.some(({ id }) => id === condition.than)
              ? []
              : [{ id: String(condition.than), label: String(condition.than) || t("fields.none") }]),
            ...choices.map(({ id, label }) => ({ id: String(id), label })),
          ]}
          onChange={(said) => {
            const choice = choices.find(({ id }) => String(id) === said);
            if (choice) put({ ...condition, than: choice.id });
          }}
        />
      ) : (
        <Line
          label={t("flowEditor.than")}
          value={plainValue(condition.than)}
          holds={(text) => valueFrom(text, kind) !== null}
          fault={t("flowEditor.noThan")}
          maxLength={200}
          onChange={(text) => put({ ...condition, than: valueFrom(text, kind) }, "than")}
        />
      )}
    </>
  );
};
