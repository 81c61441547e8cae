// One field of a channel's settings, drawn as its kind of channel says it is: also groups and rows of fields. Called by ChannelForm.tsx.
import type { FormField } from "#contract/channel-form.ts";
import { ColourField } from "#web/kit/ColourField.tsx";
import { Choose, Field, LongField, Toggle } from "#web/kit/Field.tsx";
import { SettingsRows } from "#web/screens/brands/SettingsRows.tsx";
import { WidgetLook } from "#web/screens/brands/WidgetLook.tsx";
import { askedFields, listOf, rowsIn, startSettings } from "#web/state/channelForm.ts";
import type { Problem } from "#web/state/client.ts";
import { problemWords } from "#web/state/problems.ts";
import { t, words } from "#web/state/words.ts";

type Settings = Readonly<Record<string, unknown>>;

/** What is wrong and in which field, as the form calls it: "… Fetching (IMAP) · Server". `base`: where the words of that kind of channel stand. */
export const faultAt = (base: string, problem: Problem): string => {
  const path = (problem.field ?? "").split(".").filter((part) => part !== "settings" && !/^\d+$/.test(part));
  const names = path.flatMap((_, index) => words(`${base}.${path.slice(0, index + 1).join(".")}.label`) ?? []);
  const why = words(`${base}.${path.join(".")}.wrong`) ?? problemWords(problem);
  return names.length === 0 ? why : `${names.join(" · ")}: ${why}`;
};

export const SettingsField = ({
  field,
  path,
  base,
  settings,
  problem,
  known,
  set,
}: {
  readonly field: FormField;
  readonly path: readonly string[];
  readonly base: string;
  readonly settings: Settings;
  readonly problem: Problem | null;
  readonly known: boolean;
  readonly set: (path: readonly string[], value: unknown) => void;
}) => {
  // Settings that were kept before there was such a field lack it.
  const value: unknown = settings[field.name] ?? startSettings([field])[field.name];
  const label = words(`${base}.${field.name}.label`) ?? field.name;
  const hint = words(`${base}.${field.name}.hint`) ?? undefined;
  const at = path.join(".");
  const fault =
    problem !== null && (problem.field === at || problem.field === `settings.${at}`)
      ? (words(`${base}.${field.name}.wrong`) ?? problemWords(problem))
      : null;
  switch (field.kind) {
    case "group": {
      const inner = typeof value === "object" && value !== null ? (value as Settings) : null;
      return (
        <fieldset className="fieldset">
          <legend>{label}</legend>
          {field.optional ? (
            <Toggle
              label={t("admin.groupOn")}
              hint={hint}
              value={inner !== null}
              onChange={(on) => set(path, on ? startSettings(field.fields) : null)}
            />
          ) : (
            <p className="field-hint">{hint}</p>
          )}
          {inner === null ? null : (
            <div className="pair">
              {askedFields(field.fields, inner).map((one) => (
                <SettingsField
                  key={one.name}
                  field={one}
                  path={[...path, one.name]}
                  base={`${base}.${field.name}`}
                  settings={inner}
                  problem={problem}
                  known={known}
                  set={set}
                />
              ))}
            </div>
          )}
          {inner !== null && at === "look" ? (
            <WidgetLook look={inner} set={(name, to) => set([...path, name], to)} />
          ) : null}
        </fieldset>
      );
    }
    case "rows":
      return (
        <SettingsRows
          label={label}
          hint={hint}
          add={words(`${base}.${field.name}.add`) ?? t("admin.rowAdd")}
          one={(number) => words(`${base}.${field.name}.one`, { number }) ?? `${number}`}
          fields={field.fields}
          most={field.most}
          rows={rowsIn(value)}
          set={(rows) => set(path, rows)}
          draw={(row, index) =>
            askedFields(field.fields, row).map((one) => (
              <SettingsField
                key={one.name}
                field={one}
                path={[...path, `${index}`, one.name]}
                base={`${base}.${field.name}`}
                settings={row}
                problem={problem}
                known={known}
                set={(_, to) => set(path, rowsIn(value).with(index, { ...row, [one.name]: to }))}
              />
            ))
          }
        />
      );
    case "colour":
      return (
        <ColourField
          label={label}
          hint={hint}
          fault={fault}
          value={typeof value === "string" ? value : field.start}
          onChange={(text) => set(path, text)}
        />
      );
    case "flag":
      return <Toggle label={label} hint={hint} value={value === true} onChange={(on) => set(path, on)} />;
    case "choice":
      return (
        <Choose
          label={label}
          hint={hint}
          value={typeof value === "string" ? value : field.start}
          choices={field.options.map((option) => ({
            id: option,
            label: words(`${base}.${field.name}.options.${option}`) ?? option,
          }))}
          onChange={(option) => set(path, option)}
        />
      );
    case "number":
      return (
        <Field
          label={label}
          hint={hint}
          fault={fault}
          type="number"
          value={typeof value === "number" ? `${value}` : ""}
          onChange={(text) => set(path, Number(text))}
        />
      );
    case "list":
      return (
        <LongField
          label={label}
          hint={hint}
          fault={fault}
          rows={2}
          value={Array.isArray(value) ? value.join("\n") : ""}
          onChange={(text) =>
            set(path, field.lines ? text.split("\n") : text.endsWith("\n") ? [...listOf(text), ""] : listOf(text))
          }
        />
      );
    case "longText":
      return (
        <LongField
          label={label}
          hint={hint}
          fault={fault}
          rows={3}
          maxLength={field.most}
          value={typeof value === "string" ? value : ""}
          onChange={(text) => set(path, text)}
        />
      );
    case "secret":
      return (
        <Field
          label={label}
          hint={known ? t("admin.secretKeeps") : hint}
          fault={fault}
          type="password"
          autoComplete="off"
          value={typeof value === "string" ? value : ""}
          onChange={(text) => set(path, text === "" ? null : text)}
        />
      );
    case "longSecret":
      return (
        <LongField
          mono
          label={label}
          hint={known ? t("admin.secretKeeps") : hint}
          fault={fault}
          value={typeof value === "string" ? value : ""}
          onChange={(text) => set(path, text === "" ? null : text)}
        />
      );
    default:
      return (
        <Field
          label={label}
          hint={hint}
          fault={fault}
          value={typeof value === "string" ? value : ""}
          onChange={(text) => set(path, text === "" && field.optional ? null : text)}
        />
      );
  }
};
