// A concern's way over its channels, and which of its lines are shown. Pure; drawn by ThreadBar.tsx and Thread.tsx.
import type { ChannelKind } from "#contract/channel.ts";
import type { Message } from "#contract/concerns.ts";

/** One stretch on a channel: what was said there until it went on elsewhere. */
export interface Stretch {
  readonly channelKind: ChannelKind;
  readonly from: string;
  readonly to: string;
  readonly count: number;
  /** Who spoke in it, each once, in order. */
  readonly who: readonly string[];
  /** Its first message. */
  readonly messageId: string;
}

type Said = Pick<Message, "id" | "at" | "channelKind" | "direction" | "author">;

/** The stretches in the order of time. Notes and what only the program said belong to no channel and interrupt none. */
export const stretchesOf = (messages: readonly Said[]): Stretch[] => {
  const stretches: Stretch[] = [];
  for (const { id, at, channelKind, direction, author } of messages) {
    if (channelKind === null || direction === "note" || direction === "system") continue;
    const last = stretches.at(-1);
    if (last?.channelKind !== channelKind)
      stretches.push({ channelKind, from: at, to: at, count: 1, who: [author.name], messageId: id });
    else
      stretches[stretches.length - 1] = {
        ...last,
        to: at > last.to ? at : last.to,
        count: last.count + 1,
        who: last.who.includes(author.name) ? last.who : [...last.who, author.name],
      };
  }
  return stretches;
};

/** What of a thread is shown. */
export interface Shown {
  readonly kind: "all" | "messages" | "notes";
  readonly channel: ChannelKind | null;
}

export const everythingShown: Shown = { kind: "all", channel: null };

/** Is this message among what is shown? A channel shows what was said over it; notes are over none. */
export const isShown = ({ kind, channel }: Shown, message: Pick<Message, "direction" | "channelKind">): boolean =>
  (kind === "all" || (kind === "notes") === (message.direction === "note")) &&
  (channel === null || message.channelKind === channel);

/** The next kind, in turn. */
export const nextKind = (kind: Shown["kind"]): Shown["kind"] =>
  kind === "all" ? "messages" : kind === "messages" ? "notes" : "all";

/** The next of these channels, in turn; after the last all of them. */
export const nextChannel = (channels: readonly ChannelKind[], now: ChannelKind | null): ChannelKind | null =>
  now === null ? (channels[0] ?? null) : (channels[channels.indexOf(now) + 1] ?? null);
