// What an operator fills in to connect a mailbox. The desk's form draws itself from this schema, in this order:
// every field's words stand in locales under `channels.email.<field>`; `secret` fields are sealed at rest and never sent back;
// `start` is what the form begins with, `when` under which choice of its group a field is asked at all.
import { z } from "zod";

const secret = z.string().meta({ secret: true });

/** A mail server as both ways need it; `port` is the one it usually listens on. */
const server = (port: number) => ({
  host: z.string().min(1),
  port: z.number().int().min(1).max(65535).meta({ start: port }),
  security: z.enum(["tls", "starttls", "none"]),
  user: z.string().nullable(),
  /** By a password, or by a token of the provider's sign-in service (`oauth`). */
  signIn: z.enum(["password", "oauth"]).optional().meta({ start: "password" }),
  password: secret.nullable().meta({ when: { name: "signIn", is: "password" } }),
});

/** Secrets go there: only with TLS, or to this machine. */
const tokenUrl = z.url().regex(/^(?:https:\/\/|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])[:/])/i);

const fields = z.strictObject({
  /** The address customers write to and our mail comes from. */
  address: z.email(),
  displayName: z.string().max(200),
  /** Further addresses that arrive in this mailbox; they count as our own. */
  aliases: z.array(z.email()),
  /** Accept mail for these addresses at our own SMTP door. */
  door: z.boolean().meta({ start: true }),
  /** Does the mail system keep "service+anything@" and deliver it to "service@"? Without it replies are found by their headers only. */
  plusAddressing: z.boolean().meta({ start: true }),
  /** Where mail is fetched from; null: none. */
  imap: z
    .strictObject({
      ...server(993),
      folders: z
        .array(z.string().min(1))
        .min(1)
        .meta({ start: ["INBOX"] }),
      /** Which mail counts when a folder is opened for the first time: what arrives from now on, that of the last `days`, or everything. */
      from: z.enum(["now", "days", "everything"]).default("now"),
      days: z
        .number()
        .int()
        .min(1)
        .max(3_650)
        .default(30)
        .meta({ when: { name: "from", is: "days" } }),
    })
    .nullable(),
  /** Where mail is handed over for delivery; null: this channel cannot send. */
  smtp: z
    .strictObject({ ...server(465), maxConnections: z.number().int().min(1).max(50).meta({ start: 5 }) })
    .nullable(),
  /**
   * The provider's sign-in service (RFC 6749), for servers that take no password: Microsoft 365, Google. With a refresh token in a person's name,
   * without one as the application itself (client credentials).
   */
  oauth: z
    .strictObject({
      tokenUrl,
      clientId: z.string().min(1),
      clientSecret: secret.nullable(),
      refreshToken: z.string().nullable().meta({ secret: true, long: true }),
      scope: z.string().nullable(),
    })
    .nullable()
    .optional(),
  /** RFC 6376 signing of what we send; null: the relay signs, or nobody does. */
  dkim: z
    .strictObject({
      domain: z.string().min(1),
      selector: z.string().min(1),
      privateKey: z.string().meta({ secret: true, long: true }),
    })
    .nullable(),
  /** authserv-ids (RFC 8601) of the operator's own mail servers whose Authentication-Results may be believed for fetched mail. */
  trustedAuthservIds: z.array(z.string()),
  /** Addresses (CIDR) of the operator's own relays in front of our door: the client address is read from their Received line. */
  trustedRelays: z.array(z.string()),
});

/** Whoever chooses to sign in by the provider's service has to say how. */
export const emailSettings = fields.refine(
  ({ imap, smtp, oauth }) => oauth != null || (imap?.signIn !== "oauth" && smtp?.signIn !== "oauth"),
  { path: ["oauth"], message: "signing in by the provider's service is chosen, and the service is not filled in" },
);

/** How a server is signed in to by tokens; null: by a password. */
export const accessOf = (
  settings: EmailSettings,
  server: EmailSettings["imap"] | EmailSettings["smtp"],
): NonNullable<EmailSettings["oauth"]> | null => (server?.signIn === "oauth" ? (settings.oauth ?? null) : null);

/** The settings of one mailbox, secrets opened. */
export type EmailSettings = z.infer<typeof emailSettings>;
