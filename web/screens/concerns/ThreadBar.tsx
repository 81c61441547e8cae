// A slim bar above the thread: the concern's way over its channels at a glance, and which lines are shown. Called by Thread.tsx.
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import type { ChannelKind } from "#contract/channel.ts";
import { ChannelMark, useNow } from "#web/kit/Marks.tsx";
import { gently } from "#web/kit/platform.ts";
import type { Opened } from "#web/state/apply.ts";
import { loadEarlier } from "#web/state/desk.ts";
import { nameWords } from "#web/state/names.ts";
import { saidBy } from "#web/state/parties.ts";
import { everythingShown, stretchesOf, type Shown, type Stretch } from "#web/state/path.ts";
import { useStore } from "#web/state/store.ts";
import { setUi, ui } from "#web/state/ui.ts";
import { fullTime, shortTime, t } from "#web/state/words.ts";
import "#web/screens/concerns/threadBar.css";

const kinds: readonly Shown["kind"][] = ["all", "messages", "notes"];

export const ThreadBar = ({ opened }: { readonly opened: Opened }) => {
  const shown = useStore(ui, (now) => now.shown);
  const history = useStore(ui, (now) => now.history);
  const { channels } = opened.concern.row;
  return (
    <div className="thread-bar">
      {channels.length > 1 ? <Path opened={opened} /> : null}
      <div className="thread-filter">
        {channels.length > 1 ? (
          <ToggleButtonGroup
            className="thread-choice"
            aria-label={t("path.channels")}
            selectedKeys={shown.channel === null ? [] : [shown.channel]}
            onSelectionChange={([key]) =>
              setUi({ shown: { ...shown, channel: (key as ChannelKind | undefined) ?? null } })
            }
          >
            {channels.map((kind) => (
              <ToggleButton
                key={kind}
                id={kind}
                className="thread-chip"
                aria-label={t("path.only", { name: t(`channels.${kind}.name`) })}
              >
                <ChannelMark kind={kind} />
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
        ) : null}
        <ToggleButtonGroup
          className="thread-choice"
          aria-label={t("path.kinds")}
          disallowEmptySelection
          selectedKeys={[shown.kind]}
          onSelectionChange={([key]) => {
            const kind = kinds.find((one) => one === key);
            if (kind) setUi({ shown: { ...shown, kind } });
          }}
        >
          {kinds.map((kind) => (
            <ToggleButton key={kind} id={kind} className="thread-chip">
              {t(`path.kind.${kind}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        <ToggleButton className="thread-chip" isSelected={history} onChange={(on) => setUi({ history: on })}>
          {t("path.changes")}
        </ToggleButton>
      </div>
    </div>
  );
};

/** Goes to a message of the thread, also when a filter hides it. */
const goTo = (messageId: string): void => {
  setUi({ shown: everythingShown });
  requestAnimationFrame(() => {
    const line = document.querySelector<HTMLElement>(`[data-message="${messageId}"]`);
    line?.scrollIntoView({ block: "start", behavior: gently() });
  });
};

const Path = ({ opened }: { readonly opened: Opened }) => {
  const { row } = opened.concern;
  const { id } = row;
  const stretches = stretchesOf(
    opened.messages.map((message) => ({
      ...message,
      author: { ...message.author, name: nameWords(saidBy(message.author, row)) },
    })),
  );
  return (
    <nav aria-label={t("path.title")} className="thread-path">
      <ol>
        {opened.earlier ? (
          <li>
            <button
              type="button"
              className="path-step"
              aria-label={t("concerns.earlier")}
              onClick={() => void loadEarlier(id)}
            >
              …
            </button>
          </li>
        ) : null}
        {stretches.map((stretch) => (
          <Step key={stretch.messageId} stretch={stretch} />
        ))}
      </ol>
    </nav>
  );
};

const Step = ({ stretch }: { readonly stretch: Stretch }) => {
  const now = useNow();
  const { channelKind, from, to, count, who, messageId } = stretch;
  const facts = { name: t(`channels.${channelKind}.name`), count, who: who.join(", ") };
  const words =
    from === to
      ? t("path.step", { ...facts, time: fullTime(from) })
      : t("path.stretch", { ...facts, from: fullTime(from), to: fullTime(to) });
  return (
    <li>
      <button type="button" className="path-step" title={words} aria-label={words} onClick={() => goTo(messageId)}>
        <ChannelMark kind={channelKind} />
        <time dateTime={from} aria-hidden>
          {shortTime(from, now)}
        </time>
      </button>
    </li>
  );
};
