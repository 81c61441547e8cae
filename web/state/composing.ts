// Decisions of the composer: what a draft is, when it is worth keeping, which one is the newer, what the limits say.
// Pure; called by web/state/drafts.ts and the composer.
import type { Channel } from "#contract/brands.ts";
import type { AddressKind } from "#contract/channel.ts";
import type { ConcernRow, Draft, DraftQuote, Message, Party } from "#contract/concerns.ts";
import type { FileView } from "#contract/files.ts";
import { rankWays, type Moment } from "#lib/ways.ts";
import type { Way } from "#web/state/apply.ts";

export type DraftKind = Draft["kind"];
/** What the composer writes; a second draft only waits beside an answer. */
export type ComposerKind = Exclude<DraftKind, "second">;

/** What stands in the composer. `key` makes sending it twice send it once. */
export interface Composing {
  readonly channelId: string | null;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly text: string;
  readonly html: string | null;
  readonly uploads: readonly { readonly uploadId: string; readonly file: FileView }[];
  /** What is repeated below it; null: as usual. */
  readonly quote: DraftQuote;
}

/** Addresses begun in the fields of the recipients that are none of them yet. */
export interface Typed {
  readonly to: string;
  readonly cc: string;
}

export const nothingTyped: Typed = { to: "", cc: "" };

/** A copy of a draft kept on this machine, so that not even a crash of the browser loses it. */
export interface Backup {
  readonly content: Composing;
  readonly typed?: Typed;
  /** Milliseconds since 1970. */
  readonly changedAt: number;
  /** The server has it, too. */
  readonly saved: boolean;
}

export const emptyComposing: Composing = {
  channelId: null,
  to: [],
  cc: [],
  text: "",
  html: null,
  uploads: [],
  quote: null,
};

/** True when nothing was written that would be worth keeping. */
export const isEmpty = (content: Composing): boolean =>
  content.text.trim() === "" && content.uploads.length === 0 && !/<img\b/.test(content.html ?? "");

/** Equality of what would be sent. */
export const sameContent = (a: Composing, b: Composing): boolean =>
  a.channelId === b.channelId &&
  a.text === b.text &&
  a.html === b.html &&
  a.to.join("\n") === b.to.join("\n") &&
  a.cc.join("\n") === b.cc.join("\n") &&
  a.uploads.map((one) => one.uploadId).join() === b.uploads.map((one) => one.uploadId).join() &&
  JSON.stringify(a.quote ?? null) === JSON.stringify(b.quote ?? null);

/** The content of a draft as the server keeps it. */
export const fromDraft = (draft: Draft): Composing => ({
  channelId: draft.channelId,
  to: draft.to,
  cc: draft.cc,
  text: draft.text,
  html: draft.html,
  uploads: draft.uploads,
  quote: draft.quote,
});

/** What a fresh composer starts with: the copy on this machine if the server never got it and has nothing newer, else the server's draft. */
export const startingContent = (draft: Draft | undefined, backup: Backup | null): Composing | null => {
  const unsaved = backup !== null && !backup.saved && !isEmpty(backup.content);
  if (unsaved && (!draft || backup.changedAt >= Date.parse(draft.updatedAt))) return backup.content;
  return draft ? fromDraft(draft) : null;
};

/** The first words of a draft, in one line; "" when there are none (a picture, a file). */
export const firstWords = (content: Pick<Composing, "text">): string => {
  const line = content.text.trim().replaceAll(/\s+/g, " ");
  return line.length > 80 ? `${line.slice(0, 79).trimEnd()}…` : line;
};

/** The brands of which a channel is switched otherwise, or is new, since a desk knew them: the ways to their customers are others by now. */
export const otherwiseReachable = (before: readonly Channel[], now: readonly Channel[]): ReadonlySet<string> => {
  if (before.length === 0) return new Set();
  const known = new Map(before.map((channel) => [channel.id, channel]));
  const isOther = ({ id, enabled, canSend, name }: Channel): boolean => {
    const was = known.get(id);
    return was === undefined || was.enabled !== enabled || was.canSend !== canSend || was.name !== name;
  };
  return new Set(now.filter((channel) => isOther(channel)).map(({ brandId }) => brandId));
};

/** The ways by the same rule as the server's, with what this desk knows better: where the customer sits in a chat, how urgent it is by now, what time it is. */
export const waysNow = (ways: readonly Way[], moment: Moment): readonly Way[] => rankWays(ways, moment);

/** The best way that is not blocked, else the best of all. An address of somebody whom the customer was merged with is never taken by itself. */
export const bestWay = (ways: readonly Way[]): Way | null => {
  const own = ways.filter((way) => way.reason !== "merged");
  return own.find((way) => way.blocked === null) ?? own[0] ?? ways[0] ?? null;
};

/**
 * Whom an answer goes to as long as the agent has not said: the way's address, and everybody the customer's last message was between, as far as they
 * take part. Who was copied stays copied. Whoever wrote it is left out only where the way stands for them: another address of the same customer, or
 * the one they want answered. Strangers in the thread are for the agent to add.
 */
export const startRecipients = (
  opened: {
    readonly messages: readonly Pick<Message, "direction" | "automatic" | "from" | "to" | "cc">[];
    readonly concern: {
      readonly row: Pick<ConcernRow, "customerId">;
      readonly parties: readonly Pick<Party, "value" | "role" | "customerId">[];
    };
  },
  way: Pick<Way, "value" | "asked"> | null,
): { readonly to: readonly string[]; readonly cc: readonly string[] } => {
  if (way === null || way.value === "") return { to: [], cc: [] };
  const { parties, row } = opened.concern;
  const taken = new Set([way.value.toLowerCase()]);
  const further = (addresses: readonly string[]): string[] =>
    addresses.filter((address) => {
      const key = address.toLowerCase();
      const party = parties.find((one) => one.value.toLowerCase() === key);
      if (party === undefined || party.role === "third-party" || taken.has(key)) return false;
      // The customer is reached by the way that was chosen, and by no second address of theirs.
      if (party.customerId !== null && party.customerId === row.customerId) return false;
      taken.add(key);
      return true;
    });
  const last =
    opened.messages.findLast((message) => message.direction === "in" && message.automatic === null) ??
    opened.messages.findLast((message) => message.direction === "in");
  const values = (people: Message["to"]): string[] => people.map((person) => person.value);
  const from = last?.from && way.asked === null ? [last.from.value] : [];
  const to = [way.value, ...further([...from, ...values(last?.to ?? [])])];
  return { to, cc: further(values(last?.cc ?? [])) };
};

/** The address part of "Name <address>" or of a plain address; what was typed when there is no address in it. */
export const addressIn = (typed: string): string => (/<([^<>]+)>\s*$/.exec(typed)?.[1] ?? typed).trim();

/** Looks like an address of that kind that can be written to; the server judges in the end. */
export const looksLikeAddress = (value: string, kind: AddressKind = "email"): boolean => {
  if (value.length > 320) return false;
  if (kind === "email") return /^[^\s@<>]+@[^\s@<>]+$/.test(value);
  if (kind === "phone" || kind === "whatsapp") return /^\+?[\d\s()/.-]{3,40}$/.test(value) && /\d{3}/.test(value);
  return value.trim() !== "";
};

/** Addresses in pasted text: separated by commas, semicolons or line ends. */
export const splitAddresses = (text: string): readonly string[] =>
  text
    .split(/[,;\n]+/)
    .map(addressIn)
    .filter((part) => part !== "");

/** The recipients together with what was typed behind them: each address once, however it is written; as they were when nothing new is in it. */
export const withTyped = (value: readonly string[], typed: string): readonly string[] => {
  const taken = new Set(value.map((known) => known.toLowerCase()));
  const fresh = splitAddresses(typed).filter((one) => {
    const key = one.toLowerCase();
    if (taken.has(key)) return false;
    taken.add(key);
    return true;
  });
  return fresh.length === 0 ? value : [...value, ...fresh];
};

/** Can it stand in the text? What else comes with it is attached. */
export const isPicture = (file: { readonly type: string }): boolean => /^image\/(?:png|jpeg|gif|webp)$/.test(file.type);

/** Files that may be added, and those that may not with the reason, judged before a byte is sent. */
export const judgeFiles = <F extends { readonly size: number; readonly name: string }>(
  files: readonly F[],
  already: readonly { readonly sizeBytes: number }[],
  limits: { readonly fileBytes: number; readonly filesPerMessage: number; readonly messageBytes: number },
): {
  readonly accepted: readonly F[];
  readonly refused: readonly {
    readonly file: F;
    readonly reason: "fileEmpty" | "fileTooLarge" | "tooManyFiles" | "messageTooLarge";
  }[];
} => {
  const accepted: F[] = [];
  const refused: { file: F; reason: "fileEmpty" | "fileTooLarge" | "tooManyFiles" | "messageTooLarge" }[] = [];
  let total = already.reduce((sum, one) => sum + one.sizeBytes, 0);
  for (const file of files) {
    if (file.size === 0) refused.push({ file, reason: "fileEmpty" });
    else if (file.size > limits.fileBytes) refused.push({ file, reason: "fileTooLarge" });
    else if (already.length + accepted.length >= limits.filesPerMessage) refused.push({ file, reason: "tooManyFiles" });
    else if (total + file.size > limits.messageBytes) refused.push({ file, reason: "messageTooLarge" });
    else {
      accepted.push(file);
      total += file.size;
    }
  }
  return { accepted, refused };
};

/** The word being typed after an "@" at the caret, and where it begins; null when no mention is being typed. */
export const mentionAt = (text: string, caret: number): { readonly from: number; readonly query: string } | null => {
  const match = /(^|[\s(])@([a-z0-9._-]*)$/i.exec(text.slice(0, caret));
  return match ? { from: caret - (match[2] ?? "").length - 1, query: (match[2] ?? "").toLowerCase() } : null;
};

/** Colleagues whose handle or name begins with what was typed; handles first. */
export const mentionable = <A extends { readonly handle: string; readonly name: string; readonly active: boolean }>(
  agents: readonly A[],
  query: string,
): readonly A[] => {
  const fits = (agent: A): boolean =>
    agent.handle.startsWith(query) ||
    agent.name
      .toLowerCase()
      .split(/\s+/)
      .some((part) => part.startsWith(query));
  return agents
    .filter((agent) => agent.active && fits(agent))
    .toSorted(
      (a, b) => Number(b.handle.startsWith(query)) - Number(a.handle.startsWith(query)) || a.name.localeCompare(b.name),
    );
};

/** Points in time an agent is likely to mean, from now on: later today, tomorrow morning, next Monday, in a week. */
export const likelyTimes = (
  now: Date,
): readonly { readonly key: "laterToday" | "tomorrow" | "nextWeek" | "inAWeek"; readonly at: Date }[] => {
  const at = (days: number, hour: number): Date =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour, 0, 0);
  const inThreeHours = new Date(now.getTime() + 3 * 3_600_000);
  const toMonday = (8 - now.getDay()) % 7 || 7;
  const later = inThreeHours.getDate() === now.getDate() ? [{ key: "laterToday" as const, at: inThreeHours }] : [];
  const monday = toMonday === 1 ? [] : [{ key: "nextWeek" as const, at: at(toMonday, 8) }];
  return [...later, { key: "tomorrow", at: at(1, 8) }, ...monday, { key: "inAWeek", at: at(7, 8) }];
};
