// Which way an answer takes: the best first with its reason in words, the impossible ones grey with theirs.
import type { Channel } from "#contract/brands.ts";
import { Choose } from "#web/kit/Field.tsx";
import type { Way } from "#web/state/apply.ts";
import { nameWords } from "#web/state/names.ts";
import { dayAndTime, t, waitLength, words } from "#web/state/words.ts";

const nameOf = (way: Way): string => `${way.channelId}|${way.value}`;

export const WayChoice = ({
  ways,
  channels,
  chosen,
  here,
  choose,
  closed,
}: {
  readonly ways: readonly Way[];
  readonly channels: readonly Channel[];
  readonly chosen: Way | null;
  /** Addresses at which the customer sits and reads now. */
  readonly here: readonly string[];
  readonly choose: (way: Way) => void;
  readonly closed: () => void;
}) => {
  if (ways.length === 0 || chosen === null) return <p className="composer-noway">{t("composer.noWay")}</p>;
  const channel = channels.find((one) => one.id === chosen.channelId);
  return (
    <div className="way">
      <span className="way-label">{t("composer.way")}</span>
      <Choose
        quiet
        label={t("composer.way")}
        value={nameOf(chosen)}
        choices={ways.map((way) => ({
          id: nameOf(way),
          label: `${t(`channels.${way.channelKind}.name`)} · ${way.channelName}`,
          detail: [nameWords(way.value), ...factWords(way)].filter((part) => part !== "").join(" · "),
          disabled: way.blocked !== null,
        }))}
        onChange={(id) => {
          const way = ways.find((one) => nameOf(one) === id);
          if (way) choose(way);
        }}
        onClose={closed}
      />
      <span className="way-reason" data-blocked={chosen.blocked !== null || undefined}>
        {[
          ...(channel && channel.address !== "" && chosen.blocked === null
            ? [t("composer.fromAddress", { address: channel.address })]
            : []),
          ...factWords(chosen),
          ...unseenWords(chosen, here),
        ].join(" · ")}
      </span>
    </div>
  );
};

/** What becomes of an answer that waits to be fetched, when nobody is there to fetch it. */
const unseenWords = (way: Way, here: readonly string[]): readonly string[] =>
  !way.kept || way.blocked !== null || here.includes(way.value)
    ? []
    : way.mailedAfterMs === null
      ? [t("composer.unseenWaits")]
      : [t("composer.unseenMailed", { time: waitLength(way.mailedAfterMs) })];

/** Why it is offered or not, until when, and what a message costs. */
const factWords = (way: Way): readonly string[] => {
  const at = way.closesAt === null ? "" : dayAndTime(way.closesAt);
  return [
    words(`composer.${way.blocked ?? way.reason}`, { at }) ?? way.blocked ?? way.reason,
    ...(way.blocked === null && at !== "" ? [t("composer.openUntil", { at })] : []),
    ...(way.blocked === null && way.cents !== null ? [t("composer.costs", { cents: way.cents })] : []),
  ];
};
