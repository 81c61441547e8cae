// Parts of the forms of routing: a length of time with its unit, skills with their levels, a group. Called by the forms beside it.
import { useState } from "react";
import type { ReactNode } from "react";
import type { Skill } from "#contract/routing-book.ts";
import { IconButton } from "#web/kit/Button.tsx";
import { Choose, Field } from "#web/kit/Field.tsx";
import { inUnit, secondsIn, units, type Unit } from "#web/state/routingDraft.ts";
import { t } from "#web/state/words.ts";

/** What skills are about, in the order in which they are shown. */
export const abouts = ["language", "product", "topic", "channel", "other"] as const satisfies readonly Skill["about"][];

export const aboutWords = (about: Skill["about"]): string =>
  about === "other" ? t("routingSetup.abouts.rest") : t(`routingSetup.abouts.${about}`);

/** What is wrong at a place of the form: fields name their place below the queue ("steps.0.afterSeconds"). */
export type FaultAt = (place: string) => string | null;

/** A length of time: a number and its unit, kept in whole seconds; null is told while it is none, or not between least and most. */
export const Length = ({
  label,
  hint,
  value,
  least = 0,
  most = 604_800,
  fault,
  onChange,
}: {
  readonly label: string;
  readonly hint?: string;
  readonly value: number;
  readonly least?: number;
  readonly most?: number;
  readonly fault?: string | null;
  readonly onChange: (seconds: number | null) => void;
}) => {
  const [typed, setTyped] = useState(() => {
    const { count, unit } = inUnit(value);
    return { text: String(count), unit };
  });
  const take = (text: string, unit: Unit): void => {
    setTyped({ text, unit });
    const seconds = secondsIn(text, unit);
    onChange(seconds === null || seconds < least || seconds > most ? null : seconds);
  };
  const seconds = secondsIn(typed.text, typed.unit);
  const isWrong = seconds === null || seconds < least || seconds > most;
  return (
    <div className="routing-length">
      <Field
        label={label}
        hint={hint}
        type="number"
        value={typed.text}
        fault={isWrong ? t("routingSetup.noLength") : fault}
        onChange={(text) => take(text, typed.unit)}
      />
      <Choose
        label={t("routingSetup.unit", { of: label })}
        quiet
        value={typed.unit}
        choices={units.map(([unit]) => ({ id: unit, label: t(`routingSetup.units.${unit}`) })).toReversed()}
        onChange={(unit) => take(typed.text, unit)}
      />
    </div>
  );
};

/** A whole number; null is told while it is none, or not between least and most. */
export const Count = ({
  label,
  hint,
  value,
  least,
  most,
  fault,
  onChange,
}: {
  readonly label: string;
  readonly hint?: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly fault?: string | null;
  readonly onChange: (count: number | null) => void;
}) => {
  const [typed, setTyped] = useState(String(value));
  const count = (text: string): number | null => {
    const number = Number(text);
    return text.trim() === "" || !Number.isInteger(number) || number < least || number > most ? null : number;
  };
  return (
    <Field
      label={label}
      hint={hint}
      type="number"
      value={typed}
      fault={count(typed) === null ? t("routingSetup.noCount", { least, most }) : fault}
      onChange={(text) => {
        setTyped(text);
        onChange(count(text));
      }}
    />
  );
};

/** Skills, each with a number (a level, a weight, levels fewer). */
export const SkillNumbers = ({
  title,
  hint,
  word,
  skills,
  value,
  most = 5,
  fault,
  onChange,
}: {
  readonly title: string;
  readonly hint?: string;
  /** What the number is: "Level of {name}". */
  readonly word: (name: string) => string;
  readonly skills: readonly Skill[];
  readonly value: Readonly<Record<string, number>>;
  readonly most?: number;
  readonly fault?: string | null;
  readonly onChange: (value: Record<string, number>) => void;
}) => {
  const chosen = Object.entries(value);
  const open = skills.filter(({ id }) => value[id] === undefined);
  const nameOf = (id: string): string => skills.find((skill) => skill.id === id)?.name ?? t("filters.gone");
  return (
    <fieldset className="checks-group routing-skills">
      <legend className="checks-title">{title}</legend>
      {hint === undefined ? null : <p className="field-hint">{hint}</p>}
      {chosen.map(([id, level]) => (
        <div key={id} className="routing-skill">
          <span>{nameOf(id)}</span>
          <Choose
            label={word(nameOf(id))}
            quiet
            value={String(level)}
            choices={Array.from({ length: most }, (_one, n) => ({ id: String(n + 1), label: String(n + 1) }))}
            onChange={(number) => onChange({ ...value, [id]: Number(number) })}
          />
          <IconButton
            size="small"
            icon="close"
            label={t("routingSetup.without", { name: nameOf(id) })}
            onPress={() => onChange(Object.fromEntries(chosen.filter(([one]) => one !== id)))}
          />
        </div>
      ))}
      {open.length === 0 ? (
        chosen.length === 0 ? (
          <p className="field-hint">{t("routingSetup.noSkills")}</p>
        ) : null
      ) : (
        <Choose
          label={t("routingSetup.addSkillTo", { to: title })}
          quiet
          value={none}
          choices={[
            { id: none, label: t("routingSetup.addSkill") },
            ...open.map(({ id, name }) => ({ id: id as string, label: name })),
          ]}
          onChange={(id) => {
            if (id !== none) onChange({ ...value, [id]: 1 });
          }}
        />
      )}
      {fault ? <p className="field-fault">{fault}</p> : null}
    </fieldset>
  );
};

/** The choice of nothing. */
export const none = "none";

/** A part of a form that opens and closes; what it says now stands beside its title. */
export const Group = ({
  title,
  says,
  isOpen = false,
  children,
}: {
  readonly title: string;
  readonly says?: string;
  readonly isOpen?: boolean;
  readonly children: ReactNode;
}) => {
  // How it begins; from then on whoever reads it opens and closes it.
  const [begins] = useState(isOpen);
  return (
    <details className="routing-group" open={begins}>
      <summary>
        <strong>{title}</strong>
        {says === undefined ? null : <small>{says}</small>}
      </summary>
      <div className="routing-group-body">{children}</div>
    </details>
  );
};
