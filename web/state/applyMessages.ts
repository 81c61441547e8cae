// What an event makes of one message, or of the drafts, that a desk has. Pure; called by apply.ts.
import type { Message } from "#contract/concerns.ts";
import type { EventData } from "#contract/events.ts";
import type { Opened } from "#web/state/apply.ts";

/** A virus scanner has looked at a file of it. */
export const withCheck = (message: Message, { fileId, held, version }: EventData<"message.fileChecked">): Message => ({
  ...message,
  version: Math.max(message.version, version),
  files: message.files.map((file) => {
    if (file.id !== fileId) return file;
    const { held: _held, ...free } = file;
    return held === null ? free : { ...free, held };
  }),
});

/** Its time was changed, or has come. */
export const withPlan = (message: Message, data: EventData<"message.scheduled">): Message =>
  data.version <= message.version
    ? message
    : { ...message, version: data.version, scheduled: data.scheduled, at: data.at ?? message.at };

/** A draft of mine was kept or is gone; one whose files this desk has not seen is to be fetched. */
export const draftsAfter = (opened: Opened, { kind, draft }: EventData<"draft.changed">): Opened => {
  const known = opened.drafts.find((one) => one.kind === kind);
  const others = opened.drafts.filter((one) => one.kind !== kind);
  const staleDrafts = opened.staleDrafts.filter((one) => one !== kind);
  if (draft === null) return { ...opened, drafts: others, staleDrafts };
  if (known && known.updatedAt >= draft.updatedAt) return opened;
  const { uploadIds, ...rest } = draft;
  const uploads = uploadIds.flatMap((id) => known?.uploads.find((one) => one.uploadId === id) ?? []);
  if (uploads.length < uploadIds.length) return { ...opened, staleDrafts: [...staleDrafts, kind] };
  return { ...opened, drafts: [...others, { ...rest, uploads }], staleDrafts };
};
