// Small pictures with a meaning: faces, states, priorities, channels, times. Each says its meaning to a screen reader.
import { useSyncExternalStore } from "react";
import { addressKindOf } from "#contract/channel.ts";
import type { AddressKind, ChannelKind } from "#contract/channel.ts";
import type { Priority, Status } from "#contract/concerns.ts";
import { Icon } from "#web/kit/Icon.tsx";
import type { IconName } from "#web/kit/Icon.tsx";
import { fullTime, shortTime, sinceOrUntil, t } from "#web/state/words.ts";
import "#web/kit/marks.css";

/** A person's initials on a quiet ground that is always the same for the same name. */
export const Face = ({
  name,
  small = false,
  spoken = false,
  tone,
}: {
  readonly name: string;
  readonly small?: boolean;
  readonly spoken?: boolean;
  readonly tone?: "agent" | "system";
}) => (
  <span
    className="face"
    data-small={small || undefined}
    data-hue={hueOf(name)}
    data-tone={tone}
    data-initials={initials(name)}
    {...(spoken ? { role: "img", "aria-label": name } : { "aria-hidden": true })}
  />
);

/** A concern's status as a dot with its word. */
export const StatusMark = ({ status, words = true }: { readonly status: Status; readonly words?: boolean }) => (
  <span className="status-mark" data-status={status}>
    <span className="status-dot" aria-hidden />
    <span className={words ? undefined : "quietly"}>{t(`status.${status}`)}</span>
  </span>
);

/** A priority; normal is not worth a picture in lists. */
export const PriorityMark = ({ priority, words = true }: { readonly priority: Priority; readonly words?: boolean }) => (
  <span className="priority-mark" data-priority={priority} title={words ? undefined : t(`priority.${priority}`)}>
    <span className="priority-bars" aria-hidden>
      <i />
      <i />
      <i />
    </span>
    <span className={words ? undefined : "quietly"}>{t(`priority.${priority}`)}</span>
  </span>
);

const addressIcons: Readonly<Record<AddressKind, IconName>> = {
  email: "mail",
  phone: "phone",
  chat: "chat",
  whatsapp: "chat",
  telegram: "chat",
  app: "mobile",
  post: "note",
  social: "people",
  forum: "people",
  signed: "people",
};

/** A kind of address. */
export const AddressMark = ({ kind }: { readonly kind: AddressKind }) => (
  <Icon name={addressIcons[kind]} size="small" label={t(`addressKinds.${kind}`)} />
);

/** The way a message came or went. */
export const ChannelMark = ({
  kind,
  size = "small",
}: {
  readonly kind: ChannelKind;
  readonly size?: "small" | "large";
}) => <Icon name={addressIcons[addressKindOf[kind]]} size={size} label={t(`channels.${kind}.name`)} />;

/** A point in time, short; in full as a title; kept up to date every half minute. */
export const When = ({ at, relative = false }: { readonly at: string; readonly relative?: boolean }) => {
  const now = useNow();
  return (
    <time dateTime={at} title={fullTime(at)}>
      {relative ? sinceOrUntil(at, now) : shortTime(at, now)}
    </time>
  );
};

/** Now, renewed every half minute. */
export const useNow = (): Date => useSyncExternalStore(watchClock, () => clock);

/** Text whose matching parts are marked. */
export const Marked = ({ parts }: { readonly parts: readonly { readonly text: string; readonly hit: boolean }[] }) => (
  <>
    {parts.map((part, index) =>
      part.hit ? <mark key={index}>{part.text}</mark> : <span key={index}>{part.text}</span>,
    )}
  </>
);

let clock = new Date();
const watchers = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | null = null;
const watchClock = (heard: () => void): (() => void) => {
  watchers.add(heard);
  // While nobody looked it stood still.
  if (ticking === null) clock = new Date();
  ticking ??= setInterval(() => {
    clock = new Date();
    for (const one of watchers) one();
  }, 30_000);
  return () => {
    watchers.delete(heard);
    if (watchers.size > 0 || ticking === null) return;
    clearInterval(ticking);
    ticking = null;
  };
};

const hueOf = (name: string): number =>
  Array.from(name).reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997, 7) % 6;

const initials = (name: string): string => {
  const parts = name
    .replaceAll(/[^\p{L}\p{N}\s.@-]/gu, "")
    .split(/[\s.@_-]+/)
    .filter((part) => part !== "");
  const first = parts[0] ?? "?";
  const last = parts.length > 1 && !name.includes("@") ? (parts.at(-1) ?? "") : "";
  return (Array.from(first)[0] ?? "?").toUpperCase() + (Array.from(last)[0] ?? "").toUpperCase();
};
