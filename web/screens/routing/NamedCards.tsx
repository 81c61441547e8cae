// Skills by what they are about, reasons for being away or busy, and what may become of a piece of work: lists of names. Called by AdminRouting.
import { useState } from "react";
import type { ReactNode } from "react";
import type { RoutingBook, Skill } from "#contract/routing-book.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Choose, Field } from "#web/kit/Field.tsx";
import { abouts, aboutWords } from "#web/screens/routing/Parts.tsx";
import type { Problem } from "#web/state/client.ts";
import { problemWords } from "#web/state/problems.ts";
import { changeDraft, faultIn } from "#web/state/routingDraft.ts";
import { t } from "#web/state/words.ts";

interface Cards {
  readonly book: RoutingBook;
  readonly problem: Problem | null;
}

const purposes = ["away", "busy"] as const;

export const NamedCards = (cards: Cards) => (
  <>
    <Skills {...cards} />
    <Reasons {...cards} />
    <Dispositions {...cards} />
  </>
);

const Card = ({
  title,
  hint,
  children,
}: {
  readonly title: string;
  readonly hint: string;
  readonly children: ReactNode;
}) => (
  <section className="card">
    <h2>{title}</h2>
    <p className="card-words">{hint}</p>
    {children}
  </section>
);

/** Names in a list, each to be changed in place; below them one more. */
const Names = ({
  title,
  all,
  word,
  faultOf,
  rename,
  remove,
  beside,
}: {
  readonly title: string;
  readonly all: readonly { readonly id: string; readonly name: string }[];
  /** What one of them is called before people: "Skill". */
  readonly word: string;
  readonly faultOf: (id: string) => string | null;
  readonly rename: (id: string, name: string) => void;
  readonly remove: (id: string) => void;
  readonly beside?: (id: string) => ReactNode;
}) => (
  <ul className="routing-names" aria-label={title}>
    {all.map(({ id, name }, at) => (
      <li key={id}>
        <Field
          label={t("routingSetup.nameOf", { what: word, number: at + 1 })}
          value={name}
          fault={name.trim() === "" ? t("routingSetup.noName") : faultOf(id)}
          onChange={(next) => rename(id, next)}
          maxLength={60}
        />
        {beside?.(id)}
        <IconButton
          icon="trash"
          label={t("routingSetup.without", { name: name.trim() === "" ? word : name })}
          onPress={() => remove(id)}
        />
      </li>
    ))}
  </ul>
);

/** A name to be added, with Enter or the button. */
const Add = ({
  label,
  button,
  add,
  children,
}: {
  readonly label: string;
  readonly button: string;
  readonly add: (name: string) => void;
  readonly children?: ReactNode;
}) => {
  const [name, setName] = useState("");
  return (
    <form
      className="routing-add"
      onSubmit={(submit) => {
        submit.preventDefault();
        if (name.trim() === "") return;
        add(name.trim());
        setName("");
      }}
    >
      <Field label={label} value={name} onChange={setName} maxLength={60} />
      {children}
      <Button type="submit" icon="plus" isDisabled={name.trim() === ""}>
        {button}
      </Button>
    </form>
  );
};

const faultOf =
  (problem: Problem | null, list: "skills" | "reasons" | "dispositions", all: readonly { readonly id: string }[]) =>
  (id: string): string | null =>
    problem !== null && faultIn(problem, `${list}.${all.findIndex((one) => one.id === id)}`) !== null
      ? problemWords(problem)
      : null;

const Skills = ({ book, problem }: Cards) => {
  const [about, setAbout] = useState<Skill["about"]>("language");
  const set = (change: (skills: readonly Skill[]) => Skill[]): void =>
    changeDraft((now) => ({ ...now, skills: change(now.skills) }));
  return (
    <Card title={t("routingSetup.skills")} hint={t("routingSetup.skillsHint")}>
      {abouts.map((group) => {
        const own = book.skills.filter((skill) => skill.about === group);
        const title = aboutWords(group);
        return own.length === 0 ? null : (
          <div key={group}>
            <h3 className="checks-title">{title}</h3>
            <Names
              title={title}
              all={own}
              word={title}
              faultOf={faultOf(problem, "skills", book.skills)}
              rename={(id, name) => set((all) => all.map((one) => (one.id === id ? { ...one, name } : one)))}
              remove={(id) => changeDraft((now) => withoutSkill(now, id))}
            />
          </div>
        );
      })}
      <Add
        label={t("routingSetup.newSkill")}
        button={t("routingSetup.addName")}
        add={(name) => set((all) => [...all, { id: crypto.randomUUID() as Skill["id"], name, about }])}
      >
        <Choose
          label={t("routingSetup.about")}
          value={about}
          choices={abouts.map((id) => ({ id, label: aboutWords(id) }))}
          onChange={setAbout}
        />
      </Add>
    </Card>
  );
};

/** The book without a skill, also where queues ask for it. */
const withoutSkill = (book: RoutingBook, id: string): RoutingBook => {
  const without = <T,>(value: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(value).filter(([one]) => one !== id));
  return {
    ...book,
    skills: book.skills.filter((skill) => skill.id !== id),
    queues: book.queues.map((queue) => ({
      ...queue,
      requires: without(queue.requires),
      asks: queue.asks.map((ask) => ({ ...ask, requires: without(ask.requires), prefers: without(ask.prefers) })),
      steps: queue.steps.map((step) => ({
        ...step,
        lower: without(step.lower),
        drop: step.drop.filter((one) => one !== id),
      })),
    })),
  };
};

const Reasons = ({ book, problem }: Cards) => {
  const [purpose, setPurpose] = useState<(typeof purposes)[number]>("away");
  const set = (change: (reasons: RoutingBook["reasons"]) => RoutingBook["reasons"]): void =>
    changeDraft((now) => ({ ...now, reasons: change(now.reasons) }));
  const choices = purposes.map((id) => ({ id, label: t(`routingSetup.purposes.${id}`) }));
  return (
    <Card title={t("routingSetup.reasons")} hint={t("routingSetup.reasonsHint")}>
      <Names
        title={t("routingSetup.reasons")}
        all={book.reasons}
        word={t("routingSetup.reason")}
        faultOf={faultOf(problem, "reasons", book.reasons)}
        rename={(id, name) => set((all) => all.map((one) => (one.id === id ? { ...one, name } : one)))}
        remove={(id) => set((all) => all.filter((one) => one.id !== id))}
        beside={(id) => {
          const reason = book.reasons.find((one) => one.id === id);
          return reason === undefined ? null : (
            <Choose
              label={t("routingSetup.purposeOf", { name: reason.name })}
              quiet
              value={reason.for}
              choices={choices}
              onChange={(next) => set((all) => all.map((one) => (one.id === id ? { ...one, for: next } : one)))}
            />
          );
        }}
      />
      <Add
        label={t("routingSetup.newReason")}
        button={t("routingSetup.addName")}
        add={(name) => set((all) => [...all, { id: crypto.randomUUID(), name, for: purpose }])}
      >
        <Choose label={t("routingSetup.purpose")} value={purpose} choices={choices} onChange={setPurpose} />
      </Add>
    </Card>
  );
};

const Dispositions = ({ book, problem }: Cards) => {
  const set = (change: (all: RoutingBook["dispositions"]) => RoutingBook["dispositions"]): void =>
    changeDraft((now) => ({ ...now, dispositions: change(now.dispositions) }));
  return (
    <Card title={t("routingSetup.dispositions")} hint={t("routingSetup.dispositionsHint")}>
      <Names
        title={t("routingSetup.dispositions")}
        all={book.dispositions}
        word={t("routingSetup.disposition")}
        faultOf={faultOf(problem, "dispositions", book.dispositions)}
        rename={(id, name) => set((all) => all.map((one) => (one.id === id ? { ...one, name } : one)))}
        remove={(id) => set((all) => all.filter((one) => one.id !== id))}
      />
      <Add
        label={t("routingSetup.newDisposition")}
        button={t("routingSetup.addName")}
        add={(name) => set((all) => [...all, { id: crypto.randomUUID(), name }])}
      />
    </Card>
  );
};
