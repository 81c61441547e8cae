// Turns rows into what the desk sees: messages, files, drafts. Called by concerns/reads*.ts and by concerns' actions for their results.
import type { Draft, Message } from "#contract/concerns.ts";
import type { FileView, UploadId } from "#contract/files.ts";
import type { MessageId } from "#contract/ids.ts";
import type { DraftRow, FileRow, MessageRow } from "#modules/concerns/store-threads.ts";
import { hidesSecrets } from "#modules/concerns/model-secrets.ts";
import type { Held } from "#platform/files/checks.ts";
import type { FileSecret } from "#platform/files/secrets.ts";

/** Signed addresses of bytes, made by server/app.ts; they work without a cookie and end. */
export interface Links {
  /** Of an attachment's or an upload's bytes. */
  readonly file: (file: {
    readonly hash: string;
    readonly name: string;
    readonly mediaType: string;
    readonly image: boolean;
  }) => string;
  /** Of a message's sanitised HTML document. */
  readonly html: (messageId: MessageId) => string;
  /** Of a message as it came, byte for byte; whoever asks there is asked who they are. */
  readonly raw: (messageId: MessageId) => string;
  /** Of bytes as they came, secrets and all, for a minute. */
  readonly whole: (file: { readonly hash: string; readonly name: string; readonly mediaType: string }) => string;
}

/** What is known of files, by hash. */
export interface Known {
  /** Nobody may have them. */
  readonly held: ReadonlyMap<string, Held>;
  /** They hold secrets. */
  readonly secret: ReadonlyMap<string, FileSecret>;
}

/** How a flagged file is shown. */
export const secretView = (secret: FileSecret): NonNullable<FileView["secret"]> => ({
  kinds: [...secret.kinds],
  cleaned: secret.cleanHash !== null,
});

/** A file with a signed address. */
const fileView = (
  links: Pick<Links, "file">,
  file: FileRow,
  held?: FileView["held"],
  secret?: FileSecret,
): FileView => ({
  id: file.id,
  name: file.name,
  mediaType: file.mediaType,
  sizeBytes: file.sizeBytes,
  inlineId: file.inlineId,
  url: links.file(file),
  image: file.image,
  ...(held === undefined ? {} : { held }),
  ...(secret === undefined ? {} : { secret: secretView(secret) }),
});

/** A message as the desk sees it. One that hides secrets gives no address of itself as it came. */
export const asMessage = (links: Links, row: MessageRow, { held, secret }: Known): Message => ({
  id: row.id,
  concernId: row.concernId,
  seq: row.seq,
  direction: row.direction,
  author: { kind: row.authorKind, id: row.authorId, name: row.authorName },
  channelKind: row.channelKind,
  channelId: row.channelId,
  from: row.from,
  to: row.to,
  cc: row.cc ?? [],
  replyTo: row.replyTo,
  subject: row.subject,
  text: row.text,
  parts: row.parts ?? [],
  foldedText: row.foldedText,
  html:
    row.htmlLines === null
      ? null
      : { url: links.html(row.id), remoteImages: row.remoteImages ?? false, lines: row.htmlLines },
  files: (row.files ?? []).map((file) => fileView(links, file, held.get(file.hash), secret.get(file.hash))),
  deliveries: [...(row.deliveries ?? [])],
  assurance: row.assurance,
  verdicts: row.verdicts ?? [],
  warnings: row.warnings ?? [],
  automatic: row.automatic,
  proposal: row.proposal,
  mentions: row.mentions ?? [],
  scheduled: row.plan === null ? null : { ...row.plan, held: row.sendAt === null },
  at: row.at,
  rawUrl: row.rawHash === null || hidesSecrets(row.warnings ?? []) ? null : links.raw(row.id),
  version: row.version,
});

/** A draft as its writer sees it. */
export const asDraft = (links: Pick<Links, "file">, row: DraftRow): Draft => ({
  concernId: row.concernId as Draft["concernId"],
  kind: row.kind,
  channelId: row.channelId as Draft["channelId"],
  to: [...row.to],
  cc: [...row.cc],
  text: row.text,
  html: row.html,
  uploads: row.files.map((file) => ({ uploadId: file.id as UploadId, file: fileView(links, file) })),
  quote: row.quote,
  updatedAt: row.updatedAt,
});
