// What an event makes of one message that a desk has. Pure; called by apply.ts.
import type { Message } from "#contract/concerns.ts";
import type { EventData } from "#contract/events.ts";

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
