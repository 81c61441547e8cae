// How the form of a channel is filled in; what it asks comes from the server with the kind of channel. Pure; called by the admin's channel page.
import type { FormField } from "#contract/channel-form.ts";

type Settings = Readonly<Record<string, unknown>>;

const startOf = (field: FormField): unknown =>
  field.kind === "group"
    ? field.optional
      ? null
      : startSettings(field.fields)
    : field.kind === "rows"
      ? []
      : field.start;

/** Settings to start from: every field at its start, groups off that can be, no rows. */
export const startSettings = (fields: readonly FormField[]): Settings =>
  Object.fromEntries(fields.map((field) => [field.name, startOf(field)]));

/** What a field is set to; one that came after the channel was connected is at its start. */
const valueOf = (field: FormField | undefined, settings: Settings): unknown =>
  field === undefined ? null : (settings[field.name] ?? startOf(field));

/** The fields that are asked while the group is set like this. */
export const askedFields = <F extends FormField>(fields: readonly F[], settings: Settings): readonly F[] =>
  fields.filter(
    ({ when }) =>
      when === null ||
      valueOf(
        fields.find(({ name }) => name === when.name),
        settings,
      ) === when.is,
  );

/** Settings with one value changed, at a path such as ["imap", "port"]. */
export const withValue = (settings: Settings, path: readonly string[], value: unknown): Settings => {
  const [name, ...rest] = path;
  if (name === undefined) return settings;
  if (rest.length === 0) return { ...settings, [name]: value };
  const inner = settings[name];
  return {
    ...settings,
    [name]: withValue(typeof inner === "object" && inner !== null ? (inner as Settings) : {}, rest, value),
  };
};

/** The rows of a field; what is none is left out. */
export const rowsIn = (value: unknown): readonly Settings[] =>
  Array.isArray(value) ? value.filter((row): row is Settings => typeof row === "object" && row !== null) : [];

/** The rows with one at another place; the same when there is no such place. */
export const withRowMoved = (rows: readonly Settings[], from: number, to: number): readonly Settings[] => {
  const moved = rows[from];
  if (moved === undefined || to < 0 || to >= rows.length) return rows;
  return rows.toSpliced(from, 1).toSpliced(to, 0, moved);
};

/** One per line or separated by commas. */
export const listOf = (text: string): readonly string[] =>
  text
    .split(/[\n,]+/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
