// One queue in a sheet: what it takes, who may have it, how it is offered, what happens as time goes by, by what it is measured. Called by AdminRouting.
import { useState } from "react";
import { priorities } from "#contract/concerns.ts";
import type { Queue, RoutingBook } from "#contract/routing-book.ts";
import { queueOrder, workKinds } from "#contract/routing-book.ts";
import { Button } from "#web/kit/Button.tsx";
import { Checks } from "#web/kit/Checks.tsx";
import { Choose, Field, Toggle } from "#web/kit/Field.tsx";
import { HoursFields } from "#web/kit/hours/HoursFields.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { Count, Group, Length, none, SkillNumbers, type FaultAt } from "#web/screens/routing/Parts.tsx";
import { Asks, Overflows, Steps } from "#web/screens/routing/QueueRules.tsx";
import type { Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { isAtPlace, missingIn, startHours } from "#web/state/openingHours.ts";
import { problemWords } from "#web/state/problems.ts";
import { skillName } from "#web/state/routingBook.ts";
import { secondsWords, takesWords } from "#web/state/routingDraft.ts";
import { useStore } from "#web/state/store.ts";
import { chosenTiers, tierChoices } from "#web/state/tiers.ts";
import { topicPath } from "#web/state/topics.ts";
import { t } from "#web/state/words.ts";

/** A queue in hand. `number` notes which fields hold no number, so that the queue is not taken as it is. */
export interface Editing {
  readonly queue: Queue;
  readonly book: RoutingBook;
  readonly set: (part: Partial<Queue>) => void;
  readonly number: (place: string, set: (value: number) => void) => (value: number | null) => void;
  /** What began with this place is gone, and what was wrong in it. */
  readonly forget: (place: string) => void;
  readonly faultAt: FaultAt;
}

export const QueueForm = ({
  queue: given,
  book,
  problem,
  fault,
  close,
  keep,
  remove,
}: {
  readonly queue: Queue;
  readonly book: RoutingBook;
  readonly problem: Problem | null;
  /** Where in this queue the refusal lies; null: elsewhere. */
  readonly fault: string | null;
  readonly close: () => void;
  readonly keep: (queue: Queue) => void;
  readonly remove: (() => void) | null;
}) => {
  const [queue, setQueue] = useState(given);
  const [wrong, setWrong] = useState<ReadonlySet<string>>(new Set());
  // What was refused is said until it is changed: a field that is called wrong keeps its form from being sent.
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [missing, setMissing] = useState<string | null>(null);
  const names = useStore(
    deskState,
    (state) => state,
    (a, b) => a.topics === b.topics && a.brands === b.brands && a.teams === b.teams && a.tiers === b.tiers,
  );
  const faultAt: FaultAt = (place) => {
    if (missing !== null && isAtPlace(missing, place)) return t("hours.missing");
    return fault !== null && problem !== null && !touched.has(fault.split(".")[0] ?? "") && isAtPlace(fault, place)
      ? problemWords(problem)
      : null;
  };
  const takeOver = (): void => {
    const gap = queue.hours.kind === "own" ? missingIn(queue.hours.hours) : null;
    if (gap === null) keep({ ...queue, name: queue.name.trim() });
    else setMissing(`hours.hours.${gap}`);
  };
  const editing: Editing = {
    queue,
    book,
    faultAt,
    set: (part) => {
      setTouched((now) => new Set([...now, ...Object.keys(part)]));
      if (part.hours !== undefined) setMissing(null);
      setQueue((now) => ({ ...now, ...part }));
    },
    number: (place, set) => (value) => {
      setWrong((now) => new Set(value === null ? [...now, place] : [...now].filter((one) => one !== place)));
      if (value !== null) set(value);
    },
    forget: (place) => setWrong((now) => new Set([...now].filter((one) => !one.startsWith(place)))),
  };
  const isAt = (...places: readonly string[]): boolean => places.some((place) => faultAt(place) !== null);
  return (
    <SheetForm
      problem={null}
      close={close}
      keep={takeOver}
      keepWords={t("routingSetup.takeOver")}
      isDisabled={queue.name.trim() === "" || wrong.size > 0}
      aside={
        remove === null ? null : (
          <Button look="danger" icon="trash" onPress={remove}>
            {t("admin.remove")}
          </Button>
        )
      }
    >
      <Field
        label={t("promises.name")}
        value={queue.name}
        onChange={(name) => editing.set({ name })}
        fault={faultAt("name")}
        isRequired
        autoFocus
        maxLength={60}
      />
      <Group title={t("routingSetup.takes")} says={takesWords(queue, names)} isOpen>
        <Takes {...editing} />
      </Group>
      <Group
        title={t("routingSetup.who")}
        says={whoWords(editing)}
        isOpen={isAt("teamIds", "requires", "asks", "order")}
      >
        <Who {...editing} />
      </Group>
      <Group
        title={t("routingSetup.offering")}
        says={t(queue.offers ? "routingSetup.offersSay" : "routingSetup.pullsSay", {
          length: secondsWords(queue.offerSeconds),
        })}
      >
        <Offering {...editing} />
      </Group>
      <Group
        title={t("routingSetup.steps")}
        says={t("routingSetup.stepsSay", { count: queue.steps.length })}
        isOpen={isAt("steps")}
      >
        <Steps {...editing} />
      </Group>
      <Group
        title={t("routingSetup.overflow")}
        says={t("routingSetup.overflowSay", { count: queue.overflow.length })}
        isOpen={isAt("overflow")}
      >
        <Overflows {...editing} />
      </Group>
      <Group
        title={t("routingSetup.measures")}
        says={t("routingSetup.aims", { target: queue.target, within: secondsWords(queue.withinSeconds) })}
      >
        <Measures {...editing} />
      </Group>
    </SheetForm>
  );
};

const whoWords = ({ queue, book }: Editing): string => {
  const names = Object.entries(queue.requires).map(([id, level]) => `${skillName(book, id)} ${level}`);
  return [t(`routingSetup.orders.${queue.order}`), ...names].join(" · ");
};

const Takes = ({ queue, set, faultAt }: Editing) => {
  const { topics, brands, teams, channels, tiers } = useStore(
    deskState,
    (state) => state,
    (a, b) =>
      a.topics === b.topics &&
      a.brands === b.brands &&
      a.teams === b.teams &&
      a.channels === b.channels &&
      a.tiers === b.tiers,
  );
  const { when } = queue;
  const change = (part: Partial<Queue["when"]>): void => set({ when: { ...when, ...part } });
  const kinds = [...new Set([...channels.map(({ kind }) => kind), ...when.channelKinds])];
  return (
    <>
      <p className="field-hint">{t("routingSetup.takesHint")}</p>
      <Checks
        title={t("routingSetup.channelKinds")}
        choices={kinds.map((kind) => ({ id: kind, label: t(`channels.${kind}.name`) }))}
        chosen={when.channelKinds}
        onChange={(ids) => change({ channelKinds: kinds.filter((kind) => ids.includes(kind)) })}
      />
      <div className="pair">
        <Choose
          label={t("promises.topic")}
          hint={faultAt("when.topicId") ?? undefined}
          value={when.topicId ?? none}
          choices={[
            { id: none, label: t("promises.anyTopic") },
            ...goneOf(when.topicId, topics),
            ...topics
              .map((topic) => ({ id: topic.id as string, label: topicPath(topics, topic) }))
              .toSorted((a, b) => a.label.localeCompare(b.label)),
          ]}
          onChange={(id) => change({ topicId: topics.find((topic) => topic.id === id)?.id ?? null })}
        />
        <Choose
          label={t("routingSetup.language")}
          value={when.language ?? none}
          choices={[
            { id: none, label: t("routingSetup.anyLanguage") },
            { id: "de", label: t("languages.de") },
            { id: "en", label: t("languages.en") },
          ]}
          onChange={(id) => change({ language: id === "de" || id === "en" ? id : null })}
        />
        {brands.length > 1 || when.brandId !== null ? (
          <Choose
            label={t("admin.brand")}
            value={when.brandId ?? none}
            choices={[
              { id: none, label: t("promises.anyBrand") },
              ...goneOf(when.brandId, brands),
              ...brands.map(({ id, name }) => ({ id: id as string, label: name })),
            ]}
            onChange={(id) => change({ brandId: brands.find((brand) => brand.id === id)?.id ?? null })}
          />
        ) : null}
        <Choose
          label={t("routingSetup.ofTeam")}
          hint={faultAt("when.teamId") ?? undefined}
          value={when.teamId ?? none}
          choices={[
            { id: none, label: t("routingSetup.anyTeam") },
            ...goneOf(when.teamId, teams),
            ...teams.map(({ id, name }) => ({ id: id as string, label: name })),
          ]}
          onChange={(id) => change({ teamId: teams.find((team) => team.id === id)?.id ?? null })}
        />
      </div>
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
      <OpenAt queue={queue} set={set} faultAt={faultAt} />
    </>
  );
};

const ownHours = "own";

/** Whose opening hours it keeps, or its own. */
const OpenAt = ({ queue: { hours }, set, faultAt }: Pick<Editing, "queue" | "set" | "faultAt">) => {
  const { brands, channels } = useStore(
    deskState,
    (state) => state,
    (a, b) => a.brands === b.brands && a.channels === b.channels,
  );
  const hoursOf = (id: string): Queue["hours"] => {
    if (id === ownHours) return hours.kind === "own" ? hours : { kind: "own", hours: startHours() };
    const brand = brands.find((one) => one.id === id);
    const channel = channels.find((one) => one.id === id);
    if (brand) return { kind: "brand", id: brand.id };
    return channel ? { kind: "channel", id: channel.id } : { kind: "always" };
  };
  const of = hours.kind === "brand" || hours.kind === "channel" ? hours.id : null;
  const placed = hours.kind === "own" ? null : faultAt("hours");
  return (
    <>
      <Choose
        label={t("routingSetup.hours")}
        hint={placed ?? t("routingSetup.hoursHint")}
        value={of ?? (hours.kind === "own" ? ownHours : none)}
        choices={[
          { id: none, label: t("routingSetup.hoursAlways") },
          { id: ownHours, label: t("routingSetup.hoursOwn") },
          ...goneOf(of, [...brands, ...channels]),
          ...brands.map(({ id, name }) => ({ id: id as string, label: t("promises.hoursChannel", { name }) })),
          ...channels.map(({ id, name }) => ({ id: id as string, label: t("promises.hoursChannel", { name }) })),
        ]}
        onChange={(id) => set({ hours: hoursOf(id) })}
      />
      {hours.kind === "own" ? (
        <fieldset className="fieldset hours">
          <legend>{t("routingSetup.hoursOwn")}</legend>
          <HoursFields
            hours={hours.hours}
            set={(next) => set({ hours: { kind: "own", hours: next } })}
            wrongAt={(place) => faultAt(`hours.hours.${place}`)}
          />
        </fieldset>
      ) : null}
    </>
  );
};

/** What is no longer there can be seen, and another chosen. */
const goneOf = (id: string | null, all: readonly { readonly id: string }[]): { id: string; label: string }[] =>
  id === null || all.some((one) => one.id === id) ? [] : [{ id, label: t("filters.gone") }];

const Who = (editing: Editing) => {
  const { queue, book, set, faultAt, number } = editing;
  const teams = useStore(deskState, (state) => state.teams);
  return (
    <>
      <Choose
        label={t("routingSetup.orderLabel")}
        value={queue.order}
        choices={queueOrder.options.map((id) => ({ id, label: t(`routingSetup.orders.${id}`) }))}
        onChange={(order) => set({ order })}
      />
      {teams.length === 0 ? null : (
        <Checks
          title={t("routingSetup.teams")}
          choices={teams.map(({ id, name }) => ({ id, label: name }))}
          chosen={queue.teamIds}
          onChange={(ids) => set({ teamIds: teams.map(({ id }) => id).filter((id) => ids.includes(id)) })}
        />
      )}
      {faultAt("teamIds") === null ? null : <p className="field-fault">{faultAt("teamIds")}</p>}
      <SkillNumbers
        title={t("routingSetup.requires")}
        hint={t("routingSetup.requiresHint")}
        word={(name) => t("routingSetup.levelOf", { name })}
        skills={book.skills}
        value={queue.requires}
        fault={faultAt("requires")}
        onChange={(requires) => set({ requires })}
      />
      <Asks {...editing} />
      <Length
        label={t("routingSetup.patience")}
        hint={t("routingSetup.patienceHint")}
        value={queue.patienceSeconds}
        onChange={number("patienceSeconds", (patienceSeconds) => set({ patienceSeconds }))}
      />
    </>
  );
};

const Offering = ({ queue, set, number }: Editing) => (
  <>
    <Toggle
      label={t("routingSetup.offers")}
      hint={t("routingSetup.offersHint")}
      value={queue.offers}
      onChange={(offers) => set({ offers })}
    />
    <Toggle
      label={t("routingSetup.mayPull")}
      hint={t("routingSetup.mayPullHint")}
      value={queue.mayPull}
      onChange={(mayPull) => set({ mayPull })}
    />
    {queue.offers || queue.mayPull ? null : <p className="field-fault">{t("routingSetup.nobodyGets")}</p>}
    <div className="pair">
      <Length
        label={t("routingSetup.offerLength")}
        hint={t("routingSetup.offerHint")}
        least={5}
        most={3_600}
        value={queue.offerSeconds}
        onChange={number("offerSeconds", (offerSeconds) => set({ offerSeconds }))}
      />
      <Length
        label={t("routingSetup.keeps")}
        hint={t("routingSetup.keepsHint")}
        value={queue.keepSeconds}
        onChange={number("keepSeconds", (keepSeconds) => set({ keepSeconds }))}
      />
    </div>
    <Checks
      title={t("routingSetup.autoAccept")}
      choices={workKinds.map((id) => ({ id, label: t(`routing.kinds.${id}`) }))}
      chosen={queue.autoAccept}
      onChange={(ids) => set({ autoAccept: workKinds.filter((kind) => ids.includes(kind)) })}
    />
  </>
);

const Measures = ({ queue, set, number }: Editing) => (
  <>
    <div className="pair">
      <Count
        label={t("routingSetup.target")}
        least={1}
        most={100}
        value={queue.target}
        onChange={number("target", (target) => set({ target }))}
      />
      <Length
        label={t("routingSetup.within")}
        value={queue.withinSeconds}
        onChange={number("withinSeconds", (withinSeconds) => set({ withinSeconds }))}
      />
    </div>
    <Length
      label={t("routingSetup.promise")}
      hint={t("routingSetup.promiseHint")}
      value={queue.promiseSeconds}
      onChange={number("promiseSeconds", (promiseSeconds) => set({ promiseSeconds }))}
    />
  </>
);
