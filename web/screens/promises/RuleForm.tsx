// One promise rule in a sheet: for which concerns, within which time, how it is counted, what is done when it comes near or has passed. Called by AdminPromises.
import { useState } from "react";
import { priorities } from "#contract/concerns.ts";
import type { Notified, PromiseRule } from "#contract/promises.ts";
import { promiseKinds } from "#contract/promise-state.ts";
import type { PromiseKind } from "#contract/promise-state.ts";
import { Button } from "#web/kit/Button.tsx";
import { Group } from "#web/kit/Group.tsx";
import { Checks } from "#web/kit/Checks.tsx";
import { Choose, Field, Toggle } from "#web/kit/Field.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { ForecastCard } from "#web/screens/promises/Forecast.tsx";
import type { Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { minutesIn, newRule } from "#web/state/promiseRules.ts";
import { useStore } from "#web/state/store.ts";
import { chosenTiers, tierChoices } from "#web/state/tiers.ts";
import { topicPath } from "#web/state/topics.ts";
import { serviceLength, t } from "#web/state/words.ts";

const any = "any";
const people: readonly Notified[] = ["assignee", "team", "supervisors"];
const pausing = ["waiting", "snoozed"] as const;

const peopleChoices = () => people.map((id) => ({ id: id as string, label: t(`promises.notified.${id}`) }));

export const RuleForm = ({
  rule: given,
  others,
  close,
  keep,
  remove,
}: {
  readonly rule: PromiseRule | null;
  /** All rules as they stand: the forecast is of them with this one. */
  readonly others: readonly PromiseRule[];
  readonly close: () => void;
  readonly keep: (rule: PromiseRule) => Promise<Problem | null>;
  readonly remove: (rule: PromiseRule) => Promise<Problem | null>;
}) => {
  const [rule, setRule] = useState<PromiseRule>(() => given ?? newRule(crypto.randomUUID()));
  const [typed, setTyped] = useState(
    () =>
      ({
        ...Object.fromEntries(promiseKinds.map((kind) => [kind, String(rule.targets[kind] ?? "")])),
        warn: String(rule.warn.by === "share" ? rule.warn.percent : rule.warn.minutes),
        after: String(rule.escalation?.afterMinutes ?? 0),
      }) as Record<PromiseKind | "warn" | "after", string>,
  );
  const [problem, setProblem] = useState<Problem | null>(null);
  const warning = Number(typed.warn);
  const after = Number(typed.after);
  const isWhole =
    rule.name.trim() !== "" &&
    promiseKinds.every((kind) => typed[kind].trim() === "" || minutesIn(typed[kind]) !== null) &&
    promiseKinds.some((kind) => minutesIn(typed[kind]) !== null) &&
    Number.isInteger(warning) &&
    warning >= 1 &&
    warning <= (rule.warn.by === "share" ? 99 : 525_600) &&
    Number.isInteger(after) &&
    after >= 0 &&
    after <= 525_600;
  const whole: PromiseRule = {
    ...rule,
    name: rule.name.trim(),
    targets: {
      firstReply: minutesIn(typed.firstReply),
      nextReply: minutesIn(typed.nextReply),
      resolution: minutesIn(typed.resolution),
    },
    warn: rule.warn.by === "share" ? { by: "share", percent: warning } : { by: "minutes", minutes: warning },
    escalation: rule.escalation && { ...rule.escalation, afterMinutes: after },
  };
  const finish = async (work: Promise<Problem | null>): Promise<void> => setProblem(await work);
  const type = (key: keyof typeof typed) => (text: string) => setTyped({ ...typed, [key]: text });
  return (
    <SheetForm
      problem={problem}
      close={close}
      keep={() => void finish(keep(whole))}
      isDisabled={!isWhole}
      aside={
        given ? (
          <Button look="danger" icon="trash" onPress={() => void finish(remove(given))}>
            {t("admin.remove")}
          </Button>
        ) : null
      }
    >
      <Field
        label={t("promises.name")}
        value={rule.name}
        onChange={(name) => setRule({ ...rule, name })}
        isRequired
        autoFocus
        maxLength={100}
      />
      <When rule={rule} set={setRule} />
      <Group title={t("promises.targets")} hint={t("promises.targetsHint")}>
        <div className="promise-targets">
          {promiseKinds.map((kind) => {
            const minutes = minutesIn(typed[kind]);
            return (
              <Field
                key={kind}
                type="number"
                label={t("promises.minutes", { promise: t(`promises.kinds.${kind}`) })}
                value={typed[kind]}
                hint={minutes === null ? undefined : t("promises.equals", { length: serviceLength(minutes) })}
                onChange={type(kind)}
              />
            );
          })}
        </div>
        <Counting rule={rule} set={setRule} />
      </Group>
      <Group title={t("promises.warn")}>
        <div className="pair">
          <Choose
            label={t("promises.warnBy")}
            value={rule.warn.by}
            choices={[
              { id: "share", label: t("promises.warnShare") },
              { id: "minutes", label: t("promises.warnMinutes") },
            ]}
            onChange={(by) => {
              setRule({ ...rule, warn: by === "share" ? { by, percent: 75 } : { by, minutes: 15 } });
              setTyped({ ...typed, warn: by === "share" ? "75" : "15" });
            }}
          />
          <Field type="number" label={t("promises.warnValue")} value={typed.warn} onChange={type("warn")} />
        </div>
        <Checks
          title={t("promises.warns")}
          choices={peopleChoices()}
          chosen={rule.warns}
          onChange={(ids) => setRule({ ...rule, warns: people.filter((one) => ids.includes(one)) })}
        />
      </Group>
      <Escalation rule={rule} set={setRule} after={typed.after} type={type("after")} />
      {isWhole ? (
        <ForecastCard
          rules={given === null ? [...others, whole] : others.map((one) => (one.id === whole.id ? whole : one))}
        />
      ) : null}
    </SheetForm>
  );
};

interface Part {
  readonly rule: PromiseRule;
  readonly set: (rule: PromiseRule) => void;
}

const When = ({ rule, set }: Part) => {
  const { topics, brands, channels, tiers } = useStore(
    deskState,
    (state) => state,
    (a, b) => a.topics === b.topics && a.brands === b.brands && a.channels === b.channels && a.tiers === b.tiers,
  );
  const { when } = rule;
  const change = (part: Partial<PromiseRule["when"]>): void => set({ ...rule, when: { ...when, ...part } });
  const kinds = [...new Set(channels.map(({ kind }) => kind))];
  // What is no longer there can be seen, and another chosen.
  const gone = (id: string | null, all: readonly { readonly id: string }[]) =>
    id === null || all.some((one) => one.id === id) ? [] : [{ id, label: t("filters.gone") }];
  return (
    <>
      <div className="pair">
        <Choose
          label={t("promises.topic")}
          value={when.topicId ?? any}
          choices={[
            { id: any, label: t("promises.anyTopic") },
            ...gone(when.topicId, topics),
            ...topics
              .map((topic) => ({ id: topic.id as string, label: topicPath(topics, topic) }))
              .toSorted((a, b) => a.label.localeCompare(b.label)),
          ]}
          onChange={(id) => change({ topicId: topics.find((topic) => topic.id === id)?.id ?? null })}
        />
        <Choose
          label={t("promises.channelKind")}
          value={when.channelKind ?? any}
          choices={[
            { id: any, label: t("promises.anyChannel") },
            ...kinds.map((kind) => ({ id: kind as string, label: t(`channels.${kind}.name`) })),
          ]}
          onChange={(id) => change({ channelKind: kinds.find((kind) => kind === id) ?? null })}
        />
      </div>
      {brands.length > 1 || when.brandId !== null ? (
        <Choose
          label={t("admin.brand")}
          value={when.brandId ?? any}
          choices={[
            { id: any, label: t("promises.anyBrand") },
            ...gone(when.brandId, brands),
            ...brands.map(({ id, name }) => ({ id: id as string, label: name })),
          ]}
          onChange={(id) => change({ brandId: brands.find((brand) => brand.id === id)?.id ?? null })}
        />
      ) : null}
      <Checks
        title={t("promises.priorities")}
        choices={priorities.map((id) => ({ id, label: t(`priority.${id}`) }))}
        chosen={when.priorities}
        onChange={(ids) => change({ priorities: priorities.filter((one) => ids.includes(one)) })}
      />
      {tiers.length + (when.tierIds?.length ?? 0) === 0 ? null : (
        <Checks
          title={t("tiers.ofCustomers")}
          choices={tierChoices(tiers, when.tierIds)}
          chosen={when.tierIds ?? []}
          onChange={(ids) => change({ tierIds: chosenTiers(tiers, ids, when.tierIds) })}
        />
      )}
    </>
  );
};

const Counting = ({ rule, set }: Part) => {
  const channels = useStore(deskState, (state) => state.channels);
  const { hours } = rule;
  const value = hours.kind === "channel" ? hours.id : hours.kind;
  return (
    <>
      <Choose
        label={t("promises.hours")}
        value={value}
        choices={[
          { id: "always", label: t("promises.hoursAlways") },
          { id: "brand", label: t("promises.hoursBrand") },
          ...channels.map(({ id, name }) => ({ id: id as string, label: t("promises.hoursChannel", { name }) })),
        ]}
        onChange={(id) => {
          const channel = channels.find((one) => one.id === id);
          set({
            ...rule,
            hours: channel ? { kind: "channel", id: channel.id } : { kind: id === "always" ? "always" : "brand" },
          });
        }}
      />
      <Checks
        title={t("promises.pauses")}
        choices={pausing.map((id) => ({ id, label: t(`status.${id}`) }))}
        chosen={rule.pauses}
        onChange={(ids) => set({ ...rule, pauses: pausing.filter((one) => ids.includes(one)) })}
      />
    </>
  );
};

const Escalation = ({
  rule,
  set,
  after,
  type,
}: Part & { readonly after: string; readonly type: (text: string) => void }) => {
  const teams = useStore(deskState, (state) => state.teams);
  const { escalation } = rule;
  const change = (part: Partial<NonNullable<PromiseRule["escalation"]>>): void =>
    set({ ...rule, escalation: escalation && { ...escalation, ...part } });
  return (
    <>
      <Toggle
        label={t("promises.escalates")}
        value={escalation !== null}
        onChange={(on) =>
          set({
            ...rule,
            escalation: on ? { afterMinutes: 0, notify: ["supervisors"], raise: false, teamId: null } : null,
          })
        }
      />
      {escalation === null ? null : (
        <>
          <div className="pair">
            <Field type="number" label={t("promises.escalateAfter")} value={after} onChange={type} />
            <Choose
              label={t("promises.toTeam")}
              value={escalation.teamId ?? any}
              choices={[
                { id: any, label: t("promises.noTeam") },
                ...teams.map((team) => ({ id: team.id as string, label: team.name })),
              ]}
              onChange={(id) => change({ teamId: teams.find((team) => team.id === id)?.id ?? null })}
            />
          </div>
          <Checks
            title={t("promises.escalateNotify")}
            choices={peopleChoices()}
            chosen={escalation.notify}
            onChange={(ids) => change({ notify: people.filter((one) => ids.includes(one)) })}
          />
          <Toggle label={t("promises.raise")} value={escalation.raise} onChange={(raise) => change({ raise })} />
        </>
      )}
    </>
  );
};
