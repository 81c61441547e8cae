// What the form of a channel asks for, as data: the form draws itself from it, words stand in locales under
// `channels.<kind>.<field>`. Pure; called by the admin's channel page.
import type { ChannelKind } from "#contract/channel.ts";

/**
 * One thing to fill in. "group" can be switched off as a whole (null); `secret` is never sent back by the server. One with `when` is asked only
 * while another of the same group is set to that.
 */
export type FormField = { readonly when?: { readonly name: string; readonly is: string } } & (
  | {
      readonly name: string;
      readonly kind: "text" | "number" | "flag" | "secret" | "longSecret" | "list";
      readonly start: string | number | boolean | readonly string[] | null;
      readonly optional?: boolean;
    }
  | { readonly name: string; readonly kind: "choice"; readonly start: string; readonly options: readonly string[] }
  | { readonly name: string; readonly kind: "group"; readonly fields: readonly FormField[] }
);

type Settings = Readonly<Record<string, unknown>>;

const server = (port: number): readonly FormField[] => [
  { name: "host", kind: "text", start: "" },
  { name: "port", kind: "number", start: port },
  { name: "security", kind: "choice", start: "tls", options: ["tls", "starttls", "none"] },
  { name: "user", kind: "text", start: null, optional: true },
  { name: "password", kind: "secret", start: null },
];

/** The fields of each kind of channel, in the order they are asked. */
export const channelFields: Readonly<Record<ChannelKind, readonly FormField[]>> = {
  email: [
    { name: "address", kind: "text", start: "" },
    { name: "displayName", kind: "text", start: "" },
    { name: "aliases", kind: "list", start: [] },
    { name: "door", kind: "flag", start: true },
    { name: "plusAddressing", kind: "flag", start: true },
    {
      name: "imap",
      kind: "group",
      fields: [
        ...server(993),
        { name: "folders", kind: "list", start: ["INBOX"] },
        { name: "from", kind: "choice", start: "now", options: ["now", "days", "everything"] },
        { name: "days", kind: "number", start: 30, when: { name: "from", is: "days" } },
      ],
    },
    { name: "smtp", kind: "group", fields: [...server(465), { name: "maxConnections", kind: "number", start: 5 }] },
    {
      name: "dkim",
      kind: "group",
      fields: [
        { name: "domain", kind: "text", start: "" },
        { name: "selector", kind: "text", start: "" },
        { name: "privateKey", kind: "longSecret", start: null },
      ],
    },
    { name: "trustedAuthservIds", kind: "list", start: [] },
    { name: "trustedRelays", kind: "list", start: [] },
  ],
};

/** Settings to start from: every field at its start, groups off. */
export const startSettings = (fields: readonly FormField[]): Settings =>
  Object.fromEntries(fields.map((field) => [field.name, field.kind === "group" ? null : field.start]));

/** The fields that are asked while the group is set like this. */
export const askedFields = (fields: readonly FormField[], settings: Settings): readonly FormField[] =>
  fields.filter(({ when }) => when === undefined || settings[when.name] === when.is);

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
