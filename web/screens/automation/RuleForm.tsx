// One rule in a sheet: when it is set off, under which conditions, and what it does then. Called by AdminAutomation.
import { useState } from "react";
import { happenings, stretches } from "#contract/automation.ts";
import type { Action, AutomationRule, Condition } from "#contract/automation.ts";
import { Button } from "#web/kit/Button.tsx";
import { Group } from "#web/kit/Group.tsx";
import { Checks } from "#web/kit/Checks.tsx";
import { Choose, Field, Toggle } from "#web/kit/Field.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { ActionLine } from "#web/screens/automation/ActionLine.tsx";
import { ConditionLine } from "#web/screens/automation/ConditionLine.tsx";
import { lineOf, Lines } from "#web/screens/automation/Lines.tsx";
import type { Line } from "#web/screens/automation/Lines.tsx";
import { Runs } from "#web/screens/automation/Runs.tsx";
import { TryOut } from "#web/screens/automation/TryOut.tsx";
import { isWhole, newAction, newCondition, newRule } from "#web/state/automationRules.ts";
import { lengthWords } from "#web/state/automationWords.ts";
import type { Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { t } from "#web/state/words.ts";

export const RuleForm = ({
  rule: given,
  rules,
  close,
  keep,
  remove,
}: {
  readonly rule: AutomationRule | null;
  /** All that are kept. */
  readonly rules: readonly AutomationRule[];
  readonly close: () => void;
  readonly keep: (rule: AutomationRule) => Promise<Problem | null>;
  readonly remove: (rule: AutomationRule) => Promise<Problem | null>;
}) => {
  const [rule, setRule] = useState(() => given ?? newRule(crypto.randomUUID()));
  const [all, setAll] = useState<readonly Line<Condition>[]>(() => rule.all.map(lineOf));
  const [any, setAny] = useState<readonly Line<Condition>[]>(() => rule.any.map(lineOf));
  const [actions, setActions] = useState<readonly Line<Action>[]>(() =>
    (given === null ? [newAction("priority", deskState.get())] : rule.actions).map(lineOf),
  );
  const [problem, setProblem] = useState<Problem | null>(null);
  const whole: AutomationRule = {
    ...rule,
    name: rule.name.trim(),
    all: all.map(({ value }) => value),
    any: any.map(({ value }) => value),
    actions: actions.map(({ value }) => value),
  };
  const finish = async (work: Promise<Problem | null>): Promise<void> => setProblem(await work);
  return (
    <SheetForm
      problem={problem}
      close={close}
      keep={() => void finish(keep(whole))}
      isDisabled={!isWhole(whole)}
      aside={
        given ? (
          <Button look="danger" icon="trash" onPress={() => void finish(remove(given))}>
            {t("admin.remove")}
          </Button>
        ) : null
      }
    >
      <Field
        label={t("automation.name")}
        value={rule.name}
        onChange={(name) => setRule({ ...rule, name })}
        isRequired
        autoFocus
        maxLength={100}
      />
      <Toggle label={t("automation.on")} value={rule.on} onChange={(on) => setRule({ ...rule, on })} />
      <When rule={rule} set={setRule} />
      <Conditions title={t("automation.all")} lines={all} set={setAll} />
      <Conditions title={t("automation.any")} lines={any} set={setAny} />
      <Actions lines={actions} set={setActions} of="rule" />
      <Group title={t("automation.trial.title")} hint={t("automation.trial.hintRule")}>
        <TryOut rules={withDraft(rules, whole)} only={whole.id} isDisabled={!isWhole(whole)} />
      </Group>
      {given === null ? null : <Runs rule={given} />}
    </SheetForm>
  );
};

/** The rules with this one as it stands in the form, switched on: a new one is the last. */
const withDraft = (rules: readonly AutomationRule[], draft: AutomationRule): readonly AutomationRule[] => {
  const tried = { ...draft, on: true };
  return rules.some(({ id }) => id === draft.id)
    ? rules.map((one) => (one.id === draft.id ? tried : one))
    : [...rules, tried];
};

const When = ({ rule, set }: { readonly rule: AutomationRule; readonly set: (rule: AutomationRule) => void }) => {
  const { when } = rule;
  const [typed, setTyped] = useState(when.by === "time" ? String(when.minutes) : "1440");
  return (
    <Group title={t("automation.when")}>
      <Choose
        label={t("automation.whenBy")}
        value={when.by}
        choices={[
          { id: "event", label: t("automation.byEvent") },
          { id: "time", label: t("automation.byTime") },
        ]}
        onChange={(by) => {
          setTyped("1440");
          set({
            ...rule,
            when:
              by === "event" ? { by, events: ["begun"] } : { by, since: "customer", minutes: 1_440, counted: "clock" },
          });
        }}
      />
      {when.by === "event" ? (
        <Checks
          title={t("automation.events")}
          choices={happenings.map((id) => ({ id: id as string, label: t(`automation.happening.${id}`) }))}
          chosen={when.events}
          onChange={(ids) => set({ ...rule, when: { ...when, events: happenings.filter((one) => ids.includes(one)) } })}
        />
      ) : (
        <>
          <Choose
            label={t("automation.since")}
            value={when.since}
            choices={stretches.map((id) => ({ id, label: t(`automation.stretch.${id}`) }))}
            onChange={(since) => set({ ...rule, when: { ...when, since } })}
          />
          <div className="pair">
            <Field
              type="number"
              label={t("automation.minutes")}
              value={typed}
              hint={when.minutes > 0 ? t("automation.equals", { length: lengthWords(when) }) : undefined}
              onChange={(text) => {
                setTyped(text);
                const minutes = Number.isInteger(Number(text)) ? Number(text) : 0;
                set({ ...rule, when: { ...when, minutes } });
              }}
            />
            <Choose
              label={t("automation.counted")}
              value={when.counted}
              choices={(["clock", "service"] as const).map((id) => ({ id, label: t(`automation.countedBy.${id}`) }))}
              onChange={(counted) => set({ ...rule, when: { ...when, counted } })}
            />
          </div>
        </>
      )}
    </Group>
  );
};

const Conditions = ({
  title,
  lines,
  set,
}: {
  readonly title: string;
  readonly lines: readonly Line<Condition>[];
  readonly set: (lines: readonly Line<Condition>[]) => void;
}) => (
  <Group title={title}>
    <Lines
      lines={lines}
      set={set}
      line={(condition, place, change) => <ConditionLine condition={condition} place={place} change={change} />}
      label={(place) => t("automation.condition", { place: String(place) })}
      removeLabel={(place) => t("automation.removeCondition", { place: String(place) })}
      add={t("automation.addCondition")}
      onAdd={() => {
        const fresh = newCondition("priority", deskState.get());
        if (fresh !== null) set([...lines, lineOf(fresh)]);
      }}
    />
  </Group>
);

export const Actions = ({
  lines,
  set,
  of,
}: {
  readonly lines: readonly Line<Action>[];
  readonly set: (lines: readonly Line<Action>[]) => void;
  readonly of: "rule" | "macro";
}) => (
  <Group title={t("automation.actions")}>
    <Lines
      lines={lines}
      set={set}
      line={(action, place, change) => <ActionLine action={action} place={place} change={change} of={of} />}
      label={(place) => t("automation.action", { place: String(place) })}
      removeLabel={(place) => t("automation.removeAction", { place: String(place) })}
      move={{
        up: (place) => t("automation.actionUp", { place: String(place) }),
        down: (place) => t("automation.actionDown", { place: String(place) }),
      }}
      add={t("automation.addAction")}
      onAdd={() => set([...lines, lineOf(newAction("priority", deskState.get()))])}
    />
  </Group>
);
