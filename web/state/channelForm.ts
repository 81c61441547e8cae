// How the form of a channel is filled in; what it asks comes from the server with the kind of channel. Pure; called by the admin's channel page.
import type { FormField } from "#contract/channel-form.ts";

type Settings = Readonly<Record<string, unknown>>;

/** Settings to start from: every field at its start, groups off. */
export const startSettings = (fields: readonly FormField[]): Settings =>
  Object.fromEntries(fields.map((field) => [field.name, field.kind === "group" ? null : field.start]));

/** What a field is set to; one that came after the channel was connected is at its start. */
const valueOf = (field: FormField | undefined, settings: Settings): unknown =>
  field === undefined ? null : (settings[field.name] ?? (field.kind === "group" ? null : field.start));

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

/** One per line or separated by commas. */
export const listOf = (text: string): readonly string[] =>
  text
    .split(/[\n,]+/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
